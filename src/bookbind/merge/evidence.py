"""With which suppliers and tax rates the business used each category: evidence that no name can give."""

from collections import defaultdict
from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from bookbind.connections.models import Connection
from bookbind.documents.models import DocumentLine
from bookbind.lists.models import Binding, RemoteItem
from bookbind.lists.queries import combined_into
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication

Evidence = Mapping[UUID, frozenset[str]]


def used_by_us() -> Evidence:
    """For each category, what it was published with, wherever that was."""
    return _companions(_published(), combined_into())


def used_there(connection: Connection) -> Evidence:
    """The same for the categories of these books, as far as the business has published there."""
    ours = _companions(_published(connection), combined_into())
    bound = Binding.objects.filter(
        connection=connection,
        list_item__in=list(ours),
        closed_at__isnull=True,
        remote_item__list=ListName.CATEGORIES,
        remote_item__state=RemoteItem.State.ACTIVE,
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for item_id, remote_id in bound.values_list("list_item_id", "remote_item_id"):
        found[remote_id] |= ours[item_id]
    return {id_: frozenset(keys) for id_, keys in found.items()}


def _published(connection: Connection | None = None) -> QuerySet[DocumentLine]:
    published = {"document__publications__state": Publication.State.PUBLISHED}
    where = {"document__publications__connection": connection} if connection else {}
    rows: QuerySet[DocumentLine] = DocumentLine.objects.filter(category__isnull=False, **published, **where)
    return rows


def _companions(lines: QuerySet[DocumentLine], roots: Mapping[UUID, UUID]) -> Evidence:
    found: dict[UUID, set[str]] = defaultdict(set)
    for column, prefix in (("document__supplier_id", "supplier"), ("tax_rate_id", "tax")):
        for category, companion in lines.values_list("category_id", column).distinct():
            if companion is not None:
                key = roots.get(companion, companion)
                found[roots.get(category, category)].add(f"{prefix}:{key}")
    return {id_: frozenset(keys) for id_, keys in found.items()}
