"""Xero's token endpoint: codes, rotation with its grace, reuse, idle expiry, revocation."""

import jwt
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import (
    CALLBACK,
    CLIENT,
    SCOPES,
    XeroApp,
    allow,
    post_token,
    redeem,
    refresh,
    revoke,
)
from tests.support.processes import Sandbox


def claims(token: str) -> dict[str, object]:
    content: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return content


def test_a_code_gives_the_documented_pair(sandbox: Sandbox) -> None:
    answer = redeem(sandbox, allow(sandbox, "ada@acme.test", "Acme Ltd")["code"])
    content = answer.json()
    assert answer.headers["xero-correlation-id"]
    assert {key: content[key] for key in ("expires_in", "token_type", "scope")} == {
        "expires_in": 1800,
        "token_type": "Bearer",
        "scope": SCOPES,
    }
    access = claims(content["access_token"])
    assert access["client_id"] == CLIENT[0]
    assert access["scope"] == SCOPES.split()
    assert {"xero_userid", "authentication_event_id", "jti"} <= set(access)
    identity = claims(content["id_token"])
    assert (identity["email"], identity["given_name"], identity["family_name"]) == (
        "ada@acme.test",
        "Ada",
        "Admin",
    )


def test_tokens_are_signed_by_the_published_key(sandbox: Sandbox, acme: XeroApp) -> None:
    discovery = acme.client.get(f"{sandbox.url}/xero/identity/.well-known/openid-configuration").json()
    key = jwt.PyJWKSet.from_dict(acme.client.get(discovery["jwks_uri"]).json()).keys[0]
    audience = f"{discovery['issuer']}/resources"
    jwt.decode(
        acme.tokens["access_token"], key, algorithms=["RS256"], audience=audience, issuer=discovery["issuer"]
    )


def test_without_offline_access_or_openid_there_is_no_refresh_or_id_token(sandbox: Sandbox) -> None:
    code = allow(sandbox, "ada@acme.test", "Acme Ltd", scope="accounting.contacts")["code"]
    assert set(redeem(sandbox, code).json()) == {"access_token", "expires_in", "token_type", "scope"}


