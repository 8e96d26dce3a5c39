"""Suppliers as bookkeepers write them, with look-alikes for two in five of those without a partner."""

import pytest

from bookbind.merge.matching import Kind, match
from tests.merge.matching.test_lists import LISTS
from training.lists import read_labelled
from training.quality import measure


@pytest.mark.req("CHG-04")
@pytest.mark.parametrize("country", sorted(path.name for path in (LISTS / "suppliers").iterdir()))
def test_nearly_all_suppliers_are_found_and_next_to_none_is_accepted_wrongly(country: str) -> None:
    labelled = read_labelled(f"suppliers/{country}", root=LISTS)
    quality = measure(labelled, match(labelled.old, labelled.new, Kind.SUPPLIERS))
    assert quality.precision >= 0.96
    assert quality.recall >= 0.88
    assert quality.first >= 0.97
