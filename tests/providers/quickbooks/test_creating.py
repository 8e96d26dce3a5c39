"""New entries in QuickBooks' words, and names that are taken."""

from collections.abc import Callable
from typing import Any

import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.types import AccountFamily, ListName, NewContact, NewEntry
from bookbind.providers.quickbooks.creating import account_type, build_entry, build_vendor
from tests.providers.conftest import LOGIN, ORGANISATION, Visitor
from tests.providers.contract.books import Books, read_list


@pytest.mark.parametrize(
    ("entry", "body"),
    [
        (
            NewEntry(ListName.CATEGORIES, "Fuel", "7310", {"account_family": "expenses"}),
            {"Name": "Fuel", "AcctNum": "7310", "AccountType": "Expense"},
        ),
        (
            NewEntry(ListName.PRODUCTS, "Design day", "DAY", {"category_id": "8"}),
            {"Name": "Design day", "Type": "Service", "Sku": "DAY", "IncomeAccountRef": {"value": "8"}},
        ),
        (
            NewEntry(ListName.PRODUCTS, "Toner", details={"category_id": "8", "cost_category_id": "7"}),
            {
                "Name": "Toner",
                "Type": "Service",
                "IncomeAccountRef": {"value": "8"},
                "ExpenseAccountRef": {"value": "7"},
            },
        ),
        (
            NewEntry(ListName.CUSTOMERS, "Calder", details={"email": "a@calder.test", "tax_number": "GB1"}),
            {
                "DisplayName": "Calder",
                "CompanyName": "Calder",
                "PrimaryEmailAddr": {"Address": "a@calder.test"},
                "PrimaryTaxIdentifier": "GB1",
            },
        ),
        (NewEntry(ListName.TRACKING_2, "Leeds", details={"dimension_id": "Class"}), {"Name": "Leeds"}),
    ],
)
def test_a_new_entry_in_quickbooks_words(entry: NewEntry, body: dict[str, Any]) -> None:
    assert build_entry(entry) == body


def test_a_supplier_in_quickbooks_words() -> None:
    assert build_vendor(NewContact("Zebra", "a@zebra.test", "GB1")) == {
        "DisplayName": "Zebra",
        "CompanyName": "Zebra",
        "PrimaryEmailAddr": {"Address": "a@zebra.test"},
        "TaxIdentifier": "GB1",
    }
    assert build_vendor(NewContact("Zebra")) == {"DisplayName": "Zebra", "CompanyName": "Zebra"}


def category(**details: str) -> NewEntry:
    return NewEntry(ListName.CATEGORIES, "Fuel", details=dict(details))


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (category(account_type="Other Expense"), "Other Expense"),
        (category(account_type="Other Expense", account_family="income"), "Other Expense"),
        (category(account_type="OVERHEADS", account_family="expenses"), "Expense"),
        (category(account_family="direct_costs"), "Cost of Goods Sold"),
        (category(account_family="long_term_liabilities"), "Long Term Liability"),
    ],
)
def test_a_new_account_has_its_own_type_or_its_familys(entry: NewEntry, expected: str) -> None:
    assert account_type(entry) == expected


@pytest.mark.parametrize(
    "entry", [category(), category(account_type="OVERHEADS"), category(account_family="bank")]
)
def test_an_account_without_a_type_that_it_could_have_is_refused(entry: NewEntry) -> None:
    with pytest.raises(ProviderError) as raised:
        account_type(entry)
    assert raised.value.kind is ErrorKind.REJECTED
    assert raised.value.field_errors[0].field == "account_family"


def test_a_new_account_of_every_family_is_made_in_that_family(books: Books) -> None:
    for family in set(AccountFamily) - {AccountFamily.BANK, AccountFamily.CARD}:
        entry = NewEntry(ListName.CATEGORIES, f"New {family}", details={"account_family": family.value})
        created = books.session.create_entry(entry, f"key-{family}")
        assert created.details["account_family"] == family


@pytest.mark.parametrize(
    "name", [ListName.CATEGORIES, ListName.CUSTOMERS, ListName.TRACKING_1, ListName.SUPPLIERS]
)
def test_a_name_that_is_there_already_is_linked_and_not_made_twice(books: Books, name: ListName) -> None:
    there = next(entry for entry in books.usable(name) if "parent" not in entry.details)
    details = {"account_family": "expenses", "dimension_id": there.details.get("dimension_id", "")}
    assert books.session.create_entry(NewEntry(name, there.name, details=details), "key-1") == there


def test_what_was_made_inactive_gives_its_name_free(books: Books) -> None:
    product = books.usable(ListName.PRODUCTS)[0]
    income = product.details["category_id"]
    books.visitor.sandbox.control(
        "archive", vendor="quickbooks", organisation=ORGANISATION, list="items", id=product.remote_id
    )
    entry = NewEntry(ListName.PRODUCTS, product.name, details={"category_id": income})
    created = books.session.create_entry(entry, "key-1")
    assert created.name == product.name
    assert created.remote_id != product.remote_id


def test_a_supplier_whose_name_a_customer_has_is_refused(books: Books) -> None:
    customer = books.usable(ListName.CUSTOMERS)[0]
    with pytest.raises(ProviderError) as raised:
        books.session.create_entry(NewEntry(ListName.SUPPLIERS, customer.name), "key-1")
    assert raised.value.field_errors[0].reason is RejectedReason.CONTACT_NAME_TAKEN


