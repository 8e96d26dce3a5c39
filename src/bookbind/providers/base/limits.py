"""Call budgets over all processes: a vendor's limits are never exceeded, and its refusals are heeded."""

import os
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When

from bookbind.kit import clock
from bookbind.providers.base.contract import Limits
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.windows import (
    DAY_WINDOW,
    MINUTE_WINDOW,
    SECOND_WINDOW,
    Buckets,
    Window,
)
from bookbind.providers.models import CallWindow

SECOND = "second"
MINUTE = "minute"
DAY = "day"
CONCURRENT = "concurrent"
APP_MINUTE = "app_minute"
WHOLE_APP = ""
# A slot is given back when the call ends; a killed process's slots come back after this margin.
_SLOT_MARGIN_SECONDS = 15
_CONCURRENT_PAUSE_SECONDS = 0.05
# These have room again so soon that a call waits for it here.
_PASSING = frozenset({SECOND, CONCURRENT})
_PATIENCE_SECONDS = 5.0
# Seven buckets of ten seconds cover any minute, so a seventh of the limit in each never exceeds it.
_APP_BUCKET_SECONDS = 10
_APP_BUCKETS = 7


@dataclass(frozen=True)
class Refusal:
    """Which limit refuses a call, and for how long."""

    limit: str
    seconds: float

    def error(self) -> ProviderError:
        """The failure that the caller sees; no call was made."""
        return ProviderError(
            ErrorKind.RATE_LIMITED, limit=self.limit, retry_after_seconds=max(self.seconds, 0.1)
        )


def enter(provider_id: str, organisation_id: str, published: Limits) -> str:
    """Count one call in and take a slot; returns the slot, or raises rate_limited without a call."""
    limits = in_force(provider_id, published)
    patience_ends = time.monotonic() + _PATIENCE_SECONDS
    while True:
        answer = _try_to_enter(provider_id, organisation_id, limits)
        if isinstance(answer, str):
            return answer
        if answer is not None and (answer.limit not in _PASSING or time.monotonic() >= patience_ends):
            raise answer.error()
        time.sleep(_pause_seconds(answer) if answer else 0)


def _pause_seconds(refusal: Refusal) -> float:
    """When it is worth trying again: nobody knows when a call that runs will end."""
    return _CONCURRENT_PAUSE_SECONDS if refusal.limit == CONCURRENT else refusal.seconds


def leave(provider_id: str, organisation_id: str, slot: str, left: dict[str, int]) -> None:
    """Give the slot back, count the call in its second, and keep what the vendor said is left."""
    while True:
        row = CallWindow.objects.get(provider=provider_id, organisation_id=organisation_id)
        running = {name: until for name, until in row.running.items() if name != slot}
        second = SECOND_WINDOW.added(row.second, clock.real_now().timestamp())
        if _swap(row, running=running, second=second, left=row.left | left):
            return


def park(provider_id: str, organisation_id: str, limit: str, seconds: float) -> None:
    """Stop all calls until the vendor's wish is met: for this organisation, or for the whole app."""
    owner = WHOLE_APP if limit == APP_MINUTE else organisation_id
    until = clock.real_now() + timedelta(seconds=seconds)
    _row(provider_id, owner)
    window = CallWindow.objects.filter(provider=provider_id, organisation_id=owner)
    window.filter(Q(parked_until__isnull=True) | Q(parked_until__lt=until)).update(
        parked_until=until, parked_by=limit
    )


def calls_left(provider_id: str, organisation_id: str, published: Limits) -> dict[str, int]:
    """What is left of each limit now, the smaller of our count and the vendor's word."""
    row = CallWindow.objects.filter(provider=provider_id, organisation_id=organisation_id).first()
    limits, now = in_force(provider_id, published), clock.real_now().timestamp()
    counted = _counted(row, limits) if row else []
    left = {name: max(limit - window.used(counts, now), 0) for name, limit, window, counts in counted}
    told: dict[str, int] = row.left if row else {}
    return {name: min(count, told.get(name, count)) for name, count in left.items()}


def in_force(provider_id: str, published: Limits) -> Limits:
    """The published limits, or what the operator's own plan at the vendor allows."""
    prefix = f"BOOKBIND_{provider_id.upper()}_CALLS_PER"
    per_minute, per_day = os.environ.get(f"{prefix}_MINUTE", ""), os.environ.get(f"{prefix}_DAY", "")
    return Limits(
        per_minute=int(per_minute) if per_minute.isdecimal() else published.per_minute,
        per_day=int(per_day) if per_day.isdecimal() else published.per_day,
        concurrent=published.concurrent,
        app_per_minute=published.app_per_minute,
        per_second=published.per_second,
    )


