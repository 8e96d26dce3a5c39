"""The sandbox's web application: the vendors, the control API, and a front page that says what this is."""

from importlib import resources

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bookbind_sandbox import control
from bookbind_sandbox.html import page
from bookbind_sandbox.world import World, world_of

STYLE = resources.files("bookbind_sandbox").joinpath("static/sandbox.css").read_text(encoding="utf-8")
READING = ("GET", "HEAD")
# The largest file that any of the vendors takes is 100 MB, a third more in base64.
MAX_BODY_BYTES = 140 * 1024 * 1024


class Doorkeeper:
    """Refuse what no vendor's page or client would send: huge bodies, and forms posted by other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else None
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            return PlainTextResponse("Request Entity Too Large", 413)
        site = headers.get("sec-fetch-site", "none")
        if scope["method"] not in READING and site not in {"none", "same-origin"}:
            return PlainTextResponse("The sandbox takes forms from its own pages alone.", 403)
        return None


async def front_page(request: Request) -> Response:
    return page("front.html", vendors=list(world_of(request).vendors.values()))


async def stylesheet(_: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=300"})


async def health(_: Request) -> Response:
    return PlainTextResponse("sandbox")


async def no_icon(_: Request) -> Response:
    return Response(status_code=204)


async def client_gone(_: Request, __: Exception) -> Response:
    """A client that left in the middle of its own request hears nothing, and is no fault of ours."""
    return Response(status_code=400)


def build_app(world: World) -> ASGIApp:
    routes: list[BaseRoute] = [
        Route("/", front_page),
        Route("/health", health),
        Route("/favicon.ico", no_icon),
        Route("/sandbox.css", stylesheet),
        *control.routes(),
    ]
    for vendor in world.vendors.values():
        routes += vendor.routes()
    app = Starlette(routes=routes, exception_handlers={ClientDisconnect: client_gone})
    app.state.world = world
    return Doorkeeper(app)
