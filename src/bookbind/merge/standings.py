"""How the entries of one list stand at a connection: what is bound, and what of it is still alive."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.lists.labels import CONTACT_LISTS
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.lists.queries import combined_into
from bookbind.merge.entries import Entry, refuse_use
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.providers.base.types import ListName

# The columns that `entry_of` takes: of ours, and of an entry of the books.
OUR_FIELDS = ("id", "list", "name", "code", "details")
THEIR_FIELDS = (*OUR_FIELDS, "state")


@dataclass(frozen=True)
class Bound:
    """What stands for an entry on one use; `owner` is the entry itself, or one that was combined into it."""

    binding_id: UUID
    owner: UUID
    target: UUID
    target_list: ListName
    state: str

    @property
    def is_alive(self) -> bool:
        """Whether it can be used."""
        return self.state == RemoteItem.State.ACTIVE


@dataclass(frozen=True)
class Standings:
    """The live entries of a list, and what stands for each by use; combined ones count for the one kept.

    `itself` is what stands for the entry itself, also where that died and a combined one's stands in.
    """

    entries: dict[UUID, Entry]
    bound: dict[UUID, dict[str, Bound]] = field(default_factory=dict)
    itself: dict[UUID, dict[str, Bound]] = field(default_factory=dict)

    def is_matched(self, item_id: UUID) -> bool:
        """Whether the entry can be used on the sides that it serves as far as its own list goes."""
        return item_id in self._matched

    def is_lost(self, item_id: UUID) -> bool:
        """Whether something stands for it that can't be used any more."""
        return any(not each.is_alive for each in self._own(item_id).values())

    def unmatched(self) -> list[Entry]:
        """The entries that need a match, or would be made when they are first used."""
        return [entry for id_, entry in self.entries.items() if not self.is_matched(id_)]

    def needs_person(self, item_id: UUID) -> bool:
        """Whether a person has to say what the entry is.

        A contact that the books lack is created when it is first used; only one whose match died there is for
        a person to decide.
        """
        is_created = self.entries[item_id].list in CONTACT_LISTS and not self.is_lost(item_id)
        return not self.is_matched(item_id) and not is_created

    def taken(self) -> set[UUID]:
        """The remote entries that stand for something already."""
        return {each.target for uses in self.bound.values() for each in uses.values() if each.is_alive}

    def without(self, binding_ids: Collection[UUID]) -> "Standings":
        """The same once these bindings are closed."""

        def left(bound: dict[UUID, dict[str, Bound]]) -> dict[UUID, dict[str, Bound]]:
            return {
                id_: {use: each for use, each in uses.items() if each.binding_id not in binding_ids}
                for id_, uses in bound.items()
            }

        return Standings(self.entries, left(self.bound), left(self.itself))

    @cached_property
    def _matched(self) -> frozenset[UUID]:
        """Found once for all who ask of one entry."""
        return frozenset(filter(self._can_be_used, self.bound))

    def _can_be_used(self, item_id: UUID) -> bool:
        uses = {use for use, each in self._own(item_id).items() if each.is_alive}
        sides = {use for use in (COSTS, SALES) if not refuse_use(self.entries[item_id], use)}
        return ANY in uses or sides <= uses

    def _own(self, item_id: UUID) -> dict[str, Bound]:
        uses = self.bound.get(item_id)
        if not uses:
            return {}
        name = self.entries[item_id].list
        return {use: each for use, each in uses.items() if each.target_list is name}


def read_standings(
    connection: Connection, names: Iterable[ListName], among: Q | None = None
) -> dict[ListName, Standings]:
    """The standings of several lists, or of those `among` their entries, in three queries."""
    found = {name: Standings({}) for name in names}
    rows = ListItem.objects.filter(list__in=list(found), merged_into__isnull=True, archived_at__isnull=True)
    rows = rows if among is None else rows.filter(among)
    for entry in map(entry_of, rows.order_by("code", "folded_name", "id").values_list(*OUR_FIELDS)):
        found[entry.list].entries[entry.id] = entry
    _read_bound(connection, found)
    return found


def read_remote(connection: Connection, name: ListName) -> list[Entry]:
    """Every entry of the books' list as it was last read completely, those that can't be used too."""
    rows = RemoteItem.objects.filter(connection=connection, list=name).order_by("code", "folded_name", "id")
    return [entry_of(row) for row in rows.values_list(*THEIR_FIELDS)]


def read_targets(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """These entries of the books by id; those of other books are left out."""
    rows = RemoteItem.objects.filter(connection=connection, id__in=list(set(ids)))
    return {row[0]: entry_of(row) for row in rows.values_list(*THEIR_FIELDS)}


def read_entries(ids: Iterable[UUID]) -> dict[UUID, Entry]:
    """These entries of ours by id; what is archived or was combined into another is left out."""
    rows = ListItem.objects.filter(id__in=list(set(ids)), merged_into__isnull=True, archived_at__isnull=True)
    return {row[0]: entry_of(row) for row in rows.values_list(*OUR_FIELDS)}


def find_entry(item_id: UUID) -> Entry | None:
    """One live entry of ours, or None."""
    return read_entries([item_id]).get(item_id)


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry out of the values of OUR_FIELDS, or of THEIR_FIELDS when it is one of the books."""
    id_, name, title, code, details, *state = row
    return Entry(id_, ListName(name), title, code, details, *state)


def _read_bound(connection: Connection, found: dict[ListName, Standings]) -> None:
    """Add to the standings what stands for their entries."""
    roots = combined_into()
    rows = Binding.objects.filter(
        connection=connection, closed_at__isnull=True, list_item__list__in=list(found)
    )
    values = rows.order_by("list_item__created_at", "list_item_id").values_list(
        "id",
        "list_item_id",
        "list_item__list",
        "use",
        "remote_item_id",
        "remote_item__list",
        "remote_item__state",
    )
    for id_, item_id, name, use, target, target_list, state in values:
        root, standings = roots.get(item_id, item_id), found[ListName(name)]
        if root not in standings.entries:
            continue
        bound = Bound(id_, item_id, target, ListName(target_list), state)
        if item_id == root:
            standings.itself.setdefault(root, {})[use] = bound
        uses = standings.bound.setdefault(root, {})
        before = uses.get(use)
        # What can be used goes first, then the kept entry's own match, then that of the entry made first.
        if before is None or (bound.is_alive, item_id == root) > (before.is_alive, before.owner == root):
            uses[use] = bound


def read_remote_ids(connection: Connection, ids: Iterable[UUID]) -> dict[UUID, str]:
    """The vendor's own ids of these entries."""
    rows = RemoteItem.objects.filter(connection=connection, id__in=list(ids))
    return dict(rows.values_list("id", "remote_id"))
