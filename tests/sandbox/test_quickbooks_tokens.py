"""Intuit's token endpoint: the daily rotation, parallel refreshes, ends of consents, who signed in."""

import jwt
import pytest

from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import (
    CALLBACK,
    CLIENT,
    QuickBooksApp,
    allow,
    redeem,
    refresh,
    revoke,
)
from tests.support.processes import Sandbox

HARD_EXPIRY = {"x-include-refresh-token-hard-expires-in": "true"}


def test_a_code_gives_a_pair_without_a_scope(sandbox: Sandbox) -> None:
    answer = allow(sandbox, "ada@acme.test", "Acme Ltd")
    assert set(answer) == {"code", "state", "realmId"}
    assert answer["realmId"].isdigit()
    response = redeem(sandbox, answer["code"])
    content = response.json()
    assert response.headers["intuit_tid"]
    assert set(content) == {
        "token_type",
        "expires_in",
        "refresh_token",
        "x_refresh_token_expires_in",
        "access_token",
        "id_token",
    }
    assert (content["token_type"], content["expires_in"]) == ("bearer", 3600)
    assert content["x_refresh_token_expires_in"] == 8_640_000
    assert len(content["access_token"]) > 600


def test_the_id_token_is_signed_by_the_published_key(sandbox: Sandbox, books: QuickBooksApp) -> None:
    discovery = books.client.get(f"{sandbox.url}/quickbooks/.well-known/openid_configuration").json()
    key = jwt.PyJWKSet.from_dict(books.client.get(discovery["jwks_uri"]).json()).keys[0]
    claims = jwt.decode(
        books.tokens["id_token"], key, algorithms=["RS256"], audience=CLIENT[0], issuer=discovery["issuer"]
    )
    assert claims["realmid"] == books.realm
    assert claims["aud"] == [CLIENT[0]]


def test_userinfo_tells_who_signed_in_when_openid_was_asked(
    sandbox: Sandbox, books: QuickBooksApp, connect_books: ConnectBooks
) -> None:
    url = f"{sandbox.url}/quickbooks/v1/openid_connect/userinfo"
    content = books.client.get(url, headers=books.headers()).json()
    assert (content["email"], content["givenName"]) == ("ada@acme.test", "Ada")
    assert content["sub"] == jwt.decode(books.tokens["id_token"], options={"verify_signature": False})["sub"]
    without = connect_books(scope="com.intuit.quickbooks.accounting")
    assert "id_token" not in without.tokens
    assert without.client.get(url, headers=without.headers()).status_code == 401


def test_a_code_works_once_and_for_its_own_address(sandbox: Sandbox) -> None:
    code = allow(sandbox, "ada@acme.test", "Acme Ltd")["code"]
    other = redeem(sandbox, code, redirect_uri=CALLBACK.replace("8000", "8001"))
    assert (other.status_code, other.json()["error"]) == (400, "invalid_grant")
    assert redeem(sandbox, code).status_code == 200
    assert redeem(sandbox, code).json()["error"] == "invalid_grant"


