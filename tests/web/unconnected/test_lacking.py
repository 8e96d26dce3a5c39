"""Ready documents of which the software that is connected later needs more: said up front, found together."""

from dataclasses import replace

import pytest
from django.db import transaction
from django.test import Client

from bookbind.activity.queries import list_entries
from bookbind.connections.events import ConnectionEnded, tell
from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import Tab, count_tabs, get_document, tab_of
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock, events
from bookbind.lists.bindings import new_binding, tell_changed
from bookbind.lists.events import ListsSynced
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.practice.queries import list_clients
from bookbind.providers.base.types import ListName, PublishAs
from bookbind.publishing.configuration import save_instead
from bookbind.publishing.lacking import READY_JOB, check_ready
from bookbind.publishing.models import Publication
from bookbind.publishing.ready import make_ready
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import RECHECK
from bookbind.tenancy.scope import PracticeScope, within
from tests.support.factories import People, make_connection
from tests.support.office import Office, posted
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("CHG-12", "PUB-07")]


def ready(office: Office, reference: str, **changes: object) -> Document:
    """A document that was made ready before anything was connected."""
    document = office.bill(reference, **changes)
    make_ready(document.id, office.user)
    return document


def read_lists(office: Office) -> None:
    """What is told once the lists of the software are complete, and the work that follows."""
    assert office.connection is not None
    with transaction.atomic():
        events.announce(ListsSynced(office.business.id, office.connection.id, complete=True))
    run_due(kinds=[READY_JOB])


@pytest.fixture
def moved(office: Office, people: People) -> Office:
    """Three ready documents, one of them without a due date, and QuickBooks, which needs one on each bill."""
    for number, changes in enumerate(({}, {}, {"due_date": None}), start=1):
        ready(office, f"INV-{number}", **changes)
    joined = make_connection(people.acme, people.alice, "quickbooks", base_currency="GBP")
    office = replace(office, connection=joined)
    for item in ListItem.objects.exclude(list=ListName.SUPPLIERS):
        office.match(item)
    return office


def the(reference: str) -> Document:
    return get_document(Document.objects.get(reference=reference).id)


def test_ready_promises_only_what_the_connected_software_takes(moved: Office, alice: Client) -> None:
    assert count_tabs()[Tab.READY] == 3
    read_lists(moved)
    assert (count_tabs()[Tab.READY], count_tabs()[Tab.REVIEW]) == (2, 1)
    page = read(alice.get(moved.url("costs/?show=ready")))
    assert page.has_button("Publish 2 to QuickBooks Online (Acme Ltd)")
    assert "1 other document needs something first." in page.text
    assert "INV-3" not in page.text

    alice.post(moved.url("costs/publish-all"), {"what": "ready"})
    assert sorted(Publication.objects.values_list("document__reference", flat=True)) == ["INV-1", "INV-2"]


def test_what_is_missing_is_said_and_found_together(moved: Office, alice: Client) -> None:
    other = moved.bill("INV-9")
    read_lists(moved)
    page = read(alice.get(moved.url("costs/?show=review")))
    assert "1 document that was ready needs something for QuickBooks Online (Acme Ltd). Due date" in page.text
    assert "For QuickBooks Online: due date missing" in page.text
    assert page.has_button("Publish 1 complete document"), "INV-9, and not what lacks something"
    assert "INV-9" in page.text

    group = read(alice.get(page.link("Not ready for QuickBooks Online")))
    assert "All 2 Not ready for QuickBooks Online 1" in group.text
    assert ("INV-3" in group.text, "INV-9" in group.text) == (True, False)
    document = read(alice.get(group.link("City Fuel Ltd")))
    assert "When is it due?" in document.text
    assert "1 of 1" in document.text, "one walks through the group"
    assert not document.has_button("Take back"), "it is to review already"
    assert tab_of(get_document(other.id)) is Tab.REVIEW


def test_it_is_ready_again_once_that_is_filled_in(moved: Office, alice: Client) -> None:
    read_lists(moved)
    document = the("INV-3")
    assert list_entries(document)[0].text == (
        "To review again, for QuickBooks Online (Acme Ltd): due date missing."
    )
    address = moved.url(f"costs/{document.id}/save")
    alice.post(address, posted(document, note="Not yet"))
    assert tab_of(the("INV-3")) is Tab.REVIEW
    alice.post(address, posted(document, due_date="2026-04-02"))
    assert tab_of(the("INV-3")) is Tab.READY
    assert list_entries(document)[0].text == "Ready again."
    assert not Publication.objects.exists(), "nobody asked for it to be published"


