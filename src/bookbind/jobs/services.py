"""Asking for work: one row for each kind and key, written in the caller's transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import DateTimeField, F, Value
from django.db.models.functions import Coalesce, Least

from bookbind.jobs.models import Job
from bookbind.kit import clock

_TRIES = 20


class JobContended(RuntimeError):
    """A job's row kept appearing and vanishing while work was asked for."""


def queue_job(
    kind: str,
    key: str,
    *,
    business_id: UUID | None = None,
    payload: Mapping[str, Any] | None = None,
    due_at: datetime | None = None,
    every_seconds: int | None = None,
) -> None:
    """Make sure that `kind` runs for `key` at `due_at` (product time; default now) or earlier.

    Asking again for what is already asked for keeps the earlier of the two times and the newer payload. While
    a worker has the job, it is noted to run once more afterwards, so that news which arrived in the middle is
    never missed. `every_seconds` makes the job come back for ever, until it is dropped.
    """
    due = due_at or clock.now()
    changes: dict[str, Any] = {}
    if payload is not None:
        changes["payload"] = dict(payload)
    if every_seconds is not None:
        changes["every_seconds"] = every_seconds
    for _ in range(_TRIES):
        if _ask_again(kind, key, due, changes) or _insert(kind, key, business_id, due, changes):
            return
    raise JobContended(f"{kind} {key}")


def drop_job(kind: str, key: str) -> None:
    """Forget the job. A worker that has it now finishes its run, and its report is ignored.

    In the transaction that makes it pointless; a job that finds itself pointless returns `Over`.
    """
    Job.objects.filter(kind=kind, key=key).delete()


def _ask_again(kind: str, key: str, due: datetime, changes: dict[str, Any]) -> bool:
    wanted = Value(due, output_field=DateTimeField())
    rows = Job.objects.filter(kind=kind, key=key)
    idle = rows.filter(lease_until__isnull=True)
    if idle.update(due_at=Least(F("due_at"), wanted), **changes):
        return True
    claimed = rows.filter(lease_until__isnull=False)
    # SQLite's Least of nothing and a time is nothing, PostgreSQL's is the time; Coalesce makes them agree.
    again = Coalesce(Least(F("asked_again_at"), wanted), wanted)
    return claimed.update(asked_again_at=again, **changes) == 1


def _insert(kind: str, key: str, business_id: UUID | None, due: datetime, changes: dict[str, Any]) -> bool:
    """Insert unless somebody else was first; without an error, which would spoil the caller's transaction."""
    job = Job(kind=kind, key=key, business_id=business_id, due_at=due, **changes)
    Job.objects.bulk_create([job], ignore_conflicts=True)
    return Job.objects.filter(id=job.id).exists()
