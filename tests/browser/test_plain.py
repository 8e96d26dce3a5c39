"""What still works when something is missing: an answer that somebody stopped, and scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

COLE = "/b/cole-son/settings/connections/"
# Presses the page's own button, and stops the page, as the browser's button does, once it is being sent.
STOP = """() => new Promise((resolve) => {
  const button = document.querySelector("main form[method=post] button");
  const said = [];
  new MutationObserver(() => {
    said.push(button.getAttribute("aria-busy"));
    if (said.length === 1) setTimeout(() => window.stop());
    else resolve(said);
  }).observe(button, { attributeFilter: ["aria-busy"] });
  button.click();
})"""


@pytest.mark.req("UX-01")
def test_a_form_that_was_stopped_on_its_way_can_be_sent_again(visit: Callable[..., Visitor]) -> None:
    jo = visit("Jo Harbour")
    jo.open("/b/acme/settings/connections/connect/xero/")
    network = jo.page.context.new_cdp_session(jo.page)
    slow = {"offline": False, "downloadThroughput": -1, "uploadThroughput": -1}
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {**slow, "latency": 60_000})
    assert jo.page.evaluate(STOP) == ["true", None]
    network.send("Network.emulateNetworkConditions", {**slow, "latency": 0})
    jo.page.get_by_role("button", name="Go on to Xero").click()
    expect(jo.page.get_by_role("link", name="Continue to Xero")).to_be_visible()


@pytest.mark.req("UX-01")
def test_without_scripts_a_menu_opens_beside_its_button(visit: Callable[..., Visitor]) -> None:
    plain = visit("Jo Harbour", java_script_enabled=False)
    plain.open(COLE)
    button = plain.page.get_by_role("main").get_by_role("button", name="Manage")
    button.click()
    menu = plain.page.locator(".menu:popover-open")
    expect(menu).to_be_visible()
    at, shown = button.bounding_box(), menu.bounding_box()
    assert at is not None
    assert shown is not None
    assert 0 <= shown["y"] - at["y"] - at["height"] <= 8
    assert abs(shown["x"] + shown["width"] - at["x"] - at["width"]) <= 8
