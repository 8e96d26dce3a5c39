"""The frame around every page: navigation, switcher, banner and demo bar, each made when first shown."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import cast

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from bookbind.kit import clock
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.permissions import Permission, Role, may
from bookbind.tenancy.queries import list_businesses, list_practices
from bookbind.web.access import BusinessRequest, main_connection
from bookbind.web.entrance import DEMO_PASSWORD, DemoPlace, list_demo_places
from bookbind.web.notices import Notice, banner_for

_SWITCHER_SHOWS = 12
_DEFAULT_TIME_ZONE = "Europe/London"


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation; `short` for narrow screens, `current` the value of aria-current."""

    label: str
    short: str
    url: str
    current: str


@dataclass(frozen=True)
class Skip:
    """One choice of *Skip ahead*."""

    length: str
    label: str


AREAS = (
    ("costs", "Costs", "Costs"),
    ("lists", "Lists", "Lists"),
    ("rules", "Rules", "Rules"),
    ("settings", "Business settings", "Settings"),
)
SKIPS = (
    Skip("1d", "1 day"),
    Skip("7d", "7 days"),
    Skip("30d", "30 days"),
    Skip("335d", "335 days: the warning"),
    Skip("366d", "366 days: past the year"),
)


class Shell:
    """The frame of one request's page. Everything is worked out only when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self.business: Business | None = getattr(request, "business", None)
        self.role: Role | None = getattr(request, "role", None)

    @cached_property
    def may(self) -> dict[str, bool]:
        """What the role may do in this business, by the permission's name."""
        return {
            permission.value: self.role is not None and may(self.role, permission)
            for permission in Permission
        }

    @cached_property
    def nav(self) -> list[NavItem]:
        """The areas of the business; none outside one."""
        if self.business is None:
            return []
        slug = self.business.slug
        here = self._request.path
        return [_nav_item(label, short, reverse(name, args=[slug]), here) for name, label, short in AREAS]

    @cached_property
    def banner(self) -> Notice | None:
        """What is wrong with the business's main connection, in one line; None while all is well."""
        if self.business is None or self.role is None:
            return None
        connection = main_connection(cast("BusinessRequest", self._request))
        return banner_for(connection, self.role) if connection else None

    @cached_property
    def place(self) -> str:
        """What the switcher's button says."""
        return self.business.name if self.business else "Clients" if self.has_clients else "Businesses"

    @cached_property
    def has_clients(self) -> bool:
        """Whether the person belongs to a practice."""
        return self._user is not None and list_practices(self._user).exists()

    @cached_property
    def switcher(self) -> list[Business]:
        """The first businesses that the person can open; empty when there is nothing to switch to."""
        found = self._reachable[:_SWITCHER_SHOWS]
        return found if len(found) > 1 or self.has_clients else []

    @cached_property
    def more_businesses(self) -> bool:
        """Whether the switcher leaves some out; the clients page has them all."""
        return len(self._reachable) > _SWITCHER_SHOWS

    @cached_property
    def today(self) -> date:
        """The product's date, where the business is."""
        return clock.local_date(clock.now(), self.business.time_zone if self.business else _DEFAULT_TIME_ZONE)

    @property
    def skips(self) -> tuple[Skip, ...]:
        """The lengths that the demo offers to skip."""
        return SKIPS if settings.CONFIG.is_demo else ()

    @cached_property
    def demo_places(self) -> list[DemoPlace]:
        """Whom the demo's sign-in page lists."""
        return list_demo_places()

    @property
    def demo_password(self) -> str:
        """The one password of all the demo's people."""
        return DEMO_PASSWORD if settings.CONFIG.is_demo else ""

    @property
    def _user(self) -> User | None:
        user = getattr(self._request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def _reachable(self) -> list[Business]:
        # One more than is shown tells whether there are more, whatever their number.
        return list(list_businesses(self._user)[: _SWITCHER_SHOWS + 1]) if self._user else []


def _nav_item(label: str, short: str, url: str, here: str) -> NavItem:
    current = "page" if here == url else "true" if here.startswith(url) else ""
    return NavItem(label, short, url, current)
