// The paper beside the form: zoom, page n of m, and keys while the paper has the focus.

const STEPS = [50, 75, 100, 125, 150, 200, 300];

function startViewer(viewer) {
  const scroller = viewer.querySelector("[data-viewer-scroll]");
  const pages = [...viewer.querySelectorAll("[data-viewer-page]")];
  const position = viewer.querySelector("[data-viewer-position]");
  const zoomLabel = viewer.querySelector("[data-viewer-zoom]");
  let zoom = 100;
  let current = 0;

  function showZoom(percent) {
    const middle = (scroller.scrollTop + scroller.clientHeight / 2) / scroller.scrollHeight;
    zoom = percent;
    viewer.style.setProperty("--zoom", String(percent / 100));
    if (zoomLabel) zoomLabel.textContent = `${percent}%`;
    scroller.scrollTop = middle * scroller.scrollHeight - scroller.clientHeight / 2;
  }

  function step(direction) {
    const next = direction > 0 ? STEPS.find((s) => s > zoom) : STEPS.findLast((s) => s < zoom);
    if (next) showZoom(next);
  }

  function goTo(index) {
    const page = pages[Math.max(0, Math.min(pages.length - 1, index))];
    if (page) scroller.scrollTo({ top: page.offsetTop - scroller.offsetTop, behavior: "auto" });
  }

  function showPosition() {
    const middle = scroller.scrollTop + scroller.offsetTop + scroller.clientHeight / 3;
    const found = pages.findLastIndex((page) => page.offsetTop <= middle);
    current = Math.max(0, found);
    if (position) position.textContent = `Page ${current + 1} of ${pages.length}`;
  }

  const actions = {
    in: () => step(1),
    out: () => step(-1),
    fit: () => showZoom(100),
    previous: () => goTo(current - 1),
    next: () => goTo(current + 1),
  };

  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-viewer-do]");
    if (button) actions[button.dataset.viewerDo]?.();
  });
  const keys = { "+": "in", "=": "in", "-": "out", 0: "fit", PageDown: "next", PageUp: "previous" };
  scroller.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    actions[keys[event.key]]();
  });
  for (const page of pages) {
    const image = page.querySelector("img");
    image?.addEventListener("error", () => page.classList.add("is-unreadable"));
    if (image?.complete && image.naturalWidth === 0 && image.loading !== "lazy") page.classList.add("is-unreadable");
  }
  scroller.addEventListener("scroll", showPosition, { passive: true });
  viewer.classList.add("is-ready");
  showPosition();
}

document.querySelectorAll("[data-viewer]").forEach(startViewer);
