"""A fault at each step of publishing: every document is in the books exactly once, with one paper."""

import time
from typing import Any

import pytest

from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.reasons import Reason
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


def test_a_file_that_is_refused_three_ways_never_doubles_the_bill(desk: Desk) -> None:
    document = desk.bill("INV-12")
    for fault in ("500", "lost_reply", "html"):
        desk.fault("attach", fault)
    publication = drive(desk, desk.publish(document))
    assert publication.paper == Publication.Paper.ATTACHED
    bills = desk.bills()
    assert len(bills) == 1
    assert len(bills[0]["attachments"]) == 1


def test_the_tries_end_with_a_person(desk: Desk) -> None:
    document = desk.bill("INV-13")
    publication = desk.publish(document)
    desk.fault("find_invoices", "html", times=500)
    Publication.objects.update(must_look_for_twins=True)
    publication = drive(desk, publication, turns=60)
    assert publication.state in (State.HELD, State.WAITING)
    assert publication.attempts <= 8
    assert desk.bills() == []
