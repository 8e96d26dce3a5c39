"""How a connection came to its end: who did what, when, and where the books are now."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.activity.models import Entry
from bookbind.connections.errors import LeftMeanwhile
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.queries import (
    LIVE_STAGES,
    find_main_connection,
    get_connection,
    label_of,
    list_history,
    words_of,
)
from bookbind.connections.wording import moment_of

# What ends a connection, and where the entry names the one that ended; None where that is its subject.
_ENDS = {
    "connection.disconnected": None,
    "connection.change_stopped": "joined",
    "connection.change_undone": "joined",
    "connection.changed": "left",
}
_HEADLINES = {
    "connection.disconnected": "{label} is disconnected.",
    "connection.change_stopped": "The move to {label} was stopped.",
    "connection.change_undone": "The move to {label} was taken back.",
    "connection.changed": "The books have moved on from {label}.",
}
# These say themselves which books are in use again.
_GO_BACK = ("connection.change_stopped", "connection.change_undone")
_LOOKED_THROUGH = 50


@dataclass(frozen=True)
class End:
    """The end of a connection: in a few words, and who brought it about, when, and what is in use now."""

    headline: str
    body: str


def explain_end(connection: Connection) -> End:
    """`Ada Admin took the move to Software (Acme Ltd) back; … . That was on 3 March at 09:12.`"""
    label = label_of(connection)
    entry = next((one for one in list_history(connection, _LOOKED_THROUGH) if _ends(one, connection)), None)
    if entry is None:
        return End(f"{label} is not in use any more.", _say_what_is_in_use(connection))
    body = [_say_what_happened(entry, connection)]
    body.append(f"That was on {moment_of(entry.at, words_of(connection))}.")
    main = find_main_connection(connection.business_id)
    if entry.action not in _GO_BACK or main is None or main.id != entry.subject_id:
        body.append(_say_what_is_in_use(connection))
    return End(_HEADLINES[entry.action].format(label=label), " ".join(body))


def refuse_overtaken(sign_in: SignIn) -> None:
    """LeftMeanwhile where somebody ended the connection that the sign-in would renew or leave."""
    if sign_in.purpose == SignIn.Purpose.CHANGE:
        assert sign_in.leaves is not None, "a change leaves a connection"
        refuse_left(sign_in.business_id, sign_in.leaves, sign_in)
    elif sign_in.connection is not None and sign_in.connection.stage not in LIVE_STAGES:
        raise _left(sign_in.connection, sign_in)


def refuse_left(business_id: UUID, leaves: Connection, sign_in: SignIn | None = None) -> None:
    """LeftMeanwhile where the connection that is to be left is not the business's main one any more."""
    main = find_main_connection(business_id)
    if main is None or main.id != leaves.id:
        raise _left(leaves, sign_in)


def _left(connection: Connection, sign_in: SignIn | None) -> LeftMeanwhile:
    return LeftMeanwhile(sign_in, label=label_of(connection), end=explain_end(connection).body)


def _ends(entry: Entry, connection: Connection) -> bool:
    if entry.action not in _ENDS:
        return False
    key = _ENDS[entry.action]
    return str(entry.data.get(key) if key else entry.subject_id) == str(connection.id)


def _say_what_happened(entry: Entry, connection: Connection) -> str:
    if entry.action != "connection.changed" or entry.subject_id is None:
        return entry.text
    return f"The books moved from {label_of(connection)} to {label_of(get_connection(entry.subject_id))}."


def _say_what_is_in_use(connection: Connection) -> str:
    main = find_main_connection(connection.business_id)
    if main is None:
        return "No accounting software is connected now."
    if main.stage == Connection.Stage.SETTING_UP:
        return f"{label_of(main)} is being set up now."
    return f"{label_of(main)} is in use now."
