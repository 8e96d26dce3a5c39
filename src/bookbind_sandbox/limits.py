"""Rate limits per organisation and app, measured on real time whatever the sandbox's clock says."""

import json
import time
from collections import defaultdict, deque
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from bookbind_sandbox.store import Store

MINUTE_SECONDS = 60.0
DAY_SECONDS = 86_400.0


@dataclass(frozen=True)
class Allowance:
    """What a vendor allows one app, by organisation and over all of them."""

    minute: int
    day: int
    concurrent: int
    app_minute: int
    second: int = 10**9
    latency_ms: int = 0


@dataclass(frozen=True)
class Problem:
    """Which limit refused a call, and for how many seconds."""

    name: str
    retry_after: int


@dataclass
class Usage:
    """One organisation's calls by one app."""

    second: deque[float] = field(default_factory=deque)
    minute: deque[float] = field(default_factory=deque)
    day_started: float = 0.0
    day_calls: int = 0
    running: int = 0


class Limits:
    """Calls counted for each vendor, app and organisation, in this process alone."""

    def __init__(self, store: Store, defaults: dict[str, Allowance]) -> None:
        self.store = store
        self.defaults = defaults
        self.usage: dict[tuple[str, str, str], Usage] = defaultdict(Usage)
        self.app_minute: dict[tuple[str, str], deque[float]] = defaultdict(deque)

    def allowance(self, vendor: str) -> Allowance:
        changes: dict[str, int] = json.loads(self.store.get_meta(f"limits:{vendor}", "{}"))
        return replace(self.defaults[vendor], **changes)

    def change(self, vendor: str, changes: dict[str, int]) -> dict[str, Any]:
        kept = asdict(self.allowance(vendor)) | changes
        self.store.set_meta(f"limits:{vendor}", json.dumps(kept))
        return kept

    def forget(self) -> None:
        """Empty every window; calls still running keep their slots."""
        for usage in self.usage.values():
            usage.second.clear()
            usage.minute.clear()
            usage.day_calls = 0
        self.app_minute.clear()

    def enter(self, vendor: str, client_id: str, organisation: str) -> Problem | None:
        """Count a call in, or say which limit refuses it; a refused call is not counted."""
        allowance = self.allowance(vendor)
        usage = self._current(vendor, client_id, organisation)
        app_window = self.app_minute[(vendor, client_id)]
        now = time.monotonic()
        _forget_before(app_window, now - MINUTE_SECONDS)
        if usage.running >= allowance.concurrent:
            return Problem("concurrent", 1)
        if usage.day_calls >= allowance.day:
            return Problem("day", _seconds_until(usage.day_started + DAY_SECONDS, now))
        if len(usage.second) >= allowance.second:
            return Problem("second", 1)
        if len(usage.minute) >= allowance.minute:
            return Problem("minute", _window_reopens(usage.minute, now))
        if len(app_window) >= allowance.app_minute:
            return Problem("appminute", _window_reopens(app_window, now))
        usage.running += 1
        usage.day_calls += 1
        usage.second.append(now)
        usage.minute.append(now)
        app_window.append(now)
        return None

    def leave(self, vendor: str, client_id: str, organisation: str) -> None:
        self.usage[(vendor, client_id, organisation)].running -= 1

    def remaining(self, vendor: str, client_id: str, organisation: str) -> tuple[int, int, int]:
        """Calls left today, this minute, and this minute for the whole app."""
        allowance = self.allowance(vendor)
        usage = self._current(vendor, client_id, organisation)
        return (
            max(0, allowance.day - usage.day_calls),
            max(0, allowance.minute - len(usage.minute)),
            max(0, allowance.app_minute - len(self.app_minute[(vendor, client_id)])),
        )

    def _current(self, vendor: str, client_id: str, organisation: str) -> Usage:
        usage = self.usage[(vendor, client_id, organisation)]
        now = time.monotonic()
        _forget_before(usage.second, now - 1)
        _forget_before(usage.minute, now - MINUTE_SECONDS)
        if now - usage.day_started >= DAY_SECONDS or not usage.day_calls:
            usage.day_started, usage.day_calls = now, 0
        return usage


def _forget_before(window: deque[float], moment: float) -> None:
    while window and window[0] <= moment:
        window.popleft()


def _seconds_until(moment: float, now: float) -> int:
    return max(1, int(moment - now) + 1)


def _window_reopens(window: deque[float], now: float) -> int:
    return _seconds_until(window[0] + MINUTE_SECONDS, now) if window else int(MINUTE_SECONDS)
