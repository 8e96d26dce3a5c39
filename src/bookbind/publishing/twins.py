"""Looking for a document in the books before it is sent: somebody may have entered it by hand."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.kit.text import fold_name
from bookbind.providers.base.types import Found, Nothing, OutgoingDocument, Twin, Twins
from bookbind.publishing.models import Publication
from bookbind.publishing.states import State

# A document that waited longer than this may have been entered by hand, whatever it waited for.
LONG_WAIT = timedelta(hours=1)
_BEFORE = timedelta(days=1)


def must_look(publication: Publication) -> bool:
    """Whether the books are to be searched before the document is sent.

    What went on waiting after a search may have been entered by hand since.
    """
    now, checked_at = clock.now(), publication.twins_checked_at
    if publication.twins_accepted:
        return False
    if checked_at is not None:
        return now - checked_at > LONG_WAIT
    return publication.must_look_for_twins or now - publication.queued_at > LONG_WAIT


def look(publication: Publication, connection: Connection, outgoing: OutgoingDocument) -> Found:
    """Search the books among all that changed since shortly before the document's own day or arrival."""
    captured = publication.document.captured_at
    dated = datetime.combine(outgoing.date, time(), UTC)
    since = min(captured, dated, publication.queued_at) - _BEFORE
    return search(connection, outgoing, since)


def search(connection: Connection, outgoing: OutgoingDocument, since: datetime) -> Found:
    """Ask the vendor, and leave out likenesses that we know to be other documents."""
    found = call(connection, lambda session: session.find(outgoing, since))
    if not isinstance(found, Twins):
        return found
    own = Publication.objects.filter(connection=connection, state=State.PUBLISHED.value)
    own_ids = set(
        own.filter(remote_id__in=[twin.remote_id for twin in found.twins]).values_list("remote_id", flat=True)
    )
    kept = tuple(twin for twin in found.twins if not is_known(twin, outgoing, own_ids))
    return Twins(kept) if kept else Nothing()


def is_known(twin: Twin, outgoing: OutgoingDocument, own_ids: set[str]) -> bool:
    """Whether a likeness is another document of ours: published from here, and under another number.

    Two fuel bills of one day and amount are no twins; the same number twice is, wherever it came from.
    """
    return twin.remote_id in own_ids and fold_name(twin.number) != fold_name(outgoing.reference)


def twin_words(twin: Twin) -> dict[str, Any]:
    """A twin as it is kept with the publication and shown to the person who decides."""
    return {
        "remote_id": twin.remote_id,
        "number": twin.number,
        "contact_name": twin.contact_name,
        "date": twin.date.isoformat(),
        "total": str(twin.total),
        "status": twin.status,
        "url": twin.url,
    }
