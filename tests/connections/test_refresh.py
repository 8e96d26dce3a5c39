"""Fresh tokens under every fault: one refresh at a time, nothing lost, nothing believed too soon."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections as databases

from bookbind.activity.models import Entry
from bookbind.connections import refresh
from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.events import AppRefused, ConnectionBroke, ConnectionRecovered
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, Grant
from bookbind.connections.outcomes import KEEP_ALIVE_JOB
from bookbind.connections.refresh import Fresh, GrantUnusable, fresh_tokens
from bookbind.connections.secrets import grant_row, open_tokens
from bookbind.connections.status import Action, Cause, Health, State
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.events import Event
from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import Organisation, Tokens
from bookbind.providers.registry import get_provider
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import JO, Walker, grant_of, reread, status_now
from tests.support.factories import People, make_business
from tests.support.processes import Sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(ada: Walker) -> Connection:
    return ada.connect()


@pytest.fixture
def quick_time_outs(settings: object) -> None:
    settings.HTTP_READ_SECONDS = 0.4  # type: ignore[attr-defined]


def token_calls(sandbox: Sandbox) -> int:
    return int(sandbox.received()["token_requests"])


def fetch(session: Session) -> Organisation:
    return session.fetch_organisation()


def use(connection: Connection) -> Organisation:
    with within(BusinessScope(connection.business_id)):
        return call(reread(connection), fetch)


def stored_tokens(connection: Connection) -> Tokens:
    grant = grant_of(connection)
    return open_tokens(grant.tokens, grant_row(grant.id))


def change_grant(connection: Connection, **changes: object) -> None:
    with within(SystemScope("a test changes a fact")):
        Grant.objects.filter(id=connection.grant_id).update(**changes)


@pytest.mark.req("TOK-08")
def test_tokens_are_refreshed_only_near_their_end(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None]
) -> None:
    before = token_calls(sandbox)
    ahead(minutes=24)
    use(connection)
    assert token_calls(sandbox) == before
    ahead(minutes=2)
    use(connection)
    use(connection)
    assert token_calls(sandbox) == before + 1


@pytest.mark.req("TOK-08")
@pytest.mark.parametrize("minutes", [-5, 5])
def test_a_clock_five_minutes_off_is_no_trouble(
    connection: Connection, sandbox: Sandbox, skip: Callable[..., None], minutes: int
) -> None:
    skip(minutes=24.9)
    sandbox.control("clock", skip=f"{24 + minutes}m")
    assert use(connection).name == "Acme Ltd"
    skip(minutes=3)
    sandbox.control("clock", skip="3m")
    assert use(connection).name == "Acme Ltd"


@pytest.mark.req("TOK-08")
def test_an_unexpired_token_that_is_refused_is_renewed_once(connection: Connection, sandbox: Sandbox) -> None:
    sandbox.control("clock", skip="31m")
    before = token_calls(sandbox)
    assert use(connection).name == "Acme Ltd"
    assert token_calls(sandbox) == before + 1


@pytest.mark.req("TOK-08")
def test_a_vendor_that_refuses_every_token_is_not_asked_for_ever(
    connection: Connection, sandbox: Sandbox
) -> None:
    runs: list[int] = []

    def refuse(_: Session) -> None:
        runs.append(1)
        raise ProviderError(ErrorKind.TOKEN_EXPIRED)

    before = token_calls(sandbox)
    with within(BusinessScope(connection.business_id)), pytest.raises(ProviderError):
        call(reread(connection), refuse)
    assert (len(runs), token_calls(sandbox) - before) == (2, 1)
    assert status_now(connection).state is State.CONNECTED


@pytest.mark.req("TOK-02")
def test_the_new_pair_and_everything_told_with_it_is_stored(
    connection: Connection, ahead: Callable[..., None]
) -> None:
    before = grant_of(connection)
    old = stored_tokens(connection)
    ahead(minutes=40)
    use(connection)
    after, new = grant_of(connection), stored_tokens(connection)

    assert new.refresh_token != old.refresh_token
    assert new.access_token != old.access_token
    assert (new.login_id, new.login_email) == (old.login_id, old.login_email)
    assert after.version == before.version + 1
    assert after.access_expires_at == new.access_expires_at
    assert after.scopes == list(new.scopes)
    assert after.refreshed_at > before.refreshed_at
    assert (after.lease_until, after.refresh_started_at) == (None, None)


@pytest.mark.req("TOK-01")
@pytest.mark.django_db(transaction=True)
def test_fifty_threads_make_one_token_call(ada: Walker, sandbox: Sandbox, ahead: Callable[..., None]) -> None:
    connection = ada.connect()
    ahead(minutes=40)
    before = token_calls(sandbox)
    versions: list[int] = []
    failures: list[BaseException] = []
    barrier = threading.Barrier(50)

    def ask() -> None:
        try:
            barrier.wait()
            assert connection.grant_id is not None
            versions.append(fresh_tokens(connection.grant_id).version)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            failures.append(error)
        finally:
            databases.close_all()

    threads = [threading.Thread(target=ask) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert versions == [2] * 50
    assert token_calls(sandbox) == before + 1


def end_lease(grant: Grant) -> None:
    with within(SystemScope("the holder was paused past its lease")):
        Grant.objects.filter(id=grant.id).update(lease_until=clock.real_now() - timedelta(seconds=1))


@pytest.mark.req("TOK-01")
def test_a_writer_that_was_paused_past_its_lease_saves_nothing(
    connection: Connection, ahead: Callable[..., None]
) -> None:
    ahead(minutes=40)
    provider = get_provider("xero")
    paused = grant_of(connection)
    with within(SystemScope("a worker of its own")):
        assert refresh._claim(paused)
        late = refresh._ask(provider, stored_tokens(connection))
        end_lease(paused)
        winner = fresh_tokens(paused.id)
        assert refresh._save(paused, late) is None

    assert stored_tokens(connection) == winner.tokens
    assert use(connection).name == "Acme Ltd"


@pytest.mark.req("TOK-03")
def test_a_refusal_of_a_pair_that_another_worker_has_replaced_is_not_believed(
    connection: Connection, ahead: Callable[..., None]
) -> None:
    ahead(minutes=40)
    paused = grant_of(connection)
    old = stored_tokens(connection)
    with within(SystemScope("a worker of its own")):
        assert refresh._claim(paused)
        end_lease(paused)
        winner = fresh_tokens(paused.id)
        ahead(minutes=31)
        adapter = get_provider("xero").adapter
        assert adapter is not None
        with pytest.raises(ProviderError) as refused:
            adapter.refresh(app_credentials(get_provider("xero")), old)
        assert refused.value.kind is ErrorKind.NEEDS_RECONNECT
        assert refresh._after_refusal(paused, get_provider("xero"), refused.value) is None

    assert grant_of(connection).dead_cause == ""
    assert stored_tokens(connection) == winner.tokens
    assert use(connection).name == "Acme Ltd"


@pytest.mark.req("TOK-04")
@pytest.mark.parametrize(("minutes", "cause"), [(5, Cause.NONE), (45, Cause.TOKEN_LOST)])
def test_a_lost_reply_is_made_good_inside_the_vendors_grace(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None], minutes: int, cause: Cause
) -> None:
    ahead(minutes=40)
    sandbox.control("faults", vendor="xero", operation="token", fault="lost_reply", times=1)
    with pytest.raises(ConnectionUnusable):
        use(connection)
    assert grant_of(connection).refresh_started_at is not None
    assert status_now(connection).cause is Cause.PROVIDER_DOWN

    ahead(minutes=minutes)
    if cause is Cause.NONE:
        assert use(connection).name == "Acme Ltd"
        assert grant_of(connection).refresh_started_at is None
    else:
        with pytest.raises(ConnectionUnusable):
            use(connection)
    assert status_now(connection).cause is cause


FAULTS = ["429", "500", "503", "timeout", "html", "truncated", "empty"]


@pytest.mark.req("TOK-05", "TOK-07")
@pytest.mark.parametrize("fault", FAULTS)
def test_no_fault_is_taken_for_a_revocation(
    connection: Connection,
    sandbox: Sandbox,
    ahead: Callable[..., None],
    quick_time_outs: None,
    fault: str,
    told: list[Event],
) -> None:
    ahead(minutes=40)
    before = grant_of(connection)
    sandbox.control("faults", vendor="xero", operation="token", fault=fault, times=1, seconds=1)
    with pytest.raises(ConnectionUnusable) as unusable:
        use(connection)

    status = unusable.value.status
    assert status.state is State.CONNECTED
    assert status.action is Action.WAIT
    assert not status.can_publish
    assert status.next_try_at is not None
    after = grant_of(connection)
    assert (after.tokens, after.version, after.dead_cause) == (before.tokens, before.version, "")
    assert not [event for event in told if isinstance(event, ConnectionBroke)]

    ahead(minutes=2)
    assert use(connection).name == "Acme Ltd"
    assert status_now(connection).health is Health.OK


@pytest.mark.req("TOK-05", "ERR-05")
def test_a_refused_app_is_one_incident_and_no_clients(
    ada: Walker, people: People, ahead: Callable[..., None], told: list[Event]
) -> None:
    first = ada.connect()
    birch = make_business("Birch Ltd", practice=people.harbour)
    second = Walker(ada.sandbox, people.carol, birch, people.harbour, login=JO).connect("Birch & Co Ltd")
    ahead(minutes=40)
    ada.sandbox.control("app", vendor="xero", secret="changed")
    for connection in (first, second):
        with pytest.raises(ConnectionUnusable) as unusable:
            use(connection)
        status = unusable.value.status
        assert (status.state, status.cause) == (State.CONNECTED, Cause.APP_SUSPENDED)
        assert status.action is Action.OPERATOR
    assert [event for event in told if isinstance(event, AppRefused)] == [AppRefused("xero")]
    assert not [event for event in told if isinstance(event, ConnectionBroke)]

    ada.sandbox.control("app", vendor="xero", secret="bookbind-demo-secret")
    ahead(minutes=2)
    assert use(first).name == "Acme Ltd"
    assert use(second).name == "Birch & Co Ltd"


@pytest.mark.req("TOK-06", "CON-08")
def test_a_dead_token_is_never_presented_again(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None], told: list[Event]
) -> None:
    sandbox.control("revoke", vendor="xero", login="ada@acme.test")
    ahead(minutes=40)
    with pytest.raises(ConnectionUnusable) as unusable:
        use(connection)
    assert unusable.value.status.cause is Cause.REVOKED
    assert [event for event in told if isinstance(event, ConnectionBroke)] == [
        ConnectionBroke(connection.business_id, connection.id, "revoked")
    ]

    before = token_calls(sandbox)
    for _ in range(7):
        ahead(days=1)
        run_due()
        with pytest.raises(ConnectionUnusable):
            use(connection)
    assert token_calls(sandbox) == before
    with within(BusinessScope(connection.business_id)):
        assert Entry.objects.filter(action="connection.revoked").count() == 1


@pytest.mark.req("TOK-06")
def test_the_end_of_a_sign_in_is_told_to_every_business_that_hangs_on_it(
    carol: Walker, people: People, ahead: Callable[..., None], told: list[Event]
) -> None:
    acme = carol.connect("Acme Ltd")
    birch_business = make_business("Birch Ltd", practice=people.harbour)
    birch = Walker(carol.sandbox, people.carol, birch_business, people.harbour, login=JO).connect(
        "Birch & Co Ltd"
    )
    carol.sandbox.control("revoke", vendor="xero", login=JO)
    ahead(minutes=40)
    with pytest.raises(ConnectionUnusable):
        use(acme)
    broke = {event.connection_id for event in told if isinstance(event, ConnectionBroke)}
    assert broke == {acme.id, birch.id}
    assert status_now(birch).cause is Cause.REVOKED


def test_an_idle_sign_in_is_called_idle(connection: Connection, ahead: Callable[..., None]) -> None:
    ahead(days=61)
    with pytest.raises(ConnectionUnusable) as unusable:
        use(connection)
    assert unusable.value.status.cause is Cause.IDLE


@pytest.mark.req("ERR-04")
def test_an_outage_of_an_hour_heals_by_itself(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None], told: list[Event]
) -> None:
    ahead(minutes=40)
    sandbox.control("faults", vendor="xero", operation="token", fault="503", times=None)
    with pytest.raises(ConnectionUnusable):
        use(connection)
    before = token_calls(sandbox)
    for _ in range(60):
        ahead(minutes=1)
        run_due(kinds=[KEEP_ALIVE_JOB])
        assert status_now(connection).state is State.CONNECTED
    # 1, 2, 5, 10, then every 15 minutes.
    assert 5 <= token_calls(sandbox) - before <= 8
    sandbox.clear_faults()
    ahead(minutes=16)
    run_due(kinds=[KEEP_ALIVE_JOB])
    assert status_now(connection).health is Health.OK
    assert [event for event in told if isinstance(event, ConnectionRecovered)] == [
        ConnectionRecovered(connection.business_id, connection.id)
    ]


def test_while_the_sign_in_server_is_down_nobody_calls_it(
    connection: Connection, sandbox: Sandbox, ahead: Callable[..., None]
) -> None:
    ahead(minutes=40)
    sandbox.control("faults", vendor="xero", operation="token", fault="503", times=None)
    for _ in range(20):
        with pytest.raises(ConnectionUnusable):
            use(connection)
    assert token_calls(sandbox) == 2  # The exchange at connect, and one try.


def test_a_dead_grant_gives_no_tokens(connection: Connection) -> None:
    change_grant(connection, dead_cause="revoked", dead_at=clock.now())
    assert connection.grant_id is not None
    with pytest.raises(GrantUnusable):
        fresh_tokens(connection.grant_id)


def test_fresh_shows_no_secret(connection: Connection) -> None:
    assert connection.grant_id is not None
    fresh = fresh_tokens(connection.grant_id)
    assert isinstance(fresh, Fresh)
    assert fresh.tokens.access_token not in repr(grant_of(connection))
