"""What many tests begin with is made once, and each of them gets it as it was."""

from collections.abc import Callable

import pytest

from bookbind.tenancy.models import Practice
from bookbind.tenancy.scope import SystemScope, within
from tests.conventions.world import undone
from tests.support.factories import make_practice
from tests.support.worlds import world


@pytest.fixture
def make(db: None) -> Callable[[], Practice]:
    """Makes a practice, called after how many were made."""
    made: list[Practice] = []

    def make_next() -> Practice:
        made.append(make_practice(f"Practice {len(made) + 1}"))
        return made[-1]

    return make_next


def names() -> list[str]:
    return sorted(Practice.objects.values_list("name", flat=True))


def remove(name: str) -> None:
    with within(SystemScope("a test deletes what hangs on it too")):
        Practice.objects.filter(name=name).delete()


def test_it_is_made_once_and_put_back_whatever_was_done_with_it(make: Callable[[], Practice]) -> None:
    with undone():
        first = world("put back", make)
        first.name = "Renamed"
        first.save()
        make_practice("Beside it")
    assert names() == []
    with undone():
        second = world("put back", make)
        assert (second.id, second.name, names()) == (first.id, "Practice 1", ["Practice 1"])
        remove("Practice 1")
    with undone():
        assert Practice.objects.get(id=world("put back", make).id).name == "Practice 1"


def test_it_is_made_anew_where_the_database_holds_something_else(make: Callable[[], Practice]) -> None:
    with undone():
        world("elsewhere", make)
    make_practice("There before")
    with undone():
        assert world("elsewhere", make).name == "Practice 2"
        assert names() == ["Practice 2", "There before"]


def test_rows_that_were_there_before_are_as_the_world_left_them(db: None) -> None:
    make_practice("One")
    make_practice("Two")

    def change() -> str:
        Practice.objects.filter(name="One").update(name="Changed")
        remove("Two")
        return "done"

    for _ in range(2):
        with undone():
            assert world("changed", change) == "done"
            assert names() == ["Changed"]


def test_it_is_made_anew_once_it_is_old(make: Callable[[], Practice], skip: Callable[..., None]) -> None:
    for made, seconds in enumerate((0, 30, 60), start=1):
        skip(seconds=seconds)
        with undone():
            assert world("old", make).name == ("Practice 1" if made < 3 else "Practice 2")
