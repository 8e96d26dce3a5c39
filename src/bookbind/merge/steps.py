"""The steps of Merge lists: which lists are asked about, and how far each has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from django.db.models import Count

from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.lists.labels import CONTACT_LISTS, LIST_LABELS, TRACKING_LISTS, label_within, list_label
from bookbind.lists.merging import merging_lists
from bookbind.lists.models import ListItem
from bookbind.lists.queries import dimension_slots, list_words, used_lists
from bookbind.merge.dimensions import DimensionQuestion, list_dimension_questions
from bookbind.merge.reading import Changes, ListData
from bookbind.merge.sides import Sides, read_sides
from bookbind.merge.standings import Standings, read_standings
from bookbind.merge.unread import Unread, read_unread
from bookbind.merge.usage import Uses, read_uses
from bookbind.merge.ways import list_ways
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider

PUBLISHING, DIMENSIONS = "publishing", "dimensions"
DIMENSIONS_LABEL = "Dimensions"
ORDER = (
    PUBLISHING,
    DIMENSIONS,
    ListName.CATEGORIES.value,
    ListName.TAX_RATES.value,
    ListName.SUPPLIERS.value,
    ListName.CUSTOMERS.value,
    ListName.PRODUCTS.value,
    ListName.TRACKING_1.value,
    ListName.TRACKING_2.value,
    ListName.BANK_ACCOUNTS.value,
    ListName.PAYMENT_METHODS.value,
)


class StepState(StrEnum):
    """How a step stands."""

    DONE = "done"
    OPEN = "open"
    EMPTY = "empty"
    LACKING = "lacking"
    UNDECIDED = "undecided"
    READING = "reading"
    UNREAD = "unread"


@dataclass(frozen=True)
class Step:
    """One step. `needed` counts what rules or waiting documents need now, `unmatched` all without a match.

    `decided` counts those of the needed for which something is ticked, so that only the rest is left.
    `ticked` counts what is ticked in the whole list and not used yet.

    `new` counts contacts that are created when first used, unless something is ticked for them. `total`
    is what the business has. `note` says why there are no rows: which side lacks the list, what has to be
    decided first, or how the first read of the list stands; before that nothing of it is counted.
    `merging`: pickers show what is only in the books, and nothing is adopted by itself.
    """

    key: str
    label: str
    state: StepState
    needed: int = 0
    unmatched: int = 0
    new: int = 0
    total: int = 0
    note: str = ""
    merging: bool = False
    decided: int = 0
    ticked: int = 0

    @property
    def label_within(self) -> str:
        """The label within a sentence."""
        return label_within(self.key, self.label)

    @property
    def left(self) -> int:
        """How many of the needed nobody, and no certain proposal, has decided."""
        return self.needed - self.decided


def list_steps(
    connection: Connection,
    data: Mapping[ListName, ListData] | None = None,
    uses: Mapping[UUID, Uses] | None = None,
    changes: Changes | None = None,
    sides: Sides | None = None,
) -> list[Step]:
    """All steps in their order, in a constant number of queries.

    `data` where all lists were read already, `uses` where it is known what uses each entry, and `changes`
    where it is known what the ticks do; without them nothing counts as ticked. `sides` where it is known
    what both books are called.
    """
    lists, taxed = get_provider(connection.provider).lists, keeps_tax(connection)
    standings, unread = _stand(connection, data)
    decided = {id_ for each in (data or {}).values() for id_ in each.decided()}
    uses = read_uses(connection) if uses is None else uses
    changes = Changes(standings=standings) if changes is None else changes
    needed = {id_ for id_, each in uses.items() if each.is_used}
    words, slots = list_words(connection), dimension_slots(connection)
    merging, counts = merging_lists(connection), _count_ours()
    questions = list_dimension_questions(connection)
    software = (sides or read_sides(connection)).software
    asked = {question.slot: question for question in questions}
    steps = {PUBLISHING: _publishing(connection), DIMENSIONS: _dimensions(questions)}
    for name in ListName:
        label = list_label(name, words) if name in TRACKING_LISTS else LIST_LABELS[name]
        if name in asked and name not in slots:
            steps[name.value] = _without_dimension(asked[name], label, software)
        elif name is ListName.TAX_RATES and name in lists and not taxed:
            steps[name.value] = _untaxed(label, counts.get(name.value, 0))
        elif name not in lists or (name in TRACKING_LISTS and name not in slots):
            steps[name.value] = _lacking(name, label, software, counts.get(name.value, 0))
        elif name in unread:
            steps[name.value] = _unread(unread[name], label, software, counts.get(name.value, 0))
        else:
            step = _step(name, label, standings[name], needed, merging, decided)
            new = changes.count_new(name) if name in CONTACT_LISTS else 0
            steps[name.value] = replace(step, ticked=changes.count_ticked(name), new=new)
    return [steps[key] for key in ORDER]


def _stand(
    connection: Connection, data: Mapping[ListName, ListData] | None
) -> tuple[dict[ListName, Standings], dict[ListName, Unread]]:
    """How each list stands, and those that are still to be read from the books."""
    if data is None:
        return read_standings(connection, used_lists(connection)), read_unread(connection)
    unread = {name: each.unread for name, each in data.items() if each.unread is not None}
    return {name: each.standings for name, each in data.items()}, unread


def _step(
    name: ListName,
    label: str,
    standings: Standings,
    used: set[UUID],
    merging: frozenset[ListName],
    decided: set[UUID],
) -> Step:
    total = len(standings.entries)
    if not total:
        return Step(name.value, label, StepState.EMPTY, note=_none_of(name, label), merging=name in merging)
    asked = [id_ for id_ in standings.entries if standings.needs_person(id_)]
    needed = [id_ for id_ in asked if id_ in used]
    return Step(
        name.value,
        label,
        StepState.OPEN if needed else StepState.DONE,
        needed=len(needed),
        decided=sum(1 for id_ in needed if id_ in decided),
        unmatched=len(asked),
        total=total,
        merging=name in merging,
    )


def _none_of(name: ListName, label: str) -> str:
    """That the business has no entry of a list; those of a tracking list have no word of their own."""
    return f"You have no {'entries in ' if name in TRACKING_LISTS else ''}{label_within(name, label)}."


def _lacking(name: ListName, label: str, software: str, count: int) -> Step:
    if not count:
        return Step(name.value, label, StepState.EMPTY, note=f"Neither you nor {software} uses these.")
    note = f"{software} has none here. Yours are kept, and are left out of what is sent."
    return Step(name.value, label, StepState.LACKING, total=count, note=note)


def _untaxed(label: str, count: int) -> Step:
    """The tax rates at books that keep no tax."""
    if not count:
        return Step(
            ListName.TAX_RATES.value, label, StepState.EMPTY, note=_none_of(ListName.TAX_RATES, label)
        )
    note = (
        "These books keep no VAT, so no rate is asked for: VAT becomes part of what each cost comes to, and "
        "your rules keep their rates for other books."
    )
    return Step(ListName.TAX_RATES.value, label, StepState.LACKING, total=count, note=note)


def _without_dimension(question: DimensionQuestion, label: str, software: str) -> Step:
    """A tracking list that shows no dimension of these books, though they have some."""
    key, count = question.slot.value, question.entries
    if question.is_open:
        note = f"Say under {DIMENSIONS_LABEL} first which dimension of {software} these are."
        return Step(key, label, StepState.UNDECIDED, total=count, note=note)
    note = (
        f"You chose no dimension of {software} for these. Yours are kept, and are left out of what is sent."
    )
    return Step(key, label, StepState.LACKING, total=count, note=note)


def _unread(unread: Unread, label: str, software: str, count: int) -> Step:
    """A list whose entries there nobody knows before its first read is complete."""
    if not count:
        return Step(unread.name.value, label, StepState.EMPTY, note=_none_of(unread.name, label))
    state = StepState.READING if unread.is_moving else StepState.UNREAD
    return Step(unread.name.value, label, state, total=count, note=unread.words(software))


def _publishing(connection: Connection) -> Step:
    questions = list_ways(connection)
    open_ = sum(1 for question in questions if not question.answer)
    state = StepState.OPEN if open_ else StepState.DONE
    return Step(PUBLISHING, "Publishing", state, needed=open_, unmatched=open_, total=len(questions))


def _dimensions(questions: Sequence[DimensionQuestion]) -> Step:
    if not questions:
        return Step(DIMENSIONS, DIMENSIONS_LABEL, StepState.EMPTY, note="Nothing to decide.")
    open_ = sum(1 for question in questions if question.is_open)
    state = StepState.OPEN if open_ else StepState.DONE
    return Step(DIMENSIONS, DIMENSIONS_LABEL, state, needed=open_, unmatched=open_, total=len(questions))


def _count_ours() -> dict[str, int]:
    rows = ListItem.objects.filter(merged_into__isnull=True, archived_at__isnull=True)
    return dict(rows.order_by("list").values_list("list").annotate(number=Count("id")))
