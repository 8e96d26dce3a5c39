"""The change in a browser: Xero to QuickBooks, matched, started, the next bill coded by its old rule."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, Visitor
from tests.browser.steps import allow, allow_company, combobox, use_matches_as_proposed
from tests.support.papers import pdf

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

COLE = "/b/cole-son"
CONNECTIONS = f"{COLE}/settings/connections/"
JO = "jo@harbour.test"


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor]) -> Visitor:
    """The accountant, at one browser through the whole change."""
    return stay("Jo Harbour")


def received(demo: Demo, vendor: str) -> list[dict[str, str]]:
    """What Cole & Son's books at a vendor hold of ours."""
    content = httpx2.get(f"{demo.sandbox_url}/_control/received?vendor={vendor}").json()
    found: list[dict[str, str]] = content["documents"]
    return [one for one in found if one["organisation_name"] == "Cole & Son Ltd" and one["kind"] != "contact"]


def open_change(visitor: Visitor) -> None:
    """Manage > Change connection."""
    visitor.open(CONNECTIONS)
    visitor.page.get_by_role("button", name="Manage").first.click()
    visitor.page.get_by_role("link", name="Change connection").click()


def to_quickbooks(visitor: Visitor) -> None:
    """From the selection screen through QuickBooks' own pages to the summary."""
    page = visitor.page
    page.get_by_role("button", name=re.compile("Change to it.*QuickBooks")).click()
    visitor.keep("61-change-what-will-happen")
    page.get_by_role("main").get_by_role("link", name="Continue to QuickBooks Online").click()
    allow_company(page, JO, "Cole & Son Ltd")
    page.get_by_role("button", name="Next").click()


@pytest.mark.req("CHG-02")
def test_a_change_that_is_cancelled_leaves_everything_as_it_was(jo: Visitor, demo: Demo) -> None:
    before = demo.command("snapshot", "cole-son")
    open_change(jo)
    expect(jo.page.get_by_role("main")).to_contain_text(
        "Connected: Cole & Son Ltd. Connect another organisation."
    )
    jo.keep("60-change-selection")
    to_quickbooks(jo)
    expect(jo.page.get_by_role("main")).to_contain_text("until you press Start publishing")
    jo.keep("62-change-summary")
    jo.page.get_by_role("button", name="Cancel").click()
    expect(jo.page.get_by_role("main")).to_contain_text("Connected until")
    assert demo.command("snapshot", "cole-son") == before


@pytest.mark.req("CHG-01", "CHG-10")
def test_finish_moves_the_books_and_says_what_is_kept(jo: Visitor, demo: Demo) -> None:
    page = jo.page
    at_xero = received(demo, "xero")
    open_change(jo)
    to_quickbooks(jo)
    demo.control("limits", vendor="quickbooks", latency_ms=500)
    page.get_by_role("button", name="Finish").click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("Merge lists opens by itself, if anything is left to match.")
    confirmation = page.url
    jo.keep("63-change-waiting")
    stop = page.get_by_role("button", name="Stop and keep Xero")
    stop.focus()
    pressed = stop.element_handle()
    for _ in range(2):
        with page.expect_response(re.compile("/progress"), timeout=30_000):
            pass
    expect(stop).to_be_focused()
    assert pressed.evaluate("button => button.isConnected"), "a press that lasts into the next look is lost"
    demo.control("limits", vendor="quickbooks", latency_ms=0)
    # Nobody presses anything: whoever waits lands in Merge lists, and hears what is connected now.
    expect(page.get_by_role("heading", name="Merge lists", exact=True)).to_be_visible(timeout=90_000)
    expect(main.get_by_role("heading", name=re.compile("is now your accounting software"))).to_be_focused()
    expect(main).to_contain_text("3 rules kept")
    for label in ("Start publishing…", "Undo this change", "Using the List Merge Tool"):
        expect(main.get_by_role("link", name=label)).to_be_visible()
    jo.keep("63-changed")
    page.reload()
    expect(page.get_by_role("heading", name="Merge lists", exact=True)).to_be_visible()
    expect(main).not_to_contain_text("is now your accounting software")
    page.goto(confirmation)
    for label in ("Merge lists", "Start publishing…", "Undo this change", "Using the List Merge Tool"):
        expect(main.get_by_role("link", name=label)).to_be_visible()
    jo.keep("63-changed-later")
    page.get_by_role("link", name="Using the List Merge Tool").click()
    expect(page.get_by_role("heading", name=re.compile("Using the List Merge Tool"))).to_be_visible()
    jo.keep("64-guide")
    assert received(demo, "xero") == at_xero
    assert received(demo, "quickbooks") == []


