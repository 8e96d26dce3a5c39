"""What ends in QuickBooks: transactions voided, subscriptions that lapse, companies that are gone."""

import pytest

from tests.sandbox.quickbooks_app import QuickBooksApp, accepted, fault
from tests.sandbox.test_quickbooks_documents import detail, expense, payment_of, sale
from tests.support.processes import Sandbox


def test_a_lapsed_company_can_be_read_and_not_written(sandbox: Sandbox, books: QuickBooksApp) -> None:
    bill = books.bill()
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", lapsed=True)
    assert fault(books.post("bill", bill))[0] == "6190"
    assert books.get("preferences")["Preferences"]["Id"] == "1"
    assert subscription(books) == "SUSPENDED"
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", lapsed=False)
    assert subscription(books) == "SUBSCRIBED"
    assert accepted(books.post("bill", bill))


def subscription(books: QuickBooksApp) -> str:
    """How the company says that its subscription stands."""
    told = books.get(f"companyinfo/{books.realm}")["CompanyInfo"]["NameValue"]
    return next(str(each["Value"]) for each in told if each["Name"] == "SubscriptionStatus")


@pytest.mark.parametrize(
    ("method", "path", "query"),
    [
        ("GET", "preferences", {}),
        ("GET", "query", {"query": "select * from Vendor"}),
        ("POST", "bill", {}),
    ],
)
def test_a_company_that_is_gone_answers_nothing_at_all(
    sandbox: Sandbox, books: QuickBooksApp, method: str, path: str, query: dict[str, str]
) -> None:
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", gone=True)
    body = {"Line": []} if method == "POST" else None
    refused = books.call(method, path, body=body, **query)
    (error,) = refused.json()["fault"]["error"]
    assert (refused.status_code, error["code"]) == (400, "7001")
    assert "errorCode=007001" in error["message"]
    sandbox.control("lock", vendor="quickbooks", organisation="Acme Ltd", gone=False)
    assert books.call("GET", "preferences").status_code == 200


@pytest.mark.parametrize("way", [{"operation": "void"}, {"operation": "update", "include": "void"}])
def test_what_is_owed_or_spent_cannot_be_voided(books: QuickBooksApp, way: dict[str, str]) -> None:
    bodies = {"Bill": books.bill(), "VendorCredit": books.bill(DueDate=None), "Purchase": expense(books)}
    for entity, body in bodies.items():
        made = books.made(entity, body)
        asked = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
        assert fault(books.post(entity.lower(), asked, **way))[0] == "500"
        assert books.get(f"{entity.lower()}/{made['Id']}")[entity] == made


def test_a_voided_invoice_stays_with_nothing_in_it(sandbox: Sandbox, books: QuickBooksApp) -> None:
    made = books.made("Invoice", sale(books, PrivateNote="for March"))
    asked = {"Id": made["Id"], "SyncToken": "0"}
    changed = asked | {"sparse": True}
    assert fault(books.post("invoice", changed, operation="update", include="void"))[0] == "500"
    voided = accepted(books.post("invoice", asked, operation="void"))["Invoice"]
    assert (voided["TotalAmt"], voided["Balance"], voided["TxnTaxDetail"]["TotalTax"]) == (0, 0, 0)
    assert voided["PrivateNote"] == "Voided - for March"
    assert voided["DocNumber"] == made["DocNumber"]
    assert {line["Amount"] for line in voided["Line"]} == {0}
    assert detail(voided)["Qty"] == 0
    assert books.get(f"invoice/{made['Id']}")["Invoice"] == voided
    assert fault(books.post("invoice", asked, operation="void"))[0] == "5010"


def test_a_voided_payment_gives_the_bill_its_balance_back(books: QuickBooksApp) -> None:
    bill = books.create()
    paid = books.made("BillPayment", payment_of(books, bill, 50.0))
    asked = {"Id": paid["Id"], "SyncToken": "0", "sparse": True}
    assert fault(books.post("billpayment", asked, operation="void"))[0] == "500"
    voided = accepted(books.post("billpayment", asked, operation="update", include="void"))["BillPayment"]
    assert (voided["TotalAmt"], voided["Line"], voided["PrivateNote"]) == (0, [], "Voided")
    assert books.get(f"bill/{bill['Id']}")["Bill"]["Balance"] == bill["TotalAmt"]
