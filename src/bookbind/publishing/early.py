"""Documents dated before the first day of the books: one decision about many of them, and its way back.

Each is decided as on its own page, with the same checks and the same timeline, and all in one transaction.
What somebody else has decided meanwhile is left as it is.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bookbind.documents import services as documents
from bookbind.documents.models import Document
from bookbind.publishing.errors import PublishingError
from bookbind.publishing.models import Publication
from bookbind.publishing.placement import Checked, settle
from bookbind.publishing.queries import list_accepted_early, list_held
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import take_back
from bookbind.publishing.together import check_together
from bookbind.tenancy.models import User

# Why a document was put aside; the Archive tab finds them together by it.
ARCHIVED_EARLY = "dated before the new books"
_Row = TypeVar("_Row")


def publish_early(document_ids: Iterable[UUID], user: User) -> list[Publication]:
    """Publish these anyway, in the order in which people had asked; returns those that were decided now."""
    waiting = _in_order(list_held(Reason.BEFORE_START), document_ids)
    rows_at: dict[UUID, list[Publication]] = defaultdict(list)
    for publication in waiting:
        publication.early_accepted = True
        rows_at[publication.connection_id].append(publication)
    checked: dict[UUID, Checked] = {}
    for rows in rows_at.values():
        by_document = {row.document_id: row for row in rows}
        checked |= check_together(rows[0].connection, [row.document for row in rows], by_document)

    def accept(publication: Publication) -> None:
        seen = checked[publication.document_id]
        settle(publication, checked=seen, actor=user, early_accepted=True)

    return _decide(waiting, accept)


def take_back_early(document_ids: Iterable[UUID], user: User) -> int:
    """Take back those that were to be published anyway and were not sent yet; returns how many."""
    return len(_decide(_in_order(list_accepted_early(), document_ids), lambda row: take_back(row, user)))


def archive_early(document_ids: Iterable[UUID], user: User) -> int:
    """Put these aside without publishing them; returns how many."""
    waiting = _in_order(list_held(Reason.BEFORE_START), document_ids)
    return len(_decide(waiting, lambda row: documents.archive(row.document_id, ARCHIVED_EARLY, user)))


def restore_early(document_ids: Iterable[UUID], user: User) -> int:
    """Bring back what was put aside for its date; returns how many."""
    archived = Document.objects.filter(shelf=Document.Shelf.ARCHIVE, archived_why=ARCHIVED_EARLY)
    ids = list(archived.filter(id__in=list(document_ids)).values_list("id", flat=True))
    return len(_decide(ids, lambda document_id: documents.restore(document_id, user)))


def _in_order(rows: "QuerySet[Publication]", document_ids: Iterable[UUID]) -> list[Publication]:
    asked = rows.filter(document__in=list(document_ids))
    return list(
        asked.select_related("connection__grant", "connection__business", "document__file").order_by(
            "queued_at", "id"
        )
    )


def _decide(rows: Iterable[_Row], decide: Callable[[_Row], None]) -> list[_Row]:
    """Decide about each, in one transaction; without those that were decided or sent meanwhile."""
    decided = []
    with transaction.atomic():
        for row in rows:
            try:
                with transaction.atomic():
                    decide(row)
            except PublishingError:
                continue
            decided.append(row)
    return decided
