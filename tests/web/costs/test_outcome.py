"""Publishing many at once: what goes, what waits and what has to be fixed first, each with its way on."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection as db
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookbind.connections.models import Connection
from bookbind.documents.inputs import LineInput
from bookbind.lists.models import Binding
from bookbind.providers.base.types import ListName, PublishAs
from bookbind.publishing.models import Publication
from tests.support.factories import People, make_connection
from tests.support.office import Office
from tests.support.pages import Page, read
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(office: Office, people: People) -> Office:
    """Acme after its move to QuickBooks, which has no drafts; nobody has said yet what becomes of them."""
    Connection.objects.update(stage=Connection.Stage.LEFT)
    joined = make_connection(people.acme, people.alice, "quickbooks", awaits_start=True, base_currency="GBP")
    return replace(office, connection=joined)


def publish_all(office: Office, client: Client) -> Page:
    return read(client.post(office.url("costs/publish-all"), follow=True))


def bill_of(office: Office, reference: str, category: str) -> None:
    """A complete bill whose category has no match in the books."""
    item = office.unmatched(ListName.CATEGORIES, category)
    line = LineInput(net=Decimal(100), tax=Decimal(20), category_id=item.id, tax_rate_id=office.tax_rate.id)
    office.bill(reference, lines=(line,))


@pytest.mark.req("ERR-01", "CHG-07")
def test_documents_without_a_way_to_go_lead_to_the_question(moved: Office, alice: Client) -> None:
    for number in range(1, 4):
        moved.bill(f"INV-{number}", publish_as=PublishAs.DRAFT.value)
    page = publish_all(moved, alice)
    assert page.text.count("Not published") == 1, "one reason is one message"
    assert "QuickBooks Online can't take bills as drafts. Answer it once in Merge lists" in page.text
    merge = read(alice.get(page.link("Answer it once in Merge lists")))
    assert merge.status == 200
    assert "QuickBooks Online can't take bills as drafts." in merge.text
    assert not Publication.objects.exists()


def test_a_document_without_a_way_to_go_leads_to_the_question_too(moved: Office, alice: Client) -> None:
    document = moved.bill(publish_as=PublishAs.DRAFT.value)
    page = read(alice.post(moved.url(f"costs/{document.id}/publish"), follow=True))
    assert "QuickBooks Online can't take bills as drafts." in page.text
    merge = read(alice.get(page.link("Answer it in Merge lists")))
    assert "QuickBooks Online can't take bills as drafts." in merge.text


def test_whoever_may_not_answer_is_told_whom_to_ask(moved: Office, people: People, browse: Browse) -> None:
    moved.bill(publish_as=PublishAs.DRAFT.value)
    page = publish_all(moved, browse(people.bob))
    assert f"Alice Admin ({people.alice.email})" in page.text
    assert "choose another way on the document" in page.text
    assert "Merge lists" not in page.text


def test_no_draft_is_suggested_where_there_are_none(moved: Office, office: Office, alice: Client) -> None:
    way = PublishAs.AWAITING_PAYMENT.value
    document = moved.bill(publish_as=way, due_date=None)
    for page in (publish_all(moved, alice), read(alice.get(moved.url(f"costs/{document.id}/?asked=1")))):
        assert "Type the due date." in page.text
        assert "draft" not in page.text.split("Publish as")[0]
    Connection.objects.filter(provider="quickbooks").update(stage=Connection.Stage.ENDED)
    Connection.objects.filter(provider="xero").update(stage=Connection.Stage.ACTIVE)
    assert "Type the due date, or publish it as a draft." in publish_all(office, alice).text


def test_the_only_way_to_publish_is_offered_once(moved: Office, alice: Client) -> None:
    document = moved.bill(reference="INV-1")
    offered = read(alice.get(moved.url(f"costs/{document.id}/"))).text
    assert offered.count("Open bill") == 1
    assert "Open bill (usual)" in offered
    kept = moved.bill(reference="INV-2", publish_as=PublishAs.DRAFT.value)
    offered = read(alice.get(moved.url(f"costs/{kept.id}/"))).text
    assert all(way in offered for way in ("Draft", "Open bill")), "what was chosen, and the way out of it"


@pytest.mark.req("ERR-01")
def test_each_reason_is_said_once_with_its_documents(office: Office, alice: Client) -> None:
    for number in range(1, 13):
        office.bill(f"OFF-{number}", total=Decimal(121))
    early = office.bill("EARLY", due_date=date(2026, 1, 1))
    page = publish_all(office, alice)
    assert "OFF-10 and 2 more. Lines and total differ." in page.text
    assert "Not published: EARLY. The due date lies before the document's date." in page.text
    document = read(alice.get(page.link("EARLY")))
    assert document.path == office.url(f"costs/{early.id}/")
    assert "The due date lies before the document's date." in document.text


def test_the_books_are_read_once_however_many_are_published(office: Office, alice: Client) -> None:
    def reads() -> int:
        with CaptureQueriesContext(db) as counted:
            publish_all(office, alice)
        return sum('FROM "lists_' in query["sql"] for query in counted)

    office.bill("INV-1")
    few = reads()
    for number in range(2, 12):
        office.bill(f"INV-{number}")
    assert reads() == few
    assert Publication.objects.filter(state="waiting").count() == 11


def test_what_needs_a_match_leads_to_its_row(office: Office, alice: Client) -> None:
    bill_of(office, "INV-1", "Paint")
    page = publish_all(office, alice)
    assert "on the way to your books" not in page.text
    assert "1 document waits: category needs a match." in page.text
    assert "?item=" in page.link("Match it")
    assert "Paint" in read(alice.get(page.link("Match it"))).text
    bill_of(office, "INV-2", "Brushes")
    bill_of(office, "INV-3", "Ladders")
    step = publish_all(office, alice).link("Match them")
    assert "Brushes" in read(alice.get(step)).text


def test_what_waits_for_start_publishing_leads_there(moved: Office, alice: Client) -> None:
    moved.bill(publish_as=PublishAs.AWAITING_PAYMENT.value)
    page = publish_all(moved, alice)
    assert Binding.objects.filter(connection=moved.connection).exists()
    assert "1 document waits: publishing not started." in page.text
    assert "Start publishing to QuickBooks Online" in read(alice.get(page.link("Start publishing…"))).heading


def test_what_waits_for_a_decision_leads_to_it(office: Office, alice: Client) -> None:
    Connection.objects.update(documents_from=date(2026, 6, 1))
    office.bill("INV-1")
    page = publish_all(office, alice)
    assert "1 document waits: dated before the new books." in page.text
    assert "Publish anyway" in read(alice.get(page.link("Open it"))).text
    office.bill("INV-2")
    office.bill("INV-3")
    together = office.url("costs/?show=waiting&why=before_start")
    assert publish_all(office, alice).link("Show what waits") == together
