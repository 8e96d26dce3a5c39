"""What uses each entry: rules, by kind, and documents that wait at the connection or for being published."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from bookbind.connections.models import Connection
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.queries import IS_READY
from bookbind.lists.queries import combined_into
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import list_unsent
from bookbind.publishing.reasons import ENTRY_REASONS
from bookbind.publishing.states import State
from bookbind.rules.targets import list_rule_targets

_LINE_COLUMNS = ("category_id", "tax_rate_id", "tracking_1_id", "tracking_2_id")
_DOCUMENT_COLUMNS = ("supplier_id", "paid_from_id")


@dataclass(frozen=True)
class Uses:
    """Who names an entry: `rules` counts the rules of each kind, `waiting` the waiting documents.

    `ready` counts those that were made ready without accounting software and are still to be published,
    `held` those of the waiting that Waiting shows under an entry without a match, not under their date or so.
    """

    rules: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    ready: int = 0
    held: int = 0

    @property
    def rule_count(self) -> int:
        """How many rules of whatever kind."""
        return sum(self.rules.values())

    @property
    def is_used(self) -> bool:
        """Whether anything needs the entry."""
        return bool(self.rules or self.waiting or self.ready)


NOT_USED = Uses()


def read_uses(connection: Connection) -> dict[UUID, Uses]:
    """The uses of each entry that has any; what was combined counts for the entry kept. Six queries."""
    roots = combined_into()
    rules: dict[UUID, Counter[str]] = defaultdict(Counter)
    for rule in list_rule_targets():
        for entry in {roots.get(each, each) for each in rule.named}:
            rules[entry][rule.kind] += 1
    waiting, ready, held = _count_documents(connection, roots)
    ids = rules.keys() | waiting.keys() | ready.keys()
    return {id_: Uses(dict(rules.get(id_, {})), waiting[id_], ready[id_], held[id_]) for id_ in ids}


def _count_documents(connection: Connection, roots: dict[UUID, UUID]) -> tuple[Counter[UUID], ...]:
    """How many waiting, ready and held documents refer to each entry, by what stands on them."""
    named: dict[UUID, set[UUID]] = defaultdict(set)
    documents = Document.objects.filter(Q(id__in=waiting_document_ids(connection)) | IS_READY)
    ready, held = set(), set()
    rows = documents.annotate(is_held=Exists(_held_for_matches(connection)))
    for id_, stage, is_held, *ids in rows.values_list("id", "stage", "is_held", *_DOCUMENT_COLUMNS):
        named[id_].update(each for each in ids if each is not None)
        if stage == Document.Stage.READY:
            ready.add(id_)
        if is_held:
            held.add(id_)
    lines = DocumentLine.objects.filter(document__in=documents.values("id"))
    for id_, *ids in lines.values_list("document_id", *_LINE_COLUMNS):
        named[id_].update(each for each in ids if each is not None)
    settings = get_settings(connection)
    if settings.paid_from_id is not None:
        unsaid = documents.filter(kind="expense", paid_from__isnull=True)
        for id_ in unsaid.values_list("id", flat=True):
            named[id_].add(settings.paid_from_id)
    counts: tuple[Counter[UUID], ...] = Counter(), Counter(), Counter()
    for document, ids in named.items():
        entries = {roots.get(id_, id_) for id_ in ids}
        counts[document in ready].update(entries)
        if document in held:
            counts[2].update(entries)
    return counts


def _held_for_matches(connection: Connection) -> QuerySet[Publication]:
    """The publication of a document that is held for an entry that it names."""
    rows = list_unsent(connection.id).order_by().select_related(None)
    return rows.filter(document=OuterRef("id"), state=State.HELD.value, reason__in=[*ENTRY_REASONS])


def waiting_document_ids(connection: Connection) -> QuerySet[Publication, UUID]:
    """The documents that wait at the connection and that nothing was sent of."""
    rows: QuerySet[Publication, UUID] = (
        list_unsent(connection.id).order_by().select_related(None).values_list("document_id", flat=True)
    )
    return rows
