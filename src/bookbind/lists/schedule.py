"""When lists are read without anybody asking: everything each night, changes once more each day."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES
from bookbind.jobs.contract import Claimed, Over, works
from bookbind.jobs.services import drop_job, queue_job
from bookbind.kit import clock
from bookbind.lists.models import ListSync
from bookbind.lists.sync import SYNC_JOB, request_sync
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider

SCHEDULE_JOB = "lists.schedule"
TURN_SECONDS = 12 * 60 * 60
_FIRST_HOUR = time(1, tzinfo=UTC)
_SPREAD_SECONDS = 4 * 60 * 60
_A_FULL_READ_LASTS = timedelta(hours=20)


def schedule_reads(connection: Connection) -> None:
    """Read the lists at night and once by day, each connection at its own minute: no rush."""
    queue_job(
        SCHEDULE_JOB,
        str(connection.id),
        business_id=connection.business_id,
        due_at=first_turn(connection.id, clock.now()),
        every_seconds=TURN_SECONDS,
    )


def stop_reads(connection_id: UUID) -> None:
    """The connection has ended: nothing is read any more."""
    drop_job(SCHEDULE_JOB, str(connection_id))
    drop_job(SYNC_JOB, str(connection_id))


def first_turn(connection_id: UUID, now: datetime) -> datetime:
    """The next night's turn after `now`, at a time of night that only this connection's id decides."""
    spread = timedelta(seconds=connection_id.int % _SPREAD_SECONDS)
    tonight = datetime.combine(now.astimezone(UTC).date(), _FIRST_HOUR) + spread
    return tonight if tonight > now else tonight + timedelta(days=1)


@works(SCHEDULE_JOB)
def read_by_schedule(job: Claimed) -> Over | None:
    """Ask for a full read when the last is a night old, else for what changed."""
    connection = Connection.objects.filter(id=UUID(job.key), stage__in=LIVE_STAGES).first()
    if connection is None:
        return Over()
    fresh = ListSync.objects.filter(connection=connection, last_full_at__gt=clock.now() - _A_FULL_READ_LASTS)
    light = get_provider(connection.provider).lists_with_since
    up_to_date = set(fresh.values_list("list", flat=True))
    full = [name for name in ListName if name not in up_to_date]
    request_sync(connection, full, full=True)
    changed = [name for name in light if name not in full]
    if changed:
        request_sync(connection, changed)
    return None
