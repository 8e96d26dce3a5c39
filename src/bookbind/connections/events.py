"""News about connections, for the packages above; each is announced in the transaction that makes it true."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.kit.events import Event, announce
from bookbind.tenancy.scope import BusinessScope, within


@dataclass(frozen=True)
class BusinessEvent(Event):
    """Base of all news about one business."""

    business_id: UUID


@dataclass(frozen=True)
class ConnectionEvent(BusinessEvent):
    """Base of all news about one connection."""

    connection_id: UUID


@dataclass(frozen=True)
class ConnectionStarted(ConnectionEvent):
    """Finish made or revived the connection; its lists are to be read now."""


@dataclass(frozen=True)
class ChangeReady(ConnectionEvent):
    """The new connection's lists are complete; it takes the old one's place when nothing is under way."""


@dataclass(frozen=True)
class ConnectionActivated(ConnectionEvent):
    """The lists are complete for the first time: the connection is in use."""


@dataclass(frozen=True)
class ConnectionHealed(ConnectionEvent):
    """A new sign-in replaced the old one. `publish_now`: send what waits without a look first."""

    publish_now: bool
    purpose: str


@dataclass(frozen=True)
class ConnectionRecovered(ConnectionEvent):
    """The vendor answers again, or a limit was lifted, without anybody's doing."""


@dataclass(frozen=True)
class ConnectionBroke(ConnectionEvent):
    """Only a person can cure this; `cause` is a `status.Cause`."""

    cause: str


@dataclass(frozen=True)
class ConnectionLapsed(ConnectionEvent):
    """The year is over, seen for the first time."""


@dataclass(frozen=True)
class ConnectionExpiring(ConnectionEvent):
    """The end comes near: `days` is the threshold reached (30, 14, 7 or 1), told once for each consent."""

    days: int


@dataclass(frozen=True)
class ConnectionEnded(ConnectionEvent):
    """Somebody disconnected, or the business moved to another connection."""


@dataclass(frozen=True)
class ApprovalEvent(BusinessEvent):
    """Base of all news about what a second person has to approve."""

    approval_id: UUID


@dataclass(frozen=True)
class ApprovalAsked(ApprovalEvent):
    """Somebody asked for what only another can approve."""


@dataclass(frozen=True)
class ApprovalDecided(ApprovalEvent):
    """A second person approved or refused it; who asked should hear."""


@dataclass(frozen=True)
class AppRefused(Event):
    """The vendor refuses our own app; the operator's incident, told once while it lasts."""

    provider: str


def tell(event: BusinessEvent) -> None:
    """Announce inside the event's own business, whatever scope the teller stands in."""
    with within(BusinessScope(event.business_id)):
        announce(event)
