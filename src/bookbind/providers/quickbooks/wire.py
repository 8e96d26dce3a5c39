"""QuickBooks' way of writing moments, days, numbers and the texts inside a query."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bookbind.providers.base.shapes import Row, text_of

# Costs are coded to accounts; QuickBooks' other kind of cost line is coded to products.
LINE_DETAIL = "AccountBasedExpenseLineDetail"


def moment(value: datetime) -> str:
    """A moment for a filter or for change data capture."""
    return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def find_day(value: Any) -> date | None:
    """The day of a date field, None when it is empty; some come with a time behind them."""
    return date.fromisoformat(str(value)[:10]) if value else None


def quoted(text: str) -> str:
    """A text inside a query: in single quotes, with what would end them escaped by a backslash."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def amount_of(row: Row, key: str) -> Decimal:
    """A field's amount, nought when it is missing."""
    value = row.get(key)
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def plain_percent(value: Decimal) -> str:
    """A percentage as text without trailing noughts."""
    return f"{value.normalize():f}" if value else "0"


def ref_id(row: Row, key: str) -> str:
    """The id that a reference names, empty when there is none."""
    found = row.get(key)
    return text_of(found, "value") if isinstance(found, dict) else ""


def as_ref(entity_id: str) -> Row:
    """A reference to an entity."""
    return {"value": entity_id}
