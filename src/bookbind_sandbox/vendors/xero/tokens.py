"""Xero's tokens: JWT access tokens, rotating refresh tokens with a grace for the previous one."""

import secrets
import uuid
from typing import Any

import jwt

from bookbind_sandbox.answer import Refused, json_answer
from bookbind_sandbox.authorizing import Allowed, Authorizing, CodeRefused
from bookbind_sandbox.directory import hashed
from bookbind_sandbox.signing import SigningKey
from bookbind_sandbox.vendors.xero.errors import unauthorized
from bookbind_sandbox.vendors.xero.names import VENDOR
from bookbind_sandbox.world import World

ACCESS_SECONDS = 1800
ID_TOKEN_SECONDS = 300
GRACE_SECONDS = 30 * 60
IDLE_SECONDS = 60 * 86_400


def invalid_grant(note: str) -> Refused:
    return Refused(json_answer(400, {"error": "invalid_grant"}, note))


class Tokens:
    """Access tokens of half an hour; each refresh replaces its token, which is good for a while yet."""

    def __init__(self, world: World, authorizing: Authorizing) -> None:
        self.world = world
        self.store = world.store
        self.authorizing = authorizing
        self.key = SigningKey(world.store, VENDOR)

    @property
    def issuer(self) -> str:
        return f"{self.world.public_url}/xero/identity"

    def redeem_code(self, code: str, client_id: str, redirect_uri: str) -> dict[str, Any]:
        """Exchange a code once, within its five minutes, for the pair that it stands for."""
        try:
            allowed = self.authorizing.redeem_code(code, client_id, redirect_uri)
        except CodeRefused as refused:
            raise invalid_grant(str(refused)) from None
        return self._pair(allowed, family=str(uuid.uuid4()), generation=0)

    def refresh(self, token: str, client_id: str) -> dict[str, Any]:
        """Rotate: the newest token of its family works, and for 30 minutes the one it replaced."""
        now = self.world.clock.now_ms()
        row = self.store.row(
            "SELECT * FROM refresh_tokens WHERE token_hash = ? AND vendor = ?", hashed(token), VENDOR
        )
        if row is None or row["client_id"] != client_id:
            raise invalid_grant("unknown refresh token")
        if row["dead"]:
            raise invalid_grant("revoked")
        if now - row["issued_at"] > IDLE_SECONDS * 1000:
            raise invalid_grant("idle for 60 days")
        newest = int(
            self.store.value("SELECT max(generation) FROM refresh_tokens WHERE family = ?", row["family"])
        )
        if row["superseded_at"] is not None:
            in_grace = now - row["superseded_at"] <= GRACE_SECONDS * 1000
            if not in_grace or row["generation"] < newest - 1:
                raise invalid_grant("reuse")
        self.store.run(
            "UPDATE refresh_tokens SET superseded_at = ? WHERE family = ? AND superseded_at IS NULL",
            now,
            row["family"],
        )
        allowed = Allowed(client_id, row["login"], row["scope"], row["auth_event"])
        return self._pair(allowed, row["family"], row["generation"] + 1)

    def kill(self, token: str, client_id: str) -> str | None:
        """End the family of a refresh token and name its login; None for a token that nobody issued."""
        row = self.store.row(
            "SELECT family, login FROM refresh_tokens WHERE token_hash = ? AND client_id = ?",
            hashed(token),
            client_id,
        )
        if row is None:
            return None
        self.store.run("UPDATE refresh_tokens SET dead = 1 WHERE family = ?", row["family"])
        return str(row["login"])

    def kill_all(self, login: str) -> None:
        self.store.run("UPDATE refresh_tokens SET dead = 1 WHERE vendor = ? AND login = ?", VENDOR, login)

    def read_access(self, header: str) -> Allowed:
        """Believe a bearer token, or refuse it in Xero's words."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise unauthorized("AuthenticationUnsuccessful")
        try:
            claims = jwt.decode(
                token,
                self.key.public(),
                algorithms=["RS256"],
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "verify_aud": False},
            )
        except jwt.PyJWTError:
            raise unauthorized("TokenInvalidSignature") from None
        now = self.world.clock.now()
        if claims["exp"] <= now.timestamp():
            expired = now.fromtimestamp(claims["exp"], tz=now.tzinfo)
            raise unauthorized(f"TokenExpired: token expired at {expired:%m/%d/%Y %H:%M:%S}")
        event = claims["authentication_event_id"]
        return Allowed(claims["client_id"], claims["xero_userid"], " ".join(claims["scope"]), event)

    def _pair(self, allowed: Allowed, family: str, generation: int) -> dict[str, Any]:
        pair: dict[str, Any] = {}
        if "openid" in allowed.scopes:
            pair["id_token"] = self._sign(self._id_claims(allowed), ID_TOKEN_SECONDS)
        pair["access_token"] = self._sign(self._access_claims(allowed), ACCESS_SECONDS)
        pair |= {"expires_in": ACCESS_SECONDS, "token_type": "Bearer"}
        if "offline_access" in allowed.scopes:
            pair["refresh_token"] = self._new_refresh(allowed, family, generation)
        return pair | {"scope": allowed.scope}

    def _new_refresh(self, allowed: Allowed, family: str, generation: int) -> str:
        token = secrets.token_urlsafe(33)
        self.store.insert(
            "refresh_tokens",
            token_hash=hashed(token),
            vendor=VENDOR,
            family=family,
            generation=generation,
            client_id=allowed.client_id,
            login=allowed.login,
            scope=allowed.scope,
            auth_event=allowed.auth_event,
            issued_at=self.world.clock.now_ms(),
        )
        return token

    def _access_claims(self, allowed: Allowed) -> dict[str, Any]:
        return {
            "aud": f"{self.issuer}/resources",
            "client_id": allowed.client_id,
            "sub": hashed(allowed.login)[:32],
            "xero_userid": allowed.login,
            "global_session_id": uuid.uuid4().hex,
            "authentication_event_id": allowed.auth_event,
            "jti": uuid.uuid4().hex.upper(),
            "scope": allowed.scope.split(),
        }

    def _id_claims(self, allowed: Allowed) -> dict[str, Any]:
        person = self.store.row("SELECT * FROM logins WHERE vendor = ? AND id = ?", VENDOR, allowed.login)
        assert person is not None
        claims: dict[str, Any] = {
            "aud": allowed.client_id,
            "sub": hashed(allowed.login)[:32],
            "sid": uuid.uuid4().hex,
            "xero_userid": allowed.login,
        }
        if allowed.nonce:
            claims["nonce"] = allowed.nonce
        if "email" in allowed.scopes:
            claims |= {"email": person["email"], "preferred_username": person["email"]}
        if "profile" in allowed.scopes:
            full_name = f"{person['given_name']} {person['family_name']}"
            claims |= {
                "given_name": person["given_name"],
                "family_name": person["family_name"],
                "name": full_name,
            }
        return claims

    def _sign(self, claims: dict[str, Any], seconds: int) -> str:
        now = int(self.world.clock.now().timestamp())
        timed = {"nbf": now, "exp": now + seconds, "iss": self.issuer, "iat": now, "auth_time": now} | claims
        return self.key.sign(timed)
