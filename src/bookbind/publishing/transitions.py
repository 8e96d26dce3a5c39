"""Moving a publication: by conditional update, together with its document, its news and its timeline."""

from typing import Any

from django.db import transaction

from bookbind.activity import services as activity
from bookbind.connections.queries import label_of
from bookbind.documents import services as documents
from bookbind.documents.models import Document
from bookbind.kit import events
from bookbind.publishing.catalogue import CATALOGUE
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.events import DocumentHeld, DocumentPublished, DocumentRejected
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import FROZEN, State, can_move, stage_of
from bookbind.publishing.wording import tax_words
from bookbind.tenancy.models import User

_SENTENCES = {
    State.PUBLISHED: "Published to {organisation}.{tax}",
    State.HELD: "Waiting: {reason}.",
    State.REJECTED: "Refused by {organisation}: {reason}.",
    State.WITHDRAWN: "Taken back before it was published.",
}
_EVENTS = {State.HELD: DocumentHeld, State.REJECTED: DocumentRejected}


def move(
    publication: Publication,
    after: State,
    reason: Reason | str = "",
    *,
    actor: User | None = None,
    note: dict[str, Any] | None = None,
    **changes: Any,
) -> None:
    """Move the publication from where this object says it stands; MovedMeanwhile when it stands elsewhere.

    `changes` are further columns; `note` goes into the timeline. The document's tab and its freeze follow
    in the same transaction, so no page ever sees one without the other.
    """
    before = State(publication.state)
    if not can_move(before, after):
        raise MovedMeanwhile
    values = {"state": after.value, "reason": str(reason), "reason_data": {}, **changes}
    same_as_before = before is after and publication.reason == str(reason)
    with transaction.atomic():
        here = Publication.objects.filter(id=publication.id, state=before.value)
        if here.update(**values) != 1:
            raise MovedMeanwhile
        for name, value in values.items():
            setattr(publication, name, value)
        _move_document(publication, before, after)
        if not same_as_before:
            _tell(publication, after, actor, note or {})


def _move_document(publication: Publication, before: State, after: State) -> None:
    documents.place(publication.document_id, Document.Stage(stage_of(after)))
    if before in FROZEN and after not in FROZEN:
        documents.unfreeze(publication.document_id)
    elif after in FROZEN and before not in FROZEN and after is not State.SENDING:
        documents.freeze_as_it_is(publication.document_id)


def _tell(publication: Publication, after: State, actor: User | None, note: dict[str, Any]) -> None:
    ids = (publication.business_id, publication.connection_id, publication.document_id, publication.id)
    if after is State.PUBLISHED:
        events.announce(DocumentPublished(*ids))
    elif after in _EVENTS:
        events.announce(_EVENTS[after](*ids, reason=publication.reason))
    sentence = _SENTENCES.get(after)
    if sentence is None:
        return
    connection = publication.connection
    words = {
        "organisation": label_of(connection),
        "tax": f" {tax_words(publication.labels)}".rstrip(),
        "reason": CATALOGUE[Reason(publication.reason)].short.lower() if publication.reason else "",
    }
    activity.record(
        f"publication.{after.value}",
        sentence.format(**words),
        business_id=publication.business_id,
        actor=actor,
        subject=publication.document,
        data={
            "publication": publication.id,
            "connection": connection.id,
            "provider": connection.provider,
            "reason": publication.reason,
            **note,
        },
    )
