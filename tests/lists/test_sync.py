"""Reading lists: complete or changing nothing, and what vendors do to their entries meanwhile."""

from datetime import timedelta

import pytest

from bookbind.connections.models import Connection
from bookbind.jobs.contract import Again
from bookbind.kit import clock
from bookbind.kit.events import Event
from bookbind.lists import staging
from bookbind.lists.adoption import list_proposals
from bookbind.lists.events import BindingsChanged, ListsSynced
from bookbind.lists.models import Binding, ListItem, ListSync, RemoteItem, StagedPage
from bookbind.lists.queries import current_bindings, sync_progress
from bookbind.lists.services import archive_item, create_item
from bookbind.lists.sync import MOST_ATTEMPTS, request_sync
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import BookSettings, ListName, RemoteDimension, RemoteEntry
from tests.lists.conftest import Reader
from tests.support.fake_books import FakeBooks, down, transient

CATEGORIES, SUPPLIERS, CUSTOMERS = ListName.CATEGORIES, ListName.SUPPLIERS, ListName.CUSTOMERS


def fill(books: FakeBooks, name: ListName, count: int) -> None:
    for number in range(count):
        books.add(name, f"id-{number}", f"Entry {number:03}", code=str(400 + number))


def asked(reader: Reader, name: ListName) -> list[object]:
    return [since for list_name, _, since in reader.books.asked if list_name == name]


@pytest.mark.req("LST-01")
def test_first_read_adopts_and_binds_every_entry_of_every_page(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 45)
    reader.read(CATEGORIES)
    sync = reader.sync(CATEGORIES)
    assert (sync.state, sync.item_count, sync.read_count) == (ListSync.State.COMPLETE, 45, 45)
    assert sync.last_success_at is not None
    assert len(reader.items(CATEGORIES)) == 45
    item = reader.items(CATEGORIES)["Entry 007"]
    remote = current_bindings(reader.connection.id, [item.id])[item.id]
    assert (remote.remote_id, item.code, item.folded_name) == ("id-7", "407", "entry 007")
    assert not StagedPage.objects.exists()


@pytest.mark.req("LST-02")
def test_page_three_of_five_failing_leaves_the_old_list_intact(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 45)
    reader.read(CATEGORIES)
    before = snapshot(reader)
    for number in range(45):
        reader.books.change(CATEGORIES, f"id-{number}", name=f"Renamed {number}")
    reader.books.remove(CATEGORIES, "id-3")
    reader.books.add(CATEGORIES, "id-new", "Brand new")
    reader.books.fail(CATEGORIES, 3, transient())
    again = reader.read(CATEGORIES)
    assert isinstance(again, Again)
    assert snapshot(reader) == before
    assert reader.sync(CATEGORIES).state == ListSync.State.WAITING
    assert reader.sync(CATEGORIES).last_error["kind"] == "transient"
    assert not StagedPage.objects.exists()


@pytest.mark.req("LST-02")
def test_next_try_after_a_failed_page_is_whole(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 45)
    reader.books.fail(CATEGORIES, 3, transient())
    reader.read(CATEGORIES)
    assert reader.turn() is None
    assert len(reader.items(CATEGORIES)) == 45
    assert reader.sync(CATEGORIES).last_error == {}


def test_transient_failures_end_after_a_few_tries_and_are_said(reader: Reader, heard: list[Event]) -> None:
    fill(reader.books, CATEGORIES, 5)
    reader.books.fail(CATEGORIES, 1, *[transient("Out of order.") for _ in range(MOST_ATTEMPTS + 5)])
    answer = reader.read(CATEGORIES)
    turns = 1
    while isinstance(answer, Again):
        answer, turns = reader.turn(), turns + 1
    assert turns == MOST_ATTEMPTS
    assert reader.sync(CATEGORIES).state == ListSync.State.FAILED
    assert reader.sync(CATEGORIES).last_error["text"] == "Out of order."
    assert [event.complete for event in heard if isinstance(event, ListsSynced)] == [False]


