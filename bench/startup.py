"""Seconds of `dev.py demo` from a fresh clone to the sign-in page, and of a second start."""

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from bench.report import Row
from tests.support.processes import free_port

ROOT = Path(__file__).resolve().parents[1]
_GIVE_UP_SECONDS = 600


def measure() -> list[Row]:
    """Clone the last commit into an empty folder and start the demo there twice, packages cached."""
    with tempfile.TemporaryDirectory(prefix="bookbind-bench-") as folder:
        clone = Path(folder) / "bookbind"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
        first, second = _start(clone), _start(clone)
    return [
        Row("startup", "fresh clone to sign-in page", first, "s"),
        Row("startup", "second start", second, "s", peer="first start", peer_value=first),
    ]


def _start(clone: Path) -> float:
    port, sandbox_port = free_port(), free_port()
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    kept |= {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_"))}
    environment = {**kept, "PORT": str(port), "SANDBOX_PORT": str(sandbox_port)}
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "dev.py", "demo"],
        cwd=clone,
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_for(f"http://localhost:{port}/accounts/login/", process)
        return time.monotonic() - began
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    give_up = time.monotonic() + _GIVE_UP_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"The demo did not show {url}.")
