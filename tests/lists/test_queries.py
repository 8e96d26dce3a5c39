"""Pickers, matches by use, counts; and that rows add no queries."""

import itertools

import pytest

from bookbind.lists.adoption import unbound_entries
from bookbind.lists.bindings import close_bindings, replace_binding
from bookbind.lists.combine import combine
from bookbind.lists.errors import NameMissing
from bookbind.lists.labels import item_label
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.lists.own import list_as_csv
from bookbind.lists.queries import (
    current_bindings,
    list_items,
    needs_match_counts,
    pick_items,
    standing_of,
    sync_progress,
    unmatched_items,
)
from bookbind.lists.services import (
    adopt,
    archive_item,
    bind_created,
    create_item,
    get_or_create_supplier,
    restore_item,
)
from bookbind.merge.errors import ChoiceRefused
from bookbind.merge.using import match_one
from bookbind.providers.base.types import ListName, RemoteEntry
from bookbind.providers.registry import list_providers
from bookbind.tenancy.scope import BusinessScope, within
from tests.lists.conftest import Reader
from tests.support import factories
from tests.support.queries import assert_rows_add_no_queries

CATEGORIES, SUPPLIERS = ListName.CATEGORIES, ListName.SUPPLIERS


@pytest.fixture
def chart(reader: Reader) -> Reader:
    """Four categories with their matches, read from the books."""
    for code, name in (
        ("400", "Advertising"),
        ("404", "Bank fees"),
        ("449", "Motor expenses"),
        ("489", "Telephone"),
    ):
        reader.books.add(CATEGORIES, f"id-{code}", name, code)
    reader.read(CATEGORIES)
    return reader


def labels(*args: object, **kwargs: object) -> list[str]:
    return [item.label for item in pick_items(*args, **kwargs)]  # type: ignore[arg-type]


def remote(reader: Reader, remote_id: str) -> RemoteItem:
    found: RemoteItem = RemoteItem.objects.get(connection=reader.connection, remote_id=remote_id)
    return found


def test_picker_finds_by_name_and_code_and_puts_beginnings_first(chart: Reader) -> None:
    assert labels(CATEGORIES) == ["400 Advertising", "404 Bank fees", "449 Motor expenses", "489 Telephone"]
    assert labels(CATEGORIES, "4") == labels(CATEGORIES)
    assert labels(CATEGORIES, "49") == ["449 Motor expenses"]
    assert labels(CATEGORIES, "E") == [
        "400 Advertising",
        "404 Bank fees",
        "449 Motor expenses",
        "489 Telephone",
    ]
    assert labels(CATEGORIES, "tele") == ["489 Telephone"]
    assert labels(CATEGORIES, "EXPENSES motor") == ["449 Motor expenses"]
    assert labels(CATEGORIES, "t", limit=1) == ["489 Telephone"]
    assert labels(CATEGORIES, "nothing alike") == []
    assert labels(CATEGORIES, "100%_") == []


def test_picker_of_a_connection_offers_what_works_there(chart: Reader) -> None:
    items = chart.items(CATEGORIES)
    chart.books.change(CATEGORIES, "id-400", archived=True)
    chart.read(CATEGORIES)
    archive_item(items["Bank fees"], chart.user)
    create_item(chart.business.id, CATEGORIES, "Only ours")
    assert labels(CATEGORIES, connection=chart.connection) == ["449 Motor expenses", "489 Telephone"]
    restore_item(items["Bank fees"], chart.user)
    assert "404 Bank fees" in labels(CATEGORIES, connection=chart.connection)


def test_supplier_that_the_books_lack_is_offered_as_new(reader: Reader) -> None:
    reader.books.add(SUPPLIERS, "a", "City Fuel")
    reader.read(SUPPLIERS)
    create_item(reader.business.id, SUPPLIERS, "Brand New Ltd")
    found = {item.label: item.standing for item in pick_items(SUPPLIERS, connection=reader.connection)}
    assert found == {"Brand New Ltd": "new", "City Fuel": "ready"}


def test_match_for_one_use_goes_before_one_for_any(chart: Reader) -> None:
    item = chart.items(CATEGORIES)["Advertising"]
    replace_binding(item, remote(chart, "id-489"), "chosen", use=Binding.Use.SALES, user=chart.user)
    found = {
        use: current_bindings(chart.connection.id, [item.id], use)[item.id].remote_id for use in Binding.Use
    }
    assert found == {"any": "id-400", "costs": "id-400", "sales": "id-489"}


