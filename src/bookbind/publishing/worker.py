"""The queue of one connection: its documents in the order in which people asked, one at a time."""

from datetime import datetime
from uuid import UUID

from django.db.models import Min, Q, QuerySet

from bookbind.connections import queries as connections
from bookbind.connections.models import Connection
from bookbind.connections.services import mark_lapsed
from bookbind.connections.status import Action
from bookbind.connections.status import State as ConnectionState
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.runner import still_mine
from bookbind.kit import clock
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.models import Publication
from bookbind.publishing.paper import attach_paper, give_up_papers, list_papers
from bookbind.publishing.placement import QUEUE, hold, is_cut_off
from bookbind.publishing.queries import find_unchecked_resume, list_unsent
from bookbind.publishing.reasons import Reason
from bookbind.publishing.recovery import recover
from bookbind.publishing.resume import check_resume, finish_check
from bookbind.publishing.retry import STEPS_ASIDE_AFTER
from bookbind.publishing.sending import send_document
from bookbind.publishing.starting import settle_started
from bookbind.publishing.states import UNDER_WAY, State
from bookbind.publishing.trouble import UNUSABLE_PAUSE
from bookbind.publishing.turns import Keep, Pause, Turn

# Longer than the longest call, so that a worker loses its queue only when it died.
LEASE_SECONDS = 90
_IN_QUEUE = UNDER_WAY | {State.WAITING}


@works(QUEUE, lease_seconds=LEASE_SECONDS)
def work_queue(job: Claimed) -> Again | None:
    """Send what is due at one connection until nothing is, or until the connection can't."""
    while still_mine(job):
        try:
            turn = _take_turn(UUID(job.key), lambda: still_mine(job))
        except MovedMeanwhile:
            # A person or another worker moved the document under our hands; look again.
            continue
        if turn is not None:
            return Again(at=turn.at, counts=False) if turn.at else None
    return None


def _take_turn(connection_id: UUID, keep: Keep) -> Turn:
    """One step: the connection first, then the head of the queue, then papers that are due."""
    connection = connections.get_connection(connection_id)
    pause = _rest_if_unusable(connection)
    if pause is not None:
        return pause
    settle_started(connection)
    head = _find_head(connection)
    is_due = head is not None and (head.next_try_at is None or head.next_try_at <= clock.now())
    if head is not None and is_due:
        return _advance(head, connection, keep)
    paper = _due_papers(connection).first()
    if paper is not None:
        return attach_paper(paper, connection)
    return Pause(_next_due(connection, head))


def _advance(publication: Publication, connection: Connection, keep: Keep) -> Turn:
    if publication.state == State.WAITING:
        turn = send_document(publication, connection, keep)
    else:
        turn = recover(publication, connection)
    if (
        turn is None
        and publication.state == State.PUBLISHED
        and publication.paper == Publication.Paper.WAITING
    ):
        return attach_paper(publication, connection)
    return turn


def _rest_if_unusable(connection: Connection) -> Pause | None:
    """Why nothing may be sent now, if so; without any call."""
    mark_lapsed(connection)
    status = connections.status_of(connection)
    if is_cut_off(status):
        _hold_all(connection)
        return Pause(None)
    if status.state is ConnectionState.SETTING_UP:
        return Pause(None)
    if connection.awaits_start:
        # Nothing is sent yet, but what waits says what it really waits for, and Start publishing counts it.
        finish_check(connection.id)
    if not status.can_publish:
        at = status.next_try_at
        return Pause(at if at is not None or status.action is Action.NONE else clock.now() + UNUSABLE_PAUSE)
    resume = find_unchecked_resume(connection.id)
    if resume is None:
        return None
    if resume.lists_read_at is None:
        return Pause(None)
    check_resume(resume)
    return None


def _hold_all(connection: Connection) -> None:
    """Only a person can bring the connection back: what was queued waits, no attempt is used up."""
    waiting = list_unsent(connection.id, {Reason.LISTS})
    for publication in waiting:
        try:
            hold(publication, Reason.CONNECTION, must_look_for_twins=True, twins_checked_at=None)
        except MovedMeanwhile:
            continue
    if connection.stage not in connections.LIVE_STAGES:
        _leave_unknown_to_people(connection)
        give_up_papers(connection)


def _leave_unknown_to_people(connection: Connection) -> None:
    """Nobody can search books that were left, so what may have reached them is a person's to decide."""
    rows = Publication.objects.filter(connection=connection, state__in=list(UNDER_WAY))
    for publication in rows.select_related("connection", "document"):
        try:
            hold(publication, Reason.UNKNOWN)
        except MovedMeanwhile:
            continue


def _find_head(connection: Connection) -> Publication | None:
    """The first in the queue; one that failed several times lets others go first until its time comes."""
    states = UNDER_WAY if connection.hands_over else _IN_QUEUE
    rows = Publication.objects.filter(connection=connection, state__in=list(states))
    aside = Q(attempts__gte=STEPS_ASIDE_AFTER, next_try_at__gt=clock.now())
    found: Publication | None = _with_rows(rows.exclude(aside)).order_by("queued_at", "id").first()
    return found


def _due_papers(connection: Connection) -> QuerySet[Publication]:
    due = list_papers(connection).filter(
        Q(paper_next_try_at__isnull=True) | Q(paper_next_try_at__lte=clock.now())
    )
    return _with_rows(due).order_by("published_at", "id")


def _next_due(connection: Connection, head: Publication | None) -> datetime | None:
    """When something that rests is due again; None when nothing rests.

    Behind a head that rests, the others wait for it, even those whose own time has come.
    """
    queued = Publication.objects.filter(connection=connection, state__in=list(_IN_QUEUE))
    moments = [
        head.next_try_at if head else queued.aggregate(first=Min("next_try_at"))["first"],
        list_papers(connection).aggregate(first=Min("paper_next_try_at"))["first"],
    ]
    return min((moment for moment in moments if moment is not None), default=None)


def _with_rows(rows: QuerySet[Publication]) -> QuerySet[Publication]:
    return rows.select_related("connection", "document__file", "requested_by")
