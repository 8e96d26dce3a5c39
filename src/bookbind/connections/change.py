"""Moving the books to another connection: planned by Finish, switched when nothing is under way, undone.

The old connection is in use until the switch, and keeps its sign-in until publishing is started at the new
one. So a failure or *Stop* before the switch changes nothing, and *Undo* after it needs no sign-in. Where the
business wants a second person, the switch waits for their approval too.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from bookbind.activity.services import record
from bookbind.connections.disconnect import end, let_go_of_left
from bookbind.connections.errors import ChangeOver
from bookbind.connections.events import (
    ChangeReady,
    ConnectionActivated,
    ConnectionEnded,
    ConnectionHealed,
    tell,
)
from bookbind.connections.models import Change, Connection, SignIn, Stay
from bookbind.connections.queries import LIVE_STAGES, get_connection, hold_business, label_of, needs_reconnect
from bookbind.connections.schedule import begin_schedules, end_schedules
from bookbind.connections.second_person import Act, ask, close_with, find_open
from bookbind.connections.services import activate, begin_stay
from bookbind.kit import clock
from bookbind.tenancy.models import User

# How long the answers of deliveries that were under way are waited for before people are asked about them.
PATIENCE = timedelta(minutes=10)
_CHANGED = "changed"


def plan_change(sign_in: SignIn, joined: Connection, user: User) -> Change:
    """Remember, in Finish's own transaction, what the new connection replaces when its lists are complete."""
    assert sign_in.leaves is not None, "a change leaves a connection"
    change: Change = Change.objects.create(
        business_id=joined.business_id,
        left=sign_in.leaves,
        joined=joined,
        publish_first=sign_in.publish_first,
        begun_at=clock.now(),
        begun_by=user,
    )
    record(
        "connection.change_begun",
        f"{user.get_full_name()} began to move from {label_of(change.left)} to {label_of(joined)}.",
        business_id=joined.business_id,
        actor=user,
        subject=joined,
        data={"left": change.left_id, "publish_first": change.publish_first},
    )
    if joined.business.second_person:
        ask(joined.business, Act.MOVE, user, joined)
    return change


def find_open_change(business_id: UUID) -> Change | None:
    """The change whose new connection is being set up, or None."""
    return _open().filter(business_id=business_id).first()


def find_change_away(connection: Connection) -> Change | None:
    """The change that is being set up and will leave this connection, or None."""
    return _open().filter(left=connection).first()


def list_open_changes(business_ids: Iterable[UUID]) -> dict[UUID, Change]:
    """The change that is being set up for each business that has one, in one query."""
    return {one.business_id: one for one in _open().filter(business_id__in=list(business_ids))}


def find_change_to(connection: Connection) -> Change | None:
    """The latest change that came to this connection and stands, being set up or switched; None otherwise."""
    rows = _changes().filter(joined=connection, stopped_at=None, undone_at=None)
    return rows.order_by("-begun_at").first()


def find_undoable(connection: Connection) -> Change | None:
    """The change that brought the business here and can be taken back without a sign-in, or None.

    None either while a further move from here is being set up: that has to be stopped first.
    """
    if _open().filter(left=connection).exists():
        return None
    rows = _changes().filter(
        joined=connection,
        joined__stage=Connection.Stage.ACTIVE,
        joined__awaits_start=True,
        left__stage=Connection.Stage.LEFT,
        switched_at__isnull=False,
        started_at=None,
        stopped_at=None,
        undone_at=None,
    )
    return rows.order_by("-switched_at").first()


def close_changes_to(connection: Connection) -> None:
    """A connection that comes back after its end is not where an earlier change brought the business."""
    Change.objects.filter(joined=connection, stopped_at=None).update(stopped_at=clock.now())


def has_old_books(change: Change) -> bool:
    """Whether the old connection is still there to be kept; somebody may have disconnected it meanwhile."""
    return change.left.stage in LIVE_STAGES


def was_in_use(change: Change) -> bool:
    """Whether the switch ended a stay at the old connection; none begins before the lists are complete."""
    ended = Stay.objects.filter(connection_id=change.left_id, why=_CHANGED, ended_at__gte=change.switched_at)
    return bool(ended.exists())


