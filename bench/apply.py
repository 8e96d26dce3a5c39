"""Using matches costs as many writes as matches: the same however many rules and documents a business has."""

import statistics
import time
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bench.report import Row
from bookbind.connections.models import Connection
from bookbind.documents.models import Document, DocumentLine
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.lists.models import ListItem, ListSync, RemoteItem
from bookbind.merge.preview import preview
from bookbind.merge.reading import draft_version, find_draft
from bookbind.merge.suggestions import read_suggestions
from bookbind.merge.undoing import undo
from bookbind.merge.using import use_matches
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within

MATCHES = 300
ROUNDS = 7
SMALL, LARGE = (10, 1_000), (1_000, 100_000)
# Of a hundred documents so many wait for their category; the others are in review or published.
_WAITING_PER_HUNDRED = 1
_NAMES = ("rent", "travel", "postage", "training", "cleaning", "insurance", "printing", "software", "repairs")


def measure() -> list[Row]:
    """Use and undo the same matches in a small and in a large business, several times in turn."""
    user = User.objects.create_user("bench@example.test", "correct horse battery", name="Bench")
    sides = {size: _business(user, *size) for size in (SMALL, LARGE)}
    times: dict[tuple[int, int], list[float]] = {size: [] for size in sides}
    for _ in range(ROUNDS):
        for size, connection in sides.items():
            times[size].append(_use_once(connection, user))
    small, large = (statistics.median(times[size]) for size in (SMALL, LARGE))
    looked = _seconds_of_preview(sides[LARGE])
    return [
        Row("apply", f"{MATCHES} matches, {SMALL[0]} rules, {SMALL[1]:,} documents", small, "s"),
        Row(
            "apply",
            f"{MATCHES} matches, {LARGE[0]:,} rules, {LARGE[1]:,} documents",
            large,
            "s",
            "ratio about 1",
            "the small business",
            small,
        ),
        Row("apply", "preview of the large business", looked, "s"),
    ]


def _use_once(connection: Connection, user: User) -> float:
    with within(BusinessScope(connection.business_id)):
        version = draft_version(find_draft(connection))
        began = time.perf_counter()
        applied = use_matches(connection, user, expected_version=version)
        seconds = time.perf_counter() - began
        if applied.opened_count != MATCHES:
            raise RuntimeError(f"{applied.opened_count} matches were used instead of {MATCHES}.")
        undo(applied, user)
    return seconds


def _seconds_of_preview(connection: Connection) -> float:
    with within(BusinessScope(connection.business_id)):
        began = time.perf_counter()
        preview(connection)
        return time.perf_counter() - began


def _business(user: User, rules: int, documents: int) -> Connection:
    """A business whose suppliers and one category are called alike on both sides."""
    business = Business.objects.create(name=f"Bench {rules}", slug=f"bench-{rules}")
    with within(BusinessScope(business.id)):
        connection: Connection = Connection.objects.create(
            business=business, provider="xero", organisation_id=f"bench-{rules}", stage="active"
        )
        suppliers = _entries(connection, ListName.SUPPLIERS, MATCHES)
        # What waits needs an account that is not in these books, so that it waits in every round.
        category = _item(business, ListName.CATEGORIES, "Suspense of the old books")
        for name in (ListName.SUPPLIERS, ListName.CATEGORIES):
            ListSync.objects.create(business=business, connection=connection, list=name, generation=1)
        _rules(business, user, suppliers, category, rules)
        _documents(business, connection, suppliers, category, documents)
        for name in (ListName.SUPPLIERS, ListName.CATEGORIES):
            read_suggestions(connection, name, keep=True)
    return connection


def _entries(connection: Connection, name: ListName, count: int) -> list[Any]:
    titles = [f"{_NAMES[n % len(_NAMES)].title()} Partners {n} Ltd" for n in range(count)]
    items = [_item(connection.business, name, title, number) for number, title in enumerate(titles)]
    RemoteItem.objects.bulk_create(
        RemoteItem(
            business=connection.business,
            connection=connection,
            list=name,
            remote_type="entry",
            remote_id=f"r-{number}",
            name=title,
            folded_name=title.casefold(),
            details={"tax_number": f"GB{100_000_000 + number}"},
            generation=1,
            changed_at=clock.now(),
        )
        for number, title in enumerate(titles)
    )
    return items


def _item(business: Business, name: ListName, title: str, number: int = 0) -> Any:
    details = {"tax_number": f"GB{100_000_000 + number}"} if name is ListName.SUPPLIERS else {}
    item = ListItem(business=business, list=name, name=title, folded_name=title.casefold(), details=details)
    item.save(force_insert=True)
    return item.id


def _rules(business: Business, user: User, suppliers: list[Any], category: Any, count: int) -> None:
    SupplierRule.objects.bulk_create(
        SupplierRule(
            business=business,
            supplier_id=suppliers[number % len(suppliers)],
            category_id=category,
            position=number // len(suppliers),
            changed_at=clock.now(),
            changed_by=user,
        )
        for number in range(count)
    )


def _documents(
    business: Business, connection: Connection, suppliers: list[Any], category: Any, count: int
) -> None:
    now = clock.now()
    ids = [new_id() for _ in range(count)]
    Document.objects.bulk_create(
        (
            Document(
                id=id_,
                business=business,
                supplier_id=suppliers[number % len(suppliers)],
                reference=f"BENCH-{number:06}",
                date=(now - timedelta(days=number % 90)).date(),
                currency=business.currency,
                total=Decimal(120),
                captured_at=now,
            )
            for number, id_ in enumerate(ids)
        ),
        batch_size=2_000,
    )
    DocumentLine.objects.bulk_create(
        (
            DocumentLine(
                business=business,
                document_id=id_,
                position=1,
                description="Goods",
                net=Decimal(100),
                tax=Decimal(20),
                category_id=category,
            )
            for id_ in ids
        ),
        batch_size=2_000,
    )
    Publication.objects.bulk_create(
        Publication(
            business=business,
            document_id=id_,
            connection=connection,
            state=Publication.State.HELD,
            reason=Reason.CATEGORY_UNMATCHED,
            reason_data={"item": str(category)},
            marker=id_.hex,
            queued_at=now,
        )
        for id_ in ids[:: 100 // _WAITING_PER_HUNDRED]
    )
