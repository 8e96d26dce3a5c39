"""What rules say about a document: the first that says something, typed values untouched, nothing guessed."""

from calendar import monthrange
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.rules.evaluate import (
    ITEM_FIELDS,
    Coded,
    CodedField,
    CodingDefaults,
    DocumentFacts,
    DueMode,
    Problem,
    RuleValues,
    due_date,
    evaluate,
    explain_due,
    fields_of,
)

SPACE = UUID("00000000-0000-0000-0000-000000000000")
FUEL, FOOD, VAT, NORTH = (uuid5(SPACE, name) for name in ("fuel", "food", "vat", "north"))


def rule(number: int = 1, **values: Any) -> RuleValues:
    return RuleValues(
        id=uuid5(SPACE, f"rule {number}"),
        version=2,
        supplier_name="City Fuel Ltd",
        saved_on=date(2027, 3, 3),
        **values,
    )


@pytest.mark.req("RUL-01")
def test_explanation_names_the_rule_and_its_condition() -> None:
    first = rule(category=FUEL, due_mode=DueMode.DAYS_AFTER_DATE, due_days=30)
    coding = evaluate([first], DocumentFacts(date(2027, 3, 3)), CodingDefaults(tax_rate=VAT))
    assert coding.fields == {
        CodedField.CATEGORY: Coded(FUEL, f"rule:{first.id}:2", "rule for City Fuel Ltd, saved 3 March 2027"),
        CodedField.TAX_RATE: Coded(VAT, "default", "the connection's settings"),
        CodedField.DUE_DATE: Coded(
            date(2027, 4, 2),
            f"rule:{first.id}:2",
            "rule for City Fuel Ltd, saved 3 March 2027: 30 days after the document's date",
        ),
        CodedField.AUTO_PUBLISH: Coded(False, "default", "the connection's settings"),
    }


def test_first_rule_that_says_something_decides_each_field_alone() -> None:
    first, second = rule(1, category=FUEL), rule(2, category=FOOD, tax_rate=VAT, publish_as="draft")
    coding = evaluate([first, second], DocumentFacts())
    assert coding.value(CodedField.CATEGORY) == FUEL
    assert coding.value(CodedField.TAX_RATE) == VAT
    assert coding.fields[CodedField.PUBLISH_AS].source == second.source
    assert coding.value(CodedField.TRACKING_1, NORTH) == NORTH


def test_a_rule_that_says_no_is_not_a_rule_that_says_nothing() -> None:
    coding = evaluate([rule(auto_publish=False)], DocumentFacts(), CodingDefaults(auto_publish=True))
    assert coding.value(CodedField.AUTO_PUBLISH) is False


@pytest.mark.req("RUL-05")
@pytest.mark.parametrize("problem", [Problem.ARCHIVED, Problem.NEEDS_MATCH, Problem.GONE])
def test_target_that_cannot_be_used_is_named_and_nothing_is_put_in_its_place(problem: Problem) -> None:
    rules = [rule(1, tax_rate=VAT), rule(2, tax_rate=FOOD)]
    coding = evaluate(rules, DocumentFacts(), CodingDefaults(tax_rate=NORTH), {VAT: problem})
    assert coding.value(CodedField.TAX_RATE) == VAT
    assert coding.problems == {CodedField.TAX_RATE: problem}


def test_document_without_a_date_has_no_due_date_yet() -> None:
    coding = evaluate([rule(due_mode=DueMode.DAYS_AFTER_DATE, due_days=7)], DocumentFacts())
    assert CodedField.DUE_DATE not in coding.fields


@pytest.mark.parametrize(
    ("mode", "days", "on", "due"),
    [
        (DueMode.DAYS_AFTER_DATE, 0, date(2027, 3, 3), date(2027, 3, 3)),
        (DueMode.DAYS_AFTER_DATE, 30, date(2028, 1, 30), date(2028, 2, 29)),
        (DueMode.DAYS_AFTER_MONTH_END, 0, date(2028, 2, 1), date(2028, 2, 29)),
        (DueMode.DAYS_AFTER_MONTH_END, 0, date(2100, 2, 28), date(2100, 2, 28)),
        (DueMode.DAYS_AFTER_MONTH_END, 30, date(2026, 12, 31), date(2027, 1, 30)),
        (DueMode.DAY_OF_NEXT_MONTH, 31, date(2027, 1, 31), date(2027, 2, 28)),
        (DueMode.DAY_OF_NEXT_MONTH, 31, date(2028, 1, 1), date(2028, 2, 29)),
        (DueMode.DAY_OF_NEXT_MONTH, 20, date(2027, 12, 31), date(2028, 1, 20)),
        (DueMode.DAY_OF_NEXT_MONTH, 0, date(2027, 12, 31), date(2028, 1, 1)),
        (DueMode.DAYS_AFTER_DATE, 30, date(9999, 12, 30), None),
        (DueMode.DAYS_AFTER_MONTH_END, 1, date(9999, 12, 1), None),
        (DueMode.DAY_OF_NEXT_MONTH, 5, date(9999, 12, 1), None),
        (DueMode.NONE, 5, date(2027, 1, 1), None),
    ],
)
def test_due_date_follows_the_calendar(mode: DueMode, days: int, on: date, due: date | None) -> None:
    assert due_date(mode, days, on) == due