def take_into_use(connection: Connection) -> None:
    """The lists of a new connection are complete: it is used now, or as soon as the old one can be left."""
    change = _open().filter(joined=connection).first()
    if change is None:
        activate(connection)
        return
    Change.objects.filter(id=change.id, ready_at=None).update(ready_at=clock.now())
    tell(ChangeReady(connection.business_id, connection.id))


def awaits_approval(change: Change) -> bool:
    """Whether a second person has to approve the change first; until then the old books are in full use."""
    return find_open(change.joined, Act.MOVE) is not None


def approve(joined: Connection) -> None:
    """A second person agreed, in the caller's transaction: now the switch waits for the lists alone."""
    ready = Change.objects.filter(joined=joined, switched_at=None, stopped_at=None).exclude(ready_at=None)
    # What is under way is waited for from now on, not from when the lists were complete.
    ready.update(ready_at=clock.now())
    # Told in any case: lists that become complete at this moment find the approval open, or are seen here.
    tell(ChangeReady(joined.business_id, joined.id))


@transaction.atomic
def go_on_without(change: Change, user: User) -> None:
    """Do not wait any longer for what was to be published to the old books first: it moves along.

    ChangeOver when the books have moved, or the change was stopped.
    """
    if not _open().filter(id=change.id).update(publish_first=False):
        raise ChangeOver
    record(
        "connection.change_goes_on",
        f"{user.get_full_name()} decided not to wait for what was to be published to {label_of(change.left)} "
        "first; it moves along.",
        business_id=change.business_id,
        actor=user,
        subject=change.left,
        data={"joined": change.joined_id},
    )
    tell(ChangeReady(change.business_id, change.joined_id))


@transaction.atomic
def hand_over(change: Change) -> None:
    """From now on nothing new is sent over the old connection; what is under way may end.

    Nothing happens when the change was stopped meanwhile, for nobody would let the connection go on again.
    """
    if _hold_open(change):
        Connection.objects.filter(id=change.left_id, hands_over=False).update(hands_over=True)


def is_patience_over(change: Change) -> bool:
    """Whether answers that are still out have been waited for long enough."""
    return change.ready_at is not None and clock.now() - change.ready_at > PATIENCE


def switch(change: Change) -> bool:
    """End the old stay and begin the new one, in the caller's transaction; False when the change is over.

    The old connection's row is taken in the same transaction, so a worker that is about to commit a delivery
    over it either came before, and is seen by the caller, or finds its epoch risen and sends nothing.
    """
    if not _hold_open(change):
        return False
    old = Connection.objects.filter(id=change.left_id)
    was_live = old.filter(stage__in=LIVE_STAGES).update(
        stage=Connection.Stage.LEFT, hands_over=False, epoch=F("epoch") + 1
    )
    left = get_connection(change.left_id)
    Change.objects.filter(id=change.id).update(
        switched_at=clock.now(),
        left_awaited_start=left.awaits_start,
        left_documents_from=left.documents_from,
    )
    Connection.objects.filter(id=change.joined_id).update(stage=Connection.Stage.ACTIVE, awaits_start=True)
    if was_live:
        _end_stay(change.left, _CHANGED)
        end_schedules(change.left)
        close_with(change.left)
        tell(ConnectionEnded(change.business_id, change.left_id))
    begin_stay(change.joined, change.begun_by, _CHANGED)
    record(
        "connection.changed",
        f"The books moved from {label_of(change.left)} to {label_of(change.joined)}. "
        "Nothing is sent there until somebody presses Start publishing.",
        business_id=change.business_id,
        subject=change.joined,
        data={"left": change.left_id},
    )
    tell(ConnectionActivated(change.business_id, change.joined_id))
    return True


@transaction.atomic
def stop(change: Change, user: User) -> None:
    """Keep the old connection: the new one, which was being set up, is given up. ChangeOver when in use."""
    if not _hold_open(change):
        raise ChangeOver
    end(change.joined, user, "stopped")
    _keep_for_undo(change)
    kept = f"; {label_of(change.left)} is kept" if has_old_books(change) else ""
    record(
        "connection.change_stopped",
        f"{user.get_full_name()} stopped the move to {label_of(change.joined)}{kept}.",
        business_id=change.business_id,
        actor=user,
        subject=change.left,
        data={"joined": change.joined_id},
    )


