"""Calls over a connection: what its status forbids, and what each outcome leaves as facts."""

from collections.abc import Callable

import pytest

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.events import ConnectionBroke, ConnectionLapsed, ConnectionRecovered
from bookbind.connections.gateway import call, open_session
from bookbind.connections.models import Connection
from bookbind.connections.outcomes import KEEP_ALIVE_JOB, PROBE_JOB, mark_broken
from bookbind.connections.probe import probe
from bookbind.connections.schedule import EXPIRY_JOB
from bookbind.connections.services import confirm_name
from bookbind.connections.status import Action, Cause, Health, State
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.events import Event
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause
from bookbind.providers.base.types import Organisation
from bookbind.providers.registry import get_provider
from bookbind.tenancy.scope import BusinessScope, within
from tests.connections.conftest import JO, Walker, reread, status_now
from tests.support.factories import People, make_business
from tests.support.fake_books import FakeBooks
from tests.support.processes import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(ada: Walker) -> Connection:
    return ada.connect()


# The lists have schedules of their own, which would use up the vendor's real minute.
OWN_JOBS = (KEEP_ALIVE_JOB, PROBE_JOB, EXPIRY_JOB)


def fetch(session: Session) -> Organisation:
    return session.fetch_organisation()


def use(connection: Connection) -> Organisation:
    with within(BusinessScope(connection.business_id)):
        return call(reread(connection), fetch)


def fail(connection: Connection, error: ProviderError) -> None:
    def refuse(_: Session) -> None:
        raise error

    with within(BusinessScope(connection.business_id)), pytest.raises(ProviderError):
        call(reread(connection), refuse)


def accounting_calls(sandbox: Sandbox) -> int:
    return int(sandbox.received()["requests"])


@pytest.mark.req("REC-01", "REC-02")
def test_after_the_year_no_call_is_made_and_the_lapse_is_told_once(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None], told: list[Event]
) -> None:
    for _ in range(12):
        ahead(days=28)
        run_due(kinds=OWN_JOBS)
    assert use(connection).name == "Acme Ltd"
    assert status_now(connection).health is Health.EXPIRING
    ahead(days=30)
    before = accounting_calls(sandbox)
    for _ in range(3):
        with pytest.raises(ConnectionUnusable) as unusable:
            use(connection)
        assert (unusable.value.status.cause, unusable.value.status.action) == (
            Cause.EXPIRED,
            Action.RECONNECT,
        )
    assert accounting_calls(sandbox) == before
    assert [event for event in told if isinstance(event, ConnectionLapsed)] == [
        ConnectionLapsed(connection.business_id, connection.id)
    ]
    run_due(kinds=OWN_JOBS)
    assert accounting_calls(sandbox) == before


@pytest.mark.req("REC-02")
def test_a_clock_moved_back_does_not_revive(connection: Connection, skip: Callable[..., None]) -> None:
    skip(days=367)
    with pytest.raises(ConnectionUnusable):
        use(connection)
    skip(days=-100)
    assert status_now(connection).cause is Cause.EXPIRED
    with pytest.raises(ConnectionUnusable):
        use(connection)


@pytest.mark.req("CON-08")
def test_a_removal_at_the_vendor_is_noticed_by_the_next_call(
    connection: Connection, sandbox: Sandbox, told: list[Event]
) -> None:
    sandbox.control("revoke", vendor="xero", organisation="Acme Ltd")
    with within(BusinessScope(connection.business_id)), pytest.raises(ProviderError):
        call(reread(connection), fetch)
    status = status_now(connection)
    assert (status.state, status.cause) == (State.NEEDS_RECONNECT, Cause.REVOKED)
    assert status.since is not None
    assert [event for event in told if isinstance(event, ConnectionBroke)] == [
        ConnectionBroke(connection.business_id, connection.id, "revoked")
    ]


@pytest.mark.req("CON-08")
def test_a_removal_at_the_vendor_is_noticed_within_a_day_when_nobody_publishes(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None]
) -> None:
    run_due(kinds=OWN_JOBS)
    sandbox.control("revoke", vendor="xero", organisation="Acme Ltd")
    ahead(hours=24)
    run_due(kinds=OWN_JOBS)
    assert status_now(connection).cause is Cause.REVOKED


