"""What an organisation says of itself."""

from datetime import date
from typing import Any

import pytest

from bookbind.providers.base.types import BookSettings, Organisation
from bookbind.providers.xero.session import parse_book_settings, parse_organisation
from tests.providers.xero.payload import payload

KNOWN = Organisation(id="b0000000-0000-4000-8000-000000000001", name="Old name", connection_ref="c-1")


def test_an_organisation_is_read_whole_and_keeps_its_id() -> None:
    (row,) = payload("organisation")["Organisations"]
    assert parse_organisation(row, KNOWN) == Organisation(
        id=KNOWN.id,
        name="Acme",
        legal_name="Acme Limited",
        country="GB",
        currency="GBP",
        tax_number="GB123456789",
        link_code="!23eYt",
        connection_ref="c-1",
    )


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({}, True),
        ({"PaysTax": True, "SalesTaxBasis": "NONE"}, True),
        ({"PaysTax": False, "SalesTaxBasis": "CASH"}, True),
        ({"PaysTax": False}, True),
        ({"SalesTaxBasis": "NONE"}, True),
        ({"PaysTax": False, "SalesTaxBasis": "NONE"}, False),
    ],
)
def test_only_an_organisation_that_is_not_registered_by_all_it_says_keeps_no_tax(
    facts: dict[str, Any], *, kept: bool
) -> None:
    (row,) = payload("organisation")["Organisations"]
    told = {key: value for key, value in row.items() if key != "SalesTaxBasis"} | facts
    assert parse_organisation(told, KNOWN).keeps_tax is kept
    assert parse_book_settings(told, []).keeps_tax is kept


def test_the_later_lock_date_counts_and_the_base_currency_comes_first() -> None:
    (row,) = payload("organisation")["Organisations"]
    assert parse_book_settings(row, ["EUR", "GBP"]) == BookSettings(
        "GBP", ("GBP", "EUR"), date(2025, 6, 30), "CASH"
    )
    open_books = {key: value for key, value in row.items() if "LockDate" not in key}
    assert parse_book_settings(open_books, []).locked_until is None
