"""The second step: which dimension of these books each of the two tracking lists is."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bookbind.connections.models import Connection
from bookbind.kit.text import fold_name
from bookbind.lists.dimensions import earlier_names, list_dimensions
from bookbind.lists.errors import DimensionTwice
from bookbind.lists.labels import LIST_LABELS, TRACKING_LISTS
from bookbind.lists.models import Dimension, ListItem
from bookbind.lists.slots import set_slot
from bookbind.merge.drafting import bump
from bookbind.merge.models import DraftRow
from bookbind.merge.reading import find_draft
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User


@dataclass(frozen=True)
class DimensionQuestion:
    """What one tracking list is there. `was` is its name in the books before, `chosen` the present one.

    `proposed` is one of the `options`, `is_certain` when it is called as the list was. `is_open` until
    somebody decided, be it for none.
    """

    slot: ListName
    label: str
    was: str
    entries: int
    options: tuple[Dimension, ...]
    chosen: Dimension | None
    proposed: Dimension | None
    is_certain: bool
    is_open: bool


def list_dimension_questions(connection: Connection) -> list[DimensionQuestion]:
    """One question for each tracking list that has entries; none where these books have no dimensions."""
    options = tuple(list_dimensions(connection))
    if not options:
        return []
    earlier = earlier_names(connection)
    decided = set(_decided(connection))
    questions = []
    for slot in TRACKING_LISTS:
        count = ListItem.objects.filter(list=slot, merged_into__isnull=True, archived_at__isnull=True).count()
        chosen = next((each for each in options if each.slot == slot), None)
        if count:
            was = earlier.get(slot.value, "")
            free = [each for each in options if not each.slot]
            alike = next((each for each in free if was and fold_name(each.name) == fold_name(was)), None)
            proposed = alike or (free[0] if len(free) == 1 and not was else None)
            is_open = chosen is None and slot not in decided
            is_certain = alike is not None
            questions.append(
                DimensionQuestion(
                    slot, LIST_LABELS[slot], was, count, options, chosen, proposed, is_certain, is_open
                )
            )
    return questions


@transaction.atomic
def choose_dimensions(
    connection: Connection, answers: Mapping[ListName, UUID | None], user: User
) -> dict[ListName, ListName]:
    """Choose for several tracking lists at once; one that stands as it is answered is left alone.

    By list: from which other list its dimension was taken, unless that has another answer here.
    DimensionTwice, and nothing is changed, when two lists are newly to be one dimension.
    """
    standing = {each.slot: each.chosen for each in list_dimension_questions(connection) if not each.is_open}
    changed = {
        slot: answer
        for slot, answer in answers.items()
        if slot not in standing or answer != (chosen.id if (chosen := standing[slot]) else None)
    }
    wanted = [answer for answer in changed.values() if answer is not None]
    if len(set(wanted)) < len(wanted):
        raise DimensionTwice
    taken = {slot: choose_dimension(connection, slot, answer, user) for slot, answer in changed.items()}
    later = list(changed)
    return {
        slot: lost
        for slot, lost in taken.items()
        if lost is not None and lost not in later[later.index(slot) :]
    }


@transaction.atomic
def choose_dimension(
    connection: Connection, slot: ListName, dimension_id: UUID | None, user: User
) -> ListName | None:
    """Let the tracking list be this dimension, or none; its entries are read next.

    Where that takes the dimension from another list, that list is to decide again, and is the answer.
    DimensionUnknown when these books have no such dimension, or switched it off.
    """
    draft = bump(connection, user)
    taken_from = set_slot(connection, slot, dimension_id, user)
    changed = [slot, taken_from] if taken_from else [slot]
    draft.left_out = [name for name in draft.left_out if name not in changed]
    if dimension_id is None:
        draft.left_out.append(slot.value)
    draft.save(update_fields=["left_out"])
    DraftRow.objects.filter(draft__connection=connection, list_item__list__in=changed).delete()
    return taken_from


def _decided(connection: Connection) -> list[ListName]:
    """The lists for which somebody chose none."""
    draft = find_draft(connection)
    return [] if draft is None else [ListName(name) for name in draft.left_out]
