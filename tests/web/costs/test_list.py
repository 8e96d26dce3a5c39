"""The Costs page: tabs with counts, search, what waits, publish all, and the export."""

import csv
import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.documents.inputs import LineInput
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.services import archive
from bookbind.kit import clock
from bookbind.lists.combine import combine
from bookbind.notifications.models import Mail
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.publishing.services import request_publish
from bookbind.web.views.costs import list_complete
from tests.support.factories import People, copied, make_connection
from tests.support.office import Office
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries
from tests.support.work import steps_of
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def lapse(office: Office) -> None:
    """Let the connection's year be over since yesterday."""
    ended = clock.now() - timedelta(days=1)
    Connection.objects.filter(id=office.connection.id).update(consent_expires_at=ended, lapsed_at=ended)  # type: ignore[union-attr]


def test_an_empty_page_says_what_to_do(office: Office, alice: Client) -> None:
    page = read(alice.get(office.url("costs/")))
    assert page.status == 200
    assert "No bills to review. Drop a PDF here." in page.text
    assert "Choose files" in page.text


def test_an_empty_tab_leads_to_what_is_unfinished(office: Office, alice: Client) -> None:
    lapse(office)
    request_publish(office.bill("INV-1"), office.user)
    page = read(alice.get(office.url("costs/")))
    assert "Unfinished: Waiting (1)" in page.text
    assert "INV-1" in read(alice.get(page.link("Waiting (1)"))).text


def test_tabs_count_and_hold_their_documents(office: Office, alice: Client) -> None:
    office.bill("INV-1")
    archive(office.bill("INV-2").id, "archived", office.user)
    review = read(alice.get(office.url("costs/")))
    assert "To review 1" in review.text
    assert "Archive 1" in review.text
    assert "INV-1" in review.text
    assert "INV-2" not in review.text
    kept = read(alice.get(office.url("costs/?show=archive")))
    assert "INV-2" in kept.text


def test_a_row_says_what_is_missing_first(office: Office, alice: Client) -> None:
    office.upload("scan.pdf")
    page = read(alice.get(office.url("costs/")))
    assert "scan.pdf" in page.text
    assert "To review Supplier missing" in page.text


def test_a_complete_row_is_ready(office: Office, alice: Client) -> None:
    office.bill("INV-1")
    page = read(alice.get(office.url("costs/")))
    assert "£120.00" in page.text
    assert "449 Motor expenses" in page.text
    assert "Complete" in page.text


@pytest.mark.parametrize("query", ["city", "INV-77", "120", "bill.pdf"])
def test_search_finds_by_supplier_reference_amount_and_file(
    office: Office, alice: Client, query: str
) -> None:
    office.bill("INV-77")
    assert "INV-77" in read(alice.get(office.url(f"costs/?q={query}"))).text


def test_a_combined_entry_is_listed_and_found_as_the_one_kept(
    office: Office, alice: Client, people: People
) -> None:
    kept = office.item(ListName.SUPPLIERS, "British Telecom")
    between = office.item(ListName.SUPPLIERS, "Telecom group")
    paints, paint = office.item(ListName.CATEGORIES, "Paints"), office.item(ListName.CATEGORIES, "Paint tins")
    line = LineInput(net=Decimal(100), tax=Decimal(20), category_id=paint.id, tax_rate_id=office.tax_rate.id)
    office.bill("INV-1", lines=(line,))
    own = office.supplier()
    for into, item in ((between, own), (kept, between), (paints, paint)):
        combine(into, item, people.alice)
    for search in ("british", own.name):
        shown = read(alice.get(office.url("costs/"), {"q": search}))
        assert "British Telecom INV-1" in shown.text
        assert own.name not in shown.text.replace(search, "")
        assert "Paints" in shown.text
        assert "Paint tins" not in shown.text


