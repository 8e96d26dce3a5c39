"""The walk: connect, publish, expire after a year, reconnect, and go on as if nothing had happened."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo, Visitor
from tests.browser.steps import (
    allow,
    begin_reconnect,
    capture,
    code,
    connect_acme,
    finish_reconnect,
    go_to_vendor,
    publish,
    skip_ahead,
    use_sample,
)

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

ACME = "/b/acme"
CONNECTIONS = f"{ACME}/settings/connections/"
LISTS = (
    "Chart of accounts",
    "Tax rates",
    "suppliers",
    "customers",
    "Products",
    "Region",
    "Department",
    "Bank",
)


@pytest.fixture(scope="module")
def ada(stay: Callable[..., Visitor]) -> Visitor:
    """The Business Admin of Acme, at one browser through the whole walk."""
    return stay("Ada Admin")


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """What one step notes for a later one."""
    return {}


def test_sign_in_page_lists_the_demo_people(visit: Callable[..., Visitor]) -> None:
    guest = visit()
    guest.open("/")
    for name in ("Ada Admin", "Uma Unwin", "Stan Staff", "Jo Harbour"):
        expect(guest.page.get_by_role("button", name=name)).to_be_visible()
    for role in ("Business Admin", "User Admin", "Standard user", "Accountant"):
        expect(guest.page.get_by_text(role, exact=True).first).to_be_visible()
    guest.keep("01-sign-in")
    guest.page.get_by_text("Sign in with e-mail and password").click()
    guest.page.get_by_label("E-mail").fill("staff@acme.test")
    guest.page.get_by_label("Password").fill("bookbind-demo")
    guest.page.get_by_role("button", name="Sign in", exact=True).click()
    expect(guest.page.get_by_role("link", name="Costs")).to_be_visible()


def test_selection_screen_shows_seven_systems_in_order(ada: Visitor) -> None:
    ada.open(CONNECTIONS)
    names = [
        "Xero",
        "QuickBooks Online",
        "Sage Accounting",
        "KashFlow",
        "FreeAgent",
        "ApprovalMax",
        "Bill.com",
    ]
    text = ada.page.locator("main").inner_text()
    places = [text.index(name) for name in names]
    assert places == sorted(places)
    expect(ada.page.get_by_role("main").get_by_role("button", name="Connect", disabled=True)).to_have_count(5)
    ada.keep("02-selection")


@pytest.mark.req("CON-02", "CON-09")
def test_cancel_at_the_vendor_changes_nothing(ada: Visitor) -> None:
    ada.open(f"{CONNECTIONS}connect/xero/")
    ada.keep("03-what-will-happen")
    go_to_vendor(ada.page)
    ada.page.get_by_role("button", name="ada@acme.test").click()
    ada.page.get_by_role("button", name="Cancel").click()
    expect(ada.page.get_by_text("You cancelled at Xero. Nothing changed.").first).to_be_visible()
    ada.open(CONNECTIONS)
    expect(ada.page.get_by_text("Not connected yet").first).to_be_visible()


def test_connect_choose_finish_and_lists_arrive(ada: Visitor) -> None:
    connect_acme(ada)
    for name in LISTS:
        expect(ada.page.get_by_role("main")).to_contain_text(name)
    expect(ada.page.get_by_role("main")).to_contain_text("8 lists read", timeout=60_000)
    ada.keep("08-lists-read")


def test_manage_menu_is_always_the_same_six(ada: Visitor) -> None:
    ada.open(CONNECTIONS)
    ada.page.get_by_role("button", name="Manage").click()
    ada.keep("09-manage")
    text = ada.page.locator("main").inner_text()
    items = [
        "Settings",
        "Reconnect",
        "Refresh integration data",
        "Change connection",
        "Merge lists",
        "Disconnect",
    ]
    assert re.search(".*".join(items), text, re.DOTALL), text


def test_bill_is_uploaded_coded_and_published_with_its_file(
    ada: Visitor, demo: Demo, kept: dict[str, str], tmp_path: Path
) -> None:
    sample = use_sample(ada, "Brand New Supplier Ltd", tmp_path)
    capture(ada, ACME, sample)
    code(ada.page, "Brand New Supplier Ltd", "BNS-001", "540.00", "Introductory consultation", "450.00")
    ada.keep("11-coded")
    publish(ada.page)
    expect(ada.page.get_by_role("main")).to_contain_text("file attached", ignore_case=True, timeout=60_000)
    ada.keep("12-published")
    [bill] = demo.documents_of("Acme Ltd")
    assert (bill["contact"], bill["reference"], bill["total"]) == (
        "Brand New Supplier Ltd",
        "BNS-001",
        "540.00",
    )
    [line] = bill["lines"]
    assert (line["account"], line["tax_type"], line["amount"], line["tax"]) == (
        "412",
        "INPUT2",
        "450.00",
        "90.00",
    )
    assert set(line["tracking"].values()) == {"North"} or line["tracking"], line
    assert [file["size"] for file in bill["attachments"]] == [sample.stat().st_size]
    with ada.page.context.expect_page() as opened:
        ada.page.get_by_role("link", name="Open in Xero").first.click()
    vendor = opened.value
    expect(vendor.locator("body")).to_contain_text("BNS-001")
    expect(vendor.locator("body")).to_contain_text("Brand New Supplier Ltd")
    vendor.screenshot(path=Path("artefacts/pictures/13-in-the-vendors-books.png"), full_page=True)
    vendor.close()
    kept["document"] = ada.page.url


def test_rule_set_from_the_document_codes_the_next_bill(
    ada: Visitor, tmp_path: Path, kept: dict[str, str]
) -> None:
    ada.page.goto(kept["document"])
    ada.page.get_by_role("link", name="Set supplier rule").or_(
        ada.page.get_by_role("button", name="Set supplier rule")
    ).first.click()
    expect(ada.page.get_by_role("button", name=re.compile("Save.*rule", re.IGNORECASE))).to_be_visible()
    ada.keep("14-supplier-rule")
    ada.page.get_by_role("button", name=re.compile("Save.*rule", re.IGNORECASE)).click()
    ada.open(f"{ACME}/rules/")
    expect(ada.page.get_by_role("main")).to_contain_text("Brand New Supplier Ltd")
    ada.keep("15-rules")


@pytest.mark.req("REC-04")
def test_warned_at_335_days_and_publishing_still_works(ada: Visitor, demo: Demo, tmp_path: Path) -> None:
    skip_ahead(demo, "335d")
    ada.sign_in("Ada Admin")
    ada.open(CONNECTIONS)
    expect(ada.page.get_by_role("main")).to_contain_text(re.compile(r"Expires in (29|30|31) days"))
    ada.keep("16-expiring")
    before = len(demo.documents_of("Acme Ltd"))
    sample = use_sample(ada, "Office Essentials UK", tmp_path)
    capture(ada, ACME, sample)
    code(ada.page, "Office Essentials UK", "OE-5521", "280.80", "Desk lamps and arms", "234.00")
    publish(ada.page)
    assert len(demo.documents_of("Acme Ltd")) == before + 1


@pytest.mark.req("REC-01", "PUB-05")
def test_expired_at_366_days_and_documents_wait(ada: Visitor, demo: Demo, kept: dict[str, str]) -> None:
    skip_ahead(demo, "31d")
    ada.sign_in("Ada Admin")
    calls, bills = demo.calls_of("Acme Ltd"), len(demo.documents_of("Acme Ltd"))
    ada.open(f"{ACME}/costs/?show=review")
    references = _code_inbox(ada)
    kept["references"] = json.dumps(references)
    expect(ada.page.get_by_role("main")).to_contain_text("Connections last one year")
    expect(ada.page.get_by_role("main")).to_contain_text("none was sent, none is lost")
    ada.keep("17-expired-document")
    assert demo.calls_of("Acme Ltd") == calls
    assert len(demo.documents_of("Acme Ltd")) == bills
    ada.open(f"{ACME}/costs/?show=waiting")
    expect(ada.page.get_by_role("main")).to_contain_text(
        f"{len(references)} documents are waiting for Xero (Acme Ltd)"
    )
    ada.keep("18-waiting")
    ada.open(CONNECTIONS)
    expect(ada.page.get_by_role("main")).to_contain_text("Expired")
    ada.keep("19-connection-expired")


@pytest.mark.req("CON-01")
def test_standard_user_is_told_whom_to_ask(visit: Callable[..., Visitor], demo: Demo) -> None:
    stan = visit("Stan Staff")
    stan.open(f"{ACME}/settings/")
    expect(stan.page.get_by_role("main")).to_contain_text("Ada Admin")
    stan.keep("20-standard-settings")
    answer = stan.page.goto(f"{demo.url}{CONNECTIONS}")
    assert answer is not None
    assert answer.status == 403
    expect(stan.page.locator("body")).to_contain_text("Connections are managed by Admins")
    stan.keep("21-standard-403")
    stan.open(f"{ACME}/costs/?show=waiting")
    stan.page.locator("main table a").first.click()
    expect(stan.page.locator("body")).to_contain_text("anything or upload them again")
    stan.page.get_by_role("button", name=re.compile("Ask")).first.click()
    expect(stan.page.locator("body")).to_contain_text(re.compile(r"Asked today at \d\d:\d\d"))
    stan.keep("22-asked")
    missing = stan.page.goto(f"{demo.url}/b/cole-son/costs/")
    assert missing is not None
    assert missing.status == 404


@pytest.mark.req("REC-07")
def test_a_different_organisation_saves_nothing(ada: Visitor, demo: Demo) -> None:
    before = demo.command("snapshot", "acme")
    begin_reconnect(ada)
    allow(ada.page, "ada@acme.test", "Acme Holdings Ltd")
    expect(ada.page.get_by_role("main")).to_contain_text(
        "Acme Ltd was not among the organisations you allowed"
    )
    ada.keep("23-not-reached")
    ada.page.get_by_role("link", name=re.compile("Use a different organisation")).click()
    expect(ada.page.get_by_role("main")).to_contain_text("Nothing was changed")
    expect(ada.page.get_by_role("main")).to_contain_text("Acme Holdings Ltd")
    ada.keep("24-different-organisation")
    assert demo.command("snapshot", "acme") == before


@pytest.mark.req("REC-06", "REC-10", "REC-12", "REC-16")
def test_reconnect_publishes_what_waited_once_and_in_order(
    ada: Visitor, demo: Demo, kept: dict[str, str]
) -> None:
    waiting = json.loads(kept["references"])
    before, bills = demo.command("snapshot", "acme"), len(demo.documents_of("Acme Ltd"))
    begin_reconnect(ada)
    allow(ada.page, "ada@acme.test", "Acme Ltd")
    expect(ada.page.get_by_role("main")).to_contain_text("the same organisation as before")
    ada.keep("25-same-organisation")
    finish_reconnect(ada.page, publish_now=True)
    expect(ada.page.get_by_role("main")).to_contain_text(f"{len(waiting)} published", timeout=60_000)
    ada.keep("26-reconnected")
    arrived = [document["reference"] for document in demo.documents_of("Acme Ltd")[bills:]]
    assert arrived == waiting
    _assert_only_new_suppliers_came(json.loads(before), json.loads(demo.command("snapshot", "acme")))
    ada.open(f"{ACME}/costs/?show=waiting")
    expect(ada.page.get_by_role("main")).to_contain_text("Nothing is waiting")
    ada.open(CONNECTIONS)
    expect(ada.page.get_by_role("main")).to_contain_text("Connected until")
    ada.keep("27-connected-again")


def test_the_walk_raised_no_error_in_the_browser(ada: Visitor) -> None:
    assert ada.troubles == []


def _assert_only_new_suppliers_came(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Nothing differs but the matches of suppliers that publishing created in the books."""
    assert {name: part for name, part in after.items() if name != "bindings"} == {
        name: part for name, part in before.items() if name != "bindings"
    }
    assert [match for match in before["bindings"] if match not in after["bindings"]] == []
    came = [match for match in after["bindings"] if match not in before["bindings"]]
    assert {match["remote"][0] for match in came} <= {"suppliers"}


def _code_inbox(ada: Visitor) -> list[str]:
    """Code and publish each bill of the inbox; the references in the order of publishing."""
    references: list[str] = []
    bills = {
        "Riverside": ("RM-771", "1200.00"),
        "Papermill": ("PM-10443", "210.00"),
        "City Fuel": ("INV-2260", "102.70"),
    }
    for supplier, (reference, net) in bills.items():
        _code_one(ada.page, supplier, reference, net)
        references.append(reference)
        ada.open(f"{ACME}/costs/?show=review") if len(references) < len(bills) else None
    return references


def _code_one(page: Page, supplier: str, reference: str, net: str) -> None:
    page.locator("main table a").filter(has_text=supplier).first.click()
    total = f"{float(net) * 1.2:.2f}"
    code(page, f"{supplier} Ltd", reference, total, "From the paper", net)
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_role("main")).to_contain_text("expired on", timeout=30_000)
