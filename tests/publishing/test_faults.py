"""A fault at each step of publishing: every document is in the books exactly once, with one paper."""

import time
from typing import Any

import pytest

from bookbind.connections.disconnect import disconnect
from bookbind.documents.services import archive
from bookbind.providers.base.types import CannotTell
from bookbind.publishing import deliveries, recovery, services
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.retry import MOST_ATTEMPTS, MOST_DELIVERIES
from bookbind.publishing.states import State
from tests.publishing.conftest import Desk

FAULTS = ("500", "503", "429", "timeout", "lost_reply", "html", "truncated", "empty")
NEW_SUPPLIER_STEPS = ("contacts", "create_contact", "create_invoice", "attach")


@pytest.fixture(autouse=True)
def short_time_outs(settings: Any) -> None:
    settings.HTTP_READ_SECONDS = 1.0


def drive(desk: Desk, publication: Publication, *, turns: int = 40) -> Publication:
    """Let time pass and the queue run until the document stands still."""
    for _ in range(turns):
        desk.work()
        publication = desk.look(publication)
        is_done = publication.state == State.PUBLISHED and publication.paper != Publication.Paper.WAITING
        if is_done or publication.state in (State.HELD, State.REJECTED):
            break
        desk.move_time(seconds=70)
    return publication


@pytest.mark.parametrize("operation", NEW_SUPPLIER_STEPS)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.req("PUB-02", "PUB-03")
def test_a_fault_at_any_step_leaves_exactly_one_bill(desk: Desk, operation: str, fault: str) -> None:
    document = desk.bill("INV-7", supplier="Brand New Traders Ltd")
    desk.fault(operation, fault, retry_after=1, seconds=3)
    publication = desk.publish(document)
    if fault == "429":
        # Rate windows run on real time, which no test moves.
        desk.work()
        time.sleep(1.1)
    publication = drive(desk, publication)
    assert (publication.state, publication.reason) == (State.PUBLISHED, ""), publication.error
    assert publication.paper == Publication.Paper.ATTACHED
    bills = desk.bills()
    assert [bill["reference"] for bill in bills] == ["INV-7"]
    assert len(bills[0]["attachments"]) == 1
    contacts = desk.contacts("Brand New Traders Ltd")
    assert len(contacts) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "timeout", "truncated"])
@pytest.mark.req("PUB-02")
def test_after_the_window_the_books_are_searched_before_anything_is_sent_again(
    desk: Desk, fault: str
) -> None:
    document = desk.bill("INV-8")
    desk.fault("create_invoice", fault, seconds=3)
    desk.fault("create_invoice", "503", times=3)
    publication = desk.publish(document)
    desk.work()
    assert desk.look(publication).state == State.UNKNOWN
    desk.sandbox.clear_faults()
    desk.move_time(minutes=20)
    publication = drive(desk, publication)
    assert publication.state == State.PUBLISHED
    assert len(desk.bills()) == 1


def test_a_write_that_never_arrived_is_sent_anew_after_two_searches(desk: Desk) -> None:
    document = desk.bill("INV-9")
    desk.fault("create_invoice", "503", times=50)
    publication = desk.publish(document)
    desk.work()
    assert desk.look(publication).state == State.UNKNOWN
    desk.sandbox.clear_faults()
    desk.move_time(minutes=30)
    publication = drive(desk, publication)
    assert publication.state == State.PUBLISHED
    outcomes = (
        Delivery.objects.filter(publication=publication).order_by("id").values_list("outcome", flat=True)
    )
    assert list(outcomes) == [Delivery.Outcome.NOT_DONE, Delivery.Outcome.DONE]
    assert len(set(Delivery.objects.values_list("key", flat=True))) == 2
    assert len(desk.bills()) == 1


@pytest.mark.req("PUB-01")
def test_a_repeat_carries_the_same_key_and_bytes(desk: Desk) -> None:
    document = desk.bill("INV-10")
    desk.fault("create_invoice", "lost_reply")
    publication = drive(desk, desk.publish(document))
    delivery = Delivery.objects.get(publication=publication)
    assert delivery.sends == 2
    log = desk.sandbox.read("log", vendor="xero")["requests"]
    writes = [entry for entry in log if entry["idempotency_key"] == delivery.key]
    assert len(writes) == 2
    assert {entry["body_sha256"] for entry in writes} == {delivery.body_sha256}


