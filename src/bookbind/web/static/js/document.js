// The document page: saves by itself, publishes with Ctrl+Enter, and never loses what was typed.

import { startLines } from "./lines.js";

const PAUSE_MS = 500;

function startDocument(form) {
  const said = document.querySelector("[data-save-state]");
  let timer = 0;
  let typed = 0;
  let saving = null;
  let leaving = false;
  // What somebody is typing is not final, so it is not sent by itself; nor is it, or an open list, replaced.
  let unfinished = null;
  let isOwed = false;
  const isBusy = () => Boolean(unfinished || form.querySelector("[role=combobox][aria-expanded=true]"));

  const say = (text, isTrouble = false) => {
    if (!said) return;
    said.textContent = text;
    said.classList.toggle("is-trouble", isTrouble);
  };

  function wire() {
    // Other modules look for their elements again after a swap, whoever swapped.
    document.dispatchEvent(new CustomEvent("htmx:after:swap"));
    startLines(form);
  }

  function keepPlace() {
    const focused = document.activeElement;
    const id = focused?.id;
    const range = focused && "selectionStart" in focused ? [focused.selectionStart, focused.selectionEnd] : null;
    const opened = [...form.querySelectorAll("details[open][id]")].map((part) => part.id);
    return () => {
      for (const each of opened) document.getElementById(each)?.setAttribute("open", "");
      const again = id ? document.getElementById(id) : null;
      if (!again || !form.contains(again)) return;
      again.focus({ preventScroll: true });
      try {
        if (range) again.setSelectionRange(...range);
      } catch {
        // Number-like fields have no selection; the focus alone is enough.
      }
    };
  }

  // The reason above the fields has a field of its own: what somebody is doing there is not taken away from them.
  const reasonNow = () => document.getElementById("cost-reason");
  let laterReason = null;

  function isMatching() {
    const chosen = reasonNow()?.querySelector("select[data-combobox]")?.selectedOptions[0];
    return reasonNow()?.contains(document.activeElement) || Boolean(chosen?.value && !chosen.defaultSelected);
  }

  function takeReason(fresh) {
    laterReason = isMatching() ? fresh : null;
    if (laterReason) return;
    reasonNow().replaceWith(fresh);
    document.dispatchEvent(new CustomEvent("htmx:after:swap"));
  }

  document.addEventListener("focusout", (event) => {
    if (!form.isConnected || !laterReason || !reasonNow()?.contains(event.target)) return;
    setTimeout(() => laterReason && takeReason(laterReason));
  });

  function takeAnswer(markup, mark) {
    const fresh = new DOMParser().parseFromString(markup, "text/html");
    const fields = fresh.getElementById("cost-fields");
    const reason = fresh.getElementById("cost-reason");
    if (!fields) return false;
    const version = fields.querySelector("input[name=version]")?.value;
    const hasErrors = fields.dataset.saved !== "yes";
    if (reason) takeReason(document.adoptNode(reason));
    // A line that was just added is still empty, so the server does not know it yet: leave it alone.
    const lines = (root) => root.querySelectorAll("[data-lines-body] [data-line-row]:not([hidden])").length;
    isOwed = isOwed || isBusy();
    if (!isBusy() && typed === mark && lines(form) <= lines(fields)) {
      const restore = keepPlace();
      const target = fresh.getElementById("cost-target");
      document.getElementById("cost-fields").replaceWith(document.adoptNode(fields));
      if (target) document.getElementById("cost-target").replaceWith(document.adoptNode(target));
      wire();
      restore();
    } else if (version && !hasErrors) {
      form.querySelector("input[name=version]").value = version;
    }
    return !hasErrors;
  }

  async function save() {
    clearTimeout(timer);
    if (saving) {
      await saving;
      if (typed === 0) return;
    }
    const mark = typed;
    say("Saving…");
    saving = (async () => {
      try {
        const answer = await fetch(form.dataset.saveUrl, {
          method: "POST",
          body: new FormData(form),
          headers: { "X-Fragment": "fields", Accept: "text/html" },
        });
        if (answer.redirected || !answer.headers.get("content-type")?.includes("text/html") || answer.status >= 500)
          throw new Error(String(answer.status));
        const isSaved = takeAnswer(await answer.text(), mark);
        if (isSaved && typed === mark) typed = 0;
        const at = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
        say(isSaved ? `Saved ${at}` : "Not saved yet: see what is marked", !isSaved);
      } catch {
        say("Not saved: no answer. Your entries are still here; we try again when you change something.", true);
      }
    })();
    await saving;
    saving = null;
    if (typed > mark) later();
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (unfinished) isOwed = true;
      else save();
    }, PAUSE_MS);
  }

  function leave(field) {
    if (unfinished === field) unfinished = null;
    if (!isOwed || isBusy()) return;
    isOwed = false;
    later();
  }

  form.addEventListener("input", (event) => {
    typed += 1;
    if (event.target.matches("input, textarea") && event.target === document.activeElement) unfinished = event.target;
    say("Not saved yet");
  });
  form.addEventListener("focusout", (event) => setTimeout(() => leave(event.target)));
  form.addEventListener("change", (event) => {
    typed += 1;
    if (event.target === unfinished || event.target.closest(".combobox")?.contains(unfinished)) unfinished = null;
    if (event.target.matches("[data-saves], [data-saves] *")) save();
    else later();
  });
  form.addEventListener("line:added", () => document.dispatchEvent(new CustomEvent("htmx:after:swap")));
  form.addEventListener("submit", async (event) => {
    clearTimeout(timer);
    leaving = true;
    if (!saving) return;
    // A save under way carries the version that this press would be checked against: wait for it, then press again.
    event.preventDefault();
    const { submitter } = event;
    await saving;
    form.requestSubmit(submitter?.isConnected ? submitter : undefined);
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed > 0 && !leaving && form.isConnected) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || !form.isConnected) return;
    if (event.key === "s") {
      event.preventDefault();
      save();
    }
  });
  form.classList.add("is-ready");
  wire();
}

document.querySelectorAll("[data-document]").forEach(startDocument);

// The reason line leads to the very field, also inside a folded part.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-leads-to]");
  const field = link && document.getElementById(link.dataset.leadsTo);
  if (!field) return;
  event.preventDefault();
  for (let part = field.closest("details"); part; part = part.parentElement?.closest("details")) part.open = true;
  field.focus();
  field.scrollIntoView({ block: "center" });
});

// What was swapped in by itself: a form that came with it works at once, and the way on takes the focus.
document.addEventListener("htmx:after:swap", () => {
  document.querySelectorAll("[data-document]:not(.is-ready)").forEach(startDocument);
  const way = document.querySelector("[data-takes-focus]:not([data-had-focus])");
  if (!way) return;
  way.dataset.hadFocus = "yes";
  if (document.activeElement === document.body || document.activeElement === null) way.focus();
});
