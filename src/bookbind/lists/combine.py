"""Combine: somebody says that two entries are one. Nothing is rewritten, so undo is exact.

Documents, rules' targets and bindings keep naming the absorbed entry; who reads them follows `merged_into`.
Only rules *of* an absorbed supplier move, so that they can be seen and ordered in one place: the rules
package does that when it hears of it, and notes in `Combination.moved` how to put it back.
"""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections.queries import LIVE_STAGES
from bookbind.kit import clock
from bookbind.kit.events import announce
from bookbind.kit.text import plain_tax_number
from bookbind.lists.duplicates import Entry, Likeness, find_pairs
from bookbind.lists.errors import AlreadyCombined, ListsDiffer, SameItem, UndoBlocked
from bookbind.lists.events import BindingsChanged, CombinationUndone, ItemsCombined
from bookbind.lists.labels import item_label
from bookbind.lists.models import Binding, Combination, KeptApart, ListItem
from bookbind.lists.queries import members_of
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User

# More than a person looks through on one page.
_MOST_PAIRS = 100
_MOST_COMBINATIONS = 50


@dataclass(frozen=True)
class Duplicate:
    """Two entries that look like one, and why; `kept` is the older one, to begin with."""

    kept: ListItem
    absorbed: ListItem
    likeness: Likeness


def possible_duplicates(list_name: ListName) -> list[Duplicate]:
    """Pairs of the list that look alike, the surest first, without those that somebody said are two."""
    rows = ListItem.objects.filter(list=list_name, merged_into__isnull=True, archived_at__isnull=True)
    values = rows.order_by("created_at", "id").values_list("id", "name", "code", "details__tax_number")
    entries = [Entry(id_, name, code, plain_tax_number(number)) for id_, name, code, number in values]
    apart = KeptApart.objects.filter(first__list=list_name).values_list("first_id", "second_id")
    pairs = find_pairs(entries, (frozenset(ids) for ids in apart))[:_MOST_PAIRS]
    items = ListItem.objects.in_bulk({id_ for pair in pairs for id_ in (pair.first, pair.second)})
    return [Duplicate(items[pair.first], items[pair.second], pair.likeness) for pair in pairs]


@transaction.atomic
def combine(kept: ListItem, absorbed: ListItem, user: User) -> Combination:
    """Read `absorbed` as `kept` from now on."""
    locked = _lock(kept, absorbed)
    if kept.id == absorbed.id:
        raise SameItem
    if kept.list != absorbed.list or len(locked) != 2:
        raise ListsDiffer
    # Conditional, so that two people who combine the same entries at once make one combination.
    free = ListItem.objects.filter(id=absorbed.id, merged_into__isnull=True)
    if locked[kept.id].merged_into_id is not None or not free.update(merged_into=kept):
        raise AlreadyCombined
    combination: Combination = Combination.objects.create(
        business_id=kept.business_id, kept=kept, absorbed=absorbed, combined_at=clock.now(), combined_by=user
    )
    announce(ItemsCombined(kept.business_id, combination.id, kept.id, absorbed.id))
    _record(combination, "lists.combined", f"{_label(absorbed)} is read as {_label(kept)} now.", user)
    _tell_waiting(combination, _group_of(combination))
    return combination


@transaction.atomic
def undo_combination(combination_id: UUID, user: User) -> Combination:
    """Make two of it again; a combination that builds on this one has to be undone first."""
    combination: Combination = Combination.objects.select_related("kept", "absorbed").get(id=combination_id)
    # Before anything is looked at, so that nobody combines what was kept with another at this moment.
    _lock(combination.kept, combination.absorbed)
    if blocking_combination(combination) is not None:
        raise UndoBlocked
    standing = Combination.objects.filter(id=combination_id, undone_at__isnull=True)
    if standing.update(undone_at=clock.now(), undone_by=user):
        kept, absorbed = combination.kept, combination.absorbed
        text = f"{_label(absorbed)} is separate from {_label(kept)} again."
        _record(combination, "lists.combination_undone", text, user)
        group = _group_of(combination)
        ListItem.objects.filter(id=absorbed.id).update(merged_into=None)
        announce(CombinationUndone(combination.business_id, combination.id, kept.id, absorbed.id))
        # What was ready through the other's match needs one of its own now, so all that waits is looked at.
        _tell_waiting(combination, group, may_go=False)
    combination.refresh_from_db()
    return combination


def blocking_combination(combination: Combination) -> Combination | None:
    """The standing combination that absorbed what this one kept, so builds on it; None when undo is free."""
    later = Combination.objects.filter(absorbed_id=combination.kept_id, undone_at__isnull=True)
    found: Combination | None = later.select_related("kept", "absorbed").first()
    return found


def list_combinations(list_name: ListName) -> list[Combination]:
    """The list's combinations that stand, the newest first."""
    standing = Combination.objects.filter(kept__list=list_name, undone_at__isnull=True)
    rows = standing.select_related("kept", "absorbed", "combined_by").order_by("-combined_at", "-id")
    return list(rows[:_MOST_COMBINATIONS])


@transaction.atomic
def keep_apart(one: ListItem, other: ListItem, user: User) -> None:
    """Note that the two only look alike; they are not proposed again."""
    first, second = sorted((one.id, other.id))
    KeptApart.objects.get_or_create(
        business_id=one.business_id,
        first_id=first,
        second_id=second,
        defaults={"said_at": clock.now(), "said_by": user},
    )


def _lock(one: ListItem, other: ListItem) -> dict[UUID, ListItem]:
    """Both rows, held for this transaction; always in one order, so that no two wait for each other."""
    rows = ListItem.objects.select_for_update().filter(id__in=[one.id, other.id]).order_by("id")
    return {row.id: row for row in rows}


def _record(combination: Combination, action: str, text: str, user: User) -> None:
    record(
        action,
        text,
        business_id=combination.business_id,
        actor=user,
        subject=combination.kept,
        data={"kept": str(combination.kept_id), "absorbed": str(combination.absorbed_id)},
    )


def _group_of(combination: Combination) -> set[UUID]:
    """Both entries, and all that was combined into either of them."""
    group = members_of([combination.kept_id, combination.absorbed_id])
    return {id_ for members in group.values() for id_ in members}


def _tell_waiting(combination: Combination, item_ids: set[UUID], *, may_go: bool = True) -> None:
    """Tell whoever waits for a match of any of the entries, wherever one of them has one."""
    current = Binding.objects.filter(
        list_item_id__in=item_ids, closed_at__isnull=True, connection__stage__in=LIVE_STAGES
    )
    for connection_id in set(current.values_list("connection_id", flat=True)):
        announce(BindingsChanged(combination.business_id, connection_id, tuple(sorted(item_ids)), may_go))


def _label(item: ListItem) -> str:
    return item.name if item.list == ListName.SUPPLIERS else item_label(item.name, item.code)
