"""Why a call to the accounting software came to nothing, in words that say what to do."""

from dataclasses import dataclass
from datetime import timedelta

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection, status_of
from bookbind.connections.status import Health, State, Status
from bookbind.kit import clock
from bookbind.merge.errors import CreationRefused, MergeError
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.registry import get_provider
from bookbind.tenancy.permissions import Role
from bookbind.web.notices import notice_for, whom_in_words
from bookbind.web.templatetags.ui import moment

CallError = MergeError | ProviderError | ConnectionUnusable
_LONGEST_DETAILS = 500
_WORDS = {
    ErrorKind.TRANSIENT: "{software} did not answer this time. Try again in a minute.",
    ErrorKind.PROVIDER_DOWN: "{software} isn't answering. Try again in a few minutes.",
    ErrorKind.RATE_LIMITED: "{software} asks us to slow down. Try again in a few minutes.",
    ErrorKind.REJECTED: "{software} did not take it; what it said stands under Details.",
    ErrorKind.UNSUPPORTED: "{software} can't do this; what it said stands under Details.",
    ErrorKind.CHANGED_SHAPE: (
        "{software} gave an answer that Bookbind can't read. Try again; if it stays so, tell whoever runs "
        "this Bookbind."
    ),
}
_SIGN_IN = "{software} did not accept the sign-in. Try again; if it stays so, reconnect under Connections."
# A time that is shown without seconds must not be too early.
_TO_THE_NEXT_MINUTE = timedelta(seconds=59)
_THEN = {
    Health.DOWN: "Try again when it answers.",
    Health.LIMITED: "Try again in a few minutes.",
}


@dataclass(frozen=True)
class Trouble:
    """What to tell people. `details` is the vendor's raw text."""

    text: str
    details: str = ""


def explain_trouble(error: CallError, connection: Connection, role: Role) -> Trouble:
    """The error's own words, the connection's message where that is what is wrong, or what helps."""
    if isinstance(error, MergeError):
        said = error.vendor_text if isinstance(error, CreationRefused) else ""
        return Trouble(str(error), said[:_LONGEST_DETAILS])
    current = get_connection(connection.id)
    status = status_of(current)
    details = error.vendor_text[:_LONGEST_DETAILS] if isinstance(error, ProviderError) else ""
    if isinstance(error, ConnectionUnusable) or not status.can_call or status.health in _THEN:
        notice = notice_for(current, role, status=status)
        then = whom_in_words(current, role) or _what_then(status, current.business.time_zone)
        return Trouble(f"{notice.headline} {then}".strip(), details or notice.details)
    words = _WORDS.get(error.kind, _SIGN_IN)
    return Trouble(words.format(software=get_provider(connection.provider).name), details)


def _what_then(status: Status, time_zone: str) -> str:
    if status.state is State.NEEDS_RECONNECT:
        return "Reconnect it, then try again."
    then = _THEN.get(status.health, "Try again when it works.")
    if status.health not in _THEN or status.next_try_at is None or status.next_try_at <= clock.now():
        return then
    at = moment(status.next_try_at + _TO_THE_NEXT_MINUTE, time_zone).replace("today ", "")
    # Where the vendor asked us to wait nobody is asked before, however often somebody presses.
    return f"{then} We ask it again at {at}{'' if status.can_insist else '; press then'}."
