"""Xero's consent: granular scopes that add up, and several organisations at once where that is on."""

import json
import secrets
import sqlite3
import uuid
from collections.abc import Mapping, Sequence

from bookbind_sandbox.authorizing import Allowed, AuthorizeError
from bookbind_sandbox.consent import Consent
from bookbind_sandbox.vendors.xero.names import GRANULAR_SCOPES, IDENTITY_SCOPES, RETIRED_SCOPES, VENDOR

BULK_META = "xero:bulk_connections"


class XeroConsent(Consent):
    """Scopes that add up over the consents of a login, and several organisations at once where that is on."""

    scopes = IDENTITY_SCOPES | GRANULAR_SCOPES

    def open_request(self, asked: Mapping[str, str]) -> str:
        app = self.authorizing.check(asked)
        _check_scopes(app, asked.get("scope", "").split())
        bulk = self.bulk_allowed() and asked.get("acr_values") != "bulk_connect:false"
        return self.authorizing.open(asked, bulk=bulk)

    def bulk_allowed(self) -> bool:
        return bool(json.loads(self.store.get_meta(BULK_META, "false")))

    def allow(self, request_id: str, login: str, chosen: Sequence[str]) -> str:
        asked = self.authorizing.request(request_id)
        reachable = {row["id"] for row in self.directory.organisations(login)}
        if not chosen or not reachable.issuperset(chosen):
            raise AuthorizeError("invalid_request", "Choose an organisation that this login can open")
        scope = self._add_scopes(asked["client_id"], login, asked["scope"])
        allowed = Allowed(asked["client_id"], login, scope, str(uuid.uuid4()), asked["nonce"])
        for organisation in chosen:
            self.connecting.connect(allowed, organisation)
        code = self.authorizing.issue_code(allowed, asked["redirect_uri"])
        more = {"code": code, "scope": scope, "session_state": secrets.token_urlsafe(16)}
        return self.authorizing.close(request_id, more)

    def _add_scopes(self, client_id: str, login: str, scope: str) -> str:
        """Scopes add up over consents of one login to one app; only revoking takes them away."""
        before = self.store.value(
            "SELECT scope FROM consents WHERE vendor = ? AND client_id = ? AND login = ?",
            VENDOR,
            client_id,
            login,
        )
        together = " ".join(dict.fromkeys((scope + " " + (before or "")).split()))
        self.store.run(
            "INSERT OR REPLACE INTO consents VALUES (?, ?, ?, ?)", VENDOR, client_id, login, together
        )
        return together


def _check_scopes(app: sqlite3.Row, scopes: list[str]) -> None:
    if not scopes:
        raise AuthorizeError("invalid_scope", "No scope was asked for")
    for scope in scopes:
        if scope in RETIRED_SCOPES:
            raise AuthorizeError("unauthorized_client", "Invalid scope for client")
        if scope not in IDENTITY_SCOPES and scope not in GRANULAR_SCOPES:
            raise AuthorizeError("invalid_scope", f"Invalid scope: {scope}")
    if app["scopes"] and not set(scopes) <= set(app["scopes"].split()):
        raise AuthorizeError("unauthorized_client", "Invalid scope for client")
