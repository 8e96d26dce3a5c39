"""Calls to QuickBooks: headers, limits, and what its refusals mean, whatever status they come with."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from bookbind.providers.base import limits as call_limits
from bookbind.providers.base.contract import Limits
from bookbind.providers.base.errors import ErrorKind, FieldError, ProviderError, ReconnectCause
from bookbind.providers.base.http import Call, Reply, VendorHttp
from bookbind.providers.base.shapes import FieldMissing, Row, required_text, rows_of
from bookbind.providers.base.types import Organisation, Tokens
from bookbind.providers.quickbooks import urls
from bookbind.providers.quickbooks.refusals import Refusal, classify, fault_type, parse_refusals

# Per company; older pages say ten at a time, newer ones ten a second, so both are kept (2026-11).
LIMITS = Limits(per_second=10, per_minute=500, concurrent=10)
# The largest page that a query gives (2026-11).
ROWS_A_PAGE = 1000
# The floor since 1 August 2025: lower ones are ignored (2026-11).
_MINOR_VERSION = "75"
# A product's number is told only when it is asked for by name (2026-11).
_NAMED_COLUMNS = {"Item": "*, Sku"}
_THROTTLED_SECONDS = 60.0
_LAPSED_SECONDS = 3600.0
# The company is moved, locked, under maintenance, or its subscription is over: no document can change that,
# and no sign-in either. 6190 refuses writes alone, 7001 whatever is asked (2026-11).
_CLOSED_COMPANY = frozenset({"130", "140", "150", "6190", "7001"})
_HTTP = VendorHttp(provider_id="quickbooks", hosts=urls.HOSTS, limits=LIMITS, correlation_header="intuit_tid")


def call_identity(call: Call) -> Reply:
    """A call to the sign-in service; every status below 500 comes back."""
    return _HTTP.request(call)


def bearer(tokens: Tokens) -> dict[str, str]:
    """The header that carries the access token."""
    return {"Authorization": f"Bearer {tokens.access_token}"}


class CompanyApi:
    """The API of one company only: its id is in every address, and nothing changes it."""

    def __init__(self, tokens: Tokens, organisation: Organisation) -> None:
        self._tokens = tokens
        self.organisation = organisation

    def get(self, path: str, operation: str, **params: str) -> Reply:
        """Read."""
        return self._send("GET", path, operation, params)

    def write(self, path: str, operation: str, content: bytes, key: str, **params: str) -> Reply:
        """Write under a request id: QuickBooks answers a repeat with what it answered first (2026-11)."""
        params["requestid"] = key
        return self._send("POST", path, operation, params, content, content_type="application/json")

    def upload(self, operation: str, content: bytes, content_type: str) -> Reply:
        """Send files."""
        return self._send("POST", "upload", operation, {}, content, content_type=content_type)

    def query(self, statement: str, operation: str) -> Reply:
        """One page of what a statement finds."""
        return self.get("query", operation, query=statement)

    def pages(self, entity: str, where: str, operation: str) -> Iterator[list[Row]]:
        """Every page of what a condition finds, each row once, complete or an error.

        Ids only grow, and inactive rows are asked for too, so that no row moves while the pages are read.
        """
        seen: set[str] = set()
        condition = f" where {where}" if where else ""
        for start in count(1, ROWS_A_PAGE):
            window = f"orderby Id startposition {start} maxresults {ROWS_A_PAGE}"
            columns = _NAMED_COLUMNS.get(entity, "*")
            statement = f"select {columns} from {entity}{condition} {window}"  # noqa: S608 - conditions are quoted
            reply = self.query(statement, operation)
            rows = reply.read(lambda content: parse_query_rows(content, entity))
            yield [row for row in rows if row["Id"] not in seen]
            seen.update(row["Id"] for row in rows)
            if len(rows) < ROWS_A_PAGE:
                return

    def rows(self, entity: str, where: str, operation: str) -> list[Row]:
        """Every row of what a condition finds."""
        return [row for rows in self.pages(entity, where, operation) for row in rows]

    def _send(
        self,
        method: str,
        path: str,
        operation: str,
        params: dict[str, str],
        content: bytes | None = None,
        *,
        content_type: str = "",
    ) -> Reply:
        headers = bearer(self._tokens) | ({"Content-Type": content_type} if content_type else {})
        call = Call(
            method,
            urls.company_url(self.organisation.id, path),
            operation,
            headers=headers,
            params={**params, "minorversion": _MINOR_VERSION},
            content=content,
            organisation_id=self.organisation.id,
            is_write=method != "GET",
        )
        reply = _HTTP.request(call)
        if reply.status >= 400 or parse_refusals(reply.find_json()):
            raise refused(reply)
        return reply


@contextmanager
def expected_shape() -> Iterator[None]:
    """What cannot be parsed in here is a changed shape; for rows that came in several answers."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise ProviderError(ErrorKind.CHANGED_SHAPE, f"{type(error).__name__}: {error}") from error


