"""Which entries of the books are bound, proposed or adopted, decided on plain values."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit.text import plain_tax_number
from bookbind.lists.entries import follow_merges
from bookbind.lists.namesakes import Decisions, Ours, Standing, Theirs, decide

A, B, C, D = uuid4(), uuid4(), uuid4(), uuid4()


def ours(id_: UUID, name: str, standing: Standing = Standing.FREE, tax: str = "") -> Ours:
    return Ours(id_, name, tax, standing)


@pytest.mark.parametrize(
    ("mine", "are_contacts", "expected"),
    [
        ([], True, Decisions((), (), (C,))),
        ([ours(A, "bt")], True, Decisions(((A, C),), (), ())),
        ([ours(A, "bt")], False, Decisions((), ((A, C),), ())),
        ([ours(A, "bt", Standing.LOST)], True, Decisions((), ((A, C),), ())),
        ([ours(A, "bt", Standing.BOUND)], True, Decisions((), (), (C,))),
        ([ours(A, "bt"), ours(B, "bt")], True, Decisions((), (), (C,))),
        ([ours(A, "bt"), ours(B, "bt", Standing.LOST)], True, Decisions((), ((B, C),), ())),
        ([ours(A, "bt", tax="GB1")], True, Decisions(((A, C),), (), ())),
        ([ours(A, "ee")], True, Decisions((), (), (C,))),
    ],
)
def test_one_entry_of_the_books(mine: list[Ours], *, are_contacts: bool, expected: Decisions) -> None:
    assert decide([Theirs(C, "bt", "")], mine, are_contacts=are_contacts) == expected


def test_tax_numbers_that_differ_make_two_of_one_name() -> None:
    assert decide([Theirs(C, "bt", "GB2")], [ours(A, "bt", tax="GB1")], are_contacts=True).adopt == (C,)


def test_nobody_guesses_which_of_two_contacts_is_meant() -> None:
    theirs = [Theirs(C, "bt", ""), Theirs(D, "bt", "")]
    assert decide(theirs, [ours(A, "bt")], are_contacts=True) == Decisions((), (), (C, D))


def test_entries_without_a_name_are_never_namesakes() -> None:
    assert decide([Theirs(C, "", "")], [ours(A, "")], are_contacts=True).adopt == (C,)


@pytest.mark.parametrize(
    ("written", "plain"), [("GB 123 4567 89", "GB123456789"), ("gb-1.2", "GB12"), (None, ""), (5, "5")]
)
def test_tax_numbers_are_compared_without_dress(written: object, plain: str) -> None:
    assert plain_tax_number(written) == plain


NAMES = st.sampled_from(["", "bt", "ee", "o2"])
TAX = st.sampled_from(["", "GB1", "GB2"])


@given(
    st.lists(st.builds(Theirs, st.uuids(), NAMES, TAX), max_size=6, unique_by=lambda entry: entry.id),
    st.lists(
        st.builds(Ours, st.uuids(), NAMES, TAX, st.sampled_from(Standing)),
        max_size=6,
        unique_by=lambda item: item.id,
    ),
    st.booleans(),
)
def test_every_entry_is_decided_once_and_nothing_bound_is_touched(
    theirs: list[Theirs],
    mine: list[Ours],
    are_contacts: bool,  # noqa: FBT001
) -> None:
    found = decide(theirs, mine, are_contacts=are_contacts)
    decided = [there for _, there in (*found.bind, *found.propose)] + list(found.adopt)
    assert sorted(decided) == sorted(entry.id for entry in theirs)
    standing = {item.id: item.standing for item in mine}
    assert all(standing[id_] is Standing.FREE for id_, _ in found.bind)
    assert all(standing[id_] is not Standing.BOUND for id_, _ in found.propose)
    assert len({id_ for id_, _ in found.bind}) == len(found.bind)
    assert are_contacts or not found.bind


IDS = st.sampled_from("abcdef")


@given(st.dictionaries(IDS, IDS, max_size=6))
def test_merges_are_followed_to_an_end_that_was_not_merged_away(merged: dict[str, str]) -> None:
    ends = follow_merges(merged)
    assert all(end not in merged for end in ends.values())
    assert all(start in merged for start in ends)


def test_a_ring_of_merges_leads_nowhere() -> None:
    assert follow_merges({"a": "b", "b": "a", "c": "d", "d": "e"}) == {"c": "e", "d": "e"}
