"""A client's bills by hand: dropped, shown, coded by keyboard, published, taken back, archived."""

import base64
import io
import re
from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Demo, Visitor
from tests.browser.steps import combobox

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

COLE = "/b/cole-son"
DROP = """(files) => {
  const carried = new DataTransfer();
  for (const [name, type, content] of files) {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    carried.items.add(new File([bytes], name, { type }));
  }
  const into = document.querySelector("main");
  for (const kind of ["dragenter", "dragover", "drop"])
    into.dispatchEvent(new DragEvent(kind, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""
FOCUSED = """() => {
  const focused = document.activeElement;
  const label = focused.labels?.[0] ?? focused;
  return focused.getAttribute("aria-label") ?? label.textContent.trim();
}"""
MOST_TABS = 12


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor]) -> Visitor:
    """The accountant, at work inside Cole & Son."""
    return stay("Jo Harbour")


@pytest.fixture(scope="module")
def bills(jo: Visitor) -> dict[str, str]:
    """Three papers dropped together onto Costs, with one that is no paper; the addresses of the three."""
    jo.open(f"{COLE}/costs/")
    _drop(
        jo.page,
        ("Kestrel first.pdf", "application/pdf", _paper("Kestrel first", "PDF")),
        ("Kestrel photo.png", "image/png", _paper("Kestrel photo", "PNG")),
        ("Timber last.pdf", "application/pdf", _paper("Timber last", "PDF")),
        ("notes.pdf", "application/pdf", b"These are only words."),
    )
    expect(jo.page.get_by_role("status").filter(has_text="added")).to_have_text("3 added, 1 not added")
    links = jo.page.locator("main table a").filter(has_text=re.compile("first|photo|last"))
    expect(links).to_have_count(3)
    found = links.evaluate_all("links => links.map(each => [each.textContent, each.getAttribute('href')])")
    return {text.strip().split(".")[0]: address for text, address in found}


@pytest.mark.usefixtures("bills")
def test_dropped_files_are_added_and_a_bad_one_is_refused_in_words(jo: Visitor) -> None:
    uploads = jo.page.get_by_role("list", name="Uploads")
    expect(uploads.get_by_role("listitem")).to_have_count(4)
    refused = uploads.get_by_role("listitem").filter(has_text="notes.pdf")
    expect(refused).to_contain_text("This is not a file that we can read")
    expect(refused).to_contain_text("Save it as a PDF and upload that.")
    expect(refused.get_by_role("link")).to_have_count(0)
    expect(uploads.get_by_role("listitem").filter(has_text="Kestrel first.pdf")).to_contain_text("Added")
    jo.keep("40-dropped")


@pytest.mark.parametrize("name", ["Kestrel first", "Kestrel photo"])
def test_the_paper_is_seen_beside_the_fields(jo: Visitor, bills: dict[str, str], name: str) -> None:
    jo.open(bills[name])
    paper = jo.page.get_by_role("img", name=re.compile(f"^Page 1 of {name}"))
    expect(paper).to_be_visible()
    jo.page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=paper.element_handle())
    expect(jo.page.get_by_text("This page can't be shown here.")).to_be_hidden()
    jo.keep(f"41-paper-{name.rsplit(maxsplit=1)[-1]}")


def test_a_bill_is_coded_by_keyboard_and_its_rule_says_what_it_filled(
    jo: Visitor, bills: dict[str, str]
) -> None:
    page = jo.page
    jo.open(bills["Kestrel first"])
    combobox(page, "Supplier").focus()
    page.keyboard.type("Kestrel")
    expect(page.get_by_role("option", name="Kestrel Telecom")).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(_active_option(page)).to_have_text("Kestrel Telecom")
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Supplier")).to_have_value("Kestrel Telecom")
    expect(page.get_by_role("link", name="rule: Kestrel Telecom").first).to_be_visible()
    _tab_to(page, "Date")
    # In which order day and month are typed is up to the browser's language, so the date is put in whole.
    page.locator(":focus").fill("2026-11-22")
    _tab_to(page, "Reference")
    page.keyboard.type("KT-90001")
    _tab_to(page, "Total")
    page.keyboard.type("120")
    _tab_to(page, "Description")
    page.keyboard.type("Phones, December")
    _tab_to(page, "Net")
    expect(page.get_by_label("Net", exact=True)).to_have_value("100.00")
    expect(page.get_by_text("lines agree")).to_be_visible()
    expect(page.get_by_role("combobox", name="Category")).to_have_value("489 Telephone & Internet")
    # It comes with the answer to a save, which may take a while beside other work.
    expect(page.get_by_label("Due", exact=True)).to_have_value("2026-12-22", timeout=20_000)
    expect(page.get_by_role("status").filter(has_text="Saved")).to_be_visible()
    jo.keep("42-coded-by-keyboard")
    page.reload()
    expect(page.get_by_label("Reference")).to_have_value("KT-90001")


def test_lines_that_do_not_add_up_are_told_and_not_published(
    jo: Visitor, demo: Demo, bills: dict[str, str]
) -> None:
    page = jo.page
    jo.open(bills["Kestrel first"])
    before = len(demo.documents_of("Cole & Son Ltd"))
    page.get_by_label("Net", exact=True).fill("90")
    expect(page.get_by_text("lines are 12.00 short")).to_be_visible()
    page.get_by_role("button", name="Publish", exact=True).click()
    page.wait_for_url(re.compile("asked=1"))
    expect(page.get_by_role("main")).to_contain_text(re.compile("add up|differ", re.IGNORECASE))
    expect(page.get_by_label("Net", exact=True)).to_be_editable()
    assert len(demo.documents_of("Cole & Son Ltd")) == before
    jo.keep("43-does-not-add-up")
    _fill(page, "Net", "100")
    expect(page.get_by_text("lines agree")).to_be_visible()


def test_two_tabs_never_overwrite_each_other_unasked(jo: Visitor, bills: dict[str, str]) -> None:
    first, second = jo.page, jo.page.context.new_page()
    jo.open(bills["Kestrel photo"])
    second.goto(jo.demo.url + bills["Kestrel photo"])
    # A tab that nobody sees is kept waiting by the browser, so each comes to the front to be used.
    first.bring_to_front()
    _fill(first, "Reference", "FIRST-1")
    second.bring_to_front()
    _fill(second, "Reference", "SECOND-2")
    alert = second.get_by_role("alert")
    expect(alert).to_contain_text("Jo Harbour changed this document after you opened it.")
    expect(second.get_by_label("Reference")).to_have_value("SECOND-2")
    first.reload()
    expect(first.get_by_label("Reference")).to_have_value("FIRST-1")
    alert.get_by_role("button", name="Save mine over theirs").click()
    expect(second.get_by_role("alert")).to_have_count(0)
    first.reload()
    expect(first.get_by_label("Reference")).to_have_value("SECOND-2")
    second.close()
    first.bring_to_front()


def test_ctrl_enter_publishes_and_goes_on_to_the_next(jo: Visitor, demo: Demo, bills: dict[str, str]) -> None:
    page = jo.page
    jo.open(bills["Kestrel first"])
    page.get_by_label("Reference").focus()
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: bills["Kestrel first"].split("?")[0] not in url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert any(address.split("?")[0] in page.url for address in bills.values())
    jo.open(bills["Kestrel first"])
    expect(page.get_by_role("main")).to_contain_text("Published to Xero", timeout=60_000)
    expect(page.get_by_role("main")).to_contain_text("File attached.", timeout=60_000)
    arrived = [d for d in demo.documents_of("Cole & Son Ltd") if d["reference"] == "KT-90001"]
    assert [(d["contact"], float(d["total"]), len(d["attachments"])) for d in arrived] == [
        ("Kestrel Telecom", 120.0, 1)
    ]


def test_an_archived_bill_comes_back(jo: Visitor, bills: dict[str, str]) -> None:
    page = jo.page
    jo.open(bills["Timber last"])
    page.get_by_role("button", name="Don't publish").click()
    page.get_by_role("button", name="Archive", exact=True).click()
    expect(page.get_by_text("Timber last.pdf is in the archive.")).to_be_visible()
    jo.open(f"{COLE}/costs/?show=archive")
    page.locator("main table a").filter(has_text="Timber last").click()
    expect(page.get_by_role("main")).to_contain_text("This document is in the archive.")
    expect(page.get_by_label("Reference")).to_be_disabled()
    page.get_by_role("button", name="Bring back").click()
    expect(page.get_by_text("It is to review again.")).to_be_visible()
    jo.open(f"{COLE}/costs/?show=review")
    expect(page.locator("main table a").filter(has_text="Timber last")).to_be_visible()


def test_a_name_typed_faster_than_the_list_arrives_is_the_entry_and_not_a_new_one(
    jo: Visitor, bills: dict[str, str]
) -> None:
    page = jo.page

    asked = re.compile(r"[?&]q=")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(asked, hold)
    jo.open(bills["Timber last"])
    combobox(page, "Supplier").focus()
    page.keyboard.type("Kestrel Telecom")
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Supplier")).not_to_be_focused()
    # Whatever was asked meanwhile is answered now.
    page.unroute(asked)
    expect(page.get_by_role("link", name="rule: Kestrel Telecom").first).to_be_visible()
    expect(page.get_by_role("combobox", name="Supplier")).to_have_value("Kestrel Telecom")


def test_what_is_being_typed_is_not_replaced_by_the_answer_to_a_save(
    jo: Visitor, bills: dict[str, str]
) -> None:
    page = jo.page
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    jo.open(bills["Timber last"])
    category = combobox(page, "Category")
    page.route(re.compile("/save"), hold)
    page.get_by_label("Date", exact=True).fill("2026-11-23")
    page.keyboard.press("Tab")
    while not held:
        page.wait_for_timeout(20)
    category.fill("Clea")
    with page.expect_response(re.compile("/save")):
        held.pop().continue_()
    expect(page.get_by_role("option", name=re.compile("Cleaning"))).to_be_visible()
    # Longer than the pause after which a page saves by itself: it waits for the choice.
    page.wait_for_timeout(1_000)
    assert held == []
    expect(category).to_have_value("Clea")
    page.unroute(re.compile("/save"), hold)
    with page.expect_response(re.compile("/save")):
        page.keyboard.press("Enter")
    expect(category).to_have_value(re.compile("Cleaning"))
    page.reload()
    expect(category).to_have_value(re.compile("Cleaning"))
    expect(page.get_by_label("Date", exact=True)).to_have_value("2026-11-23")


def test_an_amount_is_not_rewritten_while_it_is_typed(jo: Visitor, bills: dict[str, str]) -> None:
    page = jo.page
    jo.open(bills["Timber last"])
    page.get_by_label("Date", exact=True).fill("2026-11-24")
    total = page.get_by_role("textbox", name="Total")
    total.fill("")
    page.keyboard.type("12.5")
    page.wait_for_timeout(1_500)
    page.keyboard.type("6")
    with page.expect_response(re.compile("/save")):
        page.keyboard.press("Tab")
    expect(total).to_have_value("12.56")


def test_the_menu_stays_open_while_the_page_saves_itself_and_moves(
    jo: Visitor, bills: dict[str, str]
) -> None:
    page = jo.page
    jo.open(bills["Timber last"])
    archive = page.get_by_role("button", name="Archive", exact=True)
    page.get_by_label("Reference").fill("TL-1")
    with page.expect_response(re.compile("/save")):
        page.get_by_role("button", name="Don't publish").click()
    expect(archive).to_be_visible()
    page.evaluate("scrollTo(0, 40)")
    page.wait_for_timeout(200)
    expect(archive).to_be_visible()
    page.keyboard.press("Escape")
    expect(archive).to_be_hidden()


def test_a_waiting_bill_can_be_taken_back_and_sent_again(jo: Visitor) -> None:
    page, hazel = jo.page, "/b/hazel-interiors/costs/?show=waiting"
    jo.open(hazel)
    rows = page.locator("main tbody tr")
    expect(rows).to_have_count(3)
    rows.first.get_by_role("link").click()
    here = page.url
    page.get_by_role("button", name="Take back").click()
    jo.open(hazel)
    expect(rows).to_have_count(2)
    page.goto(here)
    expect(page.get_by_label("Reference")).to_be_editable()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Xero isn't answering")
    jo.open(hazel)
    expect(rows).to_have_count(3)


def test_the_bills_raised_no_error_in_the_browser(jo: Visitor) -> None:
    assert jo.troubles == []


def _paper(words: str, kind: str) -> bytes:
    """A sheet with a few words on it, as PDF or PNG."""
    sheet = Image.new("RGB", (620, 877), "white")
    ImageDraw.Draw(sheet).text((60, 60), words, fill="black")
    made = io.BytesIO()
    sheet.save(made, kind)
    return made.getvalue()


def _drop(page: Page, *files: tuple[str, str, bytes]) -> None:
    """Drag files from the desktop over the page and let go."""
    page.evaluate(DROP, [[name, kind, base64.b64encode(content).decode()] for name, kind, content in files])


def _fill(page: Page, label: str, text: str) -> None:
    """Type into a field, leave it, and wait until the page has saved by itself."""
    with page.expect_response(re.compile("/save")):
        page.get_by_label(label, exact=True).fill(text)
        page.keyboard.press("Tab")


def _active_option(page: Page) -> Locator:
    """The choice of the open list that Enter would take, as a screen reader is told."""
    active = combobox(page, "Supplier").get_attribute("aria-activedescendant")
    return page.locator(f"#{active}")


def _tab_to(page: Page, label: str) -> None:
    """Press Tab until the field of this name has the focus, as somebody without a mouse does."""
    passed = []
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        name = page.evaluate(FOCUSED)
        if name == label:
            return
        passed.append(name)
    pytest.fail(f"Tab never came to {label!r}, only to {passed}")