@pytest.mark.req("PUB-01")
def test_a_refused_document_says_why_and_the_corrected_one_has_a_new_key(desk: Desk) -> None:
    document = desk.bill("INV-11")
    desk.sandbox.control("archive", vendor="xero", organisation="Acme Ltd", list="accounts", id="449")
    publication = drive(desk, desk.publish(document))
    assert (publication.state, publication.reason) == (State.REJECTED, Reason.REFUSED_CATEGORY)
    assert "has been archived" in str(publication.error)
    assert desk.bills() == []
    desk.edit(document, desk.values("INV-11", line={"category_id": desk.item_id("400")}))
    again = drive(desk, desk.publish(document))
    assert again.id == publication.id
    assert again.state == State.PUBLISHED
    assert len(set(Delivery.objects.values_list("key", flat=True))) == 2
    assert [bill["lines"][0]["account"] for bill in desk.bills()] == ["400"]


@pytest.mark.req("PUB-06")
def test_a_file_that_is_refused_three_ways_never_doubles_the_bill(desk: Desk) -> None:
    document = desk.bill("INV-12")
    for fault in ("500", "lost_reply", "html"):
        desk.fault("attach", fault)
    publication = drive(desk, desk.publish(document))
    assert publication.paper == Publication.Paper.ATTACHED
    bills = desk.bills()
    assert len(bills) == 1
    assert len(bills[0]["attachments"]) == 1


@pytest.mark.req("PUB-13")
def test_the_tries_end_with_a_person(desk: Desk) -> None:
    document = desk.bill("INV-13", supplier="Brand New Traders Ltd")
    publication = desk.publish(document)
    desk.fault("create_contact", "html", times=500)
    publication = drive(desk, publication)
    assert (publication.state, publication.reason) == (State.HELD, Reason.TOO_MANY_TRIES)
    assert publication.attempts == MOST_ATTEMPTS
    assert desk.bills() == []
    desk.sandbox.clear_faults()
    desk.publish(document)
    assert drive(desk, publication).state == State.PUBLISHED
    assert len(desk.bills()) == 1


@pytest.mark.req("PUB-13")
def test_a_write_that_never_succeeds_ends_with_a_person_and_nothing_in_the_books(desk: Desk) -> None:
    document = desk.bill("INV-14")
    publication = desk.publish(document)
    desk.fault("create_invoice", "html", times=500)
    publication = drive(desk, publication, turns=90)
    assert (publication.state, publication.reason) == (State.HELD, Reason.TOO_MANY_TRIES)
    assert desk.bills() == []
    assert Delivery.objects.filter(publication=publication).count() <= MOST_DELIVERIES
    assert not Delivery.objects.exclude(outcome=Delivery.Outcome.NOT_DONE).exists()


def unknown(desk: Desk) -> Publication:
    """A document whose answer was lost while the books could not be searched."""
    publication = desk.publish(desk.bill("INV-15"))
    desk.fault("create_invoice", "lost_reply")
    desk.fault("create_invoice", "503")
    desk.work()
    publication = desk.look(publication)
    assert publication.state == State.UNKNOWN
    return publication


def test_what_may_be_in_books_that_were_left_is_a_persons_to_decide(desk: Desk) -> None:
    publication = unknown(desk)
    disconnect(desk.connection, desk.user)
    desk.work()
    publication = desk.look(publication)
    assert (publication.state, publication.reason) == (State.HELD, Reason.UNKNOWN)
    archive(publication.document_id, "already there", desk.user)
    assert desk.look(publication).state == State.WITHDRAWN
    assert len(desk.bills()) == 1


def test_what_was_taken_back_in_doubt_is_looked_for_before_it_is_sent_again(desk: Desk) -> None:
    publication = unknown(desk)
    delivery = deliveries.find_undecided(publication)
    assert delivery is not None
    recovery.conclude(publication, delivery, CannotTell())
    services.take_back(publication, desk.user)
    desk.move_time(minutes=30)
    again = drive(desk, desk.publish(publication.document))
    assert again.id != publication.id
    assert (again.state, again.reason) == (State.HELD, Reason.TWIN)
    assert len(desk.bills()) == 1


def test_without_a_marker_nothing_is_sent_a_second_time_by_itself(desk: Desk) -> None:
    publication = unknown(desk)
    delivery = deliveries.find_undecided(publication)
    assert delivery is not None
    recovery.conclude(publication, delivery, CannotTell())
    desk.move_time(minutes=30)
    desk.work()
    publication = desk.look(publication)
    assert (publication.state, publication.reason) == (State.HELD, Reason.UNKNOWN)
    services.look_again(publication)
    publication = drive(desk, publication)
    assert publication.state == State.PUBLISHED
    assert len(desk.bills()) == 1
