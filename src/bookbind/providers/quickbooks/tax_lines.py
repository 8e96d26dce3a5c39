"""The tax of a whole document, by rate, where QuickBooks would come to another sum than ours."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from bookbind.providers.base.bodies import exact_number
from bookbind.providers.base.shapes import Row
from bookbind.providers.base.types import OutgoingDocument, OutgoingLine, TaxComponent, TaxMode
from bookbind.providers.quickbooks.wire import as_ref

# How a document says that there is no tax on it.
NO_TAX: Row = {"GlobalTaxCalculation": "NotApplicable"}
_CENT = Decimal("0.01")
_HUNDRED = Decimal(100)


def build_tax(document: OutgoingDocument) -> Row:
    """How the amounts are meant, and the tax by rate.

    The tax is always said: QuickBooks adds up by rate and rounds once, invoices often round each line.
    """
    if document.tax_mode is TaxMode.NO_TAX:
        return NO_TAX
    built: Row = {"GlobalTaxCalculation": "TaxExcluded"}
    built["TxnTaxDetail"] = {"TotalTax": exact_number(document.tax)}
    by_rate = sum_by_rate(document.lines)
    if by_rate:
        lines = [_build_line(part, net, tax) for part, (net, tax) in by_rate.items()]
        built["TxnTaxDetail"]["TaxLine"] = lines
    return built


def sum_by_rate(lines: Iterable[OutgoingLine]) -> dict[TaxComponent, tuple[Decimal, Decimal]] | None:
    """Net and tax under each rate; None when a line has tax but no rates that we know."""
    found: dict[TaxComponent, tuple[Decimal, Decimal]] = {}
    for line in lines:
        if not line.tax_components:
            if line.tax:
                return None
            continue
        for part, tax in split_tax(line).items():
            net_before, tax_before = found.get(part, (Decimal(0), Decimal(0)))
            found[part] = (net_before + line.net, tax_before + tax)
    return found


def split_tax(line: OutgoingLine) -> dict[TaxComponent, Decimal]:
    """A line's tax under each of its rates; what rounding leaves over goes to the largest."""
    shares = {part: _round(line.net * part.percent / _HUNDRED) for part in line.tax_components}
    largest = max(shares, key=lambda part: abs(part.percent))
    return shares | {largest: shares[largest] + line.tax - sum(shares.values(), Decimal(0))}


def _build_line(part: TaxComponent, net: Decimal, tax: Decimal) -> Row:
    return {
        "Amount": exact_number(tax),
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": as_ref(part.rate_id),
            "PercentBased": True,
            "TaxPercent": exact_number(part.percent),
            "NetAmountTaxable": exact_number(net),
        },
    }


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
