"""Suppliers that come while their list is read, and customers who only share an id with one."""

import pytest

from bookbind.lists.services import bind_created, create_item
from bookbind.providers.base.types import ListName, RemoteEntry
from tests.lists.conftest import Reader

SUPPLIERS, CUSTOMERS = ListName.SUPPLIERS, ListName.CUSTOMERS


@pytest.mark.req("LST-02")
def test_a_supplier_created_while_the_list_is_read_is_not_gone(reader: Reader) -> None:
    """Its page had been read before it was there."""
    reader.books.add(SUPPLIERS, "old", "Old Ltd")
    reader.read(SUPPLIERS)
    pages = reader.books.fetch_items

    def overtaken(*args: object) -> object:
        yield from pages(*args)  # type: ignore[arg-type]
        supplier = create_item(reader.business.id, SUPPLIERS, "New Ltd")
        bind_created(supplier, reader.connection, RemoteEntry("new", "suppliers", "New Ltd"))

    reader.books.fetch_items = overtaken  # type: ignore[method-assign,assignment]
    reader.read(SUPPLIERS)
    assert reader.mirror(SUPPLIERS)["new"] == "active"
    reader.books.fetch_items = pages  # type: ignore[method-assign]
    reader.read(SUPPLIERS)
    assert reader.mirror(SUPPLIERS)["new"] == "gone", "the next whole read knows better"


@pytest.mark.req("LST-04")
def test_a_supplier_that_is_gone_is_not_kept_for_a_customer_of_the_same_id(reader: Reader) -> None:
    reader.books.add(SUPPLIERS, "58", "Merged Away Ltd")
    reader.books.add(SUPPLIERS, "59", "Stays Ltd")
    reader.books.add(CUSTOMERS, "58", "Quite Another Ltd")
    reader.books.add(CUSTOMERS, "59", "Old Customer Ltd")
    reader.read(SUPPLIERS, CUSTOMERS)
    reader.books.remove(SUPPLIERS, "58")
    reader.read(SUPPLIERS)
    assert reader.mirror(SUPPLIERS) == {"58": "gone", "59": "active"}
    reader.read(SUPPLIERS, CUSTOMERS)
    assert reader.mirror(SUPPLIERS)["58"] == "gone"
    reader.books.remove(CUSTOMERS, "59")
    reader.read(SUPPLIERS, CUSTOMERS)
    assert (reader.mirror(SUPPLIERS)["59"], reader.mirror(CUSTOMERS)["59"]) == ("active", "gone")