def test_one_list_of_a_changed_shape_does_not_stop_the_others(reader: Reader, heard: list[Event]) -> None:
    fill(reader.books, CATEGORIES, 5)
    fill(reader.books, SUPPLIERS, 5)
    reader.books.fail(CATEGORIES, 1, ProviderError(ErrorKind.CHANGED_SHAPE, "No Code"))
    assert reader.read(CATEGORIES, SUPPLIERS) is None
    assert reader.sync(CATEGORIES).state == ListSync.State.FAILED
    assert reader.sync(SUPPLIERS).state == ListSync.State.COMPLETE
    assert [event.complete for event in heard if isinstance(event, ListsSynced)] == [False]


def test_a_vendor_that_is_down_stops_the_turn_and_is_tried_again_without_end(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 5)
    fill(reader.books, SUPPLIERS, 5)
    reader.books.fail(CATEGORIES, 1, down(seconds=90))
    again = reader.read(CATEGORIES, SUPPLIERS)
    assert isinstance(again, Again)
    assert not again.counts
    assert timedelta(seconds=80) < again.at - clock.now() <= timedelta(seconds=90)
    assert reader.sync(SUPPLIERS).state == ListSync.State.WAITING
    assert [name for name, _, _ in reader.books.asked] == [CATEGORIES]


def test_an_error_of_the_connection_stops_the_turn_for_good(reader: Reader) -> None:
    reader.books.fail(CATEGORIES, 1, ProviderError(ErrorKind.NEEDS_RECONNECT))
    assert reader.read() is None
    states = set(ListSync.objects.values_list("state", flat=True))
    assert states == {ListSync.State.FAILED}
    assert ListSync.objects.filter(requested_at__isnull=True).count() == 0


@pytest.mark.req("LST-03")
def test_rename_keeps_identity_and_our_own_name_stays_ours(reader: Reader) -> None:
    reader.books.add(CATEGORIES, "a", "Advertising", "400")
    reader.books.add(CATEGORIES, "b", "Bank fees", "404")
    reader.read(CATEGORIES)
    advertising, fees = reader.items(CATEGORIES)["Advertising"], reader.items(CATEGORIES)["Bank fees"]
    ListItem.objects.filter(id=fees.id).update(name="What the bank takes")
    reader.books.change(CATEGORIES, "a", name="Marketing", code="401")
    reader.books.change(CATEGORIES, "b", name="Bank charges")
    reader.read(CATEGORIES)
    advertising.refresh_from_db()
    fees.refresh_from_db()
    assert (advertising.name, advertising.code, advertising.folded_name) == ("Marketing", "401", "marketing")
    assert fees.name == "What the bank takes"
    assert ListItem.objects.filter(list=CATEGORIES).count() == 2
    assert RemoteItem.objects.filter(list=CATEGORIES).count() == 2


@pytest.mark.req("LST-03", "LST-04")
def test_archived_entry_is_marked_and_told_and_works_again_when_restored(
    reader: Reader, heard: list[Event]
) -> None:
    reader.books.add(CATEGORIES, "a", "Advertising")
    reader.read(CATEGORIES)
    item = reader.items(CATEGORIES)["Advertising"]
    heard.clear()
    reader.books.change(CATEGORIES, "a", archived=True)
    reader.read(CATEGORIES)
    assert current_bindings(reader.connection.id, [item.id])[item.id].state == RemoteItem.State.ARCHIVED
    assert [event.item_ids for event in heard if isinstance(event, BindingsChanged)] == [(item.id,)]
    heard.clear()
    reader.books.change(CATEGORIES, "a", archived=False)
    reader.read(CATEGORIES)
    assert current_bindings(reader.connection.id, [item.id])[item.id].state == RemoteItem.State.ACTIVE
    assert [event.item_ids for event in heard if isinstance(event, BindingsChanged)] == [(item.id,)]


def test_entries_that_are_archived_from_the_start_are_mirrored_but_not_adopted(reader: Reader) -> None:
    reader.books.put(CATEGORIES, RemoteEntry("a", "account", "Old stuff", archived=True))
    reader.read(CATEGORIES)
    assert reader.mirror(CATEGORIES) == {"a": "archived"}
    assert reader.items(CATEGORIES) == {}


