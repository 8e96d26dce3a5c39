"""QuickBooks' own pages in the sandbox: deep links, documents with everything on them, lists."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import QuickBooksApp
from tests.sandbox.test_quickbooks_documents import expense, sale
from tests.sandbox.test_quickbooks_files import BOUNDARY, PDF, end, metadata, part
from tests.support.processes import Sandbox


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sandbox.url, follow_redirects=True, timeout=10.0) as client:
        yield client


def test_a_deep_link_opens_the_bill_with_everything_on_it(
    books: QuickBooksApp, browser: httpx2.Client
) -> None:
    line = books.line(Amount=1234.5, ClassRef=books.ref("Class", "Leeds"), Description="<b>Diesel</b>")
    made = books.create(Line=[line], DepartmentRef=books.ref("Department", "Workshop"), DocNumber="SUP <1>")
    books.upload(part(1, metadata(made), PDF) + end(), BOUNDARY)
    page = browser.get(f"/quickbooks/app/bill?txnId={made['Id']}")
    assert page.status_code == 200
    for shown in (
        "Sandbox.",
        "Acme Ltd",
        "City Fuel Limited",
        "SUP &lt;1&gt;",
        "&lt;b&gt;Diesel&lt;/b&gt;",
        "1 Nov 2026",
        "30 Nov 2026",
        "Open",
        "Motor vehicle expenses",
        "North:Leeds",
        "Workshop",
        "20.0% S",
        "Exclusive of tax",
        "marker-1",
        "1,234.50",
        "246.90",
        "1,481.40",
        "bill.pdf",
        "<object",
    ):
        assert shown in page.text, shown


def test_other_documents_have_links_too(books: QuickBooksApp, browser: httpx2.Client) -> None:
    made = {
        "expense": books.made("Purchase", expense(books)),
        "vendorcredit": books.made("VendorCredit", books.bill(DueDate=None)),
        "invoice": books.made("Invoice", sale(books)),
        "creditmemo": books.made("CreditMemo", sale(books)),
    }
    titles = {
        "expense": "Expense",
        "vendorcredit": "Supplier credit",
        "invoice": "Invoice",
        "creditmemo": "Credit note",
    }
    for word, entity in made.items():
        page = browser.get(f"/quickbooks/app/{word}?txnId={entity['Id']}")
        assert f"<h1>{titles[word]} {entity['DocNumber']}</h1>" in page.text


def test_links_to_nothing_are_404(books: QuickBooksApp, browser: httpx2.Client) -> None:
    made = books.create()
    for path in (
        "/quickbooks/app/bill?txnId=123456789",
        f"/quickbooks/app/invoice?txnId={made['Id']}",
        "/quickbooks/app/spoon?txnId=1",
        "/quickbooks/companies/1",
        f"/quickbooks/companies/{books.realm}/bill/99",
        f"/quickbooks/companies/{books.realm}/lists/spoon",
    ):
        assert browser.get(path).status_code == 404, path


def test_companies_count_their_transactions_apart(
    connect_books: ConnectBooks, browser: httpx2.Client
) -> None:
    acme, ireland = connect_books(), connect_books(organisation="Acme Ireland Ltd")
    one = acme.create()
    two = ireland.create(
        CurrencyRef={"value": "EUR"},
        VendorRef=ireland.ref("Vendor", "BT"),
        Line=[ireland.line(TaxCodeRef=ireland.ref("TaxCode", "23.0% S"))],
    )
    assert one["Id"] != two["Id"]
    assert "Acme Ireland Ltd" in browser.get(f"/quickbooks/app/bill?txnId={two['Id']}").text


def test_the_file_on_the_page_is_the_file_that_was_sent(books: QuickBooksApp, browser: httpx2.Client) -> None:
    made = books.create()
    shown = books.upload(part(1, metadata(made), PDF) + end(), BOUNDARY)[0]["Attachable"]
    text = metadata(made, "page.xml") | {"ContentType": "text/html"}
    risky = books.upload(part(1, text, b"<script>alert(1)</script>") + end(), BOUNDARY)[0]["Attachable"]
    base = f"/quickbooks/companies/{books.realm}/bill/{made['Id']}/files"
    file = browser.get(f"{base}/{shown['Id']}")
    assert (file.content, file.headers["content-type"]) == (PDF, "application/pdf")
    assert (
        browser.get(f"{base}/{shown['Id']}?download").headers["content-disposition"].startswith("attachment")
    )
    assert browser.get(f"{base}/{risky['Id']}").headers["content-type"] == "application/octet-stream"


def test_companies_lists_and_documents_are_shown(books: QuickBooksApp, browser: httpx2.Client) -> None:
    books.create()
    home = browser.get("/quickbooks").text
    assert "Acme America Inc" in home
    assert "App connected by ada@acme.test" in home
    company = browser.get(f"/quickbooks/companies/{books.realm}").text
    for shown in (
        "Classes on",
        "locations on",
        "books closed up to 2025-03-31",
        "SUP-1",
        "120.00 GBP",
        "My apps",
    ):
        assert shown in company, shown
    suppliers = browser.get(f"/quickbooks/companies/{books.realm}/lists/vendor").text
    assert "Old Quay Printers (deleted)" in suppliers
    assert "Inactive" in suppliers
    assert "20.0% RC SG" in browser.get(f"/quickbooks/companies/{books.realm}/lists/taxcode").text


def test_the_disconnect_button_ends_one_logins_connection(
    books: QuickBooksApp, connect_books: ConnectBooks, browser: httpx2.Client
) -> None:
    jo = connect_books("jo@harbour.test")
    page = browser.get(f"/quickbooks/companies/{books.realm}").text
    login = page.split('name="login" value="')[1].split('"')[0]
    browser.post(f"/quickbooks/companies/{books.realm}/disconnect", data={"login": login})
    assert books.call("GET", "preferences").status_code == 401
    assert jo.call("GET", "preferences").status_code == 200


def test_the_front_page_and_the_control_page_know_quickbooks(
    books: QuickBooksApp, browser: httpx2.Client
) -> None:
    books.create()
    assert "QuickBooks Online" in browser.get("/").text
    control = browser.get("/_control").text
    assert "QuickBooks Online: received" in control
    assert "City Fuel Limited" in control
