"""The quality that the matcher must not fall below, on the labelled lists where they are there."""

import pytest

from bookbind.merge.matching import Kind, match
from training.lists import FOLDER, read_labelled
from training.quality import Quality, measure

pytestmark = pytest.mark.skipif(
    not FOLDER.exists(), reason="there are no labelled lists; BOOKBIND_MATCHING_DATA says where they are"
)


def _quality(folder: str, kind: Kind) -> Quality:
    labelled = read_labelled(folder)
    return measure(labelled, match(labelled.old, labelled.new, kind))


@pytest.mark.parametrize(
    ("folder", "recall"),
    [("suppliers_synthetic/syn_dev_2000", 0.96), ("suppliers_nhs", 0.9), ("suppliers_gpg", 0.96)],
)
def test_what_is_accepted_of_suppliers_is_right(folder: str, recall: float) -> None:
    quality = _quality(folder, Kind.SUPPLIERS)
    assert quality.precision >= 0.997
    assert quality.partnerless_accepted <= 0.005
    assert quality.recall >= recall


@pytest.mark.parametrize("folder", ["accounts/ledgersmb_gb__odoo_uk", "accounts/qbo_sample__xero_us"])
def test_most_accounts_find_their_place_and_none_is_accepted_wrongly(folder: str) -> None:
    quality = _quality(folder, Kind.CATEGORIES)
    assert quality.precision == 1
    assert quality.first >= 0.92
    assert quality.first_three >= 0.98


def test_each_tax_rate_finds_its_like() -> None:
    quality = _quality("taxes/odoo_uk__xero_uk", Kind.TAX_RATES)
    assert (quality.first, quality.precision) == (1, 1)


def test_products_are_told_apart() -> None:
    assert _quality("products_abtbuy", Kind.PRODUCTS).recall_at_sure >= 0.9
