"""`bookbind demo`: the whole product with demo data, beside a simulated vendor, in one command."""

import logging
import os
import shutil
import signal
import socket
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Annotated, NoReturn

import typer
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bookbind.cli.lifeline import end_with_supervisor
from bookbind.demo import seed
from bookbind.demo.models import DemoState
from bookbind.demo.processes import Child, StartFailed, python_child, wait_until_answering, watch
from bookbind.demo.sandbox import SandboxRefused
from bookbind.demo.skip import SkipInvalid, parse_skip, walk_to
from bookbind.demo.world import PASSWORD, PEOPLE
from bookbind.kit import clock
from bookbind.kit.text import show_date
from bookbind.tenancy.models import User
from bookbind.tenancy.scope import SystemScope, within

app = typer.Typer(help="Run the demo, or move its clock.", no_args_is_help=False)


@app.callback(invoke_without_command=True)
def demo(
    context: typer.Context,
    fresh: Annotated[bool, typer.Option(help="Throw the demo's data away and build it anew.")] = False,
) -> None:
    """Start sandbox, web and worker with demo data; stop them all with Ctrl+C."""
    if context.invoked_subcommand is None:
        signal.signal(signal.SIGTERM, _stop)
        end_with_supervisor()
        _run(fresh=fresh)


@app.command()
def skip(length: Annotated[str, typer.Argument(help="How far: 12h, 30d, 335d.")]) -> None:
    """Move the running demo ahead; what falls due on the way is done on its day."""
    try:
        target = clock.now() + parse_skip(length)
        start = clock.now()
        with typer.progressbar(
            length=max(1, (target - start).days), label=f"To {show_date(target.date())}"
        ) as bar:
            walk_to(target, lambda now: bar.update(max(0, (now - start).days - bar.pos)))
    except (SkipInvalid, SandboxRefused) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    typer.echo(f"It is now {show_date(clock.now().date())}.")


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _run(*, fresh: bool) -> None:
    began = time.monotonic()
    # What the build says is for people; its log lines would bury it.
    logging.disable(logging.INFO)
    data = settings.CONFIG.data
    _refuse_real_data()
    _refuse_taken_ports()
    if fresh:
        _throw_away(data)
    children: list[Child] = []
    try:
        _start(children, data, fresh=fresh)
        _welcome(time.monotonic() - began)
        watch(children)
    except KeyboardInterrupt:
        typer.echo("\nStopping.")
    except (StartFailed, SandboxRefused) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    finally:
        for child in reversed(children):
            child.stop()


def _start(children: list[Child], data: Path, *, fresh: bool) -> None:
    """Sandbox, tables, demo world, then web and worker."""
    port = settings.SANDBOX_URL.rsplit(":", 1)[-1]
    sandbox = python_child(
        "sandbox", ["bookbind_sandbox", "--port", port, "--data", str(data / "sandbox")], data
    )
    sandbox.start()
    children.append(sandbox)
    call_command("migrate", verbosity=0, interactive=False)
    wait_until_answering(sandbox, f"{settings.SANDBOX_URL}/_control/clock")
    # A database on a server outlives the data folder.
    if fresh or not seed.is_built():
        _build(data)
    environment = {"BOOKBIND_MODE": "demo"}
    children += [
        python_child("web", ["bookbind.cli.main", "serve"], data, environment),
        python_child("worker", ["bookbind.cli.main", "work"], data, environment),
    ]
    for child in children[1:]:
        child.start()
    # Asked here, by the name that people use: it is the only one that is answered.
    here = f"http://127.0.0.1:{settings.CONFIG.port}/healthz"
    wait_until_answering(children[1], here, host=settings.ALLOWED_HOSTS[0])


def _build(data: Path) -> None:
    """Build the demo world; what an interrupted build left behind is thrown away first."""
    typer.echo("Building the demo practice and its nine clients …")
    call_command("flush", verbosity=0, interactive=False)
    shutil.rmtree(data / "files", ignore_errors=True)
    with within(SystemScope("demo: the world is built")):
        seed.build(lambda line: typer.echo(f"  {line}"))


def _throw_away(data: Path) -> None:
    for name in ("sandbox", "files", "logs"):
        shutil.rmtree(data / name, ignore_errors=True)
    for path in data.glob("bookbind.sqlite3*"):
        path.unlink()


def _refuse_real_data() -> None:
    """The demo begins with an empty database, which it makes by erasing one; never one of a production."""
    tables = connection.introspection.table_names()
    is_real = DemoState._meta.db_table not in tables and User._meta.db_table in tables
    holds_people = is_real and User.objects.exists()
    # With --fresh the file of SQLite is about to go.
    connection.close()
    if holds_people:
        typer.echo(
            "The database holds data that is not the demo's, which the demo would erase."
            " Point BOOKBIND_DATA or DATABASE_URL to an empty place.",
            err=True,
        )
        raise typer.Exit(1)


def _refuse_taken_ports() -> None:
    """Name the port that something else uses, before anything is half started."""
    ports = {"PORT": settings.CONFIG.port, "SANDBOX_PORT": int(settings.SANDBOX_URL.rsplit(":", 1)[-1])}
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                typer.echo(
                    f"Port {port} is in use. Stop what uses it, or choose another with {name}=…", err=True
                )
                raise typer.Exit(1) from None


def _own_command() -> Path:
    """How to call `bookbind` from here: it is in the folder of this Python, not on the PATH."""
    command = Path(sys.executable).with_name("bookbind")
    return command.relative_to(Path.cwd()) if command.is_relative_to(Path.cwd()) else command


def _welcome(seconds: float) -> None:
    built = DemoState.objects.get(id=1).built_at
    lines = [
        "",
        f"Bookbind is ready ({seconds:.0f} s).",
        "",
        f"  Bookbind     {settings.BASE_URL}",
        f"  The sandbox  {settings.SANDBOX_URL}/_control",
        "",
        f"  Sign in as (password {PASSWORD}):",
        *(
            f"    {person.email:<28} {person.name}, {person.role.replace('_', ' ')}, {person.place}"
            for person in PEOPLE
        ),
        "",
        f"  Demo data in {settings.CONFIG.data}, built {show_date(built.date())}. Skip ahead on any page,",
        f"  or with: {_own_command()} demo skip 335d",
        "",
        "Stop with Ctrl+C.",
    ]
    typer.echo("\n".join(lines))
    sys.stdout.flush()


os.environ.setdefault("PYTHONUNBUFFERED", "1")
