"""Signing in to Xero: the authorize address, tokens, and the organisations that a login connected."""

import base64
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import jwt

from bookbind.kit import clock
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause
from bookbind.providers.base.http import Call, Reply
from bookbind.providers.base.shapes import FieldMissing, required_text, text_of
from bookbind.providers.base.types import Answer, AppCredentials, Form, Organisation, Redirect, Tokens
from bookbind.providers.xero import urls
from bookbind.providers.xero.client import call_connections, call_identity
from bookbind.providers.xero.session import XeroSession

_ORGANISATION = "ORGANISATION"


class XeroAdapter:
    """Sign-in, tokens and sessions at Xero."""

    def begin(self, app: AppCredentials, state: str) -> Redirect | Form:
        """Xero's sign-in page; the web-app type has a secret and takes no PKCE challenge (2026-11)."""
        query = {
            "response_type": "code",
            "client_id": app.client_id,
            "redirect_uri": app.redirect_uri,
            "scope": " ".join(app.scopes),
            "state": state,
        }
        return Redirect(f"{urls.authorize_url()}?{urlencode(query, quote_via=quote)}")

    def complete(self, app: AppCredentials, answer: Answer) -> Tokens:
        """Exchange the code, which works once and for five minutes."""
        code = answer.values.get("code", "")
        if not code:
            raise ProviderError(ErrorKind.NEEDS_RECONNECT, answer.values.get("error", "no code"))
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
        return _tokens_of(_exchange(app, grant))

    def organisations(self, tokens: Tokens) -> list[Organisation]:
        """Those of this consent alone: a login's token reaches the ones of all its earlier consents too."""
        named = _list_connections(tokens, authEventId=tokens.consent_id)
        return [XeroSession(tokens, organisation).fetch_organisation() for organisation in named]

    def reachable_organisations(self, tokens: Tokens) -> list[Organisation]:
        """Every organisation that this login connected to our app."""
        return _list_connections(tokens)

    def refresh(self, app: AppCredentials, tokens: Tokens) -> Tokens:
        """A new pair; when its answer was lost, the old one may be tried again for 30 minutes (2026-11)."""
        grant = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
        return _tokens_of(_exchange(app, grant), tokens)

    def revoke(self, app: AppCredentials, tokens: Tokens) -> None:
        """Give the login up; Xero then removes every organisation that it connected to our app."""
        reply = _post(app, urls.revocation_url(), "revoke", {"token": tokens.refresh_token})
        if reply.status >= 400:
            raise _token_refusal(reply)

    def disconnect(self, app: AppCredentials, tokens: Tokens, organisation: Organisation) -> None:  # noqa: ARG002
        """Remove this one organisation from the app; one that is gone already needs nothing more."""
        connected = {known.id: known.connection_ref for known in _list_connections(tokens)}
        connection_id = connected.get(organisation.id)
        if connection_id is None:
            return
        reply = call_connections(tokens, "DELETE", connection_id)
        if reply.status not in (204, 200, 404):
            raise reply.error(ErrorKind.CHANGED_SHAPE)

    def open(self, tokens: Tokens, organisation: Organisation) -> Session:
        """A session for this organisation only."""
        return XeroSession(tokens, organisation)


def parse_connections(content: Any) -> list[Organisation]:
    """Read /connections; practices and other kinds of tenant have no books."""
    if not isinstance(content, list):
        raise FieldMissing("connections")
    return [
        Organisation(
            id=required_text(row, "tenantId"),
            name=text_of(row, "tenantName"),
            connection_ref=required_text(row, "id"),
        )
        for row in content
        if row.get("tenantType") == _ORGANISATION
    ]


def parse_tokens(content: Any, now: datetime, old: Tokens | None = None) -> Tokens:
    """Read a token answer; what a refresh leaves out stays as it was."""
    access_token = required_text(content, "access_token")
    claims = _claims(access_token)
    person = _claims(content["id_token"]) if content.get("id_token") else {}
    name = " ".join(filter(None, (text_of(person, "given_name"), text_of(person, "family_name"))))
    return Tokens(
        access_token=access_token,
        refresh_token=required_text(content, "refresh_token"),
        access_expires_at=now + timedelta(seconds=int(content["expires_in"])),
        scopes=tuple(required_text(content, "scope").split()),
        login_id=text_of(claims, "xero_userid") or (old.login_id if old else ""),
        login_email=text_of(person, "email") or (old.login_email if old else ""),
        login_name=name or (old.login_name if old else ""),
        consent_id=text_of(claims, "authentication_event_id") or (old.consent_id if old else ""),
    )


def _list_connections(tokens: Tokens, **params: str) -> list[Organisation]:
    asked = {name: value for name, value in params.items() if value}
    reply = call_connections(tokens, "GET", **asked)
    if reply.status >= 400:
        raise reply.error(ErrorKind.CHANGED_SHAPE)
    return reply.read(parse_connections)


def _exchange(app: AppCredentials, grant: dict[str, str]) -> Reply:
    reply = _post(app, urls.token_url(), "token", grant)
    if reply.status >= 400:
        raise _token_refusal(reply)
    return reply


def _post(app: AppCredentials, url: str, operation: str, fields: dict[str, str]) -> Reply:
    key_pair = base64.b64encode(f"{app.client_id}:{app.client_secret}".encode()).decode()
    headers = {"Authorization": f"Basic {key_pair}", "Content-Type": "application/x-www-form-urlencoded"}
    content = urlencode(fields).encode()
    # A lost answer to a refresh leaves a new pair that we do not know: that is a write too.
    call = Call("POST", url, operation, headers=headers, content=content, is_write=True, holds_secrets=True)
    return call_identity(call)


def _tokens_of(reply: Reply, old: Tokens | None = None) -> Tokens:
    return reply.read(lambda content: parse_tokens(content, clock.now(), old))


def _token_refusal(reply: Reply) -> ProviderError:
    """Only invalid_grant in a proper error body says that the sign-in is dead."""
    content = reply.find_json()
    code = content.get("error") if isinstance(content, dict) else None
    text = f"{code}: {content.get('error_description', '')}".rstrip(": ") if code else ""
    if code == "invalid_grant" and reply.status == 400:
        return reply.error(ErrorKind.NEEDS_RECONNECT, vendor_text=text, cause=ReconnectCause.REVOKED)
    if code in ("invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_request"):
        return reply.error(ErrorKind.MISCONFIGURED, vendor_text=text)
    if code == "invalid_scope":
        return reply.error(ErrorKind.MISSING_SCOPE, vendor_text=text)
    return reply.error(ErrorKind.TRANSIENT, vendor_text=text)


def _claims(token: str) -> dict[str, Any]:
    """What a token says; it came straight from Xero over TLS, so its signature adds nothing."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError as error:
        raise FieldMissing("token") from error
    return claims
