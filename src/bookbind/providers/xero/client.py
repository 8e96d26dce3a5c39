"""Calls to Xero: headers, limits, and the table from its refusals to error kinds."""

from collections.abc import Mapping
from typing import Any

from bookbind.providers.base.contract import Limits
from bookbind.providers.base.errors import (
    ErrorKind,
    FieldError,
    ProviderError,
    ReconnectCause,
    RejectedReason,
)
from bookbind.providers.base.http import Call, Reply, VendorHttp
from bookbind.providers.base.types import Organisation, Tokens
from bookbind.providers.xero import urls
from bookbind.providers.xero.refusals import classify

# Per organisation and app; 1,000 a day on the free Starter plan, which a 429 then tells (2026-11).
LIMITS = Limits(per_minute=60, per_day=5000, concurrent=5, app_per_minute=10_000)
_HTTP = VendorHttp(
    provider_id="xero",
    hosts=urls.HOSTS,
    limits=LIMITS,
    correlation_header="xero-correlation-id",
    limit_header="x-rate-limit-problem",
    left_headers={"minute": "x-minlimit-remaining", "day": "x-daylimit-remaining"},
)


def call_identity(call: Call) -> Reply:
    """A call to the sign-in service; every status below 500 comes back."""
    return _HTTP.request(call)


def call_connections(tokens: Tokens, method: str, connection_id: str = "", **params: str) -> Reply:
    """A call about the organisations that this login has connected."""
    call = Call(
        method,
        urls.connections_url(connection_id),
        "connections",
        headers=_bearer(tokens),
        params=params,
        is_write=method != "GET",
    )
    reply = _HTTP.request(call)
    if reply.status in (401, 403):
        raise _not_authorised(reply)
    return reply


class AccountingApi:
    """The accounting API for one organisation only: its id is in every request, and nothing changes it."""

    def __init__(self, tokens: Tokens, organisation: Organisation) -> None:
        self._tokens = tokens
        self.organisation = organisation

    def get(self, path: str, operation: str, *, since: str = "", **params: str) -> Reply:
        """Read; an unchanged list (304) comes back as it is."""
        headers = {"If-Modified-Since": since} if since else {}
        return self._send(Call("GET", urls.accounting_url(path), operation, headers=headers, params=params))

    def write(self, method: str, path: str, operation: str, content: bytes, key: str, **more: Any) -> Reply:
        """Write under an idempotency key, which Xero remembers for 6 minutes (2026-11)."""
        content_type = more.pop("content_type", "application/json")
        headers = {"Idempotency-Key": key, "Content-Type": content_type}
        url = urls.accounting_url(path)
        return self._send(
            Call(method, url, operation, headers=headers, params=more, content=content, is_write=True)
        )

    def _send(self, call: Call) -> Reply:
        headers = {**_bearer(self._tokens), "xero-tenant-id": self.organisation.id, **call.headers}
        whole = Call(
            call.method,
            call.url,
            call.operation,
            headers=headers,
            params=call.params,
            content=call.content,
            organisation_id=self.organisation.id,
            is_write=call.is_write,
        )
        reply = _HTTP.request(whole)
        if reply.status < 400:
            return reply
        raise self._refused(reply)

    def _refused(self, reply: Reply) -> ProviderError:
        if reply.status == 403 and _is_problem(reply):
            return reply.error(ErrorKind.NEEDS_RECONNECT, cause=self._why_forbidden())
        return refusal(reply)

    def _why_forbidden(self) -> ReconnectCause:
        """Tell an organisation that was disconnected from a person who lost a right in it."""
        try:
            listed = call_connections(self._tokens, "GET").find_json()
        except ProviderError:
            return ReconnectCause.REVOKED
        still_there = isinstance(listed, list) and any(
            row.get("tenantId") == self.organisation.id for row in listed
        )
        return ReconnectCause.PERMISSION_CHANGED if still_there else ReconnectCause.REVOKED


def refusal(reply: Reply) -> ProviderError:
    """What a 4xx of the accounting API means."""
    content = reply.find_json()
    if reply.status == 401:
        return _not_authorised(reply)
    if reply.status == 400 and isinstance(content, dict):
        return _bad_request(reply, content)
    if reply.status == 413:
        refused = FieldError("file", RejectedReason.FILE_REFUSED, reply.text())
        return reply.error(ErrorKind.REJECTED, field_errors=(refused,))
    if reply.status == 404:
        refused = FieldError("", RejectedReason.OTHER, reply.text())
        return reply.error(ErrorKind.REJECTED, field_errors=(refused,))
    if reply.status in (403, 408) or content is None:
        # A page instead of Xero's own error body: something between us and Xero answered.
        return reply.error(ErrorKind.TRANSIENT, maybe_done=reply.call.is_write)
    return reply.error(ErrorKind.CHANGED_SHAPE)


def rejected(reply: Reply, messages: list[str]) -> ProviderError:
    """A refusal of what was sent, with one field error a message."""
    errors = tuple(FieldError(*classify(message), vendor_text=message[:500]) for message in messages)
    text = " · ".join(messages)
    return reply.error(ErrorKind.REJECTED, vendor_text=text, field_errors=errors)


def messages_of(element: Mapping[str, Any]) -> list[str]:
    """The messages with which Xero refuses an element, those of its lines and contact included."""
    found = [
        str(error.get("Message") or "")
        for error in element.get("ValidationErrors") or []
        if isinstance(error, dict)
    ]
    nested = [element.get("Contact"), *(element.get("LineItems") or [])]
    for part in nested:
        found += messages_of(part) if isinstance(part, dict) else []
    return list(dict.fromkeys(message for message in found if message))


def _bearer(tokens: Tokens) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens.access_token}"}


def _is_problem(reply: Reply) -> bool:
    content = reply.find_json()
    return isinstance(content, dict) and bool(content.get("Detail") or content.get("Title"))


def _not_authorised(reply: Reply) -> ProviderError:
    """Xero says 401 for an old token and for a missing scope alike; the detail tells which (2026-11)."""
    content = reply.find_json()
    detail = str(content.get("Detail") or "") if isinstance(content, dict) else ""
    if reply.status == 401 and "AuthorizationUnsuccessful" in detail:
        return reply.error(ErrorKind.MISSING_SCOPE)
    return reply.error(ErrorKind.TOKEN_EXPIRED)


def _bad_request(reply: Reply, content: dict[str, Any]) -> ProviderError:
    elements = [element for element in content.get("Elements") or [] if isinstance(element, dict)]
    messages = [message for element in elements for message in messages_of(element)]
    if messages:
        return rejected(reply, messages)
    if "is used with a different request" in str(content.get("Message") or content.get("Detail") or ""):
        # An earlier write under this key got through, so only a search tells what stands in the books.
        return reply.error(ErrorKind.TRANSIENT, maybe_done=True)
    if content.get("Type") == "ValidationException":
        return rejected(reply, [str(content.get("Message") or "")])
    return reply.error(ErrorKind.CHANGED_SHAPE)
