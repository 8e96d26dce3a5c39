"""A change of organisation: the old one works until the switch, and nothing is lost or sent twice."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import close_old_connections
from django.db import connection as database

from bookbind.activity.models import Entry
from bookbind.connections import errors
from bookbind.connections.change import find_change_to, find_open_change, find_undoable
from bookbind.connections.disconnect import disconnect
from bookbind.connections.models import Change, Connection, SignIn
from bookbind.connections.pending import drop
from bookbind.connections.queries import find_main_connection, get_connection, status_of
from bookbind.connections.status import State as ConnectionState
from bookbind.documents.models import Document
from bookbind.documents.queries import Tab, get_document, tab_of
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.text import show_date
from bookbind.lists.models import Binding, ListItem
from bookbind.providers.base.types import ListName
from bookbind.publishing import services
from bookbind.publishing.configuration import save_instead
from bookbind.publishing.lacking import READY_JOB
from bookbind.publishing.messages import explain_publication, words_of
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_open_publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.starting import start_publishing, start_summary
from bookbind.publishing.states import State
from bookbind.publishing.switching import stop_change, undo_change
from bookbind.tenancy.scope import BusinessScope, within
from tests.publishing.conftest import SWITCH, SYNC, Desk, sign_in

HOLDINGS = "Acme Holdings Ltd"


def match_by_name(connection: Connection) -> None:
    """Match every entry of ours that has a namesake in the books; what a person would press."""
    taken = set(
        Binding.objects.filter(connection=connection, closed_at=None).values_list("list_item", flat=True)
    )
    rows = {(row.list, row.name): row for row in connection.remote_items.filter(state="active")}
    for item in ListItem.objects.exclude(id__in=taken):
        remote = rows.get((item.list, item.name))
        if remote is not None:
            Binding.objects.create(
                business=item.business,
                connection=connection,
                list_item=item,
                remote_item=remote,
                opened_at=clock.now(),
                opened_why="chosen",
            )


def facts(connection: Connection) -> dict[str, Any]:
    """Everything stored about a connection that a person could notice."""
    fresh = get_connection(connection.id)
    kept = {name: value for name, value in vars(fresh).items() if not name.startswith("_")}
    return {name: value for name, value in kept.items() if name != "last_call_at"}


def organisations_of(desk: Desk) -> list[str]:
    names = {one.organisation_id: one.organisation["name"] for one in Connection.objects.all()}
    return [str(names[bill["organisation"]]) for bill in desk.bills()]


@pytest.mark.req("CHG-02")
def test_the_old_connection_is_in_use_until_the_new_lists_are_complete(desk: Desk) -> None:
    old = desk.connection
    joined = desk.change()
    main = find_main_connection(desk.business.id)
    assert main is not None
    assert main.id == old.id
    assert status_of(get_connection(joined.id)).state is ConnectionState.SETTING_UP
    desk.publish(desk.bill("INV-1"))
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]

    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    main = find_main_connection(desk.business.id)
    assert main is not None
    assert main.id == joined.id
    assert get_connection(old.id).stage == Connection.Stage.LEFT
    assert not old.stays.filter(ended_at=None).exists()
    assert joined.stays.filter(ended_at=None).count() == 1


@pytest.mark.req("CHG-01", "CHG-10")
def test_what_waited_moves_along_and_what_was_published_stays(desk: Desk) -> None:
    published = desk.publish(desk.bill("INV-1"))
    desk.work()
    before = desk.look(published)
    waiting = desk.publish(desk.bill("INV-2"))
    joined = desk.move()

    moved = find_open_publication(waiting.document_id)
    assert moved is not None
    assert (moved.connection_id, moved.state) == (joined.id, State.HELD)
    assert moved.queued_at == waiting.queued_at
    assert desk.look(waiting).state == State.WITHDRAWN
    after = desk.look(published)
    kept = ("state", "connection_id", "remote_id", "remote_url", "labels", "frozen")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]


@pytest.mark.req("CHG-01", "CHG-12", "PUB-07")
def test_ready_documents_are_checked_for_the_new_software_and_anew_when_that_is_taken_back(
    desk: Desk,
) -> None:
    document = desk.bill("INV-1", due_date=None)
    Document.objects.update(stage=Document.Stage.READY)

    def tab() -> Tab:
        run_due(kinds=[READY_JOB])
        return tab_of(get_document(document.id))

    joined = desk.change("Acme Ltd", provider="quickbooks")
    run_due(kinds=[SYNC])
    assert tab() is Tab.READY, "the old connection is in use"
    run_due(kinds=[SWITCH])
    assert tab() is Tab.REVIEW
    assert get_document(document.id).lacks == Reason.PUBLISH_AS_NOT_TAKEN
    save_instead(get_connection(joined.id), {"bill/draft": "awaiting_payment"}, desk.user)
    assert (tab(), get_document(document.id).lacks) == (Tab.REVIEW, Reason.DUE_DATE_MISSING)
    undoable = find_undoable(get_connection(joined.id))
    assert undoable is not None
    undo_change(undoable, desk.user)
    assert tab() is Tab.READY


@pytest.mark.req("CHG-10")
def test_nothing_is_sent_to_the_new_books_before_publishing_is_started(desk: Desk) -> None:
    desk.connection = desk.move()
    match_by_name(desk.connection)
    publication = desk.publish(desk.bill("INV-1"))
    desk.work()
    assert (publication.state, publication.reason) == (State.HELD, Reason.NOT_STARTED)
    assert desk.bills() == []

    summary = start_summary(desk.connection)
    assert (summary.count, summary.still_waiting) == (1, 0)
    assert [month.published_as for month in summary.months] == [{"Bill, Draft": 1}]
    assert start_publishing(desk.connection, desk.user)
    assert not start_publishing(get_connection(desk.connection.id), desk.user)
    desk.work()
    assert organisations_of(desk) == [HOLDINGS]
    assert desk.look(publication).state == State.PUBLISHED


@pytest.mark.req("CHG-02")
def test_stop_before_the_switch_leaves_everything_as_it_was(desk: Desk) -> None:
    before = facts(desk.connection)
    joined = desk.change()
    change = find_open_change(desk.business.id)
    assert change is not None
    stop_change(change, desk.user)
    assert facts(desk.connection) == before
    assert get_connection(joined.id).stage == Connection.Stage.ENDED
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    assert facts(desk.connection) == before
    desk.publish(desk.bill("INV-1"))
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]
    with pytest.raises(errors.ChangeOver):
        stop_change(Change.objects.get(), desk.user)


@pytest.mark.req("CHG-02")
@pytest.mark.parametrize("operation", ["accounts", "tax_rates", "contacts", "organisation"])
@pytest.mark.parametrize("fault", ["500", "html", "429", "truncated"])
def test_a_fault_while_the_new_lists_are_read_leaves_the_old_connection_working(
    desk: Desk, operation: str, fault: str
) -> None:
    before = facts(desk.connection)
    joined = desk.change()
    desk.sandbox.control(
        "faults", vendor="xero", operation=operation, fault=fault, times=100, organisation=HOLDINGS
    )
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    assert get_connection(joined.id).stage == Connection.Stage.SETTING_UP
    assert facts(desk.connection) == before
    desk.sandbox.clear_faults()
    desk.publish(desk.bill("INV-1"))
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]


@pytest.mark.req("CHG-02")
@pytest.mark.parametrize("operation", ["token", "connections", "organisation"])
@pytest.mark.parametrize("fault", ["500", "html", "lost_reply"])
def test_a_fault_on_the_way_back_from_the_vendor_leaves_the_old_connection_working(
    desk: Desk, operation: str, fault: str
) -> None:
    before = facts(desk.connection)
    desk.fault(operation, fault, times=20)
    with pytest.raises(errors.SignInFailure):
        desk.change()
    desk.sandbox.clear_faults()
    assert facts(desk.connection) == before
    assert find_open_change(desk.business.id) is None
    desk.publish(desk.bill("INV-1"))
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]
    assert desk.move().stage == Connection.Stage.ACTIVE


@pytest.mark.req("CHG-02")
def test_a_pending_sign_in_that_is_dropped_changes_nothing(desk: Desk) -> None:
    before = facts(desk.connection)
    with pytest.raises(errors.AlreadyThere):
        desk.change("Acme Ltd")
    pending = SignIn.objects.get(purpose=SignIn.Purpose.CHANGE)
    drop(pending)
    assert facts(desk.connection) == before
    assert not Change.objects.exists()


@pytest.mark.req("CHG-06")
def test_undo_needs_no_sign_in_and_brings_back_what_waited(desk: Desk) -> None:
    old = desk.connection
    waiting = desk.publish_expired("INV-1")
    desk.reconnect(publish_now=False)
    run_due(kinds=[SYNC])
    desk.work()
    settings_before = vars_of(desk.connection.publishing_settings)
    joined = desk.move()
    change = find_undoable(joined)
    assert change is not None
    undo_change(change, desk.user)

    main = find_main_connection(desk.business.id)
    assert main is not None
    assert main.id == old.id
    assert status_of(main).state is ConnectionState.CONNECTED
    assert get_connection(joined.id).stage == Connection.Stage.ENDED
    assert vars_of(main.publishing_settings) == settings_before
    run_due(kinds=[SYNC])
    desk.work()
    back = find_open_publication(waiting.document_id)
    assert back is not None
    assert (back.connection_id, back.reason) == (old.id, Reason.LOOK_FIRST)
    services.release(main, desk.user)
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]
    with pytest.raises(errors.ChangeOver):
        undo_change(change, desk.user)


def vars_of(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_once_publishing_is_started_the_change_stands(desk: Desk) -> None:
    old = desk.connection
    joined = desk.move()
    change = find_undoable(joined)
    assert change is not None
    start_publishing(joined, desk.user)
    assert find_undoable(get_connection(joined.id)) is None
    with pytest.raises(errors.ChangeOver):
        undo_change(change, desk.user)
    left = get_connection(old.id)
    assert (left.stage, left.release) == (Connection.Stage.ENDED, Connection.Release.PENDING)
    main = find_main_connection(desk.business.id)
    assert main is not None
    assert main.id == joined.id


def test_a_document_dated_before_the_new_books_waits_for_a_decision(desk: Desk) -> None:
    today = clock.now().date()
    desk.connection = desk.move(documents_from=today + timedelta(days=1))
    match_by_name(desk.connection)
    start_publishing(desk.connection, desk.user)
    publication = desk.publish(desk.bill("INV-1"))
    desk.work()
    assert (publication.state, publication.reason) == (State.HELD, Reason.BEFORE_START)
    message = explain_publication(publication, words_of(desk.connection))
    assert message is not None
    who = f"by {desk.user.get_full_name()} on {show_date(today)}"
    assert message.body == f"That day was chosen {who} when the business moved there."
    assert desk.bills() == []
    services.publish_anyway(publication, desk.user)
    desk.work()
    assert organisations_of(desk) == [HOLDINGS]


def test_a_reply_that_is_lost_is_settled_before_the_books_move(desk: Desk) -> None:
    desk.fault("create_invoice", "lost_reply")
    publication = desk.publish(desk.bill("INV-1"))
    desk.work()
    joined = desk.change()
    run_due(kinds=[SYNC])
    if desk.look(publication).state in (State.UNKNOWN, State.SENDING):
        run_due(kinds=[SWITCH])
        assert get_connection(joined.id).stage == Connection.Stage.SETTING_UP
    for _ in range(20):
        desk.work()
        run_due(kinds=[SWITCH])
        desk.skip(seconds=30)
    assert get_connection(joined.id).stage == Connection.Stage.ACTIVE
    assert organisations_of(desk) == ["Acme Ltd"]
    assert desk.look(publication).state == State.PUBLISHED


def test_the_organisation_in_use_is_not_changed_to(desk: Desk) -> None:
    with pytest.raises(errors.AlreadyThere):
        desk.change("Acme Ltd")
    assert find_open_change(desk.business.id) is None


def test_one_change_at_a_time(desk: Desk) -> None:
    desk.change()
    with pytest.raises(errors.AlreadyChanging):
        desk.change()


@pytest.mark.req("CHG-01")
def test_going_back_revives_the_matches(desk: Desk) -> None:
    old = desk.connection
    bound = set(
        Binding.objects.filter(connection=old, closed_at=None).values_list("list_item", "remote_item")
    )
    desk.move()
    start_publishing(desk.connection, desk.user)
    back = desk.move("Acme Ltd")
    assert back.id == old.id
    now_bound = set(
        Binding.objects.filter(connection=back, closed_at=None).values_list("list_item", "remote_item")
    )
    assert bound <= now_bound
    start_publishing(back, desk.user)
    publication = desk.publish(desk.bill("INV-9"))
    desk.work()
    assert desk.look(publication).state == State.PUBLISHED
    assert organisations_of(desk) == ["Acme Ltd"]


def test_a_business_with_its_own_codes_looks_before_anything_is_sent(desk: Desk) -> None:
    """Disconnected, its lists kept, it connects elsewhere: that is a change too."""
    desk.sandbox.control("reset")
    disconnect(desk.connection, desk.user)
    joined = sign_in(desk.sandbox, desk.business, desk.user, organisation=HOLDINGS)
    run_due(kinds=[SYNC])
    joined = get_connection(joined.id)
    assert (joined.stage, joined.awaits_start) == (Connection.Stage.ACTIVE, True)


def test_books_used_before_wait_for_the_start_when_another_organisation_came_between(desk: Desk) -> None:
    old = desk.connection
    joined = desk.move()
    start_publishing(joined, desk.user)
    disconnect(get_connection(joined.id), desk.user)
    desk.connection = sign_in(desk.sandbox, desk.business, desk.user)
    run_due(kinds=[SYNC])
    desk.refresh()
    assert desk.connection.id == old.id
    publication = desk.publish(desk.bill("INV-1"))
    desk.work()
    assert (desk.look(publication).reason, desk.bills()) == (Reason.NOT_STARTED, [])
    assert find_undoable(desk.connection) is None
    start_publishing(desk.connection, desk.user)
    desk.work()
    assert organisations_of(desk) == ["Acme Ltd"]


def test_a_pause_outlasts_a_disconnect(desk: Desk) -> None:
    joined = desk.move()
    disconnect(joined, desk.user)
    again = sign_in(desk.sandbox, desk.business, desk.user, organisation=HOLDINGS)
    run_due(kinds=[SYNC])
    again = get_connection(again.id)
    assert (again.id, again.stage, again.awaits_start) == (joined.id, Connection.Stage.ACTIVE, True)
    assert find_change_to(again) is None


def test_the_same_organisation_connected_again_goes_on_at_once(desk: Desk) -> None:
    disconnect(desk.connection, desk.user)
    again = sign_in(desk.sandbox, desk.business, desk.user)
    run_due(kinds=[SYNC])
    assert not get_connection(again.id).awaits_start


@pytest.mark.req("CHG-10")
def test_from_the_press_on_nothing_says_that_publishing_is_not_started(desk: Desk) -> None:
    desk.connection = desk.move()
    match_by_name(desk.connection)
    publication = desk.publish(desk.bill("INV-1"))
    start_publishing(desk.connection, desk.user)
    started = desk.look(publication)
    assert (started.state, started.reason) == (State.WAITING, "")


@pytest.mark.req("REC-18")
def test_the_timeline_tells_the_change(desk: Desk) -> None:
    joined = desk.move()
    start_publishing(joined, desk.user)
    told = list(Entry.objects.filter(subject_id=joined.id).order_by("at").values_list("action", flat=True))
    assert told[-3:] == [
        "connection.change_begun",
        "connection.changed",
        "connection.publishing_started",
    ] or {
        "connection.change_begun",
        "connection.changed",
        "connection.publishing_started",
    } <= set(told)


@pytest.mark.req("CHG-11")
def test_publishing_races_with_the_switch_and_nothing_lands_twice(desk: Desk) -> None:
    """A worker sends while another thread switches: each bill is in exactly one organisation."""
    documents = [desk.bill(f"INV-{number}", paper=f"{number}.pdf") for number in range(12)]
    joined = desk.change()
    run_due(kinds=[SYNC])
    begin = threading.Barrier(2)

    def send() -> None:
        try:
            with within(BusinessScope(desk.business.id)):
                begin.wait(timeout=30)
                for document in documents:
                    services.request_publish(get_document(document.id), desk.user)
                    desk.work()
        finally:
            close_old_connections()
            database.close()

    sender = threading.Thread(target=send)
    sender.start()
    begin.wait(timeout=30)
    for _ in range(200):
        run_due(kinds=[SWITCH])
        if get_connection(joined.id).stage == Connection.Stage.ACTIVE:
            break
        desk.skip(seconds=1)
    sender.join()
    assert get_connection(joined.id).stage == Connection.Stage.ACTIVE
    old_ids = set(
        Publication.objects.filter(connection=desk.connection, state=State.PUBLISHED).values_list(
            "document_id", flat=True
        )
    )
    assert len(desk.bills()) == len(old_ids)
    assert set(organisations_of(desk)) <= {"Acme Ltd"}

    match_by_name(joined)
    start_publishing(get_connection(joined.id), desk.user)
    for publication in Publication.objects.filter(connection=joined, state=State.HELD):
        services.request_publish(publication.document, desk.user)
    desk.connection = get_connection(joined.id)
    desk.work()
    references = sorted(str(bill["reference"]) for bill in desk.bills())
    assert references == sorted(f"INV-{number}" for number in range(12))
    assert desk.item(ListName.CATEGORIES, "449")
