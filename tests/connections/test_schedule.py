"""What happens by itself over a year: kept alive, warned on time, lapsed at the very end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine

from bookbind.connections.disconnect import disconnect
from bookbind.connections.events import ConnectionExpiring, ConnectionLapsed
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.outcomes import KEEP_ALIVE_JOB, PROBE_JOB
from bookbind.connections.schedule import EXPIRY_JOB, PURGE_JOB
from bookbind.connections.status import Health, State
from bookbind.jobs.models import Job
from bookbind.jobs.runner import next_due_at, run_due
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.kit.events import Event
from bookbind.lists.schedule import SCHEDULE_JOB
from bookbind.tenancy.scope import BusinessScope, within
from tests.connections.conftest import Walker, grant_of, reread, sign_in_row, status_now
from tests.support.meanwhile import meanwhile

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(ada: Walker) -> Connection:
    # Vendors count by real minutes, while these tests let a year pass in seconds.
    ada.sandbox.control("limits", vendor="xero", minute=100_000, day=1_000_000)
    return ada.connect()


def due(kind: str, key: object) -> Job | None:
    return Job.objects.filter(kind=kind, key=str(key)).first()


@pytest.mark.req("REC-05")
def test_ninety_days_without_publishing_stay_connected(
    connection: Connection, ahead: Callable[..., None], ada: Walker
) -> None:
    before = int(ada.sandbox.received()["token_requests"])
    for _ in range(90):
        ahead(days=1)
        run_due(kinds=[KEEP_ALIVE_JOB])
        assert clock.now() - grant_of(connection).refreshed_at < timedelta(days=2)
    assert status_now(connection).state is State.CONNECTED
    assert 85 <= int(ada.sandbox.received()["token_requests"]) - before <= 91
    with within(BusinessScope(ada.business.id)):
        assert call(reread(connection), lambda session: session.fetch_organisation()).name == "Acme Ltd"


def test_schedules_begin_with_the_connection_spread_over_the_day(connection: Connection) -> None:
    for kind, key in ((KEEP_ALIVE_JOB, connection.grant_id), (PROBE_JOB, connection.id)):
        job = due(kind, key)
        assert job is not None
        assert job.every_seconds == 86_400
        assert job.due_at <= clock.now() + timedelta(days=1)
    expiry = due(EXPIRY_JOB, connection.id)
    assert expiry is not None
    assert connection.consent_expires_at is not None
    assert expiry.due_at == connection.consent_expires_at - timedelta(days=31, seconds=-1)


@pytest.mark.req("REC-04", "REC-02")
def test_each_warning_comes_once_and_the_lapse_at_the_very_end(
    connection: Connection, skip: Callable[..., None], told: list[Event]
) -> None:
    assert connection.consent_expires_at is not None
    seen: list[tuple[int, str]] = []
    for _ in range(12):
        job = due(EXPIRY_JOB, connection.id)
        if job is None:
            break
        skip(seconds=(job.due_at - clock.now()).total_seconds() + 0.01)
        run_due(kinds=[EXPIRY_JOB])
        run_due(kinds=[EXPIRY_JOB])
        left = connection.consent_expires_at - clock.now()
        # To ten seconds: the clock goes on while a slow machine looks.
        seen.append((round(left.total_seconds(), -1), status_now(connection).state.value))

    days = [event.days for event in told if isinstance(event, ConnectionExpiring)]
    assert days == [30, 14, 7, 1]
    assert seen == [
        (31 * 86_400, "connected"),
        (15 * 86_400, "connected"),
        (8 * 86_400, "connected"),
        (2 * 86_400, "connected"),
        (0, "needs_reconnect"),
    ]
    assert len([event for event in told if isinstance(event, ConnectionLapsed)]) == 1


@pytest.mark.req("REC-04")
def test_a_jump_over_several_thresholds_warns_once_with_the_closest(
    connection: Connection, skip: Callable[..., None], told: list[Event]
) -> None:
    skip(days=360)
    run_due(kinds=[EXPIRY_JOB])
    assert [event.days for event in told if isinstance(event, ConnectionExpiring)] == [7]
    assert status_now(connection).health is Health.EXPIRING


@pytest.mark.req("REC-04")
def test_a_reconnect_begins_a_new_year_of_warnings(
    ada: Walker, connection: Connection, ahead: Callable[..., None], told: list[Event]
) -> None:
    ahead(days=350)
    run_due(kinds=[EXPIRY_JOB])
    ada.reconnect(connection)
    run_due(kinds=[EXPIRY_JOB])
    assert [event.days for event in told if isinstance(event, ConnectionExpiring)] == [30]
    ahead(days=336)
    run_due(kinds=[EXPIRY_JOB])
    assert [event.days for event in told if isinstance(event, ConnectionExpiring)] == [30, 30]


@pytest.mark.req("REC-04")
def test_an_ended_connection_is_neither_warned_about_nor_kept_alive(
    ada: Walker, connection: Connection, ahead: Callable[..., None], told: list[Event]
) -> None:
    grant_id = connection.grant_id
    with within(BusinessScope(ada.business.id)):
        disconnect(connection, ada.user)
    ahead(days=360)
    run_due()
    assert not [event for event in told if isinstance(event, ConnectionExpiring)]
    assert due(KEEP_ALIVE_JOB, grant_id) is None
    assert due(PROBE_JOB, connection.id) is None


def test_nothing_is_asked_of_the_vendor_after_the_year(
    ada: Walker, connection: Connection, ahead: Callable[..., None], skip: Callable[..., None]
) -> None:
    skip(days=366)
    run_due()
    before = ada.sandbox.received()
    for _ in range(3):
        ahead(days=1)
        run_due()
    after = ada.sandbox.received()
    names = ("requests", "token_requests", "identity_requests")
    assert [after[name] for name in names] == [before[name] for name in names]


@pytest.mark.req("REC-08")
def test_a_sign_in_left_unfinished_is_erased_by_the_clock_on_the_wall(
    ada: Walker, connection: Connection, skip: Callable[..., None]
) -> None:
    pending = ada.sign_in(connection=connection)
    begun, _ = ada.begin(connection)
    skip(days=7)
    run_due(kinds=[PURGE_JOB])
    assert sign_in_row(pending.id).tokens != ""

    with time_machine.travel(clock.real_now() + timedelta(minutes=31)):
        skip(minutes=40)
        run_due(kinds=[PURGE_JOB])
    assert sign_in_row(pending.id).tokens == ""
    assert sign_in_row(pending.id).dropped_at is not None
    assert sign_in_row(begun.id).dropped_at is not None
    assert not Job.objects.filter(kind=PURGE_JOB).exists()
    assert next_due_at() is not None


def test_a_sign_in_whose_exchange_was_killed_is_erased_like_one_that_nobody_answered(
    ada: Walker, connection: Connection, skip: Callable[..., None]
) -> None:
    killed, _ = ada.begin(connection)
    # What a process leaves that dies while it exchanges the code.
    with within(BusinessScope(ada.business.id)):
        SignIn.objects.filter(id=killed.id).update(answered_at=clock.real_now(), code_verifier="sealed")
    with time_machine.travel(clock.real_now() + timedelta(minutes=31)):
        skip(minutes=40)
        run_due(kinds=[PURGE_JOB])
    assert sign_in_row(killed.id).dropped_at is not None
    assert sign_in_row(killed.id).code_verifier == ""
    assert not Job.objects.filter(kind=PURGE_JOB).exists()


@pytest.mark.req("REC-05")
@pytest.mark.parametrize(
    ("kind", "statement"),
    [
        (KEEP_ALIVE_JOB, 'FROM "connections_grant"'),
        (PROBE_JOB, 'FROM "connections_connection"'),
        (SCHEDULE_JOB, 'FROM "connections_connection"'),
    ],
)
def test_a_schedule_that_was_about_to_end_goes_on_for_whoever_signs_in_at_that_moment(
    ada: Walker, connection: Connection, ahead: Callable[..., None], kind: str, statement: str
) -> None:
    key = str(connection.grant_id if kind == KEEP_ALIVE_JOB else connection.id)
    queued = due(kind, key)
    assert queued is not None
    with within(BusinessScope(ada.business.id)):
        disconnect(connection, ada.user)
        # As a worker finds it that took it a moment before.
        queue_job(kind, key, business_id=queued.business_id, every_seconds=queued.every_seconds)
    with meanwhile(statement, ada.connect):
        run_due(kinds=[kind], limit=1)
    assert due(kind, key) is not None
