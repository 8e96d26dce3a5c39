"""What is said about a connection on a page: the domain's message with the addresses of its buttons."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.urls import reverse

from bookbind.connections.messages import explain
from bookbind.connections.models import Connection
from bookbind.connections.queries import status_of, viewer_of, words_of
from bookbind.connections.status import Health, State, Status
from bookbind.connections.wording import (
    ActionName,
    ActionWord,
    ConnectionWords,
    Message,
    Tone,
    Viewer,
    asked,
    waiting,
    whom_to_ask,
)
from bookbind.kit.money import show_money
from bookbind.kit.text import listed
from bookbind.notifications.queries import find_request_of_today
from bookbind.publishing.queries import WaitingSummary, count_by_reason, waiting_summary
from bookbind.tenancy.permissions import Permission, Role, may
from bookbind.web.change_words import find_away

TONES = {Tone.CALM: "quiet", Tone.INFO: "info", Tone.WARNING: "warn", Tone.PROBLEM: "problem"}
# These change something or leave for the vendor, so they are posted; the others only lead to a page.
_POSTED = frozenset(
    {
        ActionName.RECONNECT,
        ActionName.CONNECT,
        ActionName.CONFIRM_NAME,
        ActionName.ASK,
        ActionName.EXPORT_WAITING,
    }
)


@dataclass(frozen=True)
class Button:
    """One thing that helps: its words, its address, and whether it is posted."""

    name: str
    label: str
    url: str
    is_post: bool


@dataclass(frozen=True)
class Notice:
    """A message ready for a template. `details` is the vendor's raw text."""

    tone: str
    headline: str
    body: str
    buttons: tuple[Button, ...]
    details: str = ""

    @property
    def button_kind(self) -> str:
        """How loud the button is: only where documents are stuck does it call."""
        return "primary" if self.tone == "problem" else "quiet"

    @property
    def main_button(self) -> Button | None:
        """The one button that helps, for places with room for one."""
        return self.buttons[0] if self.buttons else None


def notice_for(connection: Connection, role: Role, *, status: Status | None = None) -> Notice:
    """The whole message about a connection for somebody in this role."""
    current = status or status_of(connection)
    summary = waiting_summary(connection)
    words = words_of(
        connection,
        waiting=summary.count,
        waiting_total=totals_in_words(summary),
        queued=_count_queued(connection, current),
    )
    message = _explain(connection, current, words, role)
    return build_notice(message, connection)


def banner_for(connection: Connection, role: Role) -> Notice | None:
    """The message in one line for every page of the business; None while all is well."""
    status = status_of(connection)
    if not is_worth_a_banner(status):
        return None
    summary = waiting_summary(connection)
    words = words_of(connection, waiting=summary.count, queued=_count_queued(connection, status))
    message = _explain(connection, status, words, role)
    manages = may(role, Permission.MANAGE_CONNECTIONS)
    notice = build_notice(message, connection)
    if not manages or status.state is not State.NEEDS_RECONNECT:
        return replace(notice, buttons=notice.buttons[:1], details="")
    away = find_away(connection)
    if away is None or not away.takes_all:
        return replace(notice, body=waiting(words).strip(), buttons=notice.buttons[:1], details="")
    body = away.say("documents that wait go there")
    see = Button("away", "See the change", away.url, is_post=False)
    return replace(notice, body=body, buttons=(see,), details="")


def is_worth_a_banner(status: Status) -> bool:
    """Whether the connection can't be used now, or not much longer."""
    if status.state in (State.DISCONNECTED, State.SETTING_UP):
        return False
    return status.state is State.NEEDS_RECONNECT or status.health in (
        Health.EXPIRING,
        Health.DOWN,
        Health.LIMITED,
    )


def _count_queued(connection: Connection, status: Status) -> int:
    """How many documents are sent as soon as the vendor answers; looked up only where that is the message."""
    if status.health not in (Health.DOWN, Health.LIMITED):
        return 0
    return count_by_reason(connection).get("", 0)


def build_notice(message: Message, connection: Connection) -> Notice:
    """Give the message's buttons their addresses."""
    buttons = tuple(_button(action, connection) for action in message.actions)
    return Notice(TONES[message.tone], message.headline, message.body, buttons, message.details)


def totals_in_words(summary: WaitingSummary) -> str:
    """`£4,210.50` or `£4,210.50 and €12.00`."""
    return listed([show_money(amount, currency) for currency, amount in sorted(summary.totals.items())])


def whom_in_words(connection: Connection, role: Role) -> str:
    """Who manages connections and whether they were asked today; nothing for those who manage them."""
    viewer = _viewer(connection, role)
    return "" if viewer.may_manage else f"{whom_to_ask(viewer)}{asked(viewer, words_of(connection))}"


def _explain(connection: Connection, status: Status, words: ConnectionWords, role: Role) -> Message:
    return explain(status, words, _viewer(connection, role))


def _viewer(connection: Connection, role: Role) -> Viewer:
    request = None if may(role, Permission.MANAGE_CONNECTIONS) else find_request_of_today(connection)
    return viewer_of(connection.business, role, asked_at=request.asked_at if request else None)


def _button(action: ActionWord, connection: Connection) -> Button:
    return Button(action.name.value, action.label, _address(action.name, connection), action.name in _POSTED)


def _address(name: ActionName, connection: Connection) -> str:
    slug = connection.business.slug
    costs = reverse("costs", args=[slug])
    if name is ActionName.CONNECT:
        return reverse("connect", args=[slug, connection.provider])
    if name is ActionName.SHOW_WAITING:
        return f"{costs}?show=waiting"
    if name is ActionName.EXPORT_WAITING:
        return f"{reverse('costs_export', args=[slug])}?show=waiting"
    return _own_address(_OWN_PAGES[name], slug, connection.id)


_OWN_PAGES = {
    ActionName.RECONNECT: "reconnect",
    ActionName.CANNOT_SIGN_IN: "connection_help",
    ActionName.WHO_DID_THIS: "connection_help",
    ActionName.CONFIRM_NAME: "confirm_name",
    ActionName.START: "start_publishing",
    ActionName.ASK: "ask",
}


def _own_address(page: str, slug: str, connection_id: UUID) -> str:
    return reverse(page, args=[slug, connection_id])
