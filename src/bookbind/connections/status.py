"""What a connection's stored facts mean at a moment: the one place where that is decided."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bookbind.kit import clock

CONSENT_DAYS = 365
WARNING_DAYS = (30, 14, 7, 1)
# Sign-ins are refreshed daily; only when that has failed for so long does the vendor's idle limit come near.
KEPT_ALIVE = timedelta(days=3)


class Stage(StrEnum):
    """The stored stage, as plain values know it."""

    SETTING_UP = "setting_up"
    ACTIVE = "active"
    LEFT = "left"
    ENDED = "ended"


class State(StrEnum):
    """Whether the connection is authorised."""

    SETTING_UP = "setting_up"
    CONNECTED = "connected"
    NEEDS_RECONNECT = "needs_reconnect"
    DISCONNECTED = "disconnected"


class Health(StrEnum):
    """Whether the connection works."""

    OK = "ok"
    EXPIRING = "expiring"
    DOWN = "down"
    LIMITED = "limited"
    ATTENTION = "attention"


class Cause(StrEnum):
    """Why the connection is not in perfect order."""

    NONE = ""
    EXPIRED = "expired"
    REVOKED = "revoked"
    TOKEN_LOST = "token_lost"  # noqa: S105 - the name of a cause, not a secret
    IDLE = "idle"
    SCOPE_MISSING = "scope_missing"
    PERMISSION_CHANGED = "permission_changed"
    WRONG_ORGANISATION = "wrong_organisation"
    PROVIDER_DOWN = "provider_down"
    ORGANISATION_CLOSED = "organisation_closed"
    RATE_LIMITED = "rate_limited"
    APP_SUSPENDED = "app_suspended"
    SECRETS_UNREADABLE = "secrets_unreadable"
    NAME_DIFFERS = "name_differs"
    NOT_STARTED = "not_started"


class Action(StrEnum):
    """The one thing that helps."""

    NONE = "none"
    RECONNECT = "reconnect"
    WAIT = "wait"
    OPERATOR = "operator"
    CONNECT = "connect"
    CHECK = "check"
    START = "start"


RECONNECT_CAUSES = frozenset(
    {
        Cause.EXPIRED,
        Cause.REVOKED,
        Cause.TOKEN_LOST,
        Cause.IDLE,
        Cause.SCOPE_MISSING,
        Cause.PERMISSION_CHANGED,
        Cause.WRONG_ORGANISATION,
    }
)


@dataclass(frozen=True)
class Facts:
    """What is stored about a connection and its sign-in. Times are product time.

    `grant_dead_cause` and `trouble_cause` are values of Cause; an unknown one counts as revoked, for a
    connection that somebody marked as broken must never be called fine. `idle_ends_at` is when the vendor
    would end an unused sign-in; `hard_end_at` is an end that no refresh moves. `awaits_start` says that
    nobody has pressed Start publishing since the business came here. `limited_until` is how long the vendor
    asked us to wait. `organisation_closed`: what is down is the organisation, not the vendor.
    """

    stage: Stage = Stage.ACTIVE
    ended_at: datetime | None = None
    consent_expires_at: datetime | None = None
    lapsed_at: datetime | None = None
    has_grant: bool = True
    grant_dead_cause: str = ""
    grant_dead_at: datetime | None = None
    secrets_readable: bool = True
    app_refused_since: datetime | None = None
    trouble_cause: str = ""
    trouble_at: datetime | None = None
    down_since: datetime | None = None
    next_try_at: datetime | None = None
    limited_until: datetime | None = None
    organisation_closed: bool = False
    missing_required_scopes: bool = False
    missing_optional_scopes: bool = False
    refreshed_at: datetime | None = None
    idle_ends_at: datetime | None = None
    hard_end_at: datetime | None = None
    name_differs: bool = False
    awaits_start: bool = False


@dataclass(frozen=True)
class Status:
    """What every page, mail and answer shows.

    `deadline` is when authorisation ends, or ended; `since` is when the present trouble began. `can_publish`
    is for documents; `can_call` also allows what setting up needs. `can_insist`: a person may have it tried
    at once though the next try is not due, for it was not the vendor who asked us to wait.
    """

    state: State
    health: Health
    cause: Cause
    deadline: datetime | None
    action: Action
    can_publish: bool
    can_call: bool
    next_try_at: datetime | None = None
    since: datetime | None = None
    can_insist: bool = False


def consent_end(authorised_at: datetime, time_zone: str) -> datetime:
    """The last second of the day 365 days after the authorisation, where the business is."""
    day = clock.local_date(authorised_at, time_zone) + timedelta(days=CONSENT_DAYS)
    return clock.end_of_day(day, time_zone)


def has_lapsed(facts: Facts, now: datetime) -> bool:
    """Whether the year is over; once seen, it stays so whatever a clock says."""
    if facts.lapsed_at is not None:
        return True
    return facts.consent_expires_at is not None and now > facts.consent_expires_at


def derive_status(facts: Facts, now: datetime) -> Status:
    """The first that applies: ended, not authorised, not working, soon over, worth a look, fine."""
    if facts.stage in (Stage.LEFT, Stage.ENDED):
        return Status(
            State.DISCONNECTED,
            Health.OK,
            Cause.NONE,
            None,
            Action.CONNECT,
            can_publish=False,
            can_call=False,
            since=facts.ended_at,
        )
    cause, since = _lost_authority(facts, now)
    if cause is not Cause.NONE:
        return Status(
            State.NEEDS_RECONNECT,
            Health.ATTENTION,
            cause,
            facts.consent_expires_at,
            Action.RECONNECT,
            can_publish=False,
            can_call=False,
            since=since,
        )
    return _not_working(facts, now) or _working(facts, now)


def expected_end(facts: Facts, now: datetime) -> tuple[datetime | None, Cause]:
    """When authorisation will end if nobody acts, and why: the nearest of the ends that are in sight.

    An idle limit is in sight only while the sign-in is not being kept alive; once it has passed, nobody knows
    until the vendor is asked.
    """
    ends: list[tuple[datetime, Cause]] = []
    if facts.consent_expires_at is not None:
        ends.append((facts.consent_expires_at, Cause.EXPIRED))
    if facts.hard_end_at is not None:
        ends.append((facts.hard_end_at, Cause.EXPIRED))
    if facts.idle_ends_at is not None and facts.idle_ends_at > now and not _kept_alive(facts, now):
        ends.append((facts.idle_ends_at, Cause.IDLE))
    return min(ends, default=(None, Cause.NONE), key=lambda end: end[0])


def warning_begins(deadline: datetime, days: int) -> datetime:
    """The first second of the day that lies `days` days before the deadline's.

    A deadline is the last second of its day, so "30 days before" begins with that day and not at its end.
    """
    return deadline - timedelta(days=days + 1) + timedelta(seconds=1)


def reached_warning(deadline: datetime | None, now: datetime) -> int | None:
    """The closest warning threshold reached, in days; None while none has been or when it is too late."""
    if deadline is None or now > deadline:
        return None
    reached = [days for days in WARNING_DAYS if now >= warning_begins(deadline, days)]
    return min(reached, default=None)


def next_check(deadline: datetime | None, now: datetime) -> datetime | None:
    """When to look again: the next warning threshold, then the first moment after the end."""
    if deadline is None:
        return None
    moments = [warning_begins(deadline, days) for days in WARNING_DAYS]
    moments.append(deadline + timedelta(seconds=1))
    return min((moment for moment in moments if moment > now), default=None)


def missing_scopes(wanted: Iterable[str], granted: Iterable[str]) -> tuple[str, ...]:
    """The wanted scopes that were not granted; none where the vendor names no scopes at all."""
    given = set(granted)
    return tuple(scope for scope in wanted if scope not in given) if given else ()


def _lost_authority(facts: Facts, now: datetime) -> tuple[Cause, datetime | None]:
    if has_lapsed(facts, now):
        return Cause.EXPIRED, facts.lapsed_at or facts.consent_expires_at
    if facts.grant_dead_cause:
        return _reconnect_cause(facts.grant_dead_cause), facts.grant_dead_at
    if facts.trouble_cause:
        return _reconnect_cause(facts.trouble_cause), facts.trouble_at
    if not facts.has_grant:
        return Cause.TOKEN_LOST, None
    if facts.hard_end_at is not None and now > facts.hard_end_at:
        return Cause.EXPIRED, facts.hard_end_at
    if facts.missing_required_scopes:
        return Cause.SCOPE_MISSING, None
    return Cause.NONE, None


def _reconnect_cause(stored: str) -> Cause:
    known = [cause for cause in RECONNECT_CAUSES if cause.value == stored]
    return known[0] if known else Cause.REVOKED


def _not_working(facts: Facts, now: datetime) -> Status | None:
    if not facts.secrets_readable:
        return _stopped(facts, now, Health.DOWN, Cause.SECRETS_UNREADABLE, Action.OPERATOR)
    if facts.app_refused_since is not None:
        return _stopped(
            facts,
            now,
            Health.DOWN,
            Cause.APP_SUSPENDED,
            Action.OPERATOR,
            facts.app_refused_since,
            facts.next_try_at,
        )
    if facts.down_since is not None:
        cause = Cause.ORGANISATION_CLOSED if facts.organisation_closed else Cause.PROVIDER_DOWN
        down = _stopped(facts, now, Health.DOWN, cause, Action.WAIT, facts.down_since, facts.next_try_at)
        return replace(down, can_insist=facts.limited_until is None or now >= facts.limited_until)
    if facts.limited_until is not None and now < facts.limited_until:
        return _stopped(
            facts, now, Health.LIMITED, Cause.RATE_LIMITED, Action.WAIT, None, facts.limited_until
        )
    return None


def _stopped(
    facts: Facts,
    now: datetime,
    health: Health,
    cause: Cause,
    action: Action,
    since: datetime | None = None,
    next_try_at: datetime | None = None,
) -> Status:
    """Authorised but not working: silent until the next try is due, then one may try."""
    deadline, _ = expected_end(facts, now)
    state = _authorised_state(facts)
    may_try = next_try_at is not None and now >= next_try_at
    return Status(
        state,
        health,
        cause,
        deadline,
        action,
        can_publish=may_try and _may_publish(facts),
        can_call=may_try,
        next_try_at=next_try_at,
        since=since,
    )


def _working(facts: Facts, now: datetime) -> Status:
    deadline, end_cause = expected_end(facts, now)
    state = _authorised_state(facts)
    health, cause, action = Health.OK, Cause.NONE, Action.NONE
    if deadline is not None and now >= warning_begins(deadline, WARNING_DAYS[0]):
        health, action = Health.EXPIRING, Action.RECONNECT
        cause = Cause.NONE if end_cause is Cause.EXPIRED else end_cause
    elif facts.missing_optional_scopes:
        health, cause, action = Health.ATTENTION, Cause.SCOPE_MISSING, Action.RECONNECT
    elif facts.name_differs:
        health, cause, action = Health.ATTENTION, Cause.NAME_DIFFERS, Action.CHECK
    elif facts.awaits_start and facts.stage == Stage.ACTIVE:
        health, cause, action = Health.ATTENTION, Cause.NOT_STARTED, Action.START
    return Status(state, health, cause, deadline, action, can_publish=_may_publish(facts), can_call=True)


def _may_publish(facts: Facts) -> bool:
    """Only what is in use publishes, and only once somebody started that."""
    return facts.stage == Stage.ACTIVE and not facts.awaits_start


def _authorised_state(facts: Facts) -> State:
    return State.SETTING_UP if facts.stage == Stage.SETTING_UP else State.CONNECTED


def _kept_alive(facts: Facts, now: datetime) -> bool:
    return facts.refreshed_at is not None and now - facts.refreshed_at <= KEPT_ALIVE
