// Turns select[data-combobox] into an input that filters; the select keeps the value that is posted.
// Follows the ARIA pattern of a combobox with a listbox: focus stays in the input, aria-activedescendant moves.
const SHOWN = 60;
const ASK_AFTER_MILLISECONDS = 150;

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function grouped(number) {
  return number.toLocaleString("en-GB");
}

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

class Combobox {
  constructor(select) {
    this.select = select;
    this.active = -1;
    this.shown = [];
    this.build();
    this.showChosen();
    this.listen();
  }

  build() {
    const { select } = this;
    const id = `${select.id}-input`;
    this.input = element("input", {
      id, type: "text", role: "combobox", class: "combobox-input input", autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": `${select.id}-list`,
    });
    this.input.placeholder = select.dataset.placeholder ?? "Type or choose…";
    for (const name of ["aria-describedby", "aria-invalid", "aria-label"]) {
      if (select.hasAttribute(name)) this.input.setAttribute(name, select.getAttribute(name));
    }
    this.input.disabled = select.disabled;
    this.arrow = element("button", { type: "button", class: "combobox-arrow", tabindex: "-1", "aria-hidden": "true" });
    this.list = element("div", { id: `${select.id}-list`, role: "listbox", class: "combobox-list" });
    this.list.hidden = true;
    const label = select.labels[0];
    if (label) {
      label.htmlFor = id;
      label.id ||= `${select.id}-label`;
      this.list.setAttribute("aria-labelledby", label.id);
    }
    this.status = element("span", { class: "visually-hidden", role: "status" });
    this.box = element("div", { class: "combobox" });
    select.before(this.box);
    this.box.append(this.input, this.arrow, this.list, this.status, select);
    if (select.required) {
      // A hidden select can't show the browser's own complaint, so the input asks for it.
      this.input.required = true;
      select.required = false;
    }
    if (select.dataset.newName) {
      this.fresh = element("input", { type: "hidden", name: select.dataset.newName, value: select.dataset.newValue ?? "" });
      this.box.append(this.fresh);
    }
    if ("focus" in select.dataset) this.input.focus();
  }

