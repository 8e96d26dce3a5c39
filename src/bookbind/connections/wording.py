"""The values that messages are filled with, and the phrases that several of them share."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from bookbind.kit import clock
from bookbind.kit.text import listed, plural, show_date


class Tone(StrEnum):
    """How a message looks; its words never depend on it."""

    CALM = "calm"
    INFO = "info"
    WARNING = "warning"
    PROBLEM = "problem"


class ActionName(StrEnum):
    """What a button does; the page knows the address."""

    RECONNECT = "reconnect"
    CONNECT = "connect"
    CANNOT_SIGN_IN = "cannot_sign_in"
    WHO_DID_THIS = "who_did_this"
    EXPORT_WAITING = "export_waiting"
    SHOW_WAITING = "show_waiting"
    CONFIRM_NAME = "confirm_name"
    START = "start"
    ASK = "ask"


@dataclass(frozen=True)
class ActionWord:
    """A button: what it does and what stands on it."""

    name: ActionName
    label: str


@dataclass(frozen=True)
class Message:
    """One message. `details` is the vendor's own text: untrusted, shown escaped and behind Details."""

    tone: Tone
    headline: str
    body: str
    actions: tuple[ActionWord, ...] = ()
    details: str = ""

    @property
    def text(self) -> str:
        """Headline and body as one paragraph, for mails and plain answers."""
        return f"{self.headline} {self.body}".strip()


@dataclass(frozen=True)
class ConnectionWords:
    """What messages are filled with. `waiting_total` is written out, empty when there is none to show.

    `queued_count` says how many of those that wait go by themselves as soon as that is possible.
    """

    provider_name: str
    organisation_name: str
    business_name: str = ""
    time_zone: str = "Europe/London"
    signed_in_as: str = ""
    waiting_count: int = 0
    waiting_total: str = ""
    queued_count: int = 0
    vendor_text: str = ""
    consented_at: datetime | None = None

    @property
    def label(self) -> str:
        """`Software (Organisation)`."""
        return f"{self.provider_name} ({self.organisation_name})"


@dataclass(frozen=True)
class Viewer:
    """Who reads. `admins` are (name, e-mail) of those who may act; `practice` also may, when there is one."""

    may_manage: bool
    admins: tuple[tuple[str, str], ...] = ()
    practice: str = ""
    asked_at: datetime | None = None


def who_can_act(viewer: Viewer) -> str:
    """`Ada Admin or Harbour & Co (your accountant)`."""
    names = [name for name, _ in viewer.admins]
    if viewer.practice:
        names.append(f"{viewer.practice} (your accountant)")
    return listed(names, "or") or "The person who set up this business"


def whom_to_ask(viewer: Viewer) -> str:
    """Who manages connections, with addresses, and that one of them should be asked."""
    names = [f"{name} ({email})" for name, email in viewer.admins]
    if viewer.practice:
        names.append(viewer.practice)
    if not names:
        return "Connections are managed by Admins. Please ask the person who set up this business."
    return f"Connections are managed by Admins: {', '.join(names)}. Please ask one of them."


def asked(viewer: Viewer, words: ConnectionWords) -> str:
    """` Asked on 23 November at 09:14.`, or nothing."""
    return f" Asked on {moment_of(viewer.asked_at, words)}." if viewer.asked_at else ""


def waiting(words: ConnectionWords) -> str:
    """`14 documents are waiting; none was sent, none is lost. ` or nothing."""
    if not words.waiting_count:
        return ""
    verb = "is" if words.waiting_count == 1 else "are"
    total = f" ({words.waiting_total})" if words.waiting_total else ""
    fate = "it was not sent and is not lost" if words.waiting_count == 1 else "none was sent, none is lost"
    return f"{plural(words.waiting_count, 'document')}{total} {verb} waiting; {fate}. "


def then_send(words: ConnectionWords) -> str:
    """` and then send 9 of the 14 waiting documents`; nothing where none goes by itself."""
    if not min(words.queued_count, words.waiting_count):
        return ""
    which = f"{words.queued_count:,} of " if words.queued_count < words.waiting_count else ""
    noun = "document" if words.waiting_count == 1 else "documents"
    return f" and then send {which}the {words.waiting_count:,} waiting {noun}"


def reconnect() -> ActionWord:
    """The button that heals."""
    return ActionWord(ActionName.RECONNECT, "Reconnect")


def day(moment: datetime | None, words: ConnectionWords) -> str:
    """`22 November 2026`, where the business is."""
    return show_date(clock.local_date(moment, words.time_zone)) if moment else ""


def day_and_month(moment: datetime, words: ConnectionWords) -> str:
    """`22 November`."""
    local = clock.local_date(moment, words.time_zone)
    return f"{local.day} {local:%B}"


def short_date(moment: datetime | None, words: ConnectionWords) -> str:
    """`22 Nov 2026`."""
    if moment is None:
        return ""
    local = clock.local_date(moment, words.time_zone)
    return f"{local.day} {local:%b %Y}"


def time_of(moment: datetime, words: ConnectionWords) -> str:
    """`09:12`, where the business is."""
    return f"{moment.astimezone(ZoneInfo(words.time_zone)):%H:%M}"


def moment_of(moment: datetime, words: ConnectionWords) -> str:
    """`3 March at 09:12`, where the business is."""
    return f"{day_and_month(moment, words)} at {time_of(moment, words)}"
