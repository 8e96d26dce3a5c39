"""The demo on free ports, a browser, and pictures of what it showed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.databases import own_database
from tests.support.processes import ROOT, SUPERVISOR, free_port, stop, wait_for

PICTURES = ROOT / "artefacts" / "pictures"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
START_SECONDS = 240.0
# A busy machine is no failure; what is awaited is there at once on a quiet one.
PATIENCE_MILLISECONDS = 20_000
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Demo:
    """The running demo: its address, its data, and the sandbox's control."""

    url: str
    sandbox_url: str
    data: Path
    environment: dict[str, str]

    def received(self) -> dict[str, Any]:
        """What the simulated vendor has received."""
        content: dict[str, Any] = httpx2.get(f"{self.sandbox_url}/_control/received?vendor=xero").json()
        return content

    def documents_of(self, organisation: str) -> list[dict[str, Any]]:
        """The documents that one organisation's books hold, oldest first."""
        held = [d for d in self.received()["documents"] if d["organisation_name"] == organisation]
        return sorted(held, key=lambda document: document["created_at"])

    def calls_of(self, organisation: str) -> int:
        """How many accounting calls one organisation has seen."""
        answer = self.received()["by_organisation"]
        return sum(int(c["requests"]) for name, c in answer.items() if organisation in (name, c.get("name")))

    def control(self, action: str, **wish: Any) -> None:
        """Tell the simulated vendor to do something."""
        reply = httpx2.post(f"{self.sandbox_url}/_control/{action}", json=wish)
        assert reply.status_code < 400, reply.text

    def command(self, *arguments: str) -> str:
        """Run `bookbind …` beside the demo and give back what it printed."""
        command = [sys.executable, "-m", "bookbind.cli.main", *arguments]
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="package")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Start the demo with data of its own; it is stopped when the tests are done."""
    with own_database() as database:
        yield from _run_demo(tmp_path_factory.mktemp("demo"), database)


def _run_demo(data: Path, database: dict[str, str]) -> Iterator[Demo]:
    port, sandbox_port = free_port(), free_port()
    environment = os.environ | {
        "BOOKBIND_MODE": "demo",
        "BOOKBIND_DATA": str(data),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        SUPERVISOR: str(os.getpid()),
        "DJANGO_SETTINGS_MODULE": "bookbind.settings",
        **database,
    }
    with (data / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bookbind.cli.main", "demo"],
            env=environment,
            cwd=ROOT,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    url = f"http://localhost:{port}"
    try:
        wait_for(f"{url}/healthz", process, START_SECONDS)
        yield Demo(url, f"http://127.0.0.1:{sandbox_port}", data, environment)
    except RuntimeError as error:
        raise AssertionError((data / "demo.log").read_text(errors="replace")[-3000:]) from error
    finally:
        stop(process)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, as the machine has it; without one the tests are skipped, but never in CI."""
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if executable is None:
        reason = "No Chromium here; install it with: apt-get install --no-install-recommends chromium"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    expect.set_options(timeout=PATIENCE_MILLISECONDS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield launched
        launched.close()


class Visitor:
    """A person at the browser: signs in, looks, and keeps a picture of what matters."""

    def __init__(self, demo: Demo, context: BrowserContext) -> None:
        self.demo = demo
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE_MILLISECONDS)
        self.troubles: list[str] = []
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))

    def sign_in(self, name: str) -> None:
        """Press a demo person's name on the sign-in page."""
        self.page.goto(f"{self.demo.url}/accounts/login/")
        self.page.get_by_role("button", name=name).first.click()
        self.page.wait_for_url(lambda url: "/accounts/" not in url)

    def open(self, path: str) -> None:
        """Go to an address of the product."""
        # Keys go to the window in front, and where somebody else's was closed that may be none.
        self.page.bring_to_front()
        self.page.goto(self.demo.url + path)

    def keep(self, name: str) -> None:
        """Save a picture of the whole page among the artefacts."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def _note_console(self, message: Any) -> None:
        # A refused form answers 4xx, which the console repeats; that is no trouble of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.troubles.append(message.text)


@pytest.fixture
def visit(demo: Demo, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """Make a visitor with a browser of their own, who leaves after the test: `visit("Ada Admin")`."""
    yield from _receive(demo, browser)


@pytest.fixture(scope="module")
def stay(demo: Demo, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """The same for somebody who stays through all tests of a module."""
    yield from _receive(demo, browser)


def _receive(demo: Demo, browser: Browser) -> Iterator[Callable[..., Visitor]]:
    # Whoever stayed on would cost the machine more with each test: open pages go on asking for news.
    with ExitStack() as contexts:

        def begin(name: str = "", **options: Any) -> Visitor:
            settings = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB"} | options
            context = browser.new_context(**settings)
            contexts.callback(context.close)
            visitor = Visitor(demo, context)
            if name:
                visitor.sign_in(name)
            return visitor

        yield begin
