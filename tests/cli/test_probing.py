"""The demo asks its own pages by the name that people use, so that it is not refused by itself."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from bookbind.demo.processes import Child, python_child, wait_until_answering


class Recorder(HTTPServer):
    """A server that keeps the names by which it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.asked: list[str | None] = []


class Answer(BaseHTTPRequestHandler):
    """Answers everything with an empty page."""

    server: Recorder

    def do_GET(self) -> None:
        self.server.asked.append(self.headers["Host"])
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def recorder() -> Iterator[Recorder]:
    with Recorder() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def child(tmp_path: Path) -> Iterator[Child]:
    running = python_child("idle", ["timeit", "-n", "1", "-r", "1", "import time; time.sleep(60)"], tmp_path)
    running.start()
    yield running
    running.stop()


def test_a_probe_asks_by_the_name_that_is_allowed(recorder: Recorder, child: Child) -> None:
    url = f"http://127.0.0.1:{recorder.server_port}/healthz"
    wait_until_answering(child, url, host="localhost")
    wait_until_answering(child, url)
    assert recorder.asked == ["localhost", f"127.0.0.1:{recorder.server_port}"]
