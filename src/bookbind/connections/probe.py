"""The daily look at each organisation, so that a disconnect made at the vendor is noticed within a day."""

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.connections.outcomes import PROBE_JOB, mark_broken
from bookbind.connections.queries import LIVE_STAGES, get_connection, status_of
from bookbind.connections.services import mark_lapsed, note_organisation, warn_if_due
from bookbind.connections.status import Cause
from bookbind.jobs.services import Again, Claimed, drop_job, works
from bookbind.kit import clock
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import Organisation


def probe(connection: Connection) -> None:
    """Ask the vendor for the organisation: alive, still the same, still called so.

    Raises what `gateway.call` raises; what was learnt is kept as facts either way.
    """
    seen = call(connection, _fetch)
    if seen.id != connection.organisation_id:
        mark_broken(get_connection(connection.id), Cause.WRONG_ORGANISATION)
        return
    note_organisation(connection, seen)


@works(PROBE_JOB)
def probe_when_due(job: Claimed) -> Again | None:
    """Probe a live connection unless its status forbids calls; come back when a wait ends."""
    live = Connection.objects.filter(id=job.key, stage__in=LIVE_STAGES)
    connection = live.select_related("grant", "business").first()
    if connection is None:
        drop_job(PROBE_JOB, job.key)
        return None
    if mark_lapsed(connection):
        return None
    warn_if_due(connection)
    try:
        probe(connection)
    except (ConnectionUnusable, ProviderError):
        next_try_at = status_of(get_connection(connection.id)).next_try_at
        if next_try_at is not None and next_try_at > clock.now():
            return Again(next_try_at, counts=False)
    return None


def _fetch(session: Session) -> Organisation:
    return session.fetch_organisation()
