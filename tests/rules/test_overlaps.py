"""Rules of one supplier that get in each other's way."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.rules.evaluate import CodedField, DocumentFacts, RuleValues, evaluate, fields_of
from bookbind.rules.overlaps import Dead, Overlap, WhyDead, find_dead, find_overlaps
from tests.rules.test_evaluate import FOOD, FUEL, RULES, VAT, rule


@pytest.mark.req("RUL-04")
def test_rules_that_set_one_field_twice_are_named_with_the_fields() -> None:
    first, second, third = rule(1, category=FUEL), rule(2, category=FOOD, tax_rate=VAT), rule(3, kind="bill")
    rules = [first, second, third]
    assert find_overlaps(rules) == [Overlap(first.id, second.id, (CodedField.CATEGORY,))]
    assert find_dead(rules) == []


@pytest.mark.req("RUL-04")
@pytest.mark.parametrize(
    ("values", "why"),
    [({}, WhyDead.SAYS_NOTHING), ({"category": FOOD}, WhyDead.HIDDEN), ({"tax_rate": VAT}, WhyDead.HIDDEN)],
)
def test_rule_without_effect_is_dead(values: dict[str, Any], why: WhyDead) -> None:
    first, second = rule(1, category=FUEL, tax_rate=VAT), rule(2, **values)
    assert find_dead([first, second]) == [Dead(second.id, why)]


@given(st.lists(RULES, max_size=5, unique_by=lambda rule: rule.id))
def test_a_dead_rule_never_decides_anything_and_a_living_one_does(rules: list[RuleValues]) -> None:
    dead = {found.rule for found in find_dead(rules)}
    coding = evaluate(rules, DocumentFacts(date(2027, 1, 31)))
    deciding = {coded.source for coded in coding.fields.values()}
    for candidate in rules:
        alive = candidate.id not in dead
        assert (candidate.source in deciding) == alive
        assert alive or not fields_of(candidate) or find_overlaps(rules)
