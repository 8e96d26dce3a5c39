"""Sums and taxes of a document's lines: decimal, rounded half up to the currency, pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from bookbind.kit.money import round_money

ZERO = Decimal(0)
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class LineAmounts:
    """The amounts of one line; `net` is without tax, `rate` in percent, `tax` None when nobody typed one."""

    net: Decimal | None
    tax: Decimal | None = None
    rate: Decimal | None = None


@dataclass(frozen=True)
class Totals:
    """What lines add up to."""

    net: Decimal
    tax: Decimal

    @property
    def total(self) -> Decimal:
        """With tax."""
        return self.net + self.tax


def compute_tax(net: Decimal, rate: Decimal, currency: str) -> Decimal:
    """The tax on an amount without tax; a negative line has a negative tax."""
    return round_money(net * rate / HUNDRED, currency)


def line_tax(line: LineAmounts, currency: str, *, always_compute: bool = False) -> Decimal:
    """The tax that counts for a line: the typed one, or the one computed from its rate."""
    if line.tax is not None and not always_compute:
        return line.tax
    if line.net is None or line.rate is None:
        return line.tax or ZERO
    return compute_tax(line.net, line.rate, currency)


def sum_lines(lines: Iterable[LineAmounts], currency: str, *, always_compute: bool = False) -> Totals:
    """Net and tax over all lines; a line without an amount counts as nothing."""
    kept = list(lines)
    net = sum((line.net or ZERO for line in kept), ZERO)
    tax = sum((line_tax(line, currency, always_compute=always_compute) for line in kept), ZERO)
    return Totals(net, tax)


def find_difference(total: Decimal, lines: Iterable[LineAmounts], currency: str) -> Decimal:
    """By how much the typed total is above what the lines add up to; zero when they agree."""
    return total - sum_lines(lines, currency).total
