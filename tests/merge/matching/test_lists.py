"""Whole charts and lists of tax rates of common softwares; lists/README.md says where they come from."""

from pathlib import Path

import pytest

from bookbind.merge.matching import Kind, match
from training.lists import Labelled, read_labelled
from training.quality import measure

LISTS = Path(__file__).parent / "lists"
TAXES = sorted(path.name for path in (LISTS / "taxes").iterdir())


def _read(folder: str) -> Labelled:
    return read_labelled(folder, root=LISTS)


@pytest.mark.req("CHG-04")
@pytest.mark.parametrize(
    ("chart", "first", "three"),
    [
        ("sage50__xero", 0.92, 0.98),
        ("xero__quickbooks", 0.92, 0.98),
        ("freeagent__xero", 0.92, 0.98),
        ("kashflow__sage_accounting", 0.92, 0.98),
        ("quickfile__xero", 0.92, 0.98),
        ("sage_accounting__freeagent", 0.9, 0.96),
        ("restaurant_xero__zoho", 0.9, 0.95),
        ("builder__quickbooks", 0.75, 0.85),
    ],
)
def test_accounts_find_their_place_and_none_is_accepted_wrongly(
    chart: str, first: float, three: float
) -> None:
    labelled = _read(f"charts/{chart}")
    quality = measure(labelled, match(labelled.old, labelled.new, Kind.CATEGORIES))
    assert quality.precision == 1
    assert quality.partnerless_accepted == 0
    assert quality.first >= first
    assert quality.first_three >= three


@pytest.mark.req("CHG-04")
@pytest.mark.parametrize("pair", TAXES)
def test_no_tax_rate_is_accepted_by_its_name(pair: str) -> None:
    labelled = _read(f"taxes/{pair}")
    suggestions = match(labelled.old, labelled.new, Kind.TAX_RATES)
    assert not [suggestion for suggestion in suggestions if suggestion.auto]


@pytest.mark.req("CHG-04")
def test_nearly_every_tax_rate_of_many_countries_finds_its_like() -> None:
    lists = [_read(f"taxes/{pair}") for pair in TAXES]
    assert len({pair[:2] for pair in TAXES}) >= 15
    measured = [measure(each, match(each.old, each.new, Kind.TAX_RATES)) for each in lists]
    pairs = sum(quality.pairs for quality in measured)
    assert sum(quality.first * quality.pairs for quality in measured) >= 0.97 * pairs
