"""Combining entries and undoing it: nothing is rewritten, so everything comes back as it was."""

import pytest

from bookbind.kit.events import Event
from bookbind.lists.combine import (
    blocking_combination,
    combine,
    keep_apart,
    list_combinations,
    possible_duplicates,
    undo_combination,
)
from bookbind.lists.errors import AlreadyCombined, ListsDiffer, SameItem, UndoBlocked
from bookbind.lists.events import BindingsChanged, CombinationUndone, ItemsCombined
from bookbind.lists.models import Binding, ListItem
from bookbind.lists.queries import current_bindings, items_by_id, pick_items
from bookbind.lists.services import create_item, get_or_create_supplier
from bookbind.providers.base.types import ListName
from tests.lists.conftest import Reader

SUPPLIERS = ListName.SUPPLIERS


def supplier(reader: Reader, name: str) -> ListItem:
    return create_item(reader.business.id, SUPPLIERS, name, user=reader.user)


def test_absorbed_entry_is_read_as_the_kept_one_and_offered_no_more(reader: Reader) -> None:
    bt, telecom = supplier(reader, "BT"), supplier(reader, "British Telecom")
    combine(bt, telecom, reader.user)
    assert items_by_id([telecom.id])[telecom.id].id == bt.id
    assert [item.name for item in pick_items(SUPPLIERS)] == ["BT"]
    assert get_or_create_supplier(reader.business.id, "british  telecom", reader.user).id == bt.id


def test_match_of_either_serves_both(reader: Reader) -> None:
    reader.books.add(SUPPLIERS, "t", "British Telecom")
    reader.read(SUPPLIERS)
    bt, telecom = supplier(reader, "BT"), reader.items(SUPPLIERS)["British Telecom"]
    combine(bt, telecom, reader.user)
    found = current_bindings(reader.connection.id, [bt.id, telecom.id])
    assert {remote.remote_id for remote in found.values()} == {"t"}
    assert len(found) == 2


def test_undo_puts_everything_back_exactly(reader: Reader) -> None:
    reader.books.add(SUPPLIERS, "a", "BT")
    reader.books.add(SUPPLIERS, "b", "British Telecom")
    reader.read(SUPPLIERS)
    before = everything()
    items = reader.items(SUPPLIERS)
    combination = combine(items["BT"], items["British Telecom"], reader.user)
    assert list_combinations(SUPPLIERS) == [combination]
    assert everything() != before
    undone = undo_combination(combination.id, reader.user)
    assert undone.undone_by == reader.user
    assert everything() == before
    assert list_combinations(SUPPLIERS) == []


def test_undoing_twice_changes_nothing_more(reader: Reader, heard: list[Event]) -> None:
    combination = combine(supplier(reader, "BT"), supplier(reader, "BT plc"), reader.user)
    undo_combination(combination.id, reader.user)
    undo_combination(combination.id, reader.user)
    assert len([event for event in heard if isinstance(event, CombinationUndone)]) == 1


def test_combination_that_another_builds_on_waits_for_that_one(reader: Reader) -> None:
    one, two, three = (supplier(reader, name) for name in ("BT", "BT plc", "British Telecom"))
    first = combine(one, two, reader.user)
    second = combine(three, one, reader.user)
    assert items_by_id([two.id])[two.id].id == three.id
    assert blocking_combination(first) == second
    with pytest.raises(UndoBlocked):
        undo_combination(first.id, reader.user)
    undo_combination(second.id, reader.user)
    undo_combination(first.id, reader.user)
    assert not ListItem.objects.filter(merged_into__isnull=False).exists()


def test_what_makes_no_sense_is_refused(reader: Reader) -> None:
    one, two = supplier(reader, "BT"), supplier(reader, "BT plc")
    category = create_item(reader.business.id, ListName.CATEGORIES, "BT")
    with pytest.raises(SameItem):
        combine(one, one, reader.user)
    with pytest.raises(ListsDiffer):
        combine(one, category, reader.user)
    combine(one, two, reader.user)
    with pytest.raises(AlreadyCombined):
        combine(one, two, reader.user)
    with pytest.raises(AlreadyCombined):
        combine(two, supplier(reader, "British Telecom"), reader.user)


def test_who_waits_for_a_match_is_told(reader: Reader, heard: list[Event]) -> None:
    reader.books.add(SUPPLIERS, "t", "British Telecom")
    reader.read(SUPPLIERS)
    bt, telecom = supplier(reader, "BT"), reader.items(SUPPLIERS)["British Telecom"]
    heard.clear()
    combination = combine(bt, telecom, reader.user)
    assert ItemsCombined(reader.business.id, combination.id, bt.id, telecom.id) in heard
    told = [event for event in heard if isinstance(event, BindingsChanged)]
    assert [event.connection_id for event in told] == [reader.connection.id]


def test_likely_twins_are_proposed_until_somebody_says_that_they_are_two(reader: Reader) -> None:
    one, two = supplier(reader, "BT"), supplier(reader, "BT plc")
    supplier(reader, "Unrelated")
    (found,) = possible_duplicates(SUPPLIERS)
    assert {found.kept.id, found.absorbed.id} == {one.id, two.id}
    keep_apart(two, one, reader.user)
    keep_apart(one, two, reader.user)
    assert possible_duplicates(SUPPLIERS) == []


def test_contact_that_goes_by_the_absorbed_name_is_the_absorbed_one(reader: Reader) -> None:
    bt, plc = supplier(reader, "BT"), supplier(reader, "BT plc")
    combine(bt, plc, reader.user)
    reader.books.add(SUPPLIERS, "p", "BT plc")
    reader.read(SUPPLIERS)
    assert current_bindings(reader.connection.id, [bt.id])[bt.id].remote_id == "p"
    assert [item.name for item in pick_items(SUPPLIERS)] == ["BT"]


def everything() -> tuple[object, ...]:
    """All entries and matches, but for when they were touched."""
    items = sorted(ListItem.objects.values_list("id", "name", "merged_into", "archived_at"))
    bindings = sorted(Binding.objects.values_list("id", "list_item", "remote_item", "closed_at"))
    return items, bindings
