"""The control API: JSON that makes things happen inside the vendors, for demos and tests alone."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bookbind_sandbox.clock import parse_duration
from bookbind_sandbox.faults import ANY, KINDS
from bookbind_sandbox.html import page
from bookbind_sandbox.wishes import Wish, WishRefused
from bookbind_sandbox.world import SEEDED, Vendor, World, world_of

Endpoint = Callable[[Request], Awaitable[Response]]
# What is asked of a vendor as a whole, and what is asked inside one of its organisations.
VENDOR_WISHES = {
    "consent": "consent",
    "revoke": "revoke",
    "organisations": "add_organisation",
    "app": "change_app",
}
ORGANISATION_WISHES = (
    "archive",
    "rename",
    "delete",
    "merge_contacts",
    "grow",
    "lock",
    "add_bill",
)
LIMIT_NAMES = ("second", "minute", "day", "concurrent", "app_minute", "latency_ms")
MAX_LOG = 5_000


def routes() -> list[BaseRoute]:
    base = "/_control"
    found: list[BaseRoute] = [
        Route(base, guarded(show_page)),
        Route(f"{base}/reset", guarded(reset), methods=["POST"]),
        Route(f"{base}/keep", guarded(keep), methods=["POST"]),
        Route(f"{base}/clock", guarded(read_clock), methods=["GET"]),
        Route(f"{base}/clock", guarded(move_clock), methods=["POST"]),
        Route(f"{base}/received", guarded(read_received), methods=["GET"]),
        Route(f"{base}/log", guarded(read_log), methods=["GET"]),
        Route(f"{base}/faults", guarded(list_faults), methods=["GET"]),
        Route(f"{base}/faults", guarded(add_fault), methods=["POST"]),
        Route(f"{base}/faults", guarded(clear_faults), methods=["DELETE"]),
        Route(f"{base}/limits", guarded(change_limits), methods=["POST"]),
        Route(f"{base}/organisations", guarded(list_organisations), methods=["GET"]),
    ]
    wishes = {name: vendor_wish(method) for name, method in VENDOR_WISHES.items()}
    wishes |= {name: organisation_wish(name) for name in ORGANISATION_WISHES}
    return found + [
        Route(f"{base}/{name}", guarded(endpoint), methods=["POST"]) for name, endpoint in wishes.items()
    ]


def guarded(endpoint: Endpoint) -> Endpoint:
    """Refuse pages of other sites, names of other hosts, and forms; answer refusals as JSON."""

    async def answer(request: Request) -> Response:
        world = world_of(request)
        problem = _stranger(request, world.public_url)
        if problem:
            return JSONResponse({"error": problem}, 403)
        if (
            request.method == "POST"
            and request.headers.get("content-type", "").split(";")[0].strip() != "application/json"
        ):
            return JSONResponse({"error": "Send application/json."}, 415)
        try:
            return await endpoint(request)
        except WishRefused as refused:
            return JSONResponse({"error": refused.message}, refused.status)

    return answer


def _stranger(request: Request, public_url: str) -> str:
    if request.headers.get("host", "") != urlsplit(public_url).netloc:
        return f"The control API answers at {public_url} alone."
    origin = request.headers.get("origin")
    if origin is not None and origin != public_url:
        return "The control API answers its own pages alone."
    return ""


async def read_wish(request: Request) -> Wish:
    try:
        content = json.loads(await request.body() or b"{}")
    except ValueError:
        raise WishRefused("The body is not JSON.") from None
    if not isinstance(content, dict):
        raise WishRefused("The body must be a JSON object.")
    return content


def vendor_of(request: Request, wish: Wish) -> Vendor:
    return world_of(request).vendor(str(wish.get("vendor") or "xero"))


def vendor_wish(method: str) -> Endpoint:
    """An endpoint that hands its body to this method of the vendor."""

    async def endpoint(request: Request) -> Response:
        wish = await read_wish(request)
        vendor = vendor_of(request, wish)
        with world_of(request).store.transaction():
            granted: Wish = getattr(vendor, method)(wish)
        return JSONResponse(granted)

    return endpoint


def organisation_wish(name: str) -> Endpoint:
    """An endpoint that hands its body to this one of the vendor's wishes, in the organisation it names."""

    async def endpoint(request: Request) -> Response:
        wish = await read_wish(request)
        vendor = vendor_of(request, wish)
        organisation = vendor.find_organisation(str(wish.get("organisation") or ""))
        with world_of(request).store.transaction():
            granted: Wish = getattr(vendor.wishes(organisation), name)(wish)
        return JSONResponse(granted)

    return endpoint


async def reset(request: Request) -> Response:
    """Back to the seed, or to what was kept as `to`."""
    wish = await read_wish(request)
    world_of(request).reset(str(wish.get("to") or SEEDED))
    return JSONResponse({"reset": True})


