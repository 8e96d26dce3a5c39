"""The daily look at each organisation, so that a disconnect made at the vendor is noticed within a day."""

from datetime import timedelta

from django.db import transaction

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.events import ConnectionHealed, tell
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.outcomes import PROBE_JOB, RENEWED_JOB, mark_broken
from bookbind.connections.queries import LIVE_STAGES, get_connection, status_of
from bookbind.connections.services import mark_lapsed, note_organisation, warn_if_due
from bookbind.connections.status import Cause, State
from bookbind.jobs.contract import Again, Claimed, Over, works
from bookbind.kit import clock
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import Organisation

_PATIENCE = timedelta(minutes=1)
_PURPOSE = SignIn.Purpose.RECONNECT


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
def probe_when_due(job: Claimed) -> Again | Over | None:
    """Probe a live connection unless its status forbids calls; come back when a wait ends."""
    live = Connection.objects.filter(id=job.key, stage__in=LIVE_STAGES)
    connection = live.select_related("grant", "business").first()
    if connection is None:
        return Over()
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


@works(RENEWED_JOB)
def take_up_renewed(job: Claimed) -> Again | None:
    """See whether a sign-in that another connection's Finish renewed works here too; then all goes on.

    Nobody chose what to do with the documents that waited here, so they wait for a look. A Finish of this
    connection's own, which raises its epoch, has said all that is to be said.
    """
    live = Connection.objects.filter(id=job.key, stage__in=LIVE_STAGES, epoch=job.payload["epoch"])
    connection = live.select_related("grant", "business").first()
    if connection is None:
        return None
    try:
        probe(connection)
    except (ConnectionUnusable, ProviderError):
        return _look_later(connection)
    if status_of(get_connection(connection.id)).state is not State.NEEDS_RECONNECT:
        with transaction.atomic():
            tell(ConnectionHealed(connection.business_id, connection.id, publish_now=False, purpose=_PURPOSE))
    return None


def _look_later(connection: Connection) -> Again | None:
    """When the vendor may be asked again; None when only a person can bring the connection back."""
    status = status_of(get_connection(connection.id))
    if status.state is State.NEEDS_RECONNECT:
        return None
    now = clock.now()
    return Again(max(status.next_try_at or now, now + _PATIENCE), counts=False)


def _fetch(session: Session) -> Organisation:
    return session.fetch_organisation()
