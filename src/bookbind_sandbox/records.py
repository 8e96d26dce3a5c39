"""The vendors' entries and documents: columns to find them by, and the vendor's own rendering as body."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bookbind_sandbox.store import Store


@dataclass(frozen=True)
class Record:
    """One entry; `detail` is its type, `parent` what it belongs to, `day` a document's date in ISO form."""

    kind: str
    id: str
    body: str
    created_at: int
    updated_at: int
    source: str
    code: str = ""
    name: str = ""
    status: str = ""
    detail: str = ""
    parent: str = ""
    day: str = ""
    search: str = ""


def _record(row: sqlite3.Row) -> Record:
    names = Record.__dataclass_fields__
    return Record(**{name: row[name] for name in names})


@dataclass(frozen=True)
class Condition:
    """A piece of SQL with its values; the words come from the program, the values from the caller."""

    sql: str
    values: tuple[Any, ...] = ()


class Records:
    """The entries of one organisation at one vendor."""

    def __init__(self, store: Store, vendor: str, organisation: str) -> None:
        self.store = store
        self.vendor = vendor
        self.organisation = organisation

    def get(self, kind: str, record_id: str) -> Record | None:
        found = self.select(kind, Condition("id = ?", (record_id,)))
        return found[0] if found else None

    def with_code(self, kind: str, code: str) -> list[Record]:
        return self.select(kind, Condition("code = ? COLLATE NOCASE", (code,)))

    def with_name(self, kind: str, name: str) -> list[Record]:
        return self.select(kind, Condition("name = ? COLLATE NOCASE", (name,)))

    def select(
        self, kind: str, *conditions: Condition, order: str = "seq", window: tuple[int, int] | None = None
    ) -> list[Record]:
        where, values = self._where(kind, conditions)
        sql = f"SELECT * FROM records WHERE {where} ORDER BY {order}"  # noqa: S608
        if window is not None:
            sql += " LIMIT ? OFFSET ?"
            values += window
        return [_record(row) for row in self.store.rows(sql, *values)]

    def bodies(
        self, kind: str, *conditions: Condition, order: str, window: tuple[int, int] | None
    ) -> list[str]:
        """The bodies alone, for long lists."""
        where, values = self._where(kind, conditions)
        sql = f"SELECT body FROM records WHERE {where} ORDER BY {order}"  # noqa: S608
        if window is not None:
            sql += " LIMIT ? OFFSET ?"
            values += window
        return [row["body"] for row in self.store.rows(sql, *values)]

    def count(self, kind: str, *conditions: Condition) -> int:
        where, values = self._where(kind, conditions)
        return int(self.store.value(f"SELECT count(*) FROM records WHERE {where}", *values))  # noqa: S608

    def save(self, record: Record) -> None:
        """Insert or replace by id; an entry keeps its place, its origin and its time of creation."""
        columns = {name: getattr(record, name) for name in Record.__dataclass_fields__}
        kept = ("kind", "id", "created_at", "source")
        changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name not in kept)
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        self.store.run(
            f"INSERT INTO records (vendor, organisation, {names}) VALUES (?, ?, {marks})"  # noqa: S608
            f" ON CONFLICT (vendor, organisation, kind, id) DO UPDATE SET {changed}",
            self.vendor,
            self.organisation,
            *columns.values(),
        )

    def remove(self, kind: str, record_id: str) -> None:
        self.store.run(
            "DELETE FROM records WHERE vendor = ? AND organisation = ? AND kind = ? AND id = ?",
            self.vendor,
            self.organisation,
            kind,
            record_id,
        )

    def _where(self, kind: str, conditions: tuple[Condition, ...]) -> tuple[str, tuple[Any, ...]]:
        base = Condition(
            "vendor = ? AND organisation = ? AND kind = ?", (self.vendor, self.organisation, kind)
        )
        parts = (base, *conditions)
        return " AND ".join(part.sql for part in parts), tuple(
            value for part in parts for value in part.values
        )


def received_rows(store: Store, vendor: str, kinds: Sequence[str]) -> list[sqlite3.Row]:
    """Everything of these kinds that came to a vendor through its API, oldest first, with whose it is."""
    marks = ", ".join("?" for _ in kinds)
    return store.rows(
        "SELECT records.*, organisations.name AS organisation_name FROM records JOIN organisations"  # noqa: S608
        " ON organisations.vendor = records.vendor AND organisations.id = records.organisation"
        f" WHERE records.vendor = ? AND source = 'api' AND kind IN ({marks}) ORDER BY seq",
        vendor,
        *kinds,
    )


def received_heading(row: sqlite3.Row) -> dict[str, Any]:
    """What the control API tells of every received document: whose it is, its id, when it was made."""
    made = datetime.fromtimestamp(row["created_at"] / 1000, tz=UTC)
    return {
        "organisation": row["organisation"],
        "organisation_name": row["organisation_name"],
        "id": row["id"],
        "created_at": made.isoformat(timespec="milliseconds"),
    }
