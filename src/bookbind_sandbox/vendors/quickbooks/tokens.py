"""Intuit's tokens: opaque, refresh tokens that change once a day, all hanging on one company's consent."""

import secrets
import sqlite3
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bookbind_sandbox.answer import Refused, json_answer
from bookbind_sandbox.authorizing import Allowed, Authorizing, CodeRefused
from bookbind_sandbox.connecting import Connecting
from bookbind_sandbox.directory import hashed
from bookbind_sandbox.signing import SigningKey
from bookbind_sandbox.vendors.quickbooks.errors import unauthenticated
from bookbind_sandbox.vendors.quickbooks.names import VENDOR
from bookbind_sandbox.world import World

# Intuit's published lifetimes (2026-11): an hour, a hundred days, and five years for the consent as a whole.
ACCESS_SECONDS = 3600
REFRESH_SECONDS = 8_640_000
HARD_SECONDS = 157_680_000
ROTATION_SECONDS = 86_400
ID_TOKEN_SECONDS = 3600
ALPHABET = string.ascii_letters + string.digits
PARALLEL_META = "quickbooks:parallel_refresh"
PARALLEL_RULES = ("one_fails", "both_fail")


def invalid_grant(description: str, note: str) -> Refused:
    content = {"error": "invalid_grant", "error_description": description}
    return Refused(json_answer(400, content, note))


@dataclass(frozen=True)
class Bearer:
    """Who calls with an access token: an app, for one login, in one company."""

    grant: str
    client_id: str
    login: str
    realm: str
    scopes: frozenset[str]


