"""What was answered about documents that the books do not take as asked, seen from the settings."""

from typing import Any

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.publishing.configuration import get_settings, save_instead
from bookbind.publishing.instead import KEEP
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People, make_connection
from tests.support.pages import Page, read
from tests.web.conftest import Browse
from tests.web.test_connections import root, settings_values

pytestmark = [pytest.mark.django_db, pytest.mark.req("CHG-05")]


@pytest.fixture
def alice(people: People, browse: Browse) -> Client:
    return browse(people.alice)


def answered(people: People, answer: str) -> Connection:
    """Books without drafts whose business made drafts before, and what it said becomes of them."""
    connection = make_connection(people.acme, people.alice, provider="quickbooks")
    with within(BusinessScope(people.acme.id)):
        settings = get_settings(connection)
        settings.publish_as = "draft"
        settings.save()
        save_instead(connection, {"bill/draft": answer}, people.alice)
    return connection


def publish_as(people: People, connection: Connection) -> str:
    with within(BusinessScope(people.acme.id)):
        return str(get_settings(connection).publish_as)


def post(people: People, client: Client, connection: Connection, **changes: Any) -> Page:
    address = f"{root(people)}{connection.id}/settings"
    return read(client.post(address, settings_values(exceptions=[], **changes), follow=True))


def test_documents_that_are_kept_here_stay_kept_when_another_setting_is_saved(
    people: People, alice: Client
) -> None:
    connection = answered(people, KEEP)
    page = read(alice.get(f"{root(people)}{connection.id}/settings"))
    assert '<option value="draft" selected>Keep them in Bookbind</option>' in page.html
    assert "QuickBooks Online has no such way as before. Chosen in Merge lists: Keep them in" in page.text
    saved = post(people, alice, connection, publish_as="draft", tax_amounts="document")
    assert "Settings saved." in saved.text
    assert publish_as(people, connection) == "draft"
    assert "Publishes as Bill, kept in Bookbind" in read(alice.get(root(people))).text


def test_the_way_that_was_chosen_is_shown_and_taken(people: People, alice: Client) -> None:
    connection = answered(people, "awaiting_payment")
    page = read(alice.get(f"{root(people)}{connection.id}/settings"))
    assert '<option value="awaiting_payment" selected>Open bill</option>' in page.html
    assert "Chosen in Merge lists: Open bill." in page.text
    assert "Publishes as Bill, Open bill" in read(alice.get(root(people))).text
    assert post(people, alice, connection, publish_as="awaiting_payment").status == 200
    assert publish_as(people, connection) == "awaiting_payment"


def test_only_what_was_answered_so_can_be_kept(people: People, alice: Client) -> None:
    connection = answered(people, KEEP)
    refused = post(people, alice, connection, publish_to="expense", publish_as="draft")
    assert refused.status == 422
    assert publish_as(people, connection) == "draft"
    post(people, alice, connection, publish_as="awaiting_payment")
    assert post(people, alice, connection, publish_as="draft").status == 422, "that is not offered any more"
