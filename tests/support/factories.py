"""People, practices, businesses and connections for tests, as small plain functions."""

import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bookbind.connections.models import Connection, Grant, Stay
from bookbind.connections.secrets import grant_row, seal_tokens
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.kit.text import fold_name
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName, Tokens
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import Business, BusinessMembership, Practice, PracticeMembership, User
from bookbind.tenancy.scope import SystemScope, within

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)
Role = BusinessMembership.Role


@dataclass(frozen=True)
class People:
    """Everybody that a test of access needs.

    Acme Ltd is a client of Harbour & Co: Alice is its Business Admin, Ursula its User Admin, Bob a Standard
    user, Carol the accountant. Other Ltd is a stranger to them: Olga is its Admin. Dave belongs nowhere.
    """

    acme: Business
    other: Business
    harbour: Practice
    alice: User
    ursula: User
    bob: User
    carol: User
    olga: User
    dave: User


def make_people() -> People:
    """Both tenants with everybody in them."""
    harbour = make_practice("Harbour & Co")
    acme = make_business("Acme Ltd", practice=harbour)
    other = make_business("Other Ltd")
    return People(
        acme=acme,
        other=other,
        harbour=harbour,
        alice=make_member(acme, "Alice Admin", Role.BUSINESS_ADMIN),
        ursula=make_member(acme, "Ursula User-Admin", Role.USER_ADMIN),
        bob=make_member(acme, "Bob Standard", Role.STANDARD),
        carol=make_accountant(harbour, "Carol Accountant"),
        olga=make_member(other, "Olga Other", Role.BUSINESS_ADMIN),
        dave=make_user("Dave Stranger"),
    )


def make_user(name: str) -> User:
    """A person without any membership, who signs in with PASSWORD."""
    address = f"{name.split(maxsplit=1)[0].lower()}{next(_numbers)}@example.test"
    return User.objects.create_user(address, PASSWORD, name=name)


def make_practice(name: str = "Some Practice") -> Practice:
    """An accounting firm without people."""
    return Practice.objects.create(name=name)


def make_business(name: str = "Some Business", practice: Practice | None = None, **fields: Any) -> Business:
    """A business; its slug is the first word of its name and a number."""
    slug = f"{fold_name(name).split()[0]}-{next(_numbers)}"
    return Business.objects.create(name=name, practice=practice, **{"slug": slug, **fields})


def make_member(business: Business, name: str = "Some Member", role: str = Role.STANDARD) -> User:
    """A person with a role in the business."""
    user = make_user(name)
    BusinessMembership.objects.create(business=business, user=user, role=role)
    return user


def make_business_and_admin() -> tuple[Business, User]:
    """Acme Ltd and Alice, its Business Admin."""
    business = make_business("Acme Ltd")
    return business, make_member(business, "Alice Admin", Role.BUSINESS_ADMIN)


def make_accountant(practice: Practice, name: str = "Some Accountant", *, all_clients: bool = True) -> User:
    """A person of the practice, who reaches all of its clients or, to begin with, none."""
    user = make_user(name)
    PracticeMembership.objects.create(practice=practice, user=user, all_clients=all_clients)
    return user


def make_grant(business: Business, user: User, provider: str = "xero", **fields: Any) -> Grant:
    """A sign-in that works as far as its facts go, owned by the business; no vendor knows its tokens."""
    now = clock.now()
    grant_id = new_id()
    tokens = Tokens("access", "refresh", now + timedelta(minutes=30))
    values: dict[str, Any] = {
        "id": grant_id,
        "tokens": seal_tokens(tokens, grant_row(grant_id)),
        "provider": provider,
        "app_id": "app",
        "login_id": f"login-{next(_numbers)}",
        "login_email": user.email,
        "scopes": list(get_provider(provider).default_scopes),
        "business": business,
        "authorised_at": now,
        "authorised_by": user,
        "access_expires_at": now + timedelta(minutes=30),
        "refreshed_at": now,
    }
    with within(SystemScope("test data")):
        grant: Grant = Grant.objects.create(**{**values, **fields})
    return grant


def make_connection(business: Business, user: User, provider: str = "xero", **fields: Any) -> Connection:
    """A connection in use since now, with its stay and its sign-in, until 365 days from now."""
    now = clock.now()
    values: dict[str, Any] = {
        "business": business,
        "provider": provider,
        "organisation_id": f"org-{next(_numbers)}",
        "organisation": {"name": business.name, "country": business.country, "currency": business.currency},
        "stage": Connection.Stage.ACTIVE,
        "consented_at": now,
        "consented_by": user,
        "signed_in_as": user.email,
        "consent_expires_at": clock.end_of_day((now + timedelta(days=365)).date(), business.time_zone),
    }
    grant = fields.pop("grant", None) or make_grant(business, user, provider)
    with within(SystemScope("test data")):
        connection: Connection = Connection.objects.create(**{**values, "grant": grant, **fields})
        Stay.objects.create(business=business, connection=connection, started_at=now, started_by=user)
    return connection


def make_list_item(business: Business, name: str, list_name: ListName = ListName.CATEGORIES) -> ListItem:
    """An entry of the business's own lists."""
    with within(SystemScope("test data")):
        item: ListItem = ListItem.objects.create(
            business=business, list=list_name, name=name, folded_name=fold_name(name)
        )
    return item


def copied(row: Any, **changes: Any) -> Any:
    """A new row like this one, not stored yet: for tests that need very many."""
    fields = (field.attname for field in row._meta.concrete_fields if field.name not in ("id", *changes))
    return type(row)(**{name: getattr(row, name) for name in fields}, **changes)
