"""Pure: what a practice sees of one client, which clients need somebody, and in which order."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from bookbind.connections.status import Action, Health, State, Status
from bookbind.kit.text import fold_name

_LATEST = datetime.max.replace(tzinfo=UTC)


class Show(StrEnum):
    """The filters of the clients page."""

    ATTENTION = "attention"
    EXPIRING = "expiring"
    WAITING = "waiting"
    ALL = "all"


@dataclass(frozen=True)
class Client:
    """One client. Without a connection `status` is None and everything about it is empty.

    `moving_…` are about a change that is being set up: where to, by whom, and the new connection.
    """

    business_id: UUID
    slug: str
    name: str
    time_zone: str
    status: Status | None = None
    state_in_words: str = ""
    connection_id: UUID | None = None
    provider_id: str = ""
    provider_name: str = ""
    organisation_name: str = ""
    waiting: int = 0
    oldest_waiting_at: datetime | None = None
    to_review: int = 0
    signed_in_by: str = ""
    moving_to: str = ""
    moving_by: str = ""
    moving_id: UUID | None = None

    @property
    def needs_attention(self) -> bool:
        """Whether anybody has to do or to know something."""
        status = self.status
        if status is None or status.state is State.DISCONNECTED:
            return self.waiting > 0
        return status.state is State.NEEDS_RECONNECT or status.health is not Health.OK

    @property
    def is_expiring(self) -> bool:
        """Whether the connection ends within the warning time."""
        return self.status is not None and self.status.health is Health.EXPIRING

    @property
    def action(self) -> Action:
        """The one thing that helps; an outage has none."""
        return self.status.action if self.status is not None else Action.CONNECT


@dataclass(frozen=True)
class Counts:
    """How many clients each filter shows."""

    attention: int
    expiring: int
    waiting: int
    all: int


def sort_by_harm(clients: Iterable[Client]) -> list[Client]:
    """Stuck documents come first, the oldest before all; then how bad it is; the healthy last."""
    return sorted(clients, key=_harm)


def select(clients: Iterable[Client], show: Show, search: str = "") -> list[Client]:
    """The clients that a filter and a search leave, in the order in which they come."""
    words = fold_name(search).split()
    return [client for client in clients if _belongs(client, show) and _mentions(client, words)]


def count(clients: Iterable[Client]) -> Counts:
    """How many there are under each filter."""
    rows = list(clients)
    shown = {show: sum(_belongs(client, show) for client in rows) for show in Show}
    return Counts(shown[Show.ATTENTION], shown[Show.EXPIRING], shown[Show.WAITING], shown[Show.ALL])


def _belongs(client: Client, show: Show) -> bool:
    if show is Show.ATTENTION:
        return client.needs_attention
    if show is Show.EXPIRING:
        return client.is_expiring
    if show is Show.WAITING:
        return client.waiting > 0
    return True


def _mentions(client: Client, words: list[str]) -> bool:
    text = fold_name(f"{client.name} {client.organisation_name} {client.provider_name}")
    return all(word in text for word in words)


def _harm(client: Client) -> tuple[int, datetime, int, int, str]:
    severity = _severity(client.status)
    is_stuck = client.waiting > 0 and client.needs_attention
    oldest = client.oldest_waiting_at if is_stuck and client.oldest_waiting_at else _LATEST
    return (0 if is_stuck else 1, oldest, severity, -client.waiting, fold_name(client.name))


def _severity(status: Status | None) -> int:
    if status is None:
        return 7
    if status.state is State.DISCONNECTED:
        return 6
    if status.state is State.NEEDS_RECONNECT:
        return 0
    by_health = {Health.DOWN: 1, Health.LIMITED: 1, Health.EXPIRING: 2, Health.ATTENTION: 3}
    return by_health.get(status.health, 4 if status.state is State.SETTING_UP else 5)