@pytest.mark.req("ERR-04")
def test_an_outage_of_one_organisation_is_its_own(
    carol: Walker, people: People, ahead: Callable[..., None], told: list[Event]
) -> None:
    acme = carol.connect("Acme Ltd")
    birch_business = make_business("Birch Ltd", practice=people.harbour)
    birch = Walker(carol.sandbox, people.carol, birch_business, people.harbour, login=JO).connect(
        "Birch & Co Ltd"
    )
    carol.sandbox.control(
        "faults", vendor="xero", operation="any", fault="503", times=None, organisation="Acme Ltd"
    )
    with within(BusinessScope(acme.business_id)), pytest.raises(ProviderError):
        call(reread(acme), fetch)
    status = status_now(acme)
    assert (status.state, status.health, status.action) == (State.CONNECTED, Health.DOWN, Action.WAIT)
    assert not status.can_publish
    assert use(birch).name == "Birch & Co Ltd"

    before = accounting_calls(carol.sandbox)
    for _ in range(5):
        with pytest.raises(ConnectionUnusable):
            use(acme)
    assert accounting_calls(carol.sandbox) == before

    carol.sandbox.clear_faults()
    ahead(minutes=1, seconds=1)
    run_due(kinds=[PROBE_JOB])
    assert status_now(acme).health is Health.OK
    assert [event for event in told if isinstance(event, ConnectionRecovered)] == [
        ConnectionRecovered(acme.business_id, acme.id)
    ]


@pytest.mark.req("ERR-04")
def test_a_person_who_insists_is_served_at_once_unless_the_vendor_asked_us_to_wait(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None]
) -> None:
    def insist() -> str:
        with within(BusinessScope(connection.business_id)):
            return call(reread(connection), fetch, insists=True).name

    sandbox.control("faults", vendor="xero", operation="organisation", fault="503", times=1)
    with pytest.raises(ProviderError):
        use(connection)
    with pytest.raises(ConnectionUnusable):
        use(connection)
    assert insist() == "Acme Ltd"
    assert status_now(connection).health is Health.OK

    sandbox.control("faults", vendor="xero", operation="organisation", fault="503", times=1, retry_after=90)
    with pytest.raises(ProviderError):
        use(connection)
    before = accounting_calls(sandbox)
    with pytest.raises(ConnectionUnusable):
        insist()
    assert accounting_calls(sandbox) == before
    ahead(seconds=91)
    assert insist() == "Acme Ltd"


def test_the_pauses_grow_to_a_quarter_of_an_hour(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None]
) -> None:
    sandbox.control("faults", vendor="xero", operation="organisation", fault="500", times=None)
    pauses = []
    for _ in range(6):
        with pytest.raises((ProviderError, ConnectionUnusable)):
            use(connection)
        next_try_at = status_now(connection).next_try_at
        assert next_try_at is not None
        pauses.append(round((next_try_at - clock.now()).total_seconds() / 60))
        ahead(minutes=pauses[-1], seconds=1)
    assert pauses == [1, 2, 5, 10, 15, 15]


def test_one_dropped_packet_is_no_outage(connection: Connection) -> None:
    for _ in range(2):
        fail(connection, ProviderError(ErrorKind.TRANSIENT, "reset"))
        assert status_now(connection).health is Health.OK
    fail(connection, ProviderError(ErrorKind.TRANSIENT, "reset"))
    assert status_now(connection).health is Health.DOWN


def test_a_success_between_makes_silences_start_again(connection: Connection) -> None:
    for _ in range(4):
        fail(connection, ProviderError(ErrorKind.TRANSIENT, "reset"))
        use(connection)
    assert status_now(connection).health is Health.OK


@pytest.mark.req("REC-16")
@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (ProviderError(ErrorKind.NEEDS_RECONNECT), Cause.REVOKED),
        (
            ProviderError(ErrorKind.NEEDS_RECONNECT, cause=ReconnectCause.PERMISSION_CHANGED),
            Cause.PERMISSION_CHANGED,
        ),
        (ProviderError(ErrorKind.MISSING_SCOPE), Cause.SCOPE_MISSING),
        (ProviderError(ErrorKind.PROVIDER_DOWN), Cause.PROVIDER_DOWN),
        (ProviderError(ErrorKind.PROVIDER_DOWN, organisation_closed=True), Cause.ORGANISATION_CLOSED),
        (ProviderError(ErrorKind.RATE_LIMITED, retry_after_seconds=90, limit="minute"), Cause.RATE_LIMITED),
        (ProviderError(ErrorKind.MISCONFIGURED), Cause.APP_SUSPENDED),
        (ProviderError(ErrorKind.REJECTED), Cause.NONE),
        (ProviderError(ErrorKind.UNSUPPORTED), Cause.NONE),
        (ProviderError(ErrorKind.CHANGED_SHAPE), Cause.NONE),
    ],
)
def test_each_kind_of_failure_leaves_its_own_cause(
    connection: Connection, error: ProviderError, cause: Cause
) -> None:
    fail(connection, error)
    status = status_now(connection)
    assert status.cause is cause
    assert (status.state is State.NEEDS_RECONNECT) == (
        error.kind.value in ("needs_reconnect", "missing_scope")
    )


