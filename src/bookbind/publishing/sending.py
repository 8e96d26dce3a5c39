"""Sending one document for the first time: check, supplier, twins, commit, send, save what became of it."""

from dataclasses import replace

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call, open_session
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import Ours, OutgoingDocument, PreparedWrite, Published, Twins
from bookbind.publishing import deliveries, twins
from bookbind.publishing.deliveries import NotAllowedNow
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.outcomes import accept, fail
from bookbind.publishing.outgoing import build_outgoing, list_labels
from bookbind.publishing.placement import Checked, check_again, hold, hold_for
from bookbind.publishing.queries import find_unchecked_resume
from bookbind.publishing.reasons import Reason
from bookbind.publishing.suppliers import create_contact, find_contact_id
from bookbind.publishing.trouble import pause_for_connection, weigh
from bookbind.publishing.turns import Keep, Pause, Turn


def send_document(publication: Publication, connection: Connection, keep: Keep) -> Turn:
    """Take a waiting publication as far as it goes now; whatever stops it is stored with it.

    Where somebody was quicker nothing is: the next turn sees how things stand then.
    """
    checked = check_again(publication)
    if checked.blocking:
        hold_for(publication, checked.blocking[0])
        return None
    try:
        outgoing = _make_ready(publication, connection, checked)
        if outgoing is None:
            return None
        write = open_session(connection).prepare(outgoing)
    except ConnectionUnusable as error:
        return pause_for_connection(connection, error)
    except ProviderError as error:
        return weigh(publication, error)
    except NotAllowedNow:
        return None
    if not keep():
        return Pause(None)
    try:
        delivery = deliveries.write_delivery(
            publication,
            connection,
            checked.document.version,
            outgoing,
            write,
            list_labels(checked.facts, checked.books.facts),
            lambda: _still_fits(publication, checked, outgoing),
        )
    except (NotAllowedNow, MovedMeanwhile):
        return None
    return transmit(publication, connection, delivery, write, is_first=True)


def _still_fits(publication: Publication, checked: Checked, outgoing: OutgoingDocument) -> bool:
    """Whether what the document names still is what it was checked as, and nobody wants a look first.

    The supplier may have been found or created there since; then it is the one that goes out.
    """
    if find_unchecked_resume(publication.connection_id) is not None:
        return False
    now = check_again(publication)
    supplier = now.facts.supplier
    is_same_supplier = supplier is not None and supplier.remote_id == outgoing.contact_id
    rest = [replace(facts, supplier=None) for facts in (now.facts, checked.facts)]
    return not now.blocking and is_same_supplier and rest[0] == rest[1]


def transmit(
    publication: Publication,
    connection: Connection,
    delivery: Delivery,
    write: PreparedWrite,
    *,
    is_first: bool,
) -> Turn:
    """Send committed bytes under their committed key and store the outcome.

    Nothing is sent when another worker decided meanwhile what became of them, or the vendor may have
    forgotten the key by now: the next turn looks first.
    """

    def send(session: Session) -> Published:
        # To renew the sign-in takes its time, and a process may stand still for as long as it likes.
        if not deliveries.may_go_now(delivery, connection):
            raise NotAllowedNow
        return session.send(write, delivery.key)

    try:
        published = call(connection, send)
    except NotAllowedNow:
        return None
    except (ConnectionUnusable, ProviderError) as error:
        return fail(publication, delivery, error, is_first=is_first)
    reach(Checkpoint.AFTER_SENT)
    accept(publication, published, delivery)
    reach(Checkpoint.AFTER_OUTCOME_SAVED)
    return None


def _make_ready(
    publication: Publication, connection: Connection, checked: Checked
) -> OutgoingDocument | None:
    """The mapped document with its supplier in place and no twin in sight; None when it was held or found."""
    supplier, currency = checked.facts.supplier, checked.facts.currency
    assert supplier is not None
    contact_id = find_contact_id(connection, supplier, currency)
    if contact_id and twins.must_look(publication):
        outgoing = _build(publication, checked, contact_id)
        if not _is_clear(publication, connection, outgoing):
            return None
    contact_id = contact_id or create_contact(publication, connection, supplier, currency)
    return _build(publication, checked, contact_id)


def _build(publication: Publication, checked: Checked, contact_id: str) -> OutgoingDocument:
    books, number = checked.books, publication.accepted_number
    outgoing = build_outgoing(
        checked.facts,
        publication.marker,
        contact_id,
        computes_tax=books.computes_tax,
        keeps_tax=books.facts.keeps_tax,
    )
    return replace(outgoing, number_may_repeat=bool(number) and number == outgoing.reference)


def _is_clear(publication: Publication, connection: Connection, outgoing: OutgoingDocument) -> bool:
    """Whether nothing in the books is, or looks like, this document; what was found is stored."""
    found = twins.look(publication, connection, outgoing)
    if isinstance(found, Ours):
        accept(publication, found.published, None)
        return False
    if isinstance(found, Twins):
        hold(publication, Reason.TWIN, {"twins": [twins.twin_words(twin) for twin in found.twins]})
        return False
    publication.twins_checked_at = clock.now()
    Publication.objects.filter(id=publication.id).update(twins_checked_at=publication.twins_checked_at)
    return True
