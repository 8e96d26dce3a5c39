"""What people read about a connection: a headline, what it means, and the few things that help."""

from dataclasses import dataclass
from datetime import datetime

from bookbind.connections.status import Cause, Health, State, Status
from bookbind.connections.wording import (
    ActionName,
    ActionWord,
    ConnectionWords,
    Message,
    Tone,
    Viewer,
    asked,
    day,
    day_and_month,
    moment_of,
    reconnect,
    short_date,
    then_send,
    time_of,
    waiting,
    who_can_act,
    whom_to_ask,
)
from bookbind.kit import clock
from bookbind.kit.text import plural


def explain(status: Status, words: ConnectionWords, viewer: Viewer) -> Message:
    """The message for this status and this reader."""
    if status.state is State.DISCONNECTED:
        return _disconnected(words, viewer)
    if status.health is Health.EXPIRING:
        return _expiring(status, words, viewer)
    if status.cause in _MANAGED:
        return _needs_person(status, words, viewer)
    if status.cause is Cause.NOT_STARTED:
        return _not_started(words, viewer)
    if status.cause in _UNMANAGED:
        return _UNMANAGED[status.cause](_Case(status, words))
    if status.state is State.SETTING_UP:
        return _setting_up(words, viewer)
    return _fine(status, words)


def short_state(status: Status, words: ConnectionWords, now: datetime) -> str:
    """The state in a few words, as rows and badges show it."""
    if status.state is State.DISCONNECTED:
        return f"Disconnected {short_date(status.since, words)}".strip()
    if status.health is Health.EXPIRING and status.deadline is not None:
        days = days_left(status.deadline, now, words.time_zone)
        when = f"in {plural(days, 'day')}" if days else "today"
        return f"Expires {when} ({day_and_month(status.deadline, words)})"
    if status.cause in _SHORT:
        return _SHORT[status.cause].format(
            provider=words.provider_name, day=short_date(status.deadline or status.since, words)
        )
    if status.state is State.SETTING_UP:
        return "Setting up"
    return f"Connected until {day(status.deadline, words)}" if status.deadline else "Connected"


def days_left(deadline: datetime, now: datetime, time_zone: str) -> int:
    """Whole calendar days until the deadline's day, where the business is."""
    return max((clock.local_date(deadline, time_zone) - clock.local_date(now, time_zone)).days, 0)


def _needs_person(status: Status, words: ConnectionWords, viewer: Viewer) -> Message:
    if status.state is not State.NEEDS_RECONNECT:
        return _some_refused(status, words, viewer)
    if not viewer.may_manage:
        return _told_whom_to_ask(words, viewer)
    headline, body, actions = _MANAGED[status.cause](_Case(status, words))
    return Message(Tone.PROBLEM, headline, body, actions, words.vendor_text)


@dataclass(frozen=True)
class _Case:
    """What one message is written from."""

    status: Status
    words: ConnectionWords


_Parts = tuple[str, str, tuple[ActionWord, ...]]


def _expired(case: _Case) -> _Parts:
    words = case.words
    ended = day(case.status.deadline or case.status.since, words)
    return (
        f"Your connection to {words.label} expired on {ended}.",
        (
            f"Connections last one year. {waiting(words)}Any {words.provider_name} user who can open "
            f"{words.organisation_name} can reconnect it, in about a minute. "
            "Your rules and settings stay as they are."
        ),
        (reconnect(), ActionWord(ActionName.CANNOT_SIGN_IN, f"I can't sign in to {words.provider_name}")),
    )


def _revoked(case: _Case) -> _Parts:
    words = case.words
    unknown = f"{words.provider_name} doesn't say who did it. "
    noticed = f"We noticed on {moment_of(case.status.since, words)}; " if case.status.since else ""
    return (
        f"Bookbind's access to {words.organisation_name} was removed in {words.provider_name}.",
        (
            f"{noticed}{unknown}{waiting(words)}If it was a mistake, reconnect. If not, leave it; "
            "nothing will be sent."
        ),
        (reconnect(), ActionWord(ActionName.WHO_DID_THIS, "Who could have done this?")),
    )


def _token_lost(case: _Case) -> _Parts:
    words = case.words
    return (
        f"The sign-in to {words.label} was lost.",
        (
            f"{words.provider_name} renewed it, but its answer never arrived, and it is given only "
            f"once. {waiting(words)}Reconnect to go on; nothing else changes."
        ),
        (reconnect(),),
    )


def _idle(case: _Case) -> _Parts:
    words = case.words
    return (
        f"{words.provider_name} ended the sign-in for {words.organisation_name} because it was not used.",
        (
            "That happens when this Bookbind was switched off for weeks. "
            f"{waiting(words)}Reconnect to go on; your rules and settings stay as they are."
        ),
        (reconnect(),),
    )


def _scope_missing(case: _Case) -> _Parts:
    words = case.words
    return (
        f"Bookbind isn't allowed everything that it needs in {words.label}.",
        f"{waiting(words)}Reconnect, and leave every permission ticked that {words.provider_name} shows.",
        (reconnect(),),
    )


