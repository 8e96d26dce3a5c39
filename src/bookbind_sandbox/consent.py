"""Consent at a vendor: what an app may ask for, what a login allows, and the page that asks."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.authorizing import AuthorizeError, Authorizing
from bookbind_sandbox.connecting import Connecting
from bookbind_sandbox.directory import Directory
from bookbind_sandbox.html import vendor_page
from bookbind_sandbox.sign_in import SignIn
from bookbind_sandbox.world import World


class Consent(ABC):
    """One vendor's decisions of consent, apart from the pages.

    `scopes` are those an app may ask for, as the page words them; `decision` is what the button that allows
    sends.
    """

    scopes: Mapping[str, str]
    decision: str = "allow"

    def __init__(
        self, world: World, directory: Directory, authorizing: Authorizing, connecting: Connecting
    ) -> None:
        self.world = world
        self.store = world.store
        self.directory = directory
        self.authorizing = authorizing
        self.connecting = connecting

    @abstractmethod
    def open_request(self, asked: Mapping[str, str]) -> str:
        """Check an authorize request and remember it; returns its id."""

    @abstractmethod
    def allow(self, request_id: str, login: str, chosen: Sequence[str]) -> str:
        """Connect the chosen organisations; returns the address, with its code, to send the browser to."""

    def refuse(self, request_id: str) -> str:
        """The address to send the browser to when the user pressed Cancel."""
        return self.authorizing.close(request_id, {"error": "access_denied"})

    def barred(self, organisations: Sequence[sqlite3.Row], login: str) -> dict[str, str]:  # noqa: ARG002
        """The organisations that a login can open but not connect, each with the reason."""
        return {}


class ConsentPages:
    """The browser's way through an authorize request: sign in, choose, and back to the app."""

    def __init__(self, consent: Consent, entrance: SignIn) -> None:
        self.consent = consent
        self.entrance = entrance
        self.directory = entrance.directory
        self.brand = entrance.brand

    def routes(self) -> list[BaseRoute]:
        """All but the authorize address, which each vendor has elsewhere."""
        return [
            *self.entrance.routes(),
            Route(f"{self.entrance.base}/consent", self.choose, methods=["GET", "POST"]),
        ]

    async def authorize(self, request: Request) -> Response:
        try:
            request_id = self.consent.open_request(request.query_params)
        except AuthorizeError as error:
            return self._error_page(error)
        step = "consent" if self.entrance.person(request) else "sign-in"
        return self.entrance.to_step(step, request_id, 302)

    async def choose(self, request: Request) -> Response:
        sent = await request.body() if request.method == "POST" else request.url.query.encode()
        fields = parse_qsl(sent.decode("utf-8", "replace"))
        request_id = dict(fields).get("request", "")
        person = self.entrance.person(request)
        if person is None:
            return self.entrance.to_step("sign-in", request_id)
        try:
            if request.method == "GET":
                return self._page(request_id, person, "")
            return self._decide(request_id, person, fields)
        except AuthorizeError as error:
            return self._error_page(error)

    def _decide(self, request_id: str, person: sqlite3.Row, fields: list[tuple[str, str]]) -> Response:
        asked = self.consent.authorizing.request(request_id)
        chosen = [value for name, value in fields if name == self.brand.organisation]
        if ("decision", self.consent.decision) not in fields:
            return RedirectResponse(self.consent.refuse(request_id), 303)
        if not chosen or (len(chosen) > 1 and not asked["bulk"]):
            return self._page(request_id, person, f"Choose {self.brand.an_organisation} first.")
        with self.consent.store.transaction():
            target = self.consent.allow(request_id, person["id"], chosen)
        return RedirectResponse(target, 303)

    def _page(self, request_id: str, person: sqlite3.Row, problem: str) -> Response:
        asked = self.consent.authorizing.request(request_id)
        organisations = self.directory.organisations(person["id"])
        connected = self.consent.connecting.of_login(asked["client_id"], person["id"])
        return vendor_page(
            self.brand,
            "consent.html",
            400 if problem else 200,
            app=self.directory.app(asked["client_id"]),
            person=person,
            request_id=request_id,
            base=self.entrance.base,
            bulk=bool(asked["bulk"]),
            scopes=[self.consent.scopes[scope] for scope in asked["scope"].split()],
            organisations=organisations,
            connected={row["organisation"] for row in connected},
            barred=self.consent.barred(organisations, person["id"]),
            decision=self.consent.decision,
            problem=problem,
        )

    def _error_page(self, error: AuthorizeError) -> Response:
        return vendor_page(self.brand, "error.html", 400, error=error.error, description=error.description)
