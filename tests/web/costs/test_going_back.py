"""A document dated before the new books: the way back to the books that it belongs to."""

import re
from datetime import timedelta

import pytest

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.publishing.models import Publication
from bookbind.publishing.starting import start_publishing
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Browse, Walk
from tests.web.test_changing import HOLDINGS, change
from tests.web.test_connecting import connect, connections_of

pytestmark = pytest.mark.django_db(transaction=True)

GO_BACK = "Go back to publish these"


@pytest.fixture
def joined(ada: Walk) -> Connection:
    """Acme's new books, at which two documents wait that are dated before them."""
    old = connect(ada)
    change(ada, old)
    run_due()
    found = next(one for one in connections_of(ada) if one.id != old.id)
    with within(BusinessScope(ada.business.id)):
        for number in range(2):
            document = Document.objects.create(
                business=ada.business,
                kind="bill",
                stage="waiting",
                currency="GBP",
                total=120,
                date=clock.now().date() - timedelta(days=9),
                captured_at=clock.now(),
            )
            Publication.objects.create(
                business=ada.business,
                document=document,
                connection=found,
                state="held",
                reason="before_start",
                reason_data={"date": "1 January", "limit": "2 January", "field": "date"},
                marker=f"m-{number}",
                queued_at=clock.now(),
            )
    return found


def page_of_one(walk: Walk, path: str = "") -> Page:
    with within(BusinessScope(walk.business.id)):
        document = Document.objects.order_by("captured_at").first()
    assert document is not None
    return read(walk.client.get(f"/b/{walk.business.slug}/costs/{document.id}/{path}"))


@pytest.mark.req("CHG-01", "ERR-01")
def test_the_way_back_is_a_change_to_the_earlier_books(ada: Walk, people: People, joined: Connection) -> None:
    with within(BusinessScope(ada.business.id)):
        start_publishing(joined, people.alice)
    address = page_of_one(ada).link(GO_BACK)
    page = read(ada.client.get(address))
    assert page.heading == "Go back to Xero (Acme Ltd)"
    assert f"2 documents are dated before the first day of Xero ({HOLDINGS})" in page.text
    assert "can't be sent" not in page.text, "they wait for these books"
    with within(BusinessScope(ada.business.id)):
        Publication.objects.filter(marker="m-0").update(reason="category_unmatched")
    fewer = read(ada.client.get(address))
    assert "1 document is dated before the first day" in fewer.text
    assert "With it all 2 waiting documents (£240.00) go to Xero (Acme Ltd)." in fewer.text
    path, query = address.split("?")
    away = read(ada.client.post(path, {"back": query.removeprefix("back=")}))
    chosen = ada.come_back(away.link("Continue to Xero"), "Acme Ltd", HOLDINGS, "Acme Property Ltd")
    assert chosen.heading == "Choose the organisation"
    with within(BusinessScope(ada.business.id)):
        earlier = next(one for one in connections_of(ada) if one.id != joined.id)
    assert re.search(f'value="{earlier.organisation_id}"[^>]* selected', chosen.html)
    assert chosen.html.count(" selected>") == 1
    again = chosen.link("not you?")
    assert again == f"{path}?waiting=along&back={earlier.id}", "somebody else goes back to the same books"


@pytest.mark.req("CHG-06")
def test_until_publishing_is_started_the_way_back_is_the_undo(ada: Walk, joined: Connection) -> None:
    page = read(ada.client.get(page_of_one(ada).link(GO_BACK)))
    assert page.heading == "Go back to Xero (Acme Ltd)?"
    assert page.has_button("Undo this change")
    assert joined.awaits_start


def test_whoever_may_not_go_back_is_told_whom_to_ask(
    ada: Walk, people: People, browse: Browse, joined: Connection
) -> None:
    assert joined.awaits_start
    ada.client = browse(people.bob)
    page = page_of_one(ada)
    assert GO_BACK not in page.text
    assert f"Connections are managed by Admins: Alice Admin ({people.alice.email})" in page.text
    assert page.has_button("Publish anyway")


def test_books_that_are_not_the_businesss_own_are_no_way_back(ada: Walk, joined: Connection) -> None:
    for wrong in (str(joined.id), "01234567-89ab-7def-8123-456789abcdef", "x"):
        page = read(ada.client.get(f"{ada.root}/{joined.id}/change/xero/", {"back": wrong}))
        assert page.heading == "Another Xero organisation"
