"""The document page of a business without accounting software."""

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.documents.inputs import DOCUMENT_FIELDS, LINE_FIELDS
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from tests.support.office import Office
from tests.web.costs.test_document import look, save

pytestmark = pytest.mark.django_db


@pytest.mark.req("CHG-12")
def test_without_software_a_document_is_made_ready_instead_of_published(
    office: Office, alice: Client
) -> None:
    Connection.objects.update(stage=Connection.Stage.ENDED)
    page = look(alice, office, office.upload())
    assert page.has_button("Ready")
    assert not page.has_button("Publish")
    assert "Kept here until accounting software is connected, or exported" in page.text


@pytest.mark.req("CHG-12")
def test_without_software_a_document_keeps_how_its_rule_publishes_it(office: Office, alice: Client) -> None:
    Connection.objects.update(stage=Connection.Stage.ENDED)
    document = office.bill("INV-1")
    Document.objects.filter(id=document.id).update(publish_as="awaiting_payment")
    page = look(alice, office, document)
    assert '<input type="hidden" name="publish_as" value="awaiting_payment"' in page.html
    save(alice, office, get_document(document.id), publish_as="awaiting_payment", reference="INV-2")
    assert get_document(document.id).publish_as == "awaiting_payment"


@pytest.mark.parametrize("stage", Connection.Stage.values)
def test_a_page_posts_every_field_so_that_none_is_taken_for_emptied(
    office: Office, alice: Client, stage: str
) -> None:
    Connection.objects.update(stage=stage)
    page = look(alice, office, office.bill("INV-1"))
    names = {*DOCUMENT_FIELDS, *(f"lines-0-{name}" for name in LINE_FIELDS)}
    assert [name for name in names if f'name="{name}"' not in page.html] == []
