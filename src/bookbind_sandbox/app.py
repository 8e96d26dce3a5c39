"""The sandbox's web application: the vendors, the control API, and a front page that says what this is."""

from importlib import resources

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bookbind_sandbox import control
from bookbind_sandbox.html import page
from bookbind_sandbox.world import World, world_of

STYLE = resources.files("bookbind_sandbox").joinpath("static/sandbox.css").read_text(encoding="utf-8")
MAX_BODY_BYTES = 30 * 1024 * 1024


class RefuseHugeBodies:
    """No call needs more than a few files' worth; the rest is refused before it is read."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        length = Headers(scope=scope).get("content-length", "0") if scope["type"] == "http" else "0"
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            await PlainTextResponse("Request Entity Too Large", 413)(scope, receive, send)
            return
        await self.app(scope, receive, send)


async def front_page(request: Request) -> Response:
    return page("front.html", vendors=list(world_of(request).vendors.values()))


async def stylesheet(_: Request) -> Response:
    return Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=300"})


async def health(_: Request) -> Response:
    return PlainTextResponse("sandbox")


def build_app(world: World) -> ASGIApp:
    routes: list[BaseRoute] = [
        Route("/", front_page),
        Route("/health", health),
        Route("/sandbox.css", stylesheet),
        *control.routes(),
    ]
    for vendor in world.vendors.values():
        routes += vendor.routes()
    app = Starlette(routes=routes)
    app.state.world = world
    return RefuseHugeBodies(app)
