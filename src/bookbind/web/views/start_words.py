"""Words for what Start publishing will do: a line for each month, and why the rest goes on waiting."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from bookbind.kit.money import show_money
from bookbind.kit.text import listed, plural, within_sentence
from bookbind.publishing.messages import short_reason
from bookbind.publishing.starting import StartSummary


@dataclass(frozen=True)
class MonthLine:
    """One month as the page shows it."""

    month: str
    count: int
    total: str
    published_as: str


def build_months(summary: StartSummary) -> list[MonthLine]:
    """`November 2026 · 9 · £1,204.00 · Bill, Open bill`."""
    return [
        MonthLine(f"{one.month:%B %Y}", one.count, _money(one.totals), _finality(one.published_as, one.count))
        for one in summary.months
    ]


def explain_waiting(summary: StartSummary) -> list[str]:
    """`5 documents: category needs a match`."""
    waiting = sorted((summary.waiting or {}).items(), key=lambda pair: -pair[1])
    return [
        f"{plural(count, 'document')}: {within_sentence(short_reason(reason)) or 'on the way'}"
        for reason, count in waiting
    ]


def explain_lacking(summary: StartSummary) -> list[str]:
    """`2 documents: due date missing`, of those that would be ready but for that."""
    lacking = sorted(summary.lacking.items(), key=lambda pair: -pair[1])
    return [
        f"{plural(count, 'document')}: {within_sentence(short_reason(reason))}" for reason, count in lacking
    ]


def _money(totals: Mapping[str, Decimal]) -> str:
    return listed([show_money(amount, currency) for currency, amount in sorted(totals.items())])


def _finality(published_as: Mapping[str, int], count: int) -> str:
    if len(published_as) == 1:
        return next(iter(published_as))
    ordered = sorted(published_as.items(), key=lambda pair: -pair[1])
    return listed([f"{number:,} as {label}" for label, number in ordered]) if count else ""
