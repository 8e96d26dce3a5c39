"""A practice's clients with everything that the clients page says, in a constant number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from bookbind.connections.change import list_open_changes
from bookbind.connections.messages import short_state
from bookbind.connections.models import Change, Connection
from bookbind.connections.queries import in_order_of_use, label_of, organisation_name, statuses_of, words_of
from bookbind.connections.status import Status
from bookbind.documents.models import Document
from bookbind.documents.queries import IS_TO_REVIEW
from bookbind.kit import clock
from bookbind.practice.clients import Client
from bookbind.providers.registry import get_provider
from bookbind.publishing.models import Publication
from bookbind.publishing.states import WAITING_STATES
from bookbind.tenancy.models import Business, Practice, User
from bookbind.tenancy.queries import list_businesses


def list_clients(practice: Practice, user: User) -> list[Client]:
    """The practice's clients that this person can open, in no particular order."""
    businesses = list(list_businesses(user).filter(practice=practice))
    mains = _main_connections(businesses)
    statuses = statuses_of(list(mains.values()))
    waiting = _waiting(mains.values())
    to_review = _to_review(businesses)
    changes = list_open_changes(business.id for business in businesses)
    clients = [
        _build(business, mains.get(business.id), statuses, waiting, to_review.get(business.id, 0))
        for business in businesses
    ]
    return [_with_change(client, changes.get(client.business_id)) for client in clients]


def _main_connections(businesses: Sequence[Business]) -> dict[UUID, Connection]:
    """For each business the connection that counts: in use, else being set up, else the one left last."""
    rows = Connection.objects.filter(
        business_id__in=[business.id for business in businesses], place=Connection.Place.MAIN
    )
    found: dict[UUID, Connection] = {}
    for row in in_order_of_use(rows.select_related("grant", "business", "consented_by")):
        found.setdefault(row.business_id, row)
    return found


def _waiting(connections: Iterable[Connection]) -> dict[UUID, tuple[int, datetime]]:
    """How many documents wait at each connection, and since when the oldest does."""
    rows = Publication.objects.filter(
        connection_id__in=[connection.id for connection in connections], state__in=list(WAITING_STATES)
    )
    counted = rows.values("connection_id").annotate(number=Count("id"), oldest=Min("queued_at"))
    return {row["connection_id"]: (row["number"], row["oldest"]) for row in counted.order_by()}


def _to_review(businesses: Sequence[Business]) -> dict[UUID, int]:
    rows = Document.objects.filter(IS_TO_REVIEW, business_id__in=[business.id for business in businesses])
    return dict(rows.values_list("business_id").annotate(number=Count("id")).order_by())


def _with_change(client: Client, change: Change | None) -> Client:
    if change is None:
        return client
    by = change.begun_by.get_full_name()
    return replace(client, moving_to=label_of(change.joined), moving_by=by, moving_id=change.joined_id)


def _build(
    business: Business,
    connection: Connection | None,
    statuses: dict[UUID, Status],
    waiting: dict[UUID, tuple[int, datetime]],
    to_review: int,
) -> Client:
    if connection is None:
        return Client(
            business.id,
            business.slug,
            business.name,
            business.time_zone,
            state_in_words="Not connected yet",
            to_review=to_review,
        )
    status = statuses[connection.id]
    number, oldest = waiting.get(connection.id, (0, None))
    return Client(
        business.id,
        business.slug,
        business.name,
        business.time_zone,
        status=status,
        state_in_words=short_state(status, words_of(connection), clock.now()),
        connection_id=connection.id,
        provider_id=connection.provider,
        provider_name=get_provider(connection.provider).name,
        organisation_name=organisation_name(connection),
        waiting=number,
        oldest_waiting_at=oldest,
        to_review=to_review,
        signed_in_by=connection.consented_by.get_full_name() if connection.consented_by else "",
    )
