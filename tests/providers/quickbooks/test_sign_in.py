"""Token answers, good and bad, and whom and what they are for."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause
from bookbind.providers.base.shapes import FieldMissing
from bookbind.providers.base.types import Answer, AppCredentials, Tokens
from bookbind.providers.quickbooks import urls
from bookbind.providers.quickbooks.sign_in import (
    QuickBooksAdapter,
    _token_refusal,
    parse_new_tokens,
    parse_refreshed,
    with_person,
)
from tests.providers.quickbooks.payload import reply
from tests.sandbox.judge import specs_folder

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
KEY = "a key of the test that is long enough for its algorithm"
REALM = "9130355500000001"
SCOPES = ("openid", "com.intuit.quickbooks.accounting")
PERSON = {"sub": "person-1", "email": "ada@acme.test", "givenName": "Ada", "familyName": "Admin"}
SAMPLES = specs_folder() / "qbo" / "oauth-samples"


def token(**claims: Any) -> str:
    return jwt.encode(claims, KEY, algorithm="HS256")


def answer(**changes: Any) -> dict[str, Any]:
    whole = {
        "token_type": "bearer",
        "expires_in": 3600,
        "refresh_token": "refresh-1",
        "x_refresh_token_expires_in": 8_640_000,
        "x_refresh_token_hard_expires_in": 157_680_000,
        "access_token": "eyJ..opaque",
        "id_token": token(sub="person-1", realmid=REALM),
    }
    return whole | changes


def fresh() -> Tokens:
    return with_person(parse_new_tokens(answer(), NOW, REALM, SCOPES), PERSON)


def test_a_token_answer_is_read_whole() -> None:
    assert fresh() == Tokens(
        access_token="eyJ..opaque",
        refresh_token="refresh-1",
        access_expires_at=NOW + timedelta(hours=1),
        scopes=SCOPES,
        login_id=f"person-1@{REALM}",
        login_email="ada@acme.test",
        login_name="Ada Admin",
        consent_id=REALM,
        refresh_expires_at=NOW + timedelta(days=1825),
        extra={"realm_id": REALM},
    )


def test_each_company_of_one_person_has_a_sign_in_of_its_own() -> None:
    other = answer(id_token=token(sub="person-1", realmid="9130"))
    assert parse_new_tokens(other, NOW, "9130", SCOPES).login_id != fresh().login_id


def test_without_an_id_token_the_person_comes_from_userinfo() -> None:
    bare = answer()
    del bare["id_token"]
    tokens = parse_new_tokens(bare, NOW, REALM, SCOPES)
    assert tokens.login_id == ""
    assert with_person(tokens, PERSON).login_id == f"person-1@{REALM}"


def test_a_person_whom_nobody_knows_costs_the_name_and_nothing_else() -> None:
    tokens = parse_new_tokens(answer(), NOW, REALM, SCOPES)
    assert with_person(tokens, {}) == tokens


@pytest.mark.req("OAU-12")
def test_an_answer_for_another_company_than_the_callbacks_is_no_sign_in() -> None:
    with pytest.raises(ProviderError) as raised:
        parse_new_tokens(answer(), NOW, "9130999900000009", SCOPES)
    assert raised.value.kind is ErrorKind.NEEDS_RECONNECT


@pytest.mark.parametrize(
    "values", [{"code": "c"}, {"code": "c", "realmId": ""}, {"code": "c", "realmId": "../1"}]
)
def test_a_callback_without_a_company_is_no_sign_in_and_makes_no_call(values: dict[str, str]) -> None:
    app = AppCredentials("id-1", "hush", "https://books.example/connections/quickbooks/callback", SCOPES)
    with pytest.raises(ProviderError) as raised:
        QuickBooksAdapter().complete(app, Answer(values))
    assert raised.value.kind is ErrorKind.NEEDS_RECONNECT


@pytest.mark.parametrize("refresh_token", ["refresh-1", "refresh-2"])
@pytest.mark.req("TOK-04")
def test_the_refresh_token_that_came_back_is_kept_whether_it_changed_or_not(refresh_token: str) -> None:
    old = fresh()
    later = NOW + timedelta(hours=3)
    bare = answer(access_token="eyJ..next", refresh_token=refresh_token)
    for name in ("id_token", "x_refresh_token_hard_expires_in"):
        del bare[name]
    assert parse_refreshed(bare, later, old) == replace(
        old,
        access_token="eyJ..next",
        refresh_token=refresh_token,
        access_expires_at=later + timedelta(hours=1),
    )


def test_the_end_of_the_five_years_is_taken_from_the_newest_answer() -> None:
    told = parse_refreshed(answer(x_refresh_token_hard_expires_in=86_400), NOW, fresh())
    assert told.refresh_expires_at == NOW + timedelta(days=1)


@pytest.mark.parametrize("name", ["access_token", "refresh_token", "expires_in"])
def test_an_answer_without_what_it_must_have_is_a_changed_shape(name: str) -> None:
    content = answer()
    del content[name]
    for parse in (
        lambda body: parse_new_tokens(body, NOW, REALM, SCOPES),
        lambda body: parse_refreshed(body, NOW, fresh()),
    ):
        with pytest.raises(ProviderError) as raised:
            reply(200, json.dumps(content).encode(), is_write=True).read(parse)
        assert (raised.value.kind, raised.value.maybe_done) == (ErrorKind.CHANGED_SHAPE, True)


def test_an_id_token_that_is_none_is_a_changed_shape() -> None:
    with pytest.raises(FieldMissing):
        parse_new_tokens(answer(id_token="not a token"), NOW, REALM, SCOPES)


@pytest.mark.parametrize(
    ("status", "body", "kind", "cause"),
    [
        (400, {"error": "invalid_grant"}, ErrorKind.NEEDS_RECONNECT, ReconnectCause.REVOKED),
        (
            400,
            {"error": "invalid_grant", "error_description": "Token invalid"},
            ErrorKind.NEEDS_RECONNECT,
            ReconnectCause.REVOKED,
        ),
        (401, {"error": "invalid_grant"}, ErrorKind.TRANSIENT, None),
        (401, {"error": "invalid_client"}, ErrorKind.MISCONFIGURED, None),
        (400, {"error": "invalid_request"}, ErrorKind.MISCONFIGURED, None),
        (400, {"error": "invalid_scope"}, ErrorKind.MISSING_SCOPE, None),
        (400, {"error": "error", "error_description": "x"}, ErrorKind.TRANSIENT, None),
        (400, ["invalid_grant"], ErrorKind.TRANSIENT, None),
        (403, "invalid_grant", ErrorKind.TRANSIENT, None),
    ],
)
@pytest.mark.req("TOK-05")
def test_only_invalid_grant_says_that_a_consent_is_dead(
    status: int, body: Any, kind: ErrorKind, cause: ReconnectCause | None
) -> None:
    error = _token_refusal(reply(status, json.dumps(body).encode(), is_write=True))
    assert (error.kind, error.cause) == (kind, cause)


@pytest.mark.skipif(
    not SAMPLES.exists(), reason="Intuit's samples are not here; name them in BOOKBIND_SPECS."
)
class TestIntuitsOwnSamples:
    """The answers that Intuit's own client library is tested with."""

    def sample(self, name: str) -> Any:
        return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8-sig"))

    def test_their_token_answer_is_read(self) -> None:
        content = self.sample("success_token_response")
        del content["id_token"]
        tokens = parse_new_tokens(content, NOW, REALM, SCOPES)
        assert (tokens.access_token, tokens.refresh_expires_at) == ("access_token", None)

    def test_their_id_token_names_person_and_company(self) -> None:
        content = self.sample("success_refreshtoken_response")
        tokens = parse_new_tokens(content, NOW, "1108033471", SCOPES)
        assert tokens.login_id == "b053d994-07d5-468d-b7ee-22e349d2e739@1108033471"

    def test_their_person_is_read(self) -> None:
        found = with_person(replace(fresh(), login_id=""), self.sample("success_userinfo_response"))
        assert (found.login_email, found.login_name) == ("john@doe.com", "John Doe")
        assert found.login_id == f"1182d6ec-2a1f-4aa3-af3f-bb3b95db45af@{REALM}"

    def test_their_failure_is_no_revocation(self) -> None:
        body = json.dumps(self.sample("failure_token_response")).encode()
        assert _token_refusal(reply(400, body)).kind is ErrorKind.TRANSIENT

    def test_their_addresses_are_ours(self, settings: Any) -> None:
        settings.SANDBOX_URL = ""
        found = self.sample("discovery")
        assert {
            "authorization_endpoint": urls.authorize_url(),
            "token_endpoint": urls.token_url(),
            "userinfo_endpoint": urls.person_url(),
            "revocation_endpoint": urls.revocation_url(),
        }.items() <= found.items()
