// Merge lists by keyboard and pointer: each choice is sent at once and its row comes back; the focus is never lost.
const table = () => document.querySelector(".merge-table");
const stops = () => [...document.querySelectorAll(".merge-table [data-stop]")];
const rowOf = (element) => element?.closest?.(".merge-row[data-use]");
const notice = () => document.getElementById("merge-notice");
const entryOf = (element) => element?.closest?.(".merge-entry");

// An answer that is no row puts nothing into the table: it is said above it, and the row stays as it was.
const ROW_ANSWERS = [409, 422];

function tell(id) {
  const words = document.getElementById(id);
  if (words) notice()?.replaceChildren(words.content.cloneNode(true));
}

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  const { status, raw } = ctx.response;
  const isRow = ROW_ANSWERS.includes(status) && ctx.text.includes("data-entry=");
  if (isRow || ctx.hx.retarget || ctx.hx.redirect || (status < 400 && !raw.redirected)) return;
  event.preventDefault();
  failed(ctx);
});

document.addEventListener("htmx:error", (event) => failed(event.detail.ctx));

// The bar asks again by itself, so nothing is said when one of its answers fails to come.
function failed(ctx) {
  if (!ctx || ctx.sourceElement.id === "merge-bar") return;
  tell(ctx.request.method === "POST" ? "merge-unsaved" : "merge-unshown");
}

// What is sent of one entry goes in the order in which it was pressed, each with the row that came back before.
const sending = new Map();

function send(value, entry) {
  const { id } = entry;
  const before = Promise.resolve(sending.get(id)).catch(() => undefined);
  const sent = before.then(() => post(value, document.getElementById(id) ?? entry));
  sending.set(id, sent);
  return sent.finally(() => sending.get(id) === sent && sending.delete(id));
}

// True when the row came back, whatever it says; it is the same element still when nothing did.
async function post(value, entry) {
  const form = document.getElementById("merge-choose");
  const { id } = entry;
  const shared = theirs(entry);
  entry.setAttribute("aria-busy", "true");
  await htmx.ajax("POST", form.action, {
    source: entry,
    target: entry,
    swap: "outerHTML",
    values: { choice: value, version: entry.dataset.version },
  });
  if (entry.isConnected) {
    entry.removeAttribute("aria-busy");
    return false;
  }
  notice()?.replaceChildren();
  const fresh = document.getElementById(id);
  const moved = conflictOf(fresh);
  if (moved) focusConflict(moved);
  if (Number(fresh?.dataset.version) === known + own + 1) own += 1;
  refresh(sharing([...shared, ...theirs(fresh)], fresh));
  // The row is there first; the bar and the steps, which look at all lists, follow.
  count();
  clearTimeout(recount);
  recount = setTimeout(count, 1500);
  return true;
}

// What somebody else chose in between is to be decided before anything else, so it takes the focus.
const conflictOf = (entry) => entry?.querySelector("[data-conflict] button");

function focusConflict(button) {
  if (!document.activeElement?.closest?.("[data-edit-form]")) focus(button);
}

// The entries of the books that stand in a row, and the other rows in which they stand too: each names the others.
const theirs = (entry) => [...(entry?.querySelectorAll("[data-there]") ?? [])].map((row) => row.dataset.there);

function sharing(ids, except) {
  const rows = ids.flatMap((id) => [...document.querySelectorAll(`.merge-table [data-there="${id}"]`)]);
  return [...new Set(rows.map(entryOf))].filter((entry) => entry !== except);
}

// Rows as they stand now. What is being changed here, or asks for a decision, is left as it is.
const AT_ONCE = 100;
const isHeld = (entry) => entry.matches("[aria-busy]") || entry.querySelector("[data-edit-form], .is-opening, [data-conflict]");

async function refresh(entries) {
  let changed = 0;
  for (let start = 0; start < entries.length; start += AT_ONCE) {
    const ids = entries.slice(start, start + AT_ONCE).map((entry) => entry.dataset.entry);
    const reply = await fetch(`${table().dataset.rows}?ids=${ids}`, { headers: { "HX-Request": "true" } });
    if (!reply.ok || reply.redirected) break;
    const frame = document.createElement("template");
    frame.innerHTML = await reply.text();
    changed += [...frame.content.querySelectorAll(".merge-entry")].filter(replaced).length;
  }
  return changed;
}

