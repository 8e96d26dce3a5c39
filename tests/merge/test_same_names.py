"""A supplier of the very same name but another VAT number: proposed with that reason, and never ticked."""

from uuid import UUID

import pytest

from bookbind.lists.models import ListItem
from bookbind.merge.rows import Show, list_rows
from tests.merge.conftest import SUPPLIERS, Firm, Place, old_books
from tests.support.fake_books import FakeBooks

REASON = ("same name, different VAT numbers",)


def proposed(place: Place, item_id: UUID | None = None) -> list[tuple[UUID | None, bool, tuple[str, ...]]]:
    """What each use of the supplier is proposed to be."""
    rows = list_rows(place.connection, SUPPLIERS, Show.ALL).rows
    [row] = [row for row in rows if row.name == "City Fuel Ltd" and item_id in (None, row.id)]
    return [(use.chosen.id if use.chosen else None, use.ticked, tuple(use.reasons)) for use in row.uses]


@pytest.mark.req("CHG-04")
def test_a_supplier_of_the_same_name_and_another_number_is_proposed_but_not_ticked(firm: Firm) -> None:
    books = FakeBooks()
    books.add(SUPPLIERS, "n-1", "City Fuel Ltd", tax_number="GB999999999")
    books.add(SUPPLIERS, "n-2", "Somebody Else")
    firm.connect("xero", old_books())
    second = firm.connect("quickbooks", books)
    assert proposed(second) == [(second.remote("n-1", SUPPLIERS).id, False, REASON)]


@pytest.mark.req("CHG-04", "CHG-12")
def test_at_a_first_connection_the_namesake_was_taken_over_and_is_proposed_all_the_same(firm: Firm) -> None:
    own = firm.supplier("City Fuel Ltd")
    ListItem.objects.filter(id=own.id).update(details={"tax_number": "GB999999999"})
    first = firm.connect("xero", old_books())
    assert ListItem.objects.filter(list=SUPPLIERS, name="City Fuel Ltd").count() == 2
    assert proposed(first, own.id) == [(first.remote("s-1", SUPPLIERS).id, False, REASON)]
