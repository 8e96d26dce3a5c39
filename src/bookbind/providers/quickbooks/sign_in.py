"""Signing in to QuickBooks: the authorize address, tokens, and the one company that a consent is for."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import jwt
import structlog

from bookbind.kit import clock
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause
from bookbind.providers.base.http import Call, Reply
from bookbind.providers.base.shapes import FieldMissing, Row, required_text, text_of
from bookbind.providers.base.types import Answer, AppCredentials, Form, Organisation, Redirect, Tokens
from bookbind.providers.quickbooks import urls
from bookbind.providers.quickbooks.client import bearer, call_identity
from bookbind.providers.quickbooks.session import QuickBooksSession

# Without this header nothing is said about the five years after which a consent ends for good (2026-11).
_ASKS_FOR_HARD_END = {"x-include-refresh-token-hard-expires-in": "true"}
_REALM = "realm_id"
_FORM = "application/x-www-form-urlencoded"
_OUR_OWN_FAULTS = ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request")

log = structlog.get_logger(__name__)


class QuickBooksAdapter:
    """Sign-in, tokens and sessions at QuickBooks."""

    def begin(self, app: AppCredentials, state: str) -> Redirect | Form:
        """Intuit's sign-in page; nothing of Intuit's mentions PKCE, so no challenge is sent (2026-11)."""
        query = {
            "client_id": app.client_id,
            "response_type": "code",
            "scope": " ".join(app.scopes),
            "redirect_uri": app.redirect_uri,
            "state": state,
        }
        return Redirect(f"{urls.authorize_url()}?{urlencode(query, quote_via=quote)}")

    def complete(self, app: AppCredentials, answer: Answer) -> Tokens:
        """Exchange the code; the company that was chosen stands beside it in the callback alone."""
        code, realm_id = answer.values.get("code", ""), answer.values.get("realmId", "")
        if not code or not realm_id.isdecimal():
            raise ProviderError(
                ErrorKind.NEEDS_RECONNECT, answer.values.get("error", "no code or no company")
            )
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
        reply = _exchange(app, grant)
        now = clock.now()
        tokens = reply.read(lambda content: parse_new_tokens(content, now, realm_id, app.scopes))
        return with_person(tokens, _find_person(tokens))

    def organisations(self, tokens: Tokens) -> list[Organisation]:
        """The one company of this consent."""
        named = Organisation(id=tokens.extra[_REALM], name="")
        return [QuickBooksSession(tokens, named).fetch_whole_organisation()]

    def reachable_organisations(self, tokens: Tokens) -> list[Organisation]:
        """The same one: no token reaches a second company, nothing lists a login's companies (2026-11)."""
        return self.organisations(tokens)

    def refresh(self, app: AppCredentials, tokens: Tokens) -> Tokens:
        """A new access token; the refresh token is the same for a day and another one then (2026-11)."""
        grant = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        reply = _exchange(app, grant)
        now = clock.now()
        return reply.read(lambda content: parse_refreshed(content, now, tokens))

    def revoke(self, app: AppCredentials, tokens: Tokens) -> None:
        """Give this company's consent up; a token that Intuit does not know any more needs nothing more."""
        content = json.dumps({"token": tokens.refresh_token}).encode()
        reply = _post(app, urls.revocation_url(), "revoke", content, "application/json")
        if reply.status in (401, 403):
            raise _token_refusal(reply)
        if reply.status >= 400 and not _error_of(reply):
            raise reply.error(ErrorKind.TRANSIENT)

    def disconnect(self, app: AppCredentials, tokens: Tokens, organisation: Organisation) -> None:
        """End this company's access, which is what revoking its consent does: there is nothing narrower."""
        assert organisation.id == tokens.extra[_REALM], "a consent is for one company"
        self.revoke(app, tokens)

    def open(self, tokens: Tokens, organisation: Organisation) -> Session:
        """A session for this company only."""
        return QuickBooksSession(tokens, organisation)


