"""The one way out to vendors: allow-listed, limited, timed, with a fixed table from failures to kinds."""

import atexit
import json
import logging
import os
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
import structlog
from django.conf import settings
from django.db import connections

from bookbind.kit import clock
from bookbind.providers.base import limits as call_limits
from bookbind.providers.base.contract import Limits
from bookbind.providers.base.errors import ErrorKind, ProviderError

LARGEST_BODY_BYTES = 50 * 1024 * 1024
_LONGEST_TEXT = 2000
_LONGEST_PAUSE_SECONDS = 2 * 24 * 3600.0
_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)

# The library's own log lines carry whole addresses, queries included.
logging.getLogger("httpx2").setLevel(logging.WARNING)
log = structlog.get_logger(__name__)

Parsed = TypeVar("Parsed")


class HttpInsideTransaction(RuntimeError):
    """A vendor was called inside a database transaction: a slow vendor would hold the write lock."""


@dataclass(frozen=True)
class Call:
    """One call. `is_write`: it may change the vendor's books, so a lost answer leaves that open.

    `organisation_id` names whose limits the call counts against; it is empty for sign-in and token calls.
    `holds_secrets`: question and answer hold tokens, so no failure may carry any of the answer.
    """

    method: str
    url: str
    operation: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)
    organisation_id: str = ""
    is_write: bool = False
    holds_secrets: bool = False


@dataclass(frozen=True)
class Reply:
    """A whole answer below 500 other than 429; what a 4xx means is the vendor's own table to say."""

    call: Call
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    correlation_id: str = ""

    def text(self) -> str:
        """The beginning of the body as text, for Details; nothing of an answer that may hold tokens."""
        if self.call.holds_secrets:
            return ""
        return self.body[: 4 * _LONGEST_TEXT].decode("utf-8", "replace")[:_LONGEST_TEXT]

    def json(self) -> Any:
        """The body as JSON with exact decimals; transient when it is no JSON, whatever its status."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError:
            # The cause would keep the whole body.
            raise self.error(
                ErrorKind.TRANSIENT, maybe_done=self.call.is_write and self.status < 400
            ) from None

    def find_json(self) -> Any:
        """The body as JSON, or None when it is none."""
        try:
            return json.loads(self.body, parse_float=Decimal)
        except ValueError:
            return None

    def read(self, parse: Callable[[Any], Parsed]) -> Parsed:
        """Parse the JSON body; an answer that does not fit the parser is a changed shape."""
        content = self.json()
        try:
            return parse(content)
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            cause = None if self.call.holds_secrets else error
            raise self.error(ErrorKind.CHANGED_SHAPE, maybe_done=self.call.is_write) from cause

    def error(self, kind: ErrorKind, **more: Any) -> ProviderError:
        """A failure that this answer tells of, with its status and correlation id."""
        given: dict[str, Any] = {
            "vendor_text": self.text(),
            "http_status": self.status,
            "correlation_id": self.correlation_id,
        }
        return ProviderError(kind, **(given | more))


@dataclass(frozen=True)
class VendorHttp:
    """HTTP to one vendor. Header names are in lower case; `left_headers` tell what is left of a limit."""

    provider_id: str
    hosts: tuple[str, ...]
    limits: Limits
    correlation_header: str = ""
    limit_header: str = ""
    left_headers: Mapping[str, str] = field(default_factory=dict)

    def request(self, call: Call) -> Reply:
        """Make the call; ProviderError for whatever kept a usable answer below 500 from coming back."""
        refuse_inside_transaction()
        refuse_host(call.url, self.hosts)
        if not call.organisation_id:
            return self._judge(self._exchange(call))
        slot = call_limits.enter(self.provider_id, call.organisation_id, self.limits)
        left: dict[str, int] = {}
        try:
            reply = self._exchange(call)
            left = self._left(reply)
        finally:
            call_limits.leave(self.provider_id, call.organisation_id, slot, left)
        return self._judge(reply)

    def _exchange(self, call: Call) -> Reply:
        started = time.monotonic()
        try:
            status, headers, body = _transfer(call, started)
        except _NOT_SENT as error:
            raise self._broken(call, error, started, maybe_done=False) from error
        except (httpx2.HTTPError, httpx2.StreamError, _Endless) as error:
            raise self._broken(call, error, started, maybe_done=call.is_write) from error
        reply = Reply(call, status, headers, body, headers.get(self.correlation_header, "")[:80])
        self._tell(call, started, status=status, correlation_id=reply.correlation_id)
        return reply

    def _judge(self, reply: Reply) -> Reply:
        """Sort out what means the same at every vendor: limits, outages and redirects."""
        if reply.status == 429:
            raise self._limited(reply)
        if reply.status >= 500:
            wait = retry_after_seconds(reply.headers.get("retry-after", ""))
            maybe_done = reply.call.is_write
            raise reply.error(ErrorKind.PROVIDER_DOWN, maybe_done=maybe_done, retry_after_seconds=wait)
        if 300 <= reply.status < 400 and reply.status != 304:
            # No API of these answers with a redirect: something between us and the vendor did.
            raise reply.error(ErrorKind.PROVIDER_DOWN, maybe_done=reply.call.is_write)
        return reply

    def _limited(self, reply: Reply) -> ProviderError:
        limit = name_limit(reply.headers.get(self.limit_header, "") if self.limit_header else "")
        wait = retry_after_seconds(reply.headers.get("retry-after", "")) or _usual_pause(limit)
        if reply.call.organisation_id:
            call_limits.park(self.provider_id, reply.call.organisation_id, limit, wait)
        return reply.error(ErrorKind.RATE_LIMITED, limit=limit, retry_after_seconds=wait)

    def _left(self, reply: Reply) -> dict[str, int]:
        told = {limit: reply.headers.get(name, "") for limit, name in self.left_headers.items()}
        return {limit: int(text) for limit, text in told.items() if text.isdecimal()}

    def _broken(self, call: Call, error: Exception, started: float, *, maybe_done: bool) -> ProviderError:
        name = type(error).__name__
        self._tell(call, started, failure=name)
        return ProviderError(ErrorKind.TRANSIENT, f"{name}: {error}"[:_LONGEST_TEXT], maybe_done=maybe_done)

    def _tell(self, call: Call, started: float, **facts: Any) -> None:
        """Log the call without its address, headers and bodies, which may hold secrets or people's data."""
        milliseconds = round((time.monotonic() - started) * 1000)
        log.info(
            "vendor_call",
            provider=self.provider_id,
            operation=call.operation,
            method=call.method,
            organisation=call.organisation_id,
            milliseconds=milliseconds,
            **facts,
        )


