"""What people ask for: publish, take back, decide about twins, publish all."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from bookbind.activity import services as activity
from bookbind.connections import queries as connections
from bookbind.connections.models import Connection
from bookbind.documents import services as documents
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.kit.text import fold_name
from bookbind.publishing import deliveries
from bookbind.publishing.checks import check_alone
from bookbind.publishing.errors import (
    DocumentIncomplete,
    MovedMeanwhile,
    NotConnected,
    OnItsWay,
    TwinUnknown,
)
from bookbind.publishing.facts import read_own_document
from bookbind.publishing.models import Publication
from bookbind.publishing.placement import Checked, check, queue, settle, wake
from bookbind.publishing.queries import find_open_publication, get_publication
from bookbind.publishing.reasons import Problem, Reason
from bookbind.publishing.reopening import reopen
from bookbind.publishing.resume import finish_check
from bookbind.publishing.states import RETURNABLE, State
from bookbind.publishing.transitions import move
from bookbind.tenancy.models import User

# What somebody can agree to before a document is asked for, and the column that keeps it.
ACCEPTABLE = {Reason.BEFORE_START: "early_accepted", Reason.NEW_SUPPLIER: "new_supplier_accepted"}


class _Left(Exception):
    """The connection was left or ended since it was looked up."""


def request_publish(
    document: Document,
    user: User | None,
    connection: Connection | None = None,
    *,
    automatic: bool = False,
    checked: Checked | None = None,
) -> Publication:
    """Ask for the document to be published; pressing twice, or fifty times at once, makes one publication.

    DocumentIncomplete carries the problems that need an edit; then nothing is queued. NotConnected without
    accounting software. When the connection can't publish now the document waits, and no call is made.
    `checked` spares the look at a document that was checked at `connection` a moment ago.
    """
    target = connection or connections.find_main_connection(document.business_id)
    existing = find_open_publication(document.id) or _find_published(document.id)
    if existing is not None and not _is_left_behind(existing, target):
        return _ask_again(existing, user)
    if target is None:
        raise NotConnected
    checked = _refuse_incomplete(checked or check(document, target))
    try:
        return _open(checked, target, user, automatic=automatic, instead_of=existing)
    except _Left:
        # The books moved between the look and the press: the document goes where they are now.
        return request_publish(document, user, automatic=automatic)
    except IntegrityError:
        # Somebody pressed at the same moment; theirs is the one.
        winner = find_open_publication(document.id) or _find_published(document.id)
        if winner is None:
            raise MovedMeanwhile from None
        return winner


def request_accepting(document: Document, user: User, accepted: Reason) -> Publication:
    """Ask for a document to be published and agree at once to what would hold it, one of ACCEPTABLE.

    DocumentIncomplete and NotConnected as for `request_publish`.
    """
    column = ACCEPTABLE[accepted]
    with transaction.atomic():
        publication = request_publish(document, user)
        Publication.objects.filter(id=publication.id).update(**{column: True})
        setattr(publication, column, True)
        if publication.state == State.HELD and publication.reason == accepted:
            settle(publication, actor=user)
    return publication


def list_problems(document: Document, connection: Connection | None) -> list[Problem]:
    """What is in the way of publishing the document now, notices included; for its page."""
    if connection is None:
        return check_alone(read_own_document(document))
    return check(document, connection, find_open_publication(document.id)).problems


def take_back(publication: Publication, user: User) -> None:
    """Stop waiting: the document returns to review. OnItsWay while a delivery is being sent or looked up."""
    fresh = get_publication(publication.id)
    if fresh.state == State.WITHDRAWN:
        return
    if fresh.state not in RETURNABLE:
        raise OnItsWay
    try:
        with transaction.atomic():
            move(fresh, State.WITHDRAWN, actor=user)
            deliveries.give_up_undecided(fresh)
    except MovedMeanwhile as error:
        raise OnItsWay from error


def publish_anyway(publication: Publication, user: User) -> None:
    """A person decided: it is not in the books yet, or it belongs there although it is dated before them."""
    with transaction.atomic():
        # Read in here, for the books may have moved since the page was shown.
        fresh = _held(publication, Reason.TWIN, Reason.UNKNOWN, Reason.BEFORE_START)
        if fresh.reason == Reason.BEFORE_START:
            fresh.early_accepted = True
            settle(fresh, actor=user, early_accepted=True)
            return
        deliveries.give_up_undecided(fresh)
        here = connections.find_main_connection(fresh.business_id)
        if here is None or not _is_left_behind(fresh, here):
            settle(fresh, actor=user, twins_accepted=True, accepted_number=_number_seen(fresh), lookups=0)
            return
        if not connections.hold_live(here):
            raise MovedMeanwhile
        # The business keeps its books elsewhere by now, so there it belongs.
        (anew,) = reopen([fresh], here, Reason.CONNECTION, user)
        settle(anew, actor=user)


def _number_seen(publication: Publication) -> str:
    """The document's number, where a likeness that was shown has the same; else empty."""
    number = str(publication.document.reference)
    shown = [fold_name(str(twin.get("number", ""))) for twin in publication.reason_data.get("twins", [])]
    return number if number and fold_name(number) in shown else ""


def look_again(publication: Publication) -> None:
    """Search the books once more for a document whose answer was lost."""
    fresh = _held(publication, Reason.UNKNOWN)
    if not deliveries.has_undecided(fresh):
        settle(fresh)
        return
    with transaction.atomic():
        move(fresh, State.UNKNOWN, attempts=0, lookups=0, next_try_at=None)
        wake(fresh.connection)


