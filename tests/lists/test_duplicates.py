"""Which entries look like one."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.lists.duplicates import Entry, Likeness, core_name, find_pairs
from tests.support.work import grows_like_rows, lines_of


def pairs(*names: str | tuple[str, str]) -> list[tuple[str, str, Likeness]]:
    entries = []
    for name in names:
        words, tax = name if isinstance(name, tuple) else (name, "")
        entries.append(Entry(uuid4(), words, tax_number=tax))
    by_id = {entry.id: entry.name for entry in entries}
    return [(by_id[pair.first], by_id[pair.second], pair.likeness) for pair in find_pairs(entries)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("BT", "BT plc"),
        ("British Telecom Ltd.", "BRITISH TELECOM LIMITED"),
        ("Smith & Sons", "Smith and Sons Ltd"),
        ("Caf\u00e9 Rouge", "Cafe Rouge Ltd"),
        ("B.T. Group", "BT Group"),
        ("O'Neill Bros", "ONeill Brothers"),
        ("St. James Dental", "Saint James Dental"),
    ],
)
def test_one_firm_written_in_two_ways(one: str, other: str) -> None:
    assert pairs(one, other) == [(one, other, Likeness.SAME_NAME)]


@pytest.mark.parametrize(
    ("one", "other"), [("Yorkshire Water", "Yorkshre Water"), ("Screwfix Direct", "Screw Fix Direct")]
)
def test_a_slip_of_the_pen(one: str, other: str) -> None:
    assert pairs(one, other) == [(one, other, Likeness.ALMOST_SAME_NAME)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Acme", "Acme Holdings"),
        ("Unit 4 Storage", "Unit 5 Storage"),
        ("EE", "O2"),
        ("North Garage", "South Garage"),
        ("Ltd", "Plc"),
    ],
)
def test_two_firms_of_like_names_are_not_proposed(one: str, other: str) -> None:
    assert pairs(one, other) == []


def test_equal_tax_numbers_say_more_than_names_and_unequal_ones_forbid() -> None:
    assert pairs(("BT", "GB1"), ("British Telecom", "GB1")) == [
        ("BT", "British Telecom", Likeness.TAX_NUMBER)
    ]
    assert pairs(("BT", "GB1"), ("BT plc", "GB2")) == []


def test_pairs_that_somebody_keeps_apart_are_left_out() -> None:
    one, other = Entry(uuid4(), "BT"), Entry(uuid4(), "BT plc")
    assert find_pairs([one, other], [frozenset((one.id, other.id))]) == []


@pytest.mark.parametrize("name", ["{word} {other} supplies {number} ltd", "{word} supplies ltd"])
def test_ten_times_as_many_names_are_ten_times_the_work(name: str) -> None:
    """Where each is another name, and where thousands are called the same."""
    words = ("north", "south", "green", "blue", "city", "river", "stone", "oak")
    entries = [
        Entry(UUID(int=n), name.format(word=words[n % 4], other=words[n // 8 % 8], number=n))
        for n in range(10_000)
    ]
    few, _ = lines_of(lambda: find_pairs(entries[:1_000]))
    many, _ = lines_of(lambda: find_pairs(entries))
    assert grows_like_rows(few, many, times=10), (few, many)


@given(st.lists(st.text(max_size=12), max_size=8))
def test_pairs_name_each_two_once_the_older_first(names: list[str]) -> None:
    entries = [Entry(UUID(int=number), name) for number, name in enumerate(names)]
    found = find_pairs(entries)
    assert len({frozenset((pair.first, pair.second)) for pair in found}) == len(found)
    assert all(pair.first.int < pair.second.int for pair in found)
    assert [pair.likeness for pair in found] == sorted(pair.likeness for pair in found)


@given(st.text(max_size=30))
def test_core_of_a_name_is_stable(name: str) -> None:
    assert core_name(core_name(name).upper()) == core_name(core_name(name))
