"""Merge lists for people who type faster than it answers: the field, its search, earlier letters."""

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Demo, Visitor
from tests.browser.merge_steps import DALE, entry, fill, hold, press, root_of, settle
from tests.browser.steps import change_to_quickbooks

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

# The search for this is answered, and the answer breaks off.
BREAK_OFF = """(query) => {
  const { fetch } = window;
  const broken = () => new ReadableStream({ start: (stream) => stream.error(new TypeError("broken off")) });
  window.fetch = (...asked) =>
    String(asked[0]).includes(query) ? Promise.resolve(new Response(broken())) : fetch(...asked);
}"""


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor]) -> Iterator[Visitor]:
    """The accountant, after Dale moved from Xero to QuickBooks; other tests find it where it was."""
    visitor = stay("Jo Harbour", reduced_motion="reduce")
    change_to_quickbooks(visitor, DALE, "jo@harbour.test", "Acme Holdings Ltd")
    yield visitor
    visitor.page.goto(visitor.demo.url + f"{DALE}/settings/connections/")
    visitor.page.get_by_role("link", name="Undo this change").first.click()
    visitor.page.get_by_role("main").get_by_role("button", name=re.compile("^Undo")).first.click()


@pytest.fixture(autouse=True)
def _nothing_is_held_for_the_next_test(jo: Visitor) -> Iterator[None]:
    yield
    jo.page.unroute_all(behavior="ignoreErrors")


@pytest.fixture(scope="module")
def root(jo: Visitor) -> str:
    """The address of Merge lists."""
    return root_of(jo)


