"""What stands in an address or a form is read with care: whoever makes it up gets no error page for it."""

import pytest

from bookbind.web.asked import read_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("99999999", 99_999_999)])
def test_a_number_of_our_own_pages_is_read(text: str, number: int) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.5", " 1", "²", "\u0661", "9" * 9, "9" * 5_000, "one"])
def test_anything_else_is_none(text: str) -> None:
    assert read_number(text) is None
