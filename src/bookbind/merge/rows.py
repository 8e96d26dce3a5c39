"""One list as its page shows it: each entry, its match and why, who uses it; what is needed now first."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.kit.text import fold_name
from bookbind.lists.history import Earlier, earlier_labels
from bookbind.lists.labels import CONTACT_LISTS, SINGULAR_LABELS
from bookbind.lists.models import RemoteItem
from bookbind.lists.queries import search_items
from bookbind.merge.choices import LEAVE, MATCH, Choice
from bookbind.merge.entries import Entry, refuse, refuse_use, use_for
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.proposals import Proposal, confidence_of
from bookbind.merge.reading import ListData, draft_version, find_draft, list_names, read_lists
from bookbind.merge.sold_as import created_name, sales_coded_by, target_list, uses_apart
from bookbind.merge.standings import Bound, find_entry, read_targets
from bookbind.merge.usage import NOT_USED, Uses, read_uses, read_uses_of
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider

_LEAST_LIKELY = 0.01
_USE_ORDER = (ANY, COSTS, SALES)
_USE_WORDS = {ANY: "", COSTS: "on costs", SALES: "on sales"}


class Show(StrEnum):
    """The filters of a list."""

    NEEDED = "needed"
    RULES = "rules"
    UNMATCHED = "unmatched"
    ALL = "all"


@dataclass(frozen=True)
class Target:
    """An entry of the books in a row. `why_not` says why it can't be chosen, `likely` how likely it is.

    `only_on` is the one side on which it would be matched, though it is offered for both.
    """

    id: UUID
    label: str
    facts: str
    list: ListName
    state: str
    likely: float = 0.0
    why_not: str = ""
    only_on: str = ""


@dataclass(frozen=True)
class UseRow:
    """One use of an entry: what stands for it now, and what is chosen or proposed in its place.

    `action` is match, create or leave. `word` is certain, likely, guess, or empty when a person chose or
    nothing is proposed; `confidence` is the number behind it, and `auto` what is ticked unless somebody takes
    the tick away. `create_name` is empty where nothing can be
    created. `alternatives` are what is proposed, whatever somebody chose since, and then the runners-up, as
    far as they can be chosen. `shared_with` names the other entries of ours that are, or would be, the same.
    """

    use: str
    use_words: str
    current: Target | None
    chosen: Target | None
    action: str
    ticked: bool
    by_person: bool
    word: str = ""
    confidence: float = 0.0
    auto: bool = False
    reasons: tuple[str, ...] = ()
    alternatives: tuple[Target, ...] = ()
    create_name: str = ""
    shared_with: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One entry of ours with everything that its line shows.

    `was` is what it was in other books. `is_optional`: a contact that is created when first used, if
    unmatched.
    """

    id: UUID
    list: ListName
    label: str
    name: str
    code: str
    facts: str
    was: Earlier | None
    uses: tuple[UseRow, ...]
    used: Uses
    is_matched: bool
    is_lost: bool
    is_optional: bool


@dataclass(frozen=True)
class RowPage:
    """A page of rows; `counts` has the size of each filter, `found` that of the one shown after searching."""

    rows: tuple[Row, ...]
    show: Show
    counts: Mapping[Show, int]
    found: int
    version: int
    ticked: int = 0


def list_rows(
    connection: Connection,
    name: ListName,
    show: Show = Show.NEEDED,
    search: str = "",
    *,
    start: int = 0,
    limit: int = 100,
    data: ListData | None = None,
    uses: Mapping[UUID, Uses] | None = None,
) -> RowPage:
    """The rows of a list under a filter, those that wait most first; a constant number of queries.

    `data` where the list was read already, and `uses` where it is known what uses each entry.
    """
    data = data or read_lists(connection, [name])[name]
    uses = read_uses(connection) if uses is None else uses
    groups = _groups(data, uses)
    shown_group = groups[show] if show is Show.ALL else sorted(groups[show], key=_urgency(uses))
    found = _search(connection, data, shown_group, search)
    shown = found[start : start + limit]
    return RowPage(
        rows=tuple(_rows(connection, data, shown, uses)),
        show=show,
        counts={each: len(entries) for each, entries in groups.items()},
        found=len(found),
        version=draft_version(find_draft(connection)),
        ticked=sum(1 for choices in data.choices.values() for choice in choices.values() if choice.ticked),
    )


