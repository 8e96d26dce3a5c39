// The lines of a document: add, remove, and sums that move as one types. The server has the last word.

export function readAmount(text) {
  const stripped = text.trim().replace(/[^\d.,()-]/g, "");
  if (!/\d/.test(stripped)) return null;
  const negative = /^[(-]/.test(stripped) || stripped.endsWith("-");
  let digits = stripped.replace(/[()-]/g, "");
  if (digits.includes(",") && digits.includes(".")) {
    const thousands = digits.lastIndexOf(",") > digits.lastIndexOf(".") ? "." : ",";
    digits = digits.replaceAll(thousands, "").replace(",", ".");
  } else if (digits.split(",").length === 2 && !/,\d{3}$/.test(digits)) {
    digits = digits.replace(",", ".");
  } else if (digits.split(".").length > 2) {
    digits = digits.replaceAll(".", "");
  } else {
    digits = digits.replaceAll(",", "");
  }
  const value = Number(digits);
  return Number.isFinite(value) ? (negative ? -value : value) : null;
}

function round(amount, places) {
  const factor = 10 ** places;
  return (Math.sign(amount) * Math.round(Math.abs(amount) * factor + 1e-7)) / factor;
}

export function startLines(form) {
  const section = form.querySelector("[data-lines]");
  if (!section || section.dataset.linesReady) return;
  section.dataset.linesReady = "yes";
  const places = Number(section.dataset.places);
  const body = section.querySelector("[data-lines-body]");
  const template = section.querySelector("template");
  const count = section.querySelector("input[name$=TOTAL_FORMS]");
  const total = form.querySelector("[data-total]");
  const show = (amount) => amount.toLocaleString("en-GB", { minimumFractionDigits: places, maximumFractionDigits: places });
  const write = (amount) => amount.toFixed(places);
  const part = (row, name) => row.querySelector(`[data-line=${name}]`);
  const amountIn = (input) => (input ? readAmount(input.value) : null);
  const rows = () => [...body.querySelectorAll("[data-line-row]")].filter((row) => !row.hidden);

  function rateOf(row) {
    const rate = part(row, "rate")?.selectedOptions[0]?.dataset.rate;
    return rate === undefined || rate === "" ? null : Number(rate);
  }

  // A VAT field left empty is computed from the rate and shows the sum in grey; what is typed there is the paper's.
  function taxOf(row) {
    const tax = part(row, "tax");
    const typed = tax.readOnly ? null : amountIn(tax);
    return typed ?? computedTax(row);
  }

  function computedTax(row) {
    const net = amountIn(part(row, "net"));
    const rate = rateOf(row);
    return net === null || rate === null ? 0 : round((net * rate) / 100, places);
  }

  function computeTax(row) {
    const tax = part(row, "tax");
    const known = amountIn(part(row, "net")) !== null && rateOf(row) !== null;
    tax.placeholder = known ? write(computedTax(row)) : "";
    const origin = row.querySelector("[data-tax-origin]");
    if (!origin) return;
    if (tax.value.trim() !== "" && !tax.readOnly) origin.textContent = "from the document";
    else origin.textContent = known ? "computed from the rate" : "";
  }

  function splitTotal() {
    const all = rows();
    const gross = amountIn(total);
    if (all.length !== 1 || gross === null) return;
    const net = part(all[0], "net");
    const tax = part(all[0], "tax");
    if (net.value.trim() !== "" && net.dataset.worked !== "yes") return;
    const rate = rateOf(all[0]);
    if (rate === null) return;
    const without = round(gross / (1 + rate / 100), places);
    net.value = write(without);
    net.dataset.worked = "yes";
    const exact = round(gross - without, places);
    if (!tax.readOnly) tax.value = exact === computedTax(all[0]) ? "" : write(exact);
  }

  function showSums() {
    let net = 0;
    let tax = 0;
    for (const row of rows()) {
      net += amountIn(part(row, "net")) ?? 0;
      tax += taxOf(row);
      computeTax(row);
    }
    const sum = round(net + tax, places);
    section.querySelector("[data-sum=net]").textContent = show(round(net, places));
    section.querySelector("[data-sum=tax]").textContent = show(round(tax, places));
    section.querySelector("[data-sum=total]").textContent = show(sum);
    const typed = amountIn(total);
    const verdict = form.querySelector("[data-verdict]");
    if (!verdict) return;
    const gap = typed === null ? null : round(typed - sum, places);
    verdict.classList.toggle("is-agreed", gap === 0);
    verdict.classList.toggle("is-off", gap !== null && gap !== 0);
    if (gap === null) verdict.textContent = "Type the total from the paper";
    else if (gap === 0) verdict.textContent = "✓ lines agree";
    else verdict.textContent = `lines are ${show(Math.abs(gap))} ${gap > 0 ? "short" : "over"}`;
  }

  function showShape() {
    section.classList.toggle("has-many", rows().length > 1);
  }

  function addLine() {
    const index = Number(count.value);
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__prefix__", String(index));
    const row = holder.content.querySelector("[data-line-row]");
    const last = rows().at(-1);
    if (last) {
      part(row, "rate").value = part(last, "rate").value;
      const gap =
        (amountIn(total) ?? 0) -
        rows().reduce((sum, r) => sum + (amountIn(part(r, "net")) ?? 0) + taxOf(r), 0);
      if (gap > 0 && rateOf(row) !== null) part(row, "net").value = write(round(gap / (1 + rateOf(row) / 100), places));
    }
    body.append(row);
    count.value = String(index + 1);
    showShape();
    showSums();
    row.dispatchEvent(new CustomEvent("line:added", { bubbles: true }));
    row.querySelector("input:not([type=hidden])")?.focus();
  }

  function removeLine(row) {
    if (rows().length === 1) return;
    const mark = row.querySelector("input[name$=-DELETE]");
    if (mark) mark.checked = true;
    const near = rows()[Math.max(0, rows().indexOf(row) - 1)];
    row.hidden = true;
    showShape();
    showSums();
    near.querySelector("input:not([type=hidden])")?.focus();
    form.dispatchEvent(new Event("change", { bubbles: true }));
  }

  section.addEventListener("click", (event) => {
    if (event.target.closest("[data-line-add]")) addLine();
    const remove = event.target.closest("[data-line-remove]");
    if (remove) removeLine(remove.closest("[data-line-row]"));
  });
  form.addEventListener("input", (event) => {
    const name = event.target.dataset.line;
    if (name === "net") event.target.dataset.worked = "";
    if (event.target === total) splitTotal();
    showSums();
  });
  section.addEventListener("change", (event) => {
    if (event.target.dataset.line !== "rate") return;
    const row = event.target.closest("[data-line-row]");
    const net = part(row, "net");
    if (net.dataset.worked === "yes" || net.value.trim() === "") splitTotal();
    showSums();
  });
  showShape();
  showSums();
}
