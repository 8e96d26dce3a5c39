"""Dates and moments as Xero writes them."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from bookbind.providers.xero import wire


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("/Date(1563753600000+0000)/", datetime(2019, 7, 22, tzinfo=UTC)),
        ("/Date(1588633397422)/", datetime(2020, 5, 4, 23, 3, 17, 422000, tzinfo=UTC)),
        ("/Date(-86400000+0000)/", datetime(1969, 12, 31, tzinfo=UTC)),
        ("2020-03-18T21:20:07.7179250", datetime(2020, 3, 18, 21, 20, 7, tzinfo=UTC)),
        ("2019-07-22T00:00:00", datetime(2019, 7, 22, tzinfo=UTC)),
        ("2019-11-14T18:10:38Z", datetime(2019, 11, 14, 18, 10, 38, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_each_form(text: str, moment: datetime) -> None:
    assert wire.parse_moment(text) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "/Date()/", "/Date(1)"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        wire.parse_moment(text)


def test_an_empty_day_is_none() -> None:
    assert wire.find_day(None) is None
    assert wire.find_day("") is None
    assert wire.find_day("/Date(1563753600000+0000)/") == date(2019, 7, 22)


def test_the_since_header_is_utc_to_the_second() -> None:
    moment = datetime(2026, 11, 2, 1, 30, 15, 999, tzinfo=timezone(timedelta(hours=2)))
    assert wire.modified_since(moment) == "2026-11-01T23:30:15Z"


def test_a_day_in_a_filter() -> None:
    assert wire.date_literal(date(2026, 1, 9)) == "DateTime(2026,01,09)"