def test_search_that_finds_nothing_leads_back(office: Office, alice: Client) -> None:
    office.bill("INV-1")
    page = read(alice.get(office.url("costs/?q=zebra")))
    assert "Nothing matches “zebra”" in page.text
    assert page.link("Show all of To review")


def test_an_unknown_tab_is_to_review(office: Office, alice: Client) -> None:
    assert read(alice.get(office.url("costs/?show=../etc"))).status == 200


def test_waiting_says_how_many_since_when_and_how_much(office: Office, alice: Client) -> None:
    lapse(office)
    for number in ("INV-1", "INV-2"):
        request_publish(office.bill(number), office.user)
    page = read(alice.get(office.url("costs/?show=waiting")))
    assert "2 documents are waiting for Xero (Acme Ltd), oldest 3 March 2026, £240.00." in page.text
    assert "once each, when the connection is back" in page.text
    assert page.has_button("Reconnect")
    assert page.text.count("Reconnect") == 1, "one button ends the wait, not two"


def test_a_standard_user_is_told_whom_to_ask_instead(office: Office, browse: Browse, people: People) -> None:
    lapse(office)
    request_publish(office.bill(), office.user)
    page = read(browse(people.bob).get(office.url("costs/?show=waiting")))
    assert page.has_button("Ask them")
    assert not page.has_button("Reconnect")


@pytest.mark.req("CON-01")
@pytest.mark.parametrize(
    ("facts", "wait", "mail"),
    [
        (
            {"lapsed_at": LONG_AGO, "consent_expires_at": LONG_AGO},
            "when the connection is back",
            "asks you to reconnect Xero (Acme Ltd).",
        ),
        (
            {"stage": "setting_up"},
            "when its lists are read.",
            "asks you to finish setting up Xero (Acme Ltd).",
        ),
        (
            {"awaits_start": True},
            "when somebody presses Start publishing.",
            "asks you to start publishing to Xero (Acme Ltd).",
        ),
    ],
)
def test_whoever_may_not_end_the_wait_reads_who_can_and_asks(
    office: Office, browse: Browse, people: People, facts: dict[str, object], wait: str, mail: str
) -> None:
    Connection.objects.update(**facts)
    request_publish(office.bill(), office.user)
    bob = browse(people.bob)
    page = read(bob.get(office.url("costs/?show=waiting")))
    assert wait in page.text
    assert f"Connections are managed by Admins: Alice Admin ({people.alice.email})" in page.text
    assert page.has_button("Ask them")
    assert not page.has_button("Reconnect")
    assert office.connection is not None
    ask = office.url(f"settings/connections/{office.connection.id}/ask")
    asked = read(bob.post(ask, {"next": office.url("costs/?show=waiting")}, follow=True))
    assert "Please ask one of them. Asked on" in asked.text
    assert not asked.has_button("Ask them")
    assert mail in Mail.objects.filter(kind="ask")[0].body