def find_row(connection: Connection, item_id: UUID) -> Row | None:
    """One entry's row, for a document's page or after a change; None when it is not in the lists."""
    entry = find_entry(item_id)
    if entry is None or entry.list not in list_names(connection):
        return None
    data = read_lists(connection, [entry.list])[entry.list]
    return _rows(connection, data, [entry], read_uses_of(connection, [item_id]))[0]


def find_rows(connection: Connection, name: ListName, item_ids: Iterable[UUID]) -> list[Row]:
    """These entries of a list as they stand now, in a constant number of queries; without those gone."""
    data = read_lists(connection, [name])[name]
    known = data.standings.entries
    entries = [known[id_] for id_ in item_ids if id_ in known]
    return _rows(connection, data, entries, read_uses_of(connection, [entry.id for entry in entries]))


def _groups(data: ListData, uses: Mapping[UUID, Uses]) -> dict[Show, list[Entry]]:
    """The entries under each filter, in the order of the list."""
    standings = data.standings
    entries = list(standings.entries.values())
    used = [each for each in entries if each.id in uses]
    return {
        Show.NEEDED: [each for each in used if uses[each.id].is_used and standings.needs_person(each.id)],
        Show.RULES: [each for each in used if uses[each.id].rules],
        Show.UNMATCHED: standings.unmatched(),
        Show.ALL: entries,
    }


def _urgency(uses: Mapping[UUID, Uses]) -> Callable[[Entry], tuple[int, int]]:
    """Puts first what most documents wait for, then what most rules use."""

    def urgency(entry: Entry) -> tuple[int, int]:
        used = uses.get(entry.id, NOT_USED)
        return -(used.waiting + used.ready), -used.rule_count

    return urgency


def _search(connection: Connection, data: ListData, entries: list[Entry], search: str) -> list[Entry]:
    """The entries that have all the words in their own name and code, or in those of their match."""
    words = fold_name(search).split()
    if not words:
        return entries
    rows = search_items(RemoteItem.objects.filter(connection=connection), search)
    there = set(rows.values_list("id", flat=True))
    return [each for each in entries if _is_named(each, words) or there & _matches_of(data, each)]


def _is_named(entry: Entry, words: list[str]) -> bool:
    name = fold_name(f"{entry.code} {entry.name}")
    return all(word in name for word in words)


def _matches_of(data: ListData, entry: Entry) -> set[UUID | None]:
    """What stands for the entry, or would in its place."""
    bound = {each.target for each in data.standings.bound.get(entry.id, {}).values()}
    return bound | {each.target for each in data.choices.get(entry.id, {}).values()}


def _rows(
    connection: Connection, data: ListData, entries: Sequence[Entry], uses: Mapping[UUID, Uses]
) -> list[Row]:
    targets = read_targets(connection, _target_ids(data, entries))
    earlier = earlier_labels(connection, [entry.id for entry in entries])
    builder = _Builder(connection, data, targets, _sharers(data, targets))
    return [
        Row(
            id=entry.id,
            list=entry.list,
            label=entry.label,
            name=entry.name,
            code=entry.code,
            facts=entry.facts,
            was=earlier.get(entry.id),
            uses=builder.uses(entry),
            used=uses.get(entry.id, NOT_USED),
            is_matched=data.standings.is_matched(entry.id),
            is_lost=data.standings.is_lost(entry.id),
            is_optional=entry.list in CONTACT_LISTS and not data.standings.is_lost(entry.id),
        )
        for entry in entries
    ]


def _target_ids(data: ListData, entries: Sequence[Entry]) -> set[UUID]:
    ids: set[UUID] = set()
    for entry in entries:
        ids |= {bound.target for bound in data.standings.bound.get(entry.id, {}).values()}
        for choice in data.choices.get(entry.id, {}).values():
            ids |= {id_ for id_ in (choice.target, *_proposed(choice.proposal)) if id_ is not None}
    return ids


def _proposed(proposal: Proposal | None) -> list[UUID]:
    """What is proposed and the runners-up, without those that are all but impossible."""
    if proposal is None:
        return []
    own = [proposal.target] if proposal.target else []
    others = [target for target, _ in proposal.alternatives]
    return [each for each in (*own, *others) if confidence_of(proposal, each) >= _LEAST_LIKELY]


