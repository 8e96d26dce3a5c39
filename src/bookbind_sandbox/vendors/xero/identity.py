"""Xero's identity server: the authorize and consent pages, and the token endpoints."""

import uuid

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.answer import Answer, Refused, json_answer
from bookbind_sandbox.app_calls import AppCalls
from bookbind_sandbox.consent import ConsentPages
from bookbind_sandbox.directory import Fields
from bookbind_sandbox.sign_in import SignIn, read_form
from bookbind_sandbox.vendors.xero.connections import Connections
from bookbind_sandbox.vendors.xero.consent import XeroConsent
from bookbind_sandbox.vendors.xero.names import GRANULAR_SCOPES, IDENTITY_SCOPES
from bookbind_sandbox.vendors.xero.tokens import Tokens
from bookbind_sandbox.world import World

BASE = "/xero/identity"


class Identity:
    """The routes of sign-in and consent, and those that apps call: tokens, revocation, keys."""

    def __init__(self, world: World, tokens: Tokens, connections: Connections, consent: XeroConsent) -> None:
        self.store = world.store
        self.tokens = tokens
        self.connections = connections
        self.directory = consent.directory
        self.entrance = SignIn(self.directory, BASE)
        self.consent_pages = ConsentPages(consent, self.entrance)
        stranger = json_answer(400, {"error": "invalid_client"}, "invalid_client")
        self.calls = AppCalls(world, self.directory, stranger, stamp)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{BASE}/connect/authorize", self.consent_pages.authorize),
            *self.consent_pages.routes(),
            Route(f"{BASE}/connect/token", self.token, methods=["POST"]),
            Route(f"{BASE}/connect/revocation", self.revocation, methods=["POST"]),
            Route(f"{BASE}/.well-known/openid-configuration", self.discovery),
            Route(f"{BASE}/.well-known/openid-configuration/jwks", self.jwks),
        ]

    async def token(self, request: Request) -> Response:
        return await self.calls.answer(request, "token", await read_form(request), self._grant)

    async def revocation(self, request: Request) -> Response:
        return await self.calls.answer(request, "revoke", await read_form(request), self._revoke)

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
        return stamp(json_answer(200, self.tokens.key.jwks())).response()

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


def stamp(answer: Answer) -> Answer:
    return answer.with_headers(Xero_Correlation_Id=str(uuid.uuid4()))