def test_waiting_documents_can_be_exported_without_formulas(office: Office, alice: Client) -> None:
    lapse(office)
    supplier = office.supplier("=HYPERLINK(1)")
    request_publish(office.bill("+1", supplier_id=supplier.id), office.user)
    answer = alice.post(office.url("costs/export"), {"show": "waiting"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0]["Supplier"] == "'=HYPERLINK(1)"
    assert rows[0]["Reference"] == "'+1"
    assert rows[0]["Total"] == "120.00"
    assert (rows[0]["Category code"], rows[0]["Category"]) == ("449", "Motor expenses")
    assert "attachment" in answer["Content-Disposition"]


def test_publish_all_takes_what_is_ready_and_names_what_is_not(office: Office, alice: Client) -> None:
    ready = office.bill("INV-1")
    office.bill("INV-2")
    office.bill("INV-9", total=Decimal(121))
    office.upload("blank.pdf")
    page = read(alice.post(office.url("costs/publish-all"), follow=True))
    assert "2 documents on the way to your books." in page.text
    assert "Not published: INV-9. The lines come to £1.00 less than the total of £121.00." in page.text
    assert Publication.objects.filter(document=ready).exists()
    assert Publication.objects.count() == 2


def test_publish_all_without_software_says_so(
    people: People, scope: object, office: Office, alice: Client
) -> None:
    office.bill("INV-1")
    Connection.objects.update(stage=Connection.Stage.ENDED)
    page = read(alice.post(office.url("costs/publish-all"), follow=True))
    assert "There is no accounting software to publish to." in page.text
    assert not Publication.objects.exists()


def test_another_tenants_costs_are_not_there(office: Office, people: People, browse: Browse) -> None:
    document = office.bill()
    olga = browse(people.olga)
    for path in (
        "costs/",
        f"costs/{document.id}/",
        f"costs/{document.id}/file",
        f"costs/{document.id}/pages/1.png",
    ):
        assert olga.get(office.url(path)).status_code == 404, path
    own = olga.get(f"/b/{people.other.slug}/costs/{document.id}/")
    assert own.status_code == 404, "another tenant's document is not reached through one's own business"


def test_rows_add_no_queries(office: Office, alice: Client) -> None:
    for number in range(3):
        office.bill(f"INV-{number}")

    def add_rows() -> None:
        for number in range(10, 22):
            office.bill(f"INV-{number}")

    assert_rows_add_no_queries(lambda: alice.get(office.url("costs/")), add_rows, most=40)


@pytest.mark.skipif(database.vendor != "sqlite", reason="only SQLite says how many steps it takes")
def test_the_first_complete_documents_are_found_without_looking_at_all(office: Office) -> None:
    first = office.bill("INV-0")

    def fill_inbox(count: int) -> None:
        documents = [copied(first) for _ in range(count)]
        Document.objects.bulk_create(documents)
        lines = [copied(line, document=each) for each in documents for line in first.lines.all()]
        DocumentLine.objects.bulk_create(lines)

    def steps() -> int:
        return steps_of(lambda: list(list_complete().order_by("captured_at")[:40]))

    fill_inbox(59)
    few = steps()
    fill_inbox(540)
    assert list_complete().count() == 600
    assert steps() <= few * 1.5


def test_waiting_rows_add_no_queries(office: Office, alice: Client) -> None:
    lapse(office)
    request_publish(office.bill("INV-0"), office.user)

    def add_rows() -> None:
        for number in range(1, 9):
            request_publish(office.bill(f"INV-{number}"), office.user)

    assert_rows_add_no_queries(lambda: alice.get(office.url("costs/?show=waiting")), add_rows, most=50)


def test_pages_keep_the_search(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    rows = [
        Document(
            business=office.business,
            currency="GBP",
            captured_at=clock.now(),
            supplier_id=document.supplier_id,
            reference=f"N-{number}",
        )
        for number in range(60)
    ]
    Document.objects.bulk_create(rows)
    page = read(alice.get(office.url("costs/?show=review&q=city")))
    assert "of 61" in page.text
    assert page.link("Next") == "?show=review&q=city&page=2"


def test_published_rows_name_their_books_once_there_were_others(
    office: Office, alice: Client, people: People
) -> None:
    for number in (1, 2):
        publication = request_publish(office.bill(f"INV-{number}"), office.user)
        Publication.objects.filter(id=publication.id).update(state="published", published_at=clock.now())
    Document.objects.update(stage=Document.Stage.PUBLISHED)
    assert "to Xero (Acme Ltd)" not in read(alice.get(office.url("costs/?show=published"))).text
    Connection.objects.update(stage=Connection.Stage.ENDED)
    make_connection(people.acme, people.alice, "quickbooks")
    rows = read(alice.get(office.url("costs/?show=published"))).text
    today = clock.now()
    assert rows.count(f"Published {today.day} {today:%b %Y} to Xero (Acme Ltd)") == 2
