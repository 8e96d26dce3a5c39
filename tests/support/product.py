"""Starting the real product for tests: its own data folder, free ports, web and worker as processes."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.databases import own_database
from tests.support.processes import ROOT, SUPERVISOR, free_port, stop, wait_for

START_SECONDS = 120.0
INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")


@dataclass
class Product:
    """A running product. `web` and `worker` may be killed and started again by the test."""

    data: Path
    port: int
    environment: dict[str, str]
    web: subprocess.Popen[bytes] | None = None
    worker: subprocess.Popen[bytes] | None = None
    logs: list[Path] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The address as a browser opens it."""
        return f"http://localhost:{self.port}"

    def start_web(self, **extra: str) -> subprocess.Popen[bytes]:
        """Start the web server and wait until it answers."""
        self.web = self._start("web", ["serve"], extra)
        wait_for(f"{self.url}/healthz", self.web, START_SECONDS)
        return self.web

    def start_worker(self, **extra: str) -> subprocess.Popen[bytes]:
        """Start the worker; `BOOKBIND_CRASH_AT="after_sent"` makes it die there."""
        self.worker = self._start("worker", ["work"], extra)
        return self.worker

    def run(self, *arguments: str, **extra: str) -> "subprocess.CompletedProcess[str]":
        """Run another command of the product on the same data: `run("status", "--json")`."""
        return run_command(*arguments, environment={**self.environment, **extra})

    def read_logs(self) -> str:
        """Everything that the processes wrote."""
        return "\n".join(
            path.read_text(encoding="utf-8", errors="replace") for path in self.logs if path.exists()
        )

    def stop(self) -> None:
        """End whatever still runs."""
        for process in (self.worker, self.web):
            if process is not None:
                stop(process)

    def _start(self, name: str, arguments: list[str], extra: Mapping[str, str]) -> subprocess.Popen[bytes]:
        log = self.data / f"{name}-{len(self.logs)}.log"
        self.logs.append(log)
        command = [sys.executable, "-m", "bookbind.cli.main", *arguments]
        ours = {SUPERVISOR: str(os.getpid())}
        with log.open("ab") as output:
            return subprocess.Popen(
                command,
                env={**self.environment, **ours, **extra},
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )


def product_environment(data: Path, port: int, **extra: str) -> dict[str, str]:
    """The environment of a product in demo mode over `data`; nothing of the test's own settings."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    own = {
        "BOOKBIND_MODE": "demo",
        "BOOKBIND_DATA": str(data),
        "PORT": str(port),
        "PYTHONPATH": str(ROOT / "src"),
    }
    return {**inherited, **own, **extra}


def run_command(
    *arguments: str, environment: Mapping[str, str], typed: str = "", seconds: float = START_SECONDS
) -> "subprocess.CompletedProcess[str]":
    """Run one `bookbind` command to its end; `typed` is what a person would type."""
    command = [sys.executable, "-m", "bookbind.cli.main", *arguments]
    return subprocess.run(
        command,
        env=dict(environment),
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


@contextmanager
def running_product(data: Path) -> Iterator[Product]:
    """Web and worker of a product over `data` until the block ends."""
    data.mkdir(parents=True, exist_ok=True)
    with own_database() as database:
        port = free_port()
        product = Product(data, port, product_environment(data, port, **database))
        try:
            product.start_web()
            product.start_worker()
            yield product
        finally:
            product.stop()
