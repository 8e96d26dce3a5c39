"""When lists are read without anybody asking."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.connections.events import (
    ConnectionEnded,
    ConnectionHealed,
    ConnectionRecovered,
    ConnectionStarted,
)
from bookbind.connections.models import Connection
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.events import announce
from bookbind.lists.models import ListSync
from bookbind.lists.schedule import SCHEDULE_JOB, TURN_SECONDS, first_turn, schedule_reads
from bookbind.lists.sync import SYNC_JOB, request_sync
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from tests.lists.conftest import Reader


def jobs() -> set[str]:
    return set(Job.objects.filter(kind__startswith="lists.").values_list("kind", flat=True))


def test_a_connection_that_starts_is_read_whole_now_and_every_night(reader: Reader) -> None:
    announce(ConnectionStarted(reader.business.id, reader.connection.id))
    assert jobs() == {SYNC_JOB, SCHEDULE_JOB}
    rows = ListSync.objects.filter(connection=reader.connection)
    assert {row.list for row in rows} == set(get_provider("xero").lists)
    assert {(row.state, row.wants_full) for row in rows} == {(ListSync.State.WAITING, True)}


def test_a_connection_that_heals_is_read_whole_again(reader: Reader) -> None:
    reader.read()
    announce(ConnectionHealed(reader.business.id, reader.connection.id, True, "reconnect"))
    assert set(ListSync.objects.values_list("wants_full", flat=True)) == {True}
    assert ListSync.objects.filter(requested_at__isnull=True).count() == 0


def test_a_vendor_that_answers_again_is_read_at_once_if_something_waits(reader: Reader) -> None:
    announce(ConnectionRecovered(reader.business.id, reader.connection.id))
    assert jobs() == set()
    request_sync(reader.connection)
    later = clock.now() + timedelta(minutes=15)
    Job.objects.filter(kind=SYNC_JOB).update(due_at=later)
    announce(ConnectionRecovered(reader.business.id, reader.connection.id))
    assert Job.objects.get(kind=SYNC_JOB).due_at < later


def test_nothing_is_read_from_a_connection_that_ended(reader: Reader) -> None:
    request_sync(reader.connection)
    schedule_reads(reader.connection)
    announce(ConnectionEnded(reader.business.id, reader.connection.id))
    assert jobs() == set()
    Connection.objects.filter(id=reader.connection.id).update(stage=Connection.Stage.ENDED)
    request_sync(reader.connection)
    run_due(kinds=[SYNC_JOB])
    assert jobs() == set()
    assert ListSync.objects.exclude(state=ListSync.State.WAITING).count() == 0


@pytest.mark.req("LST-01")
def test_lists_are_read_whole_each_night_and_for_changes_by_day(
    reader: Reader, skip: Callable[..., None]
) -> None:
    reader.provider = get_provider("xero")
    light = reader.provider.lists_with_since
    assert light
    reader.read()
    schedule_reads(reader.connection)
    Job.objects.filter(kind=SCHEDULE_JOB).update(due_at=clock.now())
    skip(hours=13)
    assert run_due(kinds=[SCHEDULE_JOB]) == 1
    wanted = ListSync.objects.filter(requested_at__isnull=False)
    assert {ListName(row.list) for row in wanted} == light
    assert not any(row.wants_full for row in wanted)
    reader.turn()
    skip(hours=12)
    assert run_due(kinds=[SCHEDULE_JOB]) == 1
    assert ListSync.objects.filter(wants_full=True).count() == len(get_provider("xero").lists)
    due = Job.objects.get(kind=SCHEDULE_JOB).due_at
    assert timedelta(0) < due - clock.now() <= timedelta(seconds=TURN_SECONDS)


@given(
    st.uuids(),
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)
def test_each_connection_has_its_own_minute_of_the_night(id_: UUID, now: datetime) -> None:
    turn = first_turn(id_, now)
    assert timedelta(0) < turn - now <= timedelta(days=1)
    assert 1 <= turn.hour < 5
    assert first_turn(id_, turn) - turn == timedelta(days=1)
