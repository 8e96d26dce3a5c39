"""Making entries at the vendor: once however often it is asked, in the list it was meant for, or refused."""

import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import AccountFamily, ListName, NewEntry
from tests.providers.contract.books import Books, read_list


def new_entry(books: Books, name: ListName) -> NewEntry:
    """An entry of a list with what the list asks for."""
    details = {}
    if name is ListName.CATEGORIES:
        details = {"account_family": AccountFamily.EXPENSES.value}
    elif name is ListName.PRODUCTS:
        categories = books.usable(ListName.CATEGORIES)
        income = next(entry for entry in categories if entry.details["side"] == "sales")
        details = {"category_id": income.remote_id}
    elif name in (ListName.TRACKING_1, ListName.TRACKING_2):
        details = {"dimension_id": books.usable(name)[0].details["dimension_id"]}
    return NewEntry(name, f"Brand new {name.value}", details=details)


def test_a_created_entry_stands_in_its_list_once(books: Books) -> None:
    for name in sorted(books.visitor.provider.creatable):
        wanted = new_entry(books, name)
        created = books.session.create_entry(wanted, f"create-{name}")
        assert created == books.session.create_entry(wanted, f"create-{name}")
        assert (created.name, created.archived) == (wanted.name, False)
        listed = read_list(books.visitor.open(), name)
        assert [entry for entry in listed if entry.name == wanted.name] == [created]


def test_a_list_that_nobody_may_add_to_is_refused_in_so_many_words(books: Books) -> None:
    for name in set(ListName) - books.visitor.provider.creatable:
        with pytest.raises(ProviderError) as raised:
            books.session.create_entry(NewEntry(name, "Anything"), "key-1")
        assert raised.value.kind is ErrorKind.UNSUPPORTED


def test_a_created_entry_keeps_what_is_asked_of_it(books: Books) -> None:
    if ListName.CATEGORIES not in books.visitor.provider.creatable:
        pytest.skip("This vendor lets us create no categories.")
    families = (AccountFamily.EXPENSES, AccountFamily.DIRECT_COSTS, AccountFamily.INCOME)
    for number, family in enumerate(families):
        entry = NewEntry(
            ListName.CATEGORIES, f"New {family.value}", f"9{number}01", {"account_family": family.value}
        )
        created = books.session.create_entry(entry, f"family-{family.value}")
        assert (created.code, created.details["account_family"]) == (entry.code, family.value)
