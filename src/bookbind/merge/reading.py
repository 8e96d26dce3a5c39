"""Everything that is known about some lists at once: how they stand, what is proposed, what was chosen."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.lists.queries import used_lists
from bookbind.merge.choices import CREATE, Choice, Chosen, choices_of, wanted_of
from bookbind.merge.entries import Entry, refuse
from bookbind.merge.models import Draft, DraftRow
from bookbind.merge.plans import ItemPlan, plan_item
from bookbind.merge.proposals import Proposal, Proposals
from bookbind.merge.sold_as import sales_coded_by, uses_apart
from bookbind.merge.standings import Standings, read_standings, read_targets
from bookbind.merge.suggestions import SHARED, read_generations, read_suggestions
from bookbind.merge.unread import Unread, read_unread
from bookbind.providers.base.types import ListName


@dataclass(frozen=True)
class ListData:
    """One list: its entries with what is bound, the proposals, and by entry and use what would be done.

    Of one that is still to be read from the books nothing is proposed, and nothing chosen counts.
    """

    name: ListName
    standings: Standings
    proposals: Proposals
    choices: dict[UUID, dict[str, Choice]]
    unread: Unread | None = None

    def decided(self) -> set[UUID]:
        """The entries for which something is ticked."""
        return {id_ for id_, uses in self.choices.items() if any(each.ticked for each in uses.values())}

    def creating(self) -> dict[UUID, frozenset[str]]:
        """The entries that are ticked to be created in the books, with the uses that they are created for."""
        found = {
            id_: frozenset(use for use, each in uses.items() if each.ticked and each.action == CREATE)
            for id_, uses in self.choices.items()
        }
        return {id_: uses for id_, uses in found.items() if uses}


@dataclass(frozen=True)
class Refused:
    """A ticked match that is not used, and why."""

    entry: Entry
    use: str
    target: Entry | None
    why: str


@dataclass(frozen=True)
class Changes:
    """What the ticked matches change: a plan by entry, the targets by id, and what was refused.

    `creating` are the uses of entries that are created in the books first. `standings` are those of the lists
    that were looked at, as far as they have been read from the books.
    """

    entries: dict[UUID, Entry] = field(default_factory=dict)
    plans: dict[UUID, ItemPlan[UUID]] = field(default_factory=dict)
    targets: dict[UUID, Entry] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    standings: dict[ListName, Standings] = field(default_factory=dict)
    creating: dict[UUID, frozenset[str]] = field(default_factory=dict)

    @property
    def open_count(self) -> int:
        """How many matches are made."""
        return sum(len(plan.open) for plan in self.plans.values())

    @property
    def close_count(self) -> int:
        """How many matches end."""
        return sum(len(plan.close) for plan in self.plans.values())

    def count_ticked(self, name: ListName) -> int:
        """How many ticks of a list are still to be used: matches, entries to create, matches taken back."""
        return self._ticked[name]

    @property
    def create_count(self) -> int:
        """How many entries are created in the books first."""
        return sum(map(len, self.creating.values()))

    def count_new(self, name: ListName) -> int:
        """How many contacts of a list stay without a match, and are created when they are first used."""
        standings = self.standings[name]
        return sum(1 for id_ in standings.entries if self._stays_new(standings, id_))

    @cached_property
    def _ticked(self) -> Counter[ListName]:
        """Counted once for all lists."""
        counts: Counter[ListName] = Counter()
        for id_, plan in self.plans.items():
            counts[self.entries[id_].list] += len(plan.open or plan.close)
        for id_, uses in self.creating.items():
            counts[self.entries[id_].list] += len(uses)
        return counts

    def _stays_new(self, standings: Standings, item_id: UUID) -> bool:
        if item_id in self.creating:
            return False
        plan = self.plans.get(item_id)
        if plan is not None:
            return not plan.open
        return not standings.is_matched(item_id) and not standings.needs_person(item_id)


def find_draft(connection: Connection) -> Draft | None:
    """The connection's draft; None before anybody chose anything."""
    found: Draft | None = Draft.objects.filter(connection=connection).select_related("saved_by").first()
    return found


def draft_version(draft: Draft | None) -> int:
    """The version that a page shows and sends back; a draft that nobody made yet has the first."""
    return 1 if draft is None else int(draft.version)


def list_names(connection: Connection) -> tuple[ListName, ...]:
    """The lists that are matched with the books, in the vendor's order."""
    return used_lists(connection)


def read_lists(
    connection: Connection,
    names: Iterable[ListName],
    *,
    keep: bool = False,
    made: Mapping[ListName, Proposals] | None = None,
) -> dict[ListName, ListData]:
    """The lists as they stand now; `keep` stores suggestions that had to be made.

    With `made`, the proposals that were made before, none are read and none are made.
    """
    names = list(names)
    standings = read_standings(connection, names)
    chosen = _read_chosen(connection, names)
    unread, generations = read_unread(connection), read_generations(connection)
    found: dict[ListName, ListData] = {}
    for name in names:
        if name in unread:
            found[name] = ListData(name, standings[name], {}, {}, unread[name])
            continue
        if made is None:
            proposals = read_suggestions(connection, name, standings[name], generations, keep=keep)
        else:
            proposals = made.get(name, {})
        choices = _choices(connection, name, standings[name], proposals, chosen[name])
        found[name] = ListData(name, standings[name], proposals, choices)
    return found


