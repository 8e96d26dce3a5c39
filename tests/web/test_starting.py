"""Start publishing is the point of no return of a change: nobody passes it by accident."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.pages import Page, read
from tests.web.conftest import Walk
from tests.web.test_changing import HOLDINGS, change_afterwards, hold_bill, lapse, move, row
from tests.web.test_connecting import connect, connections_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("CHG-06")]

LABEL = f"Xero ({HOLDINGS})"


def store(connection: Connection, **facts: object) -> None:
    """What is known of the connection from now on."""
    with within(BusinessScope(connection.business_id)):
        Connection.objects.filter(id=connection.id).update(**facts)


def revoke(connection: Connection) -> None:
    """Somebody at the vendor removed the access."""
    store(connection, trouble_cause="revoked", trouble_at=clock.now())


def start_page(walk: Walk, connection: Connection) -> Page:
    return read(walk.client.get(f"{walk.root}/{connection.id}/start"))


def press_start(walk: Walk, connection: Connection) -> Page:
    return read(walk.client.post(f"{walk.root}/{connection.id}/start", follow=True))


@pytest.mark.parametrize(
    ("end", "said"),
    [
        (revoke, f"Bookbind's access to {HOLDINGS} was removed in Xero."),
        (lapse, f"Your connection to {LABEL} expired on"),
    ],
)
def test_nothing_is_started_while_the_access_is_gone(
    ada: Walk, end: Callable[[Connection], None], said: str
) -> None:
    old, joined = move(ada)
    end(joined)
    page = start_page(ada, joined)
    assert said in page.text
    assert page.has_button("Reconnect")
    assert not page.has_button("Start publishing")
    assert "Reconnect first, or undo the change: after the start it can't be undone." in page.text
    assert page.link("Undo this change")
    refused = press_start(ada, joined)
    assert refused.status == 409
    assert "Publishing was not started." in refused.text
    assert "Reconnect it first, or undo the change." in refused.text
    assert row(joined).awaits_start
    assert row(old).stage == Connection.Stage.LEFT
    connections = read(ada.client.get(f"{ada.root}/"))
    assert "Start publishing…" not in [label for label, _ in connections.links]
    undone = read(ada.client.post(f"{ada.root}/{joined.id}/undo", follow=True))
    assert "Undone. Xero (Acme Ltd) is in use again." in undone.text


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("down_since", "Xero isn't answering"),
        ("limited_until", "Xero asks us to slow down."),
    ],
)
def test_a_vendor_that_does_not_answer_stops_nobody_from_starting(ada: Walk, fact: str, said: str) -> None:
    _, joined = move(ada)
    store(joined, **{fact: clock.now() + timedelta(minutes=5)})
    page = start_page(ada, joined)
    assert said in page.text
    assert page.has_button("Start publishing")
    assert f"Publishing to {LABEL} has started." in press_start(ada, joined).text
    assert not row(joined).awaits_start


def test_the_start_leads_to_what_waits_or_else_to_what_is_ready_here(ada: Walk) -> None:
    _, joined = move(ada)
    with within(BusinessScope(ada.business.id)):
        Document.objects.create(
            business=ada.business,
            kind="bill",
            currency="GBP",
            total=120,
            stage=Document.Stage.READY,
            captured_at=clock.now(),
        )
    assert press_start(ada, joined).path.endswith("/costs/?show=ready")
    store(joined, awaits_start=True)
    hold_bill(joined)
    with within(BusinessScope(ada.business.id)):
        Document.objects.exclude(stage=Document.Stage.READY).update(stage=Document.Stage.WAITING)
    assert press_start(ada, joined).path.endswith("/costs/?show=waiting")


def test_what_could_not_be_published_first_is_named_before_the_start(ada: Walk) -> None:
    old = connect(ada)
    for _ in range(12):
        hold_bill(old)
    change_afterwards(ada, old)
    run_due()
    joined = next(one for one in connections_of(ada) if one.id != old.id)
    watched = read(ada.client.get(f"{ada.root}/{joined.id}/confirmed")).text
    assert "12 documents could not be published to Xero (Acme Ltd) first and came along: " in watched
    page = start_page(ada, joined)
    assert "These could not be published to Xero (Acme Ltd) first" in page.text
    assert page.text.count("Without supplier, £120.00") == 10
    assert "and 2 more" in page.text
    assert "To publish them to Xero (Acme Ltd) after all, undo the change;" in page.text
    assert "/costs/" in page.link("Without supplier")


def test_going_back_to_an_expired_connection_takes_a_sign_in_before_the_start_too(ada: Walk) -> None:
    old, joined = move(ada)
    lapse(old)
    page = start_page(ada, joined)
    assert "Going back to Xero (Acme Ltd) takes a sign-in now as well as then" in page.text
    assert "then takes a sign-in" not in page.text
