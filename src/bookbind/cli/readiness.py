"""Whether the product may start: the refusals in words, and the tables brought up to date by one process."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from django.conf import settings
from django.core.checks import CheckMessage, Error, run_checks
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.migrations.executor import MigrationExecutor

from bookbind.web.checks import TAG, find_demo_data

REFUSED = 1
# Any number will do; it only has to be the same in every process of this product.
_MIGRATION_LOCK = 7_302_110


def list_problems() -> list[CheckMessage]:
    """What keeps this configuration from working, the worst first."""
    return sorted(run_checks(tags=[TAG]), key=lambda problem: -problem.level)


def refuse_unless_ready() -> None:
    """Print every error with its hint and leave; with none, see that there is a place for the data."""
    refuse([problem for problem in list_problems() if isinstance(problem, Error)])
    settings.CONFIG.data.mkdir(mode=0o700, parents=True, exist_ok=True)


def refuse(problems: list[CheckMessage]) -> None:
    """Leave with these problems in words, if there are any."""
    if not problems:
        return
    typer.echo("Bookbind refuses to start with this configuration:", err=True)
    for problem in problems:
        typer.echo(f"  {in_words(problem)}", err=True)
    raise typer.Exit(REFUSED)


def in_words(problem: CheckMessage) -> str:
    """What is wrong and what to do."""
    return f"{problem.msg} {problem.hint}" if problem.hint else str(problem.msg)


def bring_tables_up_to_date() -> None:
    """Apply what is missing of the migrations, one process at a time, and refuse a demo's data."""
    with _alone():
        call_command("migrate", verbosity=0, interactive=False)
    refuse(find_demo_data())


def are_tables_up_to_date() -> bool:
    """Whether every migration is applied."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextmanager
def _alone() -> Iterator[None]:
    """On PostgreSQL several machines may start at once; SQLite serialises by itself."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
