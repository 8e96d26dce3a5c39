"""Worlds that take long to make: made once in a process, then put back for each test that begins in one.

A test gets rows and objects of its own, as if they had been made for it; only their ids and times are those
of the first. Where that matters, call the maker itself.
"""

import pickle
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction

from bookbind.kit import clock
from tests.support.processes import Sandbox

Made = TypeVar("Made")
# By table: its columns and its rows, as the database gives them.
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]
# A minute on, a page says "1 minute ago" and a call that works is noted anew; no test began so late before.
OLDEST = timedelta(seconds=45)


@dataclass(frozen=True)
class _Kept:
    before: Rows
    after: Rows
    made: bytes
    made_at: datetime


_worlds: dict[Hashable, _Kept] = {}


def world(name: Hashable, make: Callable[[], Made], sandbox: Sandbox | None = None) -> Made:
    """What `make()` gives, a copy, with every row that it writes and all that it leaves at the sandbox.

    It runs once for each name, and again where the database held other rows when it began, or after `OLDEST`.
    The sandbox is as seeded when it begins.
    """
    before, now = _read_rows(), clock.now()
    key = (name, sandbox and sandbox.url)
    kept = _worlds.get(key)
    if kept is not None and kept.before == before and abs(now - kept.made_at) < OLDEST:
        _put_back(kept)
        if sandbox:
            sandbox.control("reset", to=str(name))
    else:
        made = pickle.dumps(make())
        kept = _worlds[key] = _Kept(before, _read_rows(), made, now)
        if sandbox:
            sandbox.control("keep", **{"as": str(name)})
    copy: Made = pickle.loads(kept.made)
    return copy


def _read_rows() -> Rows:
    found: Rows = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.django_table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = cursor.fetchall()
            if rows:
                found[table] = ([column[0] for column in cursor.description], rows)
    return found


def _put_back(kept: _Kept) -> None:
    """Make the tables hold what they held when the world was made; all foreign keys wait for the commit."""
    quote = connection.ops.quote_name
    changed = [table for table, rows in kept.after.items() if kept.before.get(table) != rows]
    emptied = [table for table in kept.before if table in changed or table not in kept.after]
    with transaction.atomic(), connection.cursor() as cursor:
        for table in emptied:
            cursor.execute(f"DELETE FROM {quote(table)}")
        for table in changed:
            columns, rows = kept.after[table]
            names, marks = ", ".join(map(quote, columns)), ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({marks})", rows)
