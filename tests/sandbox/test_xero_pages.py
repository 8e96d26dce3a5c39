"""Xero's own pages in the sandbox: deep links, a bill with its file, lists, and the disconnect button."""

import socket
from collections.abc import Iterator

import httpx2
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import XeroApp, line
from tests.support.processes import Sandbox

PDF = b"%PDF-1.7 the very file"


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sandbox.url, follow_redirects=True, timeout=10.0) as client:
        yield client


def deep_link(acme: XeroApp, path: str) -> str:
    short_code = acme.get("Organisation")["Organisations"][0]["ShortCode"]
    assert short_code.startswith("!")
    return f"/xero/organisationlogin/default.aspx?shortcode={short_code}&redirecturl={path}"


def test_a_deep_link_opens_the_bill_with_everything_on_it(acme: XeroApp, browser: httpx2.Client) -> None:
    tracking = [{"Name": "Region", "Option": "North"}]
    created = acme.create(LineItems=[line(Tracking=tracking, UnitAmount=1234.5)], InvoiceNumber="SUP <1>")
    acme.call("PUT", f"Invoices/{created['InvoiceID']}/Attachments/bill.pdf", content=PDF)
    page = browser.get(deep_link(acme, f"/AccountsPayable/Edit.aspx?InvoiceID={created['InvoiceID']}"))
    assert page.status_code == 200
    for shown in (
        "Sandbox.",
        "Acme Ltd",
        "City Fuel Ltd",
        "SUP &lt;1&gt;",
        "1 Nov 2026",
        "30 Nov 2026",
        "Awaiting payment",
        "449 Motor Vehicle Expenses",
        "20% (VAT on Expenses)",
        "Region: North",
        "1,234.50",
        "1,481.40",
        "bill.pdf",
        "<object",
    ):
        assert shown in page.text, shown


def test_the_file_on_the_page_is_the_file_that_was_sent(acme: XeroApp, browser: httpx2.Client) -> None:
    created = acme.create()
    acme.call("PUT", f"Invoices/{created['InvoiceID']}/Attachments/bill.pdf", content=PDF)
    acme.call(
        "PUT", f"Invoices/{created['InvoiceID']}/Attachments/page.html", content=b"<script>alert(1)</script>"
    )
    base = f"/xero/organisations/{acme.tenant}/invoices/{created['InvoiceID']}/files"
    shown = browser.get(f"{base}/bill.pdf")
    assert (shown.content, shown.headers["content-type"]) == (PDF, "application/pdf")
    assert shown.headers["content-disposition"].startswith("inline")
    assert browser.get(f"{base}/bill.pdf?download").headers["content-disposition"].startswith("attachment")
    page = browser.get(f"{base}/page.html")
    assert page.headers["content-type"] == "application/octet-stream"
    assert page.headers["content-disposition"].startswith("attachment")
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("kind", "plural", "number", "id_key", "path"),
    [
        (
            "ACCPAYCREDIT",
            "CreditNotes",
            "CreditNoteNumber",
            "CreditNoteID",
            "AccountsPayable/ViewCreditNote.aspx",
        ),
        ("ACCREC", "Invoices", "InvoiceNumber", "InvoiceID", "AccountsReceivable/View.aspx"),
    ],
)
def test_other_documents_have_links_too(
    acme: XeroApp, browser: httpx2.Client, kind: str, plural: str, number: str, id_key: str, path: str
) -> None:
    tax, account = ("OUTPUT2", "200") if kind == "ACCREC" else ("INPUT2", "449")
    sent = acme.bill(Type=kind, InvoiceNumber=None, LineItems=[line(TaxType=tax, AccountCode=account)])
    created = acme.put(plural, {plural: [sent | {number: "NUMBER-9"}]}).json()[plural][0]
    parameter = id_key[0].lower() + id_key[1:]
    page = browser.get(deep_link(acme, f"/{path}?{parameter}={created[id_key]}"))
    assert page.status_code == 200
    assert "NUMBER-9" in page.text


def test_links_to_nothing_are_404(acme: XeroApp, browser: httpx2.Client) -> None:
    nothing = "00000000-0000-0000-0000-000000000000"
    assert browser.get(deep_link(acme, f"/AccountsPayable/Edit.aspx?InvoiceID={nothing}")).status_code == 404
    assert (
        browser.get("/xero/organisationlogin/default.aspx?shortcode=!zzzzz&redirecturl=/").status_code == 404
    )
    assert browser.get(f"/xero/organisations/{nothing}").status_code == 404


def test_lists_and_documents_are_shown(acme: XeroApp, browser: httpx2.Client) -> None:
    acme.create()
    home = browser.get("/xero/").text
    assert "Birch &amp; Co Ltd" in home
    organisation = browser.get(f"/xero/organisations/{acme.tenant}").text
    assert "SUP-1" in organisation
    assert "Bookbind (demo), by ada@acme.test" in organisation
    for kind in ("accounts", "tax_rates", "contacts", "items", "tracking"):
        assert browser.get(f"/xero/organisations/{acme.tenant}/lists/{kind}").status_code == 200
    assert browser.get(f"/xero/organisations/{acme.tenant}/lists/spoons").status_code == 404


def test_the_disconnect_button_ends_one_logins_connection(
    acme: XeroApp, connect: Connect, browser: httpx2.Client
) -> None:
    jo = connect("jo@harbour.test", "Acme Ltd")
    users = {user["EmailAddress"]: user["UserID"] for user in acme.get("Users")["Users"]}
    browser.post(f"/xero/organisations/{acme.tenant}/disconnect", data={"login": users["ada@acme.test"]})
    assert [app.call("GET", "Organisation").status_code for app in (acme, jo)] == [403, 200]


def test_other_sites_cannot_press_the_button(acme: XeroApp, browser: httpx2.Client) -> None:
    users = {user["EmailAddress"]: user["UserID"] for user in acme.get("Users")["Users"]}
    answer = browser.post(
        f"/xero/organisations/{acme.tenant}/disconnect",
        data={"login": users["ada@acme.test"]},
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    assert answer.status_code == 403
    assert acme.call("GET", "Organisation").status_code == 200


def test_huge_bodies_are_refused_unread(sandbox: Sandbox) -> None:
    head = (
        f"POST /_control/reset HTTP/1.1\r\nHost: 127.0.0.1:{sandbox.port}\r\nContent-Length: {10**9}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 413 ")


def test_a_link_to_the_app_is_only_followed_over_http(acme: XeroApp, browser: httpx2.Client) -> None:
    created = acme.create(Url="javascript:alert(1)")
    page = browser.get(f"/xero/organisations/{acme.tenant}/invoices/{created['InvoiceID']}")
    assert page.status_code == 200
    assert "javascript:" not in page.text
