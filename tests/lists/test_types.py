"""Types of categories in plain words, wherever they came from."""

import pytest

from bookbind.lists.columns import facts_of
from bookbind.lists.labels import type_words
from bookbind.providers.base.types import ListName


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("OVERHEADS", "Overheads"),
        ("CURRLIAB", "Current liability"),
        ("direct_cost", "Direct cost"),
        ("Cost of Goods Sold", "Cost of Goods Sold"),
    ],
)
def test_no_type_is_shown_as_a_code_word(stored: str, shown: str) -> None:
    (column,) = facts_of(ListName.CATEGORIES)
    assert column.show({"account_type": stored}) == shown


def test_a_type_in_plain_words_stays_as_it_is() -> None:
    assert type_words("Other Current Asset") == "Other Current Asset"
