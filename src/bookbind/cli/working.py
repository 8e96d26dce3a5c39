"""`bookbind work`: threads that do what is due until the process is asked to stop."""

import logging
import os
import signal
import threading
import time
from typing import Annotated

import typer
from django.db import DatabaseError, close_old_connections, connection, connections

from bookbind.cli.lifeline import end_with_supervisor
from bookbind.cli.readiness import are_tables_up_to_date, refuse, refuse_unless_ready
from bookbind.jobs.runner import claim_next, run
from bookbind.jobs.services import queue_job
from bookbind.notifications.services import OUTBOX, SEND_JOB
from bookbind.web.checks import find_demo_data

POLL_SECONDS = 0.2
_AFTER_ERROR_SECONDS = 2.0
_STOP_SECONDS = 25.0
_TABLES_SECONDS = 120.0
_log = logging.getLogger(__name__)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("work")(work)


def work(
    threads: Annotated[
        int, typer.Option(envvar="BOOKBIND_THREADS", min=1, max=64, help="Jobs at a time.")
    ] = 4,
) -> None:
    """Do what is due, until SIGTERM; jobs under way are finished first, for up to 25 seconds."""
    end_with_supervisor()
    refuse_unless_ready()
    _wait_for_tables()
    refuse(find_demo_data())
    # Mails that could not leave before (no server was set) get another chance.
    queue_job(SEND_JOB, OUTBOX)
    connections.close_all()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    workers = [
        threading.Thread(target=work_until, args=[stopping], name=f"worker-{n}", daemon=True)
        for n in range(threads)
    ]
    for worker in workers:
        worker.start()
    _log.info("Working with %s threads", threads)
    stopping.wait()
    _wait_for_ends(workers)


def work_until(stopping: threading.Event) -> None:
    """Claim and run one job after another; look again in a moment when nothing is due."""
    while not stopping.is_set():
        try:
            job = claim_next()
            if job is None:
                stopping.wait(POLL_SECONDS)
                continue
            run(job)
        except DatabaseError:
            _log.exception("The database could not be used")
            connection.close()
            stopping.wait(_AFTER_ERROR_SECONDS)
        close_old_connections()
    connection.close()


def _wait_for_tables() -> None:
    """The web process brings them up to date; a worker that starts beside it waits."""
    give_up = time.monotonic() + _TABLES_SECONDS
    while not _are_tables_there():
        if time.monotonic() > give_up:
            typer.echo("The tables are not up to date. Start `bookbind serve` first.", err=True)
            raise typer.Exit(1)
        time.sleep(0.5)


def _are_tables_there() -> bool:
    try:
        return are_tables_up_to_date()
    except DatabaseError:
        return False


def _wait_for_ends(workers: list[threading.Thread]) -> None:
    """Let jobs end; what takes longer loses its lease later and is done again by another worker."""
    give_up = time.monotonic() + _STOP_SECONDS
    for worker in workers:
        worker.join(max(give_up - time.monotonic(), 0))
    if any(worker.is_alive() for worker in workers):
        _log.warning("Stopping in the middle of a job; it will be taken over")
        os._exit(0)