def read_changes(
    connection: Connection, data: dict[ListName, ListData], only: frozenset[UUID] | None = None
) -> Changes:
    """What the ticked matches would change, without those that can't be; `only` limits it to some entries."""
    wanted = {
        id_: ticked
        for each in data.values()
        for id_, choices in each.choices.items()
        if (only is None or id_ in only) and (ticked := wanted_of(choices))
    }
    targets = read_targets(
        connection, {t for uses in wanted.values() for t in uses.values() if t is not None}
    )
    entries = {id_: entry for each in data.values() for id_, entry in each.standings.entries.items()}
    coded_by = sales_coded_by(connection)
    apart = {name: uses_apart(connection, name) for name in data}
    plans: dict[UUID, ItemPlan[UUID]] = {}
    refused: list[Refused] = []
    for id_, uses in wanted.items():
        entry = entries[id_]
        bad = {each.use: each for each in _refusals(entry, uses, targets, coded_by)}
        refused += bad.values()
        good = {use: target for use, target in uses.items() if use not in bad}
        current = own_targets(data[entry.list].standings, id_)
        plan = plan_item(current, good, apart[entry.list])
        if not plan.is_empty:
            plans[id_] = plan
    creating = {
        id_: uses
        for each in data.values()
        for id_, uses in each.creating().items()
        if only is None or id_ in only
    }
    standings = {each.name: each.standings for each in data.values() if each.unread is None}
    return Changes(entries, plans, targets, tuple(refused), standings, creating)


def own_targets(standings: Standings, item_id: UUID) -> dict[str, UUID]:
    """What stands for the entry itself by use, without what was combined into it."""
    return {use: bound.target for use, bound in standings.itself.get(item_id, {}).items()}


def _refusals(
    entry: Entry, uses: dict[str, UUID | None], targets: dict[UUID, Entry], coded_by: ListName
) -> Iterable[Refused]:
    for use, target in uses.items():
        if target is None:
            continue
        there = targets.get(target)
        why = "it is not in these books any more" if there is None else refuse(entry, there, use, coded_by)
        if why:
            yield Refused(entry, use, there, why)


def _choices(
    connection: Connection,
    name: ListName,
    standings: Standings,
    proposals: Proposals,
    chosen: dict[UUID, list[Chosen]],
) -> dict[UUID, dict[str, Choice]]:
    apart = uses_apart(connection, name)
    takers = _takers(standings, chosen) if name not in SHARED else {}
    found: dict[UUID, dict[str, Choice]] = {}
    for id_ in standings.entries:
        if id_ not in chosen and id_ not in proposals:
            continue
        uses = choices_of(
            chosen.get(id_, ()),
            [_unless_taken(each, takers, id_) for each in proposals.get(id_, ())],
            is_matched=standings.is_matched(id_),
            bound_uses=frozenset(use for use, each in standings.bound.get(id_, {}).items() if each.is_alive),
            apart=apart,
        )
        if uses:
            found[id_] = uses
    return found


def _takers(standings: Standings, chosen: dict[UUID, list[Chosen]]) -> dict[UUID, set[UUID]]:
    """For each entry of the books, which of ours are matched to it, or somebody has chosen to be."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for id_, uses in standings.bound.items():
        for bound in uses.values():
            if bound.is_alive:
                found[bound.target].add(id_)
    for id_, choices in chosen.items():
        for choice in choices:
            if choice.ticked and choice.target is not None:
                found[choice.target].add(id_)
    return found


def _unless_taken(proposal: Proposal, takers: Mapping[UUID, set[UUID]], item_id: UUID) -> Proposal:
    """The proposal as it may stand now: what another of ours took since it was made is a person's to say."""
    taken_by = takers.get(proposal.target, set()) if proposal.target is not None else set()
    return replace(proposal, auto=False) if proposal.auto and taken_by - {item_id} else proposal


def _read_chosen(connection: Connection, names: list[ListName]) -> dict[ListName, dict[UUID, list[Chosen]]]:
    found: dict[ListName, dict[UUID, list[Chosen]]] = {name: defaultdict(list) for name in names}
    rows = DraftRow.objects.filter(draft__connection=connection, list_item__list__in=names)
    values = rows.values_list(
        "list_item_id", "list_item__list", "use", "action", "remote_item_id", "ticked", "version"
    )
    for item_id, name, use, action, target, ticked, version in values:
        found[ListName(name)][item_id].append(Chosen(use, action, target, ticked, version))
    return found
