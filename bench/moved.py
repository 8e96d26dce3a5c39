"""A business that moved to other books: long lists with suggestions, and documents that wait for matches."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bookbind.connections.models import Connection
from bookbind.documents.models import Document, DocumentLine
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.lists.models import ListItem, ListSync, RemoteItem
from bookbind.merge.suggestions import read_suggestions
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.models import Business, BusinessMembership, User
from bookbind.tenancy.scope import BusinessScope, within

SUPPLIERS, CATEGORIES, RULES, WAITING = 5_000, 120, 300, 1_000
_WORDS = ("Rent", "Travel", "Postage", "Training", "Cleaning", "Insurance", "Printing", "Software", "Repairs")
_RATES = ("20", "5", "0", "12", "17")
# Of so many entries of ours the books lack one.
_LACKING = 5


def make_moved(user: User) -> Connection:
    """The business with its lists on both sides, and the connection to its new books."""
    business = Business.objects.create(name="Bench moved", slug="bench-moved")
    BusinessMembership.objects.create(business=business, user=user, role="business_admin")
    with within(BusinessScope(business.id)):
        connection: Connection = Connection.objects.create(
            business=business,
            provider="xero",
            organisation_id="bench-moved",
            stage="active",
            base_currency="GBP",
            consented_at=clock.now(),
            consent_expires_at=clock.now() + timedelta(days=300),
        )
        suppliers = _entries(connection, ListName.SUPPLIERS, SUPPLIERS, _supplier)
        categories = _entries(connection, ListName.CATEGORIES, CATEGORIES, _category)
        rates = _entries(connection, ListName.TAX_RATES, len(_RATES), _rate)
        SupplierRule.objects.bulk_create(
            SupplierRule(
                business=business,
                supplier=suppliers[number],
                category=categories[number % CATEGORIES],
                tax_rate=rates[number % len(rates)],
                changed_at=clock.now(),
                changed_by=user,
            )
            for number in range(RULES)
        )
        _wait(connection, suppliers, categories, rates)
        for name in (ListName.SUPPLIERS, ListName.CATEGORIES, ListName.TAX_RATES):
            read_suggestions(connection, name, keep=True)
    return connection


def _supplier(number: int) -> tuple[str, dict[str, str]]:
    title = f"{_WORDS[number % len(_WORDS)]} Partners {number} Ltd"
    return title, {"tax_number": f"GB{100_000_000 + number}"}


def _category(number: int) -> tuple[str, dict[str, str]]:
    title = f"{_WORDS[number % len(_WORDS)]} {number // len(_WORDS)} costs"
    return title, {"account_type": "EXPENSE", "account_family": "expense"}


def _rate(number: int) -> tuple[str, dict[str, str]]:
    return f"{_RATES[number]}% VAT on expenses", {"rate": _RATES[number], "side": "costs"}


def _entries(
    connection: Connection, name: ListName, count: int, describe: Callable[[int], tuple[str, dict[str, str]]]
) -> list[Any]:
    business, described = connection.business, [describe(number) for number in range(count)]
    items = [
        ListItem(business=business, list=name, name=title, folded_name=title.casefold(), details=details)
        for title, details in described
    ]
    ListItem.objects.bulk_create(items, batch_size=500)
    RemoteItem.objects.bulk_create(
        (
            RemoteItem(
                business=business,
                connection=connection,
                list=name,
                remote_type="entry",
                remote_id=f"{name}-{number}",
                name=title,
                folded_name=title.casefold(),
                details=details,
                generation=1,
                changed_at=clock.now(),
            )
            for number, (title, details) in enumerate(described)
            if number % _LACKING
        ),
        batch_size=500,
    )
    ListSync.objects.create(
        business=business, connection=connection, list=name, generation=1, state=ListSync.State.COMPLETE
    )
    return items


def _wait(connection: Connection, suppliers: list[Any], categories: list[Any], rates: list[Any]) -> None:
    now, business = clock.now(), connection.business
    documents = [
        Document(
            id=new_id(),
            business=business,
            supplier=suppliers[number * 7 % len(suppliers)],
            reference=f"BENCH-{number}",
            date=(now - timedelta(days=number % 90)).date(),
            due_date=now.date(),
            currency="GBP",
            total=Decimal(240),
            captured_at=now,
        )
        for number in range(WAITING)
    ]
    Document.objects.bulk_create(documents, batch_size=500)
    DocumentLine.objects.bulk_create(
        (
            DocumentLine(
                business=business,
                document=document,
                position=position,
                description="Goods",
                net=Decimal(100),
                tax=Decimal(20),
                category=categories[(number * 3 + position) % len(categories)],
                tax_rate=rates[number % len(rates)],
            )
            for number, document in enumerate(documents)
            for position in (1, 2)
        ),
        batch_size=500,
    )
    Publication.objects.bulk_create(
        Publication(
            business=business,
            document=document,
            connection=connection,
            state=Publication.State.HELD,
            reason=Reason.CATEGORY_UNMATCHED,
            reason_data={"item": str(categories[0].id)},
            marker=document.id.hex,
            queued_at=now,
        )
        for document in documents
    )
