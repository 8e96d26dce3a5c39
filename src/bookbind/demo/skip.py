"""Skip ahead: product and sandbox walk together, and what falls due on the way is done on its day."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from bookbind.connections.outcomes import PROBE_JOB
from bookbind.connections.schedule import EXPIRY_JOB
from bookbind.demo import clock as demo_clock
from bookbind.demo import sandbox
from bookbind.demo.models import DemoClock
from bookbind.jobs.contract import Again, Claimed, known_kinds, works
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.lists.schedule import SCHEDULE_JOB
from bookbind.lists.sync import SYNC_JOB

WALK_JOB = "demo.walk"
WALK_LEASE_SECONDS = 900
_STEP = timedelta(days=7)
_SETTLE_SECONDS = 5.0
# Reading for a day that is skipped changes nothing, and a minute of real time has only so many calls.
_READERS = frozenset({SYNC_JOB, SCHEDULE_JOB, PROBE_JOB})
_NOT_ON_THE_WAY = _READERS | {WALK_JOB}

Progress = Callable[[datetime], None]


class SkipInvalid(ValueError):
    """This is not a length of time to skip. Write it like 12h, 30d or 335d, at most 1000 days."""


def parse_skip(text: str) -> timedelta:
    """Read `12h` or `335d`; SkipInvalid says how to write it."""
    number, unit = text.strip()[:-1], text.strip()[-1:].lower()
    if not number.isdigit() or unit not in "hd" or not unit:
        raise SkipInvalid(str(SkipInvalid.__doc__))
    length = timedelta(**{"hours" if unit == "h" else "days": int(number)})
    if not timedelta(0) < length <= timedelta(days=1000):
        raise SkipInvalid(str(SkipInvalid.__doc__))
    return length


def queue_walk(length: timedelta) -> None:
    """Ask the worker to walk; pages follow it through `DemoClock`."""
    now = clock.now()
    DemoClock.objects.update_or_create(id=1, defaults={"walk_from": now, "walk_to": now + length})
    queue_job(WALK_JOB, "clock")


@works(WALK_JOB, lease_seconds=WALK_LEASE_SECONDS)
def walk_in_worker(_job: Claimed) -> Again | None:
    """Walk to where the row says, in the worker."""
    row = DemoClock.objects.filter(id=1).first()
    if row is None or row.walk_to is None:
        return None
    walk_to(row.walk_to)
    DemoClock.objects.filter(id=1).update(walk_from=None, walk_to=None)
    return None


def walk_to(target: datetime, progress: Progress = lambda _now: None) -> None:
    """Go to `target` in steps: to the next warning or expiry, at most a week; what is due runs at each step.

    What only reads at the vendor is left due for afterwards.
    """
    with _readers_at_rest():
        _work()
        while (now := clock.now()) < target - timedelta(seconds=1):
            _set_both(min(target, now + _STEP, _next_deadline(now) or target))
            _work()
            progress(clock.now())


@contextmanager
def _readers_at_rest() -> Iterator[None]:
    """Take what only reads out of every worker's reach; it is due afterwards, once."""
    readers = Job.objects.filter(kind__in=_READERS, lease_until__isnull=True)
    held = list(readers.values_list("id", flat=True))
    mine = Job.objects.filter(id__in=held)
    readers.filter(id__in=held).update(lease_until=clock.real_now() + timedelta(seconds=WALK_LEASE_SECONDS))
    try:
        yield
    finally:
        mine.update(lease_until=None)


def _work() -> None:
    """Do what is due and let other workers finish what they hold, so that time moves over nobody."""
    run_due(kinds=[kind for kind in known_kinds() if kind not in _NOT_ON_THE_WAY])
    waited_until = time.monotonic() + _SETTLE_SECONDS
    held = Job.objects.filter(lease_until__gt=clock.real_now()).exclude(kind__in=_NOT_ON_THE_WAY)
    while held.exists() and time.monotonic() < waited_until:
        time.sleep(0.02)


def _next_deadline(now: datetime) -> datetime | None:
    """When a connection's next warning or expiry falls due: a day that the walk must not step over."""
    deadlines = Job.objects.filter(kind=EXPIRY_JOB, due_at__gt=now)
    return deadlines.order_by("due_at").values_list("due_at", flat=True).first()


def _set_both(moment: datetime) -> None:
    sandbox.set_clock(moment)
    demo_clock.move(moment - clock.real_now())