@pytest.mark.req("LST-03")
def test_deleted_and_recreated_entry_is_another_one_and_is_proposed_not_bound(reader: Reader) -> None:
    reader.books.add(CATEGORIES, "a", "Advertising", "400")
    reader.books.add(CATEGORIES, "b", "Bank fees", "404")
    reader.read(CATEGORIES)
    item = reader.items(CATEGORIES)["Advertising"]
    reader.books.remove(CATEGORIES, "a")
    reader.books.add(CATEGORIES, "a2", "ADVERTISING", "400")
    reader.read(CATEGORIES)
    assert reader.mirror(CATEGORIES) == {"a": "gone", "a2": "active", "b": "active"}
    assert current_bindings(reader.connection.id, [item.id])[item.id].remote_id == "a"
    assert ListItem.objects.filter(list=CATEGORIES).count() == 2
    (proposal,) = list_proposals(reader.connection, CATEGORIES)
    assert (proposal[0].id, proposal[1].remote_id) == (item.id, "a2")


@pytest.mark.req("LST-03")
def test_contact_merged_at_the_vendor_takes_its_match_along(reader: Reader) -> None:
    for remote_id, name in (("a", "BT"), ("b", "BT plc"), ("c", "British Telecom")):
        reader.books.add(SUPPLIERS, remote_id, name)
    reader.read(SUPPLIERS)
    items = reader.items(SUPPLIERS)
    reader.books.change(SUPPLIERS, "a", archived=True, merged_into_id="b")
    reader.books.change(SUPPLIERS, "b", archived=True, merged_into_id="c")
    reader.read(SUPPLIERS)
    ids = [item.id for item in items.values()]
    bound = current_bindings(reader.connection.id, ids)
    assert {remote.remote_id for remote in bound.values()} == {"c"}
    closed = Binding.objects.get(list_item=items["BT"], closed_at__isnull=False)
    assert (closed.remote_item.remote_id, closed.closed_why) == ("a", "merged_at_vendor")
    assert ListItem.objects.filter(list=SUPPLIERS, merged_into__isnull=True).count() == 3


@pytest.mark.req("LST-05")
def test_empty_answer_changes_nothing_until_a_second_full_read_agrees(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 3)
    reader.read(CATEGORIES)
    before = snapshot(reader)
    reader.books.lists[CATEGORIES] = {}
    reader.read(CATEGORIES)
    assert snapshot(reader) == before
    progress = next(row for row in sync_progress(reader.connection) if row.name == CATEGORIES)
    assert (progress.came_back_empty, progress.item_count) == (True, 3)
    reader.read(CATEGORIES)
    assert set(reader.mirror(CATEGORIES).values()) == {"gone"}
    assert ListItem.objects.filter(list=CATEGORIES).count() == 3


@pytest.mark.req("LST-05")
def test_one_empty_answer_between_full_ones_leaves_no_trace(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 3)
    reader.read(CATEGORIES)
    kept = reader.books.lists[CATEGORIES]
    reader.books.lists[CATEGORIES] = {}
    reader.read(CATEGORIES)
    reader.books.lists[CATEGORIES] = kept
    reader.read(CATEGORIES)
    reader.books.lists[CATEGORIES] = {}
    reader.read(CATEGORIES)
    assert set(reader.mirror(CATEGORIES).values()) == {"active"}


def test_light_read_asks_for_changes_only_and_never_says_gone(reader: Reader) -> None:
    fill(reader.books, SUPPLIERS, 3)
    reader.read(SUPPLIERS)
    began = reader.sync(SUPPLIERS).read_from
    reader.books.changed[SUPPLIERS, "id-0"] -= timedelta(days=2)
    reader.books.remove(SUPPLIERS, "id-1")
    reader.books.add(SUPPLIERS, "id-9", "Newcomer")
    reader.read(SUPPLIERS, full=False)
    assert asked(reader, SUPPLIERS) == [None, began - timedelta(minutes=10)]
    assert reader.mirror(SUPPLIERS) == dict.fromkeys(["id-0", "id-1", "id-2", "id-9"], "active")
    reader.read(SUPPLIERS)
    assert reader.mirror(SUPPLIERS)["id-1"] == "gone"


