"""Token answers and connections, good and bad."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from bookbind.providers.base.errors import ErrorKind, ReconnectCause
from bookbind.providers.base.shapes import FieldMissing
from bookbind.providers.base.types import Organisation
from bookbind.providers.xero.sign_in import _token_refusal, parse_connections, parse_tokens
from tests.providers.xero.payload import payload, reply

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEY = "a key of the test that is long enough for its algorithm"


def token(**claims: Any) -> str:
    return jwt.encode(claims, KEY, algorithm="HS256")


def answer(**changes: Any) -> dict[str, Any]:
    whole = {
        "access_token": token(xero_userid="user-1", authentication_event_id="event-1"),
        "id_token": token(email="ada@acme.test", given_name="Ada", family_name="Admin"),
        "refresh_token": "refresh-1",
        "expires_in": 1800,
        "token_type": "Bearer",
        "scope": "openid offline_access accounting.invoices",
    }
    return whole | changes


def test_a_token_answer_is_read_whole() -> None:
    tokens = parse_tokens(answer(), NOW)
    assert (tokens.login_id, tokens.login_email, tokens.login_name) == (
        "user-1",
        "ada@acme.test",
        "Ada Admin",
    )
    assert tokens.consent_id == "event-1"
    assert tokens.scopes == ("openid", "offline_access", "accounting.invoices")
    assert tokens.access_expires_at == NOW + timedelta(seconds=1800)


def test_a_refresh_keeps_what_its_answer_leaves_out() -> None:
    old = parse_tokens(answer(), NOW)
    bare = answer(access_token=token(jti="x"), refresh_token="refresh-2")
    del bare["id_token"]
    new = parse_tokens(bare, NOW, old)
    assert new.refresh_token == "refresh-2"
    assert (
        replace(
            new,
            access_token=old.access_token,
            refresh_token=old.refresh_token,
            access_expires_at=old.access_expires_at,
        )
        == old
    )


@pytest.mark.req("TOK-07")
@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": ""},
        {"access_token": None},
        {"access_token": "not a token"},
        {"refresh_token": ""},
        {"refresh_token": None},
        {"expires_in": None},
        {"scope": None},
        {"id_token": "garbage"},
    ],
)
def test_a_token_answer_that_lacks_something_is_no_answer(changes: dict[str, Any]) -> None:
    with pytest.raises((FieldMissing, TypeError)):
        parse_tokens(answer(**changes), NOW)


@pytest.mark.req("TOK-05", "ERR-02", "ERR-05")
@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, b'{"error":"invalid_grant"}', ErrorKind.NEEDS_RECONNECT),
        (400, b'{"error":"invalid_grant","error_description":"token expired"}', ErrorKind.NEEDS_RECONNECT),
        (400, b'{"error":"invalid_client"}', ErrorKind.MISCONFIGURED),
        (401, b'{"error":"invalid_client"}', ErrorKind.MISCONFIGURED),
        (400, b'{"error":"unauthorized_client"}', ErrorKind.MISCONFIGURED),
        (400, b'{"error":"unsupported_grant_type"}', ErrorKind.MISCONFIGURED),
        (400, b'{"error":"invalid_request"}', ErrorKind.MISCONFIGURED),
        (400, b'{"error":"invalid_scope"}', ErrorKind.MISSING_SCOPE),
        (400, b"<html>invalid_grant</html>", ErrorKind.TRANSIENT),
        (400, b"", ErrorKind.TRANSIENT),
        (400, b'"invalid_grant"', ErrorKind.TRANSIENT),
        (403, b'{"error":"invalid_grant"}', ErrorKind.TRANSIENT),
        (404, b'{"error":"not_found"}', ErrorKind.TRANSIENT),
        (400, b'{"error":"new_error"}', ErrorKind.TRANSIENT),
    ],
)
def test_only_invalid_grant_in_a_proper_body_ends_a_sign_in(
    status: int, body: bytes, kind: ErrorKind
) -> None:
    error = _token_refusal(reply(status, body, is_write=True))
    assert error.kind is kind
    assert (error.vendor_text == "") == (kind is ErrorKind.TRANSIENT and b'":"' not in body)
    assert error.cause is (ReconnectCause.REVOKED if kind is ErrorKind.NEEDS_RECONNECT else None)


def test_only_organisations_have_books() -> None:
    assert parse_connections(payload("connections")) == [
        Organisation(
            id="b0000000-0000-4000-8000-000000000001",
            name="Acme",
            connection_ref="10000000-0000-4000-8000-000000000001",
        )
    ]


@pytest.mark.parametrize("content", [{}, {"connections": []}, None, [{"tenantType": "ORGANISATION"}], ["x"]])
def test_connections_of_another_shape_are_not_taken_for_none(content: Any) -> None:
    with pytest.raises((FieldMissing, AttributeError)):
        parse_connections(content)
