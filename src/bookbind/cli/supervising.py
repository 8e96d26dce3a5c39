"""`bookbind start`: web and worker from one command, each started again when it ends."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from types import FrameType
from typing import Annotated

import typer

from bookbind.cli.lifeline import SUPERVISOR
from bookbind.cli.readiness import refuse_unless_ready

LONGEST_PAUSE_SECONDS = 30.0
_STEADY_SECONDS = 60.0
_STOP_SECONDS = 30.0
_log = logging.getLogger(__name__)


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("start")(start)


def start(
    host: Annotated[
        str, typer.Option(envvar="BOOKBIND_HOST", help="The address to listen on.")
    ] = "127.0.0.1",
    threads: Annotated[
        int, typer.Option(envvar="BOOKBIND_THREADS", min=1, max=64, help="Jobs at a time.")
    ] = 4,
) -> None:
    """Run the whole product: web server and worker, watched; SIGTERM stops both."""
    refuse_unless_ready()
    stopping = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    children = [Child("web", ["serve", "--host", host]), Child("worker", ["work", "--threads", str(threads)])]
    try:
        while not stopping.wait(0.2):
            for child in children:
                child.keep_running()
    finally:
        stop_all(children)


@dataclass
class Child:
    """One of our own commands as a process of its own; `pause_seconds` grows while it keeps ending."""

    name: str
    arguments: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    pause_seconds: float = 0.0

    def keep_running(self) -> None:
        """Start it when it is not running, not more often than the growing pause allows."""
        if self.process is not None and self.process.poll() is None:
            return
        now = time.monotonic()
        if self.process is not None:
            is_steady = now - self.started_at > _STEADY_SECONDS
            self.pause_seconds = 0.0 if is_steady else self.pause_seconds
            if now - self.started_at < self.pause_seconds:
                return
            _log.error("%s ended with %s and is started again", self.name, self.process.returncode)
            self.pause_seconds = min(max(1.0, self.pause_seconds * 2), LONGEST_PAUSE_SECONDS)
        self.started_at = now
        command = [sys.executable, "-m", "bookbind.cli.main", *self.arguments]
        environment = {**os.environ, SUPERVISOR: str(os.getpid())}
        self.process = subprocess.Popen(command, env=environment)  # noqa: S603 - our own module, no shell


def stop_all(children: list[Child]) -> None:
    """Ask all to end at once, then wait for each; whoever does not is killed, and its jobs are taken over."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    give_up = time.monotonic() + _STOP_SECONDS
    for process in running:
        try:
            process.wait(max(give_up - time.monotonic(), 0))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
