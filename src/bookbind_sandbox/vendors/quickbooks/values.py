"""Reading what an app sent: numbers, days, texts and references, each refused in QuickBooks' words."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from bookbind_sandbox.vendors.quickbooks.errors import (
    invalid_date,
    invalid_enumeration,
    invalid_number,
    missing,
    wrong_length,
)
from bookbind_sandbox.vendors.quickbooks.wire import Entity, parse_day

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def round_money(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def read_decimal(raw: Entity, name: str) -> Decimal | None:
    value = raw.get(name)
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise invalid_number(value, name)
    return number


def read_day(raw: Entity, name: str) -> date | None:
    if not raw.get(name):
        return None
    day = parse_day(raw[name])
    if day is None:
        raise invalid_date(raw[name], name)
    return day


def read_text(raw: Entity, name: str, longest: int) -> str:
    text = str(raw.get(name) or "")
    if len(text) > longest:
        raise wrong_length(name, longest, len(text))
    return text


def read_choice(raw: Entity, name: str, known: tuple[str, ...]) -> str:
    """A required value out of a set."""
    value = raw.get(name)
    if not value:
        raise missing(name)
    if value not in known:
        raise invalid_enumeration(value, name)
    return str(value)


def is_given(raw: Entity, name: str) -> bool:
    """Whether a reference was sent; clients send empty ones for those that they leave out."""
    value: Any = raw.get(name)
    return bool(value.get("value")) if isinstance(value, dict) else bool(value)
