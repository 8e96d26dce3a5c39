"""An app as Xero sees one: a robot user allows it, it holds tokens, the vendor's spec judges its calls."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from tests.sandbox.judge import Judge
from tests.support.processes import Sandbox

CLIENT = ("bookbind-demo-app", "bookbind-demo-secret")
CALLBACK = "http://localhost:8000/connections/xero/callback"
SCOPES = (
    "openid profile email offline_access accounting.invoices accounting.banktransactions accounting.contacts "
    "accounting.settings.read accounting.attachments"
)


def authorize_url(sandbox: Sandbox, **changes: str) -> str:
    asked = {
        "client_id": CLIENT[0],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPES,
        "state": "state-of-the-test",
    } | changes
    return f"{sandbox.url}/xero/identity/connect/authorize?{urlencode(asked)}"


def allow(sandbox: Sandbox, login: str, *organisations: str, **changes: str) -> dict[str, str]:
    """Let the robot allow organisations; returns what the callback would receive."""
    url = authorize_url(sandbox, **changes)
    answer = sandbox.control(
        "consent", vendor="xero", login=login, organisations=organisations, authorize_url=url
    )
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["redirect"]).query).items()}


def post_token(sandbox: Sandbox, **fields: str) -> httpx2.Response:
    return sandbox.client.post(f"{sandbox.url}/xero/identity/connect/token", data=fields, auth=CLIENT)


def redeem(sandbox: Sandbox, code: str, **changes: str) -> httpx2.Response:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | changes
    return post_token(sandbox, **fields)


def refresh(sandbox: Sandbox, token: str) -> httpx2.Response:
    return post_token(sandbox, grant_type="refresh_token", refresh_token=token)


def revoke(sandbox: Sandbox, token: str) -> httpx2.Response:
    url = f"{sandbox.url}/xero/identity/connect/revocation"
    return sandbox.client.post(url, data={"token": token}, auth=CLIENT)


@dataclass
class XeroApp:
    """One login's tokens and the organisation that calls name."""

    sandbox: Sandbox
    judge: Judge
    tokens: dict[str, Any]
    tenant: str = ""
    client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.sandbox.client

    def headers(self, **more: str) -> dict[str, str]:
        base = {
            "Authorization": f"Bearer {self.tokens['access_token']}",
            "Accept": "application/json",
            "xero-tenant-id": self.tenant,
        }
        return base | {name.replace("_", "-"): value for name, value in more.items()}

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> httpx2.Response:
        """Call the accounting API; both directions are held against the vendor's OpenAPI when it is there."""
        sent = json.dumps(body).encode() if body is not None else content
        kind = "application/json" if body is not None else "application/octet-stream"
        url = f"{self.sandbox.url}/xero/api.xro/2.0/{path}"
        all_headers = self.headers() | ({"Content-Type": kind} if sent is not None else {}) | (headers or {})
        response = self.client.request(method, url, params=query, content=sent, headers=all_headers)
        self.judge.weigh(method, f"/{path}", query, all_headers, sent, kind, response)
        return response

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        response = self.call("GET", path, **query)
        assert response.status_code == 200, response.text
        content: dict[str, Any] = response.json()
        return content

    def put(self, path: str, body: Any, **query: Any) -> httpx2.Response:
        return self.call("PUT", path, body=body, **query)

    def connections(self, **query: str) -> list[dict[str, Any]]:
        response = self.client.get(
            f"{self.sandbox.url}/xero/connections", params=query, headers=self.headers()
        )
        assert response.status_code == 200, response.text
        found: list[dict[str, Any]] = response.json()
        return found

    def contact_id(self, name: str) -> str:
        return str(self.get("Contacts", where=f'Name=="{name}"')["Contacts"][0]["ContactID"])

    def contact(self, name: str) -> dict[str, Any]:
        return {"ContactID": self.contact_id(name)}

    def bill(self, **changes: Any) -> dict[str, Any]:
        """A bill that Xero accepts, but for what the test changes; None leaves a field out."""
        bill: dict[str, Any] = {
            "Type": "ACCPAY",
            "Contact": changes["Contact"] if "Contact" in changes else self.contact("City Fuel Ltd"),
            "Date": "2026-11-01",
            "DueDate": "2026-11-30",
            "InvoiceNumber": "SUP-1",
            "LineAmountTypes": "Exclusive",
            "Status": "AUTHORISED",
            "Url": "http://localhost:8000/documents/1",
            "LineItems": [line()],
        } | changes
        return {name: value for name, value in bill.items() if value is not None}

    def create(self, **changes: Any) -> dict[str, Any]:
        response = self.put("Invoices", {"Invoices": [self.bill(**changes)]})
        assert response.status_code == 200, response.text
        created: dict[str, Any] = response.json()["Invoices"][0]
        return created

    def refusals(self, **changes: Any) -> list[str]:
        """The messages with which a changed bill is refused."""
        response = self.put("Invoices", {"Invoices": [self.bill(**changes)]})
        assert response.status_code == 400, response.text
        return messages(response)


def line(**changes: Any) -> dict[str, Any]:
    base = {
        "Description": "Diesel",
        "Quantity": 1,
        "UnitAmount": 100,
        "AccountCode": "449",
        "TaxType": "INPUT2",
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def messages(response: httpx2.Response) -> list[str]:
    content = response.json()
    assert content["ErrorNumber"] == 10
    assert content["Type"] == "ValidationException"
    return [error["Message"] for element in content["Elements"] for error in element["ValidationErrors"]]
