"""Suppliers looked up by their tax number."""

import pytest

from bookbind.providers.base.types import NewContact
from tests.providers.conftest import ORGANISATION
from tests.providers.contract.books import Books


@pytest.mark.req("LST-02")
def test_a_tax_number_is_looked_for_over_every_page(books: Books) -> None:
    books.visitor.sandbox.control(
        "grow", vendor="quickbooks", organisation=ORGANISATION, list="vendors", count=1200
    )
    created = books.session.create_contact(NewContact("Zebra Ltd", tax_number="GB999888777"), "key-1")
    assert books.session.find_contact(NewContact("Another name", tax_number="GB999888777")) == created
    assert books.session.find_contact(NewContact("Another name", tax_number="GB000")) is None


def test_a_tax_number_is_found_however_it_is_spaced(books: Books) -> None:
    created = books.session.create_contact(NewContact("Zebra Ltd", tax_number="GB 999 8887 77"), "key-1")
    assert books.session.find_contact(NewContact("Another name", tax_number="gb999888777")) == created
    assert books.session.find_contact(NewContact("Another name", tax_number="- -")) is None
