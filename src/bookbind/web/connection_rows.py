"""One connection as the Connections page shows it: state in words, what waits, the menu, the lists."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from bookbind.activity.models import Entry
from bookbind.connections.change import awaits_approval, find_change_to, find_undoable
from bookbind.connections.messages import short_state
from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of, list_history, organisation_name, statuses_of, words_of
from bookbind.connections.status import Action, Cause, Health, State, Status
from bookbind.kit import clock
from bookbind.lists.queries import ListProgress, sync_progress
from bookbind.merge.needed import Unmatched, count_unmatched
from bookbind.merge.using import find_last_applied
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.types import DocumentKind, PublishAs
from bookbind.providers.registry import get_provider
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.instead import find_way
from bookbind.publishing.queries import count_waiting
from bookbind.tenancy.permissions import Role
from bookbind.web.change_words import stop_label
from bookbind.web.notices import Notice, notice_for

_HISTORY_SHOWS = 9


@dataclass(frozen=True)
class MenuLine:
    """One line of *Manage*: where it leads, or why it can't."""

    label: str
    url: str
    icon: str
    reason: str = ""
    is_post: bool = False
    is_danger: bool = False


@dataclass(frozen=True)
class Row:
    """A live connection with all that its row says; `unmatched` counts the entries that something needs."""

    connection: Connection
    provider: Provider
    organisation: str
    status: Status
    state: str
    tone: str
    notice: Notice
    menu: tuple[MenuLine, ...]
    publishes: str
    unmatched: int
    waiting: int
    lists: tuple[ListProgress, ...]
    history: tuple[Entry, ...]
    stops: str = ""
    undoes_to: str = ""
    awaits_approval: bool = False

    @property
    def awaits_start(self) -> bool:
        """Whether publishing was not started since the business came here."""
        return self.connection.awaits_start and self.connection.stage == Connection.Stage.ACTIVE

    @property
    def starts_here(self) -> bool:
        """Whether that is what its message says, so that the ways on stand there too."""
        return self.awaits_start and self.status.cause is Cause.NOT_STARTED

    @property
    def needs_reconnect(self) -> bool:
        """Whether Reconnect is the one thing that helps."""
        return self.status.action is Action.RECONNECT

    @property
    def lists_read(self) -> int:
        """How many lists were read whole."""
        return sum(one.last_success_at is not None for one in self.lists)

    @property
    def lists_failed(self) -> tuple[ListProgress, ...]:
        """Lists whose last read failed; while nothing can be read, that is no news."""
        return tuple(one for one in self.lists if one.error) if self.status.can_call else ()

    @property
    def lists_busy(self) -> bool:
        """Whether a list is being read."""
        return self.status.can_call and any(one.is_busy for one in self.lists)

    @property
    def last_read(self) -> datetime | None:
        """When the lists were read last."""
        return max((one.last_success_at for one in self.lists if one.last_success_at), default=None)


@dataclass(frozen=True)
class Earlier:
    """A connection that ended."""

    connection: Connection
    provider: Provider
    organisation: str
    ended_at: datetime | None


def build_rows(connections: list[Connection], role: Role) -> list[Row]:
    """The rows of live connections."""
    statuses = statuses_of(connections)
    waiting = count_waiting([connection.id for connection in connections])
    return [
        _row(connection, statuses[connection.id], role, waiting.get(connection.id, 0))
        for connection in connections
    ]


def build_earlier(connections: list[Connection]) -> list[Earlier]:
    """The connections that ended, with their last day; not those whose move was stopped before any use."""
    statuses = statuses_of(connections)
    return [
        Earlier(
            connection,
            get_provider(connection.provider),
            organisation_name(connection),
            statuses[connection.id].since,
        )
        for connection in connections
        if connection.stays.all()
    ]


def tone_of(status: Status) -> str:
    """The colour that repeats the state's word; none while all is well."""
    if status.state is State.NEEDS_RECONNECT:
        return "problem"
    if status.state is State.SETTING_UP and status.health is Health.OK:
        return "info"
    tones = {Health.OK: "calm", Health.ATTENTION: "info"}
    return "quiet" if status.state is State.DISCONNECTED else tones.get(status.health, "warn")


