"""Merge lists in a real browser: by keyboard alone, live numbers, the preview, the undo, 5,000 suppliers."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PICTURES, Demo, Visitor
from tests.browser.merge_steps import (
    DALE,
    complaints,
    entry,
    fill,
    hold,
    press,
    root_of,
    settle,
    type_and_wait,
)
from tests.browser.steps import change_to_quickbooks, combobox

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

MANY = 5_000
STOPS = (
    "lists/dimensions/",
    "lists/categories/?show=all",
    "lists/suppliers/?show=all",
    "preview",
    "mapping",
)
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
FOCUSED = "document.activeElement.id"
# What has the focus, if the bar lies over any of it.
HIDDEN = """() => {
  const focused = document.activeElement, bar = document.getElementById("merge-bar");
  const covers = getComputedStyle(bar).position === "sticky" && !bar.contains(focused);
  const overlaps = focused.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
  return covers && overlaps ? [focused.id || focused.textContent.trim()] : [];
}"""
# For each lot of rows that arrives: how many they are, and how many elements our scripts looked at meanwhile.
WATCH_WORK = """() => {
  window.lots = [];
  let looked = 0;
  for (const { prototype } of [Document, DocumentFragment, Element]) {
    const { querySelectorAll } = prototype;
    prototype.querySelectorAll = function (...asked) {
      const found = querySelectorAll.apply(this, asked);
      looked += found.length;
      return found;
    };
  }
  const isRow = (node) => node.matches?.(".merge-entry");
  new MutationObserver((changes) => {
    const rows = changes.flatMap((change) => [...change.addedNodes]).filter(isRow).length;
    if (!rows) return;
    lots.push({ rows, looked });
    looked = 0;
  }).observe(document.querySelector(".merge-table"), { childList: true, subtree: true });
}"""
ROWS_AT_ONCE, NODES_OF_A_ROW = 100, 60
# Counted by the page itself: a locator would walk through all that is there, each time that it is asked.
SHOWN = "document.getElementsByClassName('merge-entry').length"
NODES = "document.querySelector('.merge-table').getElementsByTagName('*').length"


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor], demo: Demo) -> Visitor:
    """The accountant, after Dale moved from Xero to QuickBooks and bills arrived."""
    visitor = stay("Jo Harbour", reduced_motion="reduce")
    change_to_quickbooks(visitor, DALE, "jo@harbour.test", "Acme Holdings Ltd")
    fill(demo, "bills", "dale")
    return visitor


@pytest.fixture(scope="module")
def root(jo: Visitor) -> str:
    """The address of Merge lists."""
    return root_of(jo)


def test_merge_lists_opens_after_the_change(jo: Visitor, root: str) -> None:
    jo.open(f"{root}?moved=yes")
    expect(jo.page.get_by_role("main")).to_contain_text("is now your accounting software.")
    assert complaints(jo.page) == []
    jo.open(root)
    main = jo.page.get_by_role("main")
    expect(main).to_contain_text("Xero (Dale (Property) Ltd)")
    expect(main).to_contain_text("QuickBooks Online (Acme Holdings Ltd)")
    expect(main.get_by_role("navigation", name="Steps")).to_contain_text("Suppliers")
    jo.keep("merge-publishing")


@pytest.mark.req("UX-01", "CHG-04")
def test_everything_is_matched_by_keyboard_alone(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/tax_rates/")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    settle(page)
    jo.open(f"{root}lists/categories/")
    page.screenshot(path=PICTURES / "merge-lists.png")
    page.keyboard.press("/")
    assert page.evaluate(FOCUSED) == "q"
    page.keyboard.press("ArrowDown")
    rows = page.locator(".merge-table [data-stop]")
    for number in range(rows.count()):
        assert page.evaluate(FOCUSED) == rows.nth(number).get_attribute("id"), "the focus is never lost"
        if rows.nth(number).get_attribute("role") != "checkbox":
            page.keyboard.press("u")
        else:
            page.keyboard.press("Enter")
        settle(page)
    jo.keep("merge-keyboard")
    # The steps look at all lists and follow a moment later; opened again, they have to know of every choice.
    jo.open(f"{root}lists/categories/")
    expect(page.locator("#merge-tabs")).to_contain_text(re.compile(r"Categories\s*\d+ ticked"))


@pytest.mark.req("UX-01")
def test_another_match_is_searched_created_left_and_ticked_by_keyboard(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all&q=consulting")
    page.locator("#q").focus()
    page.keyboard.press("ArrowDown")
    stop = page.evaluate(FOCUSED)
    page.keyboard.press("e")
    field = combobox(page, re.compile("Consulting"))
    expect(field).to_be_focused()
    page.keyboard.type("legal")
    expect(page.get_by_role("option", name=re.compile("Legal")).first).to_be_visible()
    jo.keep("merge-choosing")
    page.keyboard.press("Enter")
    settle(page)
    expect(page.locator(f"#{stop}")).to_be_focused()
    expect(page.locator(".merge-match").first).to_contain_text("Legal")
    page.keyboard.press("c")
    settle(page)
    expect(page.locator(".merge-match").first).to_contain_text("Create “Consulting”")
    page.keyboard.press("u")
    settle(page)
    expect(page.locator(".merge-match").first).to_contain_text("Left unmatched")
    page.keyboard.press("e")
    page.get_by_role("option", name="Back to what is proposed").click()
    settle(page)
    expect(page.locator(f"#{stop}")).to_have_attribute("aria-checked", "true")
    page.keyboard.press("Space")
    settle(page)
    expect(page.locator(f"#{stop}")).to_have_attribute("aria-checked", "false")
    expect(page.locator(f"#{stop}")).to_be_focused()
    page.keyboard.press("Space")
    settle(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(f"#{stop}")).to_be_focused()


@pytest.mark.req("UX-01")
def test_the_keys_work_from_the_page_itself(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Keys")
    expect(keys).to_be_visible()
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".merge-table [data-stop]").first).to_be_focused()


@pytest.mark.req("UX-01", "CHG-04")
def test_what_was_proposed_stands_first_in_the_field(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all&q=449")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("u")
    settle(page)
    match = page.locator(".merge-match").first
    expect(match).to_contain_text("Left unmatched")
    page.keyboard.press("e")
    first = page.get_by_role("option").first
    expect(first).to_contain_text(re.compile(r"^Motor vehicle expenses\d\d+% sure$"))
    type_and_wait(page, "motor")
    expect(first).to_contain_text(re.compile(r"^Motor vehicle expenses\d\d+% sure$"))
    expect(first).to_have_class(re.compile("is-active"))
    page.keyboard.press("Enter")
    settle(page)
    expect(match).to_contain_text("Motor vehicle expenses")


@pytest.mark.req("UX-01")
def test_text_that_matches_nothing_chooses_nothing(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all&q=449")
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    stood = page.locator(".merge-match").first.inner_text()
    page.keyboard.press("e")
    field = combobox(page, re.compile("449"))
    expect(field).to_be_focused()
    type_and_wait(page, "Back to")
    expect(page.get_by_role("listbox")).to_contain_text("Nothing matches.")
    expect(page.locator(".combobox-option.is-active")).to_have_count(0)
    page.keyboard.press("Enter")
    expect(field).to_be_focused()
    page.keyboard.press("Escape")
    assert page.locator(".merge-match").first.inner_text() == stood


@pytest.mark.req("CHG-05", "CHG-06")
def test_the_numbers_move_and_what_they_promise_happens(jo: Visitor, root: str) -> None:
    page = jo.page
    # These books keep no VAT, so what a document needs there is its category.
    jo.open(f"{root}lists/categories/")
    number = page.locator("#merge-bar .merge-numbers a").nth(1)
    promised = number.inner_text()
    assert int(promised.split(" ", 1)[0]) > 0
    page.locator(".merge-table [data-stop][role=checkbox]").first.focus()
    page.keyboard.press("Space")
    expect(number).not_to_have_text(promised)
    page.keyboard.press("Enter")
    expect(number).to_have_text(promised)
    page.locator("#merge-use").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"Use these \d+ matches\?"))
    expect(dialog).to_contain_text("Nothing already published changes, nothing in Xero changes.")
    jo.page.screenshot(path=PICTURES / "merge-preview.png")
    assert complaints(page) == []
    dialog.get_by_role("button", name=re.compile("^Use")).click()
    expect(page.get_by_role("main")).to_contain_text("Matched.")
    count = promised.split(" ", 1)[0]
    expect(page.get_by_role("main")).to_contain_text(
        re.compile(rf"Matched\. {count} documents? became ready by it\.")
    )
    expect(page.get_by_role("link", name="Start publishing…")).to_be_visible()
    expect(page.get_by_role("heading", name="Merge lists")).to_be_focused()
    jo.keep("merge-used")
    assert complaints(page) == []


@pytest.mark.req("CHG-06")
def test_what_was_used_is_taken_back_with_one_press(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(root)
    page.locator("#merge-undo").click()
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"Undone: (\d+) of \1 matches\."))
    expect(page.get_by_role("main")).to_contain_text(re.compile(r"\d+ documents wait again\."))
    jo.keep("merge-undone")


@pytest.mark.req("CHG-07", "UX-01")
def test_what_is_typed_for_a_match_outlives_the_save_of_the_document(jo: Visitor) -> None:
    page = jo.page
    jo.open(f"{DALE}/costs/?show=waiting")
    page.locator("main table a").first.click()
    held = hold(page, "**/save*")
    page.get_by_label("Reference").fill("Q-changed")
    match = combobox(page, "Match it")
    match.fill("Moto")
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response("**/save*"):
        held[0].continue_()
    expect(page.locator("[data-save-state]")).to_contain_text("Saved")
    expect(match).to_have_value("Moto")
    expect(match).to_be_focused()
    page.keyboard.type("r vehicle")
    expect(page.get_by_role("option", name=re.compile("Motor vehicle")).first).to_be_visible()
    page.keyboard.press("Escape")
    shown = page.locator("#cost-reason").element_handle()
    page.get_by_label("Reference").focus()
    page.wait_for_function("reason => !reason.isConnected", arg=shown)
    expect(match).to_be_visible()
    page.unroute("**/save*")


@pytest.mark.req("CHG-07")
def test_a_document_is_matched_where_it_waits(jo: Visitor) -> None:
    page = jo.page
    jo.open(f"{DALE}/costs/?show=waiting")
    page.locator("main table a").first.click()
    expect(page.get_by_role("main")).to_contain_text(
        "has no match in QuickBooks Online (Acme Holdings Ltd) yet."
    )
    expect(page.get_by_role("main")).to_contain_text("in Xero.")
    jo.page.screenshot(path=PICTURES / "merge-document.png")
    assert complaints(page) == []
    page.get_by_role("button", name="Match", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Matched.")


@pytest.mark.req("UX-01")
@pytest.mark.parametrize(("width", "height"), [(640, 400), (1280, 800)])
def test_the_bar_hides_nothing_that_has_the_focus(jo: Visitor, root: str, width: int, height: int) -> None:
    """The first is what 200 % zoom leaves of the second."""
    page = jo.page
    page.set_viewport_size({"width": width, "height": height})
    jo.open(f"{root}lists/categories/?show=all")
    hidden = []
    for _ in range(60):
        page.keyboard.press("Tab")
        hidden += page.evaluate(HIDDEN)
    jo.page.screenshot(path=PICTURES / f"merge-focus-{width}.png")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert hidden == []


@pytest.mark.req("UX-01", "UX-05")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_step_can_be_used_by_everybody(jo: Visitor, root: str, scheme: str) -> None:
    page = jo.page
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    said = []
    for path in (
        "lists/dimensions/",
        "lists/categories/?show=all",
        "lists/suppliers/?show=all",
        "preview",
        "mapping",
    ):
        jo.open(f"{root}{path}")
        said += [f"{path} {each}" for each in complaints(page)]
        page.set_viewport_size({"width": 320, "height": 700})
        sideways = page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        said += [f"{path} scrolls sideways"] if sideways else []
        jo.keep(f"merge-narrow-{scheme}-{re.sub('[^a-z]+', '-', path).strip('-')}")
        page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert said == []


@pytest.mark.req("UX-01")
def test_on_paper_a_tick_is_seen_without_its_background_and_nothing_lies_over_the_rows(
    jo: Visitor, root: str
) -> None:
    page = jo.page
    jo.open(f"{root}lists/suppliers/?show=all")
    ticked = page.locator(".merge-tick[aria-checked=true]").first
    expect(ticked).to_be_visible()
    page.emulate_media(media="print")
    ink = page.evaluate("getComputedStyle(document.body).color")
    expect(ticked).to_have_css("color", ink)
    expect(page.locator("#merge-bar")).to_be_hidden()
    page.emulate_media(media="screen")


@pytest.mark.req("CHG-09", "UX-01")
def test_rows_follow_what_a_colleague_does_and_a_conflict_keeps_the_focus(
    visit: Callable[..., Visitor], root: str
) -> None:
    """Two people in one list: what either does is seen by the other, and neither loses a place."""
    jo, sam = visit("Jo Harbour", reduced_motion="reduce"), visit("Sam Harbour", reduced_motion="reduce")
    for each in (jo, sam):
        each.open(f"{root}lists/categories/?show=all")
    press(jo.page, "441", "u")
    settle(jo.page)
    press(sam.page, "449", "e")
    field = combobox(sam.page, re.compile("449"))
    expect(field).to_be_focused()
    sam.page.keyboard.type("half made")
    expect(sam.page.locator(".toast")).to_contain_text("Jo Harbour changed 1 row.", timeout=40_000)
    expect(entry(sam.page, "441")).to_contain_text("Left unmatched")
    expect(field).to_be_focused()
    expect(field).to_have_value(re.compile("half made"))
    sam.page.keyboard.press("Escape")
    sam.page.route("**/state*", lambda route: route.abort())
    press(jo.page, "489", "u")
    settle(jo.page)
    press(sam.page, "489", "c")
    expect(entry(sam.page, "489").get_by_role("button", name="Use mine")).to_be_focused()
    sam.keep("merge-conflict")
    assert complaints(sam.page) == []
    sam.page.route("**/choose", lambda route: route.fulfill(status=500, body="<h1>Wrong</h1>"))
    before = entry(sam.page, "400").inner_text()
    press(sam.page, "400", "u")
    expect(sam.page.locator("#merge-notice")).to_contain_text("That could not be saved.")
    settle(sam.page)
    assert entry(sam.page, "400").inner_text() == before
    assert sam.page.get_by_role("heading", name="Wrong").count() == 0
    sam.keep("merge-unsaved")


@pytest.mark.req("CHG-04")
def test_both_rows_say_that_they_share_a_match(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    press(page, "433", "e")
    field = combobox(page, re.compile("433"))
    expect(field).to_be_focused()
    type_and_wait(page, "Advertising")
    page.keyboard.press("Enter")
    settle(page)
    expect(entry(page, "433")).to_contain_text("also for 400")
    expect(entry(page, "400")).to_contain_text("also for 433")
    press(page, "433", "u")
    expect(entry(page, "400")).not_to_contain_text("also for 433")


@pytest.mark.req("UX-04")
def test_five_thousand_suppliers_scroll_smoothly(
    visit: Callable[..., Visitor], root: str, demo: Demo
) -> None:
    fill(demo, "suppliers", "dale", str(MANY))
    # Somebody of their own: what axe does to a page is no trouble of the page.
    somebody = visit("Jo Harbour", reduced_motion="reduce")
    page = somebody.page
    somebody.open(f"{root}lists/suppliers/?show=all")
    page.evaluate(WATCH_WORK)
    page.mouse.move(640, 600)
    for _ in range(900):
        if page.evaluate(SHOWN) >= MANY:
            break
        page.mouse.wheel(0, 4000)
        page.wait_for_timeout(100)
    assert page.evaluate(SHOWN) >= MANY, "rows arrive while somebody scrolls"
    lots = page.evaluate("lots")
    assert max(lot["rows"] for lot in lots) <= ROWS_AT_ONCE
    looked = [lot["looked"] for lot in lots if lot["rows"] == ROWS_AT_ONCE]
    assert sum(looked[-5:]) <= sum(looked[1:6]) * 1.5, f"each lot is more work than the one before: {looked}"
    assert page.evaluate(NODES) / page.evaluate(SHOWN) < NODES_OF_A_ROW
    page.locator("#q").fill("Supplier 04999")
    expect(page.locator(".merge-entry")).to_have_count(1)
    somebody.keep("merge-many")
    assert somebody.troubles == []


@pytest.mark.req("CHG-09", "UX-01")
def test_when_the_books_change_an_open_page_says_so_above_its_rows(
    jo: Visitor, visit: Callable[..., Visitor], root: str
) -> None:
    sam = visit("Sam Harbour", reduced_motion="reduce")
    sam.open(f"{root}lists/categories/?show=all")
    rows = sam.page.locator(".merge-entry").count()
    jo.open(f"{DALE}/settings/connections/")
    jo.page.get_by_role("link", name="Undo this change").first.click()
    jo.page.get_by_role("main").get_by_role("button", name=re.compile("^Undo")).first.click()
    expect(jo.page.get_by_role("main")).to_contain_text("Dale (Property) Ltd")
    press(sam.page, "400", "u")
    notice = sam.page.locator("#merge-notice")
    expect(notice).to_contain_text("QuickBooks Online (Acme Holdings Ltd) is not in use.")
    settle(sam.page)
    assert sam.page.locator(".merge-entry").count() == rows
    expect(sam.page.get_by_role("link", name="Start publishing…")).to_have_count(0)
    assert complaints(sam.page) == []
    sam.keep("merge-closed")
    sam.open(f"{root}lists/tax_rates/")
    expect(sam.page.get_by_role("main")).to_contain_text("is not in use.")
