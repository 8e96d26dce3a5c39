"""Every field of the simulated answers is one that Intuit's own schema knows."""

from typing import Any

import pytest

from tests.sandbox.judge import specs_folder
from tests.sandbox.quickbooks_app import QuickBooksApp
from tests.sandbox.test_quickbooks_documents import expense, sale
from tests.sandbox.xsd_judge import Schema


@pytest.fixture(scope="session")
def schema() -> Schema:
    folder = specs_folder() / "qbo" / "xsd"
    if not folder.exists():
        pytest.skip("Intuit's published schema is not here; name the folder of specs in BOOKBIND_SPECS.")
    return Schema(folder)


@pytest.mark.parametrize(
    "entity",
    [
        "Account",
        "Vendor",
        "Customer",
        "TaxCode",
        "TaxRate",
        "Item",
        "Class",
        "Department",
        "Term",
        "PaymentMethod",
        "CompanyCurrency",
        "Preferences",
        "CompanyInfo",
    ],
)
def test_lists_have_known_fields_alone(schema: Schema, books: QuickBooksApp, entity: str) -> None:
    rows = books.query(f"select * from {entity} maxresults 1000")
    assert rows
    assert schema.unknown(entity, rows) == []


def documents(books: QuickBooksApp) -> dict[str, dict[str, Any]]:
    tracked = books.line(
        ClassRef=books.ref("Class", "South"), CustomerRef=books.ref("Customer", "Meadow Vets Ltd")
    )
    whole = books.bill(Line=[tracked], DepartmentRef=books.ref("Department", "Workshop"))
    return {
        "Bill": whole | {"SalesTermRef": books.ref("Term", "Net 30")},
        "VendorCredit": {key: value for key, value in whole.items() if key != "DueDate"},
        "Purchase": expense(books, Line=[tracked]),
        "Invoice": sale(books),
        "CreditMemo": sale(books),
    }


@pytest.mark.parametrize("entity", ["Bill", "VendorCredit", "Purchase", "Invoice", "CreditMemo"])
def test_documents_have_known_fields_alone(schema: Schema, books: QuickBooksApp, entity: str) -> None:
    made = books.made(entity, documents(books)[entity])
    assert made["Line"]
    assert schema.unknown(entity, made) == []


def test_the_schema_would_find_a_field_that_is_made_up(schema: Schema, books: QuickBooksApp) -> None:
    made = books.create()
    made["Line"][0]["AccountBasedExpenseLineDetail"]["Colour"] = "red"
    wrong = made | {"Mood": "good", "VendorRef": {"value": "1", "age": 7}}
    assert sorted(schema.unknown("Bill", wrong)) == [
        ".Line.AccountBasedExpenseLineDetail.Colour",
        ".Mood",
        ".VendorRef.age",
    ]
