"""Request bodies as JSON: the same content always gives the same bytes, and no amount is a fraction off."""

import json
from decimal import Decimal
from typing import Any


def as_json(content: Any) -> bytes:
    """A request body; the same content always gives the same bytes."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def exact_number(value: Decimal) -> float:
    """A number for JSON, proved to be written with exactly this value; ValueError when it can't be.

    The shortest text of a float is the decimal it was made from up to 15 digits; larger amounts are refused
    rather than sent a fraction off.
    """
    number = float(value)
    if Decimal(repr(number)) != value:
        raise ValueError(f"{value} can't be written exactly")
    return number
