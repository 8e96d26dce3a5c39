"""The demo's processes: sandbox, web and worker, started, watched and stopped together."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bookbind.cli.lifeline import SUPERVISOR

_START_SECONDS = 60
_STOP_SECONDS = 8
_POLL_SECONDS = 0.05


class StartFailed(RuntimeError):
    """A part of the demo did not start."""


@dataclass
class Child:
    """One process of the demo; its output goes to a log file beside the data."""

    name: str
    command: list[str]
    log: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None)

    def start(self) -> None:
        """Start it, appending what it prints to its log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own modules, no shell
                self.command, stdout=output, stderr=subprocess.STDOUT, env=self.environment
            )

    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self.process is None or self.process.poll() is not None

    def stop(self) -> None:
        """Ask it to end, and end it when it does not."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def python_child(name: str, arguments: list[str], data: Path, extra: dict[str, str] | None = None) -> Child:
    """A child that runs one of our modules with this Python and this environment."""
    environment = {**os.environ, SUPERVISOR: str(os.getpid()), **(extra or {})}
    return Child(name, [sys.executable, "-m", *arguments], data / "logs" / f"{name}.log", environment)


def wait_until_answering(child: Child, url: str, *, host: str = "") -> None:
    """Return when `url` answers; StartFailed with the end of the log when the child dies or is silent.

    `host` is the name that is asked for, where it is another than the address's.
    """
    headers = {"Host": host} if host else {}
    give_up = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up and not child.has_ended():
        try:
            httpx2.get(url, timeout=2, headers=headers)
        except httpx2.TransportError:
            time.sleep(_POLL_SECONDS)
        else:
            return
    tail = child.log.read_text(encoding="utf-8", errors="replace")[-2000:]
    raise StartFailed(f"{child.name} did not start. The end of {child.log}:\n{tail}")


def watch(children: list[Child]) -> None:
    """Keep every child running until this process is asked to stop; a child that dies is started again."""
    while True:
        for child in children:
            if child.has_ended():
                child.start()
        time.sleep(1)
