"""A connection that comes back before publishing was started: what waits is placed, and nothing is sent."""

import pytest

from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_open_publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.starting import start_publishing, start_summary
from bookbind.publishing.states import State
from tests.publishing.conftest import SYNC, Desk, sign_in
from tests.publishing.test_switching import HOLDINGS, match_by_name, organisations_of


def publication_of(desk: Desk, publication: Publication) -> Publication:
    """Where the document waits now."""
    found = find_open_publication(publication.document_id)
    assert found is not None
    return found


@pytest.mark.req("REC-10", "CHG-05")
def test_a_reconnect_before_the_start_says_what_is_ready_and_sends_nothing(desk: Desk) -> None:
    joined = desk.move()
    match_by_name(joined)
    waiting = desk.publish(desk.bill("INV-1"))
    assert desk.look(waiting).reason == Reason.NOT_STARTED
    Connection.objects.filter(id=joined.id).update(lapsed_at=clock.now())
    desk.work()
    sign_in(desk.sandbox, desk.business, desk.user, connection=joined, organisation=HOLDINGS)
    run_due(kinds=[SYNC])
    desk.work()
    joined = get_connection(joined.id)
    assert desk.look(waiting).reason == Reason.NOT_STARTED, "its lists are read"
    assert start_summary(joined).count == 1
    start_publishing(joined, desk.user)
    desk.work()
    assert desk.look(waiting).state == State.PUBLISHED
    assert organisations_of(desk) == [HOLDINGS]


@pytest.mark.req("CHG-05")
def test_what_needs_a_match_is_not_counted_as_ready_though_it_was_to_be_published_now(desk: Desk) -> None:
    joined = desk.move()
    waiting = desk.publish(desk.bill("INV-1"))
    needs = desk.look(waiting).reason
    assert needs not in (Reason.NOT_STARTED, Reason.LISTS)
    Connection.objects.filter(id=joined.id).update(lapsed_at=clock.now())
    desk.work()
    sign_in(
        desk.sandbox,
        desk.business,
        desk.user,
        connection=joined,
        organisation=HOLDINGS,
        publish_now=True,
    )
    run_due(kinds=[SYNC])
    desk.work()
    assert desk.look(waiting).reason == needs
    assert start_summary(get_connection(joined.id)).count == 0


def test_a_return_that_was_cut_off_before_the_move_holds_nothing_after_the_way_back(desk: Desk) -> None:
    waiting = desk.publish_expired("INV-1")
    desk.reconnect(publish_now=True)
    # Cut off anew before the lists were read, and left for other books.
    Connection.objects.filter(id=desk.connection.id).update(trouble_cause="revoked", trouble_at=clock.now())
    desk.connection = get_connection(desk.connection.id)
    joined = desk.move()
    assert publication_of(desk, waiting).connection_id == joined.id
    start_publishing(joined, desk.user)
    back = desk.move("Acme Ltd")
    desk.work()
    there = publication_of(desk, waiting)
    assert (there.connection_id, there.reason) == (back.id, Reason.NOT_STARTED)
    assert start_summary(back).count == 1
