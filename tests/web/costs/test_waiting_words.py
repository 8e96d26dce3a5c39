"""What waits is counted in one place: the tab, the message above it and Start publishing agree."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.providers.base.types import DocumentKind
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import count_by_reason, waiting_summary
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import request_publish
from bookbind.publishing.starting import start_summary
from bookbind.web.views.waiting_words import fate_in_words
from tests.support.factories import People, make_connection
from tests.support.office import Office
from tests.support.pages import read
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db

WHEN = "when somebody presses Start publishing"
GOING = frozenset({Reason.NOT_STARTED})


@pytest.fixture
def moved(office: Office) -> Office:
    """Acme after a change: two documents are ready for the new books, three are dated before them."""
    Connection.objects.update(awaits_start=True, documents_from=date(2026, 6, 1))
    assert office.connection is not None
    office.connection.refresh_from_db()
    days = [date(2026, 3, 3)] * 3 + [date(2026, 7, 1)] * 2
    for number, day in enumerate(days):
        request_publish(office.bill(f"INV-{number}", date=day, due_date=date(2026, 8, 1)), office.user)
    return office


@pytest.mark.req("CHG-05", "ERR-01")
def test_tab_message_and_start_agree(moved: Office, alice: Client) -> None:
    page = read(alice.get(moved.url("costs/?show=waiting")))
    assert "Waiting 5" in page.text
    assert "5 documents are waiting for Xero (Acme Ltd)" in page.text
    assert f"2 are coded and will be published, once each, {WHEN}." in page.text
    assert "The other 3 go on waiting: dated before the new books." in page.text
    assert moved.connection is not None
    start = read(alice.get(moved.url(f"settings/connections/{moved.connection.id}/start")))
    assert "2 documents are ready and will be sent" in start.text
    assert "3 documents: dated before the new books" in start.text
    assert "sent by itself" not in start.text
    counts = count_by_reason(moved.connection)
    assert sum(counts.values()) == waiting_summary(moved.connection).count == 5


def test_a_credit_note_takes_away_from_what_is_owed(moved: Office, alice: Client) -> None:
    """Four bills of £120.00 and one credit note, of which a bill and the credit note can go."""
    last = Publication.objects.order_by("queued_at").last()
    assert last is not None
    assert moved.connection is not None
    Document.objects.filter(id=last.document_id).update(kind=DocumentKind.SUPPLIER_CREDIT, total=20)
    assert waiting_summary(moved.connection).totals == {"GBP": Decimal(460)}
    [july] = start_summary(moved.connection).months
    assert july.totals == {"GBP": Decimal(100)}
    Publication.objects.all().delete()
    Document.objects.update(stage=Document.Stage.READY)
    assert "5 documents are ready, £460.00." in read(alice.get(moved.url("costs/?show=ready"))).text


def test_what_waits_for_books_that_were_left_is_told_apart(
    moved: Office, people: People, alice: Client
) -> None:
    left = make_connection(people.acme, people.alice, stage=Connection.Stage.LEFT)
    one = Publication.objects.order_by("queued_at").first()
    assert one is not None
    Publication.objects.filter(id=one.id).update(connection=left, reason=Reason.UNKNOWN)
    page = read(alice.get(moved.url("costs/?show=waiting")))
    assert "Waiting 5" in page.text
    assert "4 documents are waiting for Xero (Acme Ltd)" in page.text
    assert "1 other document in this list waits for a look into books that were left." in page.text
    Publication.objects.update(connection=left, reason=Reason.UNKNOWN)
    page = read(alice.get(moved.url("costs/?show=waiting")))
    assert "5 documents wait for a look into books that were left." in page.text
    assert "Nothing waits for Xero (Acme Ltd). Open each of them, look there" in page.text
    assert "0 documents" not in page.text
    Connection.objects.update(stage=Connection.Stage.LEFT)
    page = read(alice.get(moved.url("costs/?show=waiting")))
    assert "5 documents wait for a look into books that were left. Nothing else waits." in page.text
    assert "Connect it again and they are published" not in page.text


def test_nothing_is_promised_while_the_lists_are_read(moved: Office, alice: Client) -> None:
    Connection.objects.update(awaits_start=False)
    Publication.objects.update(reason=Reason.LISTS)
    page = read(alice.get(moved.url("costs/?show=waiting")))
    assert "They go on waiting: lists are being read." in page.text
    assert "will be published" not in page.text


@pytest.mark.req("ERR-01")
def test_what_needs_a_match_leads_to_merge_lists(
    moved: Office, people: People, browse: Browse, alice: Client
) -> None:
    address = moved.url("costs/?show=waiting")
    assert "Merge lists" not in read(alice.get(address)).text
    Publication.objects.filter(reason=Reason.BEFORE_START).update(reason=Reason.PUBLISH_AS_NOT_TAKEN)
    page = read(alice.get(address))
    assert "The other 3 go on waiting: can't be published that way." in page.text
    assert read(alice.get(page.link("Merge lists"))).heading == "Merge lists"
    assert "Merge lists" not in read(browse(people.bob).get(address)).text


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        ({"not_started": 1}, f"It is coded and will be published {WHEN}."),
        ({"not_started": 9}, f"They are coded and will be published, once each, {WHEN}."),
        (
            {"not_started": 1, "before_start": 1},
            (
                f"1 is coded and will be published {WHEN}. "
                "The other one goes on waiting: dated before the new books. Its page says what ends that."
            ),
        ),
        (
            {"category_unmatched": 2, "before_start": 5},
            (
                "They go on waiting: dated before the new books (5) and category needs a match (2). "
                "Each says on its page what ends that."
            ),
        ),
        ({"": 1}, "It goes on waiting: on its way. Its page says what ends that."),
    ],
)
def test_what_becomes_of_them(reasons: dict[str, int], words: str) -> None:
    assert fate_in_words(reasons, GOING, WHEN) == words


@pytest.mark.req("ERR-01")
def test_a_vendor_that_answers_again_sends_only_what_is_queued(moved: Office, alice: Client) -> None:
    Connection.objects.update(awaits_start=False, down_since=clock.now())
    Publication.objects.update(reason=Reason.LOOK_FIRST)
    one = Publication.objects.order_by("queued_at").first()
    assert one is not None
    Publication.objects.filter(id=one.id).update(state="waiting", reason="")
    page = read(alice.get(moved.url("costs/?show=waiting")))
    assert "1 is coded and will be published when the software answers again." in page.text
    assert "The other 4 go on waiting: ready for your look." in page.text
