"""One bill from upload to the books, over real HTTP."""

from decimal import Decimal

import pytest

from bookbind.activity.queries import list_entries
from bookbind.connections.gateway import open_session
from bookbind.documents.errors import DocumentFrozen
from bookbind.documents.queries import Tab, count_tabs, get_document
from bookbind.documents.services import archive
from bookbind.jobs.runner import run_due
from bookbind.lists.models import RemoteItem
from bookbind.lists.services import create_item
from bookbind.lists.sync import request_sync
from bookbind.merge.using import match_one
from bookbind.providers.base.types import DocumentKind, ListName, NewContact, PublishAs
from bookbind.publishing import services
from bookbind.publishing.configuration import SettingsInput, get_settings, save_settings
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.queries import publications_of
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State, stage_of
from tests.publishing.conftest import SYNC, Desk


def test_a_bill_is_published_once_with_its_paper(desk: Desk) -> None:
    document = desk.bill("INV-2231")
    publication = desk.publish(document)
    desk.work()
    publication = desk.look(publication)
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    assert publication.paper == "attached"
    bills = desk.bills()
    assert len(bills) == 1
    assert Decimal(str(bills[0]["total"])) == Decimal(120)
    bill = bills[0]
    assert (bill["organisation_name"], bill["contact"], bill["reference"]) == (
        "Acme Ltd",
        "City Fuel Ltd",
        "INV-2231",
    )
    assert (bill["status"], bill["due_date"]) == ("DRAFT", str(document.due_date))
    line = bill["lines"][0]
    assert (line["account"], line["tax_type"], Decimal(line["tax"])) == ("449", "INPUT2", Decimal(20))
    assert [paper["file_name"] for paper in bill["attachments"]] == ["bill.pdf"]
    assert bill["attachments"][0]["sha256"] == get_document(document.id).file.sha256
    assert publication.marker in bill["url"]
    assert bill["id"] in publication.remote_url


@pytest.mark.req("PUB-12")
def test_the_timeline_keeps_payload_answer_rules_and_actor(desk: Desk) -> None:
    """What was sent, what came back, who asked, and where each value came from."""
    document = desk.bill("INV-1")
    publication = desk.publish(document)
    desk.work()
    publication = desk.look(publication)
    entry = next(
        found for found in list_entries(publication.document) if found.action == "publication.published"
    )
    delivery = Delivery.objects.get(publication=publication, purpose=Delivery.Purpose.DOCUMENT)
    assert entry.data["remote_id"] == publication.remote_id == desk.bills()[0]["id"]
    assert entry.data["body_sha256"] == delivery.body_sha256
    assert entry.data["requested_by"] == str(desk.user.id)
    assert entry.data["sources"]["reference"] == "typed"
    assert b"INV-1" in bytes(delivery.body)
    assert publication.frozen["reference"] == "INV-1"
    assert publication.labels["lines"][0]["category"].startswith("449")


@pytest.mark.req("PUB-10")
def test_nothing_is_more_final_than_asked(desk: Desk) -> None:
    for publish_as in PublishAs:
        desk.publish(desk.bill(f"INV-{publish_as}", publish_as=publish_as, supplier=f"{publish_as} Ltd"))
    desk.work()
    statuses = {bill["reference"]: bill["status"] for bill in desk.bills()}
    assert statuses == {
        "INV-draft": "DRAFT",
        "INV-awaiting_approval": "SUBMITTED",
        "INV-awaiting_payment": "AUTHORISED",
    }


@pytest.mark.req("PUB-11")
def test_one_bad_document_does_not_stop_the_others(desk: Desk) -> None:
    good = [desk.bill(f"INV-{number}") for number in (1, 3)]
    bad = desk.bill("INV-2", line={"category_id": desk.item_id("400")})
    desk.sandbox.control("archive", vendor="xero", organisation="Acme Ltd", list="accounts", id="400")
    for document in (good[0], bad, good[1]):
        desk.publish(document)
    desk.work()
    results = {desk.look(found).document.reference: found.state for found in Publication.objects.all()}
    assert results == {"INV-1": "published", "INV-2": "rejected", "INV-3": "published"}
    assert count_tabs()[Tab.FIXING] == 1


