"""Connecting: to the vendor, back, choose, Finish."""

import pytest

from bookbind.connections.errors import OrganisationNotOffered
from bookbind.connections.events import ConnectionActivated, ConnectionStarted
from bookbind.connections.finish import finish
from bookbind.connections.models import Connection, Stay
from bookbind.connections.pending import choose_organisation, offered
from bookbind.connections.secrets import grant_row, open_tokens
from bookbind.connections.status import Health, State
from bookbind.kit.events import Event
from bookbind.tenancy.scope import BusinessScope, within
from tests.connections.conftest import Walker, grant_of, reread, sign_in_row, status_now

pytestmark = pytest.mark.django_db


@pytest.mark.req("CON-02", "OAU-12")
def test_nothing_is_chosen_and_no_books_are_changed_before_a_person_chooses(ada: Walker) -> None:
    sign_in = ada.sign_in("Acme Ltd")

    assert [organisation.name for organisation in offered(sign_in)] == ["Acme Ltd"]
    assert sign_in.chosen_id == ""
    assert ada.sandbox.received()["writes"] == 0
    with within(BusinessScope(ada.business.id)):
        assert not Connection.objects.exists()


def test_finish_makes_one_connection_and_pressing_twice_gives_the_same(
    ada: Walker, told: list[Event]
) -> None:
    sign_in = ada.sign_in("Acme Ltd")
    first = ada.finish(sign_in)
    with within(BusinessScope(ada.business.id)):
        second = finish(sign_in, user=ada.user, publish_now=False)

    assert first.id == second.id
    assert [type(event) for event in told] == [ConnectionStarted]
    assert status_now(first).state is State.SETTING_UP
    assert first.organisation["name"] == "Acme Ltd"
    assert first.signed_in_as == "ada@acme.test"
    assert sign_in_row(sign_in.id).tokens == ""
    grant = grant_of(first)
    assert grant.business_id == ada.business.id
    assert open_tokens(grant.tokens, grant_row(grant.id)).login_email == "ada@acme.test"


def test_complete_lists_put_the_connection_to_use_and_open_a_stay(ada: Walker, told: list[Event]) -> None:
    connection = ada.connect()

    status = status_now(connection)
    assert (status.state, status.health, status.can_publish) == (State.CONNECTED, Health.OK, True)
    with within(BusinessScope(ada.business.id)):
        assert Stay.objects.filter(connection=connection, ended_at=None).count() == 1
    assert ConnectionActivated(ada.business.id, connection.id) in told


def test_an_organisation_that_was_not_allowed_can_not_be_chosen(ada: Walker) -> None:
    sign_in = ada.sign_in("Acme Ltd")
    with within(BusinessScope(ada.business.id)):
        with pytest.raises(OrganisationNotOffered):
            choose_organisation(sign_in, "another")
        with pytest.raises(OrganisationNotOffered):
            finish(sign_in, user=ada.user, publish_now=False)
        assert not Connection.objects.exists()
    assert reread(ada.finish(sign_in)).stage == Connection.Stage.SETTING_UP