def attach_to_twin(publication: Publication, remote_id: str, user: User) -> None:
    """A person said that this document in the books is the same: link to it and attach our file there."""
    fresh = _held(publication, Reason.TWIN)
    twins: list[dict[str, Any]] = fresh.reason_data.get("twins", [])
    twin = next((found for found in twins if found["remote_id"] == remote_id), None)
    if twin is None:
        raise TwinUnknown
    has_file = fresh.document.file_id is not None
    with transaction.atomic():
        deliveries.give_up_undecided(fresh)
        move(
            fresh,
            State.PUBLISHED,
            actor=user,
            note={"attached_to": remote_id},
            remote_id=twin["remote_id"],
            remote_number=twin["number"],
            remote_status=twin["status"],
            remote_url=twin["url"],
            reason_data={"twin": True},
            labels={},
            published_at=clock.now(),
            paper=Publication.Paper.WAITING if has_file else Publication.Paper.NONE,
        )
        wake(fresh.connection)


def accept_new_supplier(publication: Publication, user: User) -> None:
    """A person said that the supplier may be created in the books."""
    fresh = _held(publication, Reason.NEW_SUPPLIER)
    with transaction.atomic():
        fresh.new_supplier_accepted = True
        settle(fresh, actor=user, new_supplier_accepted=True)


def release(connection: Connection, user: User | None = None) -> int:
    """Publish all that waited for a look, in the order in which people had asked; returns how many."""
    finish_check(connection.id)
    held = Publication.objects.filter(
        connection=connection, state=State.HELD.value, reason=Reason.LOOK_FIRST
    ).select_related("connection", "document")
    released = 0
    for publication in held.order_by("queued_at", "id"):
        try:
            with transaction.atomic():
                queue(publication, actor=user)
        except MovedMeanwhile:
            continue
        released += 1
    return released


def retry_paper(publication: Publication, user: User) -> None:
    """Try again to attach the file of a published document."""
    failed = Publication.objects.filter(
        id=publication.id, state=State.PUBLISHED.value, paper=Publication.Paper.FAILED
    )
    with transaction.atomic():
        if failed.update(paper=Publication.Paper.WAITING, paper_attempts=0, paper_next_try_at=None) != 1:
            return
        activity.record(
            "publication.file_retried",
            "The file is being attached again.",
            business_id=publication.business_id,
            actor=user,
            subject=publication.document,
        )
        wake(publication.connection)


def withdraw_for_archive(document_id: UUID, user: User | None) -> None:
    """Take back what waits of a document that was archived."""
    publication = find_open_publication(document_id)
    if publication is None:
        return
    if publication.state not in RETURNABLE:
        raise OnItsWay
    move(publication, State.WITHDRAWN, actor=user)
    deliveries.give_up_undecided(publication)


def _ask_again(existing: Publication, user: User | None) -> Publication:
    """Pressing Publish on what has a publication: a refused or held one is checked anew, others stand."""
    if existing.state not in (State.HELD, State.REJECTED) or existing.reason in (Reason.TWIN, Reason.UNKNOWN):
        return existing
    checked = _refuse_incomplete(check(existing.document, existing.connection, existing))
    try:
        with transaction.atomic():
            settle(existing, checked=checked, actor=user, requested_by=user or existing.requested_by)
    except MovedMeanwhile:
        return get_publication(existing.id)
    return existing


def _refuse_incomplete(checked: Checked) -> Checked:
    if checked.to_edit:
        raise DocumentIncomplete(checked.to_edit)
    return checked


def _is_left_behind(existing: Publication, target: Connection | None) -> bool:
    """Whether it waits at books that the business left for others; nothing of it was sent."""
    return (
        target is not None
        and existing.connection_id != target.id
        and existing.connection.stage not in connections.LIVE_STAGES
        and existing.state in RETURNABLE
        and not deliveries.has_undecided(existing)
    )


def _open(
    checked: Checked,
    connection: Connection,
    user: User | None,
    *,
    automatic: bool,
    instead_of: Publication | None,
) -> Publication:
    document = checked.document
    publication = Publication(
        id=new_id(),
        business_id=document.business_id,
        document=document,
        connection=connection,
        queued_at=clock.now(),
        requested_by=user,
        automatic=automatic,
        # A document that somebody took back may have reached the books before.
        # So may one that left as a file: somebody may have entered it there by hand.
        must_look_for_twins=document.exported_at is not None
        or Publication.objects.filter(document=document).exists(),
    )
    publication.marker = publication.id.hex
    with transaction.atomic():
        if not connections.hold_live(connection):
            raise _Left
        if instead_of is not None:
            move(instead_of, State.WITHDRAWN, actor=user)
        publication.save(force_insert=True)
        # Inserted as waiting, so that the unique row decides between two who press at once.
        documents.place(document.id, Document.Stage.WAITING)
        activity.record(
            "publication.requested",
            f"Asked to be published to {connections.label_of(connection)}.",
            business_id=document.business_id,
            actor=user,
            subject=document,
            data={"publication": publication.id, "automatic": automatic},
        )
        settle(publication, checked=checked, actor=user)
    return publication


def _find_published(document_id: UUID) -> Publication | None:
    published = Publication.objects.filter(document_id=document_id, state=State.PUBLISHED.value)
    found: Publication | None = published.select_related("connection", "document").first()
    return found


def _held(publication: Publication, *reasons: Reason) -> Publication:
    fresh = get_publication(publication.id)
    if fresh.state != State.HELD or fresh.reason not in reasons:
        raise MovedMeanwhile
    return fresh
