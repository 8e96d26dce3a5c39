"""What a category is on sales: in some books an entry of another list, so that its sales stand apart."""

from bookbind.connections.models import Connection
from bookbind.merge.entries import Entry
from bookbind.merge.plans import SALES
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider

_SALES = "Sales \N{EN DASH} "


def sales_coded_by(connection: Connection) -> ListName:
    """The list that the vendor codes sales by."""
    return get_provider(connection.provider).sales_coded_by


def uses_apart(connection: Connection, name: ListName) -> frozenset[str]:
    """The uses on which entries of the list stand for entries of another one."""
    is_apart = name is ListName.CATEGORIES and sales_coded_by(connection) is not ListName.CATEGORIES
    return frozenset({SALES}) if is_apart else frozenset()


def target_list(entry: Entry, use: str, connection: Connection) -> ListName:
    """The list of the books in which the entry stands, or would be created, for this use."""
    return sales_coded_by(connection) if use in uses_apart(connection, entry.list) else entry.list


def created_name(entry: Entry, use: str, connection: Connection) -> str:
    """What the entry would be called in the books: a product that a category is sold as says so."""
    return f"{_SALES}{entry.name}" if use in uses_apart(connection, entry.list) else entry.name
