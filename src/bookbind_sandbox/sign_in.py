"""Signing in at a vendor: the page, the session in the browser, and the way on to consent."""

import secrets
import sqlite3
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.directory import Directory
from bookbind_sandbox.html import vendor_page

WRONG_PASSWORD = "That email and password don't match. The sandbox's password is: sandbox"  # noqa: S105


class SignIn:
    """One vendor's sign-in; `base` is where its pages `sign-in`, `sign-out` and `consent` live."""

    def __init__(self, directory: Directory, base: str) -> None:
        self.directory = directory
        self.store = directory.store
        self.brand = directory.brand
        self.base = base
        self.cookie = f"sandbox_{self.brand.name}_session"

    def routes(self) -> list[BaseRoute]:
        return [
            Route(f"{self.base}/sign-in", self.sign_in, methods=["GET", "POST"]),
            Route(f"{self.base}/sign-out", self.sign_out, methods=["POST"]),
        ]

    def person(self, request: Request) -> sqlite3.Row | None:
        """The login that this browser is signed in as."""
        return self.store.row(
            "SELECT logins.* FROM sessions JOIN logins"
            " ON logins.vendor = sessions.vendor AND logins.id = sessions.login"
            " WHERE sessions.id = ? AND sessions.vendor = ?",
            request.cookies.get(self.cookie, ""),
            self.brand.name,
        )

    def to_step(self, step: str, request_id: str, status: int = 303) -> Response:
        """Send the browser to a step of an authorize request."""
        return RedirectResponse(f"{self.base}/{step}?{urlencode({'request': request_id})}", status)

    async def sign_in(self, request: Request) -> Response:
        fields = await read_form(request) if request.method == "POST" else dict(request.query_params)
        request_id = fields.get("request", "")
        if request.method == "GET":
            return self._page(request_id, "")
        person = self.directory.authenticate_person(fields)
        if person is None:
            return self._page(request_id, WRONG_PASSWORD)
        session = secrets.token_urlsafe(24)
        self.store.insert("sessions", id=session, vendor=self.brand.name, login=person["id"])
        home = RedirectResponse(self.brand.home, 303)
        response = self.to_step("consent", request_id) if request_id else home
        response.set_cookie(self.cookie, session, path=f"/{self.brand.name}", httponly=True, samesite="lax")
        return response

    async def sign_out(self, request: Request) -> Response:
        fields = await read_form(request)
        self.store.run("DELETE FROM sessions WHERE id = ?", request.cookies.get(self.cookie, ""))
        return self.to_step("sign-in", fields.get("request", ""))

    def _page(self, request_id: str, problem: str) -> Response:
        people = self.directory.people()
        reach = {
            person["id"]: [row["name"] for row in self.directory.organisations(person["id"])]
            for person in people
        }
        return vendor_page(
            self.brand,
            "sign_in.html",
            401 if problem else 200,
            base=self.base,
            people=people,
            reach=reach,
            request_id=request_id,
            problem=problem,
        )


async def read_form(request: Request) -> dict[str, str]:
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
