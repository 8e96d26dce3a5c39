"""Which bindings a choice changes, and what an undo takes back, on plain values."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.merge.plans import ANY, COSTS, SALES, ItemPlan, Written, plan_item, plan_undo

USES = st.sampled_from([ANY, COSTS, SALES])


@pytest.mark.parametrize(
    ("current", "wanted", "close", "opened"),
    [
        ({}, {ANY: "x"}, set(), {ANY: "x"}),
        ({ANY: "x"}, {ANY: "x"}, set(), {}),
        ({ANY: "x"}, {ANY: "y"}, {ANY}, {ANY: "y"}),
        ({ANY: "x"}, {ANY: None}, {ANY}, {}),
        ({}, {ANY: None}, set(), {}),
        ({COSTS: "x", SALES: "y"}, {ANY: "z"}, {COSTS, SALES}, {ANY: "z"}),
        ({ANY: "x"}, {COSTS: "y", SALES: "z"}, {ANY}, {COSTS: "y", SALES: "z"}),
        ({ANY: "x"}, {COSTS: "y"}, set(), {COSTS: "y"}),
        ({ANY: "x", COSTS: "y"}, {SALES: "z"}, {ANY}, {SALES: "z"}),
    ],
)
def test_what_is_closed_and_opened(
    current: dict[str, str], wanted: dict[str, str | None], close: set[str], opened: dict[str, str]
) -> None:
    assert plan_item(current, wanted) == ItemPlan(frozenset(close), opened)


@pytest.mark.req("CHG-08")
def test_what_a_category_is_sold_as_stands_apart_from_its_account() -> None:
    apart = frozenset({SALES})
    assert plan_item({SALES: "product"}, {ANY: "account"}, apart) == ItemPlan(frozenset(), {ANY: "account"})
    assert plan_item({ANY: "account"}, {SALES: "product"}, apart) == ItemPlan(frozenset(), {SALES: "product"})


@pytest.mark.req("CHG-08")
@given(
    st.dictionaries(USES, st.integers(0, 3)),
    st.dictionaries(USES, st.none() | st.integers(0, 3), min_size=1),
)
def test_what_was_wanted_holds_afterwards(current: dict[str, int], wanted: dict[str, int | None]) -> None:
    plan = plan_item(current, wanted)
    after = {use: target for use, target in current.items() if use not in plan.close} | dict(plan.open)
    assert {use: after.get(use) for use in wanted} == wanted
    assert set(plan.close) <= set(current)
    assert not set(plan.open) & (set(current) - plan.close), "nothing is opened over what is still open"
    assert plan_item(after, wanted).is_empty


Row = Written[int]


def use(history: list[Row], session: int, wanted: dict[str, int | None]) -> list[Row]:
    """What using a choice leaves of an entry's history."""
    current = {row.use: row.target for row in history if row.is_open}
    plan = plan_item(current, wanted)
    after = [
        replace(row, is_open=False, closed_in=session) if row.is_open and row.use in plan.close else row
        for row in history
    ]
    ids = len(history)
    return after + [
        Row(ids + n, use, target, session, None, is_open=True)
        for n, (use, target) in enumerate(plan.open.items())
    ]


def take_back(history: list[Row], session: int, undone: frozenset[int]) -> tuple[list[Row], bool]:
    """What undoing a session leaves, and whether it was possible."""
    plan = plan_undo(history, session, undone)
    if not plan.is_possible:
        return history, False
    after = [replace(row, is_open=False) if row.id in plan.close else row for row in history]
    ids = len(history)
    return after + [
        Row(ids + n, row.use, row.target, row.opened_in, None, is_open=True)
        for n, row in enumerate(plan.reopen)
    ], True


def standing(history: list[Row]) -> dict[str, int]:
    open_ = [row for row in history if row.is_open]
    assert len({row.use for row in open_}) == len(open_), "two things stand for one use"
    return {row.use: row.target for row in open_}


WANTED = st.dictionaries(USES, st.none() | st.integers(1, 4), min_size=1, max_size=2)


@pytest.mark.req("CHG-06")
@given(st.lists(WANTED, min_size=1, max_size=6))
def test_undoing_everything_from_the_last_to_the_first_restores_each_state(
    choices: list[dict[str, int | None]],
) -> None:
    history: list[Row] = [Row(0, ANY, 9, None, None, is_open=True)]
    seen = []
    for session, wanted in enumerate(choices, 1):
        seen.append(standing(history))
        history = use(history, session, wanted)
    undone: frozenset[int] = frozenset()
    for session in range(len(choices), 0, -1):
        history, possible = take_back(history, session, undone)
        assert possible
        assert standing(history) == seen[session - 1]
        undone |= {session}


@given(st.lists(WANTED, min_size=2, max_size=6), st.data())
def test_undone_in_any_order_nothing_stands_twice_or_comes_from_an_undone_session(
    choices: list[dict[str, int | None]], data: st.DataObject
) -> None:
    history: list[Row] = [Row(0, ANY, 9, None, None, is_open=True)]
    for session, wanted in enumerate(choices, 1):
        history = use(history, session, wanted)
    undone: frozenset[int] = frozenset()
    for session in data.draw(st.permutations(range(1, len(choices) + 1))):
        history, possible = take_back(history, session, undone)
        standing(history)
        undone |= {session}
        if possible:
            assert not any(row.is_open and row.opened_in == session for row in history)


def test_what_a_person_changed_since_is_left_alone() -> None:
    history = use([], 1, {ANY: 5})
    history = [replace(history[0], is_open=False), Row(7, ANY, 6, None, None, is_open=True)]
    assert not plan_undo(history, 1, frozenset()).is_possible
