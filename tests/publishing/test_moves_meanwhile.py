"""A move of the books, and what people and vendors do at the same moment or in between."""

from django.db import transaction

from bookbind.connections.change import find_open_change, hand_over, switch
from bookbind.connections.models import Change, Connection
from bookbind.connections.queries import get_connection
from bookbind.jobs.runner import run_due
from bookbind.publishing.switching import stop_change
from tests.publishing.conftest import SYNC, Desk
from tests.publishing.test_switching import organisations_of


def stop_behind_the_job(desk: Desk) -> Change:
    """A change as the job of the switch read it, a moment before somebody stopped it."""
    desk.change()
    run_due(kinds=[SYNC])
    read, stopped = find_open_change(desk.business.id), find_open_change(desk.business.id)
    assert read is not None
    assert stopped is not None
    stop_change(stopped, desk.user)
    return read


def test_a_stop_that_comes_before_the_switch_leaves_the_old_connection_in_use(desk: Desk) -> None:
    change = stop_behind_the_job(desk)
    with transaction.atomic():
        assert not switch(change)
    old = get_connection(desk.connection.id)
    assert old.stage == Connection.Stage.ACTIVE
    assert old.stays.filter(ended_at=None).count() == 1
    desk.publish(desk.bill("INV-1"))
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]


def test_a_stop_that_comes_before_the_hand_over_leaves_the_old_connection_sending(desk: Desk) -> None:
    hand_over(stop_behind_the_job(desk))
    desk.publish(desk.bill("INV-1"))
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]
