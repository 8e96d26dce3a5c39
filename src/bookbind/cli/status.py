"""`bookbind status`: every connection and what it needs."""

import json
from typing import Annotated, Any

import typer

from bookbind.connections.messages import short_state
from bookbind.connections.models import Connection
from bookbind.connections.queries import organisation_name, statuses_of, words_of
from bookbind.connections.status import Status
from bookbind.kit import clock
from bookbind.publishing.queries import count_waiting
from bookbind.tenancy.scope import SystemScope, within

_COLUMNS = ("business", "provider", "organisation", "summary", "expires", "waiting")


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("status")(status)


def status(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show every connection: business, software, organisation, state, expiry, waiting documents."""
    with within(SystemScope("the operator asks for the state of all connections")):
        rows = list_rows()
    typer.echo(json.dumps(rows, indent=2) if as_json else as_table(rows))


def list_rows() -> list[dict[str, Any]]:
    """One row for each connection, by business; in a constant number of queries."""
    connections = list(
        Connection.objects.select_related("business", "grant").order_by("business__slug", "created_at")
    )
    statuses = statuses_of(connections)
    waiting = count_waiting([connection.id for connection in connections])
    return [
        _row(connection, statuses[connection.id], waiting.get(connection.id, 0)) for connection in connections
    ]


def as_table(rows: list[dict[str, Any]]) -> str:
    """The rows as aligned text."""
    if not rows:
        return "No business is connected yet."
    head = dict(
        zip(_COLUMNS, ("Business", "Software", "Organisation", "State", "Expires", "Waiting"), strict=True)
    )
    shown = [{name: str(row[name] if row[name] is not None else "-") for name in _COLUMNS} for row in rows]
    widths = {name: max(len(line[name]) for line in [head, *shown]) for name in _COLUMNS}
    lines = [
        "  ".join(line[name].ljust(widths[name]) for name in _COLUMNS).rstrip() for line in [head, *shown]
    ]
    return "\n".join(lines)


def _row(connection: Connection, now: Status, waiting: int) -> dict[str, Any]:
    words = words_of(connection, waiting=waiting)
    zone = connection.business.time_zone
    return {
        "business": connection.business.slug,
        "provider": connection.provider,
        "organisation": organisation_name(connection),
        "state": now.state.value,
        "health": now.health.value,
        "cause": now.cause.value,
        "summary": short_state(now, words, clock.now()),
        "expires": clock.local_date(now.deadline, zone).isoformat() if now.deadline else None,
        "next_try_at": now.next_try_at.isoformat() if now.next_try_at else None,
        "waiting": waiting,
    }