// What a row says of the match itself; that another row shares it is no change of this one.
const saysOf = (entry) => [...entry.querySelectorAll(".merge-row")].map((row) => row.className + row.dataset.there).join();

// Whether the match became another one.
function replaced(fresh) {
  const entry = document.getElementById(fresh.id);
  if (!entry || isHeld(entry) || Number(fresh.dataset.version) < Number(entry.dataset.version)) return false;
  const before = entry.cloneNode(true);
  before.dataset.version = fresh.dataset.version;
  const isSame = before.isEqualNode(fresh);
  const isOther = saysOf(before) !== saysOf(fresh);
  const stop = entry.contains(document.activeElement) ? document.activeElement.id : "";
  if (isSame) entry.dataset.version = fresh.dataset.version;
  else entry.replaceWith(fresh);
  if (stop && !isSame) (document.getElementById(stop) ?? fresh.querySelector("[data-stop]"))?.focus({ preventScroll: true });
  return isOther;
}

// Each choice made here moves the draft on by one; when it is further, somebody else chose, used or undid.
let own = 0;
let known = Number(document.getElementById("merge-bar")?.dataset.version);

async function follow() {
  const bar = document.getElementById("merge-bar");
  const by = Number(bar?.dataset.version) - known;
  if (!(by > 0)) return;
  const isOwn = by <= own;
  own = isOwn ? own - by : 0;
  known += by;
  if (isOwn || !table()) return;
  const changed = await refresh([...document.querySelectorAll(".merge-entry")]);
  if (changed) say(bar.dataset.by, changed);
}

function say(who, count) {
  const rows = count === 1 ? "1 row" : `${count.toLocaleString("en-GB")} rows`;
  const words = who ? `${who} changed ${rows}.` : `${rows} changed.`;
  const detail = `${words} ${count === 1 ? "It is" : "They are"} shown as ${count === 1 ? "it stands" : "they stand"} now.`;
  document.dispatchEvent(new CustomEvent("bookbind:toast", { detail }));
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx?.sourceElement?.id === "merge-bar") follow();
});

// A bar that is just being replaced hears nothing, so it is asked once more when the choices pause.
let recount;
function count() {
  if (document.getElementById("merge-bar")) htmx.trigger("#merge-bar", "merge-changed");
}

// Stops that a reply brings back under the same name are found again by it.
function focus(stop) {
  stop?.focus();
  stop?.closest(".merge-row")?.scrollIntoView({ block: "nearest" });
}

// A row that came back takes the focus, unless somebody has gone on meanwhile: to another row, or to choose again.
function refocus(stop) {
  const at = document.activeElement;
  const isHere = entryOf(at) === entryOf(stop) && !at.closest("[data-edit-form]");
  if (at === document.body || isHere) focus(stop);
}

function next(row, by) {
  const all = stops();
  const at = all.findIndex((stop) => row.contains(stop));
  const to = all[at + by];
  if (to) return focus(to);
  const more = document.querySelector(".merge-more a");
  if (by > 0 && more) {
    more.scrollIntoView({ block: "nearest" });
    more.focus();
  }
  return undefined;
}

async function edit(row) {
  const place = placeOf(row);
  if (early.has(place) || row.querySelector(".is-editing")) return;
  const keys = [];
  early.set(place, keys);
  const cell = await openField(row).finally(() => early.delete(place));
  const form = cell?.querySelector("[data-edit-form]");
  const input = form?.querySelector("[role=combobox]");
  if (!input) return;
  cell.classList.add("is-editing");
  input.focus();
  input.select();
  input.click();
  form.querySelector("select").addEventListener("change", (event) => chosen(event.target, cell));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("focusout", () => setTimeout(() => {
    if (form.isConnected && !form.contains(document.activeElement)) close(cell, false);
  }));
  retype(input, keys);
}