def test_a_new_supplier_waits_for_a_yes_where_the_settings_ask(desk: Desk) -> None:
    settings = get_settings(desk.connection)
    asking = SettingsInput(
        DocumentKind(settings.publish_to), PublishAs(settings.publish_as), new_suppliers="ask"
    )
    save_settings(desk.connection, asking, desk.user)
    publication = desk.publish(desk.bill("INV-1", supplier="Brand New Traders Ltd"))
    desk.work()
    publication = desk.look(publication)
    assert (publication.state, publication.reason) == ("held", Reason.NEW_SUPPLIER)
    assert desk.contacts("Brand New Traders Ltd") == []
    services.accept_new_supplier(publication, desk.user)
    desk.work()
    assert desk.look(publication).state == State.PUBLISHED
    assert len(desk.contacts("Brand New Traders Ltd")) == 1


def test_an_unmatched_category_waits_and_goes_when_it_is_matched(desk: Desk) -> None:
    own = create_item(desk.business.id, ListName.CATEGORIES, "Vehicle costs", user=desk.user)
    documents = [desk.bill(f"INV-{number}", line={"category_id": own.id}) for number in range(3)]
    for document in documents:
        assert desk.publish(document).reason == Reason.CATEGORY_UNMATCHED
    remote = RemoteItem.objects.get(connection=desk.connection, list=ListName.CATEGORIES, code="449")
    match_one(desk.connection, own.id, remote.id, desk.user)
    desk.work()
    assert [bill["lines"][0]["account"] for bill in desk.bills()] == ["449"] * 3


def test_a_supplier_is_found_by_its_tax_number_however_the_books_space_it(desk: Desk) -> None:
    spaced = NewContact("City Fuels of Leeds", tax_number="GB 123 4567 89")
    there = open_session(desk.connection).create_contact(spaced, "key-1")
    request_sync(desk.connection, [ListName.SUPPLIERS])
    run_due(kinds=[SYNC])
    supplier = desk.supplier("Fuels & Co")
    supplier.details = {"tax_number": "GB123456789"}
    supplier.save()
    publication = desk.publish(desk.bill("INV-1", supplier="Fuels & Co"))
    desk.work()
    assert desk.look(publication).state == State.PUBLISHED
    assert desk.bills()[0]["contact"] == there.name
    assert desk.contacts("Fuels & Co") == []


def test_the_same_document_is_shown_in_the_tab_where_its_publication_stands(desk: Desk) -> None:
    documents = [desk.bill(f"INV-{number}", supplier=f"Supplier {number}") for number in range(3)]
    desk.publish(documents[0])
    desk.publish(documents[1])
    assert count_tabs()[Tab.WAITING] == 2
    desk.work()
    assert count_tabs()[Tab.PUBLISHED] == 2
    shown = publications_of([document.id for document in documents])
    for document in documents:
        found = get_document(document.id)
        expected = stage_of(State(shown[document.id].state)) if document.id in shown else "review"
        assert found.stage == expected


def test_a_published_document_does_not_change_any_more(desk: Desk) -> None:
    document = desk.bill("INV-1")
    desk.publish(document)
    desk.work()
    with pytest.raises(DocumentFrozen):
        desk.edit(document, desk.values("INV-2"))


def test_an_archived_document_is_not_published(desk: Desk) -> None:
    document = desk.bill("INV-1")
    desk.publish(document)
    archive(document.id, "already there", desk.user)
    desk.work()
    assert desk.bills() == []
    assert count_tabs()[Tab.ARCHIVE] == 1


def test_a_complete_document_goes_by_itself_where_the_settings_say_so(desk: Desk) -> None:
    settings = get_settings(desk.connection)
    exception = desk.supplier("Careful Ltd")
    automatic = SettingsInput(
        DocumentKind(settings.publish_to),
        PublishAs(settings.publish_as),
        auto_publish=True,
        auto_publish_exception_ids=frozenset({exception.id}),
    )
    save_settings(desk.connection, automatic, desk.user)
    desk.bill("INV-1")
    desk.bill("INV-2", supplier="Careful Ltd")
    desk.bill("INV-3", total=Decimal(121))
    desk.work()
    assert [bill["reference"] for bill in desk.bills()] == ["INV-1"]
    assert Publication.objects.get().automatic
