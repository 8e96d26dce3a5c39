"""Documents of a business without accounting software: ready, and later published in one go."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bookbind.activity import services as activity
from bookbind.connections.queries import find_main_connection
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.publishing.checks import check_alone
from bookbind.publishing.errors import DocumentIncomplete, MovedMeanwhile, NotConnected, PublishingError
from bookbind.publishing.facts import read_own_document
from bookbind.publishing.lacking import check_ready
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_open_publication, list_left_behind
from bookbind.publishing.reasons import Problem
from bookbind.publishing.services import request_publish, take_back
from bookbind.publishing.together import check_together
from bookbind.tenancy.models import User

_AT_ONCE = 100
"""How many are checked before the first of them is asked for; none waits long between the two."""


@dataclass(frozen=True)
class Refused:
    """A document that something has to be fixed in first: what that is."""

    document: Document
    problem: Problem


def make_ready(document_id: UUID, user: User) -> None:
    """Say that nothing is left to do about the document; once is enough.

    DocumentIncomplete carries what is missing, MovedMeanwhile when it is not to review any more.
    """
    document = get_document(document_id)
    if document.stage == Document.Stage.READY:
        return
    problems = check_alone(read_own_document(document))
    if problems:
        raise DocumentIncomplete(problems)
    with transaction.atomic():
        _move(document, Document.Stage.REVIEW, Document.Stage.READY)
        _tell(document, "document.ready", "Ready: complete, and it adds up.", user)


def review_again(document_id: UUID, user: User) -> None:
    """Take a ready document back to review; MovedMeanwhile when it is not ready any more."""
    document = get_document(document_id)
    with transaction.atomic():
        _move(document, Document.Stage.READY, Document.Stage.REVIEW)
        _tell(document, "document.reviewed_again", "Taken back to review.", user)


def check_still_ready(document_id: UUID) -> None:
    """After an edit: a ready document that is not complete any more is to review again.

    One that only lacked something for the connected software may have it now.
    """
    document = get_document(document_id)
    if document.stage != Document.Stage.READY:
        return
    if not check_alone(read_own_document(document)):
        check_ready(document.business_id, document.id)
        return
    _move(document, Document.Stage.READY, Document.Stage.REVIEW)
    _tell(document, "document.reviewed_again", "To review again: something is missing now.", None)


def make_left_behind_ready(business_id: UUID, user: User) -> int:
    """Take back all that waits at books that were left, and keep it ready here; returns how many.

    What can't be ready, because something is missing, is to review.
    """
    moved = 0
    for publication in list(list_left_behind(business_id)):
        with transaction.atomic():
            try:
                take_back(publication, user)
                make_ready(publication.document_id, user)
            except DocumentIncomplete:
                pass
            except PublishingError:
                continue
            moved += 1
    return moved


def publish_together(documents: Sequence[Document], user: User) -> tuple[list[Publication], list[Refused]]:
    """Ask for each document to be published: what goes or waits, and what is to be fixed.

    They are of one business, each read with its file; NotConnected where it has no accounting software.
    """
    asked, refused = [], []
    for start in range(0, len(documents), _AT_ONCE):
        some = documents[start : start + _AT_ONCE]
        connection = find_main_connection(some[0].business_id)
        if connection is None:
            raise NotConnected
        checked = check_together(connection, some)
        for document in some:
            try:
                asked.append(request_publish(document, user, connection, checked=checked[document.id]))
            except DocumentIncomplete as error:
                refused.append(Refused(document, error.problems[0]))
    return asked, refused


def _move(document: Document, before: Document.Stage, after: Document.Stage) -> None:
    """Move it unless somebody saved, published or archived it meanwhile."""
    if find_open_publication(document.id) is not None:
        raise MovedMeanwhile
    rows = Document.objects.filter(
        id=document.id, version=document.version, stage=before, shelf=Document.Shelf.INBOX, frozen_at=None
    )
    if rows.update(stage=after, lacks="") != 1:
        raise MovedMeanwhile


def _tell(document: Document, action: str, text: str, user: User | None) -> None:
    activity.record(action, text, business_id=document.business_id, actor=user, subject=document)
