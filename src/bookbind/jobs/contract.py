"""What a package says about the work it can do: which function does which kind, and how a run reports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

LEASE_SECONDS = 120


@dataclass(frozen=True)
class Claimed:
    """A job that this process holds until its lease runs out. `attempts` counts this run too."""

    id: UUID
    kind: str
    key: str
    business_id: UUID | None
    payload: dict[str, Any] = field(default_factory=dict)
    attempts: int = 1
    fence: int = 1


@dataclass(frozen=True)
class Again:
    """What a job returns to run again: when (product time), and whether this run counts as an attempt."""

    at: datetime
    counts: bool = True


@dataclass(frozen=True)
class Over:
    """What a job returns whose schedule ends with this run, unless somebody asked for it meanwhile."""


Work = Callable[[Claimed], Again | Over | None]


@dataclass(frozen=True)
class Worker:
    """Who does a kind of work, and how long another worker waits before it takes over."""

    function: Work
    lease_seconds: int


class KindUnknown(LookupError):
    """No package in this process does this kind of work."""


class KindTaken(RuntimeError):
    """Two functions say that they do the same kind of work."""


_workers: dict[str, Worker] = {}


def works(kind: str, lease_seconds: int = LEASE_SECONDS) -> Callable[[Work], Work]:
    """Let the decorated function do jobs of `kind`; after `lease_seconds` another worker may take over.

    The function runs inside the job's business scope (System scope for a job without a business) and outside
    any transaction. It may be run twice after a crash, so it must look at the facts before it acts.
    """

    def register(function: Work) -> Work:
        if kind in _workers and _workers[kind].function.__qualname__ != function.__qualname__:
            raise KindTaken(kind)
        _workers[kind] = Worker(function, lease_seconds)
        return function

    return register


def find_worker(kind: str) -> Worker:
    """Who does this kind of work; KindUnknown when nobody does."""
    try:
        return _workers[kind]
    except KeyError as error:
        raise KindUnknown(kind) from error


def known_kinds() -> list[str]:
    """Every kind that this process can do."""
    return list(_workers)
