"""Xero's way of writing dates, moments and numbers."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

_TICKS = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")
_FRACTION = re.compile(r"\.\d+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_moment(text: str) -> datetime:
    """Read `/Date(ms+0000)/` or an ISO moment with any number of digits and no zone, which means UTC."""
    ticks = _TICKS.match(text)
    if ticks:
        return _EPOCH + timedelta(milliseconds=int(ticks[1]))
    moment = datetime.fromisoformat(_FRACTION.sub("", text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_day(value: Any) -> date | None:
    """The day of a date field, None when it is empty."""
    return parse_moment(str(value)).date() if value else None


def modified_since(moment: datetime) -> str:
    """The If-Modified-Since header: UTC to the second."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def date_literal(day: date) -> str:
    """A day inside a `where` filter."""
    return f"DateTime({day.year},{day.month:02d},{day.day:02d})"
