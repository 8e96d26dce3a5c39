"""What each call to a vendor told about its connection or sign-in, kept as facts."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from bookbind.activity.services import record
from bookbind.connections.events import AppRefused, ConnectionBroke, ConnectionRecovered, tell
from bookbind.connections.models import Connection, Grant
from bookbind.connections.queries import LIVE_STAGES, label_of
from bookbind.connections.status import Cause
from bookbind.jobs.services import queue_job
from bookbind.kit import clock, events
from bookbind.kit.text import clean_text
from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause

PROBE_JOB = "connections.probe"
RENEWED_JOB = "connections.renewed"
KEEP_ALIVE_JOB = "connections.keep_alive"
BACK_OFF_MINUTES = (1, 2, 5, 10, 15)
# One dropped packet is no outage: this many calls in a row must get no answer before we say that it is one.
SILENCES = 3
# Shorter pauses are waited for by the caller and are nobody's news.
SHORT_PAUSE_SECONDS = 5.0
USUAL_PAUSE_SECONDS = 60.0
LONGEST_TEXT = 500
_TOUCH = timedelta(minutes=1)

WELL: dict[str, Any] = {"down_since": None, "next_try_at": None, "limited_until": None, "failures": 0}
UNTROUBLED: dict[str, Any] = {"trouble_cause": "", "trouble_at": None, "trouble_error": {}}


def note_success(connection: Connection) -> None:
    """The vendor answered: nothing is down or limited. Writes only when there is something to say."""
    now = clock.now()
    ailing = connection.failures or connection.down_since or connection.limited_until
    if not ailing and connection.last_call_at and abs(now - connection.last_call_at) < _TOUCH:
        return
    with transaction.atomic():
        rows = Connection.objects.filter(id=connection.id)
        recovered = (
            rows.filter(Q(down_since__isnull=False) | Q(limited_until__isnull=False)).update(**WELL) == 1
        )
        rows.update(last_call_at=now, failures=0)
        if recovered:
            _tell_recovered(connection)
    connection.last_call_at = now
    for name, value in WELL.items():
        setattr(connection, name, value)


def note_failure(connection: Connection, error: ProviderError) -> None:
    """Keep what the failure says about the connection; what it says about a document is not kept here."""
    match error.kind:
        case ErrorKind.PROVIDER_DOWN:
            _note_down(connection, error)
        case ErrorKind.TRANSIENT | ErrorKind.TOKEN_EXPIRED:
            _note_silence(connection, error)
        case ErrorKind.RATE_LIMITED:
            _note_limit(connection, error)
        case ErrorKind.NEEDS_RECONNECT:
            cause = error.cause or ReconnectCause.REVOKED
            mark_broken(connection, Cause(cause.value), error)
        case ErrorKind.MISSING_SCOPE:
            mark_broken(connection, Cause.SCOPE_MISSING, error)
        case ErrorKind.MISCONFIGURED if connection.grant is not None:
            note_grant_failure(connection.grant, error)
        case ErrorKind.REJECTED | ErrorKind.UNSUPPORTED:
            # A refusal of one document is an answer: the connection works.
            note_success(connection)
        case _:
            Connection.objects.filter(id=connection.id).update(last_error=error_facts(error))


def mark_broken(connection: Connection, cause: Cause, error: ProviderError | None = None) -> bool:
    """Only a person can cure this. A worker that still holds an earlier sign-in changes nothing."""
    with transaction.atomic():
        fine = Connection.objects.filter(id=connection.id, epoch=connection.epoch, trouble_cause="")
        facts = error_facts(error) if error else {}
        broken = {"trouble_cause": cause.value, "trouble_at": clock.now(), "trouble_error": facts}
        if fine.filter(stage__in=LIVE_STAGES).update(**broken, **WELL) == 0:
            return False
        tell_broken(connection, cause, facts)
    for name, value in (broken | WELL).items():
        setattr(connection, name, value)
    return True


def tell_broken(connection: Connection, cause: Cause, facts: dict[str, Any]) -> None:
    """Timeline and news of a connection that needs a person, in the caller's transaction."""
    record(
        f"connection.{cause.value}",
        _BROKEN[cause].format(label=label_of(connection)),
        business_id=connection.business_id,
        subject=connection,
        data={
            "cause": cause.value,
            "http_status": facts.get("http_status"),
            "reference": facts.get("reference"),
        },
    )
    tell(ConnectionBroke(connection.business_id, connection.id, cause.value))


def note_grant_failure(grant: Grant, error: ProviderError) -> None:
    """The vendor's sign-in server fails, limits us, or refuses our app: try later, blame nobody."""
    now = clock.now()
    kind = error.kind if error.kind in _GRANT_KINDS else ErrorKind.PROVIDER_DOWN
    failures = grant.failures + 1
    wait = _pause(error) if kind is ErrorKind.RATE_LIMITED else back_off(failures, error)
    facts = error_facts(error)
    changes: dict[str, Any] = {
        "down_kind": kind.value,
        "down_since": grant.down_since if grant.down_kind == kind.value else now,
        "next_try_at": now + wait,
        "failures": failures,
        "last_error": facts,
    }
    with transaction.atomic():
        first = kind is ErrorKind.MISCONFIGURED and not _app_is_refused(grant)
        Grant.objects.filter(id=grant.id).update(**changes)
        queue_job(KEEP_ALIVE_JOB, str(grant.id), due_at=now + wait)
        if first:
            record(
                "provider.app_refused",
                f"{grant.provider}: our own app is refused.",
                data=facts,
            )
            events.announce(AppRefused(grant.provider))
    for name, value in changes.items():
        setattr(grant, name, value)


