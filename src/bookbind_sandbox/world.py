"""Everything one running sandbox holds, and what it asks of a vendor."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starlette.requests import Request
from starlette.routing import BaseRoute

from bookbind_sandbox.brand import Brand
from bookbind_sandbox.clock import Clock
from bookbind_sandbox.faults import Faults
from bookbind_sandbox.limits import Allowance, Limits
from bookbind_sandbox.log import RequestLog
from bookbind_sandbox.server import OpenConnections
from bookbind_sandbox.store import Dump, Store
from bookbind_sandbox.wishes import Wish, Wishes, WishRefused

SEEDED = "seeded"


class Vendor(Protocol):
    """One simulated vendor: its pages and APIs, and what the control API can make happen inside it."""

    brand: Brand
    allowance: Allowance
    operations: tuple[str, ...]

    def __init__(self, world: "World") -> None: ...

    def routes(self) -> list[BaseRoute]:
        """Everything the vendor answers, under its own prefix."""

    def seed(self) -> None:
        """Fill the empty store with the state that a reset returns to."""

    def find_organisation(self, wanted: str) -> str:
        """The id of the organisation with this id or name; refuses an unknown one."""

    def overview(self) -> list[Wish]:
        """The organisations with what they hold, for the control page."""

    def received(self) -> list[Wish]:
        """The documents made through the API, oldest first."""

    def consent(self, wish: Wish) -> Wish:
        """Sign in and allow, as a user would in the browser; returns where the browser is sent."""

    def wishes(self, organisation: str) -> Wishes:
        """What can be made happen inside one organisation."""

    def revoke(self, wish: Wish) -> Wish: ...
    def add_organisation(self, wish: Wish) -> Wish: ...
    def change_app(self, wish: Wish) -> Wish: ...


@dataclass
class World:
    """Everything that the vendors share: one store, one clock, one log, and the vendors themselves."""

    store: Store
    clock: Clock
    log: RequestLog
    faults: Faults
    limits: Limits
    connections: OpenConnections
    public_url: str
    vendors: dict[str, Vendor] = field(default_factory=dict)
    kept: dict[str, Dump] = field(default_factory=dict)

    def reset(self, name: str = SEEDED) -> None:
        """Back to the seeded state and to wall time, or to all that was kept under this name."""
        if name != SEEDED and name not in self.kept:
            raise WishRefused(f"Nothing was kept as {name!r} since the sandbox started.", 404)
        with self.store.transaction():
            self.store.clear()
            if name in self.kept:
                self.store.load(self.kept[name])
            else:
                self.seed_missing()
                self.keep(SEEDED)
        self.clock.reload()
        self.limits.forget()

    def keep(self, name: str) -> None:
        """Remember everything as it is now, until the sandbox ends."""
        self.kept[name] = self.store.dump()

    def seed_missing(self) -> None:
        """Seed the vendors that a store made by an older sandbox has never heard of."""
        with self.store.transaction():
            for name, vendor in self.vendors.items():
                if not self.store.row("SELECT 1 FROM apps WHERE vendor = ?", name):
                    vendor.seed()

    def vendor(self, name: str) -> Vendor:
        try:
            return self.vendors[name]
        except KeyError:
            known = ", ".join(self.vendors)
            raise WishRefused(f"There is no vendor {name!r} here; there is: {known}.", 404) from None


def open_world(directory: Path, port: int, kinds: tuple[type[Vendor], ...]) -> World:
    """Open the store, seeding it when it is new."""
    store = Store(directory)
    clock = Clock(store)
    limits = Limits(store, {kind.brand.name: kind.allowance for kind in kinds})
    log = RequestLog(store, clock)
    world = World(store, clock, log, Faults(store), limits, OpenConnections(), f"http://127.0.0.1:{port}")
    world.vendors = {kind.brand.name: kind(world) for kind in kinds}
    if store.value("SELECT count(*) FROM apps"):
        world.seed_missing()
    else:
        world.reset()
    return world


def world_of(request: Request) -> World:
    world = request.app.state.world
    assert isinstance(world, World)
    return world
