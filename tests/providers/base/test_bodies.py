"""Request bodies: exact amounts, and the same bytes every time."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.base.bodies import as_json, exact_number


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=4))
@pytest.mark.req("PUB-09")
def test_amounts_are_written_with_exactly_their_value(amount: Decimal) -> None:
    assert Decimal(as_json(exact_number(amount)).decode()) == amount


@pytest.mark.parametrize("text", ["12345678901234567.89", "123456789012345678.91"])
def test_an_amount_too_large_to_be_exact_is_refused_rather_than_sent_a_fraction_off(text: str) -> None:
    with pytest.raises(ValueError, match="exactly"):
        exact_number(Decimal(text))


def test_a_body_is_short_and_keeps_its_order_and_letters() -> None:
    assert as_json({"b": "Süd", "a": [1.5, None]}) == '{"b":"Süd","a":[1.5,null]}'.encode()


def test_what_is_no_number_is_no_body() -> None:
    with pytest.raises(ValueError, match="JSON"):
        as_json({"amount": float("nan")})


@given(st.dictionaries(st.text(), st.text() | st.integers()))
def test_a_body_reads_back_as_it_was(content: dict[str, object]) -> None:
    assert json.loads(as_json(content)) == content
