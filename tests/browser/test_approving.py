"""A practice wants a second person for one client: one of its people asks, the other decides."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # It ships no types.
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.req("CHG-13")]

CONNECTIONS = "/b/elm-street-dental/settings/connections/"


def ask_to_disconnect(page: Page) -> None:
    page.get_by_role("main").get_by_role("button", name="Manage").first.click()
    page.get_by_role("link", name="Disconnect").click()
    expect(page.get_by_role("main")).to_contain_text("A second person has to approve it first: Sam Harbour.")
    page.get_by_role("button", name="Ask for approval").click()


def check_page(visitor: Visitor, name: str) -> None:
    """The page has nothing for axe to say, and nothing sticks out on a telephone."""
    page = visitor.page
    visitor.keep(name)
    assert visitor.troubles == []
    assert Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"] == []
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    visitor.keep(f"{name}-narrow")
    page.set_viewport_size({"width": 1280, "height": 800})


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_one_asks_and_the_other_decides(visit: Callable[..., Visitor], scheme: str) -> None:
    jo = visit("Jo Harbour", color_scheme=scheme, reduced_motion="reduce")
    sam = visit("Sam Harbour", color_scheme=scheme, reduced_motion="reduce")
    jo.open(CONNECTIONS)
    jo.page.get_by_role("button", name="Let a second person approve").click()
    ask_to_disconnect(jo.page)
    expect(jo.page.get_by_role("main")).to_contain_text("stays connected until Sam Harbour approves.")
    jo.keep(f"73-asked-{scheme}")
    jo.page.get_by_role("link", name="See it").click()
    expect(jo.page.get_by_role("button", name="Withdraw it")).to_be_visible()
    sam.open(CONNECTIONS)
    expect(sam.page.get_by_role("main")).to_contain_text("Jo Harbour asks to disconnect Xero")
    sam.page.get_by_role("link", name="Look and decide").click()
    expect(sam.page.get_by_role("button", name="Approve")).to_be_visible()
    check_page(sam, f"74-decide-{scheme}")
    sam.page.get_by_role("button", name="Refuse").click()
    expect(sam.page.get_by_role("main")).to_contain_text("Refused. Nothing comes of it.")
    jo.open(CONNECTIONS)
    jo.page.get_by_role("button", name="Turn off…").click()
    expect(jo.page.get_by_role("main")).to_contain_text("It stays on until Sam Harbour approves.")
    check_page(jo, f"75-second-person-{scheme}")
    sam.open(CONNECTIONS)
    sam.page.get_by_role("link", name="Look and decide").click()
    sam.page.get_by_role("button", name="Approve").click()
    expect(sam.page.get_by_role("main")).to_contain_text("Approved.")
    expect(sam.page.get_by_role("button", name="Let a second person approve")).to_be_visible()
