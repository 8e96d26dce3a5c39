"""A database of its own for a product that a test starts."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql


@contextmanager
def own_database() -> Iterator[dict[str, str]]:
    """The environment that names an empty database until the block ends.

    On the server of DATABASE_URL it is a new one; without that it is SQLite's in the product's data folder.
    """
    server = os.environ.get("DATABASE_URL", "")
    if not server:
        yield {}
        return
    name = f"bookbind_{uuid.uuid4().hex}"
    _run(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield {"DATABASE_URL": _url(server, name)}
    finally:
        # FORCE, because a process that a test has killed leaves its session behind for a moment.
        _run(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _url(server: str, database: str) -> str:
    return urlsplit(server)._replace(path=f"/{database}").geturl()


def _run(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(_url(server, "postgres"), autocommit=True) as connection:
        connection.execute(statement)
