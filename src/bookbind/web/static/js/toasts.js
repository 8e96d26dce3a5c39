// Short news that needs no answer: `bookbind:toast` events (also from HX-Trigger), read out by the live region.
const STAY_MILLISECONDS = 6000;

function show(text) {
  const region = document.getElementById("toasts");
  if (!region || !text) return;
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(text);
  const close = document.createElement("button");
  close.type = "button";
  close.ariaLabel = "Close";
  close.textContent = "×";
  close.addEventListener("click", () => toast.remove());
  toast.append(close);
  region.append(toast);
  setTimeout(() => toast.remove(), STAY_MILLISECONDS);
}

document.addEventListener("bookbind:toast", (event) => show(event.detail?.value ?? event.detail));

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-dismisses]")) event.target.closest(".message")?.remove();
});
