"""A production that cannot be safe refuses to start, says why and what to do; by the real process's exit."""

import base64
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bookbind.cli.main import choose_mode
from tests.support.processes import ROOT, free_port
from tests.support.product import run_command

pytestmark = pytest.mark.slow

KEY = base64.b64encode(secrets.token_bytes(32)).decode()
SECRET = secrets.token_urlsafe(48)
Serve = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """`bookbind serve` in production with a good configuration, changed by what is given."""

    def run(command: str = "serve", **changes: str) -> "CompletedProcess[str]":
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "BOOKBIND_DATA": str(tmp_path / "data"),
            "BOOKBIND_SECRET_KEY": SECRET,
            "BOOKBIND_KEYS": f"k1:{KEY}",
            "PORT": str(free_port()),
            **changes,
        }
        return run_command(command, environment=environment)

    return run


@pytest.mark.req("TOK-14", "OPS-01")
@pytest.mark.parametrize(
    ("changes", "why", "what_to_do"),
    [
        ({"BOOKBIND_SECRET_KEY": ""}, "BOOKBIND_SECRET_KEY is not set", "token_urlsafe"),
        ({"BOOKBIND_SECRET_KEY": "a" * 60}, "too short or somebody's example", "token_urlsafe"),
        ({"BOOKBIND_SECRET_KEY": "django-insecure-" + SECRET}, "somebody's example", "token_urlsafe"),
        ({"BOOKBIND_SECRET_KEY": "demo-" + SECRET}, "somebody's example", "token_urlsafe"),
        ({"BOOKBIND_KEYS": ""}, "BOOKBIND_KEYS is not set", "bookbind keys new"),
        ({"BOOKBIND_KEYS": f"k1:{base64.b64encode(bytes(32)).decode()}"}, "not random", "bookbind keys new"),
        ({"BOOKBIND_SANDBOX_URL": "http://127.0.0.1:8100"}, "sandbox is switched on", "BOOKBIND_SANDBOX_URL"),
        ({"BOOKBIND_URL": "http://books.example.com"}, "without https", "https://"),
        ({"BOOKBIND_URL": "books.example.com"}, "not an address", "https://"),
        ({"BOOKBIND_MAIL_URL": "mail.example.com"}, "BOOKBIND_MAIL_URL can't be read", "smtp://"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_serve_refuses_with_a_hint(serve: Serve, changes: dict[str, str], why: str, what_to_do: str) -> None:
    done = serve(**changes)
    assert done.returncode == 1
    assert "refuses to start" in done.stderr
    assert why in done.stderr
    assert what_to_do in done.stderr
    assert "Traceback" not in done.stderr
    for value in changes.values():
        assert len(value) < 20 or "://" in value or value not in done.stderr, "a secret was printed"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"BOOKBIND_KEYS": "k1:tooshort"}, "Key 'k1'"),
        ({"BOOKBIND_MODE": "productoin"}, "must be one of demo, test, production"),
        ({"PORT": "eighty"}, "must be a port number"),
        ({"BOOKBIND_CONFIRM_MINUTES": "soon"}, "must be minutes"),
        ({"DATABASE_URL": "mysql://x/y"}, "postgresql://"),
        ({"BOOKBIND_SECRET_KEY_FILE": "/nonexistent"}, "BOOKBIND_SECRET_KEY_FILE names /nonexistent"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_settings_that_make_no_sense_are_named(serve: Serve, changes: dict[str, str], why: str) -> None:
    done = serve(**changes)
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.req("TOK-14")
@pytest.mark.parametrize("command", ["serve", "work", "start"])
def test_no_way_of_starting_goes_round_the_refusal(serve: Serve, command: str) -> None:
    assert serve(command, BOOKBIND_KEYS="").returncode == 1


def test_production_refuses_the_demos_data(serve: Serve, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "BOOKBIND_DATA": str(tmp_path / "data"),
        "BOOKBIND_MODE": "demo",
        "BOOKBIND_ADMIN_PASSWORD": "correct horse battery",
    }
    made = run_command(
        "admin",
        "create",
        "--email",
        "a@acme.test",
        "--name",
        "A",
        "--business",
        "Acme",
        environment=environment,
    )
    assert made.returncode == 0, made.stderr
    done = serve()
    assert done.returncode == 1
    assert "The database holds demo data." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environ", "mode"),
    [
        (["demo"], {}, "demo"),
        (["demo", "skip", "1d"], {"BOOKBIND_MODE": "production"}, "demo"),
        (["status"], {}, "demo"),
        (["serve"], {}, None),
        (["status"], {"BOOKBIND_SECRET_KEY": "x"}, None),
        (["snapshot", "acme"], {"BOOKBIND_MODE": "production"}, "production"),
    ],
)
def test_only_looking_at_a_demo_needs_no_mode(
    tmp_path: Path, arguments: list[str], environ: dict[str, str], mode: str | None
) -> None:
    (tmp_path / "demo-keys.json").write_text("{}", encoding="utf-8")
    environment = {"BOOKBIND_DATA": str(tmp_path), **environ}
    choose_mode(arguments, environment)
    assert environment.get("BOOKBIND_MODE") == mode
