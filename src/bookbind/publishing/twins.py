"""Looking for a document in the books before it is sent: somebody may have entered it by hand."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.providers.base.types import Found, OutgoingDocument, Twin
from bookbind.publishing.models import Publication

# A document that waited longer than this may have been entered by hand, whatever it waited for.
LONG_WAIT = timedelta(hours=1)
_BEFORE = timedelta(days=1)


def must_look(publication: Publication) -> bool:
    """Whether the books are to be searched before the document is sent."""
    if publication.twins_accepted or publication.twins_checked_at is not None:
        return False
    return publication.must_look_for_twins or clock.now() - publication.queued_at > LONG_WAIT


def look(publication: Publication, connection: Connection, outgoing: OutgoingDocument) -> Found:
    """Search the books among all that changed since shortly before the document's own day or arrival."""
    captured = publication.document.captured_at
    dated = datetime.combine(outgoing.date, time(), UTC)
    since = min(captured, dated, publication.queued_at) - _BEFORE
    return call(connection, lambda session: session.find(outgoing, since))


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
