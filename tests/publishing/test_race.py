"""Publishing races with a change: whoever commits first wins, and nothing goes to the wrong organisation."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection as database

from bookbind.connections.change import find_change_to, find_undoable
from bookbind.connections.errors import ChangeOver
from bookbind.connections.models import Change, Connection, Stay
from bookbind.connections.queries import get_connection
from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.jobs.models import Job
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.providers.base.types import DocumentKind, OutgoingDocument, PreparedWrite, PublishAs, TaxMode
from bookbind.publishing import deliveries, switching
from bookbind.publishing.deliveries import NotAllowedNow
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.states import State
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories

# A few in the suite; whoever changes the locks asks for more.
MOVES = int(os.environ.get("BOOKBIND_MOVES", "10"))
RACES = int(os.environ.get("BOOKBIND_RACES", "1000"))


def make_waiting(business: Business, connection: Connection) -> Publication:
    """A document in the queue of the connection, as a worker finds it."""
    document = Document.objects.create(
        business=business,
        kind=DocumentKind.BILL,
        currency="GBP",
        stage=Document.Stage.WAITING,
        captured_at=clock.now(),
    )
    publication = Publication(
        id=new_id(), business=business, document=document, connection=connection, queued_at=clock.now()
    )
    publication.marker = publication.id.hex
    publication.save(force_insert=True)
    return publication


def plan(left: Connection, joined: Connection, user: User) -> Change:
    """A change that is ready to be switched."""
    Connection.objects.filter(id=joined.id).update(stage=Connection.Stage.SETTING_UP, awaits_start=False)
    now = clock.now()
    change: Change = Change.objects.create(
        business=left.business, left=left, joined=joined, begun_at=now, begun_by=user, ready_at=now
    )
    return change


def outgoing(publication: Publication) -> OutgoingDocument:
    return OutgoingDocument(
        kind=DocumentKind.BILL,
        publish_as=PublishAs.DRAFT,
        marker=publication.marker,
        contact_id="supplier",
        contact_name="Supplier",
        date=date(2026, 11, 2),
        due_date=None,
        reference="",
        currency="GBP",
        tax_mode=TaxMode.EXCLUSIVE,
        lines=(),
        net=Decimal(0),
        tax=Decimal(0),
        total=Decimal(0),
    )


def close_mine() -> None:
    """Close the connection of the thread that runs this; each has one of its own."""
    database.close()


class Racers:
    """Threads that run a step each at the same moment, race after race, on connections of their own."""

    def __init__(self, business: Business, count: int = 2) -> None:
        self.business, self.count = business, count
        self.begin = threading.Barrier(count)
        self.threads = ThreadPoolExecutor(count)

    def run(self, *steps: Callable[[], None]) -> list[BaseException]:
        """What the steps raised."""
        futures = [self.threads.submit(self._run, step) for step in steps]
        return [error for future in futures if (error := future.exception()) is not None]

    def stop(self) -> None:
        """Close all connections, so that nobody uses the database any more."""
        raised = self.run(*[close_mine] * self.count)
        self.threads.shutdown()
        assert raised == []

    def _run(self, step: Callable[[], None]) -> None:
        # All wait here, so no thread can take two steps.
        self.begin.wait(timeout=30)
        with within(BusinessScope(self.business.id)):
            step()


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.req("CHG-11")
@pytest.mark.django_db(transaction=True)
def test_a_thousand_races_between_a_send_and_the_switch_put_nothing_into_the_wrong_books() -> None:
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    first = factories.make_connection(business, user)
    second = factories.make_connection(business, user, stage=Connection.Stage.ENDED)
    won = {"send": 0, "switch": 0}
    with within(BusinessScope(business.id)), ExitStack() as stack:
        racers = Racers(business)
        stack.callback(racers.stop)
        second.stays.update(ended_at=clock.now())
        for _ in range(RACES):
            left, joined = get_connection(first.id), get_connection(second.id)
            publication = make_waiting(business, left)
            change = plan(left, joined, user)
            raised = racers.run(partial(send, publication.id), partial(switch, joined))
            assert [error for error in raised if not isinstance(error, NotAllowedNow | MovedMeanwhile)] == []
            won[judge(publication, left, joined)] += 1
            settle_race(change, left, joined)
            first, second = joined, left
    assert won["send"] + won["switch"] == RACES


def send(publication_id: object) -> None:
    """What a worker does in the last moment before the call."""
    publication = Publication.objects.select_related("connection", "document").get(id=publication_id)
    write = PreparedWrite("create_document", b"{}", publication.marker)
    version = get_document(publication.document_id).version
    deliveries.write_delivery(
        publication, publication.connection, version, outgoing(publication), write, {}, lambda: True
    )


def switch(joined: Connection) -> None:
    """What the change does when its lists are complete."""
    change = find_change_to(joined)
    assert change is not None
    take_over(change)


def take_over(change: Change) -> None:
    """The switch itself, of a change that somebody may have stopped since it was found."""
    try:
        switching._switch(change)
    except switching.UnderWay:
        return


def judge(publication: Publication, left: Connection, joined: Connection) -> str:
    """Who came first; each outcome has one honest picture of the world and no other."""
    written = Delivery.objects.filter(publication__document=publication.document_id)
    at = Publication.objects.get(id=publication.id)
    if written.exists():
        assert (at.connection_id, at.state) == (left.id, State.SENDING)
        assert set(written.values_list("connection_id", flat=True)) == {left.id}
        assert get_connection(left.id).stage == Connection.Stage.ACTIVE
        assert not Publication.objects.filter(connection=joined, document=publication.document_id).exists()
        return "send"
    moved = Publication.objects.filter(document=publication.document_id).exclude(state=State.WITHDRAWN)
    if get_connection(joined.id).stage == Connection.Stage.ACTIVE:
        assert list(moved.values_list("connection_id", "state")) == [(joined.id, State.HELD)]
    return "switch"


def settle_race(change: Change, left: Connection, joined: Connection) -> None:
    """Begin the next race in the other direction, with nothing of this one in the way."""
    Publication.objects.all().delete()
    Job.objects.all().delete()
    now = clock.now()
    Change.objects.filter(id=change.id).update(switched_at=now, started_at=now)
    Connection.objects.filter(id=left.id).update(stage=Connection.Stage.ENDED, hands_over=False)
    Connection.objects.filter(id=joined.id).update(
        stage=Connection.Stage.ACTIVE, awaits_start=False, hands_over=False
    )
    left.stays.filter(ended_at=None).update(ended_at=now)
    if not joined.stays.filter(ended_at=None).exists():
        joined.stays.create(business=joined.business, started_at=now)


@pytest.mark.slow
@pytest.mark.req("CHG-02", "CHG-11")
@pytest.mark.django_db(transaction=True)
def test_of_a_stop_a_switch_and_an_undo_at_once_each_comes_wholly_or_not_at_all() -> None:
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    left = factories.make_connection(business, user)
    joined = factories.make_connection(business, user, stage=Connection.Stage.ENDED)
    with within(BusinessScope(business.id)), ExitStack() as stack:
        racers = Racers(business, 3)
        stack.callback(racers.stop)
        joined.stays.update(ended_at=clock.now())
        for _ in range(MOVES):
            publication = make_waiting(business, left)
            change = plan(get_connection(left.id), get_connection(joined.id), user)
            raised = racers.run(
                partial(take_over, change),
                partial(switching.stop_change, change, user),
                partial(undo_soon, joined, user),
            )
            assert [error for error in raised if not isinstance(error, ChangeOver)] == []
            judge_move(Change.objects.get(id=change.id), publication)
            begin_anew(change)


def undo_soon(joined: Connection, user: User) -> None:
    """What somebody does who presses Undo as soon as the books have moved."""
    give_up_at = time.monotonic() + 0.15
    while time.monotonic() < give_up_at:
        change = find_undoable(get_connection(joined.id))
        if change is not None:
            switching.undo_change(change, user)
            return


def judge_move(change: Change, publication: Publication) -> None:
    """The books are at one organisation, which the change names, and the document waits there alone."""
    assert (change.stopped_at is None) != (change.switched_at is None), "one of the two, never both"
    moved = change.switched_at is not None and change.undone_at is None
    here, there = (change.joined_id, change.left_id) if moved else (change.left_id, change.joined_id)
    stages = {id_: get_connection(id_).stage for id_ in (here, there)}
    gone = Connection.Stage.LEFT if moved else Connection.Stage.ENDED
    assert stages == {here: Connection.Stage.ACTIVE, there: gone}
    assert get_connection(change.left_id).hands_over is False
    stays = Stay.objects.filter(ended_at=None).values_list("connection_id", flat=True)
    assert list(stays) == [here]
    waiting = Publication.objects.filter(document=publication.document_id).exclude(state=State.WITHDRAWN)
    assert list(waiting.values_list("connection_id", flat=True)) == [here]


def begin_anew(change: Change) -> None:
    """The old organisation is in use again, and nothing of this round is in the way of the next."""
    Publication.objects.all().delete()
    Job.objects.all().delete()
    Change.objects.filter(id=change.id).update(started_at=clock.now())
    Stay.objects.filter(ended_at=None).delete()
    Connection.objects.filter(id=change.joined_id).update(stage=Connection.Stage.ENDED, awaits_start=False)
    Connection.objects.filter(id=change.left_id).update(stage=Connection.Stage.ACTIVE, awaits_start=False)
    Stay.objects.create(business=change.business, connection_id=change.left_id, started_at=clock.now())
