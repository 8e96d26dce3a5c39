"""QuickBooks' consent: one company at a time, by one of its administrators."""

import json
import sqlite3
import uuid
from collections.abc import Mapping, Sequence

from bookbind_sandbox.authorizing import Allowed, AuthorizeError
from bookbind_sandbox.consent import Consent
from bookbind_sandbox.vendors.quickbooks.names import SCOPES, VENDOR


class CompanyConsent(Consent):
    """One company a consent; none that the person signed in does not administer."""

    scopes = SCOPES
    decision = "connect"

    def open_request(self, asked: Mapping[str, str]) -> str:
        app = self.authorizing.check(asked)
        scopes = asked.get("scope", "").split()
        unknown = [scope for scope in scopes if scope not in SCOPES]
        if not scopes or unknown or (app["scopes"] and not set(scopes) <= set(app["scopes"].split())):
            raise AuthorizeError("invalid_scope", "The scope is missing or not one that this app may ask for")
        if not asked.get("state"):
            raise AuthorizeError("invalid_request", "The state parameter is missing")
        return self.authorizing.open(asked)

    def is_admin(self, company: sqlite3.Row, login: str) -> bool:
        return login not in json.loads(company["body"])["standard_users"]

    def barred(self, organisations: Sequence[sqlite3.Row], login: str) -> dict[str, str]:
        reason = "only an administrator can connect apps"
        return {row["id"]: reason for row in organisations if not self.is_admin(row, login)}

    def allow(self, request_id: str, login: str, chosen: Sequence[str]) -> str:
        """One company; its number goes back beside the code."""
        (realm,) = chosen
        asked = self.authorizing.request(request_id)
        company = next((row for row in self.directory.organisations(login) if row["id"] == realm), None)
        if company is None:
            raise AuthorizeError("invalid_request", "Choose a company that this login can open")
        if not self.is_admin(company, login):
            raise AuthorizeError("invalid_request", "Only an administrator of the company can connect an app")
        allowed = Allowed(asked["client_id"], login, asked["scope"], str(uuid.uuid4()), asked["nonce"])
        self.store.insert(
            "grants",
            id=allowed.auth_event,
            vendor=VENDOR,
            client_id=allowed.client_id,
            login=login,
            organisation=realm,
            consented_at=self.world.clock.now_ms(),
        )
        self.connecting.connect(allowed, realm)
        code = self.authorizing.issue_code(allowed, asked["redirect_uri"])
        return self.authorizing.close(request_id, {"code": code, "realmId": realm})