def test_an_answer_in_merge_lists_makes_all_ready_again(moved: Office, alice: Client) -> None:
    ready(moved, "INV-4", publish_as=PublishAs.DRAFT.value)
    read_lists(moved)
    page = read(alice.get(moved.url("costs/?show=review")))
    assert "2 documents that were ready need something" in page.text
    assert "Due date missing (1) and can't be published that way (1)." in page.text
    assert read(alice.get(page.link("Answer it once in Merge lists"))).status == 200

    assert moved.connection is not None
    save_instead(moved.connection, {"bill/draft": "awaiting_payment"}, moved.user)
    run_due(kinds=[READY_JOB])
    assert tab_of(the("INV-4")) is Tab.READY
    assert tab_of(the("INV-3")) is Tab.REVIEW


@pytest.mark.parametrize(("may_go", "job"), [(False, RECHECK), (True, READY_JOB)])
def test_other_matches_are_looked_at_as_well(moved: Office, may_go: bool, job: str) -> None:  # noqa: FBT001
    read_lists(moved)
    sold = moved.remote(ListName.TAX_RATES, "20% on sales")
    RemoteItem.objects.filter(id=sold.id).update(details={"rate": "20", "side": "sales"})
    Binding.objects.filter(list_item=moved.tax_rate).update(closed_at=clock.now())
    with transaction.atomic():
        opened = new_binding(moved.tax_rate, sold, "chosen")
        opened.save()
        tell_changed([opened], may_go=may_go)
    run_due(kinds=[job])
    assert the("INV-1").lacks == Reason.TAX_RATE_WRONG_SIDE
    assert tab_of(the("INV-1")) is Tab.REVIEW


def test_start_publishing_says_which_of_them_need_something(moved: Office, alice: Client) -> None:
    Connection.objects.update(awaits_start=True)
    read_lists(moved)
    assert moved.connection is not None
    start = read(alice.get(moved.url(f"settings/connections/{moved.connection.id}/start")))
    assert "2 documents stay in Ready;" in start.text
    assert "These were ready, and need something for QuickBooks Online 1 document: due date" in start.text
    assert "INV-3" in read(alice.get(start.link("Show them"))).text


def test_without_the_software_they_are_ready_as_before(moved: Office, alice: Client) -> None:
    read_lists(moved)
    Connection.objects.update(stage=Connection.Stage.ENDED)
    assert moved.connection is not None
    with transaction.atomic():
        tell(ConnectionEnded(moved.business.id, moved.connection.id))
    run_due(kinds=[READY_JOB])
    assert count_tabs()[Tab.READY] == 3
    assert "3 documents are ready" in read(alice.get(moved.url("costs/?show=ready"))).text


def test_while_lists_are_read_for_the_first_time_nothing_is_said(moved: Office) -> None:
    Connection.objects.update(stage=Connection.Stage.SETTING_UP)
    read_lists(moved)
    assert count_tabs()[Tab.READY] == 3


def test_the_accountants_list_counts_them_as_to_review(moved: Office, people: People) -> None:
    read_lists(moved)
    with within(PracticeScope(people.harbour.id)):
        assert [client.to_review for client in list_clients(people.harbour, people.carol)] == [1]


def test_nothing_is_looked_at_where_nothing_is_ready(moved: Office) -> None:
    Document.objects.all().delete()
    read_lists(moved)
    assert not Job.objects.filter(kind=READY_JOB).exists()


def test_looking_takes_no_more_queries_for_more_documents(moved: Office, alice: Client) -> None:
    check_ready(moved.business.id)

    def more() -> None:
        for number in range(5):
            ready(moved, f"MORE-{number}")

    assert_rows_add_no_queries(lambda: check_ready(moved.business.id), more, 25)

    def more_lacking() -> None:
        for number in range(5):
            ready(moved, f"LESS-{number}", due_date=None)
        check_ready(moved.business.id)

    assert_rows_add_no_queries(lambda: alice.get(moved.url("costs/?show=review")), more_lacking, 30)
