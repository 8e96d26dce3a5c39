"""The field that filters a list, alone on a page; its entries come when a test lets them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

import bookbind.web

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120), pytest.mark.req("UX-01")]

SCRIPT = Path(bookbind.web.__file__).parent / "static" / "js" / "combobox.js"
PAGE = """<!doctype html><title>Field</title><style>.combobox > select { display: none }</style>
<label for="pick">Category</label>
<select id="pick" data-combobox data-url="/targets"><option value=""></option>
<option value="1">Travel insurance</option><option value="2">Travel</option></select>
<script type="module" src="/combobox.js"></script>"""
ANSWERS = {
    "": "",
    "Postage": '<option value="4">Postage</option>',
    "Ins": '<option value="5">Insurance</option><option value="1">Travel insurance</option>',
}


class Server:
    """Serves the page and its script; what is searched for is answered when a test says so."""

    def __init__(self) -> None:
        self.held: dict[str, Route] = {}

    def serve(self, route: Route) -> None:
        path, _, query = route.request.url.removeprefix("http://localhost").partition("?q=")
        if path == "/combobox.js":
            route.fulfill(path=SCRIPT, content_type="text/javascript")
        elif path != "/targets":
            route.fulfill(body=PAGE, content_type="text/html")
        elif query:
            self.held[query] = route
        else:
            route.fulfill(body="", content_type="text/html")

    def answer(self, page: Page, query: str) -> None:
        """Let the answer to a search go, once it was asked for."""
        self.asked(page, query).fulfill(body=ANSWERS[query], content_type="text/html")

    def asked(self, page: Page, query: str) -> Route:
        """The search, once the field asked for it."""
        for _ in range(500):
            if query in self.held:
                return self.held.pop(query)
            page.wait_for_timeout(20)
        raise AssertionError(f"{query} was not asked for")


@pytest.fixture
def server() -> Server:
    """Nothing is held yet."""
    return Server()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """The page with the field in focus."""
    context = browser.new_context()
    page = context.new_page()
    page.route("http://localhost/**", server.serve)
    page.goto("http://localhost/")
    page.get_by_role("combobox").focus()
    yield page
    context.close()


def value(page: Page) -> Locator:
    """The select that is posted."""
    return page.locator("#pick")


def test_enter_waits_for_what_was_typed_where_another_entry_only_contains_it(
    page: Page, server: Server
) -> None:
    page.keyboard.type("Ins")
    expect(page.get_by_role("option")).to_have_text("Travel insurance")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listbox")).to_contain_text("Searching…")
    expect(value(page)).to_have_value("")
    server.answer(page, "Ins")
    expect(value(page)).to_have_value("5")
    expect(page.get_by_role("combobox")).to_have_value("Insurance")


def test_enter_takes_at_once_what_says_just_what_was_typed(page: Page) -> None:
    page.keyboard.type("travel")
    page.keyboard.press("Enter")
    expect(value(page)).to_have_value("2")


def test_enter_takes_at_once_what_somebody_walked_to(page: Page) -> None:
    page.keyboard.type("Trav")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(value(page)).to_have_value("2")


def test_enter_takes_what_comes_for_text_that_nothing_there_says(page: Page, server: Server) -> None:
    page.keyboard.type("Postage")
    page.keyboard.press("Enter")
    server.answer(page, "Postage")
    expect(value(page)).to_have_value("4")


def test_enter_takes_nothing_when_the_search_gets_no_answer(page: Page, server: Server) -> None:
    page.keyboard.type("Ins")
    page.keyboard.press("Enter")
    server.asked(page, "Ins").abort()
    expect(page.get_by_role("listbox")).to_contain_text("The search got no answer. Type again.")
    expect(page.get_by_role("combobox")).to_have_value("Ins")
    expect(value(page)).to_have_value("")


def test_what_is_typed_after_enter_is_not_chosen_by_it(page: Page, server: Server) -> None:
    page.keyboard.type("Ins")
    page.keyboard.press("Enter")
    asked = server.asked(page, "Ins")
    page.keyboard.type("ert")
    asked.fulfill(body=ANSWERS["Ins"], content_type="text/html")
    server.asked(page, "Insert").fulfill(body="", content_type="text/html")
    expect(page.get_by_role("combobox")).to_have_value("Insert")
    expect(value(page)).to_have_value("")