  listen() {
    const { input, list } = this;
    input.addEventListener("input", () => this.typed());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("focus", () => this.load());
    input.addEventListener("click", () => this.open());
    input.addEventListener("blur", () => this.leave());
    this.arrow.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      input.focus();
      if (list.hidden) this.open(); else this.close();
    });
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const row = event.target.closest("[role=option]");
      if (row) this.choose(this.shown[Number(row.dataset.at)]);
    });
    this.select.addEventListener("bookbind:changed", () => this.showChosen());
    this.select.form?.addEventListener("reset", () => setTimeout(() => this.showChosen()));
  }

  showChosen() {
    const chosen = this.select.selectedOptions[0];
    const isNew = !chosen?.value && this.fresh?.value;
    this.input.value = isNew ? this.fresh.value : chosen?.value ? chosen.text : "";
  }

  typed() {
    this.entered = this.walked = false;
    if (this.select.dataset.url) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.ask(), ASK_AFTER_MILLISECONDS);
      this.awaited = this.input.value;
    }
    this.open(this.input.value);
  }

  // Whether entries for what is typed are still on their way.
  get isAsking() {
    return this.awaited !== undefined && this.awaited === this.input.value;
  }

  // The first entries come with the focus, so that a short list can be filtered without waiting.
  load() {
    if (!this.select.dataset.url || this.loaded) return;
    this.loaded = true;
    this.ask("");
  }

  async ask(asked = this.input.value) {
    const address = new URL(this.select.dataset.url, location.href);
    address.searchParams.set("q", asked);
    const found = await fetch(address, { headers: { "HX-Request": "true" } })
      .then((reply) => (reply.ok ? reply.text() : null)).catch(() => null);
    if (asked && asked !== this.input.value) return;
    if (asked === this.awaited) this.awaited = undefined;
    this.isUnanswered = found === null;
    this.take(found ?? "");
    if (this.isAsking || !this.entered) return;
    this.entered = false;
    if (this.list.hidden) return;
    if (this.isUnanswered) this.open(this.query);
    else this.choose(this.shown[this.active]);
  }

  // Whether Enter was pressed before the entries for what is typed came, or they never came.
  get isHasty() {
    return this.isAsking ? this.entered : Boolean(this.isUnanswered && this.query?.trim());
  }

  // Adds the entries that came to those that can be chosen, and to the list where it is open.
  take(options) {
    const frame = document.createElement("template");
    frame.innerHTML = options;
    const kept = this.select.value;
    const known = new Set([...this.select.options].map((option) => option.value));
    for (const option of frame.content.querySelectorAll("option")) {
      if (!known.has(option.value)) this.select.append(option);
    }
    this.select.value = kept;
    if (this.list.hidden) return;
    // Whoever has walked down the list already stays on the same entry when more arrive.
    const held = this.active > 0 ? this.shown[this.active] : null;
    this.open(this.query);
    if (held) this.move(Math.max(0, this.shown.findIndex((item) => item.value === held.value && item.text === held.text)));
  }

  matches(query) {
    const words = fold(query).split(/\s+/).filter(Boolean);
    const all = [...this.select.options].filter((option) => option.value);
    // What can always be done, whatever is typed, stands last.
    const staying = all.filter((option) => "stays" in option.dataset);
    const options = all.filter((option) => !("stays" in option.dataset));
    const found = options.filter((option) => {
      const text = fold(`${option.text} ${option.dataset.hint ?? ""}`);
      return words.every((word) => text.includes(word));
    });
    const start = fold(query.trim());
    // The name itself goes first, with or without the code before it, then what begins with what was typed.
    const rank = (option) => {
      const text = fold(option.text);
      const names = [text, text.replace(/^\S*\d\S*\s+/, "")];
      if (names.includes(start)) return 0;
      if (names.some((name) => name.startsWith(start))) return 1;
      return words.every((word) => text.includes(word)) ? 2 : 3;
    };
    // What can't be chosen goes last, with its reason.
    const order = (a, b) => a.disabled - b.disabled || (words.length ? rank(a) - rank(b) : 0);
    return { total: options.length, found: found.sort(order), staying };
  }

  open(query = "") {
    if (this.input.disabled) return;
    this.query = query;
    const { total, found, staying } = this.matches(query);
    this.shown = found.slice(0, SHOWN).map((option) => this.item(option));
    const typed = query.trim();
    const isExact = found.some((option) => fold(option.text) === fold(typed));
    if (this.fresh && typed && !isExact) {
      this.shown.push({ value: "", text: typed, label: this.select.dataset.newText.replace("{}", typed) });
    }
    const count = this.shown.length;
    this.shown.push(...staying.map((option) => this.item(option)));
    const rows = this.shown.map((item, at) => this.row(item, at));
    rows[count]?.classList.add("is-first-staying");
    const nothing = (this.isHasty || (!count && (typed || !rows.length))) && this.nothing();
    if (nothing) rows.unshift(element("div", { class: "combobox-note" }, nothing));
    if (found.length > SHOWN) {
      rows.push(element("div", { class: "combobox-note" }, `${grouped(found.length - SHOWN)} more: type to narrow down.`));
    }
    this.list.replaceChildren(...rows);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.list.classList.toggle("combobox-list-up", this.list.getBoundingClientRect().bottom > innerHeight && this.input.getBoundingClientRect().top > 340);
    this.status.textContent = nothing || (typed ? `${grouped(found.length)} of ${grouped(total)}` : `${grouped(total)} ${total === 1 ? "choice" : "choices"}`);
    // What can always be done is never what Enter takes because nothing else was found.
    const first = count ? 0 : -1;
    this.move(typed ? first : this.shown.findIndex((item) => item.value && item.value === this.select.value));
  }

  nothing() {
    if (this.isAsking) return "Searching…";
    return this.isUnanswered ? "The search got no answer. Type again." : "Nothing matches.";
  }

  item(option) {
    return { value: option.value, text: option.text, hint: option.dataset.hint, disabled: option.disabled };
  }

  row(item, at) {
    const isChosen = Boolean(item.value) && item.value === this.select.value;
    const made = element("div", { role: "option", id: `${this.select.id}-option-${at}`, class: "combobox-option", "data-at": at, "aria-selected": String(isChosen) });
    if (item.disabled) made.setAttribute("aria-disabled", "true");
    made.append(element("span", { class: "combobox-text" }, item.label ?? item.text));
    if (item.hint) made.append(element("span", { class: "combobox-hint" }, item.hint));
    return made;
  }

  move(at) {
    this.active = at;
    const rows = [...this.list.querySelectorAll("[role=option]")];
    rows.forEach((row, index) => row.classList.toggle("is-active", index === at));
    if (rows[at]) {
      this.input.setAttribute("aria-activedescendant", rows[at].id);
      rows[at].scrollIntoView({ block: "nearest" });
    } else {
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  key(event) {
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      this.entered = false;
      if (!isOpen) return this.open();
      this.walked = true;
      const last = this.shown.length - 1;
      return this.move(event.key === "ArrowDown" ? Math.min(this.active + 1, last) : Math.max(this.active - 1, 0));
    }
    const isAsked = this.active >= 0 || this.query?.trim();
    if (event.key === "Enter" && isOpen && isAsked && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      // Whoever types faster than the entries come gets the first of them all the same. What is there already
      // is taken at once only where somebody walked to it, or it says just what was typed.
      const item = this.shown[this.active];
      this.entered = this.isAsking && !this.walked && fold(item?.text ?? "") !== fold(this.input.value.trim());
      return this.entered ? this.open(this.query) : this.choose(item);
    }
    if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      this.showChosen();
      return this.close();
    }
    if (event.key === "Tab" && isOpen && this.active >= 0 && this.input.value.trim()) this.choose(this.shown[this.active]);
    return undefined;
  }

  choose(item) {
    if (!item || item.disabled) return;
    const before = `${this.select.value}\n${this.fresh?.value ?? ""}`;
    this.select.value = item.value;
    if (this.fresh) this.fresh.value = item.value ? "" : item.text;
    this.input.value = item.text;
    this.close();
    if (before !== `${this.select.value}\n${this.fresh?.value ?? ""}`) {
      this.select.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  leave() {
    // What was typed but not chosen: empty clears, an exact name is taken, anything else goes back.
    const typed = this.input.value.trim();
    if (!typed) {
      this.choose({ value: "", text: "" });
    } else {
      const exact = [...this.select.options].find((option) => option.value && !option.disabled && fold(option.text) === fold(typed));
      if (exact) this.choose({ value: exact.value, text: exact.text });
      else if (this.fresh) this.choose({ value: "", text: typed });
      else this.showChosen();
    }
    this.close();
  }

  close() {
    this.entered = this.walked = false;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.active = -1;
  }
}

function enhance(root) {
  for (const select of root.querySelectorAll("select[data-combobox]:not([data-ready])")) {
    select.dataset.ready = "yes";
    new Combobox(select);
  }
}

enhance(document);
document.addEventListener("htmx:after:swap", () => enhance(document));
