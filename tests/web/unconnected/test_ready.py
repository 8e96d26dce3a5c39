"""Documents without accounting software: ready, exported, and later published in one go."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from bookbind.activity.queries import list_entries
from bookbind.connections.disconnect import disconnect
from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.documents.services import archive, restore
from bookbind.kit import clock
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.publishing.ready import make_ready
from bookbind.publishing.services import request_publish
from bookbind.rules.services import RuleInput, save_supplier_rule
from tests.support.factories import People, make_connection
from tests.support.office import Office, posted
from tests.support.pages import Page, read
from tests.support.queries import assert_rows_add_no_queries

pytestmark = [pytest.mark.django_db, pytest.mark.req("CHG-12")]
READY = Document.Stage.READY


def press_ready(client: Client, office: Office, document: Document, **changes: Any) -> Page:
    return read(
        client.post(office.url(f"costs/{document.id}/ready"), posted(document, **changes), follow=True)
    )


def stage(document: Document) -> str:
    return get_document(document.id).stage


def export(client: Client, office: Office, **fields: str) -> list[dict[str, str]]:
    answer = client.post(office.url("costs/export"), fields)
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def connect(office: Office, people: People) -> None:
    office.connection = make_connection(people.acme, people.alice, base_currency="GBP", currencies=["GBP"])
    for item in ListItem.objects.exclude(list=ListName.SUPPLIERS):
        office.match(item)


def test_a_complete_document_is_made_ready(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    page = press_ready(alice, office, document)
    assert "Ready. Complete, and it adds up. It waits for accounting software or export." in page.text
    assert page.has_button("Take back")
    assert not page.has_button("Ready")
    assert "failed" not in page.text.lower()
    page = read(alice.get(office.url("costs/?show=ready")))
    assert "1 document is ready, £120.00." in page.text
    assert "INV-1" in page.text
    assert next(entry.action for entry in list_entries(document)) == "document.ready"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"supplier": ""}, "Who is this bill from? Whoever keeps the books needs it on every document."),
        ({"total": "121"}, "The lines come to £1.00 less than the total of £121.00."),
        ({"lines-0-category": ""}, "It decides where the cost appears in Acme Ltd's books."),
        ({"kind": "expense"}, "Which account was it paid from?"),
    ],
)
def test_what_is_missing_is_said_and_leads_to_the_field(
    office: Office, alice: Client, changes: dict[str, str], words: str
) -> None:
    document = office.bill("INV-1")
    page = press_ready(alice, office, document, **changes)
    assert words in page.text
    assert stage(document) == Document.Stage.REVIEW


def test_an_archived_entry_keeps_a_document_from_being_ready(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    ListItem.objects.filter(id=office.category.id).update(archived_at="2026-01-01T00:00Z")
    page = press_ready(alice, office, document)
    assert "449 Motor expenses is archived in your lists." in page.text
    assert stage(document) == Document.Stage.REVIEW


def test_an_edit_that_leaves_a_gap_takes_it_back_to_review(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    press_ready(alice, office, document)
    save = office.url(f"costs/{document.id}/save")
    alice.post(save, posted(document, note="Looked at"))
    assert stage(document) == READY
    alice.post(save, posted(document, total="7"))
    assert stage(document) == Document.Stage.REVIEW
    assert list_entries(document)[0].text == "To review again: something is missing now."


def test_a_rule_that_changes_leaves_a_ready_document_as_it_was_seen(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    press_ready(alice, office, document)
    other = office.item(ListName.CATEGORIES, "Fuel", "450")
    save_supplier_rule(office.supplier(), RuleInput(category_id=other.id), office.user)
    assert get_document(document.id).lines.get().category_id == office.category.id


def test_taken_back_or_archived_and_restored_it_is_to_review(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    press_ready(alice, office, document)
    page = read(alice.post(office.url(f"costs/{document.id}/take-back"), follow=True))
    assert "It is to review again." in page.text
    assert stage(document) == Document.Stage.REVIEW
    press_ready(alice, office, document)
    archive(document.id, "archived", office.user)
    restore(document.id, office.user)
    assert stage(document) == Document.Stage.REVIEW


def test_all_that_is_complete_is_made_ready_at_once(office: Office, alice: Client) -> None:
    office.bill("INV-1")
    office.bill("INV-2")
    office.bill("INV-9", total=Decimal(121))
    office.upload("blank.pdf")
    assert read(alice.get(office.url("costs/"))).has_button("Make 2 complete documents ready")
    page = read(alice.post(office.url("costs/ready"), follow=True))
    assert "2 documents ready." in page.text
    assert "Not made ready: INV-9. The lines come to £1.00 less than the total of £121.00." in page.text
    assert Document.objects.filter(stage=READY).count() == 2
    assert "complete document" not in read(alice.get(office.url("costs/"))).text, "no press helps INV-9"


def test_go_on_leads_to_what_is_still_to_review(office: Office, alice: Client) -> None:
    done, left = office.bill("INV-1"), office.upload("blank.pdf")
    press_ready(alice, office, done)
    document = office.bill("INV-2")
    page = press_ready(alice, office, document)
    assert f"/costs/{left.id}/" in page.link("Go on")


def test_an_export_holds_lines_codes_and_tax_and_runs_nothing(office: Office, alice: Client) -> None:
    rate = office.item(ListName.TAX_RATES, "5% VAT", rate="5", tax_kind="reduced", side="costs")
    supplier = office.supplier("=HYPERLINK(1)")
    document = office.bill("+1", supplier_id=supplier.id)
    document.lines.update(tax=None, tax_rate_id=rate.id)
    row = export(alice, office, document=str(document.id))[0]
    assert (row["Supplier"], row["Reference"]) == ("'=HYPERLINK(1)", "'+1")
    assert (row["Category code"], row["Category"]) == ("449", "Motor expenses")
    assert (row["Net"], row["VAT rate"], row["VAT %"], row["VAT kind"]) == (
        "100.00",
        "5% VAT",
        "5",
        "Reduced",
    )
    assert (row["VAT"], row["Gross"]) == ("5.00", "105.00")
    assert (row["Type"], row["Date"], row["Due"]) == ("Invoice", "2026-03-03", "2026-04-02")


def test_what_was_exported_is_marked_filtered_and_exported_again(office: Office, alice: Client) -> None:
    first, second = office.bill("INV-1"), office.bill("INV-2")
    for document in (first, second):
        make_ready(document.id, office.user)
    assert len(export(alice, office, show="ready", exported="no")) == 2
    assert list_entries(first)[0].text == "Exported as CSV."
    third = office.bill("INV-3")
    make_ready(third.id, office.user)
    page = read(alice.get(office.url("costs/?show=ready&exported=no")))
    assert ("INV-3" in page.text, "INV-1" in page.text) == (True, False)
    assert "All 3 Not exported 1 Exported 2" in page.text
    assert [row["Reference"] for row in export(alice, office, show="ready", exported="no")] == ["INV-3"]
    assert len(export(alice, office, show="ready")) == 3
    page = read(alice.get(office.url("costs/?show=ready&exported=yes")))
    assert "All 3 Not exported 0 Exported 3" in page.text
    alice.post(office.url(f"costs/{first.id}/save"), posted(first, note="Corrected"))
    page = read(alice.get(office.url("costs/?show=ready&exported=no")))
    assert "INV-1" in page.text
    assert "changed since" in page.text


def test_looking_marks_nothing_as_exported(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    assert alice.get(office.url("costs/export")).status_code == 405
    assert get_document(document.id).exported_at is None


def test_once_connected_all_that_is_ready_is_published_in_one_go(
    office: Office, alice: Client, people: People
) -> None:
    documents = [office.bill(f"INV-{n}") for n in range(3)]
    for document in documents:
        make_ready(document.id, office.user)
    export(alice, office, document=str(documents[2].id))
    connect(office, people)
    page = read(alice.get(office.url("costs/?show=ready")))
    assert page.has_button("Publish 2 to Xero (Acme Ltd)")
    assert "1 document left as a file and may stand in your books already." in page.text
    assert page.has_button("Publish 1 exported to Xero (Acme Ltd)")
    alice.post(office.url("costs/publish-all"), {"what": "ready", "exported": "no"})
    published = Publication.objects.values_list("document__reference", "must_look_for_twins")
    assert sorted(published) == [("INV-0", False), ("INV-1", False)]
    alice.post(office.url("costs/publish-all"), {"what": "ready", "exported": "yes"})
    assert Publication.objects.get(document=documents[2]).must_look_for_twins
    assert {stage(document) for document in documents} == {Document.Stage.WAITING}


def test_a_ready_document_has_its_publish_button_once_connected(
    office: Office, alice: Client, people: People
) -> None:
    document = office.bill("INV-1")
    make_ready(document.id, office.user)
    connect(office, people)
    page = read(alice.get(office.url(f"costs/{document.id}/")))
    assert page.has_button("Publish")
    assert page.has_button("Take back")


def test_disconnect_leaves_a_business_that_works(office: Office, alice: Client, people: People) -> None:
    connect(office, people)
    assert office.connection is not None
    waiting, review = office.bill("INV-1"), office.bill("INV-2")
    request_publish(waiting, office.user)
    page = read(alice.get(office.url(f"settings/connections/{office.connection.id}/disconnect")))
    assert "1 category, 1 tax rate, 1 supplier. You keep them here yourself." in page.text
    assert "1 to review, 1 waiting. They can be coded, made ready and exported." in page.text
    Connection.objects.update(grant=None)
    disconnect(Connection.objects.get(), office.user)

    page = read(alice.get(office.url("costs/?show=waiting")))
    assert "1 document waits for Xero (Acme Ltd), which is disconnected." in page.text
    page = read(alice.post(office.url("costs/ready"), {"what": "left"}, follow=True))
    assert "1 document is ready, £120.00." in page.text
    assert stage(waiting) == READY
    assert "Ready." in press_ready(alice, office, review).text
    assert [row["Reference"] for row in export(alice, office, show="ready")] == ["INV-1", "INV-2"]
    values = {"name": "Advertising", "code": "400", "account_type": "Expense"}
    assert "Saved" in read(alice.post(office.url("lists/categories/new"), values, follow=True)).text

    connect(office, people)
    alice.post(office.url("costs/publish-all"), {"what": "ready"})
    assert {stage(each) for each in (waiting, review)} == {Document.Stage.WAITING}


def test_what_somebody_has_to_decide_stays_where_it_waits(
    office: Office, alice: Client, people: People
) -> None:
    connect(office, people)
    request_publish(office.bill("INV-1"), office.user)
    Publication.objects.update(state=Publication.State.HELD, reason="unknown")
    Connection.objects.update(stage=Connection.Stage.ENDED)
    page = read(alice.post(office.url("costs/ready"), {"what": "left"}, follow=True))
    assert "0 documents taken back." in page.text
    assert Publication.objects.get().state == Publication.State.HELD


def test_the_ready_tab_takes_no_more_queries_for_more_documents(office: Office, alice: Client) -> None:
    make_ready(office.bill("INV-0").id, office.user)

    def more() -> None:
        for number in range(1, 6):
            make_ready(office.bill(f"INV-{number}").id, office.user)

    assert_rows_add_no_queries(lambda: alice.get(office.url("costs/?show=ready")), more, most=30)
    assert_rows_add_no_queries(
        lambda: export(alice, office, document=str(Document.objects.first().id)), more, 30
    )


def test_what_was_made_ready_is_matched_and_named_before_publishing_starts(
    office: Office, alice: Client, people: People
) -> None:
    make_ready(office.bill("INV-1").id, office.user)
    connection = make_connection(people.acme, people.alice, base_currency="GBP", currencies=["GBP"])
    Connection.objects.update(awaits_start=True)
    books = f"settings/connections/{connection.id}"
    page = read(alice.get(office.url(f"{books}/merge/lists/categories/")))
    assert "449 Motor expenses" in page.text
    assert "1 ready" in page.text
    assert "0 documents become ready · 1 still needs a match" in page.text
    start = read(alice.get(office.url(f"{books}/start")))
    assert "1 document stays in Ready; once publishing has started, publish it there" in start.text
    Document.objects.update(exported_at=clock.now(), exported_version=F("version"))
    start = read(alice.get(start.path))
    assert "in one press" not in start.text
    assert "1 document in Ready left as a file and may stand in your books already" in start.text
