"""Where a sign-in reaches one organisation, each organisation of one login has a sign-in of its own."""

from collections.abc import Callable

import pytest

from bookbind.connections.disconnect import disconnect
from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, Grant
from bookbind.connections.refresh import fresh_tokens
from bookbind.connections.status import Cause, State
from bookbind.providers.base.contract import GrantReach
from bookbind.providers.registry import list_providers
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import JO, Walker, grant_of, reread, status_now
from tests.support.factories import People, make_business
from tests.support.processes import Sandbox

pytestmark = pytest.mark.django_db
VENDORS = [
    vendor.id
    for vendor in list_providers()
    if vendor.available and vendor.grant_reach is GrantReach.ORGANISATION
]
ACME, COLE = "Acme Ltd", "Cole & Son Ltd"


@pytest.fixture(params=VENDORS)
def accountant(request: pytest.FixtureRequest, sandbox: Sandbox, people: People) -> Walker:
    """Somebody of the practice, who connects Acme."""
    return Walker(sandbox, people.carol, people.acme, people.harbour, login=JO, provider=request.param)


@pytest.fixture
def other(accountant: Walker, people: People) -> Walker:
    """The same person, who connects another client."""
    business = make_business("Cole & Son", practice=people.harbour)
    return Walker(
        accountant.sandbox, people.carol, business, people.harbour, login=JO, provider=accountant.provider
    )


def name_there(connection: Connection) -> str:
    with within(BusinessScope(connection.business_id)):
        return call(reread(connection), lambda session: session.fetch_organisation()).name


@pytest.mark.req("CON-02", "CON-06")
def test_two_clients_of_one_login_each_reach_their_own_organisation(
    accountant: Walker, other: Walker
) -> None:
    acme, cole = accountant.connect(ACME), other.connect(COLE)
    assert grant_of(acme).id != grant_of(cole).id
    assert grant_of(acme).login_email == grant_of(cole).login_email == JO
    assert (name_there(acme), name_there(cole)) == (ACME, COLE)


@pytest.mark.req("CON-06", "CON-07")
def test_disconnecting_one_ends_its_own_sign_in_alone(accountant: Walker, other: Walker) -> None:
    acme, cole = accountant.connect(ACME), other.connect(COLE)
    ended = grant_of(acme)
    with within(BusinessScope(acme.business_id)):
        disconnect(reread(acme), accountant.user)
    assert status_now(acme).state is State.DISCONNECTED
    assert reread(acme).release == "done"
    assert name_there(cole) == COLE
    with within(SystemScope("a test looks")):
        assert Grant.objects.get(id=ended.id).tokens == ""


def test_reconnecting_the_same_organisation_renews_its_own_sign_in(accountant: Walker, other: Walker) -> None:
    acme, cole = accountant.connect(ACME), other.connect(COLE)
    before, beside = grant_of(acme), grant_of(cole)
    again = accountant.reconnect(acme, ACME)
    assert grant_of(again).id == before.id
    assert grant_of(again).version > before.version
    assert grant_of(cole).version == beside.version
    assert (name_there(again), name_there(cole)) == (ACME, COLE)


@pytest.mark.req("TOK-04")
def test_each_sign_in_is_kept_alive_for_a_year_over_every_change_of_its_secrets(
    accountant: Walker, ahead: Callable[..., None]
) -> None:
    acme = accountant.connect(ACME)
    for _ in range(4):
        ahead(days=90)
        fresh_tokens(grant_of(acme).id)
    assert name_there(acme) == ACME


@pytest.mark.req("CON-08")
def test_an_organisation_that_was_disconnected_there_says_so_and_leaves_the_other(
    accountant: Walker, other: Walker
) -> None:
    acme, cole = accountant.connect(ACME), other.connect(COLE)
    accountant.sandbox.control("revoke", vendor=accountant.provider, organisation=ACME)
    with pytest.raises(ConnectionUnusable):
        name_there(acme)
    assert status_now(acme).cause is Cause.REVOKED
    assert name_there(cole) == COLE