def _permission_changed(case: _Case) -> _Parts:
    words = case.words
    person = words.signed_in_as or "The person who signed in"
    return (
        f"{person} may no longer do this in {words.label}.",
        (
            f"Their permissions in {words.provider_name} changed. {waiting(words)}Ask for them back, or "
            f"reconnect as somebody who may enter bills in {words.organisation_name}."
        ),
        (reconnect(),),
    )


def _wrong_organisation(case: _Case) -> _Parts:
    words = case.words
    return (
        f"{words.provider_name} answered for another organisation than {words.organisation_name}.",
        (
            f"Bookbind stopped at once, so nothing was sent there. {waiting(words)}Reconnect and choose "
            f"{words.organisation_name}."
        ),
        (reconnect(),),
    )


_MANAGED = {
    Cause.EXPIRED: _expired,
    Cause.REVOKED: _revoked,
    Cause.TOKEN_LOST: _token_lost,
    Cause.IDLE: _idle,
    Cause.SCOPE_MISSING: _scope_missing,
    Cause.PERMISSION_CHANGED: _permission_changed,
    Cause.WRONG_ORGANISATION: _wrong_organisation,
}


def _told_whom_to_ask(words: ConnectionWords, viewer: Viewer) -> Message:
    return Message(
        Tone.WARNING,
        f"Publishing to {words.provider_name} is paused.",
        "Your documents are saved and will be sent once the connection is back; you don't need to do "
        f"anything or upload them again. {who_can_act(viewer)} can reconnect it.{asked(viewer, words)}",
        _ask(viewer),
    )


def _ask(viewer: Viewer) -> tuple[ActionWord, ...]:
    """Once a day somebody who may not act can ask those who may."""
    return () if viewer.asked_at else (ActionWord(ActionName.ASK, "Ask them"),)


def _some_refused(status: Status, words: ConnectionWords, viewer: Viewer) -> Message:
    advice = "Reconnect and leave every permission ticked." if viewer.may_manage else whom_to_ask(viewer)
    lacking = "Publishing works, but not every" if status.can_publish else "Not every"
    return Message(
        Tone.WARNING,
        f"Some things are switched off at {words.label}.",
        f"{lacking} permission that Bookbind asks for was given. {advice}",
        (reconnect(),) if viewer.may_manage else (),
        words.vendor_text,
    )


def _down(case: _Case) -> Message:
    return _silent(
        case,
        f"{case.words.provider_name} isn't answering{_since(case)}.",
        "Your connection is fine and there is nothing to do.",
    )


def _closed(case: _Case) -> Message:
    there, organisation = case.words.provider_name, case.words.organisation_name
    return _silent(
        case,
        f"{there} takes nothing for {organisation} at the moment{_since(case)}.",
        f"Its subscription there is over, or it is locked; what {there} said stands under Details. "
        "Your connection is fine, and signing in again would not help. Whoever looks after "
        f"{organisation} in {there} can put it right there.",
    )


def _silent(case: _Case, headline: str, said: str) -> Message:
    """What waits until the next try is due, by itself."""
    words = case.words
    next_try = case.status.next_try_at
    again = f"We try again at {time_of(next_try, words)}" if next_try else "We keep trying"
    warning = ""
    actions: tuple[ActionWord, ...] = ()
    if words.waiting_count:
        they, them = ("it", "it") if words.waiting_count == 1 else ("they", "them")
        warning = (
            f" Please don't enter {them} in {words.provider_name} meanwhile; {they} would be there twice."
        )
        actions = (ActionWord(ActionName.EXPORT_WAITING, "Export waiting"),)
    return Message(
        Tone.WARNING,
        headline,
        f"{said} {again}{then_send(words)}.{warning}",
        actions,
        words.vendor_text,
    )


def _since(case: _Case) -> str:
    """` (since 09:40)`, with the day when that was not today."""
    status, words = case.status, case.words
    if status.since is None:
        return ""
    today = status.next_try_at and clock.local_date(status.next_try_at, words.time_zone)
    if today == clock.local_date(status.since, words.time_zone):
        return f" (since {time_of(status.since, words)})"
    return f" (since {moment_of(status.since, words)})"


def _limited(case: _Case) -> Message:
    words = case.words
    when = f"at {time_of(case.status.next_try_at, words)}" if case.status.next_try_at else "soon"
    return Message(
        Tone.INFO,
        f"{words.provider_name} asks us to slow down.",
        "It limits how often it may be asked in a given time. "
        f"We go on {when}{then_send(words)}; there is nothing to do.",
        details=words.vendor_text,
    )


def _app_refused(case: _Case) -> Message:
    words = case.words
    return Message(
        Tone.WARNING,
        f"{words.provider_name} doesn't accept Bookbind itself at the moment.",
        f"Your connection to {words.organisation_name} is fine and signing in again would not help. Whoever "
        f"runs this Bookbind has been told. {waiting(words)}".strip(),
        details=words.vendor_text,
    )


