"""Money: exact, rounded half up, and read only when there is no doubt."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit.money import AmountUnreadable, parse_amount, round_money, show_money

AMOUNTS = st.decimals(-10_000_000, 10_000_000, places=2)


@pytest.mark.req("PUB-09")
@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.125", "GBP", "0.13"),
        ("0.115", "GBP", "0.12"),
        ("-0.125", "GBP", "-0.13"),
        ("2.675", "EUR", "2.68"),
        ("1234.5", "JPY", "1235"),
        ("1.2345", "KWD", "1.235"),
    ],
)
def test_halves_go_away_from_zero_in_the_currencys_own_places(
    amount: str, currency: str, rounded: str
) -> None:
    assert str(round_money(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1 234,56", "1234.56"),
        ("1'234.56", "1234.56"),
        ("£1,234.56", "1234.56"),
        ("12,5", "12.5"),
        ("1,234", "1234"),
        ("1.234", "1.234"),
        ("1.234.567", "1234567"),
        ("(12.00)", "-12.00"),
        ("-45.00", "-45.00"),
        ("12.00-", "-12.00"),
        (".5", "0.5"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, value: str) -> None:
    assert parse_amount(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "abc", "--1", "1-2", "-", "()", "£", "1..2.,3,"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(AmountUnreadable):
        parse_amount(text)


@given(AMOUNTS)
def test_what_is_shown_is_read_back(amount: Decimal) -> None:
    assert parse_amount(show_money(amount, "GBP")) == amount


@given(AMOUNTS, st.sampled_from(["GBP", "EUR", "USD"]))
def test_rounding_twice_changes_nothing(amount: Decimal, currency: str) -> None:
    assert round_money(round_money(amount, currency), currency) == round_money(amount, currency)
