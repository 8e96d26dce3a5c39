"""Reading connections: in scope only, in order, and with a number of queries that rows do not change."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookbind.activity.models import Entry
from bookbind.connections.models import Connection, Grant, SignIn, Stay
from bookbind.connections.queries import (
    find_main_connection,
    get_connection,
    label_of,
    list_connections,
    list_live,
    status_of,
    statuses_of,
    viewer_of,
    words_of,
)
from bookbind.connections.status import Cause, Health
from bookbind.kit import clock
from bookbind.providers.registry import get_provider
from bookbind.tenancy.permissions import Role
from bookbind.tenancy.scope import BusinessScope, PracticeScope, ScopeMissing, SystemScope, within
from tests.support.factories import People, make_business, make_connection, make_grant
from tests.support.queries import assert_rows_add_no_queries

pytestmark = pytest.mark.django_db


@pytest.mark.req("SEC-01")
def test_another_tenants_connection_does_not_exist(people: People) -> None:
    ours = make_connection(people.acme, people.alice)
    theirs = make_connection(people.other, people.olga)
    with within(BusinessScope(people.acme.id)):
        assert get_connection(ours.id) == ours
        with pytest.raises(Connection.DoesNotExist):
            get_connection(theirs.id)
        assert not Grant.objects.filter(id=theirs.grant_id).exists()
        assert Grant.objects.filter(id=ours.grant_id).exists()
    with within(PracticeScope(people.harbour.id)):
        assert [connection.id for connection in list_live()] == [ours.id]


@pytest.mark.req("SEC-01")
@pytest.mark.parametrize("model", [Connection, Grant, Stay, SignIn, Entry])
def test_outside_a_scope_nothing_can_be_read(model: type, people: People) -> None:
    with pytest.raises(ScopeMissing):
        list(model.objects.all())  # type: ignore[attr-defined]


def test_a_practices_grant_is_seen_by_the_clients_that_hang_on_it_alone(people: People) -> None:
    birch = make_business("Birch Ltd", practice=people.harbour)
    grant = make_grant(people.acme, people.carol)
    with within(SystemScope("a test changes a fact")):
        Grant.objects.filter(id=grant.id).update(business=None, practice=people.harbour)
    make_connection(people.acme, people.carol, grant=grant)
    for business, seen in ((people.acme, True), (birch, False), (people.other, False)):
        with within(BusinessScope(business.id)):
            assert Grant.objects.filter(id=grant.id).exists() is seen


def test_the_main_connection_is_the_one_in_use_before_one_being_set_up(people: People) -> None:
    stages = Connection.Stage
    ended = make_connection(people.acme, people.alice, stage=stages.ENDED)
    assert find_main_connection_of(people) is None
    coming = make_connection(people.acme, people.alice, stage=stages.SETTING_UP)
    assert find_main_connection_of(people) == coming
    active = make_connection(people.acme, people.alice)
    beside = make_connection(people.acme, people.alice, place=Connection.Place.ADDITIONAL)
    assert find_main_connection_of(people) == active
    with within(BusinessScope(people.acme.id)):
        assert list_connections(people.acme.id) == [beside, active, coming, ended]


def test_those_that_were_left_stand_in_the_order_of_their_last_use(people: People) -> None:
    ended = Connection.Stage.ENDED
    long_used = make_connection(people.acme, people.alice, stage=ended)
    undone = make_connection(people.acme, people.alice, stage=ended)
    never = make_connection(people.acme, people.alice, stage=ended)
    now = clock.now()
    with within(BusinessScope(people.acme.id)):
        Stay.objects.filter(connection=never).delete()
        Stay.objects.filter(connection=undone).update(ended_at=now - timedelta(days=20))
        Stay.objects.filter(connection=long_used).update(ended_at=now - timedelta(days=21))
        assert list_connections(people.acme.id) == [undone, long_used, never]
        back = now - timedelta(days=20)
        Stay.objects.create(business=people.acme, connection=long_used, started_at=back, ended_at=now)
        assert list_connections(people.acme.id) == [long_used, undone, never]


def find_main_connection_of(people: People) -> Connection | None:
    with within(BusinessScope(people.acme.id)):
        return find_main_connection(people.acme.id)


@pytest.mark.req("UX-04")
def test_more_connections_cost_no_more_queries(people: People, skip: Callable[..., None]) -> None:
    # A clock of the test's own: the demo's reads its row now and then.
    def add() -> None:
        for number in range(8):
            business = make_business(f"Client {number}", practice=people.harbour)
            make_connection(business, people.carol)

    def ask() -> None:
        with within(PracticeScope(people.harbour.id)):
            rows = list(Connection.objects.all())
            assert len(statuses_of(rows)) == len(rows)

    make_connection(people.acme, people.alice)
    assert_rows_add_no_queries(ask, add, 4)


def test_words_name_software_organisation_and_the_vendors_own_text(people: People) -> None:
    connection = make_connection(
        people.acme, people.alice, trouble_error={"vendor_text": "nope"}, organisation={"name": "Acme Books"}
    )
    with within(BusinessScope(people.acme.id)):
        words = words_of(connection, waiting=3, waiting_total="£9.00")
    assert label_of(connection) == words.label == "Xero (Acme Books)"
    assert (words.waiting_count, words.waiting_total, words.vendor_text) == (3, "£9.00", "nope")
    assert words.business_name == "Acme Ltd"


@pytest.mark.req("CON-01")
def test_a_standard_user_learns_whom_to_ask(people: People) -> None:
    assert viewer_of(people.acme, Role.ACCOUNTANT).may_manage
    viewer = viewer_of(people.acme, Role.STANDARD)
    assert not viewer.may_manage
    assert [name for name, _ in viewer.admins] == ["Alice Admin", "Ursula User-Admin"]
    assert viewer.practice == "Harbour & Co"
    assert viewer_of(people.other, Role.STANDARD).practice == ""


@pytest.mark.req("OAU-09")
@pytest.mark.parametrize(
    ("lacking", "health", "can_publish"),
    [
        ("", Health.OK, True),
        ("profile", Health.ATTENTION, True),
        ("accounting.invoices", Health.ATTENTION, False),
    ],
)
def test_a_scope_that_was_not_granted_shows(
    people: People,
    lacking: str,
    health: Health,
    can_publish: bool,  # noqa: FBT001 - a column of the table
) -> None:
    granted = [scope for scope in get_provider("xero").default_scopes if scope != lacking]
    connection = make_connection(people.acme, people.alice)
    with within(SystemScope("a test changes a fact")):
        Grant.objects.update(scopes=granted)
    with within(BusinessScope(people.acme.id)):
        status = status_of(get_connection(connection.id))
    assert (status.health, status.can_publish) == (health, can_publish)
    assert status.cause is (Cause.SCOPE_MISSING if lacking else Cause.NONE)
