"""Where a publication that nothing was sent for belongs now: checked, held with a reason, or in the queue."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bookbind.connections import queries as connections
from bookbind.connections.models import Connection
from bookbind.connections.status import State as ConnectionState
from bookbind.connections.status import Status
from bookbind.documents import queries as documents
from bookbind.documents.models import Document
from bookbind.jobs.services import queue_job
from bookbind.publishing.checks import DocumentFacts, check_document, list_blocking
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.facts import Books, read_books, read_document
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_unchecked_resume
from bookbind.publishing.reasons import Problem, Reason, Weight
from bookbind.publishing.states import State
from bookbind.publishing.transitions import move
from bookbind.tenancy.models import User

QUEUE = "publishing.queue"
_CUT_OFF = frozenset({ConnectionState.NEEDS_RECONNECT, ConnectionState.DISCONNECTED})


@dataclass(frozen=True)
class Checked:
    """A document as the connection sees it, and what is in the way."""

    document: Document
    facts: DocumentFacts
    books: Books
    problems: list[Problem]

    @property
    def blocking(self) -> list[Problem]:
        """What really is in the way."""
        return list_blocking(self.problems)

    @property
    def to_edit(self) -> list[Problem]:
        """What only an edit of the document cures."""
        return [problem for problem in self.problems if problem.weight is Weight.EDIT]


def check(document: Document, connection: Connection, publication: Publication | None = None) -> Checked:
    """Check the document as it stands now against the books as they were last read."""
    books = read_books(connection)
    facts = read_document(document, connection, books.settings, publication)
    return Checked(document, facts, books, check_document(facts, books.facts))


def check_again(publication: Publication) -> Checked:
    """Check the document of a publication, read anew."""
    document = documents.get_document(publication.document_id)
    return check(document, publication.connection, publication)


def is_cut_off(status: Status) -> bool:
    """Whether only a person can bring the connection back; then documents are held rather than queued."""
    return status.state in _CUT_OFF


def settle(
    publication: Publication, *, checked: Checked | None = None, actor: User | None = None, **changes: Any
) -> None:
    """Put an unsent publication where it belongs now, and wake the queue when that is the queue.

    `checked` spares a second look when the document was checked a moment ago.
    """
    connection = publication.connection
    status = connections.status_of(connection)
    if is_cut_off(status):
        hold(publication, Reason.CONNECTION, actor=actor, must_look_for_twins=True, **changes)
        return
    if find_unchecked_resume(connection.id) is not None:
        hold(publication, Reason.LISTS, actor=actor, **changes)
        return
    blocking = (checked or check_again(publication)).blocking
    if blocking:
        hold_for(publication, blocking[0], actor=actor, **changes)
    else:
        queue(publication, actor=actor, **changes)


def settle_all(rows: Iterable[Publication]) -> None:
    """Put each of these where it belongs now; one that somebody moved meanwhile is left as it is."""
    for publication in rows:
        try:
            settle(publication)
        except MovedMeanwhile:
            continue


def hold_for(
    publication: Publication, problem: Problem, *, actor: User | None = None, **changes: Any
) -> None:
    """Hold the publication because of a problem; its field and words are kept for the message."""
    data = {**problem.data, "field": problem.field}
    hold(publication, problem.reason, data, actor=actor, **changes)


def hold(
    publication: Publication,
    reason: Reason,
    data: dict[str, Any] | None = None,
    *,
    actor: User | None = None,
    **changes: Any,
) -> None:
    """Let the publication wait for something outside the document."""
    if (
        publication.state == State.HELD
        and publication.reason == reason
        and publication.reason_data == (data or {})
    ):
        return
    cleared = {"error": {}, "next_try_at": None, **changes}
    move(publication, State.HELD, reason, actor=actor, reason_data=data or {}, **cleared)


def queue(publication: Publication, *, actor: User | None = None, **changes: Any) -> None:
    """Put the publication into the queue at its old place; what was wrong before is forgotten.

    Where publishing has not been started, it waits for that instead.
    """
    if publication.connection.awaits_start:
        hold(publication, Reason.NOT_STARTED, actor=actor, **changes)
        return
    cleared = {"error": {}, "attempts": 0, "next_try_at": None, **changes}
    if publication.state != State.WAITING:
        move(publication, State.WAITING, actor=actor, **cleared)
    wake(publication.connection)


def wake(connection: Connection) -> None:
    """Let a worker look at the connection's queue as soon as this transaction is committed."""
    queue_job(QUEUE, str(connection.id), business_id=connection.business_id)