async def keep(request: Request) -> Response:
    wish = await read_wish(request)
    name = str(wish.get("as") or "")
    if name in ("", SEEDED):
        raise WishRefused('Send {"as": "a name"}; "seeded" is what a reset goes back to.')
    world_of(request).keep(name)
    return JSONResponse({"kept": name})


def _clock(world: World) -> Response:
    now = world.clock.now()
    return JSONResponse(
        {"now": now.isoformat(timespec="seconds"), "offset_seconds": world.clock.offset.total_seconds()}
    )


async def read_clock(request: Request) -> Response:
    return _clock(world_of(request))


async def move_clock(request: Request) -> Response:
    world, wish = world_of(request), await read_wish(request)
    try:
        if "skip" in wish:
            world.clock.skip(parse_duration(str(wish["skip"])))
        elif "set" in wish:
            world.clock.set(datetime.fromisoformat(str(wish["set"])))
        else:
            raise WishRefused('Send {"skip": "30d"} or {"set": "2027-01-31T09:00:00Z"}.')
    except (ValueError, OverflowError) as error:
        raise WishRefused(str(error)) from None
    return _clock(world)


async def read_received(request: Request) -> Response:
    """The documents that came through the API, with the calls counted; per organisation too."""
    world = world_of(request)
    vendor = vendor_of(request, dict(request.query_params))
    totals = world.log.totals(vendor.brand.name)
    known = {
        one["id"]: one["name"]
        for one in world.store.rows("SELECT id, name FROM organisations WHERE vendor = ?", vendor.brand.name)
    }
    by_organisation = {
        organisation: {"name": known.get(organisation), **counts}
        for organisation, counts in totals.pop("by_organisation").items()
    }
    return JSONResponse({"documents": vendor.received(), **totals, "by_organisation": by_organisation})


async def read_log(request: Request) -> Response:
    vendor = vendor_of(request, dict(request.query_params))
    try:
        after = int(request.query_params.get("after", "0"))
        limit = min(int(request.query_params.get("limit", MAX_LOG)), MAX_LOG)
    except ValueError:
        raise WishRefused("after and limit are numbers.") from None
    return JSONResponse({"requests": world_of(request).log.entries(vendor.brand.name, after, limit)})


async def list_faults(request: Request) -> Response:
    return JSONResponse({"faults": world_of(request).faults.list()})


async def add_fault(request: Request) -> Response:
    """Make the next `times` matching calls fail; with null, all of them until the faults are cleared."""
    wish = await read_wish(request)
    vendor = vendor_of(request, wish)
    operation, kind, times = wish.get("operation", ANY), str(wish.get("fault")), wish.get("times", 1)
    if kind not in KINDS:
        raise WishRefused(f"fault must be one of: {', '.join(KINDS)}.")
    if operation not in (ANY, *vendor.operations):
        raise WishRefused(f"operation must be one of: {', '.join((ANY, *vendor.operations))}.")
    if times is not None and (not isinstance(times, int) or times < 1):
        raise WishRefused("times must be a positive number, or null for ever.")
    organisation = vendor.find_organisation(str(wish["organisation"])) if wish.get("organisation") else None
    options = {name: wish.get(name) for name in ("retry_after", "seconds", "commit")}
    fault_id = world_of(request).faults.add(
        vendor.brand.name, operation, kind, times, organisation=organisation, **options
    )
    return JSONResponse({"id": fault_id})


async def clear_faults(request: Request) -> Response:
    return JSONResponse({"cleared": world_of(request).faults.clear()})


async def change_limits(request: Request) -> Response:
    wish = await read_wish(request)
    vendor = vendor_of(request, wish)
    changes: dict[str, Any] = {name: wish[name] for name in LIMIT_NAMES if name in wish}
    if not all(isinstance(value, int) and value >= 0 for value in changes.values()):
        raise WishRefused(f"{', '.join(LIMIT_NAMES)} are whole numbers.")
    return JSONResponse(world_of(request).limits.change(vendor.brand.name, changes))


async def list_organisations(request: Request) -> Response:
    return JSONResponse({"organisations": vendor_of(request, dict(request.query_params)).overview()})


async def show_page(request: Request) -> Response:
    world = world_of(request)
    vendors = [
        {
            "name": vendor.brand.name,
            "title": vendor.brand.title,
            "documents": vendor.received()[::-1][:50],
            "organisations": vendor.overview(),
            "totals": world.log.totals(vendor.brand.name),
        }
        for vendor in world.vendors.values()
    ]
    return page(
        "control.html",
        now=world.clock.now().strftime("%d %b %Y, %H:%M UTC"),
        skipped_days=round(world.clock.offset.total_seconds() / 86_400, 1),
        vendors=vendors,
        faults=world.faults.list(),
        requests=world.log.latest(60),
    )