def test_light_read_takes_out_what_became_an_entry_of_another_list(reader: Reader) -> None:
    fill(reader.books, SUPPLIERS, 3)
    reader.read(SUPPLIERS)
    reader.books.move_out(SUPPLIERS, "id-1")
    reader.books.left[SUPPLIERS].append("never here")
    reader.read(SUPPLIERS, full=False)
    assert reader.mirror(SUPPLIERS) == {"id-0": "active", "id-1": "gone", "id-2": "active"}
    reader.books.left.clear()
    reader.books.add(SUPPLIERS, "id-1", "Back again")
    reader.read(SUPPLIERS, full=False)
    assert reader.mirror(SUPPLIERS)["id-1"] == "active"


def test_light_read_of_a_list_without_changes_feed_is_full(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 3)
    reader.read(CATEGORIES)
    reader.read(CATEGORIES, full=False)
    assert asked(reader, CATEGORIES) == [None, None]


def test_list_that_changed_its_length_under_the_read_marks_nothing_gone(reader: Reader) -> None:
    fill(reader.books, SUPPLIERS, 25)
    reader.read(SUPPLIERS)
    reader.books.remove(SUPPLIERS, "id-4")
    reader.books.totals[SUPPLIERS, 1] = 25
    reader.read(SUPPLIERS)
    assert reader.mirror(SUPPLIERS)["id-4"] == "active"
    assert reader.sync(SUPPLIERS).wants_full
    reader.books.totals.clear()
    reader.read(SUPPLIERS, full=False)
    assert reader.mirror(SUPPLIERS)["id-4"] == "gone"


def test_contact_that_moves_to_the_other_list_lives_on_in_both(reader: Reader, heard: list[Event]) -> None:
    contact = reader.books.add(SUPPLIERS, "x", "Both Ways Ltd")
    reader.books.add(SUPPLIERS, "y", "Stays Ltd")
    reader.books.add(CUSTOMERS, "z", "Other Ltd")
    reader.read(SUPPLIERS, CUSTOMERS)
    reader.books.remove(SUPPLIERS, "x")
    reader.books.put(CUSTOMERS, contact)
    reader.read(SUPPLIERS, CUSTOMERS)
    assert reader.mirror(SUPPLIERS)["x"] == "active"
    assert reader.mirror(CUSTOMERS)["x"] == "active"
    reader.read(SUPPLIERS, CUSTOMERS)
    assert reader.mirror(SUPPLIERS)["x"] == "active"


def test_a_contact_that_both_lists_lost_is_gone_from_both_and_can_come_back(reader: Reader) -> None:
    contact = reader.books.add(SUPPLIERS, "x", "Both Ways Ltd")
    reader.books.add(SUPPLIERS, "y", "Stays Ltd")
    reader.books.put(CUSTOMERS, contact)
    reader.books.add(CUSTOMERS, "z", "Other Ltd")
    reader.read(SUPPLIERS, CUSTOMERS)
    reader.books.remove(SUPPLIERS, "x")
    reader.read(SUPPLIERS, CUSTOMERS)
    assert (reader.mirror(SUPPLIERS)["x"], reader.mirror(CUSTOMERS)["x"]) == ("active", "active")
    reader.books.remove(CUSTOMERS, "x")
    reader.read(CUSTOMERS)
    assert (reader.mirror(SUPPLIERS)["x"], reader.mirror(CUSTOMERS)["x"]) == ("gone", "gone")
    reader.books.put(SUPPLIERS, contact)
    reader.read(SUPPLIERS, CUSTOMERS)
    assert (reader.mirror(SUPPLIERS)["x"], reader.mirror(CUSTOMERS)["x"]) == ("active", "active")
    reader.books.remove(SUPPLIERS, "x")
    reader.read(SUPPLIERS, CUSTOMERS)
    assert (reader.mirror(SUPPLIERS)["x"], reader.mirror(CUSTOMERS)["x"]) == ("gone", "gone")