def parse_new_tokens(content: Any, now: datetime, realm_id: str, scopes: tuple[str, ...]) -> Tokens:
    """Read the answer to a code. It names no scopes, so those that were asked for are those that there are.

    The id token says for which company it is; another one than the callback's is somebody's trick.
    """
    claims = _claims(content["id_token"]) if content.get("id_token") else {}
    if text_of(claims, "realmid") not in ("", realm_id):
        raise ProviderError(ErrorKind.NEEDS_RECONNECT, "The answer is about another company.")
    return Tokens(
        access_token=required_text(content, "access_token"),
        refresh_token=required_text(content, "refresh_token"),
        access_expires_at=now + timedelta(seconds=int(content["expires_in"])),
        scopes=scopes,
        login_id=_login_id(text_of(claims, "sub"), realm_id),
        consent_id=realm_id,
        refresh_expires_at=_hard_end(content, now),
        extra={_REALM: realm_id},
    )


def parse_refreshed(content: Any, now: datetime, old: Tokens) -> Tokens:
    """Read the answer to a refresh; whatever refresh token came back is the one to keep."""
    return Tokens(
        access_token=required_text(content, "access_token"),
        refresh_token=required_text(content, "refresh_token"),
        access_expires_at=now + timedelta(seconds=int(content["expires_in"])),
        scopes=old.scopes,
        login_id=old.login_id,
        login_email=old.login_email,
        login_name=old.login_name,
        consent_id=old.consent_id,
        refresh_expires_at=_hard_end(content, now) or old.refresh_expires_at,
        extra=old.extra,
    )


def with_person(tokens: Tokens, person: Row) -> Tokens:
    """The tokens with who signed in."""
    names = (text_of(person, "givenName"), text_of(person, "familyName"))
    login_id = _login_id(text_of(person, "sub"), tokens.consent_id)
    return replace(
        tokens,
        login_id=tokens.login_id or login_id,
        login_email=text_of(person, "email"),
        login_name=" ".join(filter(None, names)),
    )


def _login_id(person_id: str, realm_id: str) -> str:
    """Person and company: each company that a person connects has a consent, and so secrets, of its own."""
    return f"{person_id}@{realm_id}" if person_id else ""


def _hard_end(content: Any, now: datetime) -> datetime | None:
    seconds = content.get("x_refresh_token_hard_expires_in")
    return now + timedelta(seconds=int(seconds)) if seconds else None


def _find_person(tokens: Tokens) -> Row:
    """Who signed in, empty when that can't be had: a code works once and is worth more than a name."""
    call = Call("GET", urls.person_url(), "userinfo", headers=bearer(tokens), holds_secrets=True)
    try:
        reply = call_identity(call)
    except ProviderError as error:
        log.warning("vendor_person_unknown", kind=error.kind.value)
        return {}
    content = reply.find_json()
    return content if reply.status == 200 and isinstance(content, dict) else {}


def _exchange(app: AppCredentials, grant: dict[str, str]) -> Reply:
    reply = _post(app, urls.token_url(), "token", urlencode(grant).encode(), _FORM, _ASKS_FOR_HARD_END)
    if reply.status >= 400:
        raise _token_refusal(reply)
    return reply


def _post(
    app: AppCredentials,
    url: str,
    operation: str,
    content: bytes,
    content_type: str,
    more: dict[str, str] | None = None,
) -> Reply:
    key_pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    headers = {"Authorization": f"Basic {key_pair}", "Content-Type": content_type, **(more or {})}
    # A lost answer to a refresh may hold a new refresh token that we do not know: that is a write too.
    call = Call("POST", url, operation, headers=headers, content=content, is_write=True, holds_secrets=True)
    return call_identity(call)


def _error_of(reply: Reply) -> str:
    content = reply.find_json()
    return text_of(content, "error") if isinstance(content, dict) else ""


def _token_refusal(reply: Reply) -> ProviderError:
    """Only invalid_grant in a proper error body says that the consent is dead."""
    code, content = _error_of(reply), reply.find_json()
    text = f"{code}: {content.get('error_description', '')}".rstrip(": ") if code else ""
    if code == "invalid_grant" and reply.status == 400:
        return reply.error(ErrorKind.NEEDS_RECONNECT, vendor_text=text, cause=ReconnectCause.REVOKED)
    if code in _OUR_OWN_FAULTS:
        return reply.error(ErrorKind.MISCONFIGURED, vendor_text=text)
    if code == "invalid_scope":
        return reply.error(ErrorKind.MISSING_SCOPE, vendor_text=text)
    return reply.error(ErrorKind.TRANSIENT, vendor_text=text, maybe_done=True)


def _claims(token: str) -> dict[str, Any]:
    """What a token says; it came straight from Intuit over TLS, so its signature adds nothing."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise FieldMissing("token") from error
    return claims
