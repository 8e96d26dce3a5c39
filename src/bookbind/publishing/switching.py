"""The switch of a change: the old connection's answers first, then one transaction that moves what waited."""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from bookbind.connections import change as changes
from bookbind.connections import queries as connections
from bookbind.connections.models import Change, Connection
from bookbind.connections.status import Health
from bookbind.documents.models import Document
from bookbind.documents.queries import owed
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.paper import list_papers
from bookbind.publishing.placement import settle_all, wake
from bookbind.publishing.queries import WaitingSummary, list_unsent, summarise
from bookbind.publishing.reasons import Reason
from bookbind.publishing.reopening import reopen
from bookbind.publishing.resume import give_up_return
from bookbind.publishing.services import release
from bookbind.publishing.states import RETURNABLE, UNDER_WAY, State
from bookbind.tenancy.models import User

SWITCH_JOB = "publishing.switch"
_LOOK_AGAIN = timedelta(seconds=1)
_LOOK_LATER = timedelta(seconds=30)


class UnderWay(Exception):
    """A delivery is under way over the connection that is to be left; it ends first."""


@works(SWITCH_JOB)
def switch_when_free(job: Claimed) -> Again | None:
    """Switch as soon as nothing is under way over the old connection; until then look every second."""
    change = changes.find_change_to(connections.get_connection(UUID(job.key)))
    if change is None or change.ready_at is None:
        return None
    if change.switched_at is not None:
        # A worker that died just after the switch left this to whoever comes next.
        _settle_moved(change.joined)
        return None
    if changes.awaits_approval(change):
        return None
    if _must_wait(change):
        return Again(clock.now() + _pause(change), counts=False)
    reach(Checkpoint.BEFORE_SWITCH)
    try:
        _switch(change)
    except UnderWay:
        changes.hand_over(change)
        wake(change.left)
        return Again(clock.now() + _LOOK_AGAIN, counts=False)
    reach(Checkpoint.AFTER_SWITCH)
    _settle_moved(change.joined)
    return None


def undo_change(change: Change, user: User) -> None:
    """Use the old connection again; what waited goes back for a look. ChangeOver when it is too late."""
    with transaction.atomic():
        # Moved first, so that the news of the connection's return gathers these documents too.
        _move_waiting(change.joined, connections.get_connection(change.left_id), Reason.CONNECTION, user)
        changes.undo(change, user)


def stop_change(change: Change, user: User) -> None:
    """Keep the old connection, and go on sending over it. ChangeOver when the books have moved."""
    with transaction.atomic():
        changes.stop(change, user)
        wake(change.left)


def ready_summary(connection: Connection) -> WaitingSummary:
    """What *Publish them there first* sends over the connection that is left: what only waits to be sent."""
    rows = list_unsent(connection.id, {Reason.LOOK_FIRST}).values_list(
        "queued_at", owed("document__"), "document__currency", "document__date"
    )
    return summarise(rows, connection.business.time_zone)


def count_to_publish_first(change: Change) -> int:
    """How many documents a change that publishes them first still waits for, however long that takes.

    What was queued is waited for while the old books do not answer, and while they have to be reconnected.
    """
    return _to_go_first(change).count() if change.publish_first else 0


def send_first(change: Change) -> None:
    """Let what is ready go to the books that are left, and remember that it was to go there first."""
    release(change.left)
    _to_go_first(change).update(first_of=change)


def missed_first(change: Change) -> list[Document]:
    """The documents that were to be published to the old books first, could not be, and came along unsent."""
    rows = Publication.objects.filter(first_of=change, state=State.WITHDRAWN.value)
    # What came along kept its place; what a person took back and asked for again has a new one.
    along = Publication.objects.filter(
        connection=change.joined,
        state__in=list(RETURNABLE),
        document=OuterRef("document"),
        queued_at=OuterRef("queued_at"),
    )
    missed = rows.filter(Exists(along)) if change.publish_first else rows.none()
    return [row.document for row in missed.select_related("document__supplier").order_by("queued_at", "id")]


def _to_go_first(change: Change) -> "QuerySet[Publication]":
    held = Q(state=State.HELD.value, reason=Reason.CONNECTION)
    rows: QuerySet[Publication] = Publication.objects.filter(connection=change.left)
    return rows.filter(held | Q(state=State.WAITING.value))


def _must_wait(change: Change) -> bool:
    """Whether something is still to be sent, answered or attached over the old connection, and can be."""
    left = connections.get_connection(change.left_id)
    status = connections.status_of(left)
    if left.stage not in connections.LIVE_STAGES:
        return False
    if count_to_publish_first(change):
        return True
    if not (status.can_publish or status.health is Health.LIMITED):
        return False
    rows = Publication.objects.filter(connection=left)
    changes.hand_over(change)
    return not changes.is_patience_over(change) and (
        rows.filter(state__in=list(UNDER_WAY)).exists() or list_papers(left).exists()
    )


def _pause(change: Change) -> timedelta:
    """Books that do not answer are not looked at every second."""
    can_publish = connections.status_of(connections.get_connection(change.left_id)).can_publish
    return _LOOK_AGAIN if can_publish else _LOOK_LATER


def _switch(change: Change) -> None:
    """One transaction: the stays, the right to send, and every document that waited."""
    with transaction.atomic():
        if not changes.switch(change):
            return
        sending = Publication.objects.filter(connection=change.left, state=State.SENDING.value)
        if sending.exists() and not changes.is_patience_over(change):
            raise UnderWay
        joined = connections.get_connection(change.joined_id)
        _move_waiting(change.left, joined, Reason.NOT_STARTED, change.begun_by)


def _move_waiting(left: Connection, joined: Connection, reason: Reason, user: User) -> None:
    """Open each unsent publication anew at the other connection, in its old place in the order.

    What may already have reached the books that are left stays there until a person has decided about it.
    """
    give_up_return(left)
    rows = _movable(left).select_related("document", "connection__business")
    reopen(list(rows.select_for_update(of=("self",))), joined, reason, user)


def _movable(left: Connection) -> "QuerySet[Publication]":
    # Only of the document: a supplier that may have been created there holds nothing back.
    undecided = Delivery.objects.filter(
        purpose=Delivery.Purpose.DOCUMENT, outcome__in=[Delivery.Outcome.OPEN, Delivery.Outcome.LOST]
    )
    rows = Publication.objects.filter(connection=left, state__in=list(RETURNABLE))
    free: QuerySet[Publication] = rows.exclude(
        id__in=undecided.filter(connection=left).values("publication_id")
    ).exclude(reason=Reason.UNKNOWN)
    return free.order_by("queued_at", "id")


def _settle_moved(joined: Connection) -> None:
    """Say of each moved document what really stands between it and the new books."""
    settle_all(list_unsent(joined.id, {Reason.NOT_STARTED}))
