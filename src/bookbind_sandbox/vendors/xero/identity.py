"""Xero's identity server: the authorize, sign-in and consent pages, and the token endpoints."""

import base64
import binascii
import hmac
import secrets
import sqlite3
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.answer import Answer, Refused, json_answer
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.html import page
from bookbind_sandbox.log import Call
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.consent import AuthorizeError, Consent
from bookbind_sandbox.vendors.xero.names import GRANULAR_SCOPES, IDENTITY_SCOPES, VENDOR
from bookbind_sandbox.vendors.xero.tokens import Tokens
from bookbind_sandbox.world import World

COOKIE = "sandbox_xero_session"
Fields = Mapping[str, str]


class Identity:
    def __init__(self, world: World, tokens: Tokens, connections: Connections, consent: Consent) -> None:
        self.world = world
        self.store = world.store
        self.tokens = tokens
        self.connections = connections
        self.consent = consent

    def routes(self) -> list[BaseRoute]:
        base = "/xero/identity"
        return [
            Route(f"{base}/connect/authorize", self.authorize),
            Route(f"{base}/sign-in", self.sign_in, methods=["GET", "POST"]),
            Route(f"{base}/sign-out", self.sign_out, methods=["POST"]),
            Route(f"{base}/consent", self.choose, methods=["GET", "POST"]),
            Route(f"{base}/connect/token", self.token, methods=["POST"]),
            Route(f"{base}/connect/revocation", self.revocation, methods=["POST"]),
            Route(f"{base}/.well-known/openid-configuration", self.discovery),
            Route(f"{base}/.well-known/openid-configuration/jwks", self.jwks),
        ]

    async def authorize(self, request: Request) -> Response:
        try:
            request_id = self.consent.open_request(request.query_params)
        except AuthorizeError as error:
            return _error_page(error)
        step = "consent" if self.person(request) else "sign-in"
        return RedirectResponse(f"/xero/identity/{step}?{urlencode({'request': request_id})}", 302)

    async def sign_in(self, request: Request) -> Response:
        fields = await _fields(request) if request.method == "POST" else dict(request.query_params)
        request_id = fields.get("request", "")
        if request.method == "GET":
            return self._sign_in_page(request_id, "")
        person = self._authenticate(fields)
        if person is None:
            return self._sign_in_page(
                request_id, "That email and password don't match. The sandbox's password is: sandbox"
            )
        session = secrets.token_urlsafe(24)
        self.store.insert("sessions", id=session, vendor=VENDOR, login=person["id"])
        target = f"/xero/identity/consent?{urlencode({'request': request_id})}" if request_id else "/xero/"
        response = RedirectResponse(target, 303)
        response.set_cookie(COOKIE, session, path="/xero", httponly=True, samesite="lax")
        return response

    async def sign_out(self, request: Request) -> Response:
        fields = await _fields(request)
        self.store.run("DELETE FROM sessions WHERE id = ?", request.cookies.get(COOKIE, ""))
        return RedirectResponse(
            f"/xero/identity/sign-in?{urlencode({'request': fields.get('request', '')})}", 303
        )

    async def choose(self, request: Request) -> Response:
        fields = parse_qsl((await request.body()).decode()) if request.method == "POST" else []
        one = dict(fields) if request.method == "POST" else dict(request.query_params)
        request_id = one.get("request", "")
        person = self.person(request)
        if person is None:
            return RedirectResponse(f"/xero/identity/sign-in?{urlencode({'request': request_id})}", 303)
        try:
            if request.method == "GET":
                return self._consent_page(request_id, person, "")
            return self._decide(
                request_id, person, one.get("decision", ""), [v for k, v in fields if k == "organisation"]
            )
        except AuthorizeError as error:
            return _error_page(error)

    def _decide(self, request_id: str, person: sqlite3.Row, decision: str, chosen: list[str]) -> Response:
        asked = self.consent.request(request_id)
        if decision != "allow":
            return RedirectResponse(self.consent.refuse(request_id), 303)
        if not chosen or (len(chosen) > 1 and not asked["bulk"]):
            return self._consent_page(request_id, person, "Choose an organisation first.")
        with self.store.transaction():
            target = self.consent.allow(request_id, person["id"], chosen)
        return RedirectResponse(target, 303)

    def person(self, request: Request) -> sqlite3.Row | None:
        """The login that this browser is signed in as."""
        return self.store.row(
            "SELECT logins.* FROM sessions JOIN logins"
            " ON logins.vendor = sessions.vendor AND logins.id = sessions.login"
            " WHERE sessions.id = ? AND sessions.vendor = ?",
            request.cookies.get(COOKIE, ""),
            VENDOR,
        )

    async def token(self, request: Request) -> Response:
        return await self._post(request, "token", "token", self._grant)

    async def revocation(self, request: Request) -> Response:
        return await self._post(request, "token", "revoke", self._revoke)

    async def discovery(self, _: Request) -> Response:
        issuer = self.tokens.issuer
        content = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/connect/authorize",
            "token_endpoint": f"{issuer}/connect/token",
            "revocation_endpoint": f"{issuer}/connect/revocation",
            "jwks_uri": f"{issuer}/.well-known/openid-configuration/jwks",
            "scopes_supported": [*IDENTITY_SCOPES, *GRANULAR_SCOPES],
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
        return stamp(json_answer(200, content)).response()

    async def jwks(self, _: Request) -> Response:
        return stamp(json_answer(200, self.tokens.jwks())).response()

    async def _post(
        self, request: Request, area: str, operation: str, respond: Callable[[Fields], Answer]
    ) -> Response:
        """Answer a form posted by an app that names itself; the log keeps none of its fields."""
        fields = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        call = Call(
            VENDOR, area, operation, request.method, request.url.path, "", None, None, b"", writes=False
        )

        def authenticate() -> Caller:
            return Caller(self._client(request.headers.get("authorization", ""), fields), "", "")

        def answer(caller: Caller | None) -> Answer:
            assert caller is not None
            return respond(fields | {"client_id": caller.client_id})

        plan = Plan(answer, admit=authenticate, stamp=lambda given, _: stamp(given))
        return await answer_call(self.world, request, call, plan)

    def _client(self, header: str, fields: Fields) -> str:
        client_id, secret = (
            _basic(header) if header else (fields.get("client_id", ""), fields.get("client_secret", ""))
        )
        app = self.consent.app(client_id)
        if app is None or not hmac.compare_digest(app["secret"].encode(), secret.encode()):
            raise Refused(json_answer(400, {"error": "invalid_client"}, "invalid_client"))
        return client_id

    def _grant(self, fields: Fields) -> Answer:
        kind = fields.get("grant_type", "")
        if kind == "authorization_code":
            if not fields.get("code") or not fields.get("redirect_uri"):
                raise Refused(json_answer(400, {"error": "invalid_request"}))
            pair = self.tokens.redeem_code(fields["code"], fields["client_id"], fields["redirect_uri"])
        elif kind == "refresh_token":
            if not fields.get("refresh_token"):
                raise Refused(json_answer(400, {"error": "invalid_request"}))
            pair = self.tokens.refresh(fields["refresh_token"], fields["client_id"])
        else:
            raise Refused(json_answer(400, {"error": "unsupported_grant_type"}))
        return json_answer(200, pair, kind)

    def _revoke(self, fields: Fields) -> Answer:
        """Kill the token, and with it every organisation that its login had connected to the app."""
        login = self.tokens.kill(fields.get("token", ""), fields["client_id"])
        if login is not None:
            self.connections.remove(client_id=fields["client_id"], login=login)
            self.store.run(
                "DELETE FROM consents WHERE client_id = ? AND login = ?", fields["client_id"], login
            )
        return Answer(200)

    def _authenticate(self, fields: Fields) -> sqlite3.Row | None:
        """A pressed button names its login; the form brings an address and the password."""
        if fields.get("login"):
            return self.store.row("SELECT * FROM logins WHERE vendor = ? AND id = ?", VENDOR, fields["login"])
        email, password = fields.get("email", "").strip().lower(), fields.get("password", "")
        person = self.store.row("SELECT * FROM logins WHERE vendor = ? AND email = ?", VENDOR, email)
        return person if person is not None and person["password"] == password else None

    def _sign_in_page(self, request_id: str, problem: str) -> Response:
        people = self.store.rows("SELECT * FROM logins WHERE vendor = ? ORDER BY rowid", VENDOR)
        reach = {
            person["id"]: [row["name"] for row in self.consent.organisations(person["id"])]
            for person in people
        }
        status = 401 if problem else 200
        return page(
            "xero/sign_in.html", status, people=people, reach=reach, request_id=request_id, problem=problem
        )

    def _consent_page(self, request_id: str, person: sqlite3.Row, problem: str) -> Response:
        asked = self.consent.request(request_id)
        app = self.consent.app(asked["client_id"])
        words = IDENTITY_SCOPES | GRANULAR_SCOPES
        context: dict[str, Any] = {
            "app": app,
            "person": person,
            "request_id": request_id,
            "bulk": bool(asked["bulk"]),
            "scopes": [words[scope] for scope in asked["scope"].split()],
            "organisations": self.consent.organisations(person["id"]),
            "connected": {
                row["organisation"] for row in self.connections.of_login(asked["client_id"], person["id"])
            },
            "problem": problem,
        }
        return page("xero/consent.html", 400 if problem else 200, **context)


def stamp(answer: Answer) -> Answer:
    return answer.with_headers(Xero_Correlation_Id=str(uuid.uuid4()))


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client_id), unquote(secret)


async def _fields(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))


def _error_page(error: AuthorizeError) -> Response:
    return page("xero/error.html", 400, error=error.error, description=error.description)