@pytest.mark.req("UX-01")
def test_enter_takes_what_comes_although_it_was_pressed_before_it_came(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    held = hold(page, "**/targets?*q=Advertising*")
    press(page, "437", "e")
    # Nor does it wait for the field: what is typed before it is there goes into it.
    page.keyboard.type("Advertising")
    page.keyboard.press("Enter")
    box = page.locator(".merge-new.is-editing")
    expect(box).to_contain_text("Searching…")
    expect(box.get_by_role("status")).to_have_text("Searching…")
    while not held:
        page.wait_for_timeout(20)
    held[-1].continue_()
    expect(entry(page, "437").locator("[data-there]")).to_contain_text("Advertising")
    expect(box).to_have_count(0)


@pytest.mark.req("UX-01")
def test_a_search_without_an_answer_says_so(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    page.route("**/targets?*q=Nobody*", lambda route: route.abort())
    press(page, "400", "e")
    page.keyboard.type("Nobody")
    expect(page.locator(".merge-new.is-editing")).to_contain_text("The search got no answer. Type again.")


@pytest.mark.req("UX-01")
def test_a_search_whose_answer_breaks_off_says_so(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    page.evaluate(BREAK_OFF, "q=Nobody")
    press(page, "400", "e")
    page.keyboard.type("Nobody")
    expect(page.locator(".merge-new.is-editing")).to_contain_text("The search got no answer. Type again.")


@pytest.mark.req("UX-01")
def test_what_is_typed_before_a_field_is_there_goes_into_no_other(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    held = hold(page, "**/edit?use=*")
    press(page, "437", "e")
    press(page, "400", "e")
    page.keyboard.type("Postage")
    while len(held) < 2:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_role("combobox", name=re.compile("437"))).to_be_visible()
    assert page.get_by_role("combobox", name=re.compile("437")).input_value() != "Postage"
    held[1].continue_()
    expect(page.get_by_role("combobox", name=re.compile("400"))).to_have_value("Postage")
    page.keyboard.press("Escape")


@pytest.mark.req("UX-01", "CHG-04")
def test_letters_typed_while_the_row_is_saved_go_into_the_field_that_was_asked_for(
    jo: Visitor, root: str
) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    held = hold(page, "**/choose")
    press(page, "437", "u")
    press(page, "437", "e")
    page.keyboard.type("Courier")
    while not held:
        page.wait_for_timeout(20)
    held[0].continue_()
    expect(page.get_by_role("combobox", name=re.compile("437"))).to_have_value("Courier")
    expect(page.get_by_role("combobox", name=re.compile("437"))).to_be_focused()
    page.keyboard.press("Escape")
    settle(page)
    assert len(held) == 1, "no letter chose anything"
    expect(entry(page, "437")).to_contain_text("Left unmatched")


@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_the_steps_stand_on_one_line_and_stay_where_they_were_scrolled_to(
    jo: Visitor, root: str, width: int
) -> None:
    page = jo.page
    page.set_viewport_size({"width": width, "height": 900})
    jo.open(f"{root}lists/suppliers/?show=all")
    lines = page.locator(".merge-tabs a").evaluate_all(
        "steps => steps.flatMap(step => [...step.children].map(part => part.getClientRects().length))"
    )
    heights = page.locator(".merge-tab-state").evaluate_all("parts => parts.map(part => part.offsetHeight)")
    assert (set(lines), len(set(heights))) == ({1}, 1)
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    tabs = page.locator("#merge-tabs")
    tabs.evaluate("tabs => tabs.scrollTo({ left: 90, behavior: 'instant' })")
    before = tabs.evaluate("tabs => new Promise(then => setTimeout(() => then(tabs.scrollLeft), 100))")
    shown = tabs.element_handle()
    with page.expect_response(re.compile("/state")):
        page.locator(".merge-entry [role=checkbox]").first.click()
    expect(tabs).to_contain_text("ticked")
    page.wait_for_function("tabs => !tabs.isConnected", arg=shown)
    assert tabs.evaluate("tabs => tabs.scrollLeft") == before
    settle(page)
    page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.req("UX-01")
def test_without_scripts_the_field_keeps_to_its_column(
    jo: Visitor, root: str, visit: Callable[..., Visitor]
) -> None:
    """Its entries say why they can't be chosen, which makes some of them longer than the column is wide."""
    jo.open(f"{root}lists/categories/?show=all")
    address = entry(jo.page, "400").locator(".merge-match").get_attribute("href")
    plain = visit("Jo Harbour", java_script_enabled=False)
    plain.open(f"{root}lists/categories/{address}")
    field = plain.page.locator(".merge-edit select").bounding_box()
    column = plain.page.locator(".merge-new", has=plain.page.locator(".merge-edit")).bounding_box()
    assert field is not None
    assert column is not None
    assert field["x"] + field["width"] <= column["x"] + column["width"]


@pytest.mark.req("UX-01")
def test_another_filter_keeps_what_was_typed_into_the_search(jo: Visitor, root: str) -> None:
    page = jo.page
    jo.open(f"{root}lists/categories/?show=all")
    page.keyboard.press("/")
    page.keyboard.type("advert")
    expect(page.locator(".merge-entry")).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Needed now")).click()
    page.wait_for_url(re.compile(r"\?show=needed&q=advert$"))
    expect(page.locator("#q")).to_have_value("advert")
    page.locator("#q").fill("")
    page.wait_for_url(re.compile(r"\?show=needed$"))
    page.get_by_role("link", name=re.compile("^All")).click()
    page.wait_for_url(re.compile(r"\?show=all$"))
    expect(page.locator(".merge-entry").nth(1)).to_be_visible()


@pytest.mark.req("UX-01")
def test_a_long_name_of_the_books_widens_no_page_of_the_change(jo: Visitor, root: str, demo: Demo) -> None:
    fill(demo, "name", "dale", f"{'W' * 70} Ltd")
    connection = root.removesuffix("merge/")
    pages = (f"{DALE}/settings/connections/", f"{root}lists/categories/", f"{connection}start")
    wide = []
    for width in (320, 640):
        jo.page.set_viewport_size({"width": width, "height": 800})
        for path in (*pages, f"{connection}undo", f"{connection}disconnect"):
            jo.open(path)
            expect(jo.page.get_by_role("main")).to_contain_text("W" * 70)
            if jo.page.evaluate("document.documentElement.scrollWidth") > width:
                wide.append((path.removeprefix(connection), width))
    jo.page.set_viewport_size({"width": 1280, "height": 900})
    fill(demo, "name", "dale", "Acme Holdings Ltd")
    assert wide == []
