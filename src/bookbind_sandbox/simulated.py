"""What every simulated vendor does in the same way for the control API."""

from abc import ABC, abstractmethod
from urllib.parse import parse_qsl, urlsplit

from bookbind_sandbox.authorizing import AuthorizeError
from bookbind_sandbox.brand import Brand
from bookbind_sandbox.consent import Consent
from bookbind_sandbox.directory import Directory
from bookbind_sandbox.population import DEMO_CLIENT_ID, Organisation
from bookbind_sandbox.wishes import Wish, WishRefused, read_name
from bookbind_sandbox.world import World


class SimulatedVendor(ABC):
    """The shared part of a `world.Vendor`; a vendor sets `brand` and, when it is made, `consents`."""

    brand: Brand
    consents: Consent

    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store
        self.directory = Directory(world.store, self.brand)

    def find_organisation(self, wanted: str) -> str:
        return self.directory.find_organisation(wanted)

    def overview(self) -> list[Wish]:
        return [
            {
                "id": row["id"],
                "name": row["name"],
                "lists": self.count_lists(row["id"]),
                "connected_by": list(
                    dict.fromkeys(one["email"] for one in self.directory.connected(row["id"]))
                ),
            }
            for row in self.directory.all_organisations()
        ]

    @abstractmethod
    def count_lists(self, organisation: str) -> dict[str, int]:
        """How many entries each list holds; `accounts`, `contacts` and `invoices` at every vendor."""

    def consent(self, wish: Wish) -> Wish:
        """Sign in and allow, or refuse; several organisations are several ticks of one bulk consent."""
        login = self.directory.find_login(wish.get("login"))
        asked = dict(parse_qsl(urlsplit(str(wish.get("authorize_url") or "")).query))
        chosen = [self.find_organisation(one) for one in wish.get("organisations") or []]
        try:
            request_id = self.consents.open_request(asked)
            if wish.get("cancel"):
                return {"redirect": self.consents.refuse(request_id)}
            return {"redirect": self.consents.allow(request_id, login, chosen)}
        except AuthorizeError as error:
            raise WishRefused(f"{error.error}: {error.description}") from None

    def revoke(self, wish: Wish) -> Wish:
        """End connections inside the vendor."""
        login, organisation = self.find_named(wish)
        return {"removed": self.end_connections(login, organisation)}

    def find_named(self, wish: Wish) -> tuple[str, str]:
        """The login and the organisation that a wish names; one of them may be missing, and is empty then."""
        if not wish.get("organisation") and not wish.get("login"):
            raise WishRefused("Say which organisation, which login, or both.")
        login = self.directory.find_login(wish["login"]) if wish.get("login") else ""
        organisation = self.find_organisation(wish["organisation"]) if wish.get("organisation") else ""
        return login, organisation

    @abstractmethod
    def end_connections(self, login: str, organisation: str) -> int:
        """End what a login has, what an organisation has, or what the one has in the other; how many."""

    def add_organisation(self, wish: Wish) -> Wish:
        made = Organisation(
            read_name(wish, "the organisation is called"),
            tuple(self.directory.email(login) for login in wish.get("logins") or ()),
            vat=str(wish.get("tax_number") or ""),
            country=str(wish.get("country") or "GB"),
            currency=str(wish.get("currency") or "GBP"),
            key=str(wish.get("key") or ""),
        )
        if self.directory.organisation(self.organisation_id(made.seed)) is not None:
            taken = f"{self.brand.title} has {self.brand.an_organisation} {made.seed!r} already"
            raise WishRefused(f"{taken}; give another key.", 409)
        return {"id": self.open_organisation(made), "name": made.name}

    @abstractmethod
    def organisation_id(self, seed: str) -> str:
        """The id that follows from an organisation's seed."""

    @abstractmethod
    def open_organisation(self, made: Organisation) -> str:
        """Make an organisation with full books; returns its id."""

    def change_app(self, wish: Wish) -> Wish:
        """Change the app's secret, scopes or name."""
        client_id = str(wish.get("client_id") or DEMO_CLIENT_ID)
        self.directory.change_app(client_id, wish)
        return {"client_id": client_id}
