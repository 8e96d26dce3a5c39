"""The real processes: started with one command, started again when they die, stopped without losing work."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support.databases import own_database
from tests.support.processes import ROOT, free_port, stop, wait_for, wait_until_gone
from tests.support.product import INHERITED, run_command, running_product

pytestmark = pytest.mark.slow
SECONDS = 120.0


@pytest.fixture
def production(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a small production."""
    with own_database() as database:
        yield {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "BOOKBIND_DATA": str(tmp_path / "data"),
            "BOOKBIND_SECRET_KEY": secrets.token_urlsafe(48),
            "BOOKBIND_KEYS": f"k1:{b64encode(secrets.token_bytes(32)).decode()}",
            "PORT": str(free_port()),
            **database,
        }


@pytest.fixture
def started(production: dict[str, str], tmp_path: Path) -> Iterator["Callable[[], subprocess.Popen[bytes]]"]:
    """Start `bookbind start`; it is gone when the test ends."""
    running: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", "bookbind.cli.main", "start"]
        with (tmp_path / "log").open("ab") as log:
            running.append(subprocess.Popen(command, env=production, stdout=log, stderr=log))
        wait_for(f"http://localhost:{production['PORT']}/healthz", running[-1], SECONDS)
        return running[-1]

    yield start
    for process in running:
        stop(process)


def _children(process: "subprocess.Popen[bytes]", name: str) -> list[int]:
    """The process ids of our own children that run the named command."""
    found = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(process.pid)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in found.stdout.splitlines() if f"main {name}" in line]


def _children_of(pid: int) -> list[int]:
    found = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return [int(line) for line in found.stdout.split()]


@pytest.mark.req("OPS-01", "OPS-05")
def test_one_command_runs_everything_and_restarts_what_dies(
    started: "Callable[[], subprocess.Popen[bytes]]", production: dict[str, str], tmp_path: Path
) -> None:
    process = started()
    url = f"http://localhost:{production['PORT']}/healthz"
    for name in ("serve", "work"):
        (first,) = _wait_until(lambda name=name: _children(process, name))
        os.kill(first, signal.SIGKILL)
        (second,) = _wait_until(
            lambda name=name, first=first: [p for p in _children(process, name) if p != first]
        )
        assert second != first
    wait_for(url, process, SECONDS)
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    _wait_until(lambda: not _listens(int(production["PORT"])))


@pytest.mark.req("OPS-05")
def test_nothing_is_left_behind_when_the_supervisor_is_killed(
    started: "Callable[[], subprocess.Popen[bytes]]", production: dict[str, str]
) -> None:
    process = started()
    left = _children(process, "serve") + _children(process, "work")
    assert len(left) == 2
    process.kill()
    process.wait(10)
    wait_until_gone(left, [int(production["PORT"])])


def test_nothing_is_left_behind_when_the_command_that_started_the_demo_is_killed(tmp_path: Path) -> None:
    ports = {"PORT": free_port(), "SANDBOX_PORT": free_port()}
    demo = [sys.executable, "-m", "bookbind.cli.main", "demo"]
    with own_database() as database:
        environment = {
            **{name: os.environ[name] for name in INHERITED if name in os.environ},
            "PYTHONPATH": str(ROOT / "src"),
            "BOOKBIND_DATA": str(tmp_path / "data"),
            **{name: str(port) for name, port in ports.items()},
            **database,
        }
        with (tmp_path / "log").open("ab") as log:
            command = [sys.executable, "-c", f"import dev; dev.hand_over({demo!r})"]
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            _wait_until(lambda: "Bookbind is ready" in (tmp_path / "log").read_text(encoding="utf-8"))
            (watching,) = _children_of(process.pid)
            left = [watching, *_children_of(watching)]
            assert len(left) == 4, "the demo, with sandbox, web and worker"
        finally:
            process.kill()
            process.wait(10)
        wait_until_gone(left, ports.values())


def test_a_normal_end_prints_no_traceback(
    started: "Callable[[], subprocess.Popen[bytes]]", tmp_path: Path
) -> None:
    process = started()
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    assert "Traceback" not in (tmp_path / "log").read_text(encoding="utf-8")


@pytest.mark.req("OAU-07", "TOK-13")
def test_the_callbacks_query_reaches_no_log(tmp_path: Path) -> None:
    with running_product(tmp_path / "data") as product:
        for path in ("/connections/xero/callback", "/nowhere/", "/accounts/login/"):
            httpx2.get(f"{product.url}{path}", params={"code": "canary-code-1", "state": "canary-state-1"})
        logs = product.read_logs()
    assert "Started worker" in logs
    assert "canary" not in logs


def test_a_worker_ends_politely_and_waits_for_tables(production: dict[str, str], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bookbind.cli.main", "work", "--threads", "2"]
    log = tmp_path / "log"
    with log.open("ab") as output:
        worker = subprocess.Popen(command, env=production, stdout=output, stderr=output)
    try:
        time.sleep(2)
        assert worker.poll() is None, "without tables a worker waits"
        made = _create_admin(production)
        assert made.returncode == 0, made.stderr
        _wait_until(lambda: "Working with 2 threads" in log.read_text(encoding="utf-8"))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    finally:
        stop(worker)


@pytest.mark.req("OPS-01", "SEC-06")
def test_the_first_admin_is_made_on_the_command_line(production: dict[str, str]) -> None:
    weak = _create_admin(production, BOOKBIND_ADMIN_PASSWORD="password123")
    assert weak.returncode == 1
    assert "too common" in weak.stderr
    made = _create_admin(production)
    assert made.returncode == 0, made.stderr
    assert (
        "Ada Admin can sign in with ada@books.example and is Business Admin of Acme Ltd (/b/acme-ltd/)."
        in made.stdout
    )
    again = _create_admin(production)
    assert again.returncode == 1
    assert "exists already" in again.stderr
    shown = run_command("snapshot", "acme-ltd", environment=production)
    assert '"name": "Acme Ltd"' in shown.stdout
    state = run_command("status", environment=production)
    assert state.stdout.strip() == "No business is connected yet."


@pytest.mark.parametrize("arguments", [["demo"], ["demo", "--fresh"]])
def test_the_demo_refuses_a_productions_data(
    production: dict[str, str], tmp_path: Path, arguments: list[str]
) -> None:
    assert _create_admin(production).returncode == 0
    kept = tmp_path / "data" / "files" / "paper"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text("a bill", encoding="utf-8")
    ports = {"PORT": str(free_port()), "SANDBOX_PORT": str(free_port())}
    done = run_command(*arguments, environment={**production, **ports})
    assert done.returncode == 1
    assert "data that is not the demo's" in done.stderr
    assert kept.exists()
    assert "exists already" in _create_admin(production).stderr


def _create_admin(environment: dict[str, str], **extra: str) -> "subprocess.CompletedProcess[str]":
    arguments = ["--email", "ada@books.example", "--name", "Ada Admin", "--business", "Acme Ltd"]
    password = {"BOOKBIND_ADMIN_PASSWORD": "correct horse battery staple"}
    return run_command("admin", "create", *arguments, environment={**environment, **password, **extra})


def _wait_until(condition: Callable[[], object]) -> object:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("waited in vain")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
