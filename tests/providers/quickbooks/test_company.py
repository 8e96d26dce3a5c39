"""What a company says of itself and what its preferences switch on."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bookbind.providers.base.shapes import FieldMissing
from bookbind.providers.base.types import BookSettings, Organisation, RemoteDimension
from bookbind.providers.quickbooks import company
from tests.providers.quickbooks.payload import payload

KNOWN = Organisation(id="9130355500000001", name="Old name", currency="GBP")


def preferences(**changes: Any) -> dict[str, Any]:
    """The sample with changes to its sections."""
    row: dict[str, Any] = payload("preferences")["Preferences"]
    return row | {name: row[name] | change for name, change in changes.items()}


def test_a_company_is_read_whole_and_keeps_its_id_and_currency() -> None:
    row = payload("company")["CompanyInfo"]
    assert company.parse_organisation(row, KNOWN) == Organisation(
        id=KNOWN.id,
        name="Acme",
        legal_name="Acme Limited",
        country="GB",
        currency="GBP",
    )


def test_an_american_company_has_its_employers_number() -> None:
    row = {"CompanyName": "Acme", "Country": "US", "EmployerId": "12-3456789", "NameValue": None}
    found = company.parse_organisation(row, KNOWN)
    assert (found.tax_number, found.country) == ("12-3456789", "US")


def test_a_company_without_a_country_has_its_addresss() -> None:
    found = company.parse_organisation({"CompanyName": "A", "CompanyAddr": {"Country": "IRL"}}, KNOWN)
    assert found.country == "IE"


@pytest.mark.parametrize(
    ("told", "code"),
    [("GBR", "GB"), ("GB", "GB"), ("gb", "GB"), ("UK", "GB"), ("USA", "US"), ("US", "US"), ("FR", "FR"),
     ("United Kingdom", ""), ("", ""), ("XYZ", ""), ("1A", "")],
)  # fmt: skip
def test_countries_come_with_two_letters_or_three(told: str, code: str) -> None:
    assert company.two_letters(told) == code


def test_the_home_currency_stands_in_the_preferences() -> None:
    euro = preferences(CurrencyPrefs={"HomeCurrency": {"value": "EUR"}})
    assert company.with_preferences(KNOWN, euro).currency == "EUR"
    with pytest.raises(FieldMissing, match="HomeCurrency"):
        company.with_preferences(KNOWN, {"CurrencyPrefs": {}})


def test_the_closing_day_and_the_currencies_are_told_the_home_currency_first() -> None:
    assert company.parse_book_settings(preferences(), ["EUR", "GBP"], "GB") == BookSettings(
        "GBP", ("GBP", "EUR"), date(2026, 3, 31), "sales_tax"
    )
    open_books = preferences(AccountingInfoPrefs={"BookCloseDate": None})
    assert company.parse_book_settings(open_books, [], "GB").locked_until is None


@pytest.mark.parametrize(
    ("tax", "scheme"),
    [
        ({"UsingSalesTax": True, "PartnerTaxEnabled": True}, "automated_sales_tax"),
        ({"UsingSalesTax": True, "PartnerTaxEnabled": False}, "sales_tax"),
        ({"UsingSalesTax": False}, "none"),
    ],
)
def test_the_tax_scheme_is_told(tax: dict[str, bool], scheme: str) -> None:
    assert company.parse_book_settings(preferences(TaxPrefs=tax), [], "GB").tax_scheme == scheme


@pytest.mark.parametrize(
    ("country", "tax", "currencies", "expected"),
    [
        ("GB", True, True, (True, True)),
        ("GB", False, True, (False, True)),
        ("US", True, False, (False, False)),
        ("", True, False, (True, False)),
    ],
)
def test_how_documents_state_tax_and_currency_is_told(
    country: str, expected: tuple[bool, bool], *, tax: bool, currencies: bool
) -> None:
    told = preferences(TaxPrefs={"UsingSalesTax": tax}, CurrencyPrefs={"MultiCurrencyEnabled": currencies})
    settings = company.parse_book_settings(told, [], country)
    assert (settings.keeps_tax, settings.many_currencies) == expected
    found = company.with_preferences(replace(KNOWN, country=country), told)
    assert (found.keeps_tax, found.many_currencies) == expected


def test_a_currency_that_was_switched_off_is_none() -> None:
    assert company.parse_currency({"Code": "EUR", "Active": True}) == "EUR"
    assert company.parse_currency({"Code": "USD", "Active": False}) == ""
    assert company.has_many_currencies(preferences())
    assert not company.has_many_currencies({})


@pytest.mark.parametrize(
    ("accounting", "per_line", "classes", "locations"),
    [
        ({}, True, True, True),
        ({"ClassTrackingPerTxnLine": False, "ClassTrackingPerTxn": True}, False, True, True),
        ({"ClassTrackingPerTxnLine": False}, False, False, True),
        ({"TrackDepartments": False}, True, True, False),
    ],
)
def test_classes_and_locations_are_as_the_preferences_have_them(
    accounting: dict[str, bool], *, per_line: bool, classes: bool, locations: bool
) -> None:
    assert company.parse_dimensions(preferences(AccountingInfoPrefs=accounting)) == [
        RemoteDimension("Class", "Class", per_line=per_line, active=classes),
        RemoteDimension("Department", "Store", per_line=False, active=locations),
    ]


def test_locations_have_their_usual_name_where_the_company_gave_none() -> None:
    plain = preferences(AccountingInfoPrefs={"DepartmentTerminology": ""})
    assert company.parse_dimensions(plain)[1].name == "Location"
