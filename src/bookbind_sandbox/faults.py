"""Faults on request: the ways in which a vendor or the network between fails."""

from dataclasses import dataclass
from typing import Any

from bookbind_sandbox.answer import Answer
from bookbind_sandbox.store import Store

KINDS = ("429", "500", "503", "timeout", "lost_reply", "html", "truncated", "empty")
ALWAYS_COMMIT = ("lost_reply", "truncated")
DEFAULT_HANG_SECONDS = 30.0
ANY = "any"
MAINTENANCE_PAGE = (
    b"<!DOCTYPE html><html><head><title>Maintenance</title></head>"
    b"<body><h1>We'll be right back</h1></body></html>"
)


@dataclass(frozen=True)
class Fault:
    """A fault that a call met. `commits`: what was asked for is done all the same.

    `seconds` is how long a call hangs, `retry_after` what the answer says about that, in seconds too.
    """

    id: int
    kind: str
    commits: bool
    seconds: float
    retry_after: int | None

    def answer(self) -> Answer:
        """The nonsense or the error that stands in the true answer's place."""
        if self.kind == "html":
            return Answer(200, MAINTENANCE_PAGE, "text/html; charset=utf-8")
        if self.kind == "empty":
            return Answer(200, b"")
        if self.kind == "429":
            headers = {"Retry-After": str(self.retry_after or 1), "X-Rate-Limit-Problem": "minute"}
            return Answer(429, b"", "text/plain; charset=utf-8", headers)
        return self._outage(int(self.kind))

    def _outage(self, status: int) -> Answer:
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        if status == 503:
            return Answer(503, b"Service Unavailable", "text/plain; charset=utf-8", headers)
        return Answer(
            500, b'{"Title":"An error occurred","Detail":"An error occurred.","Status":500}', headers=headers
        )


class Faults:
    """The faults that wait for a matching call; each stands until it has been met `times` times."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def add(self, vendor: str, operation: str, kind: str, times: int | None, **options: Any) -> int:
        return self.store.insert(
            "faults",
            vendor=vendor,
            operation=operation,
            fault=kind,
            remaining=times,
            organisation=options.get("organisation"),
            retry_after=options.get("retry_after"),
            seconds=float(options.get("seconds") or DEFAULT_HANG_SECONDS),
            commits=int(kind in ALWAYS_COMMIT or bool(options.get("commit"))),
        )

    def take(self, vendor: str, operation: str, organisation: str | None) -> Fault | None:
        """The first fault that this call meets, used up by one."""
        found = self.store.row(
            "SELECT * FROM faults WHERE vendor = ? AND operation IN (?, ?)"
            " AND (organisation IS NULL OR organisation = ?) AND (remaining IS NULL OR remaining > 0)"
            " ORDER BY id LIMIT 1",
            vendor,
            operation,
            ANY,
            organisation,
        )
        if found is None:
            return None
        self.store.run(
            "UPDATE faults SET remaining = remaining - 1, hits = hits + 1 WHERE id = ?", found["id"]
        )
        return Fault(
            found["id"], found["fault"], bool(found["commits"]), found["seconds"], found["retry_after"]
        )

    def list(self) -> list[dict[str, Any]]:
        """Every fault with how often it was met and will be; `times` null stands until cleared."""
        found = self.store.rows("SELECT * FROM faults ORDER BY id")
        return [
            {
                "id": row["id"],
                "vendor": row["vendor"],
                "operation": row["operation"],
                "fault": row["fault"],
                "organisation": row["organisation"],
                "times": row["remaining"],
                "hits": row["hits"],
                "retry_after": row["retry_after"],
                "commit": bool(row["commits"]),
            }
            for row in found
        ]

    def clear(self) -> int:
        return self.store.run("DELETE FROM faults")
