"""An app's request to be allowed in, from the authorize address to the way back with a code."""

import re
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from bookbind_sandbox.clock import Clock
from bookbind_sandbox.directory import Directory, hashed

CODE_SECONDS = 300
# Both vendors allow plain http to the developer's own machine by this name alone (2026-11).
LOCALHOST_ONLY = re.compile(r"^(https://|http://localhost([:/]|$))")


class AuthorizeError(Exception):
    """A wrong authorize request; the vendor shows it on its own page and sends the browser nowhere."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class CodeRefused(Exception):
    """A code that cannot be redeemed; the message is for the log."""


@dataclass(frozen=True)
class Allowed:
    """What one login allowed one app, as a token carries it."""

    client_id: str
    login: str
    scope: str
    auth_event: str
    nonce: str | None = None

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset(self.scope.split())


class Authorizing:
    """The requests that are open at one vendor's consent page, and the codes that it has given out."""

    def __init__(self, directory: Directory, clock: Clock) -> None:
        self.directory = directory
        self.store = directory.store
        self.vendor = directory.vendor
        self.clock = clock

    def check(self, asked: Mapping[str, str]) -> sqlite3.Row:
        """The app that asks, when it is known and its addresses are its own."""
        app = self.directory.app(asked.get("client_id", ""))
        if app is None:
            raise AuthorizeError("unauthorized_client", "Unknown client or client not enabled")
        redirect_uri = asked.get("redirect_uri", "")
        if not LOCALHOST_ONLY.match(redirect_uri) or not re.fullmatch(app["redirect_pattern"], redirect_uri):
            raise AuthorizeError("unauthorized_client", "Invalid redirect_uri")
        if asked.get("response_type") != "code":
            raise AuthorizeError("unsupported_response_type", "Only response_type=code is supported")
        return app

    def open(self, asked: Mapping[str, str], *, bulk: bool = False) -> str:
        """Remember a checked request; returns its id."""
        request_id = secrets.token_urlsafe(16)
        self.store.insert(
            "authorize_requests",
            id=request_id,
            vendor=self.vendor,
            client_id=asked["client_id"],
            redirect_uri=asked["redirect_uri"],
            scope=" ".join(asked["scope"].split()),
            state=asked.get("state"),
            nonce=asked.get("nonce"),
            bulk=int(bulk),
        )
        return request_id

    def request(self, request_id: str) -> sqlite3.Row:
        found = self.store.row(
            "SELECT * FROM authorize_requests WHERE id = ? AND vendor = ?", request_id, self.vendor
        )
        if found is None:
            raise AuthorizeError("invalid_request", "This sign-in is over; begin again from the app")
        return found

    def close(self, request_id: str, answer: Mapping[str, str]) -> str:
        """End a request; returns the address, with the answer, to send the browser to."""
        asked = self.request(request_id)
        self.store.run("DELETE FROM authorize_requests WHERE id = ?", request_id)
        query = dict(answer) if asked["state"] is None else {**answer, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(query)}"

    def issue_code(self, allowed: Allowed, redirect_uri: str) -> str:
        code = secrets.token_urlsafe(32)
        self.store.insert(
            "codes",
            code_hash=hashed(code),
            vendor=self.vendor,
            client_id=allowed.client_id,
            login=allowed.login,
            redirect_uri=redirect_uri,
            scope=allowed.scope,
            nonce=allowed.nonce,
            auth_event=allowed.auth_event,
            expires_at=self.clock.now_ms() + CODE_SECONDS * 1000,
        )
        return code

    def redeem_code(self, code: str, client_id: str, redirect_uri: str) -> Allowed:
        """What a code stands for; it works once, within its five minutes."""
        row = self.store.row(
            "SELECT * FROM codes WHERE code_hash = ? AND vendor = ?", hashed(code), self.vendor
        )
        if row is None or row["client_id"] != client_id:
            raise CodeRefused("unknown code")
        if row["used"]:
            raise CodeRefused("code used before")
        if row["expires_at"] <= self.clock.now_ms():
            raise CodeRefused("code expired")
        if row["redirect_uri"] != redirect_uri:
            raise CodeRefused("redirect_uri differs")
        self.store.run("UPDATE codes SET used = 1 WHERE code_hash = ?", hashed(code))
        return Allowed(client_id, row["login"], row["scope"], row["auth_event"], row["nonce"])
