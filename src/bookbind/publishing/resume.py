"""When a connection comes back: what waited is gathered, checked against the new lists, and let go."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import find_needing
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.lists.queries import find_unread_lists
from bookbind.publishing.errors import MovedMeanwhile
from bookbind.publishing.lacking import check_ready
from bookbind.publishing.models import Publication, Resume
from bookbind.publishing.placement import Checked, check_again, hold, hold_for, queue, wake
from bookbind.publishing.queries import WaitingSummary, find_unchecked_resume, list_unsent
from bookbind.publishing.reasons import MATCH_REASONS, Problem, Reason
from bookbind.publishing.states import State
from bookbind.publishing.together import check_again_together

RECHECK = "publishing.recheck"
LONG_WAIT = timedelta(days=7)
_AT_ONCE = 100
"""How many are checked before the first of them is placed; none waits long between the two."""
# A person's decision outlives a reconnect; everything else is looked at anew.
_KEPT = frozenset({Reason.TWIN, Reason.UNKNOWN})


def begin_resume(connection: Connection, *, publish_now: bool) -> Resume | None:
    """Gather what waits; nothing is sent until the lists are read again. None if nothing waits."""
    with transaction.atomic():
        give_up_return(connection)
        waiting = list_unsent(connection.id)
        if not waiting.exists():
            wake(connection)
            return None
        resume: Resume = Resume.objects.create(
            business_id=connection.business_id,
            connection=connection,
            began_at=clock.now(),
            publish_now=publish_now,
        )
        gathered = Publication.objects.filter(id__in=waiting.values("id"))
        gathered.update(resume=resume, must_look_for_twins=True, twins_checked_at=None)
        gathered.filter(reason=Reason.CONNECTION).update(reason=Reason.LISTS)
    return resume


def give_up_return(connection: Connection) -> None:
    """A return that was not over is now: another one begins, or what waited goes along to other books."""
    Resume.objects.filter(connection=connection, checked_at__isnull=True).update(checked_at=clock.now())


def look_first_after_matching(connection: Connection) -> None:
    """Matches changed: what they make complete waits for a person, however many documents that concerns.

    Written here is one row; a job then puts each document where it belongs. Until it has, nothing is sent.
    """
    unchecked = Resume.objects.filter(connection=connection, checked_at__isnull=True)
    if unchecked.update(publish_now=False):
        # A check that is under way has seen less than this, so it begins anew; see `check_resume`.
        unchecked.filter(lists_read_at__isnull=False).update(lists_read_at=clock.now())
    else:
        Resume.objects.create(
            business_id=connection.business_id,
            connection=connection,
            began_at=clock.now(),
            publish_now=False,
            for_matches=True,
            lists_read_at=clock.now(),
        )
    queue_job(RECHECK, str(connection.id), business_id=connection.business_id)


@works(RECHECK)
def check_matched_documents(job: Claimed) -> Again | None:
    """Put what waited for matches where it belongs now, and look anew at what is ready."""
    finish_check(UUID(job.key))
    if job.business_id is not None:
        check_ready(job.business_id)
    return None


def finish_check(connection_id: UUID) -> None:
    """Do now what the job would do; nothing when no document waits for it."""
    resume = find_unchecked_resume(connection_id)
    if resume is not None and resume.lists_read_at is not None:
        check_resume(resume)


def note_lists_read(connection: Connection) -> None:
    """The connection's lists were read again: what waits for that may be re-checked now.

    A list that can't be read does not hold what has nothing to do with it.
    """
    if find_unread_lists(connection) is None:
        return
    unchecked = Resume.objects.filter(
        connection=connection, checked_at__isnull=True, lists_read_at__isnull=True
    )
    unchecked.update(lists_read_at=clock.now())


def check_resume(resume: Resume) -> None:
    """Put each gathered document where it belongs, in order; old messages go.

    Lists that are matched meanwhile are seen too: what was looked at before them is looked at again.
    """
    while True:
        _check_gathered(resume)
        unchecked = Resume.objects.filter(id=resume.id, checked_at__isnull=True)
        if unchecked.filter(lists_read_at=resume.lists_read_at).update(checked_at=clock.now()):
            return
        if not unchecked.exists():
            return
        resume.refresh_from_db()


def _check_gathered(resume: Resume) -> None:
    # Asked for between the return and now: it had to wait for the lists as well.
    joined = Q(connection_id=resume.connection_id, state=State.HELD.value, reason=Reason.LISTS)
    unsent = Q(resume=resume, state__in=(State.WAITING.value, State.HELD.value))
    found = Publication.objects.filter(unsent | joined | _matched(resume))
    rows = _in_order(found.exclude(reason__in=list(_KEPT)))
    # A person who matches entries has seen them, whatever became of the last read.
    needing = set() if resume.for_matches else needing_unread(resume.connection, rows)
    for start in range(0, len(rows), _AT_ONCE):
        _place_some(rows[start : start + _AT_ONCE], resume, needing)


def place_after_lists(connection: Connection) -> None:
    """After a return is over: place what still waited for a list that could not be read then, and is now."""
    if find_unchecked_resume(connection.id) is not None:
        return
    held = Publication.objects.filter(connection=connection, state=State.HELD.value, reason=Reason.LISTS)
    rows = _in_order(held)
    needing = needing_unread(connection, rows)
    known = [publication for publication in rows if publication.document_id not in needing]
    for start in range(0, len(known), _AT_ONCE):
        _place_back(known[start : start + _AT_ONCE], connection)


def default_choice(summary: WaitingSummary, now: datetime, time_zone: str) -> bool:
    """Whether *Publish now* is proposed: only when nothing waited long or belongs to an earlier month."""
    if summary.oldest_queued_at is None:
        return True
    if now - summary.oldest_queued_at > LONG_WAIT:
        return False
    this_month = clock.local_date(now, time_zone).replace(day=1)
    return all(month >= this_month for month in summary.months)


def _in_order(rows: QuerySet[Publication]) -> list[Publication]:
    return list(rows.select_related("connection", "document", "resume").order_by("queued_at", "id"))


def needing_unread(connection: Connection, rows: Sequence[Publication]) -> set[UUID]:
    """The documents that name an entry of a list that could not be read; all, while one is being read."""
    ids = [publication.document_id for publication in rows]
    unread = find_unread_lists(connection)
    return set(ids) if unread is None else find_needing(ids, unread)


def _place_some(rows: Sequence[Publication], resume: Resume, needing: set[UUID]) -> None:
    """Place publications that were gathered, in order."""
    # Each is checked again as it is sent, so where all may go the first one does not wait for the last.
    may_go = resume.publish_now and not resume.connection.awaits_start
    known = [each for each in rows if each.document_id not in needing]
    checked = {} if may_go else check_again_together(resume.connection, known)
    for publication in rows:
        try:
            if publication.document_id in needing:
                hold(publication, Reason.LISTS, attempts=0)
            elif may_go:
                queue(publication)
            elif _asked_since(publication, resume):
                _place_asked(publication, checked[publication.document_id])
            else:
                _place_checked(publication, checked[publication.document_id])
        except MovedMeanwhile:
            continue


def _place_asked(publication: Publication, checked: Checked) -> None:
    """Queued where nothing is in the way; else it says at once what it waits for."""
    blocking = _blocking(publication, checked)
    if blocking:
        hold_for(publication, blocking[0])
    else:
        queue(publication)


def _asked_since(publication: Publication, resume: Resume) -> bool:
    """Whether somebody pressed Publish after the matches were made: that press was the look."""
    return resume.for_matches and publication.queued_at >= resume.began_at


def _matched(resume: Resume) -> Q:
    if not resume.for_matches:
        return Q(id__in=())
    return Q(connection_id=resume.connection_id, state=State.HELD.value, reason__in=list(MATCH_REASONS))


def _place_back(rows: Sequence[Publication], connection: Connection) -> None:
    """Place publications as their own return wanted it, in order."""
    going = {each.id for each in rows if _goes_at_once(each)}
    checked = check_again_together(connection, [each for each in rows if each.id not in going])
    for publication in rows:
        try:
            if publication.id in going:
                queue(publication)
            else:
                _place_checked(publication, checked[publication.document_id])
        except MovedMeanwhile:
            continue


def _goes_at_once(publication: Publication) -> bool:
    publish_now = publication.resume is None or publication.resume.publish_now
    return publish_now and not publication.connection.awaits_start


def _place_checked(publication: Publication, checked: Checked) -> None:
    blocking = _blocking(publication, checked)
    if blocking:
        hold_for(publication, blocking[0])
    else:
        awaits_start = publication.connection.awaits_start
        hold(publication, Reason.NOT_STARTED if awaits_start else Reason.LOOK_FIRST, attempts=0)


def _blocking(publication: Publication, checked: Checked) -> list[Problem]:
    """What is in the way of a document; looked at anew where somebody edited it since it was checked."""
    as_checked = Document.objects.filter(id=publication.document_id, version=checked.document.version)
    return (checked if as_checked.exists() else check_again(publication)).blocking
