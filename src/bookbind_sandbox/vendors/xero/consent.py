"""The decisions of sign-in and consent, apart from the pages: what an app may ask, what a login allows."""

import json
import re
import secrets
import sqlite3
import uuid
from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.names import GRANULAR_SCOPES, IDENTITY_SCOPES, RETIRED_SCOPES, VENDOR
from bookbind_sandbox.vendors.xero.tokens import Allowed, Tokens
from bookbind_sandbox.world import World

LOCALHOST_ONLY = re.compile(r"^(https://|http://localhost([:/]|$))")
BULK_META = "xero:bulk_connections"


class AuthorizeError(Exception):
    """A wrong authorize request; Xero shows it on its own page and sends the browser nowhere."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class Consent:
    def __init__(self, world: World, tokens: Tokens, connections: Connections) -> None:
        self.world = world
        self.store = world.store
        self.tokens = tokens
        self.connections = connections

    def app(self, client_id: str) -> sqlite3.Row | None:
        return self.store.row("SELECT * FROM apps WHERE vendor = ? AND client_id = ?", VENDOR, client_id)

    def open_request(self, asked: Mapping[str, str]) -> str:
        """Check an authorize request and remember it; returns its id."""
        app = self.app(asked.get("client_id", ""))
        if app is None:
            raise AuthorizeError("unauthorized_client", "Unknown client or client not enabled")
        _check_redirect(app, asked.get("redirect_uri", ""))
        if asked.get("response_type") != "code":
            raise AuthorizeError("unsupported_response_type", "Only response_type=code is supported")
        _check_scopes(app, asked.get("scope", "").split())
        bulk = self.bulk_allowed() and asked.get("acr_values") != "bulk_connect:false"
        request_id = secrets.token_urlsafe(16)
        self.store.insert(
            "authorize_requests",
            id=request_id,
            vendor=VENDOR,
            client_id=app["client_id"],
            redirect_uri=asked["redirect_uri"],
            scope=" ".join(asked["scope"].split()),
            state=asked.get("state"),
            nonce=asked.get("nonce"),
            bulk=int(bulk),
        )
        return request_id

    def bulk_allowed(self) -> bool:
        return bool(json.loads(self.store.get_meta(BULK_META, "false")))

    def request(self, request_id: str) -> sqlite3.Row:
        found = self.store.row(
            "SELECT * FROM authorize_requests WHERE id = ? AND vendor = ?", request_id, VENDOR
        )
        if found is None:
            raise AuthorizeError("invalid_request", "This sign-in is over; begin again from the app")
        return found

    def organisations(self, login: str) -> list[sqlite3.Row]:
        return self.store.rows(
            "SELECT organisations.* FROM organisations JOIN memberships"
            " ON memberships.vendor = organisations.vendor AND memberships.organisation = organisations.id"
            " WHERE memberships.vendor = ? AND memberships.login = ? ORDER BY organisations.name",
            VENDOR,
            login,
        )

    def allow(self, request_id: str, login: str, organisations: Iterable[str]) -> str:
        """Connect the chosen organisations and return the address, with its code, to send the browser to."""
        asked = self.request(request_id)
        chosen = tuple(organisations)
        reachable = {row["id"] for row in self.organisations(login)}
        if not chosen or not reachable.issuperset(chosen):
            raise AuthorizeError("invalid_request", "Choose an organisation that this login can open")
        scope = self._add_scopes(asked["client_id"], login, asked["scope"])
        allowed = Allowed(asked["client_id"], login, scope, str(uuid.uuid4()), asked["nonce"])
        for organisation in chosen:
            self.connections.connect(allowed, organisation)
        code = self.tokens.issue_code(allowed, asked["redirect_uri"])
        self.close(request_id)
        more = {"code": code, "scope": scope, "session_state": secrets.token_urlsafe(16)}
        return _with_query(asked, more)

    def refuse(self, request_id: str) -> str:
        """The address to send the browser to when the user pressed Cancel."""
        asked = self.request(request_id)
        self.close(request_id)
        return _with_query(asked, {"error": "access_denied"})

    def close(self, request_id: str) -> None:
        self.store.run("DELETE FROM authorize_requests WHERE id = ?", request_id)

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


def _check_redirect(app: sqlite3.Row, redirect_uri: str) -> None:
    if not LOCALHOST_ONLY.match(redirect_uri) or not re.fullmatch(app["redirect_pattern"], redirect_uri):
        raise AuthorizeError("unauthorized_client", "Invalid redirect_uri")


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


def _with_query(asked: sqlite3.Row, more: dict[str, str]) -> str:
    query = more if asked["state"] is None else more | {"state": asked["state"]}
    return f"{asked['redirect_uri']}?{urlencode(query)}"
