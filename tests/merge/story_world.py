"""The organisations of a story, what people do in the books themselves, and what stands where."""

import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookbind.connections.models import Connection
from bookbind.lists.models import Binding
from bookbind.providers.base.types import ListName, RemoteDimension, RemoteEntry
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State
from bookbind.rules.models import SupplierRule
from tests.support.vendors import VendorBooks, World

CATEGORIES, TAXES, SUPPLIERS, CUSTOMERS, TRACKING = (
    ListName.CATEGORIES,
    ListName.TAX_RATES,
    ListName.SUPPLIERS,
    ListName.CUSTOMERS,
    ListName.TRACKING_1,
)


def make_world() -> World:
    """Two organisations of one vendor, one of the other; ids tell them apart, names mostly do not."""
    return World(_books("x-1", "xero"), _books("x-2", "xero"), _books("q-1", "quickbooks"))


def _books(id_: str, provider: str) -> VendorBooks:
    books = VendorBooks(id=id_, provider=provider)
    for number, (name, kind) in enumerate([("Motor expenses", "EXPENSE"), ("Advertising", "OVERHEADS")]):
        books.add(CATEGORIES, f"{id_}-a{number}", name, f"4{number}", account_type=kind, side="costs")
    books.add(CATEGORIES, f"{id_}-a8", f"Sundries of {id_}", "48", account_type="EXPENSE", side="costs")
    books.add(CATEGORIES, f"{id_}-a9", "Sales", "90", account_type="REVENUE", side="sales")
    side = "both" if provider == "xero" else "costs"
    books.add(TAXES, f"{id_}-t20", "20% VAT", rate="20", tax_kind="standard", side=side)
    if provider != "xero":
        books.add(TAXES, f"{id_}-t20s", "20% VAT on sales", rate="20", tax_kind="standard", side="sales")
    books.add(TAXES, f"{id_}-t5", "5% VAT", rate="5", tax_kind="reduced", side="costs")
    books.add(SUPPLIERS, f"{id_}-s1", "City Fuel Ltd", tax_number="GB123456789")
    books.add(SUPPLIERS, f"{id_}-s2", "Paper Mill")
    for name in (SUPPLIERS, CUSTOMERS):
        # One contact that is both.
        books.put(name, RemoteEntry(f"{id_}-b1", "contact", "Both Ways Ltd"))
    books.dimensions.append(RemoteDimension(f"{id_}-d1", "Region", per_line=True, active=True))
    books.add(TRACKING, f"{id_}-r1", "North", dimension_id=f"{id_}-d1")
    return books


class VendorPeople:
    """Who works at the vendors and in the books themselves, and asks nobody here."""

    world: World
    random: random.Random

    def rename_there(self) -> None:
        self._there(
            lambda books, name, id_: books.change(name, id_, name=f"Renamed {self.random.randint(0, 3)}")
        )

    def archive_there(self) -> None:
        self._there(lambda books, name, id_: books.change(name, id_, archived=True))

    def bring_back_there(self) -> None:
        self._there(lambda books, name, id_: books.change(name, id_, archived=False))

    def delete_there(self) -> None:
        self._there(lambda books, name, id_: books.remove(name, id_))

    def recreate_there(self) -> None:
        def recreate(books: VendorBooks, name: ListName, id_: str) -> None:
            old = books.lists[name][id_]
            books.remove(name, id_)
            books.put(name, replace(old, remote_id=f"{id_}'"))

        self._there(recreate)

    def merge_there(self) -> None:
        def merge(books: VendorBooks, name: ListName, id_: str) -> None:
            into = self.random.choice(sorted(books.lists[name]))
            if into != id_ and not books.lists[name][into].merged_into_id:
                books.change(name, id_, merged_into_id=into, archived=True)

        self._there(merge, SUPPLIERS)

    def leave_list_there(self) -> None:
        """A contact that was supplier and customer is one of the two from now on."""
        name = self.random.choice([SUPPLIERS, CUSTOMERS])
        self._there(lambda books, name, id_: books.move_out(name, id_), name)

    def trouble_there(self) -> None:
        operation = self.random.choice(["send", "send", "contact", "entry", "attach", "read"])
        fault = self.random.choice(["lost", "lost", "down", "refused"])
        books = self.world.books[self._organisation()]
        books.trouble.setdefault(operation, []).extend([fault] * self.random.choice([1, 1, 3]))

    def _there(self, act: Callable[[VendorBooks, ListName, str], None], *names: ListName) -> None:
        books = self.world.books[self._organisation()]
        name = self.random.choice(names or (CATEGORIES, TAXES, SUPPLIERS, CUSTOMERS, TRACKING))
        ids = sorted(books.lists.get(name, {}))
        if ids:
            act(books, name, self.random.choice(ids))

    def _organisation(self) -> str:
        return str(self.random.choice(sorted(self.world.books)))


def rule_values(rule: SupplierRule) -> dict[str, Any]:
    """What a rule sets."""
    names = ("category_id", "tax_rate_id", "tracking_1_id", "tracking_2_id", "auto_publish", "active")
    return {name: getattr(rule, name) for name in names}


def bound_at(connection: Connection) -> set[tuple[UUID, str, str]]:
    """What stands for what at the connection: (entry, use, the vendor's id)."""
    rows = Binding.objects.filter(connection=connection, closed_at__isnull=True)
    return set(rows.values_list("list_item_id", "use", "remote_item__remote_id"))


def held_for(connection: Connection, reason: Reason) -> "QuerySet[Publication]":
    """What is held at the connection for this reason."""
    rows: QuerySet[Publication] = Publication.objects.filter(
        connection=connection, state=State.HELD, reason=reason
    )
    return rows
