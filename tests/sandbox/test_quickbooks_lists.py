"""QuickBooks' lists: the query language, single entries, changes, and entries made and changed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import QuickBooksApp, fault
from tests.support.processes import Sandbox

ACME = {"vendor": "quickbooks", "organisation": "Acme Ltd"}


def test_a_query_answers_rows_with_where_they_begin_and_how_many(books: QuickBooksApp) -> None:
    content = books.get("query", query="select * from Vendor startposition 3 maxresults 2", minorversion=75)
    response = content["QueryResponse"]
    assert datetime.fromisoformat(content["time"]).utcoffset() == timedelta(hours=-8)
    assert (response["startPosition"], response["maxResults"]) == (3, 2)
    assert [row["DisplayName"] for row in response["Vendor"]] == ["BT", "Harbour and Co"]
    row = response["Vendor"][0]
    assert (row["domain"], row["sparse"], row["SyncToken"]) == ("QBO", False, "0")
    assert row["MetaData"]["LastUpdatedTime"] == "2026-01-05T01:00:00-08:00"


def test_without_rows_the_response_is_empty(books: QuickBooksApp) -> None:
    content = books.get("query", query="select * from Vendor where DisplayName = 'Nobody'")
    assert content["QueryResponse"] == {}


def test_a_query_can_be_posted_as_text(books: QuickBooksApp) -> None:
    kind = {"Content-Type": "application/text"}
    response = books.call("POST", "query", content="SELECT COUNT(*) FROM Customer", headers=kind)
    assert response.json()["QueryResponse"] == {"totalCount": 12}


def test_inactive_entries_hide_until_asked_for(books: QuickBooksApp) -> None:
    shown = books.count("Vendor")
    assert books.count("Vendor", "where Active in (true, false)") == shown + 1
    gone = books.query("select * from Vendor where Active = false")
    assert [(row["DisplayName"], row["Active"]) for row in gone] == [("Old Quay Printers (deleted)", False)]


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("select * from Account where AccountType in ('Bank', 'Credit Card') orderby Name desc", 4),
        ("select * from Account where AccountType = 'Bank' and Name like '%account'", 2),
        ("select * from Account where Name = 'directors\\' loan'", 1),
        ("select * from Account where SubAccount = true", 2),
        ("select * from Account where FullyQualifiedName like 'Motor vehicle expenses:%'", 2),
        ("select * from Account where Id > '2' and Id <= '4'", 2),
        ("select * from Vendor where DisplayName LIKE 'B%' order by DisplayName", 3),
        ("select * from Vendor where CompanyName = 'Swift Couriers'", 1),
        (
            "select * from Vendor where MetaData.LastUpdatedTime > '2026-01-05' maxresults 1000",
            21,
        ),
        ("select * from Vendor where MetaData.LastUpdatedTime > '2026-01-05T09:00:00Z'", 0),
        ("select * from TaxCode", 13),
        ("select * from TaxCode where Active in (true, false)", 14),
        ("select * from TaxCode where Name = '20.0% S'", 1),
        ("select * from Class where SubClass = false", 5),
        ("select * from CompanyCurrency", 3),
        ("select * from Bill where DocNumber = 'SUP-1'", 0),
    ],
)
def test_statements_find_what_they_name(books: QuickBooksApp, statement: str, found: int) -> None:
    assert len(books.query(statement)) == found


def test_columns_make_sparse_rows(books: QuickBooksApp) -> None:
    rows = books.query("select Id, DisplayName from Vendor maxresults 1")
    assert rows == [{"Id": "1", "DisplayName": "City Fuel Limited", "domain": "QBO", "sparse": True}]


@pytest.mark.parametrize(
    "statement",
    [
        "select Id, MetaData.LastUpdatedTime from Vendor",
        "select Name, SalesTaxRateList from TaxCode",
        "select CompanyName, NameValue from CompanyInfo",
        "select TotalAmt, VendorRef from Bill",
    ],
)
def test_columns_that_the_entity_has_are_told(books: QuickBooksApp, statement: str) -> None:
    books.create()
    columns = statement.removeprefix("select ").partition(" from ")[0].split(", ")
    asked = {column.partition(".")[0] for column in columns}
    assert set(books.query(statement)[0]) == asked | {"domain", "sparse"}


def test_a_column_that_is_refused_is_named(books: QuickBooksApp) -> None:
    words = fault(books.call("GET", "query", query="select Mood from Vendor"))[1]
    assert words == "QueryValidationError: Property Mood not found for Entity Vendor"


def test_the_number_of_a_product_is_told_when_it_is_named(books: QuickBooksApp) -> None:
    income = books.ref("Account", "Sales")
    made = books.made("Item", {"Name": "Nails", "Type": "Service", "Sku": "N-5", "IncomeAccountRef": income})
    assert made["Sku"] == "N-5"
    (bare,) = books.query("select * from Item where Name = 'Nails'")
    (whole,) = books.query("select *, Sku from Item where Name = 'Nails'")
    assert ("Sku" in bare, whole) == (False, made)


def test_rows_are_sorted_as_asked_and_by_number_otherwise(books: QuickBooksApp) -> None:
    ids = [int(row["Id"]) for row in books.query("select * from Account maxresults 1000")]
    assert ids == sorted(ids)
    names = [row["Name"] for row in books.query("select * from Account orderby Name DESC maxresults 1000")]
    assert names == sorted(names, key=str.lower, reverse=True)


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("select from Vendor", "4000"),
        ("select * from Spoon", "4001"),
        ("select * from Vendor where Mood = 'good'", "4001"),
        ("select * from Bill where PrivateNote = 'marker'", "4001"),
        ("select * from Vendor where DisplayName = 'a' or DisplayName = 'b'", "4000"),
        ("select * from Vendor where DisplayName != 'a'", "4000"),
        ("select * from Vendor startposition 0", "4001"),
        ("select * from Vendor maxresults 1001", "4001"),
        ("select * from Vendor where MetaData.LastUpdatedTime > 'soon'", "4001"),
        ("select * from Vendor; drop", "4000"),
        ("select * from Vendor where Active = maybe", "4001"),
        ("select * from Bill where TxnDate > 'soon'", "4001"),
        ("select Mood from Vendor", "4001"),
        ("select *, Mood from Vendor", "4001"),
        ("select Id, BillAddr from Customer", "4001"),
        ("select ParentRef from Item", "4001"),
        ("", "4000"),
    ],
)
def test_statements_that_cannot_be_read_are_refused(books: QuickBooksApp, statement: str, code: str) -> None:
    assert fault(books.call("GET", "query", query=statement))[0] == code


def test_a_long_list_comes_whole_over_its_pages(sandbox: Sandbox, books: QuickBooksApp) -> None:
    before = books.count("Vendor")
    sandbox.control("grow", **ACME, list="contacts", count=2300)
    assert len(books.query("select * from Vendor")) == 100
    ids: list[str] = []
    for start in (1, 1001, 2001):
        page = books.query(f"select * from Vendor startposition {start} maxresults 1000")
        ids += [row["Id"] for row in page]
    assert len(set(ids)) == len(ids) == before + 2300
    assert books.query("select * from Vendor startposition 3001 maxresults 1000") == []


def test_people_share_one_count_of_ids_and_classes_have_very_long_ones(books: QuickBooksApp) -> None:
    vendors = {row["Id"] for row in books.query("select * from Vendor maxresults 1000")}
    assert not vendors & {row["Id"] for row in books.query("select * from Customer")}
    classes = [int(row["Id"]) for row in books.query("select * from Class")]
    assert all(float(number) != number + 1 and number > 2**53 for number in classes)


def test_the_company_and_its_preferences_are_read_alone(books: QuickBooksApp) -> None:
    company = books.get(f"companyinfo/{books.realm}")["CompanyInfo"]
    preferences = books.get("preferences")["Preferences"]
    assert (company["CompanyName"], company["Country"]) == ("Acme Ltd", "GBR")
    assert preferences["CurrencyPrefs"] == {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "GBP"}}
    accounting = preferences["AccountingInfoPrefs"]
    assert (accounting["ClassTrackingPerTxnLine"], accounting["TrackDepartments"]) == (True, True)
    assert accounting["BookCloseDate"] == "2025-03-31"
    assert fault(books.call("GET", "companyinfo/1234567890123456"))[0] == "610"


@pytest.mark.parametrize(
    ("login", "company", "country", "currency", "tracked"),
    [
        ("ada@acme.test", "Acme Holdings Ltd", "GBR", "GBP", (True, False)),
        ("jo@harbour.test", "Birch & Daughters Ltd", "GBR", "GBP", (False, False)),
        ("ada@acme.test", "Acme Ireland Ltd", "IRL", "EUR", (True, True)),
        ("ada@acme.test", "Acme America Inc", "USA", "USD", (True, False)),
    ],
)
def test_companies_differ_in_what_they_track(
    connect_books: ConnectBooks,
    login: str,
    company: str,
    country: str,
    currency: str,
    tracked: tuple[bool, bool],
) -> None:
    app = connect_books(login, company)
    preferences = app.get("preferences")["Preferences"]
    accounting = preferences["AccountingInfoPrefs"]
    assert app.get(f"companyinfo/{app.realm}")["CompanyInfo"]["Country"] == country
    assert preferences["CurrencyPrefs"]["HomeCurrency"]["value"] == currency
    assert (accounting["ClassTrackingPerTxnLine"], accounting["TrackDepartments"]) == tracked


def test_without_asking_for_json_the_answer_is_xml(books: QuickBooksApp) -> None:
    response = books.call("GET", "vendor/1", headers={"Accept": "*/*"})
    assert response.headers["content-type"].startswith("application/xml")
    assert '<Vendor domain="QBO" sparse="false">' in response.text
    assert '<CurrencyRef name="British Pound Sterling">GBP</CurrencyRef>' in response.text


def since(books: QuickBooksApp, **ago: float) -> str:
    now = datetime.fromisoformat(books.sandbox.read("clock")["now"])
    return (now - timedelta(**ago)).isoformat()


def test_changes_tell_whole_entries_and_what_is_gone(sandbox: Sandbox, books: QuickBooksApp) -> None:
    bill = books.create()
    sandbox.control("archive", **ACME, list="contacts", id="Marsh Legal")
    books.post("bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
    content = books.get("cdc", entities="Vendor,Bill,Class", changedSince=since(books, minutes=5))
    vendors, bills, classes = content["CDCResponse"][0]["QueryResponse"]
    assert [(row["DisplayName"], row["Active"]) for row in vendors["Vendor"]] == [
        ("Marsh Legal (deleted)", False)
    ]
    gone = bills["Bill"][0]
    assert (gone["Id"], gone["status"], gone["domain"]) == (bill["Id"], "Deleted", "QBO")
    assert gone["MetaData"]["LastUpdatedTime"]
    assert classes == {}


@pytest.mark.parametrize(
    ("entities", "days", "code"),
    [("Vendor", 31, "4001"), ("TaxCode", 1, "4001"), ("Spoon", 1, "4001"), ("", 1, "2020")],
)
def test_changes_reach_back_a_month_and_know_no_tax(
    books: QuickBooksApp, entities: str, days: int, code: str
) -> None:
    answer = books.call("GET", "cdc", entities=entities, changedSince=since(books, days=days))
    assert fault(answer)[0] == code


def test_changes_come_a_thousand_at_the_most(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("grow", **ACME, list="contacts", count=1200)
    content = books.get("cdc", entities="Vendor,Account", changedSince=since(books, minutes=5))
    vendors, accounts = content["CDCResponse"][0]["QueryResponse"]
    assert (len(vendors["Vendor"]), accounts) == (1000, {})


def test_a_supplier_is_made_and_its_name_is_taken_everywhere(books: QuickBooksApp) -> None:
    made = books.made(
        "Vendor", {"DisplayName": "New Supplier Ltd", "PrimaryEmailAddr": {"Address": "a@new.test"}}
    )
    assert (made["Active"], made["CurrencyRef"]["value"]) == (True, "GBP")
    for entity, name in (("Vendor", "NEW supplier ltd"), ("Customer", "New Supplier Ltd")):
        code, words = fault(books.post(entity.lower(), {"DisplayName": name}))
        assert code == "6240"
        assert words.endswith(f"Id={made['Id']}")


@pytest.mark.parametrize(
    ("entity", "body", "code"),
    [
        ("Vendor", {}, "2020"),
        ("Vendor", {"DisplayName": "a:b"}, "2040"),
        ("Vendor", {"DisplayName": "a\tb"}, "2040"),
        ("Vendor", {"DisplayName": "Long", "CompanyName": "c" * 101}, "2050"),
        ("Vendor", {"DisplayName": "Long", "TaxIdentifier": "9" * 21}, "2050"),
        ("Vendor", {"DisplayName": "Long", "PrimaryEmailAddr": {"Address": "a" * 101}}, "2050"),
        ("Vendor", {"DisplayName": "Odd", "Colour": "red"}, "2010"),
        ("Vendor", {"DisplayName": "City Clerk"}, "6240"),
        ("Customer", {"DisplayName": "City Clerk"}, "6240"),
        ("Employee", {"DisplayName": "BT"}, "6240"),
        ("Account", {"Name": 'Say "cheese"', "AccountType": "Expense"}, "2040"),
        ("Account", {"Name": "New", "AccountType": "Expense", "AcctNum": "12345678"}, "2050"),
        ("Account", {"Name": "New", "AccountType": "Expense", "AcctNum": "1:2"}, "2040"),
        ("Vendor", {"DisplayName": "v" * 501}, "2050"),
        ("Vendor", {"DisplayName": "Krona", "CurrencyRef": {"value": "SEK"}}, "2500"),
        ("Account", {"Name": "New"}, "2020"),
        ("Account", {"Name": "New", "AccountType": "Spoons"}, "2170"),
        ("Account", {"Name": "Training", "AccountType": "Expense"}, "6240"),
        ("Item", {"Name": "New", "Type": "Service"}, "2020"),
        ("Class", {"Name": "South"}, "6240"),
        ("Class", {"Name": "New", "ParentRef": {"value": "7"}}, "2500"),
        ("TaxCode", {"Name": "New"}, "500"),
    ],
)
def test_wrong_entries_are_refused(
    books: QuickBooksApp, entity: str, body: dict[str, Any], code: str
) -> None:
    assert fault(books.post(entity.lower(), body))[0] == code


def test_employees_can_be_read_and_share_the_names_of_suppliers(books: QuickBooksApp) -> None:
    (clerk,) = books.query("select * from Employee")
    assert (clerk["DisplayName"], clerk["GivenName"]) == ("City Clerk", "City")
    assert books.get(f"employee/{clerk['Id']}")["Employee"] == clerk


def test_a_made_entry_hangs_under_its_parent(books: QuickBooksApp) -> None:
    made = books.made("Class", {"Name": "Hull", "ParentRef": books.ref("Class", "North")})
    assert (made["FullyQualifiedName"], made["SubClass"]) == ("North:Hull", True)


def test_an_entry_made_inactive_frees_its_name_and_cannot_be_used(books: QuickBooksApp) -> None:
    vendor = books.query("select * from Vendor where DisplayName = 'Marsh Legal'")[0]
    gone = {"Id": vendor["Id"], "SyncToken": vendor["SyncToken"], "sparse": True, "Active": False}
    assert books.made("Vendor", gone)["DisplayName"] == "Marsh Legal (deleted)"
    assert books.refusal(VendorRef={"value": vendor["Id"]})[0] == "610"
    assert books.made("Vendor", {"DisplayName": "Marsh Legal"})["Id"] != vendor["Id"]
    deleted = books.post("vendor", {"Id": vendor["Id"], "SyncToken": "1"}, operation="delete")
    assert fault(deleted)[0] == "500"


def test_a_suppliers_currency_is_for_good(books: QuickBooksApp) -> None:
    vendor = books.query("select * from Vendor where DisplayName = 'BT'")[0]
    change = {"Id": vendor["Id"], "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "EUR"}}
    assert fault(books.post("vendor", change))[0] == "6000"


def test_tax_numbers_are_crossed_out_where_the_company_masks_them(
    sandbox: Sandbox, books: QuickBooksApp
) -> None:
    statement = "select * from Vendor where DisplayName = 'BT'"
    assert books.query(statement)[0]["TaxIdentifier"] == "GB123757993"
    sandbox.control("lock", **ACME, masks_tax_ids=True)
    assert books.query(statement)[0]["TaxIdentifier"] == "XXXXXXX7993"


def test_a_body_that_is_not_json_is_refused(books: QuickBooksApp) -> None:
    for content in (b"{", b"[]", b"\xff"):
        answer = books.call("POST", "vendor", content=content, headers={"Content-Type": "application/json"})
        assert fault(answer)[0] == "2010"
    assert fault(books.call("GET", "spoon/1"))[0] == "500"
    for method in ("PUT", "PATCH", "DELETE"):
        assert fault(books.call(method, "vendor/1"))[0] == "500"
    assert fault(books.call("GET", "vendor/9999"))[0] == "610"