def _sharers(data: ListData, targets: Collection[UUID]) -> dict[UUID, dict[UUID, str]]:
    """For each of these entries of the books the labels of ours that are matched to it, or would be."""
    found: dict[UUID, dict[UUID, str]] = defaultdict(dict)
    entries = data.standings.entries
    for id_, uses in data.standings.bound.items():
        for bound in uses.values():
            if bound.is_alive and bound.target in targets:
                found[bound.target][id_] = entries[id_].label
    for id_, choices in data.choices.items():
        for choice in choices.values():
            if choice.ticked and choice.target is not None and choice.target in targets:
                found[choice.target][id_] = entries[id_].label
    return found


@dataclass(frozen=True)
class _Builder:
    """What the uses of every row of one list are made from."""

    connection: Connection
    data: ListData
    targets: Mapping[UUID, Entry]
    sharers: Mapping[UUID, Mapping[UUID, str]]

    def uses(self, entry: Entry) -> tuple[UseRow, ...]:
        """Each use that something stands for, or is chosen or proposed for; at least the one for any."""
        bound = self.data.standings.bound.get(entry.id, {})
        choices = self.data.choices.get(entry.id, {})
        uses = [use for use in _USE_ORDER if use in bound or use in choices] or [ANY]
        return tuple(self._use(entry, use, bound.get(use), choices.get(use)) for use in uses)

    def _use(self, entry: Entry, use: str, bound: Bound | None, choice: Choice | None) -> UseRow:
        # What stands for it was matched before anybody asked which sides it serves, and goes on being used.
        current = self._offered(entry, use, bound.target) if bound else None
        proposal = choice.proposal if choice else None
        is_proposal = choice is not None and choice.is_proposed
        return UseRow(
            use=use,
            use_words=self._words(entry, use),
            current=current,
            chosen=self._target(entry, use, choice.target, proposal) if choice and choice.target else None,
            action=choice.action if choice else LEAVE,
            ticked=choice.ticked if choice else False,
            by_person=choice.by_person if choice else False,
            word=proposal.word if proposal and is_proposal else "",
            confidence=proposal.confidence if proposal and is_proposal else 0.0,
            auto=proposal.auto if proposal and is_proposal else False,
            reasons=self._reasons(choice),
            alternatives=() if bound and bound.is_alive else self._alternatives(entry, use, proposal),
            create_name=self._create_name(entry, use),
            shared_with=self._shared_with(entry, bound, choice),
        )

    def _words(self, entry: Entry, use: str) -> str:
        if use in uses_apart(self.connection, entry.list):
            return f"on sales {SINGULAR_LABELS[sales_coded_by(self.connection)]}"
        return _USE_WORDS[use]

    def _target(
        self, entry: Entry, use: str, target: UUID, proposal: Proposal | None = None
    ) -> Target | None:
        there = self.targets.get(target)
        if there is None:
            return None
        why_not = refuse(entry, there, use, sales_coded_by(self.connection))
        likely = confidence_of(proposal, target) if proposal else 0.0
        return Target(there.id, there.label, there.facts, there.list, there.state, likely, why_not)

    def _offered(
        self, entry: Entry, use: str, target: UUID, proposal: Proposal | None = None
    ) -> Target | None:
        """The target as it would be matched now."""
        there = self.targets.get(target)
        side = use if there is None else use_for(entry, there, use)
        found = self._target(entry, side, target, proposal)
        return found if found is None or side == use else replace(found, only_on=side)

    def _alternatives(self, entry: Entry, use: str, proposal: Proposal | None) -> tuple[Target, ...]:
        found = (self._offered(entry, use, target, proposal) for target in _proposed(proposal))
        return tuple(each for each in found if each is not None and not each.why_not)

    @staticmethod
    def _reasons(choice: Choice | None) -> tuple[str, ...]:
        """Why this is proposed; what a person chose needs no reason, unless it is what was proposed."""
        if choice is None or choice.proposal is None:
            return ()
        is_same = choice.action == MATCH and choice.target == choice.proposal.target
        return choice.proposal.reasons if is_same or not choice.by_person else ()

    def _shared_with(self, entry: Entry, bound: Bound | None, choice: Choice | None) -> tuple[str, ...]:
        target = choice.target if choice else bound.target if bound else None
        others = self.sharers.get(target, {}) if target else {}
        return tuple(label for id_, label in others.items() if id_ != entry.id)

    def _create_name(self, entry: Entry, use: str) -> str:
        creatable = get_provider(self.connection.provider).creatable
        if target_list(entry, use, self.connection) not in creatable or refuse_use(entry, use):
            return ""
        return created_name(entry, use, self.connection)
