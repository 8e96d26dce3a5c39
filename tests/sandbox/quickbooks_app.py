"""An app as QuickBooks sees one: a robot user allows it one company, and it holds that company's tokens."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from tests.support.processes import Sandbox

CLIENT = ("bookbind-demo-app", "bookbind-demo-secret")
CALLBACK = "http://localhost:8000/connections/quickbooks/callback"
ACCOUNTING = "com.intuit.quickbooks.accounting"
SCOPES = f"{ACCOUNTING} openid profile email"


def authorize_url(sandbox: Sandbox, **changes: str) -> str:
    asked = {
        "client_id": CLIENT[0],
        "redirect_uri": CALLBACK,
        "response_type": "code",
        "scope": SCOPES,
        "state": "state-of-the-test",
    } | changes
    return f"{sandbox.url}/quickbooks/connect/oauth2?{urlencode(asked)}"


def allow(sandbox: Sandbox, login: str, organisation: str, **changes: str) -> dict[str, str]:
    """Let the robot allow a company; returns what the callback would receive."""
    url = authorize_url(sandbox, **changes)
    wish = {"vendor": "quickbooks", "login": login, "organisations": [organisation]}
    answer = sandbox.control("consent", **wish, authorize_url=url)
    return {name: values[0] for name, values in parse_qs(urlsplit(answer["redirect"]).query).items()}


def post_token(sandbox: Sandbox, headers: dict[str, str] | None = None, **fields: str) -> httpx2.Response:
    url = f"{sandbox.url}/quickbooks/oauth2/v1/tokens/bearer"
    return sandbox.client.post(url, data=fields, auth=CLIENT, headers=headers)


def redeem(
    sandbox: Sandbox, code: str, headers: dict[str, str] | None = None, **changes: str
) -> httpx2.Response:
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK} | changes
    return post_token(sandbox, headers, **fields)


def refresh(sandbox: Sandbox, token: str, headers: dict[str, str] | None = None) -> httpx2.Response:
    return post_token(sandbox, headers, grant_type="refresh_token", refresh_token=token)


def revoke(sandbox: Sandbox, token: str) -> httpx2.Response:
    url = f"{sandbox.url}/quickbooks/v2/oauth2/tokens/revoke"
    return sandbox.client.post(url, json={"token": token}, auth=CLIENT)


@dataclass
class QuickBooksApp:
    """One company's tokens, and calls that name it."""

    sandbox: Sandbox
    tokens: dict[str, Any]
    realm: str

    @property
    def client(self) -> httpx2.Client:
        return self.sandbox.client

    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}", "Accept": "application/json"}

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | str | None = None,
        headers: dict[str, str] | None = None,
        **query: Any,
    ) -> httpx2.Response:
        sent = json.dumps(body).encode() if body is not None else content
        url = f"{self.sandbox.url}/quickbooks/v3/company/{self.realm}/{path}"
        kind = {"Content-Type": "application/json"} if body is not None else {}
        all_headers = self.headers() | kind | (headers or {})
        return self.client.request(method, url, params=query, content=sent, headers=all_headers)

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        return accepted(self.call("GET", path, **query))

    def query(self, statement: str) -> list[dict[str, Any]]:
        """The rows of a query, whatever entity it names."""
        response = self.get("query", query=statement)["QueryResponse"]
        return next((rows for rows in response.values() if isinstance(rows, list)), [])

    def count(self, entity: str, where: str = "") -> int:
        response = self.get("query", query=f"select count(*) from {entity} {where}")
        return int(response["QueryResponse"]["totalCount"])

    def post(self, path: str, body: Any, **query: Any) -> httpx2.Response:
        return self.call("POST", path, body=body, **query)

    def made(self, entity: str, body: dict[str, Any], **query: Any) -> dict[str, Any]:
        """The entity as it stands after a POST that has to work."""
        found: dict[str, Any] = accepted(self.post(entity.lower(), body, **query))[entity]
        return found

    def ref(self, entity: str, name: str) -> dict[str, str]:
        """A reference to the entry of this name."""
        key = "DisplayName" if entity in {"Vendor", "Customer"} else "Name"
        text = name.replace("'", r"\'")
        rows = self.query(f"select * from {entity} where {key} = '{text}' and Active in (true, false)")
        assert rows, f"{entity} {name}"
        return {"value": str(rows[0]["Id"])}

    def line(self, **changes: Any) -> dict[str, Any]:
        """A line of a bill; fields of the detail are named as they are, None leaves one out."""
        outer = {"Amount", "Description", "DetailType"}
        detail = {
            "AccountRef": changes.get("AccountRef") or self.ref("Account", "Motor vehicle expenses"),
            "TaxCodeRef": changes.get("TaxCodeRef") or self.ref("TaxCode", "20.0% S"),
        } | {key: value for key, value in changes.items() if key not in outer}
        return {
            "Amount": changes.get("Amount", 100.0),
            "Description": changes.get("Description", "Diesel"),
            "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": _given(detail),
        }

    def bill(self, **changes: Any) -> dict[str, Any]:
        """A bill that QuickBooks accepts, but for what the test changes; None leaves a field out."""
        bill: dict[str, Any] = {
            "VendorRef": changes["VendorRef"]
            if "VendorRef" in changes
            else self.ref("Vendor", "City Fuel Limited"),
            "TxnDate": "2026-11-01",
            "DueDate": "2026-11-30",
            "DocNumber": "SUP-1",
            "PrivateNote": "marker-1",
            "CurrencyRef": {"value": "GBP"},
            "GlobalTaxCalculation": "TaxExcluded",
            "Line": changes["Line"] if "Line" in changes else [self.line()],
        }
        return _given(bill | changes)

    def create(self, **changes: Any) -> dict[str, Any]:
        return self.made("Bill", self.bill(**changes))

    def refusal(self, **changes: Any) -> tuple[str, str]:
        """Code and detail with which a changed bill is refused."""
        return fault(self.post("bill", self.bill(**changes)))

    def upload(self, parts: bytes, boundary: str) -> list[dict[str, Any]]:
        kind = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        response = self.call("POST", "upload", content=parts, headers=kind)
        found: list[dict[str, Any]] = accepted(response)["AttachableResponse"]
        return found


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def accepted(response: httpx2.Response) -> dict[str, Any]:
    assert response.status_code == 200, response.text
    content: dict[str, Any] = response.json()
    assert "Fault" not in content, response.text
    return content


def fault(response: httpx2.Response, status: int = 400) -> tuple[str, str]:
    assert response.status_code == status, response.text
    error = response.json()["Fault"]["Error"][0]
    return error["code"], error["Detail"]
