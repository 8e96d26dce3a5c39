"""The paper as its own step: attached after the document stands in the books, retried alone."""

import re
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.documents.files import EXTENSIONS
from bookbind.documents.models import StoredFile
from bookbind.documents.storage import PaperMissing, read_content
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import AttachedFile, DocumentKind, OutgoingFile
from bookbind.providers.registry import get_provider
from bookbind.publishing.models import Publication
from bookbind.publishing.retry import MOST_PAPER_ATTEMPTS
from bookbind.publishing.states import State
from bookbind.publishing.trouble import REFUSED_KINDS, describe, next_try, pause_for_connection
from bookbind.publishing.turns import Pause, Turn

BOOKS_LEFT = "books_left"
_STEM_LENGTH = 80


def attach_paper(publication: Publication, connection: Connection) -> Turn:
    """Try once to put the file on the published document; the document itself is never sent again for it."""
    attempts = publication.paper_attempts + 1
    waiting = Publication.objects.filter(
        id=publication.id, paper=Publication.Paper.WAITING, paper_attempts=publication.paper_attempts
    )
    # Committed first, so that the key of this attempt is known whatever happens to the call.
    if waiting.update(paper_attempts=attempts) != 1:
        return None
    publication.paper_attempts = attempts
    file = publication.document.file
    assert file is not None
    try:
        outgoing = OutgoingFile(
            paper_name(file, publication.marker, is_guest=_is_guest(publication)),
            file.content_type,
            read_content(file),
        )
    except PaperMissing as error:
        _give_up(publication, {"kind": "paper_missing", "vendor_text": str(error)})
        return None
    if not is_taken(file, get_provider(connection.provider).files):
        _give_up(publication, {"kind": ErrorKind.UNSUPPORTED.value, "vendor_text": ""})
        return None
    return _attach(publication, connection, outgoing)


def list_papers(
    connection: Connection, paper: Publication.Paper = Publication.Paper.WAITING
) -> "QuerySet[Publication]":
    """The published documents of the connection by how their file stands: those still to be attached."""
    rows: QuerySet[Publication] = Publication.objects.filter(
        connection=connection, state=State.PUBLISHED.value, paper=paper
    )
    return rows


def give_up_papers(connection: Connection) -> None:
    """Nothing can be attached in books that were left: the documents' pages say so."""
    list_papers(connection).update(
        paper=Publication.Paper.FAILED,
        paper_error={"kind": BOOKS_LEFT, "vendor_text": ""},
        paper_next_try_at=None,
    )


def take_up_papers(connection: Connection) -> None:
    """The books are in use again: what could not be attached because they were left goes on by itself."""
    list_papers(connection, Publication.Paper.FAILED).filter(paper_error__kind=BOOKS_LEFT).update(
        paper=Publication.Paper.WAITING, paper_error={}
    )


def is_taken(file: StoredFile, limits: FileLimits) -> bool:
    """Whether the vendor takes a file of this size at all."""
    return limits.count > 0 and file.size_bytes <= limits.size_bytes


def paper_name(file: StoredFile, marker: str, *, is_guest: bool) -> str:
    """The name under which the vendor keeps the file; the same at every try, so a repeat overwrites itself.

    On a document that is not ours the name is made unique, so that nobody's file there is overwritten.
    """
    stem = re.sub(r"[^\w.() -]+", "_", file.name.rsplit(".", 1)[0]).strip(" ._")[:_STEM_LENGTH] or "document"
    if is_guest:
        stem = f"{stem} {marker[-8:]}"
    return f"{stem}{EXTENSIONS[file.content_type]}"


def _attach(publication: Publication, connection: Connection, file: OutgoingFile) -> Turn:
    # As it was published, which may be another kind than the document asked for.
    kind = DocumentKind(publication.frozen.get("kind") or publication.document.kind)
    key = f"bookbind-{publication.marker}-file-{publication.paper_attempts}"
    reach(Checkpoint.BEFORE_ATTACH)
    try:
        attached = call(connection, lambda session: session.attach(publication.remote_id, kind, file, key))
    except ConnectionUnusable as error:
        return _rest(publication, connection, error)
    except ProviderError as error:
        return _failed(publication, connection, error)
    reach(Checkpoint.AFTER_ATTACH)
    _attached(publication, file, attached)
    reach(Checkpoint.AFTER_PUBLISHED)
    return None


def _attached(publication: Publication, file: OutgoingFile, attached: AttachedFile) -> None:
    if attached.size_bytes != len(file.content):
        # The vendor kept something else than we sent: the same name is sent again and overwrites it.
        error = {"kind": "size_differs", "vendor_text": f"{attached.size_bytes} of {len(file.content)} bytes"}
        _try_later(publication, error)
        return
    _store(
        publication,
        paper=Publication.Paper.ATTACHED,
        paper_remote_id=attached.remote_id,
        paper_error={},
        paper_next_try_at=None,
    )


def _failed(publication: Publication, connection: Connection, error: ProviderError) -> Turn:
    if error.kind in REFUSED_KINDS:
        _give_up(publication, describe(error))
        return None
    if pause_for_connection(connection, error) is not None:
        return _rest(publication, connection, error)
    _try_later(publication, describe(error))
    return None


def _rest(
    publication: Publication, connection: Connection, error: ProviderError | ConnectionUnusable
) -> Turn:
    """The connection's trouble uses up no attempt of the file."""
    pause = pause_for_connection(connection, error) or Pause(None)
    _store(publication, paper_attempts=publication.paper_attempts - 1, paper_next_try_at=pause.at)
    return pause


def _try_later(publication: Publication, error: dict[str, Any]) -> None:
    if publication.paper_attempts >= MOST_PAPER_ATTEMPTS:
        _give_up(publication, error)
        return
    at: datetime = next_try(publication.paper_attempts)
    _store(publication, paper_error=error, paper_next_try_at=at)


def _give_up(publication: Publication, error: dict[str, Any]) -> None:
    _store(publication, paper=Publication.Paper.FAILED, paper_error=error, paper_next_try_at=None)


def _store(publication: Publication, **values: Any) -> None:
    Publication.objects.filter(id=publication.id, paper=Publication.Paper.WAITING).update(**values)
    for name, value in values.items():
        setattr(publication, name, value)


def _is_guest(publication: Publication) -> bool:
    return bool(publication.reason_data.get("twin"))
