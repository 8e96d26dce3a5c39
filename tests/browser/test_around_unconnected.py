"""A business without accounting software in the browser: own lists, a file, ready, exported, at 320 px."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor
from tests.browser.steps import capture, combobox, use_sample

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.req("CHG-12"),
]

BIRCH = "/b/birch-co"
CATEGORIES = "Code,Name,Type\n400,Advertising,Expense\n449,Motor expenses,Expense\n310,Stock,Direct cost\n"
WRONG = "Code,Name,Type\n400,Advertising,Expense\n460,Travel,Fun\n"


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor]) -> Visitor:
    """The accountant inside Birch, which was never connected."""
    return stay("Jo Harbour")


def test_a_list_comes_from_a_file_after_a_look(jo: Visitor, tmp_path: Path) -> None:
    page = jo.page
    jo.open(f"{BIRCH}/lists/")
    jo.keep("60-own-lists")
    jo.open(f"{BIRCH}/lists/categories/import")
    jo.keep("61-import")
    _choose(jo, tmp_path, WRONG)
    expect(page.get_by_role("main")).to_contain_text("Write one of: Expense, Direct cost")
    jo.keep("62-import-errors")
    page.get_by_role("link", name="Choose the file again").click()
    _choose(jo, tmp_path, CATEGORIES)
    expect(page.get_by_role("main")).to_contain_text("3 new, 0 changed, 0 as before")
    jo.keep("63-import-preview")
    page.get_by_role("button", name="Import 3 changes").click()
    expect(page.get_by_role("row").filter(has_text="Motor expenses")).to_be_visible()
    jo.keep("64-imported")


def test_a_tax_rate_is_added_by_keyboard(jo: Visitor) -> None:
    page = jo.page
    jo.open(f"{BIRCH}/lists/tax_rates/new")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("20% VAT")
    page.get_by_label("Rate", exact=True).fill("20")
    page.get_by_label("Kind").select_option("Standard")
    page.get_by_label("Side").select_option("Costs")
    jo.keep("65-tax-rate")
    page.keyboard.press("Enter")
    expect(page.get_by_role("row").filter(has_text="20% VAT")).to_contain_text("20% · Standard · Costs")


def test_a_bill_is_coded_from_own_lists_made_ready_and_exported(jo: Visitor, tmp_path: Path) -> None:
    page = jo.page
    capture(jo, BIRCH, use_sample(jo, "City Fuel Ltd", tmp_path))
    combobox(page, "Supplier").fill("City Fuel Ltd")
    page.keyboard.press("Tab")
    page.get_by_label("Date", exact=True).fill("2026-11-03")
    page.get_by_label("Due", exact=True).fill("2026-12-03")
    page.get_by_label("Reference").fill("INV-2260")
    page.get_by_role("textbox", name="Total").fill("123.24")
    combobox(page, "Category").fill("Motor")
    page.get_by_role("option", name=re.compile("Motor expenses")).click()
    page.get_by_label("Net", exact=True).fill("102.70")
    page.get_by_label("VAT rate").select_option(label="20% VAT")
    expect(page.get_by_text("lines agree")).to_be_visible()
    jo.keep("66-cost-unconnected")
    page.get_by_role("button", name="Ready", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text(
        "Ready. Complete, and it adds up.".replace("Ready. ", "")
    )
    jo.keep("67-cost-ready")
    jo.open(f"{BIRCH}/costs/?show=ready")
    jo.keep("68-ready")
    with page.expect_download() as download:
        page.get_by_role("button", name="Export it (CSV)").click()
    text = Path(download.value.path()).read_text("utf-8-sig")
    assert "City Fuel Ltd" in text
    assert "102.70" in text
    expect(page.get_by_role("main")).to_contain_text("Exported")
    expect(page.get_by_role("navigation", name="Exported or not")).to_contain_text("Not exported 0")
    jo.keep("69-exported")


@pytest.mark.parametrize(
    "path", ["lists/", "lists/categories/", "lists/tax_rates/new", "lists/suppliers/import", "rules/import",
             "costs/?show=ready"],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_screen(visit: Callable[..., Visitor], path: str, scheme: str) -> None:
    visitor = visit("Jo Harbour", viewport={"width": 320, "height": 700}, color_scheme=scheme)
    visitor.open(f"{BIRCH}/{path}")
    widths = visitor.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    visitor.keep(f"narrow-{scheme}-{re.sub('[^a-z]+', '-', path)}")
    assert widths[0] <= widths[1]
    assert visitor.troubles == []


def test_a_long_name_stays_within_the_page(jo: Visitor) -> None:
    page = jo.page
    for name in (f"{'W' * 200} Ltd", f"{'W' * 200} Limited"):
        jo.open(f"{BIRCH}/lists/suppliers/new")
        page.get_by_label("Name", exact=True).fill(name)
        page.keyboard.press("Enter")
        expect(page.get_by_role("row").filter(has_text=name)).to_be_visible()
    for width in (1200, 768, 390):
        page.set_viewport_size({"width": width, "height": 900})
        for tab in ("", "?show=twice"):
            jo.open(f"{BIRCH}/lists/suppliers/{tab}")
            expect(page.get_by_role("main")).to_contain_text("W" * 200)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (tab, width)
    page.set_viewport_size({"width": 1280, "height": 900})


def test_disconnect_says_with_numbers_what_stays(jo: Visitor) -> None:
    jo.open("/b/cole-son/settings/connections/")
    jo.page.get_by_role("main").get_by_role("button", name=re.compile("Manage")).first.click()
    jo.page.get_by_role("link", name="Disconnect").click()
    expect(jo.page.get_by_role("main")).to_contain_text("You keep them here yourself.")
    jo.keep("70-disconnect")


def test_nothing_went_wrong_in_the_browser(jo: Visitor) -> None:
    assert jo.troubles == []


def _choose(visitor: Visitor, folder: Path, text: str) -> None:
    file = folder / "categories.csv"
    file.write_text(text)
    visitor.page.get_by_label("CSV file").set_input_files(file)
    visitor.page.get_by_role("button", name="Look at it").click()
