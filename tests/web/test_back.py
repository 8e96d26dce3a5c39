"""The link on a document in the books leads back to it, for those who may see it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.publishing.models import Publication
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


@pytest.fixture
def published(people: People) -> Document:
    """A document of the first business with a marker."""
    with within(BusinessScope(people.acme.id)):
        connection = Connection.objects.create(business=people.acme, provider="xero", organisation_id="o-1")
        document = Document.objects.create(business=people.acme, currency="GBP", captured_at=NOW)
        Publication.objects.create(
            business=people.acme, document=document, connection=connection, marker="abc123", queued_at=NOW
        )
    return document


def test_back_leads_a_member_to_the_document(client: Client, people: People, published: Document) -> None:
    client.force_login(people.alice)
    answer = client.get("/p/abc123")
    assert answer.status_code == 302
    assert answer["Location"] == reverse("cost", args=[people.acme.slug, published.id])


def test_back_is_404_for_a_stranger_and_for_an_unknown_marker(
    client: Client, people: People, published: Document
) -> None:
    client.force_login(people.dave)
    assert client.get("/p/abc123").status_code == 404
    client.force_login(people.alice)
    assert client.get("/p/nothing").status_code == 404