def test_a_closed_organisation_is_tried_as_soon_as_somebody_asks_for_it(
    connection: Connection, ahead: Callable[..., None]
) -> None:
    closed = {"organisation_closed": True, "retry_after_seconds": 3600}
    fail(connection, ProviderError(ErrorKind.PROVIDER_DOWN, **closed))
    assert status_now(connection).can_insist
    assert not status_now(connection).can_call
    ahead(hours=2)
    fail(connection, ProviderError(ErrorKind.PROVIDER_DOWN))
    assert status_now(connection).cause is Cause.PROVIDER_DOWN


def test_a_limit_ends_by_itself(
    connection: Connection, ahead: Callable[..., None], told: list[Event]
) -> None:
    fail(connection, ProviderError(ErrorKind.RATE_LIMITED, retry_after_seconds=90, limit="minute"))
    status = status_now(connection)
    assert (status.health, status.can_publish) == (Health.LIMITED, False)
    ahead(seconds=91)
    assert status_now(connection).can_publish
    run_due(kinds=[PROBE_JOB])
    assert ConnectionRecovered(connection.business_id, connection.id) in told


def test_a_pause_of_a_second_is_nobodys_news(connection: Connection) -> None:
    fail(connection, ProviderError(ErrorKind.RATE_LIMITED, retry_after_seconds=1, limit="concurrent"))
    assert status_now(connection).health is Health.OK


def test_a_worker_with_an_earlier_sign_in_breaks_nothing(ada: Walker, connection: Connection) -> None:
    stale = reread(connection)
    ada.reconnect(connection)
    with within(BusinessScope(ada.business.id)):
        assert not mark_broken(stale, Cause.REVOKED)
    assert status_now(connection).state is State.CONNECTED


@pytest.mark.req("REC-16")
def test_an_answer_for_another_organisation_stops_everything(ada: Walker, connection: Connection) -> None:
    with within(BusinessScope(ada.business.id)):
        Connection.objects.filter(id=connection.id).update(organisation_id="not-the-one")
        row = reread(connection)
        mark_broken(row, Cause.WRONG_ORGANISATION)
    assert status_now(connection).cause is Cause.WRONG_ORGANISATION
    with pytest.raises(ConnectionUnusable):
        use(connection)


@pytest.mark.req("REC-16")
def test_a_probe_that_reaches_another_organisation_says_so(
    ada: Walker, connection: Connection, monkeypatch: pytest.MonkeyPatch, told: list[Event]
) -> None:
    adapter = get_provider("xero").adapter
    monkeypatch.setattr(type(adapter), "open", lambda *_: FakeBooks())
    with within(BusinessScope(ada.business.id)):
        probe(reread(connection))
    assert status_now(connection).cause is Cause.WRONG_ORGANISATION
    assert ConnectionBroke(connection.business_id, connection.id, "wrong_organisation") in told


def test_a_renamed_organisation_asks_for_a_look_and_goes_on_working(
    ada: Walker, connection: Connection, sandbox: Sandbox
) -> None:
    sandbox.control("rename", vendor="xero", organisation="Acme Ltd", name="Zenith Trading Ltd")
    with within(BusinessScope(ada.business.id)):
        probe(reread(connection))
    row, status = reread(connection), status_now(connection)
    assert row.organisation["name"] == "Zenith Trading Ltd"
    assert row.organisation["link_code"] == connection.organisation["link_code"] != ""
    assert (status.health, status.cause, status.can_publish) == (Health.ATTENTION, Cause.NAME_DIFFERS, True)
    with within(BusinessScope(ada.business.id)):
        confirm_name(row, ada.user)
    assert status_now(connection).health is Health.OK


def test_a_session_of_its_own_can_be_opened(ada: Walker, connection: Connection) -> None:
    with within(BusinessScope(ada.business.id)):
        assert open_session(connection).fetch_organisation().name == "Acme Ltd"
