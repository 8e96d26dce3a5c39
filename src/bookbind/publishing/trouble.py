"""What an error at the vendor means for a document of which nothing is on its way."""

import random
from datetime import datetime, timedelta
from typing import Any

from bookbind.connections import queries as connections
from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.publishing.models import Publication
from bookbind.publishing.placement import hold
from bookbind.publishing.reasons import REFUSALS, Reason
from bookbind.publishing.retry import MOST_ATTEMPTS, STEPS_ASIDE_AFTER, delay_seconds
from bookbind.publishing.states import State
from bookbind.publishing.transitions import move
from bookbind.publishing.turns import Pause, Turn

# Nobody says when these end, so the queue looks again by itself from time to time.
UNUSABLE_PAUSE = timedelta(minutes=15)
# These are the connection's trouble: the document keeps its place, and no attempt of its own is used up.
CONNECTION_KINDS = frozenset(
    {
        ErrorKind.RATE_LIMITED,
        ErrorKind.PROVIDER_DOWN,
        ErrorKind.NEEDS_RECONNECT,
        ErrorKind.MISSING_SCOPE,
        ErrorKind.MISCONFIGURED,
    }
)
# These are the document's trouble: the vendor looked at it and said no.
REFUSED_KINDS = frozenset({ErrorKind.REJECTED, ErrorKind.UNSUPPORTED})
_VENDOR_TEXT_LENGTH = 2000


def describe(error: ProviderError) -> dict[str, Any]:
    """What is kept of an error for the page: raw vendor text for Details and the vendor's reference."""
    return {
        "kind": error.kind.value,
        "vendor_text": error.vendor_text[:_VENDOR_TEXT_LENGTH],
        "correlation_id": error.correlation_id,
        "http_status": error.http_status,
        "fields": [
            {"field": found.field, "reason": found.reason.value, "vendor_text": found.vendor_text}
            for found in error.field_errors
        ],
    }


def reject(publication: Publication, error: ProviderError) -> None:
    """The vendor refused: the document needs fixing, and says at which field.

    One whose number is taken is compared with the other before it is sent again, whoever agreed before.
    """
    reason, field = explain_refusal(error)
    looks: dict[str, Any] = {}
    if reason is Reason.REFUSED_NUMBER:
        looks = {"must_look_for_twins": True, "twins_checked_at": None, "twins_accepted": False}
    move(
        publication,
        State.REJECTED,
        reason,
        reason_data={"field": field},
        error=describe(error),
        next_try_at=None,
        **looks,
        note={"correlation_id": error.correlation_id},
    )


def explain_refusal(error: ProviderError) -> tuple[Reason, str]:
    """Our reason and field for a refusal; the first field error that has words of its own decides."""
    if error.kind is ErrorKind.UNSUPPORTED:
        return Reason.UNSUPPORTED, ""
    if not error.field_errors:
        return Reason.REFUSED_OTHER, ""
    worded = sorted(error.field_errors, key=lambda found: found.reason is RejectedReason.OTHER)
    reason, field = REFUSALS[worded[0].reason]
    return reason, worded[0].field or field


def delay(publication: Publication, error: ProviderError) -> datetime | None:
    """Count an attempt of a waiting publication: when to try again, or None when it is a person's turn."""
    attempts = publication.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        hold(
            publication,
            Reason.TOO_MANY_TRIES,
            {"tries": str(attempts)},
            error=describe(error),
            attempts=attempts,
        )
        return None
    at = next_try(attempts)
    note_attempt(publication, attempts, at, error)
    return at


def note_attempt(
    publication: Publication, attempts: int, at: datetime, error: ProviderError | None = None
) -> None:
    """Store when the publication is to be tried next, wherever it stands."""
    values: dict[str, Any] = {"attempts": attempts, "next_try_at": at}
    if error is not None:
        values["error"] = describe(error)
    Publication.objects.filter(id=publication.id, state=publication.state).update(**values)
    for name, value in values.items():
        setattr(publication, name, value)


def next_try(attempts: int) -> datetime:
    """The moment of the next attempt, spread so that many do not come at once."""
    chance = random.random()  # noqa: S311 - spreads load, guards nothing
    return clock.now() + timedelta(seconds=delay_seconds(attempts, chance))


def weigh(publication: Publication, error: ProviderError) -> Turn:
    """What an error means while nothing is on its way: refused, the connection rests, or another try."""
    if error.kind in REFUSED_KINDS:
        reject(publication, error)
        return None
    pause = pause_for_connection(publication.connection, error)
    if pause is not None:
        return pause
    return (
        Pause(delay(publication, error))
        if publication.attempts < STEPS_ASIDE_AFTER
        else _step_aside(publication, error)
    )


def pause_for_connection(connection: Connection, error: ProviderError | ConnectionUnusable) -> Pause | None:
    """How long the connection's queue rests after trouble of its own; None for the document's trouble.

    Trouble that left the connection usable counts as the document's, so nothing is ever tried without end.
    """
    status = connections.status_of(connections.get_connection(connection.id))
    if isinstance(error, ProviderError):
        if error.kind not in CONNECTION_KINDS:
            return None
        wished = timedelta(seconds=error.retry_after_seconds or 0)
        if status.can_publish and not wished:
            return None
        return Pause(max(status.next_try_at or clock.now(), clock.now() + wished))
    return Pause(status.next_try_at or clock.now() + UNUSABLE_PAUSE)


def _step_aside(publication: Publication, error: ProviderError) -> Turn:
    """Others go first from now on; this one keeps its own time."""
    delay(publication, error)
    return None
