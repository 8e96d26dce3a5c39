"""Whether a second person has to approve, who that can be, and what was asked of them.

Only the asking stands here, beneath moving and disconnecting; `approvals` decides and carries out.
"""

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from bookbind.activity.services import record
from bookbind.connections.errors import AskedAlready, NobodyElse
from bookbind.connections.events import ApprovalAsked, tell
from bookbind.connections.models import Approval, Connection
from bookbind.connections.queries import label_of
from bookbind.kit import clock
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.queries import list_managers

Act, Outcome = Approval.Act, Approval.Outcome


def list_others(business: Business, user: User) -> list[User]:
    """Whoever may manage the business's connections besides the user, by name."""
    return [person for person in list_managers(business) if person.id != user.id]


def check_others(business: Business, user: User) -> None:
    """NobodyElse where a second person is wanted and there is none who could approve what the user asks."""
    if business.second_person and not list_others(business, user):
        raise NobodyElse


@transaction.atomic
def ask(business: Business, act: str, user: User, connection: Connection | None = None) -> Approval:
    """Ask the others to approve, and tell them; NobodyElse when alone, AskedAlready while one is open.

    `connection` is the one that is set up by a move, or that is to end.
    """
    if not list_others(business, user):
        raise NobodyElse
    approval = Approval(
        business_id=business.id, act=act, connection=connection, asked_by=user, asked_at=clock.now()
    )
    Approval.objects.bulk_create([approval], ignore_conflicts=True)
    if not Approval.objects.filter(id=approval.id).exists():
        raise AskedAlready
    record(
        "approval.asked",
        f"{user.get_full_name()} asked a second person to approve: {explain_act(approval)}.",
        business_id=business.id,
        actor=user,
        subject=connection,
    )
    tell(ApprovalAsked(business.id, approval.id))
    return approval


def explain_act(approval: Approval) -> str:
    """`disconnect Software (Acme Ltd)`: what is asked for, within a sentence."""
    if approval.connection is None:
        return "turn the second person off"
    label = label_of(approval.connection)
    return f"move the books to {label}" if approval.act == Act.MOVE else f"disconnect {label}"


def get_approval(approval_id: UUID) -> Approval:
    """The approval, open or decided; Approval.DoesNotExist outside the scope in force."""
    found: Approval = _approvals().get(id=approval_id)
    return found


def list_open(business_id: UUID) -> list[Approval]:
    """What waits for a second person, the oldest first."""
    return list(_approvals().filter(business_id=business_id, decided_at=None).order_by("asked_at"))


def find_open(connection: Connection, act: str) -> Approval | None:
    """The open approval about this connection, or None."""
    return _approvals().filter(connection=connection, act=act, decided_at=None).first()


def close_with(connection: Connection) -> None:
    """The connection ends or is left: what was asked about it and is still open is over with it."""
    still_open = Approval.objects.filter(connection=connection, decided_at=None)
    still_open.update(decided_at=clock.now(), outcome=Outcome.WITHDRAWN)


def _approvals() -> "QuerySet[Approval]":
    related = ("asked_by", "decided_by", "business", "connection__business", "connection__grant")
    rows: QuerySet[Approval] = Approval.objects.select_related(*related)
    return rows
