"""The tax of a transaction, by rate over its lines, in each of the three ways to mean an amount."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bookbind_sandbox.vendors.quickbooks.books import Books
from bookbind_sandbox.vendors.quickbooks.errors import invalid_reference
from bookbind_sandbox.vendors.quickbooks.kinds import TAX_CODE, TAX_RATE
from bookbind_sandbox.vendors.quickbooks.lines import SUBTOTAL_LINE, Setting
from bookbind_sandbox.vendors.quickbooks.values import ZERO, read_decimal, round_money
from bookbind_sandbox.vendors.quickbooks.wire import Entity, reference

# What automated sales tax would look up for the seeded company's address.
US_RATE = Decimal("8.25")


@dataclass
class Slice:
    """What one tax rate takes of the lines under it; `stated` is the tax that gross amounts say."""

    rate: Entity
    net: Decimal = ZERO
    stated: Decimal | None = None

    @property
    def tax(self) -> Decimal:
        if self.stated is not None:
            return round_money(self.stated)
        return round_money(self.net * Decimal(str(self.rate["RateValue"])) / 100)

    def line(self) -> Entity:
        return {
            "Amount": self.tax,
            "DetailType": "TaxLineDetail",
            "TaxLineDetail": {
                "TaxRateRef": reference(self.rate["Id"]),
                "PercentBased": True,
                "TaxPercent": self.rate["RateValue"],
                "NetAmountTaxable": round_money(self.net),
            },
        }


@dataclass
class Sums:
    """What a transaction comes to: net, tax, and the TxnTaxDetail that says how."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    detail: Entity = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax


def add_up(books: Books, lines: list[Entity], setting: Setting, given: Any) -> Sums:
    """Net, tax and the tax detail; what the app states about tax goes before what would be worked out.

    Amounts are net in every mode: with TaxInclusive the gross stands in TaxInclusiveAmt, and an app that
    sends gross amounts sees its total a fifth too high, as one integrator reported (2026-11, unconfirmed).
    """
    counted = [line for line in lines if "Amount" in line and line["DetailType"] != SUBTOTAL_LINE]
    net = sum((line["Amount"] for line in counted), ZERO)
    if setting.american:
        taxed = not setting.purchase and books.automated_sales_tax()
        return _american_sale(counted, net) if taxed else Sums(net)
    if setting.tax_mode == "NotApplicable" or not setting.taxed:
        return Sums(net)
    slices = _slices(books, counted, setting)
    rows = [one.line() for one in slices.values()]
    stated = given if isinstance(given, dict) else {}
    rows = _overridden(books, rows, stated)
    total = read_decimal(stated, "TotalTax")
    tax = sum((row["Amount"] for row in rows), ZERO) if total is None else round_money(total)
    _fill_gross(books, counted, setting)
    return Sums(net, tax, {"TotalTax": tax, "TaxLine": rows})


def _american_sale(lines: list[Entity], net: Decimal) -> Sums:
    taxable = sum(
        (line["Amount"] for line in lines if line[line["DetailType"]]["TaxCodeRef"]["value"] == "TAX"), ZERO
    )
    tax = round_money(taxable * US_RATE / 100)
    return Sums(net, tax, {"TotalTax": tax})


def rates_of(books: Books, code_id: str, setting: Setting) -> Iterator[Entity]:
    """The rates behind a tax code on this side; a reverse charge has one that gives and one that takes."""
    code = books.entity(TAX_CODE, code_id)
    assert code is not None
    side = "PurchaseTaxRateList" if setting.purchase else "SalesTaxRateList"
    for detail in code[side]["TaxRateDetail"]:
        rate = books.entity(TAX_RATE, detail["TaxRateRef"]["value"])
        assert rate is not None
        yield rate


def _slices(books: Books, lines: list[Entity], setting: Setting) -> dict[str, Slice]:
    found: dict[str, Slice] = {}
    for line in lines:
        detail = line[line["DetailType"]]
        rates = list(rates_of(books, detail["TaxCodeRef"]["value"], setting))
        gross = detail.get("TaxInclusiveAmt")
        for rate in rates:
            part = found.setdefault(rate["Id"], Slice(rate))
            part.net += line["Amount"]
            if gross is not None and len(rates) == 1:
                part.stated = (part.stated or ZERO) + gross - line["Amount"]
    return found


def _overridden(books: Books, rows: list[Entity], stated: Entity) -> list[Entity]:
    """Put the amounts of the app's own tax lines in the place of those worked out."""
    by_rate = {row["TaxLineDetail"]["TaxRateRef"]["value"]: row for row in rows}
    for own in stated.get("TaxLine") or []:
        wanted = str(((own.get("TaxLineDetail") or {}).get("TaxRateRef") or {}).get("value") or "")
        rate = books.entity(TAX_RATE, wanted)
        if rate is None:
            raise invalid_reference("TaxRates", wanted, "TaxRateRef")
        row = by_rate.setdefault(wanted, Slice(rate).line())
        amount, net = read_decimal(own, "Amount"), read_decimal(own["TaxLineDetail"], "NetAmountTaxable")
        row["Amount"] = round_money(amount) if amount is not None else row["Amount"]
        row["TaxLineDetail"] |= {"NetAmountTaxable": round_money(net)} if net is not None else {}
    return list(by_rate.values())


def _fill_gross(books: Books, lines: list[Entity], setting: Setting) -> None:
    """Answers to TaxInclusive tell each line's gross amount."""
    if setting.tax_mode != "TaxInclusive":
        return
    for line in lines:
        detail = line[line["DetailType"]]
        rates = rates_of(books, detail["TaxCodeRef"]["value"], setting)
        percent = sum((Decimal(str(rate["RateValue"])) for rate in rates), ZERO)
        detail.setdefault("TaxInclusiveAmt", round_money(line["Amount"] * (100 + percent) / 100))
