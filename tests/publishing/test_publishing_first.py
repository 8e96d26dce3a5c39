"""What is published to the old books before a change, and what may have reached them when they were left."""

import pytest

from bookbind.activity.queries import list_entries
from bookbind.connections import errors
from bookbind.connections.change import find_change_to, find_open_change, go_on_without
from bookbind.connections.models import Change, Connection
from bookbind.connections.queries import get_connection
from bookbind.documents.services import archive
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.publishing import services
from bookbind.publishing.messages import explain_publication, words_of
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_open_publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.starting import start_publishing
from bookbind.publishing.states import State
from bookbind.publishing.switching import count_to_publish_first, missed_first
from tests.publishing.conftest import SWITCH, SYNC, Desk
from tests.publishing.test_switching import HOLDINGS, match_by_name, organisations_of


def hold_for_look(desk: Desk) -> Publication:
    """A bill that waited for a reconnect, after which somebody wanted to look first."""
    waiting = desk.publish_expired("INV-1")
    desk.reconnect(publish_now=False)
    run_due(kinds=[SYNC])
    desk.work()
    return waiting


def begin_while_down(desk: Desk) -> Change:
    """A change that publishes first, its lists complete, while the old books do not answer."""
    desk.change(publish_first=True)
    Connection.objects.filter(id=desk.connection.id).update(down_since=clock.now())
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    change = find_open_change(desk.business.id)
    assert change is not None
    return change


def test_publish_first_sends_what_is_ready_to_the_old_books(desk: Desk) -> None:
    waiting = hold_for_look(desk)
    joined = desk.change(publish_first=True)
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    assert get_connection(joined.id).stage == Connection.Stage.SETTING_UP
    desk.work()
    desk.skip(seconds=2)
    run_due(kinds=[SWITCH])
    assert get_connection(joined.id).stage == Connection.Stage.ACTIVE
    assert organisations_of(desk) == ["Acme Ltd"]
    assert desk.look(waiting).state == State.PUBLISHED


def test_what_is_published_first_is_waited_for_while_the_old_books_do_not_answer(desk: Desk) -> None:
    waiting = hold_for_look(desk)
    change = begin_while_down(desk)
    joined = change.joined
    assert change.ready_at is not None, "only the document is waited for"
    assert count_to_publish_first(change) == 1
    assert get_connection(joined.id).stage == Connection.Stage.SETTING_UP
    assert desk.look(waiting).state == State.WAITING

    Connection.objects.filter(id=desk.connection.id).update(down_since=None)
    desk.work()
    desk.skip(seconds=31)
    run_due(kinds=[SWITCH])
    assert get_connection(joined.id).stage == Connection.Stage.ACTIVE
    assert organisations_of(desk) == ["Acme Ltd"]


def test_somebody_may_decide_not_to_wait_for_what_was_to_be_published_first(desk: Desk) -> None:
    waiting = hold_for_look(desk)
    change = begin_while_down(desk)
    joined = change.joined
    go_on_without(change, desk.user)
    run_due(kinds=[SWITCH])
    assert get_connection(joined.id).stage == Connection.Stage.ACTIVE
    moved = find_open_publication(waiting.document_id)
    assert moved is not None
    assert moved.connection_id == joined.id
    assert desk.bills() == []
    with pytest.raises(errors.ChangeOver):
        go_on_without(change, desk.user)
    assert missed_first(Change.objects.get(id=change.id)) == []


def test_what_could_not_be_published_first_is_named_before_it_goes_to_the_new_books(desk: Desk) -> None:
    refused = hold_for_look(desk)
    desk.sandbox.control("archive", vendor="xero", organisation="Acme Ltd", list="accounts", id="449")
    joined = desk.change(publish_first=True)
    run_due(kinds=[SYNC])
    desk.work()
    run_due(kinds=[SWITCH])
    joined = get_connection(joined.id)
    assert joined.stage == Connection.Stage.ACTIVE
    change = find_change_to(joined)
    assert change is not None
    assert [document.id for document in missed_first(change)] == [refused.document_id]
    moved = next(row for row in list_entries(refused.document) if row.action == "publication.moved")
    assert "it was to be published there first, and could not be: " in moved.text

    archive(refused.document_id, "not needed", desk.user)
    assert missed_first(change) == []


def test_what_a_person_took_back_meanwhile_is_not_said_to_be_refused(desk: Desk) -> None:
    waiting = hold_for_look(desk)
    change = begin_while_down(desk)
    services.take_back(desk.look(waiting), desk.user)
    desk.skip(seconds=31)
    run_due(kinds=[SWITCH])
    assert get_connection(change.joined_id).stage == Connection.Stage.ACTIVE
    desk.publish(waiting.document)
    assert find_open_publication(waiting.document_id) is not None
    assert missed_first(Change.objects.get(id=change.id)) == []


def test_what_may_have_reached_the_books_that_were_left_goes_where_the_books_are_now(desk: Desk) -> None:
    publication = desk.publish(desk.bill("INV-1"))
    old = desk.connection
    desk.connection = desk.move()
    doubtful = find_open_publication(publication.document_id)
    assert doubtful is not None
    Publication.objects.filter(id=doubtful.id).update(connection=old, reason=Reason.UNKNOWN)
    doubtful = desk.look(doubtful)
    message = explain_publication(doubtful, words_of(doubtful.connection))
    assert message is not None
    assert "it goes to the books that you use now" in message.next
    assert [label for _, label in message.buttons] == [
        "It is not there: use the present books",
        "It is there: archive",
    ]
    match_by_name(desk.connection)
    services.publish_anyway(doubtful, desk.user)
    here = find_open_publication(publication.document_id)
    assert here is not None
    assert (here.connection_id, here.reason) == (desk.connection.id, Reason.NOT_STARTED)
    assert desk.look(doubtful).state == State.WITHDRAWN
    start_publishing(desk.connection, desk.user)
    desk.work()
    assert organisations_of(desk) == [HOLDINGS]
