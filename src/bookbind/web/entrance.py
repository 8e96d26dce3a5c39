"""The demo's people on the sign-in page. In production this page lists nobody."""

from dataclasses import dataclass
from itertools import groupby

from django.conf import settings

from bookbind.tenancy.models import BusinessMembership, PracticeMembership
from bookbind.tenancy.permissions import Role

DEMO_PASSWORD = "bookbind-demo"  # noqa: S105 - printed on the demo's sign-in page; production refuses demo people
_DEMO_ADDRESSES = ".test"
_MOST = 24


@dataclass(frozen=True)
class DemoPerson:
    """Somebody whom one press signs in."""

    name: str
    email: str
    role: str
    place: str


@dataclass(frozen=True)
class DemoPlace:
    """A business or practice and its people."""

    name: str
    people: tuple[DemoPerson, ...]


def list_demo_places() -> list[DemoPlace]:
    """The demo's people by business, then by practice; none outside the demo."""
    if not settings.CONFIG.is_demo:
        return []
    people = [*_business_people(), *_practice_people()]
    grouped = groupby(people, key=lambda person: person.place)
    return [DemoPlace(place, tuple(members)) for place, members in grouped]


def _business_people() -> list[DemoPerson]:
    members = BusinessMembership.objects.filter(user__email__endswith=_DEMO_ADDRESSES, user__is_active=True)
    found = members.select_related("user", "business").order_by("business__name", "user__created_at")[:_MOST]
    return [
        DemoPerson(
            member.user.get_full_name(), member.user.email, Role(member.role).label, member.business.name
        )
        for member in found
    ]


def _practice_people() -> list[DemoPerson]:
    members = PracticeMembership.objects.filter(user__email__endswith=_DEMO_ADDRESSES, user__is_active=True)
    found = members.select_related("user", "practice").order_by("practice__name", "user__created_at")[:_MOST]
    return [
        DemoPerson(
            member.user.get_full_name(), member.user.email, Role.ACCOUNTANT.label, member.practice.name
        )
        for member in found
    ]
