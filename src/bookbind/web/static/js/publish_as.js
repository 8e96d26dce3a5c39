// Offers only those ways to publish that the chosen kind of document has; the server checks the same.
const frame = document.querySelector("[data-finalities]");
const kind = document.getElementById("id_publish_to");
const finality = frame?.querySelector("select");

function read(text) {
  const pairs = text.split(";").filter((part) => part.includes(":"));
  return new Map(pairs.map((part) => [part.split(":")[0], part.split(":")[1].trim().split(/\s+/)]));
}

function offer() {
  const possible = read(frame.dataset.finalities).get(kind.value) ?? [];
  for (const option of finality.options) {
    option.hidden = option.disabled = option.value !== "" && !possible.includes(option.value);
  }
  if (finality.selectedOptions[0]?.disabled) finality.value = possible[0];
}

if (frame && kind && finality) {
  kind.addEventListener("change", offer);
  offer();
}
