"""Light reads: one call for all lists of a session, and a whole read where that call can't be trusted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bookbind.kit import clock
from bookbind.providers.base.bodies import as_json
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.shapes import FieldMissing
from bookbind.providers.base.types import ListName, NewContact
from bookbind.providers.quickbooks.lists import parse_changes
from tests.providers.conftest import ORGANISATION
from tests.providers.contract.books import Books, read_list
from tests.providers.quickbooks.payload import payload

SINCE = datetime(2026, 11, 20, tzinfo=UTC)
LIGHT = [name for name in ListName if name is not ListName.TAX_RATES]


def test_changes_are_kept_by_entity_and_an_entity_without_any_has_none() -> None:
    found = parse_changes(payload("changes"), SINCE)
    assert [row["Name"] for row in found.rows["Account"]] == ["Diesel"]
    assert [row["DisplayName"] for row in found.rows["Vendor"]] == ["City Fuels Ltd"]
    assert found.rows["Item"] == []


def test_an_entity_with_a_deletion_is_read_whole() -> None:
    assert "Class" not in parse_changes(payload("changes"), SINCE).rows


def test_a_full_answer_is_not_trusted_for_any_list() -> None:
    def answer(count: int) -> dict[str, Any]:
        rows = [{"Id": str(number), "DisplayName": "x"} for number in range(count)]
        return {"CDCResponse": [{"QueryResponse": [{"Vendor": rows}, {"Account": [{"Id": "1"}]}]}]}

    assert parse_changes(answer(1000), SINCE).rows == {}
    assert parse_changes(answer(999), SINCE).rows == {}
    assert len(parse_changes(answer(998), SINCE).rows["Vendor"]) == 998


@pytest.mark.parametrize("content", [{}, {"CDCResponse": {}}, {"CDCResponse": [{}]}, None])
def test_an_answer_of_another_shape_is_none(content: Any) -> None:
    with pytest.raises(FieldMissing):
        parse_changes(content, SINCE)


def calls(books: Books, after: int = 0) -> list[str]:
    """The operations of the calls that the sandbox has seen since an entry of its log."""
    entries = books.visitor.sandbox.read("log", vendor="quickbooks", after=after, limit=500)["requests"]
    return [entry["operation"] for entry in entries]


def last_entry(books: Books) -> int:
    entries = books.visitor.sandbox.read("log", vendor="quickbooks", after=0, limit=500)["requests"]
    return max(entry["seq"] for entry in entries)


def control(books: Books, name: str, /, **wish: object) -> None:
    books.visitor.sandbox.control(name, vendor="quickbooks", organisation=ORGANISATION, **wish)


@pytest.mark.req("LST-02")
def test_a_light_read_of_every_list_is_one_call(books: Books) -> None:
    books.visitor.sandbox.control("clock", skip="2h")
    session = books.visitor.open()
    since = clock.now() + timedelta(hours=1)
    control(books, "rename", list="accounts", id="Fuel", name="Diesel")
    dimensions = {slot: session.fetch_dimensions()[number].remote_id for number, slot in enumerate(SLOTS)}
    before = last_entry(books)
    found = {
        name: [
            entry.name
            for page in session.fetch_items(name, dimensions.get(name, ""), since + timedelta(seconds=number))
            for entry in page.entries
        ]
        for number, name in enumerate(LIGHT)
    }
    assert calls(books, before) == ["cdc"]
    assert {name: names for name, names in found.items() if names} == {
        ListName.CATEGORIES: ["Motor vehicle expenses:Diesel"]
    }


SLOTS = (ListName.TRACKING_1, ListName.TRACKING_2)


@pytest.mark.req("LST-02")
def test_a_light_read_tells_which_accounts_are_of_another_type_now(books: Books) -> None:
    api = books.session._api
    [row] = api.rows("Account", "Name = 'Fuel'", "accounts")
    [other] = api.rows("Account", "Name = 'Advertising'", "accounts")
    since = clock.now() - timedelta(seconds=1)
    for account, told in ((row, "Bank"), (other, "Income")):
        changed = {name: account[name] for name in ("Id", "SyncToken", "Name")} | {"AccountType": told}
        api.write("account", "accounts", as_json(changed | {"sparse": True}), f"key-{told}")
    [categories] = books.visitor.open().fetch_items(ListName.CATEGORIES, "", since)
    [banks] = books.visitor.open().fetch_items(ListName.BANK_ACCOUNTS, "", since)
    assert row["Id"] in categories.left
    assert [(each.remote_id, each.details["account_type"]) for each in categories.entries] == [
        (other["Id"], "Income")
    ]
    assert [each.remote_id for each in banks.entries] == [row["Id"]]


def test_a_moment_before_the_one_that_was_read_is_asked_for_anew(books: Books) -> None:
    since = clock.now() - timedelta(hours=1)
    before = last_entry(books)
    read_list(books.session, ListName.SUPPLIERS, since)
    read_list(books.session, ListName.CUSTOMERS, since - timedelta(hours=1))
    assert calls(books, before) == ["cdc", "cdc"]


def test_what_changed_longer_ago_than_quickbooks_tells_is_read_whole(books: Books) -> None:
    before = last_entry(books)
    since = clock.now() - timedelta(days=31)
    assert len(read_list(books.session, ListName.SUPPLIERS, since)) > 20
    assert "cdc" not in calls(books, before)


def test_more_changes_than_one_answer_holds_are_read_whole(books: Books) -> None:
    control(books, "grow", list="contacts", count=1100)
    since = clock.now() - timedelta(hours=1)
    assert len(read_list(books.session, ListName.SUPPLIERS, since)) > 1100


def test_categories_and_bank_accounts_of_one_session_are_one_read(books: Books) -> None:
    before = last_entry(books)
    assert read_list(books.session, ListName.CATEGORIES)
    assert read_list(books.session, ListName.BANK_ACCOUNTS)
    assert calls(books, before) == ["accounts"]


def test_what_was_switched_off_is_a_dimension_that_is_not_in_use(books: Books) -> None:
    assert [found.active for found in books.session.fetch_dimensions()] == [True, True]
    control(books, "lock", classes=False, locations=False)
    assert [found.active for found in books.visitor.open().fetch_dimensions()] == [False, False]


def test_an_entry_that_was_made_inactive_keeps_its_name(books: Books) -> None:
    chosen = read_list(books.session, ListName.SUPPLIERS)[0]
    control(books, "archive", list="vendors", id=chosen.remote_id)
    found = {entry.remote_id: entry for entry in read_list(books.visitor.open(), ListName.SUPPLIERS)}
    assert (found[chosen.remote_id].name, found[chosen.remote_id].archived) == (chosen.name, True)


def test_a_dimension_that_quickbooks_has_not_is_refused(books: Books) -> None:
    with pytest.raises(ProviderError) as raised:
        list(books.session.fetch_items(ListName.TRACKING_1, "Region", None))
    assert raised.value.kind is ErrorKind.UNSUPPORTED


@pytest.mark.parametrize("name", ['O\'Brien & Sons \\ "Ltd"', "100% Pure, Inc.", "' or DisplayName = '"])
def test_a_supplier_is_found_by_whatever_name_it_has(books: Books, name: str) -> None:
    assert books.session.find_contact(NewContact(name)) is None
    created = books.session.create_contact(NewContact(name), "key-1")
    assert books.session.find_contact(NewContact(name.upper())) == created