def mark_started(connection: Connection, user: User) -> bool:
    """Publishing may begin, in the caller's transaction; what was left is let go. False when it had begun."""
    waiting = Connection.objects.filter(id=connection.id, stage=Connection.Stage.ACTIVE, awaits_start=True)
    if not waiting.update(awaits_start=False):
        return False
    connection.awaits_start = False
    Change.objects.filter(joined=connection, started_at=None, undone_at=None).exclude(
        switched_at=None
    ).update(started_at=clock.now())
    record(
        "connection.publishing_started",
        f"{user.get_full_name()} started publishing to {label_of(connection)}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
    )
    let_go_of_left(connection.business_id)
    return True


def undo(change: Change, user: User) -> None:
    """Take the change back, in the caller's transaction: the old connection is in use again as it was.

    One that was still being set up goes on with that, and is in use once its lists are complete. ChangeOver
    when publishing was started meanwhile, a further move was begun, or the change was taken back already.
    """
    hold_business(change.business_id)
    if _open().filter(left_id=change.joined_id).exists():
        raise ChangeOver
    unused = Connection.objects.filter(id=change.joined_id, stage=Connection.Stage.ACTIVE, awaits_start=True)
    standing = Change.objects.filter(id=change.id, started_at=None, undone_at=None).exclude(switched_at=None)
    # The new connection ends before the old one is in use again, for one business has one main connection.
    if not unused.exists() or not standing.update(undone_at=clock.now()):
        raise ChangeOver
    end(change.joined, user, "undone")
    old = Connection.objects.filter(id=change.left_id, stage=Connection.Stage.LEFT)
    in_use = was_in_use(change)
    stage = Connection.Stage.ACTIVE if in_use else Connection.Stage.SETTING_UP
    if not old.update(stage=stage, epoch=F("epoch") + 1):
        raise ChangeOver
    left = get_connection(change.left_id)
    if in_use:
        begin_stay(left, user, "change undone")
    begin_schedules(left)
    _keep_for_undo(change)
    record(
        "connection.change_undone",
        f"{user.get_full_name()} took the move to {label_of(change.joined)} back; "
        f"{label_of(left)} is {'in use' if in_use else 'set up'} again.",
        business_id=change.business_id,
        actor=user,
        subject=left,
        data={"joined": change.joined_id},
    )
    # What waits for one that has to be reconnected says so, until that is done.
    if not needs_reconnect(left):
        tell(ConnectionHealed(change.business_id, left.id, publish_now=False, purpose=SignIn.Purpose.CHANGE))


def _keep_for_undo(change: Change) -> None:
    """Books that an earlier move left, and that a way back only tried, are again what its undo returns to."""
    moves = Change.objects.filter(left=change.joined, joined=change.left).exclude(switched_at=None)
    earlier = moves.filter(started_at=None, stopped_at=None, undone_at=None).order_by("-switched_at").first()
    if earlier is None:
        return
    tried = Connection.objects.filter(id=change.joined_id, stage=Connection.Stage.ENDED)
    tried.update(
        stage=Connection.Stage.LEFT,
        release="",
        awaits_start=earlier.left_awaited_start,
        documents_from=earlier.left_documents_from,
    )


def _hold_open(change: Change) -> bool:
    """Take the new connection's row for this transaction; False when the change was stopped or switched.

    Taken before the change is read, so that of a stop and a switch at the same moment one comes wholly first.
    """
    waiting = Connection.objects.filter(id=change.joined_id, stage=Connection.Stage.SETTING_UP)
    return bool(waiting.update(epoch=F("epoch")) and _open().filter(id=change.id).exists())


def _end_stay(connection: Connection, why: str) -> None:
    Stay.objects.filter(connection=connection, ended_at=None).update(ended_at=clock.now(), why=why)


def _open() -> "QuerySet[Change]":
    return _changes().filter(switched_at=None, stopped_at=None)


def _changes() -> "QuerySet[Change]":
    rows: QuerySet[Change] = Change.objects.select_related("left__business", "joined__business", "begun_by")
    return rows
