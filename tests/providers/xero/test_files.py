"""File names that Xero takes."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.xero.files import safe_name


@given(st.text(max_size=300))
def test_any_name_is_made_fit(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert not re.search(r'[<>:"/\\|?*+\x00-\x1f]', safe)
    assert safe not in (".", "..")
    assert safe_name(safe) == safe


def test_an_extension_survives_a_long_name() -> None:
    assert safe_name("b" * 300 + ".PDF").endswith("b.PDF")
    assert len(safe_name("b" * 300 + ".PDF")) <= 104


def test_a_name_of_nothing_is_a_document() -> None:
    assert safe_name("") == "document.pdf"
