"""Each row of QuickBooks' lists as a neutral entry, compared whole."""

import copy
import json
from typing import Any

import pytest
import structlog

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import FieldMissing
from bookbind.providers.base.types import AccountFamily, RemoteEntry
from bookbind.providers.quickbooks import entries
from bookbind.providers.quickbooks.client import expected_shape, parse_query_rows
from tests.providers.quickbooks.payload import reply, rows


def test_categories_are_the_accounts_that_documents_can_be_coded_to() -> None:
    found = [entry for row in rows("accounts", "Account") if (entry := entries.parse_category(row))]
    assert [entry.name for entry in found] == ["Motor:Fuel", "Sales", "VAT Control"]
    fuel, sales, control = found
    assert fuel == RemoteEntry(
        remote_id="7",
        remote_type="Account",
        name="Motor:Fuel",
        code="7310",
        details={
            "account_type": "Expense",
            "account_family": "expenses",
            "side": "costs",
            "tax_rate_id": "10",
            "system": False,
            "description": "Petrol and diesel",
            "parent": "Motor",
        },
    )
    assert (sales.archived, sales.details["side"], sales.details["account_family"]) == (
        True,
        "sales",
        "income",
    )
    assert (control.details["side"], control.details["system"]) == ("both", True)


def test_bank_accounts_are_banks_and_cards_with_their_currency() -> None:
    found = [entry for row in rows("accounts", "Account") if (entry := entries.parse_bank_account(row))]
    assert [(entry.name, entry.code, entry.details) for entry in found] == [
        (
            "Current account",
            "",
            {
                "account_type": "Bank",
                "account_family": "bank",
                "currency": "GBP",
                "account_number": "20445512345678",
            },
        ),
        (
            "Company card",
            "1255",
            {
                "account_type": "Credit Card",
                "account_family": "card",
                "currency": "EUR",
                "account_number": "",
            },
        ),
    ]


def test_no_account_is_a_category_and_a_bank_account_and_some_are_neither() -> None:
    for row in rows("accounts", "Account"):
        both = (entries.parse_category(row), entries.parse_bank_account(row))
        assert both.count(None) == (2 if row["AccountType"] == "Accounts Payable" else 1)


def test_every_family_but_those_of_banks_has_a_type_of_its_own() -> None:
    families = [*entries.FAMILIES.values(), *entries.BANKS.values()]
    assert len(set(families)) == len(families)
    assert set(families) == set(AccountFamily)


def test_a_supplier_is_read_whole() -> None:
    fuel, printers = map(entries.parse_vendor, rows("vendors", "Vendor"))
    assert fuel == RemoteEntry(
        remote_id="56",
        remote_type="Vendor",
        name="City Fuel Ltd",
        details={
            "tax_number": "GB250467289",
            "email": "accounts@cityfuel.test",
            "currency": "GBP",
            "account_number": "C0019",
        },
    )
    assert (printers.name, printers.archived) == ("Old Quay Printers", True)


def test_a_tax_number_that_is_mostly_hidden_tells_nobody_from_anybody() -> None:
    assert entries.parse_vendor(rows("vendors", "Vendor")[1]).details["tax_number"] == ""


def test_an_active_supplier_may_be_called_deleted() -> None:
    row = rows("vendors", "Vendor")[0] | {"DisplayName": "Films (deleted)"}
    assert entries.parse_vendor(row).name == "Films (deleted)"


def test_a_customer_of_a_customer_keeps_its_own_name() -> None:
    (kitchen,) = map(entries.parse_customer, rows("customers", "Customer"))
    assert (kitchen.remote_id, kitchen.remote_type, kitchen.name) == (
        "61",
        "Customer",
        "Calder Homes:Kitchen",
    )
    assert kitchen.details["tax_number"] == "GB171273979"


