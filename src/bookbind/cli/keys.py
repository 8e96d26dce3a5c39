"""`bookbind keys`: make a key, and seal everything anew with the current one."""

import secrets
from base64 import b64encode

import typer
from django.conf import settings

from bookbind.activity.services import record
from bookbind.cli.readiness import refuse_unless_ready
from bookbind.connections.secrets import Progress, reseal
from bookbind.kit import clock
from bookbind.kit.text import plural
from bookbind.tenancy.scope import SystemScope, within

_app = typer.Typer(help="The keys that seal stored sign-ins.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    app.add_typer(_app, name="keys")


@_app.command("new")
def new() -> None:
    """Print a new random key, to be put first in BOOKBIND_KEYS."""
    typer.echo(f"k{clock.real_now():%Y%m%d}:{b64encode(secrets.token_bytes(32)).decode()}")


@_app.command("rotate")
def rotate() -> None:
    """Seal every stored secret with the first key of BOOKBIND_KEYS, while the product runs."""
    refuse_unless_ready()
    current = settings.KEYRING.current if settings.KEYRING else ""
    last = Progress(done=0, total=0, unreadable=0)
    with within(SystemScope("the operator changes the keys")):
        for last in reseal():
            typer.echo(f"{last.done:,} of {last.total:,} sealed anew")
    record(
        "keys.rotated",
        f"{plural(last.done, 'secret')} sealed anew with key {current}.",
        data={"done": last.done, "unreadable": last.unreadable, "key": current},
    )
    if last.unreadable:
        typer.echo(
            f"{plural(last.unreadable, 'secret')} can't be read with any configured key; nothing was erased. "
            "Put the key that sealed them back into BOOKBIND_KEYS and run this again.",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(f"Done. Everything is sealed with {current}; older keys can be removed now.")
