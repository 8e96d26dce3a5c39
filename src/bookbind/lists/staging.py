"""Pages of a read that is not complete yet, kept apart from the lists under the read's own number."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet

from bookbind.connections.models import Connection
from bookbind.kit import clock
from bookbind.lists.entries import from_staged, tidy, to_staged
from bookbind.lists.errors import ReadOvertaken, ReadTookTooLong
from bookbind.lists.models import ListSync, StagedPage
from bookbind.providers.base.types import ListName, Page, RemoteEntry

DEADLINE = timedelta(minutes=10)


@dataclass(frozen=True)
class Reading:
    """One read of one list. `started` is product time, `deadline` real time."""

    sync: ListSync
    number: int
    started: datetime
    deadline: datetime
    since: datetime | None

    @property
    def name(self) -> ListName:
        """The list that is read."""
        return ListName(self.sync.list)

    @property
    def is_full(self) -> bool:
        """Whether the vendor was asked for everything."""
        return self.since is None


def begin_reading(sync: ListSync, since: datetime | None) -> Reading:
    """Take the list for this read; ReadOvertaken when another worker did so since `sync` was loaded."""
    started, real = clock.now(), clock.real_now()
    reading = Reading(sync, sync.reading + 1, started, real + DEADLINE, since)
    taken = ListSync.objects.filter(id=sync.id, reading=sync.reading).update(
        reading=reading.number,
        state=ListSync.State.READING,
        read_count=0,
        expected_count=None,
        started_at=real,
        deadline_at=reading.deadline,
    )
    if not taken:
        raise ReadOvertaken
    StagedPage.objects.filter(connection_id=sync.connection_id, list=sync.list).delete()
    return reading


def overtake_readings(connection: Connection, names: Iterable[ListName]) -> None:
    """Let whoever reads these lists now stop, for it is not what they are to hold any more.

    In the transaction that asks for another read of them.
    """
    reading = ListSync.objects.filter(
        connection=connection, list__in=list(names), state=ListSync.State.READING
    )
    reading.update(reading=F("reading") + 1, state=ListSync.State.WAITING, deadline_at=None)


@transaction.atomic
def stage_page(reading: Reading, position: int, page: Page) -> None:
    """Keep one page and show the progress; stops the read when it is late or no longer ours."""
    if clock.real_now() > reading.deadline:
        raise ReadTookTooLong
    # Counted as the list is afterwards: what is archived there is read, but is none of its entries.
    active = sum(not entry.archived for entry in page.entries)
    progress = _mine(reading).update(read_count=F("read_count") + active, expected_count=page.total)
    if not progress:
        raise ReadOvertaken
    StagedPage.objects.create(
        business_id=reading.sync.business_id,
        connection_id=reading.sync.connection_id,
        list=reading.sync.list,
        generation=reading.number,
        position=position,
        entries=[to_staged(tidy(entry)) for entry in page.entries],
        left=list(page.left),
    )


def staged_entries(reading: Reading) -> list[RemoteEntry]:
    """Everything that was read, in the order in which it was read."""
    pages = _pages(reading).order_by("position").values_list("entries", flat=True)
    return [from_staged(values) for entries in pages for values in entries]


def staged_left(reading: Reading) -> frozenset[str]:
    """The vendor's ids of what was told to be none of the list, or none any more."""
    return frozenset(id_ for ids in _pages(reading).values_list("left", flat=True) for id_ in ids)


def finish_reading(reading: Reading, **facts: object) -> None:
    """Make the read the list's present one; ReadOvertaken when another worker has taken it meanwhile."""
    if not _mine(reading).update(generation=reading.number, **facts):
        raise ReadOvertaken
    _pages(reading).delete()


def give_up_reading(reading: Reading, state: ListSync.State, error: dict[str, object]) -> None:
    """Throw away what was read; the list stands as it was before."""
    with transaction.atomic():
        _mine(reading).update(state=state, last_error=error, deadline_at=None)
        _pages(reading).delete()


def _mine(reading: Reading) -> QuerySet[ListSync]:
    return ListSync.objects.filter(id=reading.sync.id, reading=reading.number, state=ListSync.State.READING)


def _pages(reading: Reading) -> QuerySet[StagedPage]:
    return StagedPage.objects.filter(
        connection_id=reading.sync.connection_id, list=reading.sync.list, generation=reading.number
    )
