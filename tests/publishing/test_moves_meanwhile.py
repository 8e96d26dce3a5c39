"""A move of the books, and what people and vendors do at the same moment or in between."""

import pytest
from django.db import transaction
from django.db.models import F

from bookbind.connections.change import find_open_change, find_undoable, hand_over, switch
from bookbind.connections.disconnect import disconnect
from bookbind.connections.errors import ChangeOver
from bookbind.connections.models import Change, Connection
from bookbind.connections.queries import get_connection
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.messages import explain_paper, words_of
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.queries import find_open_publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.reopening import reopen
from bookbind.publishing.sending import send_document
from bookbind.publishing.services import take_back
from bookbind.publishing.starting import start_publishing
from bookbind.publishing.switching import stop_change, undo_change
from bookbind.tenancy.scope import BusinessScope, within
from tests.publishing.conftest import SWITCH, SYNC, Desk, sign_in
from tests.publishing.test_switching import organisations_of
from tests.support import factories
from tests.support.processes import Sandbox


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


def test_a_move_is_not_undone_while_a_further_one_is_set_up(desk: Desk) -> None:
    old, here = desk.connection, desk.move()
    first = find_undoable(here)
    assert first is not None
    further = desk.change("Acme Ltd", provider="quickbooks")
    assert find_undoable(here) is None
    with pytest.raises(ChangeOver):
        undo_change(first, desk.user)

    second = find_open_change(desk.business.id)
    assert second is not None
    stop_change(second, desk.user)
    assert get_connection(further.id).stage == Connection.Stage.ENDED
    undo_change(first, desk.user)
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    assert get_connection(old.id).stage == Connection.Stage.ACTIVE


@pytest.mark.req("CHG-02", "CHG-06")
def test_a_way_back_that_is_stopped_leaves_the_first_move_to_be_undone(desk: Desk) -> None:
    old, here = desk.connection, desk.move()
    assert find_undoable(here) is not None
    desk.change("Acme Ltd")
    back = find_open_change(desk.business.id)
    assert back is not None
    assert back.joined_id == old.id
    stop_change(back, desk.user)
    desk.skip(minutes=5)
    run_due()
    first = find_undoable(here)
    assert first is not None, "as before the way back was begun"
    undo_change(first, desk.user)
    desk.connection = get_connection(old.id)
    run_due()
    published = desk.publish(desk.bill("INV-1"))
    desk.work()
    assert (desk.look(published).state, desk.look(published).reason) == ("published", "")
    assert organisations_of(desk) == ["Acme Ltd"], "the sign-in was not ended"


def test_a_way_back_that_is_undone_leaves_the_first_move_to_be_undone(desk: Desk) -> None:
    old, here = desk.connection, desk.move()
    back = find_undoable(desk.move("Acme Ltd"))
    assert back is not None
    undo_change(back, desk.user)
    assert get_connection(here.id).stage == Connection.Stage.ACTIVE
    first = find_undoable(here)
    assert first is not None
    undo_change(first, desk.user)
    assert get_connection(old.id).stage == Connection.Stage.ACTIVE


def test_a_way_back_that_is_stopped_after_publishing_was_started_keeps_no_way_back(desk: Desk) -> None:
    old, here = desk.connection, desk.move()
    desk.change("Acme Ltd")
    start_publishing(here, desk.user)
    back = find_open_change(desk.business.id)
    assert back is not None
    stop_change(back, desk.user)
    assert find_undoable(here) is None
    assert get_connection(old.id).stage == Connection.Stage.ENDED


def test_a_document_moves_along_whose_supplier_may_have_been_created(desk: Desk) -> None:
    desk.fault("create_contact", "lost_reply", times=50)
    publication = desk.publish(desk.bill("INV-1", supplier="Brand New Supplier"))
    desk.work()
    lost = publication.deliveries.get()
    assert (lost.purpose, lost.outcome) == (Delivery.Purpose.CONTACT, Delivery.Outcome.LOST)
    joined = desk.move()
    moved = find_open_publication(publication.document_id)
    assert moved is not None
    assert moved.connection_id == joined.id


def test_no_supplier_is_created_in_books_that_were_left_meanwhile(desk: Desk) -> None:
    publication = desk.look(desk.publish(desk.bill("INV-1", supplier="Brand New Supplier")))
    read = get_connection(desk.connection.id)
    Connection.objects.filter(id=read.id).update(epoch=F("epoch") + 1)
    assert send_document(publication, read, lambda: True) is None
    assert desk.contacts("Brand New Supplier") == []
    assert not Delivery.objects.exists()
    desk.work()
    assert len(desk.contacts("Brand New Supplier")) == 1
    assert len(desk.bills()) == 1


def test_what_somebody_took_back_meanwhile_is_not_opened_anew(desk: Desk) -> None:
    publication = desk.publish(desk.bill("INV-1"))
    seen = desk.look(publication)
    take_back(publication, desk.user)
    with pytest.raises(MovedMeanwhile), transaction.atomic():
        reopen([seen], desk.connection, Reason.CONNECTION, desk.user)
    assert find_open_publication(publication.document_id) is None


def test_a_file_that_can_not_follow_its_document_says_so_and_follows_when_the_books_are_used_again(
    desk: Desk,
) -> None:
    desk.fault("attach", "503", times=50)
    publication = desk.publish(desk.bill("INV-1"))
    desk.work()
    assert desk.look(publication).paper == Publication.Paper.WAITING
    disconnect(desk.connection, desk.user)
    desk.work()
    left = desk.look(publication)
    message = explain_paper(left, words_of(left.connection))
    assert message is not None
    assert message.body.startswith("The business is not connected to these books any more")

    desk.sandbox.clear_faults()
    sign_in(desk.sandbox, desk.business, desk.user)
    run_due(kinds=[SYNC])
    desk.work()
    assert desk.look(publication).paper == Publication.Paper.ATTACHED
    assert len(desk.bills()) == 1


def test_a_first_connection_whose_lists_were_never_read_is_not_in_use_after_an_undo(sandbox: Sandbox) -> None:
    """It goes on being set up, as before the move, and is in use once its lists are complete."""
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    with within(BusinessScope(business.id)):
        first = sign_in(sandbox, business, user)
        unread = {"vendor": "xero", "operation": "accounts", "fault": "503", "organisation": "Acme Ltd"}
        sandbox.control("faults", **unread, times=None)
        run_due(kinds=[SYNC])
        organisation = "Acme Holdings Ltd"
        joined = sign_in(
            sandbox, business, user, connection=first, organisation=organisation, purpose="change"
        )
        run_due(kinds=[SYNC])
        run_due(kinds=[SWITCH])
        change = find_undoable(get_connection(joined.id))
        assert change is not None
        undo_change(change, user)
        back = get_connection(first.id)
        assert (back.stage, back.stays.count()) == (Connection.Stage.SETTING_UP, 0)
        sandbox.clear_faults()
        run_due(kinds=[SYNC])
        assert get_connection(first.id).stage == Connection.Stage.SETTING_UP, "the next try is not due"
        assert Job.objects.filter(kind=SYNC, key=str(first.id)).exists()
        Connection.objects.filter(id=first.id).update(down_since=None, next_try_at=None)
        Job.objects.filter(kind=SYNC, key=str(first.id)).update(due_at=clock.now())
        run_due(kinds=[SYNC])
        back = get_connection(first.id)
        assert (back.stage, back.stays.filter(ended_at=None).count()) == (Connection.Stage.ACTIVE, 1)