def test_calendar_that_ends_leaves_the_due_date_alone() -> None:
    coding = evaluate(
        [rule(due_mode=DueMode.DAYS_AFTER_DATE, due_days=30)], DocumentFacts(date(9999, 12, 30))
    )
    assert CodedField.DUE_DATE not in coding.fields


@pytest.mark.parametrize(
    ("mode", "days", "words"),
    [
        (DueMode.NONE, 5, ""),
        (DueMode.DAYS_AFTER_DATE, 1, "1 day after the document's date"),
        (DueMode.DAYS_AFTER_DATE, 0, "the document's date"),
        (DueMode.DAYS_AFTER_MONTH_END, 14, "14 days after the end of its month"),
        (DueMode.DAYS_AFTER_MONTH_END, 0, "the end of its month"),
        (DueMode.DAY_OF_NEXT_MONTH, 20, "day 20 of the next month"),
    ],
)
def test_due_mode_in_words(mode: DueMode, days: int, words: str) -> None:
    assert explain_due(mode, days) == words


ITEMS = st.sampled_from([None, FUEL, FOOD, VAT, NORTH])
RULES = st.builds(
    RuleValues,
    id=st.uuids(),
    version=st.integers(1, 9),
    supplier_name=st.text(min_size=1, max_size=20),
    saved_on=st.dates(),
    category=ITEMS,
    tax_rate=ITEMS,
    tracking_1=ITEMS,
    tracking_2=ITEMS,
    due_mode=st.sampled_from(DueMode),
    due_days=st.integers(0, 366),
    kind=st.sampled_from(["", "bill", "expense"]),
    publish_as=st.sampled_from(["", "draft", "awaiting_payment"]),
    auto_publish=st.sampled_from([None, True, False]),
)
DOCUMENTS = st.builds(
    DocumentFacts,
    date=st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    typed=st.frozensets(st.sampled_from(list(CodedField))),
)
PROBLEMS = st.dictionaries(st.sampled_from([FUEL, FOOD, VAT, NORTH]), st.sampled_from(Problem))
DEFAULTS = st.none() | st.builds(CodingDefaults, ITEMS, st.just("bill"), st.just(""), st.booleans())


@pytest.mark.req("RUL-01", "RUL-05")
@given(st.lists(RULES, max_size=4), DOCUMENTS, DEFAULTS, PROBLEMS)
def test_every_field_is_the_first_opinion_and_never_a_typed_one(
    rules: list[RuleValues],
    document: DocumentFacts,
    defaults: CodingDefaults | None,
    problems: dict[UUID, Problem],
) -> None:
    coding = evaluate(rules, document, defaults, problems)
    assert coding == evaluate(rules, document, defaults, problems)
    assert not coding.fields.keys() & document.typed
    for name, coded in coding.fields.items():
        first = next((rule for rule in rules if name in fields_of(rule)), None)
        assert coded.source == (first.source if first else "default")
        assert coded.value not in (None, "")
        expected = problems.get(coded.value, Problem.NONE) if name in ITEM_FIELDS else Problem.NONE
        assert coded.problem == expected


@given(st.sampled_from(DueMode), st.integers(0, 366), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_due_date_is_never_before_the_document(mode: DueMode, days: int, on: date) -> None:
    due = due_date(mode, days, on)
    if mode is DueMode.NONE:
        assert due is None
        return
    assert due is not None
    assert due >= on
    if mode is DueMode.DAY_OF_NEXT_MONTH:
        assert (due.year * 12 + due.month) - (on.year * 12 + on.month) == 1
        assert due.day == min(max(days, 1), monthrange(due.year, due.month)[1])
    if mode is DueMode.DAYS_AFTER_MONTH_END:
        month_end = due - timedelta(days=days)
        assert (month_end + timedelta(days=1)).day == 1
