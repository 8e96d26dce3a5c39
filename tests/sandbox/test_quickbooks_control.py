"""The control API over QuickBooks: what it makes happen inside a company."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bookbind_sandbox.vendors.quickbooks.seed import COMPANIES
from bookbind_sandbox.vendors.quickbooks.vendor import QuickBooks
from bookbind_sandbox.vendors.xero.vendor import Xero
from bookbind_sandbox.world import open_world
from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import QuickBooksApp, allow, fault, redeem, refresh
from tests.support.processes import Sandbox, start_sandbox

ACME = {"vendor": "quickbooks", "organisation": "Acme Ltd"}


@pytest.mark.parametrize(
    ("entries", "wanted", "entity", "name"),
    [
        ("accounts", "Training", "Account", "Training (deleted)"),
        ("contacts", "1", "Vendor", "City Fuel Limited (deleted)"),
        ("contacts", "meadow vets ltd", "Customer", "Meadow Vets Ltd (deleted)"),
        ("items", "Small widget", "Item", "Small widget (deleted)"),
        ("tracking", "South", "Class", "South (deleted)"),
        ("tracking", "Workshop", "Department", "Workshop (deleted)"),
        ("tax_rates", "5.0% R", "TaxCode", "5.0% R"),
        ("terms", "Net 60", "Term", "Net 60"),
    ],
)
def test_entries_are_made_inactive_by_id_or_name(
    sandbox: Sandbox, books: QuickBooksApp, entries: str, wanted: str, entity: str, name: str
) -> None:
    before = {row["Id"] for row in books.query(f"select * from {entity} where Active = false")}
    sandbox.control("archive", **ACME, list=entries, id=wanted)
    after = books.query(f"select * from {entity} where Active = false")
    assert [row["Name" if "Name" in row else "DisplayName"] for row in after if row["Id"] not in before] == [
        name
    ]


def test_deleting_is_making_inactive(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("delete", **ACME, list="contacts", id="Marsh Legal")
    assert books.query("select * from Vendor where DisplayName = 'Marsh Legal (deleted)' and Active = false")


def test_entries_and_companies_are_renamed(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("rename", **ACME, list="accounts", id="Motor vehicle expenses", name="Vans")
    sandbox.control("rename", **ACME, name="Acme Trading Ltd")
    assert books.query("select * from Account where Name = 'Vans'")[0]["FullyQualifiedName"] == "Vans"
    assert books.get("companyinfo/1")["CompanyInfo"]["CompanyName"] == "Acme Trading Ltd"
    names = [row["name"] for row in sandbox.read("organisations", vendor="quickbooks")["organisations"]]
    assert "Acme Trading Ltd" in names


def test_merged_suppliers_leave_their_documents_to_the_one_that_stays(
    sandbox: Sandbox, books: QuickBooksApp
) -> None:
    bill = books.create(VendorRef=books.ref("Vendor", "Swift Couriers t/a Swift"))
    sandbox.control("merge_contacts", **ACME, **{"from": "Swift Couriers t/a Swift", "into": "BT"})
    kept = books.ref("Vendor", "BT")
    assert books.get(f"bill/{bill['Id']}")["Bill"]["VendorRef"] == kept | {"name": "BT"}
    assert len(books.query(f"select * from Bill where VendorRef = '{kept['value']}'")) == 1
    gone = books.query("select * from Vendor where DisplayName like 'Swift%' and Active = false")
    assert gone[0]["DisplayName"] == "Swift Couriers t/a Swift (deleted)"


def test_closed_books_refuse_old_bills_until_they_are_opened(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("lock", **ACME, period_lock_date="2026-11-01")
    assert books.refusal()[0] == "6210"
    made = books.create(TxnDate="2026-11-02")
    sandbox.control("lock", **ACME, period_lock_date="2026-11-02")
    assert fault(books.post("bill", {"Id": made["Id"], "SyncToken": "0"}, operation="delete"))[0] == "6210"
    sandbox.control("lock", **ACME, period_lock_date=None)
    assert "BookCloseDate" not in books.get("preferences")["Preferences"]["AccountingInfoPrefs"]
    assert books.create(DocNumber="OLD", TxnDate="2020-01-01")["TxnDate"] == "2020-01-01"


def test_a_bill_entered_by_hand_is_there_and_was_not_received(sandbox: Sandbox, books: QuickBooksApp) -> None:
    wish = {"contact": "City Fuel Limited", "reference": "SUP-9", "date": "2026-11-03", "total": "120.00"}
    made = sandbox.control("add_bill", **ACME, **wish)
    found = books.query("select * from Bill where DocNumber = 'SUP-9'")
    assert [(one["Id"], one["TotalAmt"]) for one in found] == [(made["id"], 120.0)]
    assert sandbox.received("quickbooks")["documents"] == []


def test_calls_are_counted_by_company(sandbox: Sandbox, books: QuickBooksApp) -> None:
    books.create()
    books.refusal()
    totals = sandbox.received("quickbooks")
    assert (totals["writes"], totals["refused"], totals["refused_by_status"]) == (2, 1, {"400": 1})
    assert totals["by_organisation"][books.realm]["name"] == "Acme Ltd"
    assert sandbox.received("xero")["requests"] == 0


def test_the_log_tells_what_came_and_nothing_secret(sandbox: Sandbox, books: QuickBooksApp) -> None:
    books.made("Bill", books.bill(), requestid="r-1")
    requests = sandbox.read("log", vendor="quickbooks")["requests"]
    last = requests[-1]
    assert (last["method"], last["operation"], last["idempotency_key"]) == ("POST", "create_invoice", "r-1")
    assert (last["organisation"], last["status"]) == (books.realm, 200)
    for secret in (books.tokens["access_token"], books.tokens["refresh_token"]):
        assert secret not in str(requests)


def test_another_company_of_the_same_name_is_another(
    sandbox: Sandbox, books: QuickBooksApp, connect_books: ConnectBooks
) -> None:
    wish = {"vendor": "quickbooks", "name": "Acme Ltd", "key": "the other Acme", "logins": ["solo@acme.test"]}
    made = sandbox.control("organisations", **wish)
    assert made["id"] != books.realm
    assert redeem(sandbox, allow(sandbox, "solo@acme.test", made["id"])["code"]).status_code == 200
    assert sandbox.client.post(f"{sandbox.url}/_control/organisations", json=wish).status_code == 409


def test_a_changed_secret_is_refused_until_it_is_back(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("app", vendor="quickbooks", secret="changed")
    answer = refresh(sandbox, books.tokens["refresh_token"])
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("name", "wish"),
    [
        ("archive", ACME | {"list": "accounts", "id": "nope"}),
        ("archive", ACME | {"list": "spoons", "id": "1"}),
        ("archive", {"vendor": "quickbooks", "organisation": "Nobody", "list": "accounts", "id": "1"}),
        ("rename", ACME | {"list": "accounts", "id": "Training"}),
        ("rename", ACME | {"list": "contacts", "id": "BT", "name": "City Fuel Limited"}),
        ("rename", ACME),
        ("merge_contacts", ACME | {"from": "BT", "into": "BT"}),
        ("merge_contacts", ACME | {"from": "BT", "into": "Meadow Vets Ltd"}),
        ("add_bill", ACME | {"contact": "City Fuel Limited", "date": "2020-01-01", "total": 5}),
        ("add_bill", ACME | {"contact": "Nobody", "date": "2026-11-01", "total": 5}),
        ("grow", ACME | {"list": "contacts", "count": -1}),
        ("grow", ACME | {"list": "accounts", "count": 3}),
        ("lock", ACME | {"period_lock_date": "soon"}),
        ("revoke", {"vendor": "quickbooks"}),
        ("revoke", {"vendor": "quickbooks", "login": "ada@acme.test", "admin_role": False}),
        ("consent", {"vendor": "quickbooks", "login": "nobody@acme.test"}),
        ("organisations", {"vendor": "quickbooks", "name": ""}),
        ("app", {"vendor": "quickbooks", "client_id": "stranger"}),
        ("app", {"vendor": "quickbooks", "parallel_refresh": "maybe"}),
        ("faults", {"vendor": "quickbooks", "operation": "connections", "fault": "500"}),
    ],
)
def test_wishes_that_cannot_be_granted_say_why(sandbox: Sandbox, name: str, wish: dict[str, Any]) -> None:
    answer = sandbox.client.post(f"{sandbox.url}/_control/{name}", json=wish)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]


def test_one_consent_is_for_one_company(sandbox: Sandbox) -> None:
    wish = {
        "vendor": "quickbooks",
        "login": "ada@acme.test",
        "organisations": ["Acme Ltd", "Acme Holdings Ltd"],
    }
    from_app = f"{sandbox.url}/?client_id=bookbind-demo-app&response_type=code&scope=openid&state=s"
    asked = f"{from_app}&redirect_uri=http://localhost:8000/connections/quickbooks/callback"
    answer = sandbox.client.post(f"{sandbox.url}/_control/consent", json=wish | {"authorize_url": asked})
    assert answer.status_code == 400
    assert "one company" in answer.json()["error"]


def test_a_killed_sandbox_remembers_everything(tmp_path: Path) -> None:
    first = start_sandbox(tmp_path)
    answer = allow(first, "ada@acme.test", "Acme Ltd")
    app = QuickBooksApp(first, redeem(first, answer["code"]).json(), answer["realmId"])
    app.create()
    before = first.received("quickbooks")
    first.kill()
    second = start_sandbox(tmp_path, first.port)
    try:
        assert second.received("quickbooks") == before
        again = QuickBooksApp(second, app.tokens, app.realm)
        assert again.count("Bill") == 1
        assert refresh(second, app.tokens["refresh_token"]).status_code == 200
    finally:
        second.stop()


def test_a_store_from_before_quickbooks_learns_of_it_and_loses_nothing(tmp_path: Path) -> None:
    older = open_world(tmp_path, 8100, (Xero,))
    older.store.run("UPDATE organisations SET name = 'Kept Ltd' WHERE name = 'Acme Ltd'")
    older.store.close()
    newer = open_world(tmp_path, 8100, (Xero, QuickBooks))
    rows: list[sqlite3.Row] = newer.store.rows(
        "SELECT vendor, name FROM organisations WHERE name LIKE '%t Ltd'"
    )
    counts = newer.store.value("SELECT count(*) FROM organisations WHERE vendor = 'quickbooks'")
    newer.store.close()
    assert [tuple(row) for row in rows] == [("xero", "Kept Ltd")]
    assert counts == len(COMPANIES)
