"""The company itself: what it is called, where it stands, and what its preferences allow."""

from dataclasses import replace
from typing import Any

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import FieldMissing, Row, required_text, text_of
from bookbind.providers.base.types import BookSettings, Organisation, RemoteDimension
from bookbind.providers.quickbooks.client import CompanyApi
from bookbind.providers.quickbooks.wire import find_day, ref_id

CLASS = "Class"
LOCATION = "Department"
AMERICA = "US"
# Countries come with two letters in older answers and with three since late 2025 (2026-11).
_COUNTRIES = {
    "AUS": "AU", "AUT": "AT", "BEL": "BE", "BRA": "BR", "CAN": "CA", "CHE": "CH", "CHN": "CN", "CYP": "CY",
    "CZE": "CZ", "DEU": "DE", "DNK": "DK", "ESP": "ES", "EST": "EE", "FIN": "FI", "FRA": "FR", "GBR": "GB",
    "GGY": "GG", "GRC": "GR", "HKG": "HK", "HUN": "HU", "IMN": "IM", "IND": "IN", "IRL": "IE", "ISR": "IL",
    "ITA": "IT", "JEY": "JE", "JPN": "JP", "KEN": "KE", "LTU": "LT", "LUX": "LU", "LVA": "LV", "MEX": "MX",
    "MLT": "MT", "MYS": "MY", "NGA": "NG", "NLD": "NL", "NOR": "NO", "NZL": "NZ", "PHL": "PH", "POL": "PL",
    "PRT": "PT", "ROU": "RO", "SAU": "SA", "SGP": "SG", "SVK": "SK", "SVN": "SI", "SWE": "SE", "THA": "TH",
    "TUR": "TR", "ARE": "AE", "USA": "US", "ZAF": "ZA", "UK": "GB",
}  # fmt: skip


def fetch_company(api: CompanyApi) -> Row:
    """The row of the company whose session this is; another one would be a fault at QuickBooks."""
    reply = api.get(f"companyinfo/{api.organisation.id}", "organisation")
    row = reply.read(lambda content: _object(content, "CompanyInfo"))
    if text_of(row, "Id") not in ("", "1", api.organisation.id):
        raise ProviderError(ErrorKind.CHANGED_SHAPE, "QuickBooks answered for another company.")
    return row


def fetch_preferences(api: CompanyApi) -> Row:
    """The row of the company's preferences."""
    reply = api.get("preferences", "preferences")
    return reply.read(lambda content: _object(content, "Preferences"))


def parse_organisation(company: Row, known: Organisation) -> Organisation:
    """The company in full, but for the currency; its id never changes."""
    address = company.get("CompanyAddr") or {}
    country = text_of(company, "Country") or text_of(address, "Country")
    return replace(
        known,
        name=required_text(company, "CompanyName"),
        legal_name=text_of(company, "LegalName"),
        country=two_letters(country),
        # Of tax numbers only the American employer's is told (2026-11).
        tax_number=text_of(company, "EmployerId"),
    )


def with_preferences(organisation: Organisation, preferences: Row) -> Organisation:
    """The company with its home currency, and how its documents state tax and currency."""
    return replace(
        organisation,
        currency=_home_currency(preferences),
        keeps_tax=keeps_tax(preferences, organisation.country),
        many_currencies=has_many_currencies(preferences),
    )


def two_letters(country: str) -> str:
    """A country in two letters; a name in words, which old companies have, is left out."""
    code = country.strip().upper()
    return _COUNTRIES.get(code, code if len(code) == 2 and code.isalpha() else "")


def parse_book_settings(preferences: Row, currencies: list[str], country: str) -> BookSettings:
    """What the books allow; nothing dated on the closing day or before can be posted."""
    accounting, tax = _section(preferences, "AccountingInfoPrefs"), _section(preferences, "TaxPrefs")
    scheme = "automated_sales_tax" if tax.get("PartnerTaxEnabled") else "sales_tax"
    base = _home_currency(preferences)
    return BookSettings(
        base_currency=base,
        currencies=tuple(dict.fromkeys([base, *currencies])),
        locked_until=find_day(accounting.get("BookCloseDate")),
        tax_scheme=scheme if tax.get("UsingSalesTax") else "none",
        keeps_tax=keeps_tax(preferences, country),
        many_currencies=has_many_currencies(preferences),
    )


def keeps_tax(preferences: Row, country: str) -> bool:
    """Whether purchases have tax: not in the United States, nor where tax is switched off (2026-11)."""
    return country != AMERICA and bool(_section(preferences, "TaxPrefs").get("UsingSalesTax"))


def has_many_currencies(preferences: Row) -> bool:
    """Whether other currencies than the home currency are switched on."""
    return bool(_section(preferences, "CurrencyPrefs").get("MultiCurrencyEnabled"))


def parse_currency(row: Row) -> str:
    """The code of a currency in use, empty for one that was switched off."""
    return required_text(row, "Code") if row.get("Active", True) else ""


def parse_dimensions(preferences: Row) -> list[RemoteDimension]:
    """Classes and locations, switched off or on; a company may call its locations something else."""
    accounting = _section(preferences, "AccountingInfoPrefs")
    per_line, per_document = (
        bool(accounting.get("ClassTrackingPerTxnLine")),
        bool(accounting.get("ClassTrackingPerTxn")),
    )
    location = text_of(accounting, "DepartmentTerminology") or "Location"
    return [
        RemoteDimension(CLASS, "Class", per_line=per_line, active=per_line or per_document),
        RemoteDimension(LOCATION, location, per_line=False, active=bool(accounting.get("TrackDepartments"))),
    ]


def _home_currency(preferences: Row) -> str:
    currency = ref_id(_section(preferences, "CurrencyPrefs"), "HomeCurrency")
    if not currency:
        raise FieldMissing("HomeCurrency")
    return currency


def _section(preferences: Row, name: str) -> Row:
    found = preferences.get(name)
    return found if isinstance(found, dict) else {}


def _object(content: Any, key: str) -> Row:
    found = content.get(key) if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise FieldMissing(key)
    return found