def test_match_is_never_changed_but_closed_and_opened_anew(chart: Reader) -> None:
    item = chart.items(CATEGORIES)["Advertising"]
    before = Binding.objects.get(list_item=item)
    replace_binding(item, remote(chart, "id-489"), "chosen", user=chart.user)
    history = list(Binding.objects.filter(list_item=item).order_by("opened_at"))
    assert [row.remote_item_id for row in history] == [before.remote_item_id, remote(chart, "id-489").id]
    assert (history[0].closed_by, history[1].opened_by) == (chart.user, chart.user)
    assert replace_binding(item, remote(chart, "id-489"), "chosen").id == history[1].id
    close_bindings([history[1].id], "chosen", chart.user)
    assert current_bindings(chart.connection.id, [item.id]) == {}


def test_only_a_living_entry_of_the_same_list_and_connection_can_be_matched(chart: Reader) -> None:
    item = chart.items(CATEGORIES)["Advertising"]
    chart.books.change(CATEGORIES, "id-404", archived=True)
    chart.read(CATEGORIES)
    with pytest.raises(ChoiceRefused):
        match_one(chart.connection, item.id, remote(chart, "id-404").id, chart.user)
    supplier = create_item(chart.business.id, SUPPLIERS, "City Fuel")
    with pytest.raises(ChoiceRefused):
        match_one(chart.connection, supplier.id, remote(chart, "id-489").id, chart.user)
    other = factories.make_connection(
        chart.business, chart.user, stage="ended", organisation_id="another organisation"
    )
    theirs = remote(chart, "id-489")
    RemoteItem.objects.filter(id=theirs.id).update(connection=other)
    with pytest.raises(ChoiceRefused):
        match_one(chart.connection, item.id, theirs.id, chart.user)


def test_what_needs_a_match_is_counted_and_listed(chart: Reader) -> None:
    create_item(chart.business.id, CATEGORIES, "Only ours")
    create_item(chart.business.id, ListName.TAX_RATES, "17.5%")
    create_item(chart.business.id, SUPPLIERS, "Created when first used")
    chart.books.remove(CATEGORIES, "id-400")
    chart.read(CATEGORIES)
    assert needs_match_counts(chart.connection) == {CATEGORIES: 2, ListName.TAX_RATES: 1}
    names = unmatched_items(chart.connection, CATEGORIES).order_by("name").values_list("name", flat=True)
    assert list(names) == ["Advertising", "Only ours"]
    assert not unmatched_items(chart.connection, SUPPLIERS).exists()
    items = list(list_items(CATEGORIES).order_by("name"))
    bound = current_bindings(chart.connection.id, [item.id for item in items])
    assert [standing_of(item, bound.get(item.id)) for item in items] == [
        "archived",
        "ready",
        "ready",
        "needs_match",
        "ready",
    ]


def test_combined_entry_is_ready_when_either_has_a_match(chart: Reader) -> None:
    own = create_item(chart.business.id, CATEGORIES, "Marketing")
    combine(own, chart.items(CATEGORIES)["Advertising"], chart.user)
    assert needs_match_counts(chart.connection) == {}
    assert "Marketing" in labels(CATEGORIES, connection=chart.connection)


def test_another_business_sees_nothing_of_it(chart: Reader) -> None:
    item = chart.items(CATEGORIES)["Advertising"]
    with within(BusinessScope(factories.make_business("Other Ltd").id)):
        assert labels(CATEGORIES) == []
        assert current_bindings(chart.connection.id, [item.id]) == {}
        assert {row.state for row in sync_progress(chart.connection)} == {"never"}


@pytest.mark.parametrize("provider", [each.id for each in list_providers()])
def test_no_two_lists_are_called_the_same_before_their_dimensions_are_known(
    provider: str, chart: Reader
) -> None:
    connection = factories.make_connection(factories.make_business("New Ltd"), chart.user, provider)
    with within(BusinessScope(connection.business_id)):
        shown = [row.label for row in sync_progress(connection)]
    assert len(set(shown)) == len(shown)


def test_matches_and_pickers_cost_the_same_for_few_rows_and_for_many(chart: Reader) -> None:
    ids = [item.id for item in chart.items(CATEGORIES).values()]
    numbers = itertools.count()

    def add() -> None:
        names = [f"More {next(numbers)}" for _ in range(20)]
        for name in names:
            chart.books.add(CATEGORIES, f"id {name}", name)
        chart.read(CATEGORIES)
        items = chart.items(CATEGORIES)
        combine(items[names[0]], items[names[1]], chart.user)
        ids.extend(item.id for item in items.values())

    connection = chart.connection
    combine(chart.items(CATEGORIES)["Advertising"], chart.items(CATEGORIES)["Telephone"], chart.user)
    assert_rows_add_no_queries(lambda: current_bindings(connection.id, ids), add, most=5)
    assert_rows_add_no_queries(lambda: pick_items(CATEGORIES, "m", 1, connection), add, most=4)
    assert_rows_add_no_queries(lambda: pick_items(SUPPLIERS, "m", 1, connection), add, most=4)
    assert_rows_add_no_queries(lambda: needs_match_counts(connection), add, most=3)
    assert_rows_add_no_queries(lambda: sync_progress(connection), add, most=2)