def test_the_suggested_matches_are_used_and_publishing_is_started(jo: Visitor) -> None:
    page = jo.page
    jo.open(CONNECTIONS)
    page.get_by_role("link", name=re.compile("^Merge lists")).first.click()
    jo.keep("65-merge-publishing")
    use_matches_as_proposed(page, lambda name: jo.keep(f"66-merge-{name}"))
    jo.keep("67-merge-used")
    jo.open(CONNECTIONS)
    page.get_by_role("link", name="Start publishing…").first.click()
    jo.keep("68-start-asks")
    page.get_by_label("Open bill").check()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Your answer is kept. Nothing is sent yet").first).to_be_visible()
    jo.keep("68-start")
    page.get_by_role("button", name="Start publishing").click()
    expect(page.get_by_text("has started").first).to_be_visible()


def test_the_next_bill_of_a_known_supplier_is_coded_by_its_old_rule_and_published_to_the_new_books(
    jo: Visitor, demo: Demo, tmp_path: Path
) -> None:
    page = jo.page
    old = len(received(demo, "xero"))
    capture_known(jo, tmp_path)
    expect(page.get_by_role("combobox", name="Category")).to_have_value(re.compile("Telephone"))
    expect(page.get_by_role("main")).to_contain_text("QuickBooks Online (Cole & Son Ltd)")
    fill_amounts(page)
    jo.keep("69-coded-by-the-old-rule")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Published to QuickBooks Online", timeout=90_000)
    jo.keep("70-published-to-quickbooks")
    [bill] = received(demo, "quickbooks")
    assert bill["reference"] == "KT-60001"
    assert len(received(demo, "xero")) == old
    assert jo.troubles == []


def capture_known(visitor: Visitor, folder: Path) -> None:
    """Drop a bill of Kestrel Telecom, whose rule was made while the books were at Xero."""
    path = folder / "kestrel.pdf"
    path.write_bytes(pdf("Kestrel Telecom"))
    visitor.open(f"{COLE}/costs/")
    visitor.page.locator("input[type=file]").first.set_input_files(path)
    row = visitor.page.locator("main table a").filter(has_text=path.name)
    expect(row.first).to_be_visible(timeout=30_000)
    row.first.click()
    combobox(visitor.page, "Supplier").fill("Kestrel Telecom")
    visitor.page.keyboard.press("Tab")


def fill_amounts(page: Page) -> None:
    """The four numbers of the paper."""
    today = (page.locator(".demo-bar time").get_attribute("datetime") or "")[:10]
    page.get_by_label("Date", exact=True).fill(today)
    page.get_by_label("Due", exact=True).fill(today)
    page.get_by_label("Reference").fill("KT-60001")
    page.get_by_role("textbox", name="Total").fill("120.00")
    page.get_by_label("Description").fill("Phones and internet, December")
    page.get_by_label("Net", exact=True).fill("100.00")
    expect(page.get_by_text("lines agree")).to_be_visible()


@pytest.mark.req("CHG-01")
def test_going_back_finds_the_old_matches_again_and_publishes_there(
    jo: Visitor, demo: Demo, tmp_path: Path
) -> None:
    page = jo.page
    old = len(received(demo, "xero"))
    open_change(jo)
    jo.keep("80-back-selection")
    page.get_by_role("button", name=re.compile("Xero")).first.click()
    page.get_by_role("main").get_by_role("link", name=re.compile("Continue to Xero")).click()
    allow(page, JO, "Cole & Son Ltd")
    page.get_by_role("button", name="Next").click()
    jo.keep("83-back-summary")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("main")).to_contain_text("is now your accounting software", timeout=90_000)
    jo.keep("85-back-changed")
    jo.open(CONNECTIONS)
    page.get_by_role("link", name="Start publishing…").first.click()
    jo.keep("87-back-start")
    page.get_by_role("button", name="Start publishing").click()
    expect(page.get_by_text("has started").first).to_be_visible()
    capture_known(jo, tmp_path)
    expect(page.get_by_role("combobox", name="Category")).to_have_value(re.compile("Telephone"))
    fill_amounts(page)
    jo.keep("88-back-coded")
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Published to Xero", timeout=90_000)
    jo.keep("89-back-published")
    assert len(received(demo, "xero")) == old + 1
    assert len(received(demo, "quickbooks")) == 1
    assert jo.troubles == []