def tell_grant_recovered(grant: Grant) -> None:
    """What a sign-in whose server answers again makes work; in the caller's transaction."""
    live = Connection.objects.filter(grant=grant, stage__in=LIVE_STAGES, lapsed_at=None, trouble_cause="")
    for connection in live.select_related("business"):
        _tell_recovered(connection)


def back_off(failures: int, error: ProviderError) -> timedelta:
    """1, 2, 5, 10, then 15 minutes; longer only when the vendor says so."""
    minutes = BACK_OFF_MINUTES[min(failures, len(BACK_OFF_MINUTES)) - 1]
    return max(timedelta(minutes=minutes), timedelta(seconds=error.retry_after_seconds or 0))


def error_facts(error: ProviderError) -> dict[str, Any]:
    """What is kept of a failure: the vendor's words made harmless, its status and reference, and when."""
    return {
        "kind": error.kind.value,
        "organisation_closed": error.organisation_closed,
        "vendor_text": clean_text(error.vendor_text, LONGEST_TEXT),
        "http_status": error.http_status,
        "reference": clean_text(error.correlation_id, 80),
        "at": clock.now().isoformat(),
    }


_SILENT = "isn't answering"
_GRANT_KINDS = (ErrorKind.RATE_LIMITED, ErrorKind.MISCONFIGURED)
_BROKEN = {
    Cause.REVOKED: "Access to {label} was removed at the vendor.",
    Cause.TOKEN_LOST: "The sign-in to {label} was lost: the answer that renewed it never arrived.",
    Cause.IDLE: "The sign-in to {label} ended at the vendor because it was not used.",
    Cause.SCOPE_MISSING: "{label} refuses: a permission that is needed was not given.",
    Cause.PERMISSION_CHANGED: "{label} refuses: the permissions of the person who signed in changed.",
    Cause.WRONG_ORGANISATION: "Another organisation answered in place of {label}; nothing was sent.",
}


def _note_silence(connection: Connection, error: ProviderError) -> None:
    if connection.failures + 1 >= SILENCES or connection.down_since:
        _note_down(connection, error)
        return
    failures = connection.failures + 1
    Connection.objects.filter(id=connection.id).update(failures=failures, last_error=error_facts(error))
    connection.failures = failures


def _note_down(connection: Connection, error: ProviderError) -> None:
    now = clock.now()
    failures = connection.failures + 1 if connection.down_since else 1
    next_try_at = now + back_off(failures, error)
    facts = error_facts(error)
    changes: dict[str, Any] = {"next_try_at": next_try_at, "failures": failures, "last_error": facts}
    if error.retry_after_seconds and not error.organisation_closed:
        changes["limited_until"] = now + timedelta(seconds=error.retry_after_seconds)
    with transaction.atomic():
        rows = Connection.objects.filter(id=connection.id, stage__in=LIVE_STAGES)
        newly = rows.filter(down_since=None).update(down_since=now) == 1
        rows.update(**changes)
        _queue_probe(connection, next_try_at)
        if newly:
            record(
                "connection.down",
                f"{label_of(connection)} {'takes nothing now' if error.organisation_closed else _SILENT}.",
                business_id=connection.business_id,
                subject=connection,
                data=facts,
            )
    connection.refresh_from_db(fields=["down_since", *changes])


def _note_limit(connection: Connection, error: ProviderError) -> None:
    wait = _pause(error)
    if wait.total_seconds() < SHORT_PAUSE_SECONDS:
        return
    until = clock.now() + wait
    with transaction.atomic():
        newly = connection.limited_until is None
        Connection.objects.filter(id=connection.id).update(limited_until=until, last_error=error_facts(error))
        _queue_probe(connection, until)
        if newly:
            record(
                "connection.limited",
                f"{label_of(connection)} asks us to slow down.",
                business_id=connection.business_id,
                subject=connection,
                data={"until": until, "limit": error.limit},
            )
    connection.limited_until = until


def _queue_probe(connection: Connection, due_at: datetime) -> None:
    queue_job(PROBE_JOB, str(connection.id), business_id=connection.business_id, due_at=due_at)


def _pause(error: ProviderError) -> timedelta:
    wanted = error.retry_after_seconds
    return timedelta(seconds=USUAL_PAUSE_SECONDS if wanted is None else wanted)


def _tell_recovered(connection: Connection) -> None:
    record(
        "connection.recovered",
        f"{label_of(connection)} answers again.",
        business_id=connection.business_id,
        subject=connection,
    )
    tell(ConnectionRecovered(connection.business_id, connection.id))


def _app_is_refused(grant: Grant) -> bool:
    refused = Grant.objects.filter(provider=grant.provider, down_kind=ErrorKind.MISCONFIGURED.value)
    return refused.filter(dead_cause="").exists()
