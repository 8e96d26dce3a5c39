"""Dimensions and the two tracking lists that show them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import uuid4

import pytest

from bookbind.activity.models import Entry
from bookbind.lists.dimensions import find_dimension, list_dimensions
from bookbind.lists.errors import DimensionUnknown
from bookbind.lists.models import Dimension
from bookbind.lists.queries import dimension_slots
from bookbind.lists.services import create_item
from bookbind.lists.slots import set_slot
from bookbind.providers.base.types import ListName, Page, RemoteDimension
from tests.lists.conftest import Reader

FIRST, SECOND = ListName.TRACKING_1, ListName.TRACKING_2


def region(*, active: bool = True, name: str = "Region") -> RemoteDimension:
    return RemoteDimension("r", name, per_line=True, active=active)


def department() -> RemoteDimension:
    return RemoteDimension("d", "Department", per_line=True, active=True)


def test_slot_stays_with_its_dimension_through_renames_and_rests(reader: Reader) -> None:
    reader.books.dimensions = [region(), department()]
    reader.read()
    reader.books.dimensions = [department(), region(name="Area")]
    reader.read()
    assert dimension_slots(reader.connection) == {FIRST: "r", SECOND: "d"}
    assert find_dimension(reader.connection, FIRST).name == "Area"  # type: ignore[union-attr]
    reader.books.dimensions = [department()]
    reader.read()
    assert dimension_slots(reader.connection) == {SECOND: "d"}
    reader.books.dimensions = [department(), region(active=False)]
    reader.read()
    assert [row.name for row in list_dimensions(reader.connection)] == ["Department"]
    reader.books.dimensions = [department(), region()]
    reader.read()
    assert dimension_slots(reader.connection) == {FIRST: "r", SECOND: "d"}


def test_a_list_with_entries_of_its_own_is_not_given_a_dimension_unasked(reader: Reader) -> None:
    create_item(reader.business.id, FIRST, "An old project")
    reader.books.dimensions = [region()]
    reader.read()
    assert dimension_slots(reader.connection) == {SECOND: "r"}


def test_somebody_says_which_dimension_a_list_shows(reader: Reader) -> None:
    reader.books.dimensions = [region(), department()]
    reader.read()
    there = {row.remote_id: row.id for row in Dimension.objects.all()}
    set_slot(reader.connection, FIRST, None, reader.user)
    assert dimension_slots(reader.connection) == {SECOND: "d"}
    set_slot(reader.connection, FIRST, there["d"], reader.user)
    assert dimension_slots(reader.connection) == {FIRST: "d"}
    texts = Entry.objects.filter(action="lists.slot_set").order_by("position").values_list("text", flat=True)
    assert list(texts) == [
        "Projects shows nothing now.",
        "Projects shows Department now, Projects 2 no more.",
    ]
    with pytest.raises(DimensionUnknown):
        set_slot(reader.connection, FIRST, uuid4(), reader.user)


def test_what_a_list_shows_no_more_does_not_come_in_by_a_read_that_was_under_way(reader: Reader) -> None:
    reader.books.dimensions = [region(), department()]
    reader.books.add(FIRST, "r-1", "North")
    pages = reader.books.fetch_items

    def meanwhile(name: ListName, dimension_id: str, since: datetime | None) -> Iterator[Page]:
        yield from pages(name, dimension_id, since)
        if (name, dimension_id) == (FIRST, "r"):
            reader.books.lists[FIRST].clear()
            reader.books.add(FIRST, "d-1", "Workshop")
            set_slot(reader.connection, FIRST, Dimension.objects.get(remote_id="d").id, reader.user)

    reader.books.fetch_items = meanwhile  # type: ignore[method-assign]
    assert reader.read() is None
    assert reader.items(FIRST) == {}
    assert reader.turn() is None
    assert list(reader.items(FIRST)) == ["Workshop"]
    assert reader.sync(FIRST).requested_at is None
