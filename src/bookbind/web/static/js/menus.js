// Puts a popover menu beside its button, keeps it there, and moves through it with the arrow keys.
const GAP = 4;
const EDGE = 8;

function place(menu, button) {
  const anchor = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const fitsBelow = anchor.bottom + GAP + height <= innerHeight - EDGE;
  const top = fitsBelow ? anchor.bottom + GAP : Math.max(EDGE, anchor.top - GAP - height);
  const fitsRight = anchor.left + width <= innerWidth - EDGE;
  const left = fitsRight ? anchor.left : anchor.right - width;
  menu.style.top = `${top}px`;
  menu.style.left = `${Math.max(EDGE, left)}px`;
}

function opener(menu) {
  return document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

// A page that saves itself moves under an open menu, and a press on a button at the edge scrolls it into view:
// the menu goes along, and closes only once its button is out of sight.
function follow() {
  const menu = document.querySelector("[data-menu]:popover-open");
  if (!menu) return;
  const anchor = opener(menu)?.getBoundingClientRect();
  if (!anchor || anchor.bottom < 0 || anchor.top > innerHeight) menu.hidePopover();
  else place(menu, opener(menu));
}

function items(menu) {
  return [...menu.querySelectorAll("a, button:not(:disabled)")];
}

function step(menu, event) {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all.at(to % all.length)?.focus();
}

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("[data-menu]")) return;
    const button = opener(menu);
    button?.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState !== "open" || !button) return;
    place(menu, button);
    items(menu)[0]?.focus({ preventScroll: true });
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (menu) step(menu, event);
});

addEventListener("resize", follow);
addEventListener("scroll", follow, { passive: true, capture: true });
document.addEventListener("htmx:after:swap", follow);
