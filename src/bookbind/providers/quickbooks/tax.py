"""What a QuickBooks tax code means: its rates on each side, and its kind, guessed where nothing says it."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from bookbind.providers.base.components import list_components
from bookbind.providers.base.shapes import Row, Shape, fields, required_text, rows_of, text_of
from bookbind.providers.base.types import RemoteEntry, Side, TaxComponent, TaxKind
from bookbind.providers.quickbooks.wire import amount_of, plain_percent, ref_id

COMMON = fields("SyncToken MetaData domain sparse")
TAX_CODE = Shape(
    "TaxCode",
    used=fields("Id Name Active Hidden Taxable SalesTaxRateList PurchaseTaxRateList Description"),
    ignored=COMMON | fields("TaxGroup AdjustmentTaxRateList TaxCodeConfigType"),
)
TAX_RATE = Shape(
    "TaxRate",
    used=fields("Id RateValue SpecialTaxType"),
    ignored=COMMON
    | fields(
        "Name Description Active AgencyRef TaxReturnLineRef EffectiveTaxRate DisplayType OriginalTaxRate"
    ),
)
_NAMES: tuple[tuple[str, TaxKind], ...] = (
    (r"\bRC\b|reverse charge", TaxKind.REVERSE_CHARGE),
    (r"\bPVA\b|postponed|import", TaxKind.IMPORT),
    (r"\b(EC|EU)[GS]?\b|intra-?community", TaxKind.EC),
    (r"exempt", TaxKind.EXEMPT),
    (r"no (vat|tax|gst)|outside|out of scope|non-?(vat|tax)", TaxKind.NO_VAT),
    (r"zero|\bZ\b", TaxKind.ZERO_RATED),
    (r"reduced|lower rate|\bR\b", TaxKind.REDUCED),
    (r"standard|\bS\b", TaxKind.STANDARD),
)


def parse_tax_codes(codes: Iterable[Row], rates: Iterable[Row]) -> tuple[RemoteEntry, ...]:
    """Every tax code with its rates; a code for both sides is one entry."""
    by_id = {required_text(row, "Id"): TAX_RATE.check(row) for row in rates}
    return tuple(parse_tax_code(row, by_id) for row in codes)


def parse_tax_code(row: Row, rates: Mapping[str, Row]) -> RemoteEntry:
    """One tax code. What is hidden can't be chosen any more, so it counts as archived."""
    TAX_CODE.check(row)
    costs, sales = _components(row, "PurchaseTaxRateList", rates), _components(row, "SalesTaxRateList", rates)
    name, side = required_text(row, "Name"), side_of(row, rates)
    named = costs if side is not Side.SALES else sales
    kind, guessed = tax_kind(row, rates)
    details = {
        "rate": _percent(named),
        "tax_kind": kind.value,
        "tax_kind_is_guessed": guessed,
        "side": side.value,
        "cost_components": list_components(costs),
        "sales_components": list_components(sales),
        "sales_rate": _percent(sales),
        "description": text_of(row, "Description"),
    }
    return RemoteEntry(
        remote_id=required_text(row, "Id"),
        remote_type="TaxCode",
        name=name,
        archived=not row.get("Active", True) or bool(row.get("Hidden")),
        details=details,
    )


def side_of(row: Row, rates: Mapping[str, Row]) -> Side:
    """The side on which a code has rates; one without any, as in the United States, stands on both."""
    costs = bool(_components(row, "PurchaseTaxRateList", rates))
    sales = bool(_components(row, "SalesTaxRateList", rates))
    if costs == sales:
        return Side.BOTH
    return Side.COSTS if costs else Side.SALES


def tax_kind(row: Row, rates: Mapping[str, Row]) -> tuple[TaxKind, bool]:
    """The kind, and whether it was only guessed from the name or the percentage."""
    told = {text_of(rate, "SpecialTaxType") for rate in _rates_of(row, rates)}
    named = _kind_by_name(f"{text_of(row, 'Name')} {text_of(row, 'Description')}")
    if "REVERSE_CHARGE" in told:
        return TaxKind.REVERSE_CHARGE, False
    if "FOREIGN_TAX" in told:
        # The type says abroad; that it is an import is in the name alone.
        return (TaxKind.IMPORT, True) if named is TaxKind.IMPORT else (TaxKind.EC, False)
    if row.get("Taxable") is False:
        return TaxKind.NO_VAT, False
    if "ZERO_RATE" in told:
        return (TaxKind.EC, True) if named is TaxKind.EC else (TaxKind.ZERO_RATED, False)
    by_percent = _kind_by_percent(row, rates)
    if by_percent is not TaxKind.OTHER and named in (None, TaxKind.STANDARD, TaxKind.REDUCED):
        # An ordinary tax above zero, says its type; which of the two words it has changes nothing.
        return named or by_percent, False
    return named or by_percent, True


def _kind_by_name(name: str) -> TaxKind | None:
    return next((kind for pattern, kind in _NAMES if re.search(pattern, name, re.IGNORECASE)), None)


def _kind_by_percent(row: Row, rates: Mapping[str, Row]) -> TaxKind:
    largest = max((amount_of(rate, "RateValue") for rate in _rates_of(row, rates)), default=Decimal(0))
    if largest <= 0:
        return TaxKind.OTHER
    return TaxKind.STANDARD if largest >= 10 else TaxKind.REDUCED


def _rates_of(row: Row, rates: Mapping[str, Row]) -> list[Row]:
    both = (*_details(row, "PurchaseTaxRateList"), *_details(row, "SalesTaxRateList"))
    return [rates[ref_id(detail, "TaxRateRef")] for detail in both]


def _components(row: Row, key: str, rates: Mapping[str, Row]) -> tuple[TaxComponent, ...]:
    ids = [ref_id(detail, "TaxRateRef") for detail in _details(row, key)]
    return tuple(TaxComponent(rate_id, amount_of(rates[rate_id], "RateValue")) for rate_id in ids)


def _details(row: Row, key: str) -> list[Row]:
    found = row.get(key)
    return rows_of(found, "TaxRateDetail") if isinstance(found, dict) and found.get("TaxRateDetail") else []


def _percent(components: Iterable[TaxComponent]) -> str:
    """The sum of the rates, empty where there is none; a reverse charge gives and takes the same."""
    percents = [part.percent for part in components]
    return plain_percent(sum(percents, Decimal(0))) if percents else ""
