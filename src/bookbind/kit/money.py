"""Amounts of money: decimal, rounded half up to the currency's places, parsed strictly."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from babel.numbers import format_currency, get_currency_precision

LOCALE = "en_GB"
_AMOUNT = re.compile(r"^\(?-?[\d.,' ]+\)?-?$")


class AmountUnreadable(ValueError):
    """This is not an amount of money. Write it like 1234.56."""


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's own number of decimal places."""
    return amount.quantize(Decimal(1).scaleb(-get_currency_precision(currency)), ROUND_HALF_UP)


def show_money(amount: Decimal, currency: str) -> str:
    """The amount as a person reads it: £1,234.50."""
    return format_currency(amount, currency, locale=LOCALE)


def parse_amount(text: str) -> Decimal:
    """Read what a person typed: 1,234.56 or 1.234,56 or (12.00) or 12.00-; AmountUnreadable when in doubt.

    A lone separator followed by exactly three digits is read as thousands ("1,234" is 1234), as in English.
    A lone point is always the decimal point.
    """
    stripped = re.sub(r"[^\d.,()'\s-]", "", text.strip()).strip()
    if not stripped or not _AMOUNT.match(stripped):
        raise AmountUnreadable
    negative = stripped.startswith(("(", "-")) or stripped.endswith("-")
    digits = re.sub(r"[()'\s-]", "", stripped)
    try:
        value = Decimal(_with_decimal_point(digits))
    except InvalidOperation as error:
        raise AmountUnreadable from error
    return -value if negative else value


def _with_decimal_point(digits: str) -> str:
    if "," in digits and "." in digits:
        thousands = "," if digits.rindex(".") > digits.rindex(",") else "."
        return digits.replace(thousands, "").replace(",", ".")
    if digits.count(",") == 1 and len(digits) - digits.index(",") - 1 != 3:
        return digits.replace(",", ".")
    if digits.count(".") > 1:
        return digits.replace(".", "")
    return digits.replace(",", "")