def test_a_product_knows_the_accounts_behind_it_and_a_category_of_products_is_none() -> None:
    toner, office, design = map(entries.parse_product, rows("items", "Item"))
    assert office is None
    assert toner == RemoteEntry(
        remote_id="3",
        remote_type="Item",
        name="Office:Toner",
        code="TONER",
        details={
            "side": "both",
            "unit_price": "41.5",
            "category_id": "8",
            "cost_category_id": "7",
            "tax_rate_id": "10",
            "product_type": "NonInventory",
            "description": "Black, 3,000 pages",
            "parent": "Office",
        },
    )
    assert design is not None
    assert (design.details["side"], design.details["cost_category_id"]) == ("sales", "")


def test_classes_stand_on_lines_and_locations_on_documents() -> None:
    north, leeds = map(entries.parse_class, rows("classes", "Class"))
    assert north == RemoteEntry(
        remote_id="5000000000000000001",
        remote_type="Class",
        name="North",
        details={"dimension_id": "Class", "is_document_level": False},
    )
    assert (leeds.name, leeds.details["parent"], leeds.archived) == ("North:Leeds", "North", True)
    (workshop,) = map(entries.parse_location, rows("locations", "Department"))
    assert (workshop.remote_type, workshop.name) == ("Department", "Workshop")
    assert workshop.details == {"dimension_id": "Department", "is_document_level": True}


def test_a_way_of_paying_is_read() -> None:
    (cheque,) = map(entries.parse_payment_method, rows("payment_methods", "PaymentMethod"))
    assert cheque == RemoteEntry("1", "PaymentMethod", "Cheque", details={"payment_type": "NON_CREDIT_CARD"})


REQUIRED = [
    ("accounts", "Account", entries.parse_category, ("Id", "AccountType")),
    ("accounts", "Account", entries.parse_bank_account, ("AccountType",)),
    ("vendors", "Vendor", entries.parse_vendor, ("Id", "DisplayName")),
    ("customers", "Customer", entries.parse_customer, ("Id", "DisplayName")),
    ("items", "Item", entries.parse_product, ("Id",)),
    ("classes", "Class", entries.parse_class, ("Id",)),
    ("locations", "Department", entries.parse_location, ("Id",)),
    ("payment_methods", "PaymentMethod", entries.parse_payment_method, ("Id", "Name")),
]


@pytest.mark.parametrize(("name", "entity", "parse", "required"), REQUIRED)
@pytest.mark.req("ERR-04")
def test_a_row_without_what_it_must_have_is_a_changed_shape(
    name: str, entity: str, parse: Any, required: tuple[str, ...]
) -> None:
    for field in required:
        row = copy.deepcopy(rows(name, entity)[0])
        del row[field]
        with pytest.raises(FieldMissing):
            parse(row)
        with pytest.raises(ProviderError) as raised, expected_shape():
            parse(row)
        assert raised.value.kind is ErrorKind.CHANGED_SHAPE


@pytest.mark.parametrize(("name", "entity", "parse", "required"), REQUIRED)
def test_every_known_field_is_used_or_ignored_on_purpose(
    name: str, entity: str, parse: Any, required: tuple[str, ...]
) -> None:
    sample = rows(name, entity)
    new = f"Brand new at {parse.__name__}"
    with structlog.testing.capture_logs() as logged:
        for row in sample:
            parse(row)
        parse({**sample[0], new: 1})
    assert [entry["fields"] for entry in logged] == [[new]]


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        {},
        {"QueryResponse": []},
        {"QueryResponse": {"Account": {}}},
        {"QueryResponse": {"Account": [{}]}},
    ],
)
def test_an_answer_that_is_no_query_answer_is_a_changed_shape(content: Any) -> None:
    with pytest.raises(ProviderError) as raised:
        reply(200, json.dumps(content).encode()).read(lambda body: parse_query_rows(body, "Account"))
    assert raised.value.kind is ErrorKind.CHANGED_SHAPE


def test_an_answer_without_rows_is_an_empty_list() -> None:
    assert parse_query_rows({"QueryResponse": {}, "time": "x"}, "Account") == []
