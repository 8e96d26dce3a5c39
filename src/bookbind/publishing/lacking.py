"""Ready documents at the connected software: which of them lack something that it needs, and what.

Documents become ready without any software, or with another one. What the books need of them is looked at
when these are taken into use, and again whenever their lists, the matches or the settings change, so that
the tab Ready promises only what the books take.
"""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bookbind.activity import services as activity
from bookbind.connections.models import Connection
from bookbind.connections.queries import find_main_connection, label_of
from bookbind.documents.models import Document
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.services import queue_job
from bookbind.kit.text import within_sentence
from bookbind.publishing.messages import short_reason
from bookbind.publishing.together import check_together

READY_JOB = "publishing.ready"


def check_ready_soon(business_id: UUID) -> None:
    """Let a job look anew at what is ready; no work where nothing is."""
    if _ready().exists():
        queue_job(READY_JOB, str(business_id), business_id=business_id)


@works(READY_JOB)
def work_ready(job: Claimed) -> Again | None:
    """Note of each ready document what it lacks now."""
    check_ready(UUID(job.key))
    return None


def check_ready(business_id: UUID, document_id: UUID | None = None) -> None:
    """Note of each ready document, or of one, what it lacks at the connected software.

    Nothing is lacking without software; nothing changes while its lists are read for the first time. The
    number of reads does not grow with the documents, only those of which the answer changed are written.
    """
    connection = find_main_connection(business_id)
    if connection is not None and connection.stage == Connection.Stage.SETTING_UP:
        return
    rows = _ready() if document_id is None else _ready().filter(id=document_id)
    with transaction.atomic():
        documents = list(rows.select_related("file").select_for_update(of=("self",)))
        found = _find_lacking(connection, documents) if connection and documents else {}
        changed: dict[str, list[Document]] = defaultdict(list)
        for document in documents:
            if document.lacks != found.get(document.id, ""):
                changed[found.get(document.id, "")].append(document)
        for reason, group in changed.items():
            Document.objects.filter(id__in=[each.id for each in group]).update(lacks=reason)
            _tell(group, reason, connection)


def _ready() -> "QuerySet[Document]":
    rows: QuerySet[Document] = Document.objects.filter(stage=Document.Stage.READY, shelf=Document.Shelf.INBOX)
    return rows


def _find_lacking(connection: Connection, documents: Sequence[Document]) -> dict[UUID, str]:
    """The first thing that only an edit, or an answer in Merge lists, cures, by document."""
    checked = check_together(connection, documents)
    return {id_: each.to_edit[0].reason.value for id_, each in checked.items() if each.to_edit}


def _tell(documents: Sequence[Document], reason: str, connection: Connection | None) -> None:
    text = "Ready again."
    if reason and connection is not None:
        text = f"To review again, for {label_of(connection)}: {within_sentence(short_reason(reason))}."
    for document in documents:
        activity.record(
            "document.reviewed_again" if reason else "document.ready",
            text,
            business_id=document.business_id,
            subject=document,
            data={"lacks": reason},
        )
