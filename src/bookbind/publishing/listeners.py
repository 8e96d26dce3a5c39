"""News from below: connections come and go, lists are read, documents are saved and archived."""

from collections.abc import Iterable

from bookbind.connections.change import find_open_change
from bookbind.connections.events import (
    ChangeReady,
    ConnectionActivated,
    ConnectionBroke,
    ConnectionEnded,
    ConnectionHealed,
    ConnectionLapsed,
    ConnectionRecovered,
    ConnectionStarted,
)
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection
from bookbind.connections.services import pause_until_started
from bookbind.documents.events import DocumentArchived, DocumentSaved
from bookbind.jobs.services import queue_job
from bookbind.kit.events import subscribe
from bookbind.lists.events import BindingsChanged, ListsSynced
from bookbind.lists.queries import keeps_own_codes
from bookbind.publishing.automatic import publish_if_automatic
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.events import SettingsChanged
from bookbind.publishing.lacking import check_ready_soon
from bookbind.publishing.paper import take_up_papers
from bookbind.publishing.placement import settle, settle_all, wake
from bookbind.publishing.queries import find_open_publication, list_unsent
from bookbind.publishing.ready import check_still_ready
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import (
    begin_resume,
    look_first_after_matching,
    needing_unread,
    note_lists_read,
    place_after_lists,
)
from bookbind.publishing.services import withdraw_for_archive
from bookbind.publishing.states import State
from bookbind.publishing.switching import SWITCH_JOB, send_first
from bookbind.tenancy.models import User

# These are looked at anew whenever the document, the lists or the settings change.
CHECKED = frozenset(Reason) - {
    Reason.CONNECTION,
    Reason.LISTS,
    Reason.LOOK_FIRST,
    Reason.TWIN,
    Reason.UNKNOWN,
    Reason.TOO_MANY_TRIES,
}


@subscribe(ConnectionStarted)
def prepare_settings(event: ConnectionStarted) -> None:
    """A new connection publishes in its vendor's least final way until somebody says otherwise.

    A business that kept lists of its own looks at what stands for them there before anything is sent.
    """
    connection = get_connection(event.connection_id)
    get_settings(connection)
    change = find_open_change(event.business_id)
    if change is None and keeps_own_codes(connection):
        pause_until_started(connection)
    elif change is not None and change.publish_first:
        send_first(change)


@subscribe(ConnectionHealed)
def gather_waiting(event: ConnectionHealed) -> None:
    """What waited goes on after the lists are read again."""
    connection = get_connection(event.connection_id)
    take_up_papers(connection)
    begin_resume(connection, publish_now=event.publish_now)


@subscribe(ConnectionActivated)
def begin_queue(event: ConnectionActivated) -> None:
    """What was asked for while the connection was set up may go now."""
    connection = get_connection(event.connection_id)
    _settle_held(connection, {Reason.CONNECTION})
    take_up_papers(connection)
    wake(connection)


@subscribe(ChangeReady)
def switch_soon(event: ChangeReady) -> None:
    """The new lists are complete: the books move as soon as nothing is under way over the old connection."""
    queue_job(SWITCH_JOB, str(event.connection_id), business_id=event.business_id)


def _look_at_queue(event: ConnectionBroke | ConnectionLapsed | ConnectionEnded | ConnectionRecovered) -> None:
    wake(get_connection(event.connection_id))


subscribe(ConnectionBroke)(_look_at_queue)
subscribe(ConnectionLapsed)(_look_at_queue)
subscribe(ConnectionEnded)(_look_at_queue)
subscribe(ConnectionRecovered)(_look_at_queue)


@subscribe(ListsSynced)
def check_against_new_lists(event: ListsSynced) -> None:
    """New lists may cure what held a document, and are what a return waits for."""
    connection = get_connection(event.connection_id)
    note_lists_read(connection)
    place_after_lists(connection)
    held = list(list_unsent(connection.id, CHECKED).filter(state=State.HELD.value))
    # A list that can't be read keeps only those waiting that name its entries.
    needing = set() if event.complete else needing_unread(connection, held)
    settle_all(row for row in held if row.document_id not in needing)
    wake(connection)


@subscribe(BindingsChanged)
def check_matched(event: BindingsChanged) -> None:
    """A match frees what waited for it, at once or after a look."""
    if event.are_new:
        return
    connection = get_connection(event.connection_id)
    if not event.may_go:
        look_first_after_matching(connection)
        return
    check_ready_soon(event.business_id)
    items = {str(item_id) for item_id in event.item_ids}
    held = list_unsent(connection.id, CHECKED).filter(state=State.HELD.value)
    settle_all(row for row in held if row.reason_data.get("item") in items)


@subscribe(SettingsChanged)
def check_against_new_settings(event: SettingsChanged) -> None:
    """Other settings may cure what held a document."""
    connection = get_connection(event.connection_id)
    if event.may_go:
        _settle_held(connection, CHECKED)
    else:
        look_first_after_matching(connection)


def _look_at_ready(event: ConnectionActivated | ConnectionEnded | ListsSynced | SettingsChanged) -> None:
    check_ready_soon(event.business_id)


subscribe(ConnectionActivated)(_look_at_ready)
subscribe(ConnectionEnded)(_look_at_ready)
subscribe(ListsSynced)(_look_at_ready)
subscribe(SettingsChanged)(_look_at_ready)


@subscribe(DocumentSaved)
def check_saved(event: DocumentSaved) -> None:
    """An edit may cure what held the document; a complete document may go by itself."""
    publication = find_open_publication(event.document_id)
    if publication is None:
        check_still_ready(event.document_id)
    if publication is None and event.by_person:
        # A changed rule codes many documents at once; sending them all unasked would surprise.
        publish_if_automatic(event.document_id)
    elif publication is None:
        return
    elif publication.state == State.HELD and publication.reason in CHECKED:
        settle(publication)


@subscribe(DocumentArchived)
def take_back_archived(event: DocumentArchived) -> None:
    """An archived document is not published."""
    withdraw_for_archive(event.document_id, User.objects.filter(id=event.user_id).first())


def _settle_held(connection: Connection, reasons: Iterable[Reason]) -> None:
    settle_all(list_unsent(connection.id, reasons).filter(state=State.HELD.value))