class Tokens:
    """Access and refresh tokens of one company each; a refresh token is replaced after its first day."""

    def __init__(self, world: World, authorizing: Authorizing, connecting: Connecting) -> None:
        self.world = world
        self.store = world.store
        self.authorizing = authorizing
        self.connecting = connecting
        self.key = SigningKey(world.store, VENDOR)
        self._refreshing: dict[str, int] = {}
        self._collided: set[str] = set()

    @property
    def issuer(self) -> str:
        return f"{self.world.public_url}/quickbooks/op/v1"

    def redeem_code(
        self, code: str, client_id: str, redirect_uri: str, *, tell_hard_expiry: bool
    ) -> dict[str, Any]:
        try:
            allowed = self.authorizing.redeem_code(code, client_id, redirect_uri)
        except CodeRefused as refused:
            raise invalid_grant("Invalid authorization code", str(refused)) from None
        grant = self._grant(allowed.auth_event)
        if grant is None:
            raise invalid_grant("Invalid authorization code", "the company was disconnected meanwhile")
        token = self._new_refresh(allowed)
        return self._answer(allowed, grant, token, REFRESH_SECONDS, tell_hard_expiry=tell_hard_expiry)

    @contextmanager
    def refreshing(self, token: str) -> Iterator[bool]:
        """Mark a refresh as under way; yields whether it is the only one of its token."""
        key = hashed(token)
        self._refreshing[key] = self._refreshing.get(key, 0) + 1
        alone = self._refreshing[key] == 1
        if not alone:
            self._collided.add(key)
        try:
            yield alone
        finally:
            self._refreshing[key] -= 1
            if not self._refreshing[key]:
                del self._refreshing[key]
                self._collided.discard(key)

    def refresh(self, token: str, client_id: str, *, alone: bool, tell_hard_expiry: bool) -> dict[str, Any]:
        """The same refresh token within its first day, a new one after it; the old one is dead then."""
        now, key = self.world.clock.now_ms(), hashed(token)
        row = self.store.row("SELECT * FROM refresh_tokens WHERE token_hash = ? AND vendor = ?", key, VENDOR)
        if row is None or row["client_id"] != client_id:
            raise invalid_grant("Incorrect Token type or clientID", "unknown refresh token")
        grant = self._grant(row["auth_event"])
        if grant is None or row["dead"]:
            raise invalid_grant("Token invalid", "revoked")
        if row["superseded_at"] is not None:
            raise invalid_grant("Token invalid", "stale")
        if now - row["issued_at"] > REFRESH_SECONDS * 1000:
            raise invalid_grant("Token expired", "unused for 100 days")
        if now - grant["consented_at"] > HARD_SECONDS * 1000:
            raise invalid_grant("Token expired", "five years after the consent")
        if not alone or (key in self._collided and self._rule() == "both_fail"):
            raise invalid_grant("Token invalid", "parallel refresh")
        allowed = Allowed(client_id, row["login"], row["scope"], row["auth_event"])
        age = (now - row["issued_at"]) // 1000
        if age < ROTATION_SECONDS:
            left = REFRESH_SECONDS - age
            return self._answer(allowed, grant, token, left, tell_hard_expiry=tell_hard_expiry)
        self.store.run("UPDATE refresh_tokens SET superseded_at = ? WHERE token_hash = ?", now, key)
        fresh = self._new_refresh(allowed, row["family"], row["generation"] + 1)
        return self._answer(allowed, grant, fresh, REFRESH_SECONDS, tell_hard_expiry=tell_hard_expiry)

    def find_grant(self, token: str, client_id: str) -> sqlite3.Row | None:
        """The grant behind either kind of token."""
        key = hashed(token)
        found = self.store.value(
            "SELECT auth_event FROM refresh_tokens WHERE token_hash = ? AND client_id = ?"
            " UNION SELECT grant_id FROM access_tokens WHERE token_hash = ?",
            key,
            client_id,
            key,
        )
        return self._grant(found) if found else None

    def end(self, *, client_id: str = "", login: str = "", realm: str = "") -> int:
        """End every consent that matches all that is given, with the tokens that hang on it."""
        self.store.run(
            "DELETE FROM grants WHERE vendor = ? AND (? = '' OR client_id = ?)"
            " AND (? = '' OR login = ?) AND (? = '' OR organisation = ?)",
            VENDOR,
            client_id,
            client_id,
            login,
            login,
            realm,
            realm,
        )
        return self.connecting.remove(client_id=client_id, login=login, organisation=realm)

    def read_access(self, header: str) -> Bearer:
        """Believe a bearer token, or refuse it as the gateway does."""
        now = self.world.clock.now_ms()
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Refused(unauthenticated("Missing or malformed Authorization header", now))
        row = self.store.row(
            "SELECT * FROM access_tokens WHERE token_hash = ? AND vendor = ?", hashed(token), VENDOR
        )
        if row is None:
            raise Refused(unauthenticated("Malformed bearer token: signature validation failed", now))
        if row["expires_at"] <= now:
            raise Refused(unauthenticated(f"Token expired: {hashed(token)[:12]}", now))
        grant = self._grant(row["grant_id"])
        if grant is None:
            raise Refused(unauthenticated(f"Token revoked: {hashed(token)[:12]}", now))
        scopes = frozenset(row["scope"].split())
        return Bearer(grant["id"], grant["client_id"], grant["login"], grant["organisation"], scopes)

    def _grant(self, grant_id: str) -> sqlite3.Row | None:
        return self.store.row("SELECT * FROM grants WHERE id = ? AND vendor = ?", grant_id, VENDOR)

    def _rule(self) -> str:
        return self.store.get_meta(PARALLEL_META, PARALLEL_RULES[0])

    def _answer(
        self, allowed: Allowed, grant: sqlite3.Row, refresh: str, seconds: int, *, tell_hard_expiry: bool
    ) -> dict[str, Any]:
        """A pair as Intuit writes it: no scope, and the consent's own end only when it was asked for."""
        now = self.world.clock.now_ms()
        pair: dict[str, Any] = {
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "refresh_token": refresh,
            "x_refresh_token_expires_in": seconds,
            "access_token": self._new_access(allowed),
        }
        if tell_hard_expiry:
            age = (now - grant["consented_at"]) // 1000
            pair["x_refresh_token_hard_expires_in"] = HARD_SECONDS - age
        if "openid" in allowed.scopes:
            pair["id_token"] = self._id_token(allowed, grant)
        return pair

    def _new_access(self, allowed: Allowed) -> str:
        """Opaque and long, in the five parts of an encrypted token."""
        now = self.world.clock.now_ms()
        self.store.run(
            "DELETE FROM access_tokens WHERE vendor = ? AND expires_at <= ?", VENDOR, now - 86_400_000
        )
        parts = (secrets.token_urlsafe(16), secrets.token_urlsafe(480), secrets.token_urlsafe(16))
        token = "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4Q0JDLUhTMjU2In0.." + ".".join(parts)
        self.store.insert(
            "access_tokens",
            token_hash=hashed(token),
            vendor=VENDOR,
            grant_id=allowed.auth_event,
            scope=allowed.scope,
            expires_at=now + ACCESS_SECONDS * 1000,
        )
        return token

    def _new_refresh(self, allowed: Allowed, family: str = "", generation: int = 0) -> str:
        token = "RT1-" + "".join(secrets.choice(ALPHABET) for _ in range(46))
        self.store.insert(
            "refresh_tokens",
            token_hash=hashed(token),
            vendor=VENDOR,
            family=family or hashed(token),
            generation=generation,
            client_id=allowed.client_id,
            login=allowed.login,
            scope=allowed.scope,
            auth_event=allowed.auth_event,
            issued_at=self.world.clock.now_ms(),
        )
        return token

    def _id_token(self, allowed: Allowed, grant: sqlite3.Row) -> str:
        now = int(self.world.clock.now().timestamp())
        claims: dict[str, Any] = {
            "sub": allowed.login,
            "aud": [allowed.client_id],
            "realmid": grant["organisation"],
            "auth_time": now,
            "iss": self.issuer,
            "exp": now + ID_TOKEN_SECONDS,
            "iat": now,
        }
        return self.key.sign(claims | ({"nonce": allowed.nonce} if allowed.nonce else {}))
