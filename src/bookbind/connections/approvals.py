"""What becomes of what a second person was asked: approved and carried out, refused, or withdrawn."""

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections import change
from bookbind.connections.disconnect import disconnect_here
from bookbind.connections.errors import ApprovalOver, NobodyElse, OwnRequest
from bookbind.connections.events import ApprovalDecided, tell
from bookbind.connections.models import Approval
from bookbind.connections.second_person import Act, Outcome, ask, explain_act, list_others
from bookbind.kit import clock
from bookbind.tenancy.models import Business, User


@transaction.atomic
def turn_on(business: Business, user: User) -> None:
    """From now on a move and a disconnect need a second person. NobodyElse where there is none."""
    if not list_others(business, user):
        raise NobodyElse
    _set(business, user, is_on=True)


@transaction.atomic
def turn_off(business: Business, user: User) -> bool:
    """Ask a second person for that; False where nobody else is left to ask, and it is off at once."""
    if list_others(business, user):
        ask(business, Act.TURN_OFF, user)
        return True
    _set(business, user, is_on=False)
    return False


@transaction.atomic
def approve(approval: Approval, user: User) -> None:
    """Carry out what somebody else asked for, all at once or not at all.

    OwnRequest for whoever asked, ApprovalOver when it was decided or withdrawn meanwhile, NotConnected when
    what was to end has ended.
    """
    _decide(approval, user, Outcome.APPROVED)
    if approval.connection is None:
        _set(approval.business, approval.asked_by, is_on=False)
    elif approval.act == Act.MOVE:
        change.approve(approval.connection)
    else:
        disconnect_here(approval.connection, approval.asked_by)


@transaction.atomic
def refuse(approval: Approval, user: User) -> None:
    """Leave all as it is; a move that was to be approved is given up. OwnRequest, ApprovalOver."""
    _decide(approval, user, Outcome.REFUSED)
    _give_up_move(approval, user)


@transaction.atomic
def withdraw(approval: Approval, user: User) -> None:
    """Anybody who may manage connections can spare the others a decision. ApprovalOver when it came first."""
    _close(approval, user, Outcome.WITHDRAWN)
    _give_up_move(approval, user)


def _decide(approval: Approval, user: User, outcome: Approval.Outcome) -> None:
    if approval.asked_by_id == user.id:
        raise OwnRequest
    _close(approval, user, outcome)
    tell(ApprovalDecided(approval.business_id, approval.id))


def _close(approval: Approval, user: User, outcome: Approval.Outcome) -> None:
    """Of two people who decide at once, the first one does."""
    still_open = Approval.objects.filter(id=approval.id, decided_at=None)
    if not still_open.update(decided_at=clock.now(), decided_by=user, outcome=outcome):
        raise ApprovalOver
    record(
        f"approval.{outcome}",
        f"{user.get_full_name()} {outcome} what {approval.asked_by.get_full_name()} asked for: "
        f"{explain_act(approval)}.",
        business_id=approval.business_id,
        actor=user,
        subject=approval.connection,
    )


def _give_up_move(approval: Approval, user: User) -> None:
    moving = change.find_change_to(approval.connection) if approval.connection is not None else None
    if approval.act == Act.MOVE and moving is not None:
        change.stop(moving, user)


def _set(business: Business, user: User, *, is_on: bool) -> None:
    Business.objects.filter(id=business.id).update(second_person=is_on)
    business.second_person = is_on
    now = "need a second person now" if is_on else "need no second person any more"
    record(
        f"approval.turned_{'on' if is_on else 'off'}",
        f"{user.get_full_name()} decided: changing and disconnecting {now}.",
        business_id=business.id,
        actor=user,
    )
