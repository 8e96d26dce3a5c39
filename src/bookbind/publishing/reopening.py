"""Unsent publications whose books were left: each is opened anew at the books that are in use."""

from collections.abc import Sequence

from bookbind.activity import services as activity
from bookbind.connections import queries as connections
from bookbind.connections.models import Connection
from bookbind.documents import services as documents
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.kit.text import within_sentence
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.messages import short_reason
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import RETURNABLE, State
from bookbind.tenancy.models import User


def reopen(rows: Sequence[Publication], joined: Connection, reason: Reason, user: User) -> list[Publication]:
    """Withdraw the unsent rows and hold each anew at `joined`, in its old place in the order.

    In the caller's transaction, with the rows' documents read. The books there are searched for twins first.
    MovedMeanwhile when one of them is not unsent any more.
    """
    moved = Publication.objects.filter(id__in=[row.id for row in rows], state__in=list(RETURNABLE))
    if moved.update(state=State.WITHDRAWN.value, reason="", reason_data={}) != len(rows):
        raise MovedMeanwhile
    made = [_anew(row, joined, reason) for row in rows]
    Publication.objects.bulk_create(made)
    documents.place_all([row.document_id for row in rows], Document.Stage.WAITING)
    now = clock.now()
    for row in rows:
        activity.record(
            "publication.moved",
            f"Moved from {connections.label_of(row.connection)} to {connections.label_of(joined)}; "
            f"{_why_unsent(row)}.",
            business_id=row.business_id,
            actor=user,
            subject=row.document,
            data={"from": row.connection_id, "to": joined.id, "at": now},
        )
    return made


def _why_unsent(row: Publication) -> str:
    """That it was not sent; and what kept it, where it was to be sent before the move."""
    if row.first_of_id is None or not row.reason:
        return "it was not sent"
    return (
        f"it was to be published there first, and could not be: {within_sentence(short_reason(row.reason))}"
    )


def _anew(row: Publication, joined: Connection, reason: Reason) -> Publication:
    publication = Publication(
        id=new_id(),
        business_id=row.business_id,
        document=row.document,
        connection=joined,
        state=State.HELD.value,
        reason=reason,
        queued_at=row.queued_at,
        requested_by_id=row.requested_by_id,
        automatic=row.automatic,
        must_look_for_twins=True,
    )
    publication.marker = publication.id.hex
    return publication
