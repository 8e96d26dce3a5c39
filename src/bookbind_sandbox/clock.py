"""The sandbox's clock: wall time plus an offset that the control API moves."""

import re
from datetime import UTC, datetime, timedelta

from bookbind_sandbox.store import Store

OFFSET = "clock_offset_seconds"
UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
PART = re.compile(r"(\d+(?:\.\d+)?)([dhms])")


def parse_duration(text: str) -> timedelta:
    """Read "366d", "12h", "30m", "90s" or a run of them such as "1d12h"."""
    sign = -1 if text.startswith("-") else 1
    rest = text.removeprefix("-")
    parts = PART.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        raise ValueError(f"not a duration such as 366d, 12h or 30m: {text!r}")
    return timedelta(seconds=sign * sum(float(number) * UNITS[unit] for number, unit in parts))


class Clock:
    """What the vendors believe the time to be; rate windows never ask it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.offset = timedelta(seconds=float(store.get_meta(OFFSET, "0")))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset

    def now_ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    def skip(self, step: timedelta) -> None:
        self._move_to(self.offset + step)

    def set(self, moment: datetime) -> None:
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self._move_to(aware - datetime.now(UTC))

    def reload(self) -> None:
        """Take the offset from the store again, after a reset."""
        self.offset = timedelta(seconds=float(self.store.get_meta(OFFSET, "0")))

    def _move_to(self, offset: timedelta) -> None:
        if not EARLIEST < datetime.now(UTC) + offset < LATEST:
            raise ValueError("the clock stays between the years 2000 and 2200")
        self.store.set_meta(OFFSET, str(offset.total_seconds()))
        self.offset = offset
