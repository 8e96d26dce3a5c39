"""Start publishing: the press that ends the pause after a change, and what it will do."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from bookbind.connections.change import mark_started
from bookbind.connections.finish import find_connection_to, is_paused_on_return
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.queries import LIVE_STAGES, get_connection, hold_live, status_of
from bookbind.documents.queries import Tab, count_exported, count_lacking, list_documents, owed
from bookbind.kit import clock
from bookbind.lists.queries import keeps_own_codes
from bookbind.providers.base.types import DocumentKind, Organisation, PublishAs
from bookbind.providers.registry import get_provider
from bookbind.publishing.configuration import get_settings
from bookbind.publishing.errors import StartCutOff
from bookbind.publishing.instead import find_way
from bookbind.publishing.models import Publication, PublishingSettings
from bookbind.publishing.placement import is_cut_off, settle_all, wake
from bookbind.publishing.queries import count_by_reason
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State
from bookbind.tenancy.models import User


@dataclass(frozen=True)
class Month:
    """The documents of one month that will be sent: how many, how much, how final in the vendor's words."""

    month: date
    count: int
    totals: dict[str, Decimal]
    published_as: dict[str, int]


@dataclass(frozen=True)
class StartSummary:
    """What Start publishing sends now, and what goes on waiting by reason.

    `made_ready` counts the documents in the Ready tab, which nobody asked to publish yet, `exported` those of
    them that left as a file, and `lacking` those that would be there but for something that the software
    needs, by what that is.
    """

    months: tuple[Month, ...] = ()
    waiting: dict[str, int] | None = None
    made_ready: int = 0
    exported: int = 0
    lacking: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many documents are sent."""
        return sum(month.count for month in self.months)

    @property
    def fresh(self) -> int:
        """How many of the Ready tab no file has taken along, so that one press publishes them."""
        return self.made_ready - self.exported

    @property
    def still_waiting(self) -> int:
        """How many documents go on waiting."""
        return sum((self.waiting or {}).values())


def will_wait_for_start(sign_in: SignIn, organisation: Organisation) -> bool:
    """Whether nothing is sent to the organisation after Finish until somebody presses Start publishing."""
    if sign_in.leaves_id is not None:
        return True
    known = find_connection_to(sign_in, organisation)
    if known is not None and known.stage in LIVE_STAGES:
        return known.awaits_start
    return keeps_own_codes(known) or (known is not None and is_paused_on_return(known))


def start_summary(connection: Connection) -> StartSummary:
    """What pressing Start publishing would do now, in a constant number of queries."""
    waiting = count_by_reason(connection)
    waiting.pop(Reason.NOT_STARTED, None)
    return StartSummary(
        months=_months(connection),
        waiting=waiting,
        made_ready=list_documents(Tab.READY).count(),
        exported=count_exported(Tab.READY),
        lacking=count_lacking(),
    )


def start_publishing(connection: Connection, user: User) -> bool:
    """Let what is ready go, once each and in order; False when somebody had pressed before.

    StartCutOff while only a person can bring the connection back: nothing could be sent, and the change could
    not be undone any more. A vendor that merely does not answer stops nobody.
    """
    with transaction.atomic():
        # Held and read anew, for the access may have ended since the page was shown.
        if hold_live(connection):
            now = get_connection(connection.id)
            if now.awaits_start and is_cut_off(status_of(now)):
                raise StartCutOff
        if not mark_started(connection, user):
            return False
        _queue_ready(connection)
        wake(connection)
    return True


def settle_started(connection: Connection) -> None:
    """Put what was held in the moment of the start where it belongs now; done by the queue."""
    held = _ready(connection).select_related("connection", "document")
    settle_all(held.order_by("queued_at", "id"))


def _queue_ready(connection: Connection) -> None:
    """At once however many they are: each is checked again as it is sent."""
    _ready(connection).update(
        state=State.WAITING.value, reason="", reason_data={}, error={}, attempts=0, next_try_at=None
    )


def _ready(connection: Connection) -> "QuerySet[Publication]":
    rows: QuerySet[Publication] = Publication.objects.filter(
        connection=connection, state=State.HELD.value, reason=Reason.NOT_STARTED
    )
    return rows


def _months(connection: Connection) -> tuple[Month, ...]:
    """What is ready by month, out of plain rows: there may be very many."""
    totals: dict[date, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    ways: dict[date, Counter[tuple[str, str]]] = defaultdict(Counter)
    rows = _ready(connection).values_list(
        "queued_at",
        "document__date",
        "document__currency",
        owed("document__"),
        "document__kind",
        "document__publish_as",
    )
    for queued_at, day, currency, amount, kind, publish_as in rows:
        shown_day = day or clock.local_date(queued_at, connection.business.time_zone)
        month = shown_day.replace(day=1)
        totals[month][currency] += amount or Decimal(0)
        ways[month][kind, publish_as] += 1
    settings = get_settings(connection)
    return tuple(
        Month(month, ways[month].total(), dict(totals[month]), _published_as(ways[month], settings))
        for month in sorted(ways)
    )


def _published_as(ways: Counter[tuple[str, str]], settings: PublishingSettings) -> dict[str, int]:
    """How many documents go how, in the vendor's words; `ways` counts them by kind and what is asked for."""
    counts: Counter[str] = Counter()
    for (kind, publish_as), count in ways.items():
        counts[_label(kind, publish_as, settings)] += count
    return dict(counts)


def _label(asked_kind: str, publish_as: str, settings: PublishingSettings) -> str:
    """`Bill, Open bill`: how a document goes, in the vendor's words."""
    kinds = get_provider(settings.connection.provider).kinds
    asked = PublishAs(publish_as or settings.publish_as)
    way = find_way(DocumentKind(asked_kind), asked, kinds, settings.instead)
    kind = next((one for one in kinds if one.kind == way.kind), None)
    if kind is None:
        return ""
    return next(
        (f"{kind.label}, {one.label}" for one in kind.choices if one.publish_as == way.publish_as), ""
    )
