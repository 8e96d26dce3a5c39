"""The log of every call a vendor received; it never holds a token, a code or a secret."""

import hashlib
import time
from dataclasses import dataclass
from typing import Any

from bookbind_sandbox.clock import Clock
from bookbind_sandbox.store import Store

SHOWN = (
    "seq, area, operation, method, path, query, status, organisation, client_id, login, idempotency_key,"
    " body_sha256, body_bytes, replayed, fault, note, at, milliseconds"
)


@dataclass(frozen=True)
class Call:
    """One API call as it arrived."""

    vendor: str
    area: str
    operation: str
    method: str
    path: str
    query: str
    organisation: str | None
    idempotency_key: str | None
    body: bytes
    writes: bool


class RequestLog:
    """The calls in the order in which they came, each written down before it is answered."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.store = store
        self.clock = clock

    def open(self, call: Call) -> int:
        """Write the call down before it is answered, so that one that never ends is seen too."""
        return self.store.insert(
            "requests",
            vendor=call.vendor,
            area=call.area,
            operation=call.operation,
            method=call.method,
            path=call.path,
            query=call.query,
            organisation=call.organisation,
            idempotency_key=call.idempotency_key,
            body_sha256=hashlib.sha256(call.body).hexdigest(),
            body_bytes=len(call.body),
            writes=int(call.writes),
            at=self.clock.now().isoformat(timespec="milliseconds"),
            real_at=time.time(),
        )

    def close(
        self, seq: int, status: int | None, *, fault: str | None, note: str | None, replayed: bool
    ) -> None:
        self.store.run(
            "UPDATE requests SET status = ?, fault = ?, note = ?, replayed = ?,"
            " milliseconds = round((? - real_at) * 1000, 1) WHERE seq = ?",
            status,
            fault,
            note,
            int(replayed),
            time.time(),
            seq,
        )

    def tell_who(self, seq: int, client_id: str, login: str) -> None:
        self.store.run("UPDATE requests SET client_id = ?, login = ? WHERE seq = ?", client_id, login, seq)

    def entries(self, vendor: str, after: int, limit: int) -> list[dict[str, Any]]:
        found = self.store.rows(
            f"SELECT {SHOWN} FROM requests WHERE vendor = ? AND seq > ? ORDER BY seq LIMIT ?",  # noqa: S608
            vendor,
            after,
            limit,
        )
        return [dict(row) | {"replayed": bool(row["replayed"])} for row in found]

    def latest(self, limit: int) -> list[dict[str, Any]]:
        found = self.store.rows("SELECT * FROM requests ORDER BY seq DESC LIMIT ?", limit)
        return [dict(row) for row in found]

    def totals(self, vendor: str) -> dict[str, Any]:
        """Accounting calls counted, with token and connections calls apart."""
        areas: dict[str, int] = {
            row["area"]: row["calls"]
            for row in self.store.rows(
                "SELECT area, count(*) AS calls FROM requests WHERE vendor = ? GROUP BY area", vendor
            )
        }
        summary = self._counts("SELECT {} FROM requests WHERE vendor = ? AND area = 'accounting'", vendor)[0]
        statuses = self.store.rows(
            "SELECT status, count(*) AS calls FROM requests WHERE vendor = ? AND area = 'accounting'"
            " AND status >= 400 AND status < 500 GROUP BY status",
            vendor,
        )
        grouped = self._counts(
            "SELECT organisation, {} FROM requests WHERE vendor = ? AND area = 'accounting'"
            " AND organisation IS NOT NULL GROUP BY organisation",
            vendor,
        )
        return summary | {
            "token_requests": areas.get("token", 0),
            "identity_requests": areas.get("identity", 0),
            "refused_by_status": {str(row["status"]): row["calls"] for row in statuses},
            "by_organisation": {row.pop("organisation"): row for row in grouped},
        }

    def _counts(self, sql: str, vendor: str) -> list[dict[str, Any]]:
        counted = (
            "count(*) AS requests, coalesce(sum(writes), 0) AS writes,"
            " coalesce(sum(status >= 400 AND status < 500), 0) AS refused"
        )
        return [dict(row) for row in self.store.rows(sql.format(counted), vendor)]