def publishes_in_words(connection: Connection, provider: Provider) -> str:
    """`Publishes as Bill, Awaiting payment`, in the vendor's own words, as documents go there."""
    settings = get_settings(connection)
    asked = (DocumentKind(settings.publish_to), PublishAs(settings.publish_as))
    way = find_way(*asked, provider.kinds, settings.instead)
    kind = provider.kind_choice(way.kind)
    if kind is None:
        return ""
    if way.kept:
        return f"Publishes as {kind.label}, kept in Bookbind"
    label = next((choice.label for choice in kind.choices if choice.publish_as == way.publish_as), "")
    return f"Publishes as {kind.label}, {label}" if label else f"Publishes as {kind.label}"


def build_menu(
    connection: Connection, status: Status, provider: Provider, unmatched: Unmatched, *, is_joining: bool
) -> tuple[MenuLine, ...]:
    """The same six for every connection; what is unavailable says why."""
    slug, key = connection.business.slug, connection.id

    def line(label: str, page: str, icon: str, reason: str = "") -> MenuLine:
        return MenuLine(label, reverse(page, args=[slug, key]), icon, reason, is_danger=page == "disconnect")

    merge = f"Merge lists ({unmatched.needed:,})" if unmatched.needed else "Merge lists"
    return (
        line("Settings", "connection_settings", "cog-6-tooth"),
        line("Reconnect", "reconnect", "arrow-path", _why_no_reconnect(status, provider)),
        line("Refresh integration data", "connection_refresh", "arrow-down-tray", why_no_refresh(status)),
        line("Change connection", "change", "arrows-right-left", _why_no_change(connection)),
        line(merge, "merge", "queue-list", _why_no_merge(connection, unmatched.total)),
        line("Disconnect", "disconnect", "link-slash", "Stop the move instead." if is_joining else ""),
    )


def _row(connection: Connection, status: Status, role: Role, waiting: int) -> Row:
    provider = get_provider(connection.provider)
    lists = tuple(sync_progress(connection))
    # Nothing is known of a list that was never read, so it has no number yet.
    is_active = connection.stage == Connection.Stage.ACTIVE
    unmatched = count_unmatched(connection, {one.name for one in lists if is_active and one.last_success_at})
    moving = find_change_to(connection) if connection.stage == Connection.Stage.SETTING_UP else None
    undoable = find_undoable(connection) if connection.awaits_start else None
    return Row(
        connection=connection,
        provider=provider,
        organisation=organisation_name(connection),
        status=status,
        state=short_state(status, words_of(connection), clock.now()),
        tone=tone_of(status),
        notice=notice_for(connection, role, status=status),
        menu=build_menu(connection, status, provider, unmatched, is_joining=moving is not None),
        publishes=publishes_in_words(connection, provider),
        unmatched=unmatched.needed,
        waiting=waiting,
        lists=lists,
        history=tuple(list_history(connection, _HISTORY_SHOWS)),
        stops=stop_label(moving, label_of(moving.left)) if moving else "",
        undoes_to=label_of(undoable.left) if undoable else "",
        awaits_approval=moving is not None and awaits_approval(moving),
    )


def _why_no_reconnect(status: Status, provider: Provider) -> str:
    if status.action is Action.WAIT:
        return f"Your connection is fine; {provider.name} will answer again."
    if status.action is Action.OPERATOR:
        return "It would not help: this is for whoever runs Bookbind."
    return ""


def _why_no_change(connection: Connection) -> str:
    if connection.stage == Connection.Stage.SETTING_UP:
        return "First let it be set up, or stop it."
    return "It stands beside the main one." if connection.place == Connection.Place.ADDITIONAL else ""


def _why_no_merge(connection: Connection, unmatched: int) -> str:
    """What was used can be looked at and taken back as long as the connection is in use."""
    if connection.stage == Connection.Stage.SETTING_UP:
        return "First its lists are read."
    if connection.stage != Connection.Stage.ACTIVE:
        return "It is not in use."
    if unmatched or find_last_applied(connection) is not None:
        return ""
    return "Everything is matched."


def why_no_refresh(status: Status) -> str:
    """Why lists can't be read now; empty where they can."""
    if status.can_call:
        return ""
    reasons = {State.DISCONNECTED: "It is disconnected.", State.NEEDS_RECONNECT: "Reconnect first."}
    return reasons.get(status.state, "Not while it isn't answering.")