def test_picker_looks_on_until_there_are_enough_that_work(chart: Reader) -> None:
    for number in range(30):
        create_item(chart.business.id, CATEGORIES, f"Only ours {number}", code=f"1{number}")
    assert labels(CATEGORIES, limit=3, connection=chart.connection) == [
        "400 Advertising",
        "404 Bank fees",
        "449 Motor expenses",
    ]


def test_entry_combined_twice_over_is_ready_through_the_last(chart: Reader) -> None:
    kept = create_item(chart.business.id, CATEGORIES, "Marketing")
    middle = create_item(chart.business.id, CATEGORIES, "Promotion")
    combine(middle, chart.items(CATEGORIES)["Advertising"], chart.user)
    combine(kept, middle, chart.user)
    assert needs_match_counts(chart.connection) == {}
    assert current_bindings(chart.connection.id, [kept.id])[kept.id].remote_id == "id-400"


def test_one_name_is_one_supplier_however_it_is_typed(reader: Reader) -> None:
    first = get_or_create_supplier(reader.business.id, "Caf\u00e9  Rouge", reader.user)
    assert get_or_create_supplier(reader.business.id, " CAFE ROUGE ", reader.user).id == first.id
    archive_item(first, reader.user)
    again = get_or_create_supplier(reader.business.id, "Cafe Rouge", reader.user)
    assert (again.id, again.archived_at) == (first.id, None)
    with pytest.raises(NameMissing):
        get_or_create_supplier(reader.business.id, " \u202e ", reader.user)


def test_contact_created_in_the_books_is_matched_at_once_and_not_doubled_by_the_next_read(
    reader: Reader,
) -> None:
    reader.read(SUPPLIERS)
    own = get_or_create_supplier(reader.business.id, "City Fuel", reader.user)
    entry = RemoteEntry("c-1", SUPPLIERS.value, "City Fuel Ltd")
    bind_created(own, reader.connection, entry, user=reader.user)
    bind_created(own, reader.connection, entry, user=reader.user)
    reader.books.put(SUPPLIERS, entry)
    reader.read(SUPPLIERS)
    assert current_bindings(reader.connection.id, [own.id])[own.id].remote_id == "c-1"
    assert (ListItem.objects.count(), Binding.objects.count()) == (1, 1)


def test_entry_that_only_the_books_have_is_adopted_once_when_chosen(chart: Reader) -> None:
    own = create_item(chart.business.id, CATEGORIES, "Travel")
    chart.books.add(CATEGORIES, "id-493", "Travel", "493")
    chart.read(CATEGORIES)
    (waiting,) = unbound_entries(chart.connection, CATEGORIES)
    (made,) = adopt([waiting], chart.user)
    assert adopt([waiting], chart.user) == []
    assert (made.name, made.code) == ("Travel", "493")
    assert made.id != own.id
    assert Binding.objects.get(list_item=made).opened_by == chart.user


@pytest.mark.parametrize(
    ("name", "code", "label"),
    [
        ("Advertising", "400", "400 Advertising"),
        ("Advertising", "", "Advertising"),
        ("GB-1", "gb-1", "GB-1"),
        ("", "400", "400"),
    ],
)
def test_labels_put_the_code_first(name: str, code: str, label: str) -> None:
    assert item_label(name, code) == label


@pytest.mark.req("LST-07")
def test_exported_list_runs_nothing_in_a_spreadsheet(reader: Reader) -> None:
    create_item(reader.business.id, SUPPLIERS, '=cmd|"/c calc"!A1, Ltd', details={"tax_number": "+44"})
    lines = list(list_as_csv(SUPPLIERS, list_items(SUPPLIERS)))
    assert lines[0] == "\ufeffID,Code,Name,Tax number,E-mail,Currency,Archived\r\n"
    assert lines[1].partition(",")[2] == ',"\'=cmd|""/c calc""!A1, Ltd",\'+44,,,\r\n'


def test_archived_entry_of_ours_stands_as_archived(chart: Reader) -> None:
    item = chart.items(CATEGORIES)["Advertising"]
    archive_item(item, chart.user)
    archive_item(item, chart.user)
    bound = current_bindings(chart.connection.id, [item.id])
    assert standing_of(item, bound[item.id]) == "archived"


def test_the_progress_counts_what_is_an_entry_afterwards(chart: Reader) -> None:
    chart.books.change(CATEGORIES, "id-404", archived=True)
    chart.read(CATEGORIES)
    sync = chart.sync(CATEGORIES)
    assert (sync.read_count, sync.item_count) == (3, 3)
