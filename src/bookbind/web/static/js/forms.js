// Forms are sent once, say that they are being sent, and some send themselves when a choice changes.
const RELOADS_AFTER_MS = 1500;

function busy(form, submitter) {
  form.dataset.sending = "yes";
  // Disabling the button here would take its name and value out of what is posted.
  submitter?.setAttribute("aria-busy", "true");
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sending) {
    event.preventDefault();
    return;
  }
  if (form.method === "post" && !event.defaultPrevented) busy(form, event.submitter);
  // The answer is a file, so the page stays; what it shows about the export is read anew.
  if (form.matches("[data-downloads]")) setTimeout(() => location.reload(), RELOADS_AFTER_MS);
});

// A page that comes back from the browser's history must be usable again, and so must one that stays because
// somebody stopped what it was sending.
function release() {
  for (const form of document.querySelectorAll("[data-sending]")) delete form.dataset.sending;
  for (const button of document.querySelectorAll("button[aria-busy='true']")) button.removeAttribute("aria-busy");
}

addEventListener("pageshow", release);
globalThis.navigation?.addEventListener("navigate", ({ signal }) => signal.addEventListener("abort", release));
// Browsers without that event stop loading at this key, too.
document.addEventListener("keydown", (event) => event.key === "Escape" && release());

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-autosubmit]")) event.target.form?.requestSubmit();
});

document.addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
    const search = document.querySelector("[data-search]");
    if (search) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  }
  const form = event.target.form ?? document.querySelector("form[data-ctrl-enter]");
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form?.matches("[data-ctrl-enter]")) {
    event.preventDefault();
    form.requestSubmit(form.querySelector("[data-ctrl-enter-button]") ?? undefined);
  }
});

document.addEventListener("click", async (event) => {
  const copier = event.target.closest("[data-copies]");
  if (!copier) return;
  await navigator.clipboard.writeText(document.getElementById(copier.dataset.copies).textContent.trim());
  document.dispatchEvent(new CustomEvent("bookbind:toast", { detail: "Copied." }));
});
