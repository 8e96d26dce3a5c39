"""Storing what became of a write: accepted, refused, known not done, or lost on the way."""

from django.db import transaction

from bookbind.connections.errors import ConnectionUnusable
from bookbind.kit import clock
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import Published
from bookbind.publishing import deliveries
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.placement import wake
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State
from bookbind.publishing.transitions import move
from bookbind.publishing.trouble import (
    REFUSED_KINDS,
    explain_refusal,
    next_try,
    note_attempt,
    pause_for_connection,
    reject,
    weigh,
)
from bookbind.publishing.turns import Pause, Turn


def accept(publication: Publication, published: Published, delivery: Delivery | None) -> None:
    """The document stands in the books; its file is the next step."""
    has_file = publication.document.file_id is not None
    with transaction.atomic():
        if delivery is not None:
            if not deliveries.close(delivery, Delivery.Outcome.DONE):
                # Another worker stored the outcome of this very delivery first, or a person decided.
                return
            # While nobody knew the answer, the document may have been left to people; now it is known.
            publication.refresh_from_db(fields=["state", "reason"])
        was_held = publication.state == State.HELD
        move(
            publication,
            State.PUBLISHED,
            note=_note(publication, published, delivery),
            remote_id=published.remote_id,
            remote_number=published.number,
            remote_status=published.status,
            remote_url=published.url,
            differences=list(published.differences),
            published_at=clock.now(),
            attempts=0,
            next_try_at=None,
            error={},
            paper=Publication.Paper.WAITING if has_file else Publication.Paper.NONE,
        )
        if was_held:
            # The queue has gone on without it, and its file is still to be seen to.
            wake(publication.connection)


def fail(
    publication: Publication, delivery: Delivery, error: ProviderError | ConnectionUnusable, *, is_first: bool
) -> Turn:
    """Store a failed write; nothing where it was decided meanwhile what became of it.

    Only the one send that there was can be known not done; one of several tells nothing of the others.
    """
    known = error if isinstance(error, ProviderError) else None
    try:
        with transaction.atomic():
            sends = deliveries.hold_undecided(delivery)
            if not sends:
                return None
            is_only = is_first and sends == 1
            if known is not None and _is_refusal(known, is_only=is_only):
                deliveries.close(delivery, Delivery.Outcome.REFUSED, known)
                reject(publication, known)
                return None
            is_free = is_only and not (known is not None and known.maybe_done)
            if is_free:
                # Nothing reached the books: a later try is a new delivery.
                deliveries.close(delivery, Delivery.Outcome.NOT_DONE, known)
                move(publication, State.WAITING)
            else:
                _lose(publication, delivery, known)
        return _rest(publication, error) if is_free else _rest_lost(publication, error)
    except MovedMeanwhile:
        return None


def _is_refusal(error: ProviderError, *, is_only: bool) -> bool:
    """A repeat refused for a taken number may have met its own first send: look, don't believe."""
    if error.kind not in REFUSED_KINDS or error.maybe_done:
        return False
    return is_only or explain_refusal(error)[0] is not Reason.REFUSED_NUMBER


def _lose(publication: Publication, delivery: Delivery, error: ProviderError | None) -> None:
    """The answer is lost: nobody sends anew until it is known what became of it."""
    if error is not None and error.maybe_done:
        Delivery.objects.filter(id=delivery.id, outcome=Delivery.Outcome.OPEN).update(
            outcome=Delivery.Outcome.LOST,
            http_status=error.http_status,
            correlation_id=error.correlation_id[:80],
            vendor_text=error.vendor_text[:4000],
        )
    if publication.state == State.SENDING:
        move(publication, State.UNKNOWN)


def _rest(publication: Publication, error: ProviderError | ConnectionUnusable) -> Turn:
    """What follows where nothing is on its way."""
    if isinstance(error, ConnectionUnusable):
        return pause_for_connection(publication.connection, error)
    return weigh(publication, error)


def _rest_lost(publication: Publication, error: ProviderError | ConnectionUnusable) -> Turn:
    """What follows where the write may have reached the books."""
    pause = pause_for_connection(publication.connection, error)
    if pause is not None:
        return pause
    attempts = publication.attempts + 1
    # The first repeat goes at once: most lost answers are one dropped connection.
    at = clock.now() if attempts == 1 else next_try(attempts)
    note_attempt(publication, attempts, at, error if isinstance(error, ProviderError) else None)
    return None if attempts == 1 else Pause(at)


def _note(publication: Publication, published: Published, delivery: Delivery | None) -> dict[str, object]:
    """What the timeline keeps: what was sent, what came back, who asked, and which rules coded it."""
    return {
        "remote_id": published.remote_id,
        "number": published.number,
        "status": published.status,
        "differences": list(published.differences),
        "delivery": delivery.id if delivery else None,
        "key": delivery.key if delivery else "",
        "body_sha256": delivery.body_sha256 if delivery else "",
        "requested_by": publication.requested_by_id,
        "automatic": publication.automatic,
        "sources": publication.labels.get("sources", {}),
    }
