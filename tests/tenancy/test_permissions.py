"""Who may do what, and who is whom: roles, practices and the people to ask."""

import pytest

from bookbind.tenancy.models import ClientAccess, PracticeMembership
from bookbind.tenancy.permissions import PERMISSIONS, Permission, Role, may
from bookbind.tenancy.queries import (
    find_acting_practice,
    find_role,
    list_accountants,
    list_admins,
    list_businesses,
)
from tests.support.factories import People, make_accountant

ADMINS_ONLY = {
    Permission.MANAGE_CONNECTIONS,
    Permission.MANAGE_PEOPLE,
    Permission.EDIT_LISTS,
    Permission.EDIT_RULES,
}


@pytest.mark.req("CON-01")
@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_standard_user_lacks_exactly_what_is_the_admins(role: Role, permission: Permission) -> None:
    assert may(role, permission) is (role is not Role.STANDARD or permission not in ADMINS_ONLY)


def test_every_permission_is_somebodys() -> None:
    assert set(PERMISSIONS) == set(Permission)
    assert all(Role.BUSINESS_ADMIN in roles for roles in PERMISSIONS.values())


def test_roles_come_from_memberships(people: People) -> None:
    roles = {
        user.name.split()[0]: find_role(user, people.acme)
        for user in vars(people).values()
        if hasattr(user, "email")
    }
    assert roles == {
        "Alice": Role.BUSINESS_ADMIN,
        "Ursula": Role.USER_ADMIN,
        "Bob": Role.STANDARD,
        "Carol": Role.ACCOUNTANT,
        "Olga": None,
        "Dave": None,
    }


@pytest.mark.req("SEC-01")
def test_an_accountant_without_all_clients_reaches_only_those_opened_to_them(people: People) -> None:
    erin = make_accountant(people.harbour, "Erin", all_clients=False)
    assert find_role(erin, people.acme) is None
    assert list(list_businesses(erin)) == []
    membership = PracticeMembership.objects.get(user=erin)
    ClientAccess.objects.create(membership=membership, business=people.acme)
    assert find_role(erin, people.acme) is Role.ACCOUNTANT
    assert list(list_businesses(erin)) == [people.acme]


def test_a_practices_people_are_nobody_in_a_business_without_practice(people: People) -> None:
    assert find_role(people.carol, people.other) is None
    assert list(list_businesses(people.carol)) == [people.acme]


def test_who_acts_for_the_practice_and_who_for_the_business(people: People) -> None:
    assert find_acting_practice(people.carol, people.acme) == people.harbour
    assert find_acting_practice(people.alice, people.acme) is None


def test_the_people_to_ask_are_active_admins_and_the_practice(people: People) -> None:
    assert [user.name for user in list_admins(people.acme)] == ["Alice Admin", "Ursula User-Admin"]
    assert [user.name for user in list_accountants(people.acme)] == ["Carol Accountant"]
    people.alice.is_active = False
    people.alice.save()
    assert [user.name for user in list_admins(people.acme)] == ["Ursula User-Admin"]
    assert list_accountants(people.other) == []
