"""Intuit's identity server: authorize and consent pages, tokens, revocation, and who signed in."""

import asyncio
import json
import uuid
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.answer import Answer, Refused, json_answer
from bookbind_sandbox.app_calls import AppCalls
from bookbind_sandbox.consent import ConsentPages
from bookbind_sandbox.directory import Fields
from bookbind_sandbox.faults import Fault as Breakage
from bookbind_sandbox.gate import Caller, Plan, answer_call
from bookbind_sandbox.log import Call
from bookbind_sandbox.sign_in import SignIn, read_form
from bookbind_sandbox.vendors.quickbooks.consent import CompanyConsent
from bookbind_sandbox.vendors.quickbooks.errors import break_as, unauthenticated
from bookbind_sandbox.vendors.quickbooks.names import VENDOR
from bookbind_sandbox.vendors.quickbooks.tokens import Tokens
from bookbind_sandbox.world import World

BASE = "/quickbooks"
HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"
# A refresh takes Intuit a moment, in which a second one of the same token can arrive.
REFRESH_TAKES_SECONDS = 0.02


class Identity:
    """The routes of sign-in and consent, and those that apps call: tokens, revocation, keys, userinfo."""

    def __init__(self, world: World, tokens: Tokens, consent: CompanyConsent) -> None:
        self.world = world
        self.tokens = tokens
        self.directory = consent.directory
        self.entrance = SignIn(self.directory, BASE)
        self.consent_pages = ConsentPages(consent, self.entrance)
        stranger = json_answer(401, {"error": "invalid_client"}, "invalid_client")
        self.calls = AppCalls(world, self.directory, stranger, stamp, self._break_as)

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{BASE}/.well-known/openid_configuration", self.discovery),
            Route(f"{BASE}/.well-known/openid_sandbox_configuration", self.discovery),
            Route(f"{BASE}/connect/oauth2", self.consent_pages.authorize),
            *self.consent_pages.routes(),
            Route(f"{BASE}/oauth2/v1/tokens/bearer", self.token, methods=["POST"]),
            Route(f"{BASE}/v2/oauth2/tokens/revoke", self.revoke, methods=["POST"]),
            Route(f"{BASE}/v1/openid_connect/userinfo", self.userinfo),
            Route(f"{BASE}/op/v1/jwks", self.jwks),
        ]

    async def discovery(self, _: Request) -> Response:
        base = f"{self.world.public_url}{BASE}"
        content = {
            "issuer": self.tokens.issuer,
            "authorization_endpoint": f"{base}/connect/oauth2",
            "token_endpoint": f"{base}/oauth2/v1/tokens/bearer",
            "userinfo_endpoint": f"{base}/v1/openid_connect/userinfo",
            "revocation_endpoint": f"{base}/v2/oauth2/tokens/revoke",
            "jwks_uri": f"{base}/op/v1/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
        }
        return stamp(json_answer(200, content)).response()

    async def jwks(self, _: Request) -> Response:
        return stamp(json_answer(200, self.tokens.key.jwks())).response()

    async def token(self, request: Request) -> Response:
        fields = await read_form(request)
        wanted = request.headers.get(HARD_EXPIRY_HEADER, "").lower() == "true"
        with self.tokens.refreshing(fields.get("refresh_token", str(uuid.uuid4()))) as alone:
            if fields.get("grant_type") == "refresh_token":
                await asyncio.sleep(REFRESH_TAKES_SECONDS)
            return await self.calls.answer(
                request, "token", fields, lambda proven: self._issue(proven, alone=alone, wanted=wanted)
            )

    def _issue(self, fields: Fields, *, alone: bool, wanted: bool) -> Answer:
        kind, client_id = fields.get("grant_type", ""), fields["client_id"]
        if kind == "authorization_code" and fields.get("code") and fields.get("redirect_uri"):
            pair = self.tokens.redeem_code(
                fields["code"], client_id, fields["redirect_uri"], tell_hard_expiry=wanted
            )
        elif kind == "refresh_token" and fields.get("refresh_token"):
            pair = self.tokens.refresh(
                fields["refresh_token"], client_id, alone=alone, tell_hard_expiry=wanted
            )
        elif kind in {"authorization_code", "refresh_token"}:
            raise Refused(json_answer(400, {"error": "invalid_request"}))
        else:
            raise Refused(json_answer(400, {"error": "unsupported_grant_type"}))
        return json_answer(200, pair, kind)

    async def revoke(self, request: Request) -> Response:
        """Take a token back; it comes as JSON, and a form is understood too."""
        body = await request.body()
        is_json = request.headers.get("content-type", "").startswith("application/json")
        fields = _json_fields(body) if is_json else await read_form(request)
        return await self.calls.answer(request, "revoke", fields, self._revoke)

    def _revoke(self, fields: Fields) -> Answer:
        """End the company's whole consent by this login: every token of it, older sign-ins' too."""
        grant = self.tokens.find_grant(fields.get("token", ""), fields["client_id"])
        if grant is None or grant["client_id"] != fields["client_id"]:
            raise Refused(json_answer(400, {"error": "invalid_request"}, "unknown token"))
        self.tokens.end(client_id=grant["client_id"], login=grant["login"], realm=grant["organisation"])
        return Answer(200)

    async def userinfo(self, request: Request) -> Response:
        path = request.url.path
        call = Call(VENDOR, "identity", "userinfo", request.method, path, "", None, None, b"", writes=False)

        def admit() -> Caller:
            bearer = self.tokens.read_access(request.headers.get("authorization", ""))
            if "openid" not in bearer.scopes:
                raise Refused(unauthenticated("The token lacks the openid scope", self.world.clock.now_ms()))
            return Caller(bearer.client_id, bearer.login, "")

        plan = Plan(self._userinfo, admit, stamp=lambda answer, _: stamp(answer), break_as=self._break_as)
        return await answer_call(self.world, request, call, plan)

    def _break_as(self, breakage: Breakage) -> Answer:
        return break_as(breakage, self.world.clock.now_ms())

    def _userinfo(self, caller: Caller | None) -> Answer:
        person = self.directory.person(caller.login) if caller else None
        assert person is not None
        content = {
            "sub": person["id"],
            "email": person["email"],
            "emailVerified": True,
            "givenName": person["given_name"],
            "familyName": person["family_name"],
        }
        return json_answer(200, content)


def stamp(answer: Answer) -> Answer:
    """Every response of Intuit's carries a transaction id for its support."""
    return replace(answer, headers=answer.headers | {"intuit_tid": str(uuid.uuid4())})


def _json_fields(body: bytes) -> dict[str, str]:
    try:
        content = json.loads(body or b"{}")
    except ValueError:
        return {}
    return {str(key): str(value) for key, value in content.items()} if isinstance(content, dict) else {}