def _unreadable(case: _Case) -> Message:
    words = case.words
    return Message(
        Tone.WARNING,
        f"Bookbind can't read its stored sign-in for {words.label}.",
        "Its encryption key is missing or was changed; nothing was erased. Whoever runs this Bookbind can "
        f"put the key back, and everything goes on. {waiting(words)}"
        "Only if the key is lost for good, reconnect.",
    )


def _name_differs(case: _Case) -> Message:
    words = case.words
    works = "Publishing works. " if case.status.can_publish else ""
    return Message(
        Tone.INFO,
        f"{words.business_name} is connected to an organisation of another name: {words.organisation_name}.",
        f"{works}Please check that this is the right one in {words.provider_name}.",
        (ActionWord(ActionName.CONFIRM_NAME, "It is the right one"),),
    )


def _not_started(words: ConnectionWords, viewer: Viewer) -> Message:
    headline = f"Publishing to {words.label} has not been started."
    body = (
        f"{waiting(words)}Nothing is sent to {words.provider_name} until somebody presses Start publishing."
    )
    if not viewer.may_manage:
        said = f"{body} {whom_to_ask(viewer)}{asked(viewer, words)}"
        return Message(Tone.INFO, headline, said, _ask(viewer))
    return Message(Tone.INFO, headline, body, (ActionWord(ActionName.START, "Start publishing…"),))


_UNMANAGED = {
    Cause.PROVIDER_DOWN: _down,
    Cause.ORGANISATION_CLOSED: _closed,
    Cause.RATE_LIMITED: _limited,
    Cause.APP_SUSPENDED: _app_refused,
    Cause.SECRETS_UNREADABLE: _unreadable,
    Cause.NAME_DIFFERS: _name_differs,
}

_SHORT = {
    Cause.EXPIRED: "Expired {day}",
    Cause.REVOKED: "Removed in {provider}",
    Cause.TOKEN_LOST: "Sign-in lost",
    Cause.IDLE: "Sign-in ended unused",
    Cause.SCOPE_MISSING: "Permissions missing",
    Cause.PERMISSION_CHANGED: "Permissions changed in {provider}",
    Cause.WRONG_ORGANISATION: "Another organisation answered",
    Cause.PROVIDER_DOWN: "{provider} isn't answering",
    Cause.ORGANISATION_CLOSED: "Takes nothing in {provider}",
    Cause.RATE_LIMITED: "{provider} asks us to slow down",
    Cause.APP_SUSPENDED: "{provider} doesn't accept Bookbind",
    Cause.SECRETS_UNREADABLE: "Stored sign-in can't be read",
    Cause.NAME_DIFFERS: "Connected, name differs",
    Cause.NOT_STARTED: "Connected, publishing not started",
}


def _expiring(status: Status, words: ConnectionWords, viewer: Viewer) -> Message:
    end = day(status.deadline, words)
    if not viewer.may_manage:
        return Message(
            Tone.INFO,
            f"The connection to {words.label} expires on {end}.",
            f"Until then everything is published as usual. {who_can_act(viewer)} can renew it.",
        )
    return Message(
        Tone.WARNING,
        f"Your connection to {words.label} expires on {end}.",
        "Until then everything is published as usual. Reconnect whenever it suits you, in about a minute; "
        "the new year counts from that day, and nothing has to be set up again.",
        (reconnect(),),
    )


def _disconnected(words: ConnectionWords, viewer: Viewer) -> Message:
    body = f"Your documents, rules and lists are kept. {waiting(words)}".strip()
    if not viewer.may_manage:
        return Message(Tone.INFO, f"{words.label} is disconnected.", f"{body} {whom_to_ask(viewer)}")
    return Message(
        Tone.INFO,
        f"{words.label} is disconnected.",
        f"{body} You can connect again at any time.",
        (ActionWord(ActionName.CONNECT, f"Connect {words.provider_name}"),),
    )


def _setting_up(words: ConnectionWords, viewer: Viewer) -> Message:
    headline = f"{words.label} is being set up."
    body = "Its lists are being read. You can leave this page; it goes on by itself."
    if viewer.may_manage:
        return Message(Tone.INFO, headline, body)
    said = f"{body} {whom_to_ask(viewer)}{asked(viewer, words)}"
    return Message(Tone.INFO, headline, said, _ask(viewer))


def wish(status: Status, words: ConnectionWords) -> str:
    """What those who may not do it are waiting for: `reconnect Software (Organisation)`."""
    if status.state is State.SETTING_UP:
        return f"finish setting up {words.label}"
    if status.cause is Cause.NOT_STARTED:
        return f"start publishing to {words.label}"
    return f"reconnect {words.label}"


def _fine(status: Status, words: ConnectionWords) -> Message:
    until = f" until {day(status.deadline, words)}" if status.deadline else ""
    return Message(Tone.CALM, f"{words.label} is connected{until}.", "")
