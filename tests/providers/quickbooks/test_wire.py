"""Moments and texts as QuickBooks writes and reads them."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.quickbooks.wire import (
    amount_of,
    find_day,
    moment,
    plain_percent,
    quoted,
    ref_id,
)


def test_a_moment_is_written_in_utc_whatever_zone_it_came_in() -> None:
    there = datetime(2026, 11, 22, 1, 30, 5, 999, tzinfo=timezone(timedelta(hours=-8)))
    assert moment(there) == moment(there.astimezone(UTC)) == "2026-11-22T09:30:05Z"


@pytest.mark.parametrize("text", ["2026-03-31", "2026-03-31T00:00:00-07:00"])
def test_a_day_is_read_with_or_without_a_time_behind_it(text: str) -> None:
    assert find_day(text) == date(2026, 3, 31)


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_day_is_none(nothing: object) -> None:
    assert find_day(nothing) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("City Fuel", "'City Fuel'"),
        ("O'Brien", r"'O\'Brien'"),
        ("a\\", r"'a\\'"),
        (r"\' or '1", r"'\\\' or \'1'"),
        ("", "''"),
    ],
)
def test_nothing_in_a_text_ends_its_quotes(text: str, expected: str) -> None:
    assert quoted(text) == expected


@given(st.text())
def test_a_quoted_text_has_no_open_quote_inside(text: str) -> None:
    inside = quoted(text)[1:-1].replace("\\\\", "").replace("\\'", "")
    assert "'" not in inside
    assert "\\" not in inside


@pytest.mark.parametrize(("value", "text"), [("20.0", "20"), ("17.50", "17.5"), ("0.0", "0"), ("-20", "-20")])
def test_percentages_are_plain(value: str, text: str) -> None:
    assert plain_percent(Decimal(value)) == text


def test_missing_amounts_and_references_are_nought_and_empty() -> None:
    assert amount_of({}, "TotalAmt") == amount_of({"TotalAmt": None}, "TotalAmt") == 0
    assert ref_id({}, "VendorRef") == ref_id({"VendorRef": None}, "VendorRef") == ""
    assert ref_id({"VendorRef": {"value": "56", "name": "x"}}, "VendorRef") == "56"
