"""Reading a connection's lists: asked for as rows, read by one job a connection, applied list by list."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from bookbind.connections.change import take_into_use
from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES, organisation_of
from bookbind.connections.services import note_organisation
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.runner import retry_delay_seconds, still_mine
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.kit.events import announce
from bookbind.lists.adoption import adopt_new
from bookbind.lists.apply import apply_reading
from bookbind.lists.dimensions import find_dimension, save_dimensions
from bookbind.lists.errors import ReadOvertaken, ReadTookTooLong
from bookbind.lists.events import ListsSynced
from bookbind.lists.labels import TRACKING_LISTS
from bookbind.lists.models import ListSync
from bookbind.lists.staging import Reading, begin_reading, give_up_reading, stage_page
from bookbind.providers.base.contract import Provider, Session
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider

SYNC_JOB = "lists.sync"
LEASE_SECONDS = 180
MOST_ATTEMPTS = 6
# A light read asks a little further back than the last one began, for the vendor's clock is not ours.
OVERLAP = timedelta(minutes=10)
_LONGEST_TEXT = 500
# These concern one list: the next one is read all the same.
_OF_ONE_LIST = frozenset(
    {ErrorKind.TRANSIENT, ErrorKind.CHANGED_SHAPE, ErrorKind.UNSUPPORTED, ErrorKind.REJECTED}
)
# These pass by themselves, so the read is tried again when they have, however often that is.
_PASSING = frozenset({ErrorKind.PROVIDER_DOWN, ErrorKind.RATE_LIMITED})
_SATISFIED = Q(state=ListSync.State.COMPLETE, read_from__gte=F("requested_at"))


@transaction.atomic
def request_sync(connection: Connection, lists: Iterable[ListName] | None = None, full: bool = False) -> None:  # noqa: FBT001
    """Ask for these lists (default all) to be read soon; `full` when a light read will not do."""
    provider = get_provider(connection.provider)
    wanted = [name for name in provider.lists if lists is None or name in set(lists)]
    ListSync.objects.bulk_create(
        [
            ListSync(business_id=connection.business_id, connection=connection, list=name)
            for name in provider.lists
        ],
        ignore_conflicts=True,
    )
    rows = ListSync.objects.filter(connection=connection, list__in=wanted)
    rows.update(requested_at=clock.now())
    if full:
        rows.update(wants_full=True)
    rows.exclude(state=ListSync.State.READING).update(state=ListSync.State.WAITING)
    if wanted:
        queue_job(SYNC_JOB, str(connection.id), business_id=connection.business_id)


@works(SYNC_JOB, lease_seconds=LEASE_SECONDS)
def sync_connection(job: Claimed) -> Again | None:
    """Read what was asked for; what is complete stays so, whatever happens to the other lists."""
    connection = Connection.objects.filter(id=UUID(job.key)).first()
    if connection is None or connection.stage not in LIVE_STAGES:
        return None
    run = SyncRun(job, connection, get_provider(connection.provider))
    return run.turn(lambda: call(connection, run.read))


@dataclass
class SyncRun:
    """One turn of the job. `failed` are lists that were tried in vain in this turn."""

    job: Claimed
    connection: Connection
    provider: Provider
    failed: dict[ListName, ErrorKind] = field(default_factory=dict)
    lease_renewed_at: datetime = field(default_factory=clock.real_now)
    has_settings: bool = False

    def turn(self, read: Callable[[], None]) -> Again | None:
        """Read what is wanted by `read`, which calls the method of that name with a session."""
        self._adopt_read()
        try:
            if self.unread():
                read()
        except ConnectionUnusable as unusable:
            return self.wait(unusable.status.next_try_at)
        except ProviderError as error:
            return self.stop(error)
        except ReadOvertaken:
            return None
        return self.close()

    def _adopt_read(self) -> None:
        """A worker that died between reading a list and adopting it left that to whoever comes next."""
        for name in self.rows().filter(_SATISFIED, requested_at__isnull=False).values_list("list", flat=True):
            adopt_new(self.connection, ListName(name))

    def rows(self) -> QuerySet[ListSync]:
        """The lists that the vendor has."""
        rows: QuerySet[ListSync] = ListSync.objects.filter(
            connection=self.connection, list__in=self.provider.lists
        )
        return rows

    def unread(self) -> list[ListSync]:
        """What was asked for and has not been read since, those that failed longest ago first."""
        wanted = self.rows().filter(requested_at__isnull=False).exclude(_SATISFIED)
        order = {name: position for position, name in enumerate(self.provider.lists)}
        rows = [row for row in wanted if ListName(row.list) not in self.failed]
        return sorted(rows, key=lambda row: (bool(row.last_error), order[ListName(row.list)]))

    def read(self, session: Session) -> None:
        """Read every list that is wanted. May be called a second time, with a fresh token."""
        if not self.has_settings:
            _save_settings(self.connection, session, self.provider)
            self.has_settings = True
        in_a_row = 0
        for sync in self.unread():
            error = self._read_list(session, sync)
            in_a_row = in_a_row + 1 if error and error.kind is ErrorKind.TRANSIENT else 0
            if error and (error.kind not in _OF_ONE_LIST or in_a_row > 1):
                raise error

    def _read_list(self, session: Session, sync: ListSync) -> ProviderError | None:
        reading = begin_reading(sync, _since(self.provider, sync))
        try:
            is_stable = self._stage(session, reading)
            apply_reading(self.connection, reading, is_stable=is_stable)
        except ReadTookTooLong as late:
            error = ProviderError(ErrorKind.TRANSIENT, str(late))
            self._give_up(reading, error)
            return error
        except ProviderError as error:
            self._give_up(reading, error)
            return error
        reach(Checkpoint.AFTER_LIST_APPLIED)
        adopt_new(self.connection, reading.name)
        return None

    def _stage(self, session: Session, reading: Reading) -> bool:
        """Keep every page; tells whether the list kept its length while it was being read."""
        dimension_id = ""
        if reading.name in TRACKING_LISTS:
            dimension = find_dimension(self.connection, reading.name)
            if dimension is None:
                return True
            dimension_id = dimension.remote_id
        totals: set[int] = set()
        for position, page in enumerate(session.fetch_items(reading.name, dimension_id, reading.since)):
            self._keep_lease()
            stage_page(reading, position, page)
            if page.total is not None:
                totals.add(page.total)
        return len(totals) <= 1

    def _keep_lease(self) -> None:
        now = clock.real_now()
        if now - self.lease_renewed_at > timedelta(seconds=LEASE_SECONDS / 6):
            if not still_mine(self.job):
                raise ReadOvertaken
            self.lease_renewed_at = now

    def _give_up(self, reading: Reading, error: ProviderError) -> None:
        self.failed[reading.name] = error.kind
        give_up_reading(reading, self._state_after(error), _error_facts(error))

    def _is_retried(self, error: ProviderError) -> bool:
        return error.kind is ErrorKind.TRANSIENT and self.job.attempts < MOST_ATTEMPTS

    def _state_after(self, error: ProviderError) -> ListSync.State:
        comes_back = error.kind in _PASSING or self._is_retried(error)
        return ListSync.State.WAITING if comes_back else ListSync.State.FAILED

    def wait(self, until: datetime | None) -> Again | None:
        """The connection can't be used now: come back when it may be tried, or when it is healed."""
        if until is not None:
            return Again(at=max(until, clock.now() + timedelta(seconds=1)), counts=False)
        facts = {"kind": ErrorKind.NEEDS_RECONNECT.value, "text": "", "at": clock.now().isoformat()}
        wanted = self.rows().filter(requested_at__isnull=False)
        wanted.update(state=ListSync.State.FAILED, last_error=facts, deadline_at=None)
        return None

    def stop(self, error: ProviderError) -> Again | None:
        """The error concerns more than one list: nothing else is tried in this turn."""
        untried = self.rows().filter(id__in=[row.id for row in self.unread()])
        untried.update(state=self._state_after(error), last_error=_error_facts(error))
        if error.kind in _PASSING:
            seconds = error.retry_after_seconds or retry_delay_seconds(self.job.attempts, 0.5)
            return Again(at=clock.now() + timedelta(seconds=seconds), counts=False)
        return self._again() if self._is_retried(error) else None

    def _again(self) -> Again:
        return Again(at=clock.now() + timedelta(seconds=retry_delay_seconds(self.job.attempts, 0.5)))

    def close(self) -> Again | None:
        """What can be read has been read: tell it, or come back for lists that may do better later."""
        retried = [name for name, kind in self.failed.items() if kind is ErrorKind.TRANSIENT]
        if retried and self.job.attempts < MOST_ATTEMPTS:
            return self._again()
        reach(Checkpoint.AFTER_LISTS_READ)
        with transaction.atomic():
            self._tell()
        return None

    def _tell(self) -> None:
        """Settle the requests and announce, in one transaction, so that a crash repeats it whole."""
        wanted = self.rows().filter(requested_at__isnull=False)
        done = Q(state=ListSync.State.COMPLETE, read_from__gte=F("requested_at")) | Q(
            list__in=list(self.failed)
        )
        if not wanted.filter(done).update(requested_at=None):
            return
        lists = self.rows()
        if lists.filter(last_success_at__isnull=True).exists():
            complete = False
        else:
            complete = not lists.exclude(state=ListSync.State.COMPLETE).exists()
            if self.connection.stage == Connection.Stage.SETTING_UP:
                take_into_use(self.connection)
        announce(ListsSynced(self.connection.business_id, self.connection.id, complete))


def _since(provider: Provider, sync: ListSync) -> datetime | None:
    """From when on to ask for changes; None for everything."""
    if sync.wants_full or sync.read_from is None or ListName(sync.list) not in provider.lists_with_since:
        return None
    since: datetime = sync.read_from - OVERLAP
    return since


def _save_settings(connection: Connection, session: Session, provider: Provider) -> None:
    books = session.fetch_book_settings()
    Connection.objects.filter(id=connection.id).update(
        base_currency=books.base_currency,
        currencies=list(books.currencies),
        locked_until=books.locked_until,
    )
    seen = organisation_of(connection)
    note_organisation(
        connection, replace(seen, keeps_tax=books.keeps_tax, many_currencies=books.many_currencies)
    )
    if set(TRACKING_LISTS) & set(provider.lists):
        save_dimensions(connection, session.fetch_dimensions())


def _error_facts(error: ProviderError) -> dict[str, object]:
    return {
        "kind": error.kind.value,
        "text": error.vendor_text[:_LONGEST_TEXT],
        "reference": error.correlation_id,
        "at": clock.now().isoformat(),
    }