def _try_to_enter(provider_id: str, organisation_id: str, limits: Limits) -> str | Refusal | None:
    """A slot, a refusal, or None when another process was quicker and it is worth trying again."""
    row = _row(provider_id, organisation_id)
    moment = clock.real_now()
    refusal = judge(row, limits, moment) or _app_refusal(provider_id, limits, moment)
    if refusal is not None:
        return refusal
    now = moment.timestamp()
    slot = secrets.token_hex(4)
    changes = {
        "minute": MINUTE_WINDOW.added(row.minute, now),
        "day": DAY_WINDOW.added(row.day, now),
        "running": _running(row, now) | {slot: now + _slot_seconds()},
    }
    with transaction.atomic():
        if not _swap(row, **changes):
            return None
        if limits.app_per_minute and not _count_for_app(provider_id, limits.app_per_minute, now):
            transaction.set_rollback(True)
            return Refusal(APP_MINUTE, _APP_BUCKET_SECONDS - now % _APP_BUCKET_SECONDS)
    return slot


def judge(row: CallWindow, limits: Limits, moment: datetime) -> Refusal | None:
    """What stands against a call now, as far as this organisation's row tells."""
    now = moment.timestamp()
    if row.parked_until is not None and row.parked_until > moment:
        return Refusal(row.parked_by, (row.parked_until - moment).total_seconds())
    running = len(_running(row, now))
    for name, limit, window, counts in _counted(row, limits):
        # Nobody knows when within its time a running call arrives, so its second begins when it ends.
        arriving = running if name == SECOND else 0
        if window.used(counts, now) + arriving >= limit:
            return Refusal(name, max(window.seconds_until_room(counts, now), _CONCURRENT_PAUSE_SECONDS))
    if limits.concurrent is not None and running >= limits.concurrent:
        return Refusal(CONCURRENT, 1.0)
    return None


def _counted(row: CallWindow, limits: Limits) -> list[tuple[str, int, Window, Buckets]]:
    known = (
        (DAY, limits.per_day, DAY_WINDOW, row.day),
        (MINUTE, limits.per_minute, MINUTE_WINDOW, row.minute),
        (SECOND, limits.per_second, SECOND_WINDOW, row.second),
    )
    return [(name, limit, window, counts) for name, limit, window, counts in known if limit is not None]


def _running(row: CallWindow, now: float) -> dict[str, float]:
    return {slot: until for slot, until in row.running.items() if until > now}


def _slot_seconds() -> float:
    longest: float = settings.HTTP_CONNECT_SECONDS + 2 * settings.HTTP_READ_SECONDS
    return longest + _SLOT_MARGIN_SECONDS


def _row(provider_id: str, organisation_id: str) -> CallWindow:
    row = CallWindow.objects.filter(provider=provider_id, organisation_id=organisation_id).first()
    if row is None:
        row, _ = CallWindow.objects.get_or_create(provider=provider_id, organisation_id=organisation_id)
    return row


def _swap(row: CallWindow, **changes: object) -> bool:
    """Save, unless another process saved since the row was read."""
    unchanged = CallWindow.objects.filter(id=row.id, version=row.version)
    return unchanged.update(version=row.version + 1, **changes) == 1


def _app_refusal(provider_id: str, limits: Limits, moment: datetime) -> Refusal | None:
    if not limits.app_per_minute:
        return None
    row = _row(provider_id, WHOLE_APP)
    if row.parked_until is not None and row.parked_until > moment:
        return Refusal(row.parked_by, (row.parked_until - moment).total_seconds())
    return None


def _count_for_app(provider_id: str, per_minute: int, now: float) -> bool:
    """Count the call for the whole app in one statement; False when this bucket is full."""
    bucket = int(now // _APP_BUCKET_SECONDS)
    most = max(per_minute // _APP_BUCKETS, 1)
    window = CallWindow.objects.filter(provider=provider_id, organisation_id=WHOLE_APP)
    counted = Case(When(app_bucket=bucket, then=F("app_count") + 1), default=Value(1))
    return (
        window.exclude(app_bucket=bucket, app_count__gte=most).update(app_bucket=bucket, app_count=counted)
        == 1
    )
