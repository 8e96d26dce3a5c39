"""Each row of Xero's lists as a neutral entry, compared whole."""

import copy
from typing import Any

import pytest
import structlog

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import FieldMissing
from bookbind.providers.base.types import ListName, RemoteDimension, RemoteEntry
from bookbind.providers.xero import lists
from tests.providers.xero.payload import payload, reply


def test_categories_are_the_accounts_that_documents_can_be_coded_to() -> None:
    found = [lists.parse_category(row) for row in payload("accounts")["Accounts"]]
    assert [entry.name for entry in found if entry] == [
        "Advertising & Marketing",
        "Sales",
        "Office Equipment",
    ]
    assert found[0] == RemoteEntry(
        remote_id="a0000000-0000-4000-8000-000000000400",
        remote_type="Account",
        name="Advertising & Marketing",
        code="400",
        details={
            "account_type": "OVERHEADS",
            "account_family": "expenses",
            "account_class": "EXPENSE",
            "side": "costs",
            "tax_rate_id": "INPUT2",
            "system": False,
            "description": "Expenses incurred for advertising while trying to increase sales",
        },
    )
    sales, equipment = found[1], found[2]
    assert sales is not None
    assert equipment is not None
    assert (sales.archived, sales.details["side"]) == (True, "sales")
    assert equipment.details["side"] == "both"


def test_bank_accounts_are_the_rest_with_their_currency() -> None:
    found = [entry for row in payload("accounts")["Accounts"] if (entry := lists.parse_bank_account(row))]
    assert [(entry.name, entry.code, entry.details) for entry in found] == [
        (
            "Business Current Account",
            "",
            {
                "account_type": "BANK",
                "account_family": "bank",
                "currency": "GBP",
                "account_number": "20445512345678",
            },
        ),
        (
            "Company Card",
            "091",
            {
                "account_type": "CREDITCARD",
                "account_family": "card",
                "currency": "EUR",
                "account_number": "4444",
            },
        ),
    ]


def test_tax_rates_are_keyed_by_type_and_carry_their_percentage_as_text() -> None:
    found = [lists.parse_tax_rate(row) for row in payload("tax_rates")["TaxRates"]]
    assert found[0] == RemoteEntry(
        remote_id="INPUT2",
        remote_type="TaxRate",
        name="20% (VAT on Expenses)",
        details={
            "rate": "20",
            "tax_kind": "standard",
            "tax_kind_is_guessed": False,
            "side": "costs",
            "classes": ["ASSET", "EQUITY", "EXPENSE", "LIABILITY"],
        },
    )
    assert [(entry.details["rate"], entry.details["tax_kind"], entry.archived) for entry in found[1:]] == [
        ("0", "zero_rated", False),
        ("12.5", "other", True),
    ]


def test_a_contact_stands_in_each_list_that_it_serves() -> None:
    rows = payload("contacts")["Contacts"]
    served = {
        name: [row["Name"] for row in rows if lists.serves(row, name)]
        for name in (ListName.SUPPLIERS, ListName.CUSTOMERS)
    }
    assert served == {
        ListName.SUPPLIERS: ["City Fuel Ltd", "Anchor Hotels", "Not Used Yet Ltd"],
        ListName.CUSTOMERS: ["Anchor Hotels", "Not Used Yet Ltd", "Anchor Hotel (old)"],
    }


def test_a_contact_is_read_whole() -> None:
    fuel, _, _, old = (lists.parse_contact(row) for row in payload("contacts")["Contacts"])
    assert fuel == RemoteEntry(
        remote_id="c0000000-0000-4000-8000-000000000001",
        remote_type="Contact",
        name="City Fuel Ltd",
        details={
            "tax_number": "GB250467289",
            "email": "accounts@cityfuel.test",
            "currency": "GBP",
            "account_number": "C0019",
            "tax_rate_id": "INPUT2",
            "category_code": "449",
        },
    )
    assert (old.archived, old.merged_into_id) == (True, "c0000000-0000-4000-8000-000000000002")


def test_options_of_an_archived_category_are_archived_with_it() -> None:
    found = lists.parse_options(payload("tracking"))
    region, projects = "d0000000-0000-4000-8000-000000000001", "d0000000-0000-4000-8000-000000000002"
    assert [(entry.name, entry.archived) for entry in found[region]] == [("North", False), ("South", True)]
    assert [(entry.name, entry.archived) for entry in found[projects]] == [("Bridge", True)]
    assert found[region][0].details == {"dimension_id": region}
    assert lists.parse_dimensions(payload("tracking")) == [
        RemoteDimension(region, "Region", per_line=True, active=True),
        RemoteDimension(projects, "Old projects", per_line=True, active=False),
    ]


def test_a_product_that_is_neither_bought_nor_sold_is_archived() -> None:
    toner, old = (lists.parse_product(row) for row in payload("items")["Items"])
    assert (toner.code, toner.name, toner.archived) == ("TONER", "Toner cartridge", False)
    assert toner.details == {
        "side": "costs",
        "unit_price": "41.5000",
        "category_code": "461",
        "tax_rate_id": "INPUT2",
        "description": "Black, 3,000 pages",
    }
    assert (old.name, old.archived) == ("OLD", True)


REQUIRED = [
    ("accounts", "Accounts", lists.parse_category, ("AccountID", "Name", "Type", "Status")),
    ("tax_rates", "TaxRates", lists.parse_tax_rate, ("TaxType", "Name", "Status")),
    ("contacts", "Contacts", lists.parse_contact, ("ContactID", "Name", "ContactStatus")),
    ("items", "Items", lists.parse_product, ("ItemID", "Code")),
]


@pytest.mark.parametrize(("name", "key", "parse", "required"), REQUIRED)
def test_a_row_without_what_it_must_have_is_a_changed_shape(
    name: str, key: str, parse: Any, required: tuple[str, ...]
) -> None:
    for field in required:
        content = copy.deepcopy(payload(name))
        del content[key][0][field]
        with pytest.raises(FieldMissing, match=field):
            parse(content[key][0])
    with pytest.raises(ProviderError) as raised:
        reply(200, b'{"Something": []}').read(lambda content: [parse(row) for row in content[key]])
    assert raised.value.kind is ErrorKind.CHANGED_SHAPE


@pytest.mark.parametrize(("name", "key", "parse", "required"), REQUIRED)
def test_every_known_field_is_used_or_ignored_on_purpose(
    name: str, key: str, parse: Any, required: tuple[str, ...]
) -> None:
    rows = payload(name)[key]
    with structlog.testing.capture_logs() as logged:
        for row in rows:
            parse(row)
        parse({**rows[0], f"Brand new at {name}": 1})
    assert [entry["fields"] for entry in logged] == [[f"Brand new at {name}"]]
