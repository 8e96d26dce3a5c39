"""What a person does in Merge lists, and what is looked at there."""

import re
import subprocess
import sys
from urllib.parse import quote_plus

from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # It ships no types.
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import Demo, Visitor
from tests.support.processes import ROOT

DALE = "/b/dale"


def fill(demo: Demo, *what: str) -> None:
    """Put bills or suppliers into the running demo."""
    command = [sys.executable, "-m", "tests.browser.crowd", *what]
    subprocess.run(command, env=demo.environment, cwd=ROOT, check=True, timeout=300)


def complaints(page: Page) -> list[str]:
    """What axe says."""
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{each['id']}: {node['target']}" for each in found for node in each["nodes"]]


def settle(page: Page) -> None:
    """Until no row is being saved."""
    expect(page.locator(".merge-entry[aria-busy]")).to_have_count(0)


def type_and_wait(page: Page, text: str) -> None:
    """Type into the field that has the focus, until the books' entries for all of it are there."""
    with page.expect_response(lambda reply: reply.url.endswith(f"q={quote_plus(text)}")):
        page.keyboard.type(text)


def hold(page: Page, address: str) -> list[Route]:
    """Keep back what is asked of these addresses until a test lets it go."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(address, keep)
    return held


def entry(page: Page, code: str) -> Locator:
    """The row of one of our entries."""
    return page.locator(".merge-entry", has=page.locator(".merge-code", has_text=re.compile(f"^{code}$")))


def press(page: Page, code: str, key: str) -> None:
    """Press a key on the row of one of our entries."""
    entry(page, code).locator("[data-stop]").first.focus()
    page.keyboard.press(key)


def root_of(visitor: Visitor) -> str:
    """The address of Dale's Merge lists."""
    visitor.open(f"{DALE}/settings/connections/")
    href = visitor.page.locator("main a[href$='/merge/']").first.get_attribute("href")
    assert href is not None
    return href
