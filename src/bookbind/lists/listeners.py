"""What the lists do when a connection starts, heals, recovers or ends."""

from bookbind.connections.events import (
    ConnectionEnded,
    ConnectionHealed,
    ConnectionRecovered,
    ConnectionStarted,
)
from bookbind.connections.models import Connection
from bookbind.jobs.services import queue_job
from bookbind.kit.events import subscribe
from bookbind.lists.merging import begin_merging
from bookbind.lists.models import ListSync
from bookbind.lists.schedule import schedule_reads, stop_reads
from bookbind.lists.sync import SYNC_JOB, request_sync


@subscribe(ConnectionStarted)
def read_everything(event: ConnectionStarted) -> None:
    """A connection that starts, or is taken up again, is read whole, from now on every night.

    What the business has already and these books do not know by a match is for people to match.
    """
    connection = Connection.objects.get(id=event.connection_id)
    _read_all(connection)
    begin_merging(connection)


@subscribe(ConnectionHealed)
def read_again(event: ConnectionHealed) -> None:
    """Much may have changed while nobody could look."""
    _read_all(Connection.objects.get(id=event.connection_id))


@subscribe(ConnectionRecovered)
def go_on_reading(event: ConnectionRecovered) -> None:
    """What was being read when the vendor stopped answering is read now, not at the next try."""
    if ListSync.objects.filter(connection_id=event.connection_id, requested_at__isnull=False).exists():
        queue_job(SYNC_JOB, str(event.connection_id), business_id=event.business_id)


@subscribe(ConnectionEnded)
def stop_reading(event: ConnectionEnded) -> None:
    """Nothing is read from a connection that has ended."""
    stop_reads(event.connection_id)


def _read_all(connection: Connection) -> None:
    request_sync(connection, full=True)
    schedule_reads(connection)
