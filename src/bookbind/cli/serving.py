"""`bookbind serve`: the web server."""

from typing import Annotated

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from granian import Granian
from granian.constants import HTTPModes, Interfaces

from bookbind.cli.lifeline import end_with_supervisor
from bookbind.cli.readiness import bring_tables_up_to_date, refuse_unless_ready

THREADS = 4
BACKLOG = 64


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("serve")(serve)


def serve(
    host: Annotated[
        str, typer.Option(envvar="BOOKBIND_HOST", help="The address to listen on.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port to listen on; PORT unless given.")] = 0,
) -> None:
    """Serve the pages. Tables are brought up to date and static files collected first."""
    end_with_supervisor()
    refuse_unless_ready()
    bring_tables_up_to_date()
    call_command("collectstatic", verbosity=0, interactive=False)
    # The server forks: no connection to the database may be shared with its worker.
    connections.close_all()
    Granian(
        "bookbind.cli.application:application",
        address=host,
        port=port or settings.CONFIG.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        workers=1,
        blocking_threads=THREADS,
        backpressure=BACKLOG,
        respawn_failed_workers=True,
        # An access log would keep the callback's query, and with it the authorisation code.
        log_access=False,
        log_dictconfig=_server_logging(),
        websockets=False,
    ).serve()


def _server_logging() -> dict[str, object]:
    """The server's own lines go the way of all others."""
    quiet = {"level": "WARNING", "handlers": ["stderr"], "propagate": False}
    return {**settings.LOGGING, "loggers": {**settings.LOGGING["loggers"], "_granian": quiet}}