def test_a_wrong_secret_is_refused_as_a_client(sandbox: Sandbox, books: QuickBooksApp) -> None:
    fields = {"grant_type": "refresh_token", "refresh_token": books.tokens["refresh_token"]}
    url = f"{sandbox.url}/quickbooks/oauth2/v1/tokens/bearer"
    wrong = books.client.post(url, data=fields, auth=(CLIENT[0], "guess"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    in_form = fields | {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
    assert books.client.post(url, data=in_form).status_code == 200


def test_within_a_day_the_same_refresh_token_comes_back(sandbox: Sandbox, books: QuickBooksApp) -> None:
    first = books.tokens["refresh_token"]
    sandbox.control("clock", skip="23h")
    content = refresh(sandbox, first).json()
    assert content["refresh_token"] == first
    assert content["access_token"] != books.tokens["access_token"]
    assert content["x_refresh_token_expires_in"] < 8_640_000 - 22 * 3600


def test_after_a_day_it_changes_and_the_old_one_is_stale(sandbox: Sandbox, books: QuickBooksApp) -> None:
    first = books.tokens["refresh_token"]
    sandbox.control("clock", skip="25h")
    fresh = refresh(sandbox, first).json()
    assert fresh["refresh_token"] != first
    assert fresh["x_refresh_token_expires_in"] == 8_640_000
    stale = refresh(sandbox, first)
    assert (stale.status_code, stale.json()["error"]) == (400, "invalid_grant")
    assert refresh(sandbox, fresh["refresh_token"]).status_code == 200


@pytest.mark.parametrize(("skip", "status"), [("99d", 200), ("101d", 400)])
def test_a_hundred_idle_days_end_a_refresh_token(
    sandbox: Sandbox, books: QuickBooksApp, skip: str, status: int
) -> None:
    sandbox.control("clock", skip=skip)
    assert refresh(sandbox, books.tokens["refresh_token"]).status_code == status


def test_five_years_end_even_a_consent_that_is_used(sandbox: Sandbox, books: QuickBooksApp) -> None:
    told = refresh(sandbox, books.tokens["refresh_token"], HARD_EXPIRY).json()
    assert 157_679_000 < told["x_refresh_token_hard_expires_in"] <= 157_680_000
    token = books.tokens["refresh_token"]
    for _ in range(19):
        sandbox.control("clock", skip="95d")
        token = refresh(sandbox, token).json()["refresh_token"]
    sandbox.control("clock", skip="95d")
    assert refresh(sandbox, token).json()["error"] == "invalid_grant"


def refresh_twice_at_once(sandbox: Sandbox, token: str) -> list[int]:
    url = f"{sandbox.url}/quickbooks/oauth2/v1/tokens/bearer"
    fields = {"grant_type": "refresh_token", "refresh_token": token}
    app = {"client_id": CLIENT[0], "client_secret": CLIENT[1]}
    request = sandbox.client.build_request("POST", url, data=fields | app)
    return sorted(answer.status_code for answer in sandbox.ask_at_once([request] * 2))


def test_of_two_refreshes_at_once_one_fails(sandbox: Sandbox, books: QuickBooksApp) -> None:
    token = books.tokens["refresh_token"]
    assert refresh_twice_at_once(sandbox, token) == [200, 400]
    assert refresh(sandbox, token).status_code == 200


def test_two_refreshes_at_once_can_be_made_to_fail_both(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("app", vendor="quickbooks", parallel_refresh="both_fail")
    assert refresh_twice_at_once(sandbox, books.tokens["refresh_token"]) == [400, 400]


def test_an_access_token_lives_an_hour(sandbox: Sandbox, books: QuickBooksApp) -> None:
    sandbox.control("clock", skip="59m")
    assert books.call("GET", "preferences").status_code == 200
    sandbox.control("clock", skip="2m")
    expired = books.call("GET", "preferences")
    content = expired.json()
    assert expired.status_code == 401
    assert content["fault"]["type"] == "AUTHENTICATION"
    assert content["fault"]["error"][0]["code"] == "3200"
    assert content["fault"]["error"][0]["detail"].startswith("Token expired")
    assert "Fault" not in content
    assert isinstance(content["time"], int)


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_revoking_either_token_ends_the_companys_whole_consent(
    sandbox: Sandbox, connect_books: ConnectBooks, kind: str
) -> None:
    older, newer = connect_books(), connect_books()
    holdings, jo = connect_books(organisation="Acme Holdings Ltd"), connect_books("jo@harbour.test")
    assert revoke(sandbox, newer.tokens[kind]).status_code == 200
    for ended in (older, newer):
        assert ended.call("GET", "preferences").status_code == 401
        assert refresh(sandbox, ended.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    for kept in (holdings, jo):
        assert kept.call("GET", "preferences").status_code == 200
        assert refresh(sandbox, kept.tokens["refresh_token"]).status_code == 200


def test_revoking_nonsense_is_refused(sandbox: Sandbox) -> None:
    answer = revoke(sandbox, "nonsense")
    assert (answer.status_code, set(answer.json())) == (400, {"error"})


def test_signing_in_again_leaves_the_older_tokens_alive(
    sandbox: Sandbox, connect_books: ConnectBooks
) -> None:
    older, newer = connect_books(), connect_books()
    assert older.tokens["refresh_token"] != newer.tokens["refresh_token"]
    for app in (older, newer):
        assert refresh(sandbox, app.tokens["refresh_token"]).status_code == 200


def test_disconnecting_inside_quickbooks_ends_everybodys_tokens_there(
    sandbox: Sandbox, connect_books: ConnectBooks
) -> None:
    ada, jo, holdings = (
        connect_books(),
        connect_books("jo@harbour.test"),
        connect_books(organisation="Acme Holdings Ltd"),
    )
    sandbox.control("revoke", vendor="quickbooks", organisation="Acme Ltd")
    for app in (ada, jo):
        assert app.call("GET", "preferences").status_code == 401
        assert refresh(sandbox, app.tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert holdings.call("GET", "preferences").status_code == 200


def test_another_companys_token_is_refused(connect_books: ConnectBooks) -> None:
    acme, holdings = connect_books(), connect_books(organisation="Acme Holdings Ltd")
    acme.realm = holdings.realm
    response = acme.call("GET", "preferences")
    assert response.status_code == 403
    assert response.json()["fault"]["error"][0]["code"] == "3100"


def test_who_loses_the_admin_role_loses_the_connection_until_it_is_back(
    sandbox: Sandbox, books: QuickBooksApp
) -> None:
    wish = {"vendor": "quickbooks", "organisation": "Acme Ltd", "login": "ada@acme.test"}
    sandbox.control("revoke", **wish, admin_role=False)
    response = books.call("GET", "preferences")
    assert response.status_code == 403
    assert response.json()["Fault"]["Error"][0]["code"] == "120"
    assert refresh(sandbox, books.tokens["refresh_token"]).status_code == 200
    sandbox.control("revoke", **wish, admin_role=True)
    assert books.call("GET", "preferences").status_code == 200