class _Endless(Exception):
    """The answer is larger or slower than any true one."""


def refuse_inside_transaction() -> None:
    """Raise HttpInsideTransaction when this thread holds a transaction that is not the test runner's own."""
    for connection in connections.all(initialized_only=True):
        # Django marks the blocks that its test cases open around each test.
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise HttpInsideTransaction


def refuse_host(url: str, hosts: tuple[str, ...]) -> None:
    """Raise misconfigured unless the address is the vendor's own; demo and tests reach the sandbox alone."""
    parts = urlsplit(url)
    if settings.CONFIG.is_demo or settings.SANDBOX_URL:
        sandbox = urlsplit(settings.SANDBOX_URL)
        allowed = (parts.scheme, parts.netloc) == (sandbox.scheme, sandbox.netloc) and bool(sandbox.netloc)
    else:
        allowed = parts.scheme == "https" and parts.netloc in hosts
    if not allowed:
        raise ProviderError(
            ErrorKind.MISCONFIGURED, f"Bookbind does not call {parts.scheme}://{parts.hostname}."
        )


def retry_after_seconds(text: str) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date; None when there is none to read."""
    if text.strip().isdecimal():
        return min(float(text), _LONGEST_PAUSE_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return min(max((moment - clock.real_now()).total_seconds(), 0.0), _LONGEST_PAUSE_SECONDS)


def name_limit(text: str) -> str:
    """Our name for the limit that a vendor named in its own spelling."""
    folded = text.casefold()
    if "app" in folded:
        return call_limits.APP_MINUTE
    named = (limit for limit in (call_limits.DAY, call_limits.CONCURRENT) if limit[:6] in folded)
    return next(named, call_limits.DAY if "daily" in folded else call_limits.MINUTE)


def _usual_pause(limit: str) -> float:
    return {call_limits.CONCURRENT: 1.0, call_limits.DAY: 3600.0}.get(limit, 60.0)


def _transfer(call: Call, started: float) -> tuple[int, dict[str, str], bytes]:
    """Send and read the whole answer, giving up when it never ends."""
    timeout = httpx2.Timeout(settings.HTTP_READ_SECONDS, connect=settings.HTTP_CONNECT_SECONDS)
    deadline = started + settings.HTTP_CONNECT_SECONDS + 2 * settings.HTTP_READ_SECONDS
    body = bytearray()
    client = _client(os.getpid(), bool(settings.SANDBOX_URL))
    with client.stream(
        call.method,
        call.url,
        params=call.params or None,
        headers=call.headers,
        content=call.content,
        timeout=timeout,
    ) as response:
        # Without a size, bytes come as they arrive: a buffer would hide an answer that drips.
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST_BODY_BYTES or time.monotonic() > deadline:
                raise _Endless
        return (
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
            bytes(body),
        )


@cache
def _client(_process_id: int, is_sandbox: bool) -> httpx2.Client:  # noqa: FBT001 - a cache key
    """One pool of connections a process; a forked child must not share its parent's."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # An operator may need a proxy to reach the vendors; the sandbox is on this machine.
    client = httpx2.Client(
        verify=context,
        follow_redirects=False,
        trust_env=not is_sandbox,
        headers={"User-Agent": "Bookbind", "Accept": "application/json"},
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0),
    )
    atexit.register(client.close)
    return client
