"""What is decided on the page of a document that nobody asked to publish yet: one press asks and decides."""

from datetime import date

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.publishing.models import Publication, PublishingSettings
from tests.support.office import Office
from tests.support.pages import Page, read

pytestmark = pytest.mark.django_db(transaction=True)

FIRST_DAY = date(2026, 4, 1)
EARLY = "3 March 2026 lies before 1 April 2026"


@pytest.fixture(autouse=True)
def _first_day(office: Office) -> None:
    """Acme's books begin after the bills of these tests."""
    Connection.objects.update(documents_from=FIRST_DAY)


def look(client: Client, office: Office, document: Document) -> Page:
    return read(client.get(office.url(f"costs/{document.id}/")))


def decide(client: Client, office: Office, document: Document, choice: str) -> Page:
    address = office.url(f"costs/{document.id}/decide")
    return read(client.post(address, {"choice": choice}, follow=True))


def test_a_document_dated_before_the_books_is_published_anyway_from_to_review(
    office: Office, alice: Client
) -> None:
    document = office.bill()
    page = look(alice, office, document)
    assert EARLY in page.text
    assert page.has_button("Publish anyway")
    after = decide(alice, office, document, "publish")
    assert EARLY not in after.text
    publication = Publication.objects.get()
    assert (publication.state, publication.early_accepted) == ("waiting", True)


def test_the_decision_outlasts_a_connection_that_can_not_publish(office: Office, alice: Client) -> None:
    document = office.bill()
    Connection.objects.update(lapsed_at="2026-03-01T00:00Z")
    decide(alice, office, document, "publish")
    publication = Publication.objects.get()
    assert (publication.state, publication.reason) == ("held", "connection")
    assert publication.early_accepted


def test_a_new_supplier_is_accepted_from_to_review(office: Office, alice: Client) -> None:
    Connection.objects.update(documents_from=None)
    document = office.bill()
    look(alice, office, document)
    PublishingSettings.objects.update(new_suppliers=PublishingSettings.NewSuppliers.ASK)
    assert look(alice, office, document).has_button("Create it in Xero")
    decide(alice, office, document, "create")
    publication = Publication.objects.get()
    assert (publication.state, publication.new_supplier_accepted) == ("waiting", True)


def test_what_has_to_be_edited_first_is_said_once_publishing_was_asked_for(
    office: Office, alice: Client
) -> None:
    document = office.bill(total=None)
    assert EARLY in look(alice, office, document).text
    for path, values in (("publish", {}), ("decide", {"choice": "publish"})):
        page = read(alice.post(office.url(f"costs/{document.id}/{path}"), values, follow=True))
        assert EARLY not in page.text, path
        assert "What is the total?" in page.text, path
    assert not Publication.objects.exists()
