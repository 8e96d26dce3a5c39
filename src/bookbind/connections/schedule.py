"""What happens by itself: sign-ins kept alive, warnings on time, sign-ins that were not finished erased."""

import secrets
from datetime import datetime, timedelta

from bookbind.connections.elsewhere import EXCHANGE
from bookbind.connections.models import Connection, Grant, SignIn
from bookbind.connections.outcomes import KEEP_ALIVE_JOB, PROBE_JOB
from bookbind.connections.queries import LIVE_STAGES, SIGNED_IN_STAGES, facts_of
from bookbind.connections.refresh import GrantUnusable, fresh_tokens
from bookbind.connections.services import mark_lapsed, warn_if_due
from bookbind.connections.status import expected_end, next_check
from bookbind.jobs.contract import Again, Claimed, Over, works
from bookbind.jobs.services import drop_job, queue_job
from bookbind.kit import clock
from bookbind.kit.encryption import SecretsUnreadable
from bookbind.providers.base.errors import ProviderError

EXPIRY_JOB = "connections.expiry"
PURGE_JOB = "connections.purge_sign_ins"
DAY_SECONDS = 24 * 60 * 60
# A sign-in that was used since is fresh enough; the next daily turn comes before any vendor's limit.
FRESH = timedelta(hours=20)


def begin_schedules(connection: Connection) -> None:
    """Register what keeps a live connection healthy, in the caller's transaction; safe to ask for again."""
    now = clock.now()
    queue_job(KEEP_ALIVE_JOB, str(connection.grant_id), due_at=_some_time(now), every_seconds=DAY_SECONDS)
    queue_job(
        PROBE_JOB,
        str(connection.id),
        business_id=connection.business_id,
        due_at=_some_time(now),
        every_seconds=DAY_SECONDS,
    )
    due = next_check(connection.consent_expires_at, now)
    if due is not None:
        queue_job(EXPIRY_JOB, str(connection.id), business_id=connection.business_id, due_at=due)


def end_schedules(connection: Connection) -> None:
    """Forget them; the sign-in's own schedule ends by itself when nothing hangs on it any more."""
    drop_job(PROBE_JOB, str(connection.id))
    drop_job(EXPIRY_JOB, str(connection.id))


def queue_purge() -> None:
    """Look for sign-ins that were left unfinished when their half hour is over."""
    queue_job(PURGE_JOB, "all", due_at=clock.now() + timedelta(minutes=31))


@works(KEEP_ALIVE_JOB)
def keep_alive(job: Claimed) -> Again | Over | None:
    """Renew a sign-in that nobody used for most of a day, so that no vendor's idle limit ever ends it."""
    grant = Grant.objects.filter(id=job.key).first()
    used = Connection.objects.filter(grant_id=job.key, stage__in=SIGNED_IN_STAGES)
    if grant is None or grant.dead_cause or not used.exists():
        return Over()
    is_fresh = clock.now() - grant.refreshed_at < FRESH and grant.down_since is None
    if is_fresh or not used.filter(lapsed_at=None).exists():
        return None
    try:
        fresh_tokens(grant.id, refused_version=grant.version)
    except (GrantUnusable, SecretsUnreadable, ProviderError):
        grant.refresh_from_db()
        return _when_possible(grant.next_try_at)
    return None


@works(EXPIRY_JOB)
def check_expiry(job: Claimed) -> Again | None:
    """Warn, and see the year end, at the very moment; then say when to look again."""
    live = Connection.objects.filter(id=job.key, stage__in=LIVE_STAGES)
    connection = live.select_related("grant", "business").first()
    if connection is None or mark_lapsed(connection):
        return None
    warn_if_due(connection)
    now = clock.now()
    deadline, _ = expected_end(facts_of(connection), now)
    due = next_check(deadline, now)
    return Again(due, counts=False) if due else None


@works(PURGE_JOB)
def purge_sign_ins(job: Claimed) -> Again | None:  # noqa: ARG001 - every job is given its row
    """Erase what sign-ins left unfinished hold; never revoked, for that could end a live connection."""
    now = clock.real_now()
    unfinished = SignIn.objects.filter(finished_at=None, dropped_at=None)
    unfinished.filter(pending_until__lte=now).update(tokens="", code_verifier="", dropped_at=now)
    # Answered or not: an exchange that takes longer has died.
    unanswered = unfinished.filter(pending_until=None, state_expires_at__lte=now - EXCHANGE)
    unanswered.update(code_verifier="", dropped_at=now)
    first = unfinished.order_by("begun_at").first()
    if first is None:
        return None
    ends: datetime = first.pending_until or first.state_expires_at + EXCHANGE
    return Again(clock.now() + max(ends - now, timedelta(minutes=1)), counts=False)


def _when_possible(moment: datetime | None) -> Again | None:
    return Again(moment, counts=False) if moment and moment > clock.now() else None


def _some_time(now: datetime) -> datetime:
    """Within the next day, at random, so that sign-ins made together are not renewed together."""
    return now + timedelta(seconds=secrets.randbelow(DAY_SECONDS))