def parse_query_rows(content: Any, entity: str) -> list[Row]:
    """The rows of a query's answer; an answer without any names no entity."""
    found = content.get("QueryResponse") if isinstance(content, dict) else None
    if not isinstance(found, dict):
        raise FieldMissing("QueryResponse")
    rows = rows_of(found, entity) if entity in found else []
    for row in rows:
        required_text(row, "Id")
    return rows


def refused(reply: Reply, part: Any = None) -> ProviderError:
    """What a refusal means: by its code where there is one, since a Fault may come with HTTP 200 too.

    `part` is the part of an answer that holds the Fault, where the rest is about something else.
    """
    content = part or reply.find_json()
    refusals = parse_refusals(content)
    if reply.status == 401 or any(refusal.code == "3200" for refusal in refusals):
        return reply.error(ErrorKind.TOKEN_EXPIRED)
    if not refusals:
        # A page instead of a Fault: something between us and QuickBooks answered.
        return reply.error(ErrorKind.TRANSIENT, maybe_done=reply.call.is_write)
    error = _about_connection(reply, refusals, fault_type(content)) or _about_content(reply, refusals)
    # The words of the Fault, for people, in the place of its JSON.
    error.vendor_text = " · ".join(refusal.text for refusal in refusals)
    return error


def _about_connection(reply: Reply, refusals: list[Refusal], kind: str) -> ProviderError | None:
    codes = {refusal.code for refusal in refusals}
    if "120" in codes:
        return reply.error(ErrorKind.NEEDS_RECONNECT, cause=ReconnectCause.PERMISSION_CHANGED)
    if "3100" in codes:
        return reply.error(ErrorKind.NEEDS_RECONNECT, cause=ReconnectCause.REVOKED)
    if "3001" in codes:
        return _throttled(reply)
    if codes & _CLOSED_COMPANY:
        closed = {"organisation_closed": True, "retry_after_seconds": _LAPSED_SECONDS}
        return reply.error(ErrorKind.PROVIDER_DOWN, **closed)
    if "600" in codes:
        # A requestid that was met before, but is not answered as it was then: a search tells what it did.
        return reply.error(ErrorKind.TRANSIENT, maybe_done=reply.call.is_write)
    if "10000" in codes or kind == "systemfault":
        return reply.error(ErrorKind.PROVIDER_DOWN, maybe_done=reply.call.is_write)
    if kind.startswith("authori"):
        # Intuit spells this type in several ways (2026-11).
        return reply.error(ErrorKind.NEEDS_RECONNECT, cause=ReconnectCause.REVOKED)
    return None


def _about_content(reply: Reply, refusals: list[Refusal]) -> ProviderError:
    if not reply.call.is_write:
        # A query that was good yesterday is refused: QuickBooks changed what it understands.
        return reply.error(ErrorKind.CHANGED_SHAPE)
    if "5010" in {refusal.code for refusal in refusals}:
        return reply.error(ErrorKind.TRANSIENT)
    errors = tuple(FieldError(*classify(refusal), vendor_text=refusal.text) for refusal in refusals)
    return reply.error(ErrorKind.REJECTED, field_errors=errors)


def _throttled(reply: Reply) -> ProviderError:
    """The limit in another status than 429; QuickBooks never says how long to wait (2026-11)."""
    call_limits.park(_HTTP.provider_id, reply.call.organisation_id, call_limits.MINUTE, _THROTTLED_SECONDS)
    return reply.error(
        ErrorKind.RATE_LIMITED, limit=call_limits.MINUTE, retry_after_seconds=_THROTTLED_SECONDS
    )