// What was pressed before is answered first: its row takes this one's place.
async function openField(row) {
  const { id } = entryOf(row);
  await sending.get(id)?.catch(() => undefined);
  const now = document.getElementById(id)?.querySelector(`[data-use="${row.dataset.use}"]`);
  const link = now?.querySelector("[data-edit]");
  const cell = link?.parentElement;
  if (!cell) return undefined;
  if (document.activeElement === document.body) focus(now.querySelector("[data-stop]"));
  cell.classList.add("is-opening");
  await htmx.ajax("GET", link.dataset.edit, { source: cell, target: link, swap: "afterend" });
  cell.classList.remove("is-opening");
  return cell;
}

// What is typed while the field is on its way is meant for the field, and is no letter that does something. It is
// kept by the row's name, for an answer to what was pressed before brings the row back meanwhile.
const early = new Map();
const placeOf = (row) => `${entryOf(row).id} ${row.dataset.use}`;

function isEarly(event, row) {
  const keys = early.get(placeOf(row));
  if (!keys || !(event.key.length === 1 || event.key === "Enter")) return false;
  event.preventDefault();
  if (!event.repeat) keys.push(event.key);
  return true;
}

function retype(input, keys) {
  const text = keys.filter((key) => key !== "Enter").join("").trimStart();
  if (text) {
    input.value = text;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }
  if (text && keys.includes("Enter")) {
    input.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  }
}

function close(cell, takesFocus = true) {
  cell.querySelector("[data-edit-form]")?.remove();
  cell.classList.remove("is-editing");
  if (takesFocus) focus(rowOf(cell)?.querySelector("[data-stop]"));
}

async function chosen(select, cell) {
  const value = select.value;
  const entry = entryOf(cell);
  const { use } = rowOf(cell).dataset;
  if (!value) return close(cell);
  const id = entry.id;
  close(cell);
  await send(value, entry);
  const fresh = document.getElementById(id);
  return refocus(fresh?.querySelector(`[data-use="${use}"] [data-stop]`) ?? fresh?.querySelector("[data-stop]"));
}

function accept(row) {
  const { accept: value } = row.dataset;
  const entry = entryOf(row);
  if (value) {
    next(row, 1);
    return send(value, entry);
  }
  const isOpen = row.matches(".mark-none, .mark-left");
  return isOpen && !row.matches(".is-optional") ? edit(row) : next(row, 1);
}

function goOn(row, value) {
  const entry = entryOf(row);
  const isLast = stops().at(-1) === row.querySelector("[data-stop]");
  if (!isLast) next(row, 1);
  send(value, entry).then(() => {
    if (isLast) refocus(document.getElementById(entry.id)?.querySelector("[data-stop]"));
  });
}

const LETTERS = {
  c: (row) => row.dataset.create && goOn(row, row.dataset.create),
  u: (row) => row.dataset.leave && goOn(row, row.dataset.leave),
  e: (row) => edit(row),
  "?": () => show(document.getElementById("merge-keys"), document.activeElement),
};

// The letters work only while an entry has the focus, so that nobody presses them by chance.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches?.("input, textarea, select")) {
    return fromSearch(event);
  }
  const row = rowOf(event.target);
  const isStop = event.target.matches?.("[data-stop]");
  if (!row) return fromPage(event);
  if (isEarly(event, row)) return undefined;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    return next(row, event.key === "ArrowDown" ? 1 : -1);
  }
  if (event.key === "Enter" && isStop) {
    event.preventDefault();
    return accept(row);
  }
  if (event.key === " " && isStop && event.target.matches("a")) {
    event.preventDefault();
    return edit(row);
  }
  const does = LETTERS[event.key.toLowerCase()];
  if (does) {
    event.preventDefault();
    return does(row);
  }
  return undefined;
});

// While nothing has the focus, or a heading that was given it, an arrow goes to the first entry.
function fromPage(event) {
  const [first] = stops();
  const isArrow = event.key === "ArrowDown" || event.key === "ArrowUp";
  if (isArrow && first && event.target.matches?.("body, h1, .message-headline")) {
    event.preventDefault();
    return focus(first);
  }
  if (event.key === "?" && !event.target.closest?.("dialog")) {
    event.preventDefault();
    return LETTERS["?"]();
  }
  return undefined;
}

