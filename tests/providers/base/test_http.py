"""Every way in which a call can fail, and what the core is told about it."""

import gzip
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import structlog
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit import clock
from bookbind.providers.base import http
from bookbind.providers.base.contract import Limits
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.http import Call, HttpInsideTransaction, Reply, VendorHttp
from bookbind.providers.models import CallWindow
from tests.providers.base.peer import Peer, running_peer
from tests.support.processes import free_port

VENDOR = VendorHttp(
    provider_id="vendor",
    hosts=("api.vendor.example",),
    limits=Limits(per_minute=60, concurrent=5),
    correlation_header="x-reference",
    limit_header="x-limit",
    left_headers={"minute": "x-left"},
)
SECRET = "canary-9f2c"


@pytest.fixture
def peer(settings: Any) -> Iterator[Peer]:
    with running_peer() as found:
        settings.SANDBOX_URL = found.url
        settings.HTTP_READ_SECONDS = 0.3
        yield found


def read(peer: Peer, **more: Any) -> Call:
    return Call("GET", f"{peer.url}/list", "list", **more)


def write(peer: Peer, **more: Any) -> Call:
    return Call("POST", f"{peer.url}/bills", "create", content=b"{}", is_write=True, **more)


def failure_of(call: Call) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        VENDOR.request(call)
    return raised.value


def test_an_answer_comes_back_whole_with_exact_decimals(peer: Peer) -> None:
    peer.answer(200, b'{"total": 89.10, "count": 3}', X_Reference="ref-1")
    reply = VENDOR.request(read(peer, params={"page": "1"}, headers={"X-Own": "yes"}))
    assert reply.json() == {"total": Decimal("89.10"), "count": 3}
    assert str(reply.json()["total"]) == "89.10"
    assert (reply.status, reply.correlation_id) == (200, "ref-1")
    assert peer.requests[0].startswith(b"GET /list?page=1 HTTP/1.1\r\n")
    assert b"x-own: yes" in peer.requests[0].lower()


@pytest.mark.parametrize("status", [200, 204, 304, 400, 401, 403, 404, 412])
def test_what_a_vendor_means_with_its_own_statuses_is_left_to_its_own_table(peer: Peer, status: int) -> None:
    peer.answer(status, b"")
    assert VENDOR.request(read(peer)).status == status


@pytest.mark.req("ERR-02")
@pytest.mark.parametrize("status", [500, 502, 503, 504, 599])
@pytest.mark.parametrize("is_write", [False, True])
def test_an_outage_is_an_outage_whatever_its_body(peer: Peer, status: int, *, is_write: bool) -> None:
    peer.answer(status, b"<html>Sorry</html>", Retry_After="120", X_Reference="ref-2")
    error = failure_of(write(peer) if is_write else read(peer))
    assert error.kind is ErrorKind.PROVIDER_DOWN
    assert error.maybe_done is is_write
    assert (error.http_status, error.retry_after_seconds) == (status, 120)
    assert error.correlation_id == "ref-2"
    assert error.vendor_text == "<html>Sorry</html>"


@pytest.mark.req("RAT-01")
@pytest.mark.parametrize(
    ("named", "limit"),
    [
        ("minute", "minute"),
        ("Minute", "minute"),
        ("day", "day"),
        ("Daily limit", "day"),
        ("appminute", "app_minute"),
        ("App Minute", "app_minute"),
        ("concurrent", "concurrent"),
        ("Concurrency", "concurrent"),
        ("", "minute"),
        ("something new", "minute"),
    ],
)
def test_a_limit_is_named_however_the_vendor_spells_it(peer: Peer, named: str, limit: str) -> None:
    peer.answer(429, b"slow down", X_Limit=named, Retry_After="7")
    error = failure_of(write(peer))
    assert (error.kind, error.limit, error.retry_after_seconds) == (ErrorKind.RATE_LIMITED, limit, 7)
    assert not error.maybe_done


def test_a_limit_without_a_wish_gets_a_usual_pause(peer: Peer) -> None:
    peer.answer(429, b"", X_Limit="concurrent")
    peer.answer(429, b"", X_Limit="minute")
    assert failure_of(read(peer)).retry_after_seconds == 1
    assert failure_of(read(peer)).retry_after_seconds == 60


@pytest.mark.req("OAU-10")
def test_a_redirect_is_not_followed(peer: Peer) -> None:
    with running_peer() as elsewhere:
        peer.answer(302, b"", Location=f"{elsewhere.url}/steal")
        error = failure_of(write(peer, headers={"Authorization": f"Bearer {SECRET}"}))
        assert (error.kind, error.maybe_done) == (ErrorKind.PROVIDER_DOWN, True)
        assert elsewhere.requests == []


