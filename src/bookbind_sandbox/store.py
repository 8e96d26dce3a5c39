"""The sandbox's own store: one SQLite file that outlives any kill of the product or of the sandbox."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

DATABASE_NAME = "sandbox.sqlite3"
TABLES = (
    "meta",
    "apps",
    "logins",
    "organisations",
    "memberships",
    "sessions",
    "authorize_requests",
    "codes",
    "consents",
    "refresh_tokens",
    "connections",
    "grants",
    "access_tokens",
    "records",
    "attachments",
    "idempotency",
    "requests",
    "faults",
)


Dump = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


class Store:
    """Everything the vendors remember; used from the event loop's thread alone, so nothing interleaves."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / DATABASE_NAME
        self.database = sqlite3.connect(self.path, isolation_level=None)
        self.database.row_factory = sqlite3.Row
        self.database.execute("PRAGMA journal_mode = WAL")
        self.database.execute("PRAGMA synchronous = NORMAL")
        schema = resources.files("bookbind_sandbox").joinpath("schema.sql").read_text(encoding="utf-8")
        self.database.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all or nothing; a transaction inside another is undone alone when it fails."""
        nested = self.database.in_transaction
        self.database.execute("SAVEPOINT inner_part" if nested else "BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.database.execute("ROLLBACK TO inner_part" if nested else "ROLLBACK")
            raise
        finally:
            if nested:
                self.database.execute("RELEASE inner_part")
        if not nested:
            self.database.execute("COMMIT")

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        return self.database.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self.database.execute(sql, values).fetchone()
        return found

    def value(self, sql: str, *values: Any) -> Any:
        found = self.row(sql, *values)
        return found[0] if found else None

    def run(self, sql: str, *values: Any) -> int:
        """Execute one statement and say how many rows it touched."""
        return self.database.execute(sql, values).rowcount

    def insert(self, table: str, **columns: Any) -> int:
        """Insert one row and return its row id; table and column names are the program's own words."""
        names = ", ".join(columns)
        marks = ", ".join("?" for _ in columns)
        cursor = self.database.execute(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608
            tuple(columns.values()),
        )
        return cursor.lastrowid or 0

    def get_meta(self, key: str, default: str) -> str:
        found = self.value("SELECT value FROM meta WHERE key = ?", key)
        return default if found is None else str(found)

    def set_meta(self, key: str, value: str) -> None:
        self.run(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            key,
            value,
        )

    def clear(self) -> None:
        """Forget everything, in one transaction, so that a reset is never seen half done."""
        for table in TABLES:
            self.run(f"DELETE FROM {table}")  # noqa: S608

    def dump(self) -> Dump:
        """All rows of all tables, to be put back by load()."""
        found: Dump = {}
        for table in TABLES:
            cursor = self.database.execute(f"SELECT * FROM {table}")  # noqa: S608
            columns = [column[0] for column in cursor.description]
            found[table] = (columns, [tuple(row) for row in cursor])
        return found

    def load(self, dump: Dump) -> None:
        """Put dumped rows into empty tables."""
        for table, (columns, rows) in dump.items():
            marks = ", ".join("?" for _ in columns)
            names = ", ".join(columns)
            self.database.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608

    def close(self) -> None:
        self.database.close()