def test_a_customer_whose_name_a_supplier_has_is_refused_under_its_name(books: Books) -> None:
    supplier = books.usable(ListName.SUPPLIERS)[0]
    with pytest.raises(ProviderError) as raised:
        books.session.create_entry(NewEntry(ListName.CUSTOMERS, supplier.name), "key-1")
    assert (raised.value.kind, raised.value.field_errors[0].field) == (ErrorKind.REJECTED, "name")
    assert "6240" in raised.value.vendor_text


def test_an_option_of_an_unknown_dimension_is_not_made(books: Books) -> None:
    with pytest.raises(ProviderError) as raised:
        books.session.create_entry(NewEntry(ListName.TRACKING_1, "Leeds"), "key-1")
    assert raised.value.kind is ErrorKind.UNSUPPORTED


def test_a_name_with_a_colon_is_made_fit(books: Books) -> None:
    nested = NewEntry(ListName.CATEGORIES, "Motor expenses:Fuel", "7399", {"account_family": "expenses"})
    created = books.session.create_entry(nested, "key-1")
    assert created.name == "Motor expenses - Fuel"
    assert books.session.create_entry(nested, "key-2") == created
    supplier = books.session.create_contact(NewContact("North: South Ltd"), "key-3")
    assert supplier.name == "North - South Ltd"
    assert books.session.create_contact(NewContact("North: South Ltd"), "key-4") == supplier


def test_a_product_has_its_number_when_the_list_is_read_again(books: Books) -> None:
    income = books.usable(ListName.PRODUCTS)[0].details["category_id"]
    wanted = NewEntry(ListName.PRODUCTS, "Nails", "N-5", {"category_id": income})
    created = books.session.create_entry(wanted, "key-1")
    assert created.code == "N-5"
    assert created in read_list(books.visitor.open(), ListName.PRODUCTS)


def test_a_supplier_whose_name_an_employee_has_is_refused(books: Books) -> None:
    with pytest.raises(ProviderError) as raised:
        books.session.create_contact(NewContact("City Clerk"), "key-1")
    assert raised.value.field_errors[0].reason is RejectedReason.CONTACT_NAME_TAKEN


def test_a_category_with_quotes_in_its_name_is_made_fit(books: Books) -> None:
    quoted = NewEntry(ListName.CATEGORIES, 'Costs of "Van 3"', details={"account_family": "expenses"})
    created = books.session.create_entry(quoted, "key-1")
    assert created.name == "Costs of 'Van 3'"
    assert books.session.create_entry(quoted, "key-2") == created
    product = NewEntry(ListName.PRODUCTS, '5" nails', details={"category_id": created.remote_id})
    assert books.session.create_entry(product, "key-3").name == '5" nails'


def test_a_supplier_with_a_very_long_name_is_made_whole(books: Books) -> None:
    name = "Zebra and partners " * 12 + "Ltd"
    assert books.session.create_contact(NewContact(name), "key-1").name == name


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (NewEntry(ListName.CATEGORIES, "c" * 101, details={"account_family": "expenses"}), "up to 100"),
        (NewEntry(ListName.TRACKING_1, "c" * 101, details={"dimension_id": "Class"}), "up to 100"),
        (NewEntry(ListName.PRODUCTS, "p" * 101, details={"category_id": "1"}), "up to 100"),
        (
            NewEntry(ListName.CATEGORIES, "Fuel", "12345678", {"account_family": "expenses"}),
            "numbers of up to 7",
        ),
        (NewEntry(ListName.CATEGORIES, "Fuel", "4:1", {"account_family": "expenses"}), "colon"),
    ],
)
def test_what_is_too_long_for_quickbooks_is_said_in_our_words_before_it_is_sent(
    books: Books, entry: NewEntry, said: str
) -> None:
    with pytest.raises(ProviderError) as raised:
        books.session.create_entry(entry, "key-1")
    assert (raised.value.kind, raised.value.http_status) == (ErrorKind.REJECTED, None)
    assert said in raised.value.vendor_text


@pytest.mark.parametrize("listed_in", [ListName.SUPPLIERS, ListName.CUSTOMERS])
def test_who_comes_along_to_a_company_of_one_currency_has_that(
    visit: Callable[[str], Visitor], listed_in: ListName
) -> None:
    session = visit("quickbooks").open(LOGIN, "Acme Holdings Ltd")
    for currency in ("EUR", "GBP"):
        entry = NewEntry(listed_in, f"Newcomer {currency}", details={"currency": currency})
        assert session.create_entry(entry, f"key-{currency}").details["currency"] == "GBP"


@pytest.mark.parametrize("listed_in", [ListName.SUPPLIERS, ListName.CUSTOMERS])
def test_who_comes_along_keeps_their_currency(books: Books, listed_in: ListName) -> None:
    for name, currency in (("Atelier Neuf SARL", "EUR"), ("Newcomer Ltd", "GBP")):
        entry = NewEntry(listed_in, name, details={"currency": currency})
        assert books.session.create_entry(entry, f"key-{currency}").details["currency"] == currency