@pytest.mark.req("CON-12")
def test_read_that_passes_its_deadline_is_stopped_and_tried_again(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(reader.books, CATEGORIES, 5)
    monkeypatch.setattr(staging, "DEADLINE", timedelta(seconds=-1))
    assert isinstance(reader.read(CATEGORIES), Again)
    assert "longer than 10 minutes" in reader.sync(CATEGORIES).last_error["text"]
    assert reader.items(CATEGORIES) == {}


@pytest.mark.req("CON-12")
def test_read_whose_worker_died_is_shown_as_waiting_not_as_running(reader: Reader) -> None:
    request_sync(reader.connection, [CATEGORIES])
    late = clock.real_now() - timedelta(seconds=1)
    ListSync.objects.filter(list=CATEGORIES).update(state=ListSync.State.READING, deadline_at=late)
    assert sync_progress(reader.connection)[0].state == ListSync.State.WAITING


def test_read_that_another_worker_took_over_changes_nothing(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 25)
    pages = reader.books.fetch_items

    def overtaken(*args: object) -> object:
        for number, page in enumerate(pages(*args)):  # type: ignore[arg-type]
            if number == 1:
                ListSync.objects.filter(list=CATEGORIES).update(reading=99)
            yield page

    reader.books.fetch_items = overtaken  # type: ignore[method-assign,assignment]
    assert reader.read(CATEGORIES) is None
    assert reader.items(CATEGORIES) == {}
    assert reader.mirror(CATEGORIES) == {}


def test_request_that_arrives_during_a_read_is_read_afterwards(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 5)
    pages = reader.books.fetch_items

    def interrupted(*args: object) -> object:
        for page in pages(*args):  # type: ignore[arg-type]
            yield page
            request_sync(reader.connection, [CATEGORIES], full=True)

    reader.books.fetch_items = interrupted  # type: ignore[method-assign,assignment]
    reader.read(CATEGORIES)
    sync = reader.sync(CATEGORIES)
    assert sync.requested_at is not None
    assert sync.wants_full


def test_all_lists_complete_activates_a_connection_that_was_being_set_up(
    reader: Reader, heard: list[Event]
) -> None:
    Connection.objects.filter(id=reader.connection.id).update(stage=Connection.Stage.SETTING_UP)
    reader.connection.stage = Connection.Stage.SETTING_UP
    from_the_start = reader.connection.stays.all()
    from_the_start.delete()
    reader.books.fail(SUPPLIERS, 1, transient())
    assert isinstance(reader.read(), Again)
    assert Connection.objects.get(id=reader.connection.id).stage == Connection.Stage.SETTING_UP
    assert not [event for event in heard if isinstance(event, ListsSynced)]
    assert reader.turn() is None
    assert Connection.objects.get(id=reader.connection.id).stage == Connection.Stage.ACTIVE
    assert [event.complete for event in heard if isinstance(event, ListsSynced)] == [True]


def test_books_that_are_known_already_announce_complete_without_another_read(
    reader: Reader, heard: list[Event]
) -> None:
    """After a crash between the last list and the announcement, the announcement is made up for."""
    request_sync(reader.connection, full=True)
    for sync in ListSync.objects.all():
        now = clock.now()
        ListSync.objects.filter(id=sync.id).update(
            state=ListSync.State.COMPLETE, read_from=now, last_success_at=now
        )
    assert reader.turn() is None
    assert reader.books.asked == []
    assert [event.complete for event in heard if isinstance(event, ListsSynced)] == [True]


@pytest.mark.req("LST-06")
def test_currencies_and_lock_date_are_read_with_the_lists(reader: Reader) -> None:
    lock = clock.now().date()
    reader.books.settings = BookSettings("GBP", ("GBP", "USD"), lock)
    reader.read(CATEGORIES)
    found = Connection.objects.get(id=reader.connection.id)
    assert (found.base_currency, found.currencies, found.locked_until) == ("GBP", ["GBP", "USD"], lock)


def test_first_two_dimensions_become_the_tracking_lists(reader: Reader) -> None:
    reader.books.dimensions = [
        RemoteDimension("off", "Old", per_line=True, active=False),
        RemoteDimension("d1", "Region", per_line=True, active=True),
        RemoteDimension("d2", "Department", per_line=True, active=True),
        RemoteDimension("d3", "Third", per_line=True, active=True),
    ]
    reader.books.add(ListName.TRACKING_1, "n", "North")
    reader.read()
    assert [(name, dim) for name, dim, _ in reader.books.asked if dim] == [
        (ListName.TRACKING_1, "d1"),
        (ListName.TRACKING_2, "d2"),
    ]
    labels = {row.name: row.label for row in sync_progress(reader.connection)}
    assert (labels[ListName.TRACKING_1], labels[ListName.TRACKING_2]) == ("Region", "Department")
    assert set(reader.items(ListName.TRACKING_1)) == {"North"}


def test_books_without_dimensions_have_complete_and_empty_tracking_lists(reader: Reader) -> None:
    reader.read()
    assert reader.sync(ListName.TRACKING_1).state == ListSync.State.COMPLETE
    assert not [dim for name, dim, _ in reader.books.asked if name == ListName.TRACKING_1]


def test_own_supplier_that_waits_for_its_contact_is_bound_not_doubled(reader: Reader) -> None:
    own = create_item(reader.business.id, SUPPLIERS, "City Fuel Ltd", user=reader.user)
    reader.books.add(SUPPLIERS, "a", "CITY FUEL  LTD")
    reader.read(SUPPLIERS)
    assert set(reader.items(SUPPLIERS)) == {"City Fuel Ltd"}
    assert current_bindings(reader.connection.id, [own.id])[own.id].remote_id == "a"


def test_own_supplier_with_another_tax_number_is_another_supplier(reader: Reader) -> None:
    own = create_item(reader.business.id, SUPPLIERS, "City Fuel", details={"tax_number": "GB 111"})
    reader.books.add(SUPPLIERS, "a", "City Fuel", tax_number="GB222")
    reader.read(SUPPLIERS)
    assert ListItem.objects.filter(list=SUPPLIERS).count() == 2
    assert current_bindings(reader.connection.id, [own.id]) == {}


def test_own_category_is_proposed_never_bound_by_its_name(reader: Reader) -> None:
    own = create_item(reader.business.id, CATEGORIES, "Advertising")
    reader.books.add(CATEGORIES, "a", "Advertising", "400")
    reader.books.add(CATEGORIES, "b", "Travel", "493")
    reader.read(CATEGORIES)
    assert set(reader.items(CATEGORIES)) == {"Advertising", "Travel"}
    assert current_bindings(reader.connection.id, [own.id]) == {}
    assert [ours.id for ours, _ in list_proposals(reader.connection, CATEGORIES)] == [own.id]


def test_archived_own_entry_does_not_hold_up_its_namesake(reader: Reader) -> None:
    own = create_item(reader.business.id, CATEGORIES, "Advertising")
    archive_item(own, reader.user)
    reader.books.add(CATEGORIES, "a", "Advertising")
    reader.read(CATEGORIES)
    assert ListItem.objects.filter(list=CATEGORIES, archived_at__isnull=True).count() == 1


def test_a_read_that_brings_nothing_new_writes_no_entry(reader: Reader) -> None:
    fill(reader.books, CATEGORIES, 30)
    reader.read(CATEGORIES)
    before = snapshot(reader)
    reader.read(CATEGORIES)
    assert snapshot(reader) == before


def test_names_of_a_vendor_are_made_safe_to_show(reader: Reader) -> None:
    reader.books.add(SUPPLIERS, "a", "Evil\u202e\x00 gnp.exe\n Ltd" + "x" * 400)
    reader.read(SUPPLIERS)
    (name,) = reader.items(SUPPLIERS)
    assert name.startswith("Evil gnp.exe Ltd")
    assert len(name) == 255


def snapshot(reader: Reader) -> object:
    """Everything that a failed or idle read must not touch."""
    connection = reader.connection
    return (
        sorted(ListItem.objects.values_list("id", "name", "code", "archived_at", "merged_into")),
        sorted(
            RemoteItem.objects.filter(connection=connection).values_list(
                "id", "name", "code", "state", "generation", "changed_at"
            )
        ),
        sorted(Binding.objects.values_list("id", "remote_item", "opened_at", "closed_why")),
    )
