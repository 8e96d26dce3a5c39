"""Claiming what is due and running it: leases in real time, due times in product time, fenced reports.

A claim is one conditional update, so it works the same on both databases and over any number of processes.
A worker that dies leaves a lease that runs out; then any worker claims the job again. A worker that was only
slow finds, by the fence, that its report no longer counts.
"""

import logging
import random
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Case, F, Min, Q, QuerySet, Value, When

from bookbind.jobs.contract import Again, Claimed, Over, find_worker, known_kinds
from bookbind.jobs.models import Job
from bookbind.kit import clock
from bookbind.tenancy.scope import BusinessScope, SystemScope, within

FIRST_RETRY_SECONDS = 5
LONGEST_RETRY_SECONDS = 3600
_CANDIDATES = 8
_LONGEST_ERROR = 2000
_log = logging.getLogger(__name__)


def run_due(*, limit: int | None = None, kinds: Iterable[str] | None = None) -> int:
    """Claim and run everything that is due now, in order of due time; returns how many runs there were."""
    runs = 0
    while limit is None or runs < limit:
        job = claim_next(kinds)
        if job is None:
            break
        run(job)
        runs += 1
    return runs


def next_due_at() -> datetime | None:
    """When the next free job is due (product time; it may lie in the past); None when there is none."""
    found: datetime | None = _free(known_kinds()).aggregate(first=Min("due_at"))["first"]
    return found


def still_mine(job: Claimed) -> bool:
    """Whether the job is still this worker's; if so its lease begins anew. Long work asks at each step."""
    until = clock.real_now() + timedelta(seconds=find_worker(job.kind).lease_seconds)
    return _held(job).update(lease_until=until) == 1


def claim_next(kinds: Iterable[str] | None = None) -> Claimed | None:
    """Take the longest-due free job, of `kinds` when given; None when nothing is due."""
    wanted = known_kinds() if kinds is None else list(kinds)
    while True:
        due = _free(wanted).filter(due_at__lte=clock.now()).order_by("due_at", "id")
        candidates = list(due[:_CANDIDATES])
        if not candidates:
            return None
        for job in candidates:
            if _claim(job):
                return _claimed(job)


def run(job: Claimed) -> None:
    """Do a claimed job and report; an exception puts it back with a delay and is logged loudly."""
    scope = BusinessScope(job.business_id) if job.business_id else SystemScope(f"job {job.kind}")
    try:
        with within(scope):
            again = find_worker(job.kind).function(job)
    except Exception as error:  # noqa: BLE001 - whatever a job raises, the worker lives on
        _log.exception("Job %s %s failed at attempt %s", job.kind, job.key, job.attempts)
        _put_back_after(job, error)
    else:
        _report(job, again)


def _free(kinds: list[str]) -> QuerySet[Job]:
    lapsed = Q(lease_until__isnull=True) | Q(lease_until__lt=clock.real_now())
    return Job.objects.filter(lapsed, kind__in=kinds)


def _claim(job: Job) -> bool:
    """Take the job unless somebody did since it was read (its fence rose) or its holder came back to life."""
    until = clock.real_now() + timedelta(seconds=find_worker(job.kind).lease_seconds)
    unchanged = _free([job.kind]).filter(id=job.id, fence=job.fence, due_at__lte=clock.now())
    taken = unchanged.update(lease_until=until, fence=F("fence") + 1, attempts=F("attempts") + 1) == 1
    if taken and job.lease_until is not None:
        _log.warning("Job %s %s taken over from a worker that stopped", job.kind, job.key)
    return taken


def _claimed(job: Job) -> Claimed:
    return Claimed(job.id, job.kind, job.key, job.business_id, job.payload, job.attempts + 1, job.fence + 1)


def _held(job: Claimed) -> QuerySet[Job]:
    return Job.objects.filter(id=job.id, fence=job.fence)


def _report(job: Claimed, again: Again | Over | None) -> None:
    """Settle a finished run: what was asked for meanwhile comes first, then the job's own wish."""
    if isinstance(again, Again):
        attempts = job.attempts if again.counts else job.attempts - 1
        _release(job, again.at, attempts)
        return
    every_seconds = _held(job).values_list("every_seconds", flat=True).first()
    if every_seconds and again is None:
        _release(job, _next_turn(job, every_seconds), attempts=0)
    elif not _held(job).filter(asked_again_at__isnull=True).delete()[0]:
        _run_once_more(job)


def _release(job: Claimed, due_at: datetime, attempts: int, error: str = "") -> None:
    """Free the job in one statement, so that no request to run again slips in unheard between two."""
    sooner = Q(asked_again_at__lt=due_at)
    _held(job).update(
        due_at=Case(When(sooner, then=F("asked_again_at")), default=Value(due_at)),
        attempts=Case(When(sooner, then=Value(0)), default=Value(attempts)),
        lease_until=None,
        asked_again_at=None,
        last_error=error,
    )


def _run_once_more(job: Claimed) -> None:
    _held(job).update(
        due_at=F("asked_again_at"), lease_until=None, asked_again_at=None, attempts=0, last_error=""
    )


def _next_turn(job: Claimed, every_seconds: int) -> datetime:
    """The first turn after now, in step with the turns before it."""
    due_at = _held(job).values_list("due_at", flat=True).first() or clock.now()
    late_seconds = (clock.now() - due_at).total_seconds()
    turns = max(int(late_seconds // every_seconds), 0) + 1
    return due_at + timedelta(seconds=turns * every_seconds)


def _put_back_after(job: Claimed, error: Exception) -> None:
    seconds = retry_delay_seconds(job.attempts, random.random())  # noqa: S311 - spreads load, guards nothing
    where = traceback.extract_tb(error.__traceback__)[-1]
    # The message may carry a vendor's or a person's text, so only the kind of error and its place are kept.
    text = f"{type(error).__name__} in {where.name}, line {where.lineno}"[:_LONGEST_ERROR]
    _release(job, clock.now() + timedelta(seconds=seconds), job.attempts, text)


def retry_delay_seconds(attempts: int, chance: float) -> float:
    """Five seconds, doubled at each attempt up to an hour; `chance` (0 to 1) takes up to a fifth off."""
    doubled = FIRST_RETRY_SECONDS * 2.0 ** min(attempts - 1, 20)
    return min(doubled, LONGEST_RETRY_SECONDS) * (1 - 0.2 * chance)
