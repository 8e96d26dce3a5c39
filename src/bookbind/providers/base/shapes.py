"""Reading a vendor's rows: what is used, what is known and ignored, and a word in the log about the rest."""

from dataclasses import dataclass, field
from typing import Any

import structlog

Row = dict[str, Any]

log = structlog.get_logger(__name__)


class FieldMissing(ValueError):
    """A field that every row must have is missing or of another type."""


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of row. One in neither set is new at the vendor: it is logged once a process."""

    name: str
    used: frozenset[str]
    ignored: frozenset[str] = frozenset()
    _told: set[str] = field(default_factory=set, compare=False, repr=False)

    def check(self, row: Row) -> Row:
        """Return the row; log each field that nobody has looked at yet, by name only."""
        unknown = row.keys() - self.used - self.ignored - self._told
        if unknown:
            self._told.update(unknown)
            log.warning("vendor_field_unknown", shape=self.name, fields=sorted(unknown))
        return row


def fields(names: str) -> frozenset[str]:
    """A set of field names, written one after the other."""
    return frozenset(names.split())


def text_of(row: Row, key: str) -> str:
    """A field's text, empty when it is missing or null."""
    value = row.get(key)
    return "" if value is None else str(value)


def required_text(row: Row, key: str) -> str:
    """A field's text; FieldMissing when there is none."""
    value = row.get(key)
    if not isinstance(value, str) or not value:
        raise FieldMissing(key)
    return value


def rows_of(content: Any, key: str) -> list[Row]:
    """The rows under `key`; FieldMissing when that is no list of objects."""
    rows = content.get(key) if isinstance(content, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FieldMissing(key)
    return rows