@pytest.mark.parametrize("is_write", [False, True])
def test_a_connection_that_never_was_leaves_nothing_open(settings: Any, *, is_write: bool) -> None:
    settings.SANDBOX_URL = f"http://127.0.0.1:{free_port()}"
    error = failure_of(Call("PUT", f"{settings.SANDBOX_URL}/x", "x", is_write=is_write))
    assert (error.kind, error.maybe_done) == (ErrorKind.TRANSIENT, False)


HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"Invoices": ['
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"


@pytest.mark.req("ERR-02", "PUB-02")
@pytest.mark.parametrize("is_write", [False, True])
@pytest.mark.parametrize(
    "script",
    [[], [0.6], [HALF], [CHUNKED], [b"nonsense\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nContent-Len"]],
    ids=["no answer", "silence", "half a body", "half a chunk", "no HTTP", "half a head"],
)
def test_a_lost_answer_leaves_a_write_open(
    peer: Peer, script: list[bytes | float], *, is_write: bool
) -> None:
    peer.say(*script)
    error = failure_of(write(peer) if is_write else read(peer))
    assert (error.kind, error.maybe_done) == (ErrorKind.TRANSIENT, is_write)


def test_an_answer_that_drips_for_ever_is_given_up(peer: Peer, settings: Any) -> None:
    settings.HTTP_CONNECT_SECONDS = 0.1
    settings.HTTP_READ_SECONDS = 0.2
    drops: list[bytes | float] = [b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", *([b"x", 0.1] * 40)]
    peer.say(*drops)
    started = clock.real_now()
    assert failure_of(write(peer)).maybe_done
    assert (clock.real_now() - started).total_seconds() < 2


def test_an_endless_answer_is_given_up(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "LARGEST_BODY_BYTES", 100_000)
    bomb = gzip.compress(b"0" * 2_000_000)
    peer.answer(200, bomb, Content_Encoding="gzip")
    assert len(bomb) < 100_000
    assert failure_of(read(peer)).kind is ErrorKind.TRANSIENT


@pytest.mark.req("ERR-02")
@pytest.mark.parametrize("body", [b"", b"<!DOCTYPE html><h1>Maintenance</h1>", b'{"a": ', b"\xff\xfe"])
@pytest.mark.parametrize("is_write", [False, True])
def test_nonsense_with_status_200_is_no_answer(peer: Peer, body: bytes, *, is_write: bool) -> None:
    peer.answer(200, body)
    reply = VENDOR.request(write(peer) if is_write else read(peer))
    with pytest.raises(ProviderError) as raised:
        reply.json()
    assert (raised.value.kind, raised.value.maybe_done) == (ErrorKind.TRANSIENT, is_write)


def test_an_answer_that_does_not_fit_its_parser_has_changed_shape(peer: Peer) -> None:
    peer.answer(200, b'{"Accounts": {}}')
    reply = VENDOR.request(write(peer))
    with pytest.raises(ProviderError) as raised:
        reply.read(lambda content: content["Accounts"][0]["Name"])
    assert (raised.value.kind, raised.value.maybe_done) == (ErrorKind.CHANGED_SHAPE, True)
    assert raised.value.vendor_text == '{"Accounts": {}}'


@pytest.mark.req("TOK-13")
@pytest.mark.parametrize("body", [f'{{"token": "{SECRET}"}}', f'{{"token": "{SECRET}"'])
def test_a_failure_carries_nothing_of_an_answer_with_secrets(peer: Peer, body: str) -> None:
    peer.answer(200, body.encode())
    reply = VENDOR.request(write(peer, holds_secrets=True))
    with pytest.raises(ProviderError) as raised:
        reply.read(lambda content: int(content["token"]))
    told = [
        repr(raised.value),
        raised.value.vendor_text,
        repr(raised.value.__cause__),
        repr(reply),
        repr(reply.call),
    ]
    assert not any(SECRET in text for text in told)
    assert raised.value.__cause__ is None


@pytest.mark.req("TOK-13")
def test_an_outage_that_echoes_our_request_carries_nothing_of_it_either(peer: Peer) -> None:
    peer.answer(502, f"<html>upstream got refresh_token={SECRET}</html>".encode())
    error = failure_of(write(peer, holds_secrets=True))
    assert (error.kind, error.vendor_text) == (ErrorKind.PROVIDER_DOWN, "")


@pytest.mark.req("TOK-13", "ERR-03")
def test_the_log_tells_of_a_call_without_its_address_headers_or_bodies(
    peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    peer.answer(200, f'{{"name": "{SECRET}"}}'.encode(), X_Reference="ref-3")
    caplog.set_level(logging.DEBUG)
    with structlog.testing.capture_logs() as logged:
        VENDOR.request(write(peer, headers={"Authorization": f"Bearer {SECRET}"}, params={"where": SECRET}))
    assert [(entry["operation"], entry["status"], entry["correlation_id"]) for entry in logged] == [
        ("create", 200, "ref-3")
    ]
    assert SECRET not in repr(logged)
    assert not any("httpx2" in record.name for record in caplog.records)


@pytest.mark.parametrize(
    "url",
    ["https://api.vendor.example/x", "http://127.0.0.1:1/x", "http://localhost/x", "http://user@127.0.0.1/x"],
)
def test_a_demo_reaches_nothing_but_the_sandbox(peer: Peer, url: str) -> None:
    assert failure_of(Call("GET", url, "x")).kind is ErrorKind.MISCONFIGURED


@pytest.mark.req("OAU-10")
@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://api.vendor.example/x", True),
        ("http://api.vendor.example/x", False),
        ("https://api.vendor.example:8443/x", False),
        ("https://user:pass@api.vendor.example/x", False),
        ("https://api.vendor.example.evil.example/x", False),
        ("https://127.0.0.1/x", False),
        ("file:///etc/passwd", False),
    ],
)
def test_production_reaches_the_vendors_hosts_over_https_alone(
    settings: Any, url: str, *, allowed: bool
) -> None:
    settings.SANDBOX_URL = ""
    settings.CONFIG = ProductionConfig()
    if allowed:
        http.refuse_host(url, VENDOR.hosts)
        return
    with pytest.raises(ProviderError) as raised:
        http.refuse_host(url, VENDOR.hosts)
    assert raised.value.kind is ErrorKind.MISCONFIGURED


class ProductionConfig:
    """As much of a production configuration as HTTP looks at."""

    is_demo = False


@pytest.mark.req("OAU-10")
def test_tls_is_verified_and_modern() -> None:
    client = http._client.__wrapped__(0, False)
    context = client._transport._pool._ssl_context
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context.check_hostname
    assert context.minimum_version.name == "TLSv1_2"
    client.close()


@pytest.mark.django_db
def test_a_call_inside_a_transaction_is_refused(peer: Peer) -> None:
    peer.answer(200)
    with transaction.atomic(), pytest.raises(HttpInsideTransaction):
        VENDOR.request(read(peer))
    assert peer.requests == []
    assert VENDOR.request(read(peer)).status == 200


@pytest.mark.django_db(transaction=True)
def test_a_transaction_is_seen_without_a_test_around_it_too(peer: Peer) -> None:
    with transaction.atomic(), pytest.raises(HttpInsideTransaction):
        VENDOR.request(read(peer))


@pytest.mark.django_db
def test_a_call_for_an_organisation_is_counted_and_its_slot_given_back(peer: Peer) -> None:
    peer.answer(200, b"{}", X_Left="41")
    peer.say()
    VENDOR.request(read(peer, organisation_id="org-1"))
    failure_of(read(peer, organisation_id="org-1"))
    row = CallWindow.objects.get(provider="vendor", organisation_id="org-1")
    assert (sum(row.minute.values()), row.running, row.left) == (2, {}, {"minute": 41})


@pytest.mark.django_db
@pytest.mark.req("RAT-01")
def test_after_a_429_nobody_calls_until_the_vendor_wants(peer: Peer) -> None:
    peer.answer(429, b"", Retry_After="3600", X_Limit="day")
    failure_of(read(peer, organisation_id="org-1"))
    error = failure_of(read(peer, organisation_id="org-1"))
    assert (error.kind, error.limit, error.http_status) == (ErrorKind.RATE_LIMITED, "day", None)
    assert error.retry_after_seconds is not None
    assert 3500 < error.retry_after_seconds <= 3600
    assert len(peer.requests) == 1
    peer.answer(200)
    assert VENDOR.request(read(peer, organisation_id="org-2")).status == 200


@pytest.mark.req("RAT-01")
@pytest.mark.parametrize("ahead", [-50, 0, 90, 3600])
def test_a_retry_date_is_measured_on_real_time(ahead: int) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=ahead)
    seconds = http.retry_after_seconds(f"{moment:%a, %d %b %Y %H:%M:%S} GMT")
    assert seconds is not None
    assert max(ahead, 0) - 2 <= seconds <= max(ahead, 0)


@given(st.text())
def test_any_retry_after_is_read_or_ignored(text: str) -> None:
    seconds = http.retry_after_seconds(text)
    assert seconds is None or 0 <= seconds <= 2 * 24 * 3600


def test_a_reply_that_is_no_json_can_be_asked_gently() -> None:
    call = Call("GET", "https://x", "x")
    assert Reply(call, 403, {}, b"<html>").find_json() is None
    assert Reply(call, 403, {}, b'{"Detail": "no"}').find_json() == {"Detail": "no"}