// From the search down into what was found, and Escape gives an open choice up.
function fromSearch(event) {
  const cell = event.target.closest?.(".merge-new.is-editing");
  if (cell && event.key === "Escape") {
    event.preventDefault();
    return close(cell);
  }
  if (event.target.matches?.("[data-search]") && event.key === "ArrowDown") {
    event.preventDefault();
    return focus(stops()[0]);
  }
  return undefined;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-edit]");
  const isPlain = !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
  if (link && isPlain) {
    event.preventDefault();
    return edit(rowOf(link));
  }
  const asks = event.target.closest("[data-question]");
  if (asks && isPlain) {
    event.preventDefault();
    return ask(asks.href);
  }
  return undefined;
});

document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.target.id !== "merge-choose" || !entryOf(button)) return;
  event.preventDefault();
  delete event.target.dataset.sending;
  const { id } = button;
  const entry = entryOf(button);
  const entryId = entry.id;
  send(button.value, entry).then(() => {
    refocus(document.getElementById(id) ?? document.getElementById(entryId)?.querySelector("[data-stop]"));
  });
});

// The focus returns to what had it, found by its name: its row may have come back meanwhile.
function show(dialog, opener) {
  dialog.showModal();
  dialog.addEventListener("close", () => (document.getElementById(opener.id) ?? opener).focus(), { once: true });
}

async function ask(url) {
  const dialog = document.getElementById("merge-question");
  const opener = document.activeElement;
  document.getElementById("merge-question-content").replaceChildren();
  await htmx.ajax("GET", url, { source: dialog, target: "#merge-question-content", swap: "innerHTML" });
  const title = document.getElementById("merge-question-title");
  if (!title) return;
  show(dialog, opener);
  title.focus();
}

// The search stands in the address, so that it can be kept and sent, and in those of the other filters.
const searching = (address, text) => {
  const url = new URL(address);
  if (text) url.searchParams.set("q", text);
  else url.searchParams.delete("q");
  return url;
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("[data-merge-search]");
  if (!form) return;
  const { show, q } = form.elements;
  history.replaceState(history.state, "", searching(`${form.action}?show=${show.value}`, q.value));
  for (const filter of form.querySelectorAll(".merge-filters a")) filter.href = searching(filter.href, q.value);
});

// More rows that were asked for by keyboard: the first of them takes the focus.
document.addEventListener("htmx:after:swap", () => {
  if (document.activeElement !== document.body || !table()?.dataset.atEnd) return;
  const at = Number(table().dataset.atEnd);
  delete table().dataset.atEnd;
  focus(stops()[at]);
});

document.addEventListener("focusin", (event) => {
  if (event.target.closest(".merge-more")) table().dataset.atEnd = String(stops().length);
});

// Where the steps scroll sideways, the one that is open has to be seen; steps that are counted anew stay where they were.
document.querySelector(".merge-tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
let aside = document.getElementById("merge-tabs")?.scrollLeft;

document.addEventListener("scroll", ({ target }) => {
  if (target.id === "merge-tabs") aside = target.scrollLeft;
}, { capture: true, passive: true });

document.addEventListener("htmx:after:swap", () => {
  const fresh = document.getElementById("merge-tabs");
  if (fresh && fresh.scrollLeft !== aside) fresh.scrollLeft = aside;
});

// After Save or Use, which lead here by a redirect, the heading takes the focus that was on their button; after Next
// or a step, the focus that was on the link.
const [arrival] = performance.getEntriesByType("navigation");
const steps = [...document.querySelectorAll(".merge-tabs a")].map((step) => step.href);
const pages = [...steps, steps[0]?.replace(/lists\/[^/]+\/$/, "")];
const cameFrom = document.referrer.split("?")[0];
const isNextStep = arrival?.type === "navigate" && pages.includes(cameFrom)
  && cameFrom !== location.origin + location.pathname;
if ((arrival?.redirectCount || isNextStep) && document.activeElement === document.body && !document.querySelector("[autofocus]")) {
  const heading = document.querySelector(".merge-top h1");
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
}

// What is said when somebody arrives is said once: the page read again is the page alone.
if (document.querySelector("[data-said-once]")) history.replaceState(history.state, "", location.pathname);
