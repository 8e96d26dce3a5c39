"""A small world in which every address leads somewhere: two tenants, and a row of each kind in the first."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from bookbind.connections.models import Approval
from bookbind.documents.capture import capture_file
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.lists.combine import combine
from bookbind.merge.models import Applied
from bookbind.providers.base.types import ListName
from bookbind.publishing.configuration import get_settings
from bookbind.rules.models import RuleRevision, SupplierRule
from bookbind.tenancy.models import BusinessMembership, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.conventions.routes import Route
from tests.support.factories import People, make_connection, make_list_item, make_people
from tests.support.papers import pdf

ROLES = ("anonymous", "stranger", "other_admin", "standard", "user_admin", "admin", "accountant")
_FIELDS = {
    "anonymous": "",
    "stranger": "dave",
    "other_admin": "olga",
    "standard": "bob",
    "user_admin": "ursula",
}
_USERS = {**_FIELDS, "admin": "alice", "accountant": "carol"}


@dataclass(frozen=True)
class World:
    """The people, and what the parts of addresses stand for."""

    people: People
    parts: dict[str, Any]

    def user(self, role: str) -> User | None:
        """Who has the role; nobody for "anonymous"."""
        found: User | None = getattr(self.people, _USERS[role], None) if _USERS[role] else None
        return found

    def client(self, role: str) -> Client:
        """A browser signed in as somebody of this role."""
        client = Client()
        user = self.user(role)
        if user is not None:
            client.force_login(user)
        return client

    def url(self, route: Route) -> str:
        """The route's address with the world's own rows in it."""
        names = route.part_names()
        return reverse(route.name, kwargs={name: self.parts[name] for name in names})


def make_world() -> World:
    """Two tenants; Acme has a connection, a document with its file, a rule and all that has addresses."""
    people = make_people()
    acme, alice = people.acme, people.alice
    connection = make_connection(acme, alice)
    supplier = make_list_item(acme, "City Fuel Ltd", ListName.SUPPLIERS)
    kept, absorbed = (make_list_item(acme, name, ListName.SUPPLIERS) for name in ("BT", "BT plc"))
    with within(BusinessScope(acme.id)):
        document = capture_file(acme, alice, "bill.pdf", pdf())
        rule = SupplierRule.objects.create(business=acme, supplier=supplier, changed_at=clock.now())
        RuleRevision.objects.create(business=acme, rule=rule, version=1, values={}, saved_at=clock.now())
        get_settings(connection)
        combination = combine(kept, absorbed, alice)
        applied = Applied.objects.create(
            business=acme,
            connection=connection,
            used_at=clock.now(),
            used_by=alice,
            opened_count=0,
            closed_count=0,
        )
        approval = Approval.objects.create(
            business=acme,
            act=Approval.Act.DISCONNECT,
            connection=connection,
            asked_by=alice,
            asked_at=clock.now(),
        )
    membership = BusinessMembership.objects.get(business=acme, user=people.bob)
    parts = {
        "slug": acme.slug,
        "connection_id": connection.id,
        "document_id": document.id,
        "rule_id": rule.id,
        "combination_id": combination.id,
        "applied_id": applied.id,
        "approval_id": approval.id,
        "step": "suppliers",
        "membership_id": membership.id,
        # Nobody's: a sign-in belongs to one browser session, and what that sees is tested beside the flow.
        "sign_in_id": new_id(),
        "provider": "xero",
        # Nobody's too: a document gets its marker when it is published.
        "marker": "b2-nobodys",
        "name": "suppliers",
        "subject": "reconnect",
        "picture_name": "nothing.png",
        "item_id": supplier.id,
        # Nobody's as well: an uploaded file belongs to the person who chose it.
        "draft_id": new_id(),
        "number": 1,
    }
    return World(people, parts)


@contextmanager
def undone() -> Iterator[None]:
    """What the block changes in the database is taken back when it ends."""
    block = transaction.atomic()
    # Django marks the blocks of its own test cases so; vendors may be called inside them.
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)
