"""The `bookbind` command: chooses the mode, sets Django up, and puts the sub-commands together."""

import os
import sys
from importlib import import_module

import django
import typer
from django.core.exceptions import ImproperlyConfigured

from bookbind.config import ConfigurationInvalid, data_folder
from bookbind.kit.encryption import KeyringInvalid

CANNOT_START = 2
_COMMANDS = (
    "serving",
    "working",
    "supervising",
    "status",
    "snapshot",
    "checking",
    "keys",
    "admin",
    "merging",
)
_DEMO_COMMANDS = "bookbind.demo.commands"
# These need no database, no keys and no mode, so they start without Django.
_ALONE = {"merge": "bookbind.cli.merging"}
# These only look at data, so they may guess that a demo is meant where nothing else is configured.
_LOOKING = ("status", "snapshot", "check")


def app() -> None:
    """Run the command line."""
    alone = _ALONE.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if alone:
        import_module(alone).app()
        return
    choose_mode(sys.argv[1:], os.environ)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookbind.settings")
    try:
        django.setup()
    except (ConfigurationInvalid, KeyringInvalid, ImproperlyConfigured) as error:
        typer.echo(f"Bookbind can't start: {error}", err=True)
        sys.exit(CANNOT_START)
    build_app()()


def choose_mode(arguments: list[str], environ: "os._Environ[str] | dict[str, str]") -> None:
    """Demo commands run in demo mode; so do those that only look, where nothing but a demo is configured."""
    name = arguments[0] if arguments else ""
    if name == "demo":
        environ["BOOKBIND_MODE"] = "demo"
        return
    configured = any(
        environ.get(key) for key in ("BOOKBIND_MODE", "BOOKBIND_SECRET_KEY", "BOOKBIND_SECRET_KEY_FILE")
    )
    if name in _LOOKING and not configured and (data_folder(dict(environ)) / "demo-keys.json").exists():
        environ["BOOKBIND_MODE"] = "demo"


def build_app() -> typer.Typer:
    """Every command; the demo's only in demo mode."""
    # Plain tracebacks: the pretty ones print local variables, and those may be secrets.
    built = typer.Typer(
        help="Bookbind keeps a business's paperwork bound to its books.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )
    for name in _COMMANDS:
        import_module(f"bookbind.cli.{name}").add_to(built)
    if os.environ.get("BOOKBIND_MODE") == "demo":
        built.add_typer(import_module(_DEMO_COMMANDS).app, name="demo")
    return built


if __name__ == "__main__":
    app()
