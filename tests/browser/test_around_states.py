"""The accountant's clients in every state, and what heals each: expired, removed, not answering, expiring."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Demo, Visitor
from tests.browser.steps import allow, begin_reconnect, finish_reconnect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

JO = "jo@harbour.test"
IN_ORDER_OF_HARM = (
    ("Fern Catering Ltd", r"Expired \d"),
    ("Gorse Motors Ltd", r"Removed in Xero"),
    ("Hazel Interiors Ltd", r"Xero isn't answering"),
    ("Elm Street Dental Ltd", r"Expires in 12 days \(\d+ \w+\)"),
    ("Dale Ltd", r"Connected, name differs"),
    ("Cole & Son Ltd", r"Connected until \d"),
    ("Ivy Lane Bakery Ltd", r"Disconnected \d"),
    ("Acme Ltd", r"Not connected yet"),
    ("Birch & Co Ltd", r"Not connected yet"),
)


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor]) -> Visitor:
    """The accountant, at one browser through all the clients."""
    return stay("Jo Harbour")


def _clients(page: Page) -> list[str]:
    return page.locator("main tbody th").all_inner_texts()


def _connections(jo: Visitor, business: str) -> Locator:
    jo.open(f"{business}/settings/connections/")
    return jo.page.get_by_role("main")


@pytest.mark.req("UX-01")
def test_nine_clients_tell_their_state_in_words_sorted_by_harm(jo: Visitor) -> None:
    jo.open("/clients/?show=all")
    assert _clients(jo.page) == [name for name, _state in IN_ORDER_OF_HARM]
    for name, state in IN_ORDER_OF_HARM:
        row = jo.page.get_by_role("row").filter(has=jo.page.get_by_role("rowheader", name=name))
        expect(row).to_contain_text(re.compile(state))
    jo.keep("30-clients")


def test_what_helps_a_client_is_within_reach_on_a_tablet(visit: Callable[..., Visitor]) -> None:
    jo = visit("Jo Harbour", viewport={"width": 768, "height": 1024})
    jo.open("/clients/")
    for button in jo.page.get_by_role("main").get_by_role("button", name="Reconnect").all():
        expect(button).to_be_in_viewport(ratio=1)


def test_filters_of_the_clients_live_in_the_address(jo: Visitor) -> None:
    page = jo.page
    jo.open("/clients/")
    names = [name for name, _state in IN_ORDER_OF_HARM]
    assert _clients(page) == names[:5]
    for label, show, expected in (
        ("Expires in 30 days", "expiring", names[3:4]),
        ("Waiting documents", "waiting", names[:3]),
        ("All", "all", names),
    ):
        page.get_by_role("main").get_by_role("link", name=re.compile(f"^{label}")).click()
        page.wait_for_url(re.compile(f"show={show}"))
        assert _clients(page) == expected
    page.keyboard.press("/")
    page.keyboard.type("property")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=property"))
    assert _clients(page) == ["Dale Ltd"]
    page.reload()
    assert _clients(page) == ["Dale Ltd"]


def test_an_outage_says_when_it_is_tried_again_and_offers_nothing_to_press(jo: Visitor) -> None:
    jo.open("/clients/?show=all")
    row = jo.page.get_by_role("row").filter(has_text="Hazel Interiors Ltd")
    expect(row.get_by_role("button")).to_have_count(0)
    main = _connections(jo, "/b/hazel-interiors")
    expect(main).to_contain_text("Your connection is fine and there is nothing to do")
    expect(main).to_contain_text(re.compile(r"We try again at \d\d:\d\d"))
    expect(main.get_by_role("button", name=re.compile("^Reconnect"))).to_have_count(0)
    jo.keep("31-not-answering")


def test_a_connection_about_to_expire_is_offered_to_be_renewed(jo: Visitor) -> None:
    main = _connections(jo, "/b/elm-street-dental")
    expect(main).to_contain_text("Expires in 12 days")
    expect(main).to_contain_text("Until then everything is published as usual")
    expect(main.get_by_role("button", name=re.compile("^Reconnect"))).to_be_visible()
    jo.keep("32-expiring")


def test_another_name_is_shown_to_be_checked(jo: Visitor) -> None:
    main = _connections(jo, "/b/dale")
    expect(main).to_contain_text(
        "Dale Ltd is connected to an organisation of another name: Dale (Property) Ltd"
    )
    expect(main.get_by_role("button", name="It is the right one")).to_be_visible()


def test_a_disconnected_client_keeps_its_history_and_a_new_one_has_none(jo: Visitor) -> None:
    main = _connections(jo, "/b/ivy-lane-bakery")
    expect(main).to_contain_text(re.compile(r"Xero \(Ivy Lane Bakery Ltd\), until \d"))
    expect(main).to_contain_text("Not connected now.")
    main = _connections(jo, "/b/birch-co")
    expect(main).to_contain_text("Not connected yet.")
    expect(main).not_to_contain_text("Earlier")


@pytest.mark.req("REC-10", "REC-12", "REC-16")
def test_expired_is_reconnected_looked_at_and_published_once_each(jo: Visitor, demo: Demo) -> None:
    page, fern = jo.page, "/b/fern-catering"
    references = _waiting_references(jo, fern, 14)
    before = demo.command("snapshot", "fern-catering")
    assert demo.documents_of("Fern Catering Ltd") == []
    begin_reconnect(jo, fern)
    allow(page, JO, "Fern Catering Ltd")
    expect(page.get_by_role("main")).to_contain_text("the same organisation as before")
    finish_reconnect(page, publish_now=False)
    jo.keep("33-fern-confirmed")
    page.get_by_role("link", name="Look at 14").click()
    expect(page.get_by_role("main")).to_contain_text("14 documents")
    assert demo.documents_of("Fern Catering Ltd") == []
    # Publishing creates the suppliers that the books lack, so the comparison comes before it.
    assert demo.command("snapshot", "fern-catering") == before
    page.get_by_role("button", name=re.compile("^Publish all")).click()
    expect(page.get_by_role("main")).to_contain_text("Nothing is waiting", timeout=60_000)
    jo.keep("34-fern-published")
    arrived = [document["reference"] for document in demo.documents_of("Fern Catering Ltd")]
    assert arrived == references


@pytest.mark.req("REC-16")
def test_removed_in_the_software_is_not_called_expired_and_heals_the_same_way(
    jo: Visitor, demo: Demo
) -> None:
    page, gorse = jo.page, "/b/gorse-motors"
    main = _connections(jo, gorse)
    expect(main).to_contain_text("Bookbind's access to Gorse Motors Ltd was removed in Xero")
    expect(main).not_to_contain_text(re.compile("expired", re.IGNORECASE))
    jo.keep("35-removed")
    references = _waiting_references(jo, gorse, 2)
    begin_reconnect(jo, gorse)
    allow(page, JO, "Gorse Motors Ltd")
    finish_reconnect(page, publish_now=True)
    expect(page.get_by_role("main")).to_contain_text("2 published", timeout=60_000)
    assert [document["reference"] for document in demo.documents_of("Gorse Motors Ltd")] == references
    expect(_connections(jo, gorse)).to_contain_text("Connected until")
    expect(page.get_by_role("main")).not_to_contain_text("was removed in Xero")


def test_the_clients_raised_no_error_in_the_browser(jo: Visitor) -> None:
    assert jo.troubles == []


def _waiting_references(jo: Visitor, business: str, number: int) -> list[str]:
    """The references of what waits, oldest request first: the page shows the newest first."""
    jo.open(f"{business}/costs/?show=waiting")
    cells = jo.page.locator("main tbody td[data-label=Reference]")
    expect(cells).to_have_count(number)
    return cells.all_inner_texts()[::-1]
