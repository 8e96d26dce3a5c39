"""QuickBooks' sign-in and consent pages: one company, chosen by one of its administrators."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.sandbox.conftest import ConnectBooks
from tests.sandbox.quickbooks_app import ACCOUNTING, CALLBACK, QuickBooksApp, authorize_url, redeem
from tests.support.processes import Sandbox


@pytest.fixture
def browser(sandbox: Sandbox) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=sandbox.url, timeout=10.0) as client:
        yield client


def request_id(response: httpx2.Response) -> str:
    return parse_qs(urlsplit(response.headers["location"]).query)["request"][0]


def sign_in(sandbox: Sandbox, browser: httpx2.Client, email: str, **changes: str) -> str:
    """Walk from the app to the consent page; returns the request that is open there."""
    asked = request_id(browser.get(authorize_url(sandbox, **changes)))
    fields = {"request": asked, "email": email, "password": "sandbox"}
    answer = browser.post("/quickbooks/sign-in", data=fields)
    assert answer.headers["location"] == f"/quickbooks/consent?request={asked}"
    return asked


def decide(browser: httpx2.Client, **fields: str) -> httpx2.Response:
    return browser.post("/quickbooks/consent", data=fields)


def callback(response: httpx2.Response) -> dict[str, str]:
    assert response.headers["location"].startswith(CALLBACK)
    found = parse_qs(urlsplit(response.headers["location"]).query)
    return {name: values[0] for name, values in found.items()}


def test_a_person_signs_in_chooses_a_company_and_connects(
    sandbox: Sandbox, browser: httpx2.Client, books: QuickBooksApp
) -> None:
    asked = sign_in(sandbox, browser, "jo@harbour.test")
    page = browser.get(f"/quickbooks/consent?request={asked}").text
    for shown in (
        "Sandbox.",
        "Bookbind (demo)",
        "jo@harbour.test",
        "Birch &amp; Daughters Ltd",
        "bills, expenses",
    ):
        assert shown in page
    answer = callback(decide(browser, request=asked, company=books.realm, decision="connect"))
    assert (answer["state"], answer["realmId"]) == ("state-of-the-test", books.realm)
    assert redeem(sandbox, answer["code"]).status_code == 200


def test_a_browser_that_is_signed_in_goes_straight_to_consent(
    sandbox: Sandbox, browser: httpx2.Client
) -> None:
    sign_in(sandbox, browser, "ada@acme.test")
    again = browser.get(authorize_url(sandbox))
    assert again.headers["location"].startswith("/quickbooks/consent?")


def test_cancelling_goes_back_without_a_company(sandbox: Sandbox, browser: httpx2.Client) -> None:
    asked = sign_in(sandbox, browser, "ada@acme.test")
    answer = callback(decide(browser, request=asked, decision="cancel"))
    assert answer == {"error": "access_denied", "state": "state-of-the-test"}


def test_connecting_without_a_choice_asks_for_one(sandbox: Sandbox, browser: httpx2.Client) -> None:
    asked = sign_in(sandbox, browser, "ada@acme.test")
    answer = decide(browser, request=asked, decision="connect")
    assert answer.status_code == 400
    assert "Choose a company first" in answer.text


def test_a_standard_user_cannot_connect(sandbox: Sandbox, browser: httpx2.Client) -> None:
    birch = next(
        row["id"]
        for row in sandbox.read("organisations", vendor="quickbooks")["organisations"]
        if row["name"].startswith("Birch")
    )
    asked = sign_in(sandbox, browser, "sam@harbour.test")
    assert "only an administrator can connect" in browser.get(f"/quickbooks/consent?request={asked}").text
    answer = decide(browser, request=asked, company=birch, decision="connect")
    assert answer.status_code == 400
    assert "administrator" in answer.text


def test_a_company_of_others_cannot_be_chosen(
    sandbox: Sandbox, browser: httpx2.Client, connect_books: ConnectBooks
) -> None:
    cole = connect_books("jo@harbour.test", "Cole & Son Ltd")
    asked = sign_in(sandbox, browser, "solo@acme.test")
    assert decide(browser, request=asked, company=cole.realm, decision="connect").status_code == 400


def test_a_wrong_password_is_told_and_a_press_on_a_person_is_enough(
    sandbox: Sandbox, browser: httpx2.Client
) -> None:
    asked = request_id(browser.get(authorize_url(sandbox)))
    wrong = browser.post(
        "/quickbooks/sign-in", data={"request": asked, "email": "ada@acme.test", "password": "x"}
    )
    assert wrong.status_code == 401
    assert "Log in to QuickBooks Online" in wrong.text
    people = {row["email"]: row["id"] for row in _people(wrong.text)}
    pressed = browser.post("/quickbooks/sign-in", data={"request": asked, "login": people["ada@acme.test"]})
    assert pressed.status_code == 303


def _people(text: str) -> list[dict[str, str]]:
    parts = text.split('name="login" value="')[1:]
    return [
        {"id": one.split('"')[0], "email": one.split("<strong>")[1].split("</strong>")[0]} for one in parts
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "stranger"},
        {"redirect_uri": "http://127.0.0.1:8000/connections/quickbooks/callback"},
        {"redirect_uri": "https://evil.test/callback"},
        {"scope": "everything"},
        {"scope": ""},
        {"response_type": "token"},
        {"state": ""},
    ],
)
def test_a_wrong_request_is_shown_and_never_sent_back(
    sandbox: Sandbox, browser: httpx2.Client, changes: dict[str, str]
) -> None:
    answer = browser.get(authorize_url(sandbox, **changes))
    assert answer.status_code == 400
    assert "location" not in answer.headers


def test_a_token_without_the_accounting_scope_reads_no_books(connect_books: ConnectBooks) -> None:
    assert connect_books(scope=ACCOUNTING).call("GET", "preferences").status_code == 200
    assert connect_books(scope="openid").call("GET", "preferences").status_code == 403


def test_discovery_is_where_intuits_client_looks_and_says_what_theirs_says(
    sandbox: Sandbox, browser: httpx2.Client
) -> None:
    base = "/quickbooks/.well-known"
    content = browser.get(f"{base}/openid_configuration").json()
    assert browser.get(f"{base}/openid_sandbox_configuration").json() == content
    assert browser.get(f"{base}/openid-configuration").status_code == 404
    assert content["token_endpoint"] == f"{sandbox.url}/quickbooks/oauth2/v1/tokens/bearer"
    assert set(content) >= {"userinfo_endpoint", "revocation_endpoint", "jwks_uri", "claims_supported"}
