"""While a change is being set up, what is said of the old connection names it and leads to it."""

import pytest

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.publishing.models import Publication
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Browse, Walk
from tests.web.test_changing import HOLDINGS, change, change_afterwards, hold_bill, lapse, move, row
from tests.web.test_connecting import connect, connections_of, organisations

pytestmark = pytest.mark.django_db(transaction=True)

UNDER_WAY = f"A change to Xero ({HOLDINGS}) is being set up by "


def wait_at(connection: Connection, reason: str = "connection") -> None:
    """A bill that waits at the connection, in the Waiting tab."""
    hold_bill(connection, reason)
    with within(BusinessScope(connection.business_id)):
        Document.objects.update(stage=Document.Stage.WAITING)


def waiting_tab(walk: Walk) -> Page:
    return read(walk.client.get(f"/b/{walk.business.slug}/costs/?show=waiting"))


def test_documents_of_an_expired_connection_are_said_to_go_to_the_new_books(
    ada: Walk, people: People
) -> None:
    old = connect(ada)
    wait_at(old)
    lapse(old)
    assert "1 document is waiting for Xero (Acme Ltd)" in waiting_tab(ada).text
    watched = change(ada, old)
    page = waiting_tab(ada)
    assert f"{UNDER_WAY}{people.alice.get_full_name()}; this document goes there." in page.text
    assert "waiting for Xero (Acme Ltd)" not in page.text
    assert "when the connection is back" not in page.text
    assert page.link("See the change") == watched.path
    assert "documents that wait go there." in page.text, "the line above every page"
    assert not page.has_button("Reconnect")


def test_what_is_published_to_the_old_books_first_goes_on_waiting_for_them(ada: Walk) -> None:
    old = connect(ada)
    wait_at(old, "look_first")
    change_afterwards(ada, old)
    lapse(old)
    with within(BusinessScope(ada.business.id)):
        Publication.objects.update(state="held", reason="connection")
    shown = waiting_tab(ada).text
    assert "1 document is waiting for Xero (Acme Ltd)" in shown
    assert "when the connection is back" in shown
    assert "what is ready is published here first, and the rest goes there." in shown


def test_whoever_reconnects_meanwhile_is_told_of_the_change(ada: Walk, people: People) -> None:
    old = connect(ada)
    lapse(old)
    assert UNDER_WAY not in read(ada.client.get(f"{ada.root}/{old.id}/reconnect")).text
    watched = change(ada, old)
    begin = read(ada.client.get(f"{ada.root}/{old.id}/reconnect"))
    found = ada.allow("Acme Ltd", path=f"/{old.id}/reconnect")
    for page in (begin, found):
        assert f"{UNDER_WAY}{people.alice.get_full_name()}." in page.text
        assert "Documents that wait go there, whether or not this connection is renewed." in page.text
        assert page.link("See the change") == watched.path
    assert found.has_button("Finish")


def test_the_clients_page_names_the_change(ada: Walk, people: People, browse: Browse) -> None:
    old = connect(ada)
    lapse(old)
    carol = browse(people.carol)
    address = f'action="{ada.root}/{old.id}/reconnect"'
    assert address in read(carol.get("/clients/?show=all")).html
    watched = change(ada, old)
    page = read(carol.get("/clients/?show=all"))
    assert f"{UNDER_WAY}{people.alice.get_full_name()}." in page.text
    assert page.link("See the change") == watched.path
    assert address not in page.html


@pytest.mark.req("CHG-02", "CHG-06")
def test_a_press_that_comes_too_late_hears_what_happened_and_what_still_can_be_done(ada: Walk) -> None:
    old, joined = move(ada)
    for late in ("stop", "go-on"):
        page = read(ada.client.post(f"{ada.root}/{joined.id}/{late}", follow=True))
        assert f"Xero ({HOLDINGS}) is in use already, and nothing was sent there." in page.text
        assert "Undo this change brings Xero (Acme Ltd) back." in page.text
    connections = read(ada.client.get(f"{ada.root}/"))
    assert connections.link("Undo this change")
    page = ada.allow("Acme Property Ltd", path=f"/{joined.id}/change/xero/")
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    ada.press(summary, "finish")
    further = next(one for one in connections_of(ada) if one.stage == Connection.Stage.SETTING_UP)
    page = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert (
        "A move to Xero (Acme Property Ltd) is under way. Stop it first, then undo this change." in page.text
    )
    ada.client.post(f"{ada.root}/{further.id}/stop")
    ada.client.post(f"{ada.root}/{joined.id}/start")
    for answer in (ada.client.get, ada.client.post):
        page = read(answer(f"{ada.root}/{joined.id}/undo", follow=True))
        assert f"Publishing to Xero ({HOLDINGS}) was started" in page.text
        assert "Go back…, under Earlier," in page.text
        assert page.link("Go back…")
    assert row(old).stage == Connection.Stage.ENDED
