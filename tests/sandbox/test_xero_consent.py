"""Xero's sign-in and consent, as a browser walks them, and what a wrong app is shown."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest

from tests.sandbox.conftest import Connect
from tests.sandbox.xero_app import CALLBACK, SCOPES, allow, authorize_url, redeem
from tests.support.processes import Sandbox


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sandbox.url, follow_redirects=True, timeout=10.0) as client:
        yield client


def hidden_request(page: httpx2.Response) -> str:
    found = re.search(r'name="request" value="([^"]+)"', page.text)
    assert found, page.text
    return found[1]


def organisation_value(page: httpx2.Response, name: str) -> str:
    found = re.search(rf'name="organisation" value="([^"]+)"> <span>{re.escape(name)}', page.text)
    assert found, page.text
    return found[1]


def sign_in(
    browser: httpx2.Client, page: httpx2.Response, email: str, password: str = "sandbox"
) -> httpx2.Response:
    fields = {"request": hidden_request(page), "email": email, "password": password}
    return browser.post("/xero/identity/sign-in", data=fields)


def decide(
    browser: httpx2.Client, page: httpx2.Response, decision: str, *organisations: str
) -> httpx2.Response:
    fields = {
        "request": hidden_request(page),
        "decision": decision,
        "organisation": [organisation_value(page, name) for name in organisations],
    }
    return browser.post("/xero/identity/consent", data=fields, follow_redirects=False)


def query_of(response: httpx2.Response) -> dict[str, str]:
    assert response.status_code == 303, response.text
    assert response.headers["location"].startswith(CALLBACK + "?")
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["location"]).query).items()
    }


def test_a_browser_signs_in_chooses_and_comes_back_with_a_code(
    sandbox: Sandbox, browser: httpx2.Client
) -> None:
    first = browser.get(authorize_url(sandbox))
    assert "Log in to Xero" in first.text
    consent = sign_in(browser, first, "ada@acme.test")
    assert "Bookbind (demo) wants access" in consent.text
    assert [name in consent.text for name in ("Acme Ltd", "Acme Property Ltd", "Birch")] == [
        True,
        True,
        False,
    ]
    assert "View and manage your contacts" in consent.text
    answer = query_of(decide(browser, consent, "allow", "Acme Ltd"))
    assert answer["state"] == "state-of-the-test"
    assert "tenant" not in str(answer)
    assert redeem(sandbox, answer["code"]).status_code == 200


def test_the_sandbox_people_sign_in_by_a_button(sandbox: Sandbox, browser: httpx2.Client) -> None:
    first = browser.get(authorize_url(sandbox))
    login = re.search(r'name="login" value="([^"]+)"><strong>solo@acme.test', first.text)
    assert login
    consent = browser.post(
        "/xero/identity/sign-in", data={"request": hidden_request(first), "login": login[1]}
    )
    assert consent.text.count('name="organisation"') == 1


def test_a_wrong_password_stays_outside(sandbox: Sandbox, browser: httpx2.Client) -> None:
    answer = sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test", "guess")
    assert answer.status_code == 401
    assert "match" in answer.text
    assert "Log in to Xero" in browser.get(authorize_url(sandbox)).text


def test_cancel_goes_back_with_access_denied(sandbox: Sandbox, browser: httpx2.Client) -> None:
    consent = sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test")
    assert query_of(decide(browser, consent, "cancel")) == {
        "error": "access_denied",
        "state": "state-of-the-test",
    }


def test_a_signed_in_browser_goes_straight_to_consent_and_can_change_login(
    sandbox: Sandbox, browser: httpx2.Client
) -> None:
    sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test")
    consent = browser.get(authorize_url(sandbox))
    assert "ada@acme.test" in consent.text
    other = browser.post("/xero/identity/sign-out", data={"request": hidden_request(consent)})
    assert "jo@harbour.test" in sign_in(browser, other, "jo@harbour.test").text


def test_nothing_chosen_asks_again(sandbox: Sandbox, browser: httpx2.Client) -> None:
    consent = sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test")
    again = decide(browser, consent, "allow")
    assert again.status_code == 400
    assert "Choose an organisation first" in again.text


def test_one_consent_picks_one_organisation_unless_bulk_connections_are_on(
    sandbox: Sandbox, browser: httpx2.Client
) -> None:
    consent = sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test")
    assert 'type="radio"' in consent.text
    assert decide(browser, consent, "allow", "Acme Ltd", "Acme Property Ltd").status_code == 400
    sandbox.control("app", vendor="xero", bulk_connections=True)
    bulk = browser.get(authorize_url(sandbox))
    assert 'type="checkbox"' in bulk.text
    assert "code" in query_of(decide(browser, bulk, "allow", "Acme Ltd", "Acme Property Ltd"))
    assert 'type="radio"' in browser.get(authorize_url(sandbox, acr_values="bulk_connect:false")).text


def test_organisations_connected_before_are_marked(
    sandbox: Sandbox, browser: httpx2.Client, connect: Connect
) -> None:
    connect("ada@acme.test", "Acme Ltd")
    consent = sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test")
    assert consent.text.count("connected already") == 1


def test_an_organisation_out_of_reach_cannot_be_smuggled_in(sandbox: Sandbox, browser: httpx2.Client) -> None:
    consent = sign_in(browser, browser.get(authorize_url(sandbox)), "solo@acme.test")
    birch = next(
        row["id"] for row in sandbox.read("organisations")["organisations"] if row["name"] == "Birch & Co Ltd"
    )
    fields = {"request": hidden_request(consent), "decision": "allow", "organisation": birch}
    answer = browser.post("/xero/identity/consent", data=fields, follow_redirects=False)
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"client_id": "stranger"}, "unauthorized_client"),
        ({"redirect_uri": "http://127.0.0.1:8000/connections/xero/callback"}, "unauthorized_client"),
        ({"redirect_uri": "http://localhost.evil.test/connections/xero/callback"}, "unauthorized_client"),
        ({"redirect_uri": CALLBACK + "/more"}, "unauthorized_client"),
        ({"redirect_uri": "http://evil.test/"}, "unauthorized_client"),
        ({"scope": "accounting.transactions"}, "unauthorized_client"),
        ({"scope": SCOPES + " accounting.everything"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_a_wrong_request_is_shown_here_and_never_redirected(
    sandbox: Sandbox, browser: httpx2.Client, changes: dict[str, str], error: str
) -> None:
    answer = browser.get(authorize_url(sandbox, **changes), follow_redirects=False)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert f"<code>{error}</code>" in answer.text


def test_scopes_that_the_app_may_not_ask_are_refused(sandbox: Sandbox, browser: httpx2.Client) -> None:
    sandbox.control("app", vendor="xero", scopes="openid accounting.contacts")
    answer = browser.get(authorize_url(sandbox), follow_redirects=False)
    assert answer.status_code == 400
    assert "Invalid scope for client" in answer.text


def test_pages_escape_what_they_show(sandbox: Sandbox, browser: httpx2.Client) -> None:
    sandbox.control("app", vendor="xero", name="<script>alert(1)</script>")
    consent = sign_in(browser, browser.get(authorize_url(sandbox)), "ada@acme.test")
    assert "<script>" not in consent.text
    assert "&lt;script&gt;" in consent.text
    evil = browser.get(authorize_url(sandbox, scope="<img src=x>"), follow_redirects=False)
    assert "<img" not in evil.text


def test_pages_say_sandbox_and_carry_a_strict_policy(sandbox: Sandbox, browser: httpx2.Client) -> None:
    for path in ("/", "/_control", "/xero/", "/xero/identity/sign-in"):
        page = browser.get(path)
        assert page.status_code == 200
        assert "Sandbox." in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "script" not in page.text


def test_scopes_add_up_over_consents(sandbox: Sandbox) -> None:
    redeem(sandbox, allow(sandbox, "ada@acme.test", "Acme Ltd", scope="openid accounting.contacts")["code"])
    later = redeem(
        sandbox, allow(sandbox, "ada@acme.test", "Acme Ltd", scope="openid accounting.invoices")["code"]
    )
    assert set(later.json()["scope"].split()) == {"openid", "accounting.contacts", "accounting.invoices"}


def test_the_robot_can_cancel(sandbox: Sandbox) -> None:
    wish = {"login": "ada@acme.test", "authorize_url": authorize_url(sandbox), "cancel": True}
    assert (
        sandbox.control("consent", **wish)["redirect"]
        == f"{CALLBACK}?error=access_denied&state=state-of-the-test"
    )


def test_the_robot_is_refused_as_a_browser_would_be(sandbox: Sandbox) -> None:
    wish = {
        "login": "solo@acme.test",
        "organisations": ["Birch & Co Ltd"],
        "authorize_url": authorize_url(sandbox),
    }
    answer = sandbox.client.post(f"{sandbox.url}/_control/consent", json=wish)
    assert answer.status_code == 400
    assert "can open" in answer.json()["error"]


def test_connections_name_the_consent_that_made_them(sandbox: Sandbox, connect: Connect) -> None:
    first = connect("ada@acme.test", "Acme Ltd")
    second = connect("ada@acme.test", "Acme Holdings Ltd")
    event = jwt.decode(second.tokens["access_token"], options={"verify_signature": False})[
        "authentication_event_id"
    ]
    assert [row["tenantName"] for row in second.connections(authEventId=event)] == ["Acme Holdings Ltd"]
    assert len(second.connections()) == 2
    assert first.connections() == second.connections()


def test_allowing_again_keeps_the_tenant_and_the_connection(sandbox: Sandbox, connect: Connect) -> None:
    before = connect("ada@acme.test", "Acme Ltd").connections()[0]
    sandbox.control("clock", skip="366d")
    after = connect("ada@acme.test", "Acme Ltd").connections()[0]
    assert (after["id"], after["tenantId"]) == (before["id"], before["tenantId"])
    assert after["createdDateUtc"] == before["createdDateUtc"] != after["updatedDateUtc"]
    assert after["authEventId"] != before["authEventId"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}", after["updatedDateUtc"])


def test_deleting_a_connection_disconnects_one_organisation(sandbox: Sandbox, connect: Connect) -> None:
    holdings = connect("ada@acme.test", "Acme Holdings Ltd")
    acme = connect("ada@acme.test", "Acme Ltd")
    wanted = next(row["id"] for row in acme.connections() if row["tenantName"] == "Acme Ltd")
    url = f"{sandbox.url}/xero/Connections/{wanted}"
    assert acme.client.delete(url, headers=acme.headers()).status_code == 204
    assert acme.client.delete(url, headers=acme.headers()).status_code == 404
    assert acme.call("GET", "Organisation").status_code == 403
    assert holdings.call("GET", "Organisation").status_code == 200
    again = connect("ada@acme.test", "Acme Ltd")
    assert next(row["id"] for row in again.connections() if row["tenantName"] == "Acme Ltd") != wanted


def test_another_logins_connection_cannot_be_deleted(sandbox: Sandbox, connect: Connect) -> None:
    ada, jo = connect("ada@acme.test", "Acme Ltd"), connect("jo@harbour.test", "Acme Ltd")
    url = f"{sandbox.url}/xero/connections/{ada.connections()[0]['id']}"
    assert jo.client.delete(url, headers=jo.headers()).status_code == 404


def test_connections_need_a_token(sandbox: Sandbox) -> None:
    answer = sandbox.client.get(f"{sandbox.url}/xero/connections")
    assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")
