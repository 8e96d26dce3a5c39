"""What uses each entry: rules, by kind, and documents that wait at the connection or for being published."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import naming
from bookbind.lists.queries import combined_into, members_of
from bookbind.merge.waiting import Waiting, read_waiting
from bookbind.providers.base.types import DocumentKind
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.facts import item_ids_of
from bookbind.publishing.models import PublishingSettings
from bookbind.publishing.reasons import ENTRY_REASONS
from bookbind.rules.targets import list_rule_targets


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


def read_uses(connection: Connection, waiting: Waiting | None = None) -> dict[UUID, Uses]:
    """The uses of each entry that has any; what was combined counts for the entry kept. Six queries.

    `waiting` where it was read already.
    """
    roots = combined_into()
    rules: dict[UUID, Counter[str]] = defaultdict(Counter)
    for rule in list_rule_targets():
        for entry in {roots.get(each, each) for each in rule.named}:
            rules[entry][rule.kind] += 1
    waiting = waiting or read_waiting(connection)
    counts = _count_documents(waiting, get_settings(connection), roots)
    ids = rules.keys() | counts.waiting.keys() | counts.ready.keys()
    return {
        id_: Uses(dict(rules.get(id_, {})), counts.waiting[id_], counts.ready[id_], counts.held[id_])
        for id_ in ids
    }


def read_uses_of(connection: Connection, item_ids: Iterable[UUID]) -> dict[UUID, Uses]:
    """The uses of these entries alone: documents that name none of them are not read."""
    groups = members_of(item_ids)
    members = {member for group in groups.values() for member in group}
    among = naming(members)
    if get_settings(connection).paid_from_id in members:
        among |= Q(kind=DocumentKind.EXPENSE, paid_from__isnull=True)
    uses = read_uses(connection, read_waiting(connection, among))
    return {id_: uses[id_] for id_ in groups if id_ in uses}


@dataclass(frozen=True)
class _Counts:
    """How many waiting, ready and held documents refer to each entry, by what stands on them."""

    waiting: Counter[UUID] = field(default_factory=Counter)
    ready: Counter[UUID] = field(default_factory=Counter)
    held: Counter[UUID] = field(default_factory=Counter)


def _count_documents(waiting: Waiting, settings: PublishingSettings, roots: Mapping[UUID, UUID]) -> _Counts:
    counts, held = _Counts(), waiting.held
    for document in waiting.documents:
        takes_usual = document.kind == DocumentKind.EXPENSE and document.paid_from_id is None
        lines = waiting.lines.get(document.id, ())
        named = item_ids_of(document, settings if takes_usual else None, lines)
        entries = {roots.get(id_, id_) for id_ in named}
        is_ready = document.stage == Document.Stage.READY
        (counts.ready if is_ready else counts.waiting).update(entries)
        if document in held and held[document].reason in ENTRY_REASONS:
            counts.held.update(entries)
    return counts
