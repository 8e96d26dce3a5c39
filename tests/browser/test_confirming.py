"""Somebody comes back to an open browser: before the books are moved or left, the password is asked for."""

import re
import subprocess
import sys
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # It ships no types.
from playwright.sync_api import expect

from bookbind.web.entrance import DEMO_PASSWORD
from tests.browser.conftest import Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.req("CHG-13")]

CONNECTIONS = "/b/elm-street-dental/settings/connections/"
# The demo is shared with other tests, so what is pressed here ends nothing: it leads to the vendor.
LEAVE_ALONE = """
import sys
import django
django.setup()
from django.contrib.sessions.backends.db import SessionStore
session = SessionStore(sys.argv[1])
session["confirmed_at"] -= 3600
session.save()
"""


def leave_alone(demo: Demo, visitor: Visitor) -> None:
    """An hour passes in which nobody gives a password in this browser."""
    cookies = {cookie["name"]: cookie["value"] for cookie in visitor.page.context.cookies()}
    command = [sys.executable, "-c", LEAVE_ALONE, cookies["bookbind"]]
    subprocess.run(command, env=demo.environment, check=True, timeout=60)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_answer_presses_the_button(visit: Callable[..., Visitor], demo: Demo, scheme: str) -> None:
    jo = visit("Jo Harbour", color_scheme=scheme, reduced_motion="reduce")
    page, main = jo.page, jo.page.get_by_role("main")
    leave_alone(demo, jo)
    jo.open(CONNECTIONS)
    page.get_by_role("main").get_by_role("button", name=re.compile("Manage")).first.click()
    page.get_by_role("link", name="Change connection").click()
    page.get_by_role("button", name=re.compile("Change to it.*QuickBooks")).click()
    expect(page.get_by_role("heading", name="Is it still you?")).to_be_visible()
    expect(page.get_by_label("Password of Jo Harbour")).to_be_focused()
    page.keyboard.type("not this one")
    page.keyboard.press("Enter")
    expect(main).to_contain_text("That is not your password. Nothing was changed.")
    jo.keep(f"71-confirm-{scheme}")
    # What axe does to a page is no trouble of the page, so these are looked at before.
    assert jo.troubles == []
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    jo.keep(f"71-confirm-narrow-{scheme}")
    page.get_by_label("Password of Jo Harbour").fill(DEMO_PASSWORD)
    page.keyboard.press("Enter")
    expect(main.get_by_role("link", name="Continue to QuickBooks Online")).to_be_focused()
    jo.keep(f"72-confirmed-{scheme}")
