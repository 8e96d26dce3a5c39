"""Reading publications: of a document, of a list of rows, and what waits at a connection."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES
from bookbind.documents.queries import owed
from bookbind.kit import clock
from bookbind.publishing.models import Publication, Resume
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import OPEN, WAITING_STATES

_UNSENT = (Publication.State.WAITING, Publication.State.HELD)


@dataclass(frozen=True)
class WaitingSummary:
    """What waits at one connection: how many, how much, since when, of which months."""

    count: int = 0
    totals: dict[str, Decimal] = field(default_factory=dict)
    oldest: date | None = None
    oldest_queued_at: datetime | None = None
    months: dict[date, int] = field(default_factory=dict)


def find_open_publication(document_id: UUID) -> Publication | None:
    """The document's open publication, or None."""
    rows = Publication.objects.filter(document_id=document_id, state__in=list(OPEN))
    found: Publication | None = rows.select_related("connection", "document").first()
    return found


def find_publication(document_id: UUID) -> Publication | None:
    """The publication that a page shows for the document: the open one, else the published one, else none."""
    rows = Publication.objects.filter(document_id=document_id).exclude(state=Publication.State.WITHDRAWN)
    found: Publication | None = (
        rows.select_related("connection", "requested_by").order_by("-created_at").first()
    )
    return found


def get_publication(publication_id: UUID) -> Publication:
    """One publication with its document and connection; Publication.DoesNotExist outside the scope."""
    found: Publication = Publication.objects.select_related("connection", "document").get(id=publication_id)
    return found


def publications_of(document_ids: Iterable[UUID]) -> dict[UUID, Publication]:
    """The publication shown for each document, in one query."""
    rows = Publication.objects.filter(document_id__in=list(document_ids)).exclude(
        state=Publication.State.WITHDRAWN
    )
    return {row.document_id: row for row in rows.select_related("connection").order_by("created_at")}


def list_waiting(connection_id: UUID) -> QuerySet[Publication]:
    """Everything that has not reached the books of the connection yet, in the order in which people asked."""
    rows = Publication.objects.filter(connection_id=connection_id, state__in=list(WAITING_STATES))
    ordered: QuerySet[Publication] = rows.order_by("queued_at", "id")
    return ordered


def count_waiting(connection_ids: Iterable[UUID]) -> dict[UUID, int]:
    """How many documents wait at each connection, in one query."""
    rows = Publication.objects.filter(connection_id__in=list(connection_ids), state__in=list(WAITING_STATES))
    return dict(rows.values_list("connection_id").annotate(number=Count("id")))


def waiting_summary(connection: Connection) -> WaitingSummary:
    """The numbers of the Waiting message for one connection, in one query."""
    rows = list_waiting(connection.id).values_list(
        "queued_at", owed("document__"), "document__currency", "document__date"
    )
    return summarise(rows, connection.business.time_zone)


def count_by_reason(connection: Connection) -> dict[str, int]:
    """What waits at the connection by what it waits for, "" on its way; it adds up to `waiting_summary`."""
    rows = list_waiting(connection.id).order_by().values_list("reason")
    return dict(rows.annotate(number=Count("id")))


def list_left_behind(business_id: UUID) -> QuerySet[Publication]:
    """What waits at books that the business is not connected to any more, and that nothing was sent of."""
    unsent = Publication.objects.filter(business_id=business_id, state__in=_UNSENT)
    rows = unsent.exclude(connection__stage__in=LIVE_STAGES).exclude(reason=Reason.UNKNOWN)
    ordered: QuerySet[Publication] = rows.select_related("connection", "document").order_by("queued_at", "id")
    return ordered


def list_held(reason: Reason) -> QuerySet[Publication]:
    """What waits for one reason, wherever it is to be published."""
    held: QuerySet[Publication] = Publication.objects.filter(state=Publication.State.HELD, reason=reason)
    return held


def list_accepted_early() -> QuerySet[Publication]:
    """What a person said is to be published although it is dated before the books, and was not sent yet."""
    rows: QuerySet[Publication] = Publication.objects.filter(early_accepted=True, state__in=_UNSENT)
    return rows


def count_held() -> dict[str, int]:
    """What waits by what it waits for, wherever it is to be published."""
    held = Publication.objects.filter(state=Publication.State.HELD).values_list("reason")
    return dict(held.annotate(number=Count("id")))


def count_held_for_look(connection: Connection) -> int:
    """How many documents only wait for somebody to press Publish all."""
    return count_by_reason(connection).get(Reason.LOOK_FIRST, 0)


def count_held_for_start(connection: Connection) -> int:
    """How many documents only wait for somebody to press Start publishing."""
    return count_by_reason(connection).get(Reason.NOT_STARTED, 0)


def count_before_start(connection: Connection) -> int:
    """How many documents wait because they are dated before the first day of these books."""
    return count_by_reason(connection).get(Reason.BEFORE_START, 0)


def find_latest_resume(connection: Connection) -> Resume | None:
    """The connection's latest return, or None."""
    returns = Resume.objects.filter(connection=connection, for_matches=False)
    found: Resume | None = returns.order_by("-began_at").first()
    return found


def find_unchecked_resume(connection_id: UUID) -> Resume | None:
    """The return whose documents were not put where they belong yet, or None."""
    found: Resume | None = Resume.objects.filter(connection_id=connection_id, checked_at__isnull=True).first()
    return found


def list_unsent(connection_id: UUID, reasons: Iterable[Reason] | None = None) -> QuerySet[Publication]:
    """Publications that no delivery was made for, in order; held ones only for the given reasons."""
    rows = Publication.objects.filter(connection_id=connection_id, state__in=_UNSENT)
    if reasons is not None:
        held = Q(state=Publication.State.HELD, reason__in=list(reasons))
        rows = rows.filter(Q(state=Publication.State.WAITING) | held)
    ordered: QuerySet[Publication] = rows.select_related("connection", "document").order_by("queued_at", "id")
    return ordered


def summarise(
    rows: Iterable[tuple[datetime, Decimal | None, str, date | None]], time_zone: str
) -> WaitingSummary:
    """Add up (queued at, amount owed, currency, document's date); pure."""
    totals: dict[str, Decimal] = {}
    months: dict[date, int] = {}
    days: list[date] = []
    queued: list[datetime] = []
    for queued_at, total, currency, day in rows:
        totals[currency] = totals.get(currency, Decimal(0)) + (total or Decimal(0))
        shown_day = day or clock.local_date(queued_at, time_zone)
        month = shown_day.replace(day=1)
        months[month] = months.get(month, 0) + 1
        days.append(shown_day)
        queued.append(queued_at)
    return WaitingSummary(
        count=len(days),
        totals=totals,
        oldest=min(days, default=None),
        oldest_queued_at=min(queued, default=None),
        months=dict(sorted(months.items())),
    )
