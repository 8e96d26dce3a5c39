"""The document page: what it shows, saving without loss, publishing, and what a person decides."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.documents.services import archive
from bookbind.kit import clock
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication, PublishingSettings
from bookbind.publishing.services import request_publish
from bookbind.rules.services import RuleInput, save_supplier_rule
from tests.support.factories import People
from tests.support.office import Office, posted
from tests.support.pages import Page, read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse
from tests.web.costs.test_list import lapse

pytestmark = pytest.mark.django_db


def look(client: Client, office: Office, document: Document, query: str = "") -> Page:
    return read(client.get(office.url(f"costs/{document.id}/{query}")))


def save(client: Client, office: Office, document: Document, **changes: Any) -> Any:
    data = posted(document, **changes)
    return client.post(office.url(f"costs/{document.id}/save"), data, headers={"x-fragment": "fields"})


def publish(client: Client, office: Office, document: Document, **changes: Any) -> Any:
    url = office.url(f"costs/{document.id}/publish")
    return client.post(url, posted(document, **changes), follow=True)


def held(publication: Publication, reason: str, **data: Any) -> None:
    Publication.objects.filter(id=publication.id).update(
        state=Publication.State.HELD, reason=reason, reason_data=data
    )


def test_the_page_shows_paper_form_and_target(office: Office, alice: Client) -> None:
    document = office.bill("INV-2231")
    page = look(alice, office, document)
    assert page.heading == "City Fuel Ltd · INV-2231 · £120.00"
    assert f"costs/{document.id}/pages/1.png" in page.html
    assert "✓ lines agree" in page.text
    assert "Bill in Xero (Acme Ltd)" in page.text
    assert page.has_button("Publish")
    assert "New in Xero, created on publish." in page.text
    assert "History" in page.text


def test_a_fresh_upload_asks_one_question_and_leads_to_its_field(office: Office, alice: Client) -> None:
    page = look(alice, office, office.upload())
    assert "Who is this bill from?" in page.text
    assert 'data-leads-to="id_supplier"' in page.html
    assert "What date is on the document?" not in page.text
    assert "Date missing" not in page.text, "nothing is marked before somebody tried to publish"


def test_after_pressing_publish_every_gap_is_marked(office: Office, alice: Client) -> None:
    document = office.upload()
    page = read(publish(alice, office, document))
    assert "Who is this bill from?" in page.text
    for words in ("Supplier missing", "Date missing", "Total missing", "Category missing"):
        assert words in page.text
    assert not Publication.objects.exists()


def test_neighbours_walk_the_list_one_came_from(office: Office, alice: Client) -> None:
    first, second, third = office.bill("A"), office.bill("B"), office.bill("C")
    page = look(alice, office, second, "?show=review")
    assert "2 of 3" in page.text
    assert str(third.id) in page.html.split('rel="prev"')[0].rsplit("href", 1)[1]
    assert str(first.id) in page.html.split('rel="next"')[0].rsplit("href", 1)[1]


def test_saving_keeps_every_field(office: Office, alice: Client) -> None:
    document = office.bill()
    other = office.item(ListName.CATEGORIES, "Advertising", "400")
    project = office.item(ListName.TRACKING_1, "North")
    answer = save(
        alice,
        office,
        document,
        date="2026-05-06",
        reference="CHANGED",
        total="1,234.50",
        note="Paid in cash",
        currency="EUR",
        **{
            "lines-0-net": "1.028,75",
            "lines-0-tax": "205.75",
            "lines-0-category": other.id,
            "lines-0-tracking_1": project.id,
        },
    )
    assert 'data-saved="yes"' in answer.content.decode()
    saved = get_document(document.id)
    line = saved.lines.get()
    assert (saved.date, saved.reference, saved.total, saved.note, saved.currency) == (
        date(2026, 5, 6),
        "CHANGED",
        Decimal("1234.50"),
        "Paid in cash",
        "EUR",
    )
    assert (line.net, line.tax, line.category, line.tracking_1) == (
        Decimal("1028.75"),
        Decimal("205.75"),
        other,
        project,
    )


def test_what_can_not_be_read_stays_on_the_page_with_why(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    answer = save(alice, office, document, total="twelve", reference="INV-2")
    html = answer.content.decode()
    assert 'data-saved=""' in html
    assert 'value="twelve"' in html
    assert 'value="INV-2"' in html
    assert "This is not an amount of money. Write it like 1234.56." in html
    assert get_document(document.id).reference == "INV-1"


def test_a_supplier_that_is_typed_is_made_once(office: Office, alice: Client) -> None:
    document = office.upload()
    save(alice, office, document, supplier="", supplier__typed="Nuovo Fornitore")
    save(alice, office, document, supplier="", supplier__typed="nuovo  fornitore")
    supplier = get_document(document.id).supplier
    assert supplier is not None
    assert supplier.name == "Nuovo Fornitore"
    assert ListItem.objects.filter(list=ListName.SUPPLIERS, folded_name="nuovo fornitore").count() == 1


def test_an_entry_of_another_list_or_tenant_is_refused(
    office: Office, alice: Client, people: People, scope: Callable[..., None]
) -> None:
    document = office.bill()
    answer = save(alice, office, document, **{"lines-0-category": office.tax_rate.id})
    assert "is not in your categories" in answer.content.decode()
    answer = save(alice, office, document, supplier=str(people.acme.id))
    assert "is not in your suppliers" in answer.content.decode()
    assert get_document(document.id).lines.get().category == office.category


def test_the_form_sets_nothing_that_it_does_not_show(office: Office, alice: Client) -> None:
    document = office.bill()
    save(alice, office, document, stage="published", shelf="archive", business="x", frozen_at="2026-01-01")
    kept = get_document(document.id)
    assert (kept.stage, kept.shelf, kept.frozen_at) == ("review", "inbox", None)


def test_lines_are_added_and_removed(office: Office, alice: Client) -> None:
    document = office.bill()
    second = {
        "lines-TOTAL_FORMS": 3,
        "lines-0-DELETE": "on",
        "lines-1-net": "60",
        "lines-1-category": office.category.id,
        "lines-1-tax_rate": office.tax_rate.id,
        "lines-2-net": "40",
        "lines-2-description": "Oil",
    }
    save(alice, office, document, **second)
    lines = list(get_document(document.id).lines.order_by("position"))
    assert [(line.position, line.net, line.description) for line in lines] == [
        (1, Decimal(60), ""),
        (2, Decimal(40), "Oil"),
    ]


def test_two_people_never_overwrite_each_other(
    office: Office, alice: Client, browse: Browse, people: People
) -> None:
    document = office.bill("INV-1")
    stale = posted(document, reference="FROM-BOB")
    save(alice, office, document, reference="FROM-ALICE")
    url = office.url(f"costs/{document.id}/save")
    bob = browse(people.bob)
    answer = bob.post(url, stale)
    page = read(answer)
    assert answer.status_code == 409
    assert "Alice Admin changed this document after you opened it." in page.text
    assert 'value="FROM-BOB"' in page.html, "what was typed is still there"
    assert get_document(document.id).reference == "FROM-ALICE"
    over = get_document(document.id).version
    assert bob.post(url, stale | {"over": over}).status_code == 302
    assert get_document(document.id).reference == "FROM-BOB"


def test_publish_saves_what_was_typed_and_queues_it_once(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    page = read(publish(alice, office, document, reference="INV-2"))
    assert "Publishing to Xero (Acme Ltd)." in page.text
    assert f"costs/{document.id}/status?seen=" in page.html
    publish(alice, office, document)
    assert Publication.objects.get().document.reference == "INV-2"


def test_publish_and_go_on_opens_the_next_document(office: Office, alice: Client) -> None:
    other, document = office.bill("INV-1"), office.bill("INV-2")
    page = read(publish(alice, office, document, then="next", show="review"))
    assert f"/costs/{other.id}/" in page.path
    assert "City Fuel Ltd · INV-2 · £120.00 is on its way to Xero (Acme Ltd)." in page.text


def test_the_last_document_goes_on_to_the_list(office: Office, alice: Client) -> None:
    page = read(publish(alice, office, office.bill("INV-1"), then="next", show="review"))
    assert page.heading == "Costs"


def test_an_expired_connection_answers_with_its_message_and_the_document_waits(
    office: Office, alice: Client
) -> None:
    document = office.bill("INV-1")
    lapse(office)
    page = read(publish(alice, office, document))
    assert "Your connection to Xero (Acme Ltd) expired on" in page.text
    assert "1 document (£120.00) is waiting; it was not sent and is not lost." in page.text
    assert page.has_button("Reconnect")
    assert page.text.count("Your connection to Xero (Acme Ltd) expired on") == 1, "said once, not twice"
    assert not page.has_button("Publish"), "the one button is the one that helps"
    assert page.has_button("Take back")
    assert Publication.objects.get().reason == "connection"


def test_a_standard_user_is_told_that_nothing_is_lost_and_asks(
    office: Office, browse: Browse, people: People
) -> None:
    document = office.bill("INV-1")
    lapse(office)
    bob = browse(people.bob)
    page = read(publish(bob, office, document))
    assert "Publishing to Xero is paused." in page.text
    assert "Alice Admin, Ursula User-Admin or Harbour & Co (your accountant) can reconnect it." in page.text
    assert not page.has_button("Reconnect")
    assert page.has_button("Ask them")
    assert office.connection is not None
    ask = office.url(f"settings/connections/{office.connection.id}/ask")
    asked = read(bob.post(ask, {"next": page.path}, follow=True))
    assert "Asked today at" in asked.text
    assert not look(bob, office, document).has_button("Ask them"), "once a day"


def test_taken_back_is_to_review_again(office: Office, alice: Client) -> None:
    document = office.bill()
    request_publish(document, office.user)
    page = read(alice.post(office.url(f"costs/{document.id}/take-back"), follow=True))
    assert "Taken back. It was not sent." in page.text
    assert get_document(document.id).stage == Document.Stage.REVIEW
    assert page.has_button("Publish")


def test_an_unmatched_category_leads_to_its_row(office: Office, alice: Client) -> None:
    lost = office.unmatched(ListName.CATEGORIES, "Motor", "450")
    document = office.bill()
    save(alice, office, document, **{"lines-0-category": lost.id})
    page = read(publish(alice, office, document))
    assert "450 Motor has no match in Xero (Acme Ltd) yet." in page.text
    merge = f"settings/connections/{office.connection.id}/merge/lists/categories/?item={lost.id}"
    assert page.link("See it in Merge lists") == office.url(merge)


def test_a_standard_user_is_told_who_matches(office: Office, browse: Browse, people: People) -> None:
    lost = office.unmatched(ListName.CATEGORIES, "Motor", "450")
    document = office.bill()
    bob = browse(people.bob)
    page = read(publish(bob, office, document, **{"lines-0-category": lost.id}))
    assert "An Admin or your accountant can do this." in page.text
    assert "Match it" not in [text for text, _ in page.links]


def test_twins_are_shown_and_one_is_chosen(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    publication = request_publish(document, office.user)
    twin = {
        "remote_id": "there-1",
        "number": "INV-1",
        "contact_name": "City Fuel Limited",
        "date": "2026-03-03",
        "total": "120.00",
        "status": "DRAFT",
        "url": "http://books.test/there-1",
    }
    held(publication, "twin", twins=[twin])
    page = look(alice, office, document)
    assert "This looks already in Xero (Acme Ltd)." in page.text
    assert "City Fuel Limited" in page.text
    assert page.has_button("Attach our file to it")
    assert page.has_button("Publish anyway")
    wrong = alice.post(
        office.url(f"costs/{document.id}/decide"), {"choice": "attach", "remote_id": "x"}, follow=True
    )
    assert "That is not one of the documents that were found." in read(wrong).text
    answer = alice.post(
        office.url(f"costs/{document.id}/decide"), {"choice": "attach", "remote_id": "there-1"}, follow=True
    )
    page = read(answer)
    assert "Published to Xero (Acme Ltd)" in page.text
    assert page.link("Open in Xero") == "http://books.test/there-1"


def test_a_new_supplier_is_asked_about_where_the_settings_say_so(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    PublishingSettings.objects.update(new_suppliers=PublishingSettings.NewSuppliers.ASK)
    page = read(publish(alice, office, document))
    assert "City Fuel Ltd is new in Xero (Acme Ltd)." in page.text
    assert page.has_button("Create it in Xero")
    alice.post(office.url(f"costs/{document.id}/decide"), {"choice": "create"})
    publication = Publication.objects.get()
    assert (publication.state, publication.new_supplier_accepted) == ("waiting", True)


def test_a_decision_that_does_not_exist_changes_nothing(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    request_publish(document, office.user)
    page = read(alice.post(office.url(f"costs/{document.id}/decide"), {"choice": "explode"}, follow=True))
    assert "Choose one of the buttons of the message." in page.text
    assert Publication.objects.get().state == "waiting"


def test_a_published_document_is_read_only_and_links_to_the_books(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    publication = request_publish(document, office.user)
    Publication.objects.filter(id=publication.id).update(
        state=Publication.State.PUBLISHED,
        published_at=clock.now(),
        remote_url="http://books.test/1",
        paper=Publication.Paper.ATTACHED,
        labels={"lines": [{"category": "449 Motor expenses"}]},
    )
    Document.objects.filter(id=document.id).update(stage="published", frozen_at=clock.now())
    page = look(alice, office, document)
    assert "Published to Xero (Acme Ltd)" in page.text
    assert "File attached. Category there: 449 Motor expenses." in page.text
    assert page.link("Open in Xero") == "http://books.test/1"
    assert not page.has_button("Publish")
    answer = save(alice, office, document, reference="LATE")
    assert "can't be changed here" in read(answer).text
    assert get_document(document.id).reference == "INV-1"


def test_a_file_that_was_not_attached_can_be_sent_again(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    publication = request_publish(document, office.user)
    Publication.objects.filter(id=publication.id).update(
        state=Publication.State.PUBLISHED,
        published_at=clock.now(),
        paper=Publication.Paper.FAILED,
        paper_error={"kind": "rejected", "vendor_text": "<b>No</b>"},
    )
    page = look(alice, office, document)
    assert "its file is not attached" in page.text
    assert "&lt;b&gt;No&lt;/b&gt;" in page.html, "the vendor's words are shown, never run"
    alice.post(office.url(f"costs/{document.id}/decide"), {"choice": "file"})
    assert Publication.objects.get().paper == Publication.Paper.WAITING


def test_the_status_answers_only_when_something_changed(office: Office, alice: Client) -> None:
    document = office.bill()
    publication = request_publish(document, office.user)
    url = office.url(f"costs/{document.id}/status?seen=waiting..none")
    first = alice.get(office.url(f"costs/{document.id}/status?seen=other"))
    assert first.status_code == 200
    assert 'id="cost-work"' in first.content.decode()
    seen = first.content.decode().split("status?seen=")[1].split("&")[0]
    assert alice.get(office.url(f"costs/{document.id}/status?seen={seen}")).status_code == 204
    held(publication, "look_first")
    assert alice.get(url).status_code == 200
    assert "This document is ready and waits for a look." in alice.get(url).content.decode()


def test_archive_and_bring_back(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    request_publish(document, office.user)
    page = read(alice.post(office.url(f"costs/{document.id}/archive"), {"why": "already there"}, follow=True))
    assert "INV-1 · £120.00 is in the archive." in page.text
    assert Publication.objects.get().state == "withdrawn"
    page = look(alice, office, document)
    assert "This document is in the archive." in page.text
    assert page.has_button("Bring back")
    alice.post(office.url(f"costs/{document.id}/restore"))
    assert get_document(document.id).shelf == Document.Shelf.INBOX


def test_a_rules_value_says_where_it_came_from(office: Office, alice: Client) -> None:
    supplier = office.supplier("Ruled Ltd")
    rule = save_supplier_rule(supplier, RuleInput(category_id=office.category.id), office.user)
    document = office.upload()
    save(alice, office, document, supplier=supplier.id)
    assert get_document(document.id).lines.get().category == office.category
    page = look(alice, office, document)
    assert "rule: Ruled Ltd" in page.text
    assert page.link("rule: Ruled Ltd") == office.url(f"rules/{rule.id}/")


def test_tax_that_nobody_typed_is_shown_as_computed(office: Office, alice: Client) -> None:
    document = office.bill()
    save(alice, office, document, **{"lines-0-tax": ""})
    page = look(alice, office, document)
    assert 'placeholder="20.00"' in page.html
    assert "✓ lines agree" in page.text


def test_a_combined_supplier_is_shown_as_the_one_that_was_kept(office: Office, alice: Client) -> None:
    document = office.bill()
    kept = office.supplier("Kept Ltd")
    ListItem.objects.filter(id=document.supplier_id).update(merged_into=kept)
    page = look(alice, office, document)
    assert f'<option value="{kept.id}" selected>Kept Ltd</option>' in page.html


def test_lines_add_no_queries(office: Office, alice: Client) -> None:
    document = office.bill()

    def add_lines() -> None:
        more: dict[str, Any] = {"lines-TOTAL_FORMS": 9}
        for at in range(1, 9):
            more |= {f"lines-{at}-net": "5", f"lines-{at}-category": office.category.id}
            more |= {f"lines-{at}-tax_rate": office.tax_rate.id}
        save(alice, office, document, **more)
        assert get_document(document.id).lines.count() == 9

    assert_rows_add_no_queries(lambda: look(alice, office, document), add_lines, most=60)


def test_archived_entries_stay_on_the_document_that_has_them(office: Office, alice: Client) -> None:
    document = office.bill()
    ListItem.objects.filter(id=office.category.id).update(archived_at=clock.now())
    RemoteItem.objects.update(state=RemoteItem.State.ARCHIVED)
    page = look(alice, office, document)
    assert "449 Motor expenses" in page.html
    assert "was archived or deleted in Xero" in page.text


def test_a_document_of_today_needs_no_connection_to_be_exported(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    answer = alice.post(office.url("costs/export"), {"document": document.id})
    assert "INV-1" in answer.content.decode()
    assert alice.post(office.url("costs/export"), {"document": "nonsense"}).status_code == 404


def test_expiry_in_the_future_leaves_publishing_alone(office: Office, alice: Client) -> None:
    soon = clock.now() + timedelta(days=3)
    Connection.objects.update(consent_expires_at=soon)
    page = read(publish(alice, office, office.bill("INV-1")))
    assert "Publishing to Xero (Acme Ltd)." in page.text


def test_archive_of_one_that_is_being_sent_is_refused(office: Office, alice: Client) -> None:
    document = office.bill("INV-1")
    publication = request_publish(document, office.user)
    Publication.objects.filter(id=publication.id).update(state=Publication.State.SENDING)
    page = read(alice.post(office.url(f"costs/{document.id}/archive"), follow=True))
    assert "being sent right now" in page.text
    assert get_document(document.id).shelf == Document.Shelf.INBOX


def test_gone_documents_leave_the_walk(office: Office, alice: Client) -> None:
    document, other = office.bill("INV-1"), office.bill("INV-2")
    archive(document.id, "archived", office.user)
    page = look(alice, office, document, "?show=review")
    assert "of 1" not in page.text
    assert look(alice, office, other, "?show=review").text.count("1 of 1") == 1
