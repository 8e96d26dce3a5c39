"""A worker that stood still between two steps, and wakes when another has gone on in its place."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from bookbind.connections.disconnect import disconnect
from bookbind.connections.gateway import open_session
from bookbind.providers.base.errors import ErrorKind, FieldError, ProviderError, RejectedReason
from bookbind.providers.base.types import PreparedWrite, Published
from bookbind.publishing import deliveries
from bookbind.publishing.deliveries import write_delivery
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.outcomes import accept, fail
from bookbind.publishing.outgoing import build_outgoing, list_labels
from bookbind.publishing.placement import check_again
from bookbind.publishing.reasons import Reason
from bookbind.publishing.recovery import recover
from bookbind.publishing.sending import transmit
from bookbind.publishing.services import take_back
from bookbind.publishing.states import State
from bookbind.publishing.suppliers import create_contact
from tests.publishing.conftest import Desk
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.req("PUB-03")


@dataclass
class Committed:
    """A delivery that was committed and not sent."""

    publication: Publication
    delivery: Delivery
    write: PreparedWrite


def commit(desk: Desk, publication: Publication) -> Committed:
    """As far as a worker comes before it calls the vendor."""
    checked = check_again(publication)
    assert checked.facts.supplier is not None
    contact_id = checked.facts.supplier.remote_id or desk.contacts("City Fuel Ltd")[0].remote_id
    outgoing = build_outgoing(checked.facts, publication.marker, contact_id, computes_tax=False)
    write = open_session(desk.connection).prepare(outgoing)
    labels = list_labels(checked.facts, checked.books.facts)
    version = checked.document.version
    delivery = write_delivery(publication, desk.connection, version, outgoing, write, labels, lambda: True)
    return Committed(publication, delivery, write)


def finish(desk: Desk) -> None:
    """Another worker takes over, past the vendor's memory of the key, and looks as often as it has to."""
    desk.move_time(minutes=7)
    for _ in range(5):
        desk.work()
        desk.move_time(seconds=20)


def test_a_worker_that_wakes_late_sends_nothing_that_another_sent_anew(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    finish(desk)
    assert desk.look(slept.publication).state == State.PUBLISHED
    transmit(slept.publication, desk.connection, slept.delivery, slept.write, is_first=True)
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert desk.look(slept.publication).state == State.PUBLISHED


def test_a_worker_that_wakes_before_anybody_looked_leaves_it_to_the_search(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    desk.move_time(minutes=7)
    assert transmit(slept.publication, desk.connection, slept.delivery, slept.write, is_first=True) is None
    assert desk.bills() == []
    finish(desk)
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]


def repeat_and_die(desk: Desk, slept: Committed) -> None:
    """Another worker takes over and sends the same bytes; they arrive, and it dies before it hears so."""
    delivery = deliveries.find_undecided(slept.publication)
    assert delivery is not None
    deliveries.note_resend(delivery)
    write = deliveries.prepared(delivery, slept.publication.marker)
    open_session(desk.connection).send(write, delivery.key)


def test_a_first_send_that_was_turned_away_late_tells_nothing_of_the_repeat(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    repeat_and_die(desk, slept)
    fail(slept.publication, slept.delivery, ProviderError(ErrorKind.RATE_LIMITED), is_first=True)
    finish(desk)
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert desk.look(slept.publication).state == State.PUBLISHED


def test_a_first_send_refused_late_for_a_taken_number_may_have_met_the_repeat(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    repeat_and_die(desk, slept)
    number = FieldError("reference", RejectedReason.NUMBER_TAKEN, "There is one of this number.")
    taken = ProviderError(ErrorKind.REJECTED, field_errors=(number,))
    fail(slept.publication, slept.delivery, taken, is_first=True)
    finish(desk)
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert desk.look(slept.publication).state == State.PUBLISHED


def test_a_write_that_our_clock_puts_into_the_future_is_looked_for(desk: Desk) -> None:
    """The clock was wrong when it was sent and was set right since: nobody knows how long ago that was."""
    desk.skip(hours=1)
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    open_session(desk.connection).send(slept.write, slept.delivery.key)
    desk.skip(hours=-1)
    desk.move_time(minutes=7)
    recover(desk.look(slept.publication), desk.connection)
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert desk.look(slept.publication).state == State.PUBLISHED


def test_a_failure_of_a_write_that_was_given_up_does_not_touch_the_one_that_followed(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    desk.move_time(minutes=7)
    for _ in range(2):
        recover(desk.look(slept.publication), desk.connection)
        desk.move_time(seconds=20)
    assert desk.look(slept.publication).state == State.WAITING, "nothing of it was found there"
    following = commit(desk, desk.look(slept.publication))
    fail(slept.publication, slept.delivery, ProviderError(ErrorKind.RATE_LIMITED), is_first=True)
    assert desk.look(slept.publication).state == State.SENDING
    transmit(following.publication, desk.connection, following.delivery, following.write, is_first=True)
    desk.work()
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert desk.look(slept.publication).state == State.PUBLISHED


def test_a_repeat_that_was_held_up_past_the_window_is_looked_for_instead(desk: Desk) -> None:
    desk.fault("create_invoice", "lost_reply", times=2)
    publication = desk.publish(desk.bill("INV-1"))
    desk.work()
    publication = desk.look(publication)
    assert publication.state == State.UNKNOWN
    delivery = deliveries.find_undecided(publication)
    assert delivery is not None
    desk.move_time(minutes=7)
    write = deliveries.prepared(delivery, publication.marker)
    transmit(publication, desk.connection, delivery, write, is_first=False)
    finish(desk)
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert desk.look(publication).state == State.PUBLISHED


def test_a_supplier_that_was_created_is_known_here_in_the_same_step(desk: Desk) -> None:
    publication = desk.publish(desk.bill("INV-1", supplier="New Traders Ltd"))
    checked = check_again(publication)
    assert checked.facts.supplier is not None

    def die() -> None:
        raise KeyboardInterrupt

    with meanwhile('UPDATE "publishing_delivery"', die), pytest.raises(KeyboardInterrupt):
        create_contact(publication, desk.connection, checked.facts.supplier, "GBP")
    # So the same key finds it, whatever a search there knows by now.
    assert deliveries.find_undecided(publication, Delivery.Purpose.CONTACT) is not None
    desk.work()
    assert len(desk.contacts("New Traders Ltd")) == 1
    assert desk.look(publication).state == State.PUBLISHED


def test_an_answer_that_comes_late_is_believed_whatever_others_made_of_the_document(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    disconnect(desk.connection, desk.user)
    # Whoever takes over finds books that were left, and leaves it to people.
    desk.work()
    assert desk.look(slept.publication).reason == Reason.UNKNOWN
    answer = Published("bill-1", "INV-1", "DRAFT", "https://books.test/bill-1", Decimal(120))
    accept(slept.publication, answer, slept.delivery)
    desk.work()
    known = desk.look(slept.publication)
    assert (known.state, known.remote_id, known.paper) == (State.PUBLISHED, "bill-1", known.Paper.FAILED)


def test_an_answer_behind_a_persons_decision_changes_nothing(desk: Desk) -> None:
    slept = commit(desk, desk.publish(desk.bill("INV-1")))
    disconnect(desk.connection, desk.user)
    desk.work()
    take_back(desk.look(slept.publication), desk.user)
    answer = Published("bill-1", "INV-1", "DRAFT", "https://books.test/bill-1", Decimal(120))
    accept(slept.publication, answer, slept.delivery)
    assert desk.look(slept.publication).state == State.WITHDRAWN
