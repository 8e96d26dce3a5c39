"""What a person does in one go, as steps that tests put together."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo, Visitor


def go_to_vendor(page: Page) -> None:
    """From the page that explains to the vendor's own sign-in page."""
    page.get_by_role("button", name="Go on to Xero").click()
    _follow_link(page)


def begin_reconnect(visitor: Visitor, business: str = "/b/acme") -> None:
    """Press Reconnect on the Connections page and go to the vendor's own sign-in page."""
    visitor.open(f"{business}/settings/connections/")
    visitor.page.get_by_role("main").get_by_role("button", name="Reconnect").first.click()
    _follow_link(visitor.page)


def _follow_link(page: Page) -> None:
    page.get_by_role("main").get_by_role("link", name=re.compile("Xero")).first.click()
    page.wait_for_url(re.compile("/xero/identity/"))


def allow(page: Page, login: str, organisation: str) -> None:
    """Sign in at the simulated vendor, unless its session remembers, and allow one organisation."""
    at_the_vendor = page.get_by_role("button", name=login)
    expect(at_the_vendor.or_(page.get_by_role("button", name="Allow access"))).to_be_visible()
    if at_the_vendor.is_visible():
        at_the_vendor.click()
    page.get_by_role("radio", name=re.compile(f"^{re.escape(organisation)}( connected already)?$")).check()
    page.get_by_role("button", name="Allow access").click()
    page.wait_for_url(re.compile("/b/"))


def allow_company(page: Page, login: str, company: str) -> None:
    """Log in to the simulated QuickBooks, unless its session remembers, and connect one company."""
    at_the_vendor = page.get_by_role("button", name=login)
    connect = page.get_by_role("button", name="Connect", exact=True)
    expect(at_the_vendor.or_(connect)).to_be_visible()
    if at_the_vendor.is_visible():
        at_the_vendor.click()
    page.get_by_role("radio", name=re.compile(f"^{re.escape(company)}( |$)")).check()
    connect.click()
    page.wait_for_url(re.compile("/b/"))


def use_matches_as_proposed(page: Page, keep: Callable[[str], None]) -> None:
    """Take every proposal of categories and tax rates that is needed now, and use the matches."""
    for step in ("Categories", "Tax rates"):
        page.get_by_role("link", name=re.compile(f"^{step}")).first.click()
        expect(page.get_by_role("heading", name="Merge lists")).to_be_visible()
        keep(step.lower().replace(" ", "-"))
        unticked = page.get_by_role("checkbox", checked=False)
        for left in range(unticked.count(), 0, -1):
            expect(unticked).to_have_count(left)
            unticked.first.click()
        expect(unticked).to_have_count(0)
    page.get_by_role("link", name=re.compile("^Use [0-9]+ match")).click()
    keep("preview")
    page.get_by_role("button", name=re.compile("^Use [0-9]+ match")).first.click()
    expect(page.get_by_role("main")).to_contain_text("Matched.")


def connect_acme(ada: Visitor) -> None:
    """Connect Acme to its Xero, from the selection screen to the confirmation."""
    page = ada.page
    ada.open("/b/acme/settings/connections/connect/xero/")
    go_to_vendor(page)
    ada.keep("04-vendor-sign-in")
    allow(page, "ada@acme.test", "Acme Ltd")
    expect(page.get_by_role("main")).to_contain_text("Signed in to Xero as ada@acme.test")
    ada.keep("05-choose")
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Finish")).to_be_visible()
    ada.keep("06-summary")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("main")).to_contain_text("Xero (Acme Ltd) is connected until")
    ada.keep("07-confirmed")


def finish_reconnect(page: Page, *, publish_now: bool) -> None:
    """Decide what becomes of the waiting documents, and press Finish."""
    page.get_by_label("Publish them now" if publish_now else "Let me look first").check()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("main")).to_contain_text("is connected until")


def use_sample(visitor: Visitor, supplier: str, folder: Path) -> Path:
    """Download one of the demo's sample bills."""
    visitor.open("/demo/samples/")
    row = visitor.page.get_by_role("row").filter(has_text=supplier)
    with visitor.page.expect_download() as download:
        row.get_by_role("link").click()
    path = folder / f"{supplier}.pdf"
    download.value.save_as(path)
    return path


def capture(visitor: Visitor, business: str, file: Path) -> None:
    """Drop a file onto Costs and open the document it became."""
    visitor.open(f"{business}/costs/")
    visitor.page.locator("input[type=file]").first.set_input_files(file)
    row = visitor.page.locator("main table a").filter(has_text=file.name)
    expect(row.first).to_be_visible(timeout=30_000)
    visitor.keep("10-captured")
    row.first.click()


def combobox(page: Page, name: "str | re.Pattern[str]") -> Locator:
    """The field that the script makes; the select that it takes the place of has its role and name before."""
    return page.get_by_role("combobox", name=name).and_(page.locator("input"))


def code(page: Page, supplier: str, reference: str, total: str, description: str, net: str) -> None:
    """Type a bill with one line at the standard rate, as it stands on the paper."""
    combobox(page, "Supplier").fill(supplier)
    page.keyboard.press("Tab")
    today = page.locator(".demo-bar time").get_attribute("datetime") or ""
    page.get_by_label("Date", exact=True).fill(today[:10])
    page.get_by_label("Due", exact=True).fill(today[:10])
    page.get_by_label("Reference").fill(reference)
    page.get_by_role("textbox", name="Total").fill(total)
    combobox(page, "Category").fill("Consult")
    page.get_by_role("option", name=re.compile("Consulting")).click()
    page.get_by_label("Description").fill(description)
    page.get_by_label("Net", exact=True).fill(net)
    page.get_by_label("VAT rate").select_option(label="20% (VAT on Expenses)")
    page.get_by_text("Region and Department").click()
    combobox(page, "Region").fill("North")
    page.get_by_role("option", name=re.compile("North")).first.click()
    expect(page.get_by_text("lines agree")).to_be_visible()


def publish(page: Page) -> None:
    """Publish, and wait until the document says that it is."""
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("Published to Xero", timeout=60_000)


def skip_ahead(demo: Demo, length: str) -> None:
    """Walk product and sandbox ahead from the command line."""
    demo.command("demo", "skip", length)


def change_to_quickbooks(visitor: Visitor, business: str, login: str, company: str) -> None:
    """From the selection screen until the new lists have been read and Merge lists opens by itself."""
    page = visitor.page
    visitor.open(f"{business}/settings/connections/")
    change = page.locator("main a[href*='/change/']").first.get_attribute("href")
    visitor.open(str(change))
    page.get_by_role("button", name=re.compile("Change to it.*QuickBooks")).click()
    page.get_by_role("main").get_by_role("link", name=re.compile("QuickBooks")).first.click()
    page.get_by_role("button", name=login).click()
    page.get_by_role("radio", name=re.compile(f"^{re.escape(company)}")).check()
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url(re.compile("/b/"))
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_role("main")).to_contain_text("is now your accounting software", timeout=90_000)
