"""Sums and taxes, exact for every currency and sign."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.documents.sources import is_typed, note_changes
from bookbind.documents.totals import LineAmounts, compute_tax, find_difference, sum_lines
from bookbind.kit.money import round_money

money = st.decimals(-1_000_000, 1_000_000, places=2)
rates = st.decimals(0, 100, places=2)


@pytest.mark.parametrize(
    ("net", "rate", "currency", "tax"),
    [
        ("100", "20", "GBP", "20.00"),
        ("0.125", "20", "GBP", "0.03"),
        ("-10.02", "20", "GBP", "-2.00"),
        ("1001", "10", "JPY", "100"),
        ("1.005", "10", "KWD", "0.101"),
    ],
)
def test_tax_is_rounded_half_up_to_the_currency(net: str, rate: str, currency: str, tax: str) -> None:
    assert compute_tax(Decimal(net), Decimal(rate), currency) == Decimal(tax)


@given(money, rates)
def test_a_credit_has_the_tax_of_its_bill_turned_round(net: Decimal, rate: Decimal) -> None:
    assert compute_tax(-net, rate, "GBP") == -compute_tax(net, rate, "GBP")


@given(st.lists(st.builds(LineAmounts, st.none() | money, st.none() | money, st.none() | rates), max_size=8))
def test_lines_agree_with_their_own_sum_and_nothing_else(lines: list[LineAmounts]) -> None:
    total = sum_lines(lines, "GBP").total
    assert find_difference(total, lines, "GBP") == 0
    assert find_difference(total + Decimal("0.01"), lines, "GBP") == Decimal("0.01")
    assert sum_lines(reversed(lines), "GBP").total == total
    assert round_money(total, "GBP") == total


def test_a_typed_tax_counts_unless_it_is_to_be_computed() -> None:
    line = LineAmounts(Decimal(100), Decimal("20.01"), Decimal(20))
    assert sum_lines([line], "GBP").tax == Decimal("20.01")
    assert sum_lines([line], "GBP", always_compute=True).tax == Decimal(20)


values = st.dictionaries(st.sampled_from("abcd"), st.none() | st.integers(0, 2))
sources = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(("typed", "default", "rule:1:1")))


@given(sources, values, values)
def test_what_a_person_changed_is_typed_and_the_rest_keeps_its_source(
    before_sources: dict[str, str], before: dict[str, int], after: dict[str, int]
) -> None:
    noted = note_changes(before_sources, before, after)
    assert noted.keys() <= after.keys()
    for field, value in after.items():
        if value == before.get(field):
            assert noted.get(field) == before_sources.get(field)
        elif value is not None:
            assert is_typed(noted, field)
