"""The two clocks: product time, which a demo may move, and real time, which nobody moves."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Offset = Callable[[], timedelta]


def _no_offset() -> timedelta:
    return timedelta(0)


_offset: Offset = _no_offset


def use_offset(source: Offset) -> None:
    """Let `source` say how far product time is ahead of real time (demo and tests only)."""
    global _offset  # noqa: PLW0603 - the one place where the process's product clock is chosen
    _offset = source


def now() -> datetime:
    """Product time, in UTC: dates, expiry, warnings, schedules and retry times."""
    return real_now() + _offset()


def real_now() -> datetime:
    """Real time, in UTC: leases, fencing, time-outs, sessions and rate windows."""
    return datetime.now(UTC)


def end_of_day(day: date, time_zone: str) -> datetime:
    """The last second of `day` in `time_zone`, as UTC."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(time_zone)).astimezone(UTC)


def local_date(moment: datetime, time_zone: str) -> date:
    """The calendar day of `moment` in `time_zone`."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
