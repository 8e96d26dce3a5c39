"""A document whose answer was lost: the same bytes again while the vendor knows the key, else a search."""

from datetime import timedelta

from django.db import transaction

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import CannotTell, Found, Ours, Twins
from bookbind.publishing import deliveries
from bookbind.publishing.models import Delivery, Publication
from bookbind.publishing.outcomes import accept
from bookbind.publishing.outgoing import from_json
from bookbind.publishing.placement import hold
from bookbind.publishing.reasons import Reason
from bookbind.publishing.retry import LOOKUP_PAUSE_SECONDS, LOOKUPS_NEEDED, MOST_ATTEMPTS, MOST_DELIVERIES
from bookbind.publishing.sending import transmit
from bookbind.publishing.states import State
from bookbind.publishing.transitions import move
from bookbind.publishing.trouble import next_try, note_attempt, pause_for_connection
from bookbind.publishing.turns import Pause, Turn
from bookbind.publishing.twins import search, twin_words

# The vendor's clock may differ from ours, so a search begins a little before the write was sent.
_SEARCH_BEFORE = timedelta(minutes=10)


def recover(publication: Publication, connection: Connection) -> Turn:
    """Find out what became of a delivery: a worker died over it, or its answer was lost."""
    delivery = deliveries.find_undecided(publication)
    if delivery is None:
        move(publication, State.WAITING)
        return None
    if deliveries.is_key_known(delivery, connection):
        if publication.attempts >= MOST_ATTEMPTS:
            # Enough repeats in vain: when the vendor has forgotten the key, the books are searched.
            at = deliveries.window_end(delivery, connection) + timedelta(seconds=LOOKUP_PAUSE_SECONDS)
            note_attempt(publication, publication.attempts, at)
            return None
        deliveries.note_resend(delivery)
        write = deliveries.prepared(delivery, publication.marker)
        return transmit(publication, connection, delivery, write, is_first=False)
    return _search(publication, connection, delivery)


def _search(publication: Publication, connection: Connection, delivery: Delivery) -> Turn:
    since = delivery.first_sent_at - _SEARCH_BEFORE
    document = from_json(publication.frozen)
    try:
        found = search(connection, document, since)
    except ConnectionUnusable as error:
        return pause_for_connection(connection, error)
    except ProviderError as error:
        return _search_failed(publication, connection, error)
    return conclude(publication, delivery, found)


def conclude(publication: Publication, delivery: Delivery, found: Found) -> Turn:
    """Only our marker proves that it is ours; a likeness, or silence without one, is a person's call."""
    if isinstance(found, Ours):
        accept(publication, found.published, delivery)
        return None
    if isinstance(found, Twins):
        hold(publication, Reason.TWIN, {"twins": [twin_words(twin) for twin in found.twins], "lost": True})
        return None
    if isinstance(found, CannotTell):
        hold(publication, Reason.UNKNOWN)
        return None
    return _count_nothing(publication, delivery)


def _count_nothing(publication: Publication, delivery: Delivery) -> Turn:
    """Nothing is believed at the second look; then the write is known not done and the document free."""
    lookups = publication.lookups + 1
    if lookups < LOOKUPS_NEEDED:
        at = clock.now() + timedelta(seconds=LOOKUP_PAUSE_SECONDS)
        rows = Publication.objects.filter(id=publication.id, state=publication.state)
        rows.update(lookups=lookups, next_try_at=at)
        return Pause(at)
    with transaction.atomic():
        deliveries.close(delivery, Delivery.Outcome.NOT_DONE)
        if publication.attempts >= MOST_ATTEMPTS or deliveries.count_writes(publication) >= MOST_DELIVERIES:
            tries = str(deliveries.count_sends(publication))
            hold(publication, Reason.TOO_MANY_TRIES, {"tries": tries}, lookups=0, attempts=0)
        else:
            move(publication, State.WAITING, lookups=0, next_try_at=None)
    return None


def _search_failed(publication: Publication, connection: Connection, error: ProviderError) -> Turn:
    pause = pause_for_connection(connection, error)
    if pause is not None:
        return pause
    attempts = publication.attempts + 1
    if attempts >= MOST_ATTEMPTS:
        hold(publication, Reason.UNKNOWN, attempts=attempts)
        return None
    at = next_try(attempts)
    note_attempt(publication, attempts, at, error)
    return Pause(at)
