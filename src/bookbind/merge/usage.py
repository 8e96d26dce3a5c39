"""What uses each entry: rules, by kind, and documents that wait at the connection."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet

from bookbind.connections.models import Connection
from bookbind.documents.models import Document, DocumentLine
from bookbind.lists.queries import combined_into
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import list_unsent
from bookbind.rules.targets import list_rule_targets

_LINE_COLUMNS = ("category_id", "tax_rate_id", "tracking_1_id", "tracking_2_id")
_DOCUMENT_COLUMNS = ("supplier_id", "paid_from_id")


@dataclass(frozen=True)
class Uses:
    """Who names an entry: `rules` counts the rules of each kind, `waiting` the waiting documents."""

    rules: dict[str, int] = field(default_factory=dict)
    waiting: int = 0

    @property
    def rule_count(self) -> int:
        """How many rules of whatever kind."""
        return sum(self.rules.values())

    @property
    def is_used(self) -> bool:
        """Whether anything needs the entry."""
        return bool(self.rules or self.waiting)


NOT_USED = Uses()


def read_uses(connection: Connection) -> dict[UUID, Uses]:
    """The uses of each entry that has any; what was combined counts for the entry kept. Six queries."""
    roots = combined_into()
    rules: dict[UUID, Counter[str]] = defaultdict(Counter)
    for rule in list_rule_targets():
        for target in {roots.get(each, each) for each in rule.targets}:
            rules[target][rule.kind] += 1
    waiting = count_documents(connection, roots)
    ids = rules.keys() | waiting.keys()
    return {id_: Uses(dict(rules.get(id_, {})), waiting.get(id_, 0)) for id_ in ids}


def count_documents(connection: Connection, roots: dict[UUID, UUID]) -> Counter[UUID]:
    """How many waiting documents refer to each entry, by what stands on them."""
    named: dict[UUID, set[UUID]] = defaultdict(set)
    documents = waiting_document_ids(connection)
    for row in Document.objects.filter(id__in=documents).values_list("id", *_DOCUMENT_COLUMNS):
        named[row[0]].update(id_ for id_ in row[1:] if id_ is not None)
    for row in DocumentLine.objects.filter(document__in=documents).values_list("document_id", *_LINE_COLUMNS):
        named[row[0]].update(id_ for id_ in row[1:] if id_ is not None)
    settings = get_settings(connection)
    if settings.paid_from_id is not None:
        unsaid = Document.objects.filter(id__in=documents, kind="expense", paid_from__isnull=True)
        for id_ in unsaid.values_list("id", flat=True):
            named[id_].add(settings.paid_from_id)
    counts: Counter[UUID] = Counter()
    for ids in named.values():
        counts.update({roots.get(id_, id_) for id_ in ids})
    return counts


def waiting_document_ids(connection: Connection) -> QuerySet[Publication, UUID]:
    """The documents that wait at the connection and that nothing was sent of."""
    rows: QuerySet[Publication, UUID] = (
        list_unsent(connection.id).order_by().select_related(None).values_list("document_id", flat=True)
    )
    return rows
