"""Deliveries: one write to the vendor each, committed with its key and bytes before the call."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Sum

from bookbind.connections import queries as connections
from bookbind.connections.models import Connection
from bookbind.documents import services as documents
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.kit.ids import new_id
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import OutgoingDocument, PreparedWrite
from bookbind.providers.registry import get_provider
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.outgoing import to_json
from bookbind.publishing.retry import WINDOW_MARGIN_SECONDS, is_inside_window
from bookbind.publishing.states import State
from bookbind.publishing.transitions import move

UNDECIDED = (Delivery.Outcome.OPEN, Delivery.Outcome.LOST)
_VENDOR_TEXT_LENGTH = 4000


class BytesChanged(RuntimeError):
    """A stored delivery does not match its hash any more, so it must not be sent: the database is damaged."""


class NotAllowedNow(Exception):
    """The right to send, or the document, changed between the check and the commit; look again."""


def write_delivery(
    publication: Publication,
    connection: Connection,
    document_version: int,
    outgoing: OutgoingDocument,
    write: PreparedWrite,
    labels: dict[str, Any],
    still_fits: Callable[[], bool],
) -> Delivery:
    """Commit the intent to send: right to send, document, publication and delivery in one transaction.

    NotAllowedNow when the connection's epoch moved, it can't publish any more, the document was edited, or
    it does not fit any more, for what it names was matched to something else while the vendor was asked.
    """
    reach(Checkpoint.BEFORE_DELIVERY_COMMITTED)
    with transaction.atomic():
        if not _hold_epoch(connection):
            raise NotAllowedNow
        if not connections.status_of(connections.get_connection(connection.id)).can_publish:
            raise NotAllowedNow
        if not still_fits():
            raise NotAllowedNow
        if not documents.freeze(publication.document_id, document_version):
            raise NotAllowedNow
        move(publication, State.SENDING, frozen=to_json(outgoing), labels=labels, lookups=0)
        delivery = _create(publication, connection, Delivery.Purpose.DOCUMENT, write.operation, write.body)
    reach(Checkpoint.AFTER_DELIVERY_COMMITTED)
    return delivery


def write_contact_delivery(publication: Publication, connection: Connection, body: bytes) -> Delivery:
    """Commit the intent to create the supplier; the same open one is used again while it is young.

    NotAllowedNow when the connection's epoch moved: nothing is created in books that were just left.
    """
    window = _window_seconds(connection)
    with transaction.atomic():
        if not _hold_epoch(connection):
            raise NotAllowedNow
        undecided = find_undecided(publication, Delivery.Purpose.CONTACT)
        if undecided is not None:
            same = bytes(undecided.body) == body and is_inside_window(age_seconds(undecided), window)
            if same:
                note_resend(undecided)
                return undecided
            close(undecided, Delivery.Outcome.NOT_DONE)
        return _create(publication, connection, Delivery.Purpose.CONTACT, "create_contact", body)


def find_undecided(
    publication: Publication, purpose: Delivery.Purpose = Delivery.Purpose.DOCUMENT
) -> Delivery | None:
    """The delivery of the publication whose outcome is not known yet, or None."""
    rows = Delivery.objects.filter(publication=publication, purpose=purpose, outcome__in=UNDECIDED)
    found: Delivery | None = rows.first()
    return found


def has_undecided(publication: Publication) -> bool:
    """Whether a write of the document may have reached the books."""
    return find_undecided(publication) is not None


def give_up_undecided(publication: Publication) -> None:
    """A person decided what became of the undecided writes; they are never sent again."""
    rows = Delivery.objects.filter(publication=publication, outcome__in=UNDECIDED)
    rows.update(outcome=Delivery.Outcome.NOT_DONE, answered_at=clock.now())


def note_resend(delivery: Delivery) -> None:
    """Commit that the same key and bytes are about to be sent once more."""
    Delivery.objects.filter(id=delivery.id).update(sends=F("sends") + 1, last_sent_at=clock.now())


def prepared(delivery: Delivery, marker: str) -> PreparedWrite:
    """The very bytes that were committed; BytesChanged when storage altered them."""
    body = bytes(delivery.body)
    if _hash(body) != delivery.body_sha256:
        raise BytesChanged(str(delivery.id))
    return PreparedWrite(delivery.operation, body, marker)


def may_go_now(delivery: Delivery, connection: Connection) -> bool:
    """Whether nobody decided about the write, and it is sent for the first time or under a key that is known.

    Past the window the books may have been searched for it, so even a first send comes too late.
    """
    rows = Delivery.objects.filter(id=delivery.id, outcome__in=UNDECIDED)
    if not _window_seconds(connection):
        return rows.filter(sends=1).exists()
    return is_key_known(delivery, connection) and rows.exists()


def is_key_known(delivery: Delivery, connection: Connection) -> bool:
    """Whether the vendor surely knows the key yet, so that the same bytes can't be carried out twice.

    Of a write in the future, for our clock was set back since, nobody knows how long ago it was.
    """
    return delivery.first_sent_at <= clock.now() <= window_end(delivery, connection)


def window_end(delivery: Delivery, connection: Connection) -> datetime:
    """Until when the vendor surely knows the key."""
    trusted = _window_seconds(connection) - WINDOW_MARGIN_SECONDS
    # A vendor without a window has none that could still be open.
    return delivery.first_sent_at + timedelta(seconds=trusted if trusted > 0 else -1)


def count_writes(publication: Publication) -> int:
    """How many deliveries the document has had."""
    return Delivery.objects.filter(publication=publication, purpose=Delivery.Purpose.DOCUMENT).count()


def count_sends(publication: Publication) -> int:
    """How often anything of the document was sent, repeats included."""
    rows = Delivery.objects.filter(publication=publication, purpose=Delivery.Purpose.DOCUMENT)
    return int(rows.aggregate(sends=Sum("sends"))["sends"] or 0)


def age_seconds(delivery: Delivery) -> float:
    """How long ago the write was first sent."""
    return (clock.now() - delivery.first_sent_at).total_seconds()


def close(delivery: Delivery, outcome: Delivery.Outcome, error: ProviderError | None = None) -> bool:
    """Store what became of the write; False when somebody decided before."""
    values: dict[str, Any] = {"outcome": outcome, "answered_at": clock.now()}
    if error is not None:
        values |= {
            "http_status": error.http_status,
            "correlation_id": error.correlation_id[:80],
            "vendor_text": error.vendor_text[:_VENDOR_TEXT_LENGTH],
        }
    return bool(Delivery.objects.filter(id=delivery.id, outcome__in=UNDECIDED).update(**values))


def hold_undecided(delivery: Delivery) -> int:
    """Take the row for this transaction: how often the write was sent, 0 when it is decided already."""
    rows = Delivery.objects.filter(id=delivery.id, outcome__in=UNDECIDED)
    if not rows.update(sends=F("sends")):
        return 0
    return int(rows.values_list("sends", flat=True).get())


def _hold_epoch(connection: Connection) -> bool:
    """Take the connection's row for this transaction, if the right to send is still the one that we hold."""
    rows = Connection.objects.filter(id=connection.id, epoch=connection.epoch, hands_over=False)
    return bool(rows.update(epoch=connection.epoch))


def _create(
    publication: Publication, connection: Connection, purpose: Delivery.Purpose, operation: str, body: bytes
) -> Delivery:
    now = clock.now()
    delivery = Delivery(
        id=new_id(),
        business_id=publication.business_id,
        connection=connection,
        publication=publication,
        epoch=connection.epoch,
        purpose=purpose,
        operation=operation,
        body=body,
        body_sha256=_hash(body),
        first_sent_at=now,
        last_sent_at=now,
    )
    delivery.key = f"bookbind-{delivery.id.hex}"
    delivery.save(force_insert=True)
    return delivery


def _window_seconds(connection: Connection) -> int:
    return get_provider(connection.provider).idempotency_seconds


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
