"""Starting the real processes for tests: a port, a wait until it answers, and a clean stop."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import httpx2

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30.0
GONE_SECONDS = 120.0
# Names the process with which one that it starts ends.
SUPERVISOR = "BOOKBIND_SUPERVISOR"


def free_port() -> int:
    """A port that nobody listens on now; on Linux nobody but this process is given it until it ends.

    Else another run of the tests could be given the same one before its server listens, and both would
    speak to whichever of their servers was quicker.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
        if sys.platform == "linux":
            # Bound and not listening it leaves room for a server, and is never chosen for anybody.
            probe.detach()
        return port


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = START_SECONDS) -> None:
    """Wait until an address answers, and fail early when its process has died."""
    end = time.monotonic() + seconds
    with _plain_client(1.0) as client:
        while time.monotonic() < end:
            if process.poll() is not None:
                raise RuntimeError(
                    f"The process for {url} ended with {process.returncode} before it answered."
                )
            try:
                client.get(url)
            except httpx2.TransportError:
                time.sleep(0.05)
            else:
                return
    raise RuntimeError(f"{url} did not answer within {seconds:.0f} seconds.")


def _plain_client(seconds: float) -> httpx2.Client:
    """A client for plain HTTP on this machine, which has no use for the world's certificates."""
    return httpx2.Client(timeout=seconds, verify=False)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and make it when it does not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=5)


@dataclass
class Sandbox:
    """A running sandbox; `control` speaks its control API and returns the JSON answer."""

    url: str
    port: int
    data: Path
    process: subprocess.Popen[bytes]
    client: httpx2.Client = field(default_factory=lambda: _plain_client(60.0))

    def control(self, name: str, /, **wish: Any) -> dict[str, Any]:
        """POST to /_control/<name>; a refusal fails the test with the sandbox's own words."""
        return _answer(self.client.post(f"{self.url}/_control/{name}", json=wish))

    def read(self, name: str, /, **query: Any) -> dict[str, Any]:
        """GET /_control/<name>."""
        return _answer(self.client.get(f"{self.url}/_control/{name}", params=query))

    def clear_faults(self) -> None:
        _answer(self.client.delete(f"{self.url}/_control/faults"))

    def received(self, vendor: str = "xero") -> dict[str, Any]:
        return self.read("received", vendor=vendor)

    def ask_at_once(self, requests: Sequence[httpx2.Request]) -> list[httpx2.Response]:
        """Send requests of which none is looked at before the last is there, however slow the machine is."""
        connections = [HTTPConnection("127.0.0.1", self.port, timeout=60.0) for _ in requests]
        self.process.send_signal(signal.SIGSTOP)
        try:
            for connection, request in zip(connections, requests, strict=True):
                target = request.url.raw_path.decode()
                connection.request(request.method, target, request.read(), dict(request.headers))
        finally:
            self.process.send_signal(signal.SIGCONT)
        return [_read_response(connection) for connection in connections]

    def stop(self) -> None:
        self.client.close()
        stop(self.process)

    def kill(self) -> None:
        """End it as a crash would."""
        self.client.close()
        self.process.kill()
        self.process.wait(timeout=5)


def _read_response(connection: HTTPConnection) -> httpx2.Response:
    with closing(connection):
        found = connection.getresponse()
        return httpx2.Response(found.status, headers=found.getheaders(), content=found.read())


def _answer(response: httpx2.Response) -> dict[str, Any]:
    if response.is_error:
        raise AssertionError(
            f"{response.request.method} {response.request.url}: {response.status_code} {response.text}"
        )
    content: dict[str, Any] = response.json()
    return content


def sandbox_command(data_dir: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """How a sandbox is started that ends with this process, and its environment."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), SUPERVISOR: str(os.getpid())}
    command = [sys.executable, "-m", "bookbind_sandbox", "--port", str(port), "--data", str(data_dir)]
    return command, environment


def wait_until_gone(pids: Collection[int], ports: Collection[int]) -> None:
    """Wait until none of the processes is there and nobody listens on the ports."""
    end = time.monotonic() + GONE_SECONDS
    while any(map(_is_there, pids)) or any(map(_is_listening, ports)):
        assert time.monotonic() < end, "left behind"
        time.sleep(0.1)


def _is_there(pid: int) -> bool:
    """Whether the process runs; one that ended and that nobody has asked about does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"


def _is_listening(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def start_sandbox(data_dir: Path, port: int | None = None) -> Sandbox:
    """Start the sandbox over a data folder, which keeps its state over restarts; the caller stops it."""
    chosen = port if port is not None else free_port()
    command, environment = sandbox_command(data_dir, chosen)
    process = subprocess.Popen(command, env=environment, cwd=ROOT)
    url = f"http://127.0.0.1:{chosen}"
    try:
        wait_for(f"{url}/health", process)
    except BaseException:
        stop(process)
        raise
    return Sandbox(url, chosen, data_dir, process)


@contextmanager
def running_sandbox(data_dir: Path) -> Iterator[Sandbox]:
    sandbox = start_sandbox(data_dir)
    try:
        yield sandbox
    finally:
        sandbox.stop()