def test_a_code_works_once(sandbox: Sandbox) -> None:
    code = allow(sandbox, "ada@acme.test", "Acme Ltd")["code"]
    assert redeem(sandbox, code).status_code == 200
    again = redeem(sandbox, code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


@pytest.mark.parametrize(("skip", "status"), [("4m", 200), ("5m", 400)])
def test_a_code_lives_five_minutes(sandbox: Sandbox, skip: str, status: int) -> None:
    code = allow(sandbox, "ada@acme.test", "Acme Ltd")["code"]
    sandbox.control("clock", skip=skip)
    assert redeem(sandbox, code).status_code == status


def test_a_code_belongs_to_its_redirect_address(sandbox: Sandbox) -> None:
    code = allow(sandbox, "ada@acme.test", "Acme Ltd")["code"]
    other = redeem(sandbox, code, redirect_uri=CALLBACK.replace("8000", "8001"))
    assert (other.status_code, other.json()) == (400, {"error": "invalid_grant"})


def test_the_secret_goes_in_the_header_or_the_body(sandbox: Sandbox, acme: XeroApp) -> None:
    url = f"{sandbox.url}/xero/identity/connect/token"
    fields = {"grant_type": "refresh_token", "refresh_token": acme.tokens["refresh_token"]}
    in_body = acme.client.post(url, data=fields | {"client_id": CLIENT[0], "client_secret": CLIENT[1]})
    wrong = acme.client.post(url, data=fields | {"client_id": CLIENT[0], "client_secret": "nope"})
    assert in_body.status_code == 200
    assert (wrong.status_code, wrong.json()) == (400, {"error": "invalid_client"})
    assert (acme.client.post(url, data=fields, auth=(CLIENT[0], "nope"))).json() == {
        "error": "invalid_client"
    }


def test_other_grant_types_and_missing_fields_are_named(sandbox: Sandbox) -> None:
    assert post_token(sandbox, grant_type="password").json() == {"error": "unsupported_grant_type"}
    assert post_token(sandbox, grant_type="refresh_token").json() == {"error": "invalid_request"}
    assert post_token(sandbox, grant_type="authorization_code", code="x").json() == {
        "error": "invalid_request"
    }


def test_every_refresh_rotates(sandbox: Sandbox, acme: XeroApp) -> None:
    first = acme.tokens["refresh_token"]
    second = refresh(sandbox, first).json()["refresh_token"]
    third = refresh(sandbox, second).json()["refresh_token"]
    assert len({first, second, third}) == 3


@pytest.mark.parametrize(("skip", "status"), [("29m", 200), ("31m", 400)])
def test_the_previous_token_may_be_retried_for_thirty_minutes(
    sandbox: Sandbox, acme: XeroApp, skip: str, status: int
) -> None:
    previous = acme.tokens["refresh_token"]
    refresh(sandbox, previous)
    sandbox.control("clock", skip=skip)
    assert refresh(sandbox, previous).status_code == status


def test_a_pair_lost_on_the_way_is_replaced_by_a_working_one(sandbox: Sandbox, acme: XeroApp) -> None:
    previous = acme.tokens["refresh_token"]
    refresh(sandbox, previous)
    replacement = refresh(sandbox, previous).json()
    assert refresh(sandbox, replacement["refresh_token"]).status_code == 200


def test_reuse_of_an_older_generation_is_refused_and_written_down(sandbox: Sandbox, acme: XeroApp) -> None:
    oldest = acme.tokens["refresh_token"]
    newest = refresh(sandbox, refresh(sandbox, oldest).json()["refresh_token"]).json()["refresh_token"]
    reused = refresh(sandbox, oldest)
    assert (reused.status_code, reused.json()) == (400, {"error": "invalid_grant"})
    assert sandbox.read("log", vendor="xero")["requests"][-1]["note"] == "reuse"
    assert refresh(sandbox, newest).status_code == 200


@pytest.mark.parametrize(("skip", "status"), [("59d", 200), ("61d", 400)])
def test_a_refresh_token_dies_after_sixty_idle_days(
    sandbox: Sandbox, acme: XeroApp, skip: str, status: int
) -> None:
    sandbox.control("clock", skip=skip)
    assert refresh(sandbox, acme.tokens["refresh_token"]).status_code == status


def test_refreshed_every_fifty_days_a_token_lives_for_years(sandbox: Sandbox, acme: XeroApp) -> None:
    token = acme.tokens["refresh_token"]
    for _ in range(20):
        sandbox.control("clock", skip="50d")
        token = refresh(sandbox, token).json()["refresh_token"]
    assert refresh(sandbox, token).status_code == 200


def test_an_access_token_lives_thirty_minutes(sandbox: Sandbox, acme: XeroApp) -> None:
    sandbox.control("clock", skip="29m")
    assert acme.call("GET", "Organisation").status_code == 200
    sandbox.control("clock", skip="2m")
    expired = acme.call("GET", "Organisation")
    assert expired.status_code == 401
    assert expired.json()["Title"] == "Unauthorized"
    assert expired.json()["Detail"].startswith("TokenExpired: token expired at ")


def test_revoking_kills_the_token_and_every_connection_of_the_login(
    sandbox: Sandbox, connect: Connect
) -> None:
    one, other = connect(organisation="Acme Ltd"), connect(organisation="Acme Holdings Ltd")
    colleague = connect("jo@harbour.test", "Acme Ltd")
    answer = revoke(sandbox, other.tokens["refresh_token"])
    assert (answer.status_code, answer.content) == (200, b"")
    assert refresh(sandbox, other.tokens["refresh_token"]).status_code == 400
    assert one.connections() == []
    assert one.call("GET", "Organisation").status_code == 403
    assert colleague.call("GET", "Organisation").status_code == 200


def test_a_forged_token_is_refused(sandbox: Sandbox, acme: XeroApp) -> None:
    forged = jwt.encode(
        claims(acme.tokens["access_token"]), "a key of at least thirty-two bytes", algorithm="HS256"
    )
    acme.tokens["access_token"] = forged
    assert acme.call("GET", "Organisation").status_code == 401


def test_no_token_code_or_secret_reaches_the_log_or_the_store_in_clear(
    sandbox: Sandbox, acme: XeroApp
) -> None:
    fresh = refresh(sandbox, acme.tokens["refresh_token"]).json()
    log = str(sandbox.read("log", vendor="xero"))
    stored = b"".join(path.read_bytes() for path in sandbox.data.iterdir())
    for secret in (acme.tokens["refresh_token"], fresh["refresh_token"], fresh["access_token"], CLIENT[1]):
        assert secret not in log
    assert fresh["refresh_token"].encode() not in stored
