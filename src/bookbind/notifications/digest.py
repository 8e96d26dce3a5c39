"""A practice's digest: one mail to each of its people and day, listing the clients that need a look."""

from datetime import datetime, timedelta
from uuid import UUID

from bookbind.connections.messages import explain
from bookbind.connections.models import Connection
from bookbind.connections.queries import statuses_of, words_of
from bookbind.connections.status import Health, State, Status
from bookbind.connections.wording import Viewer
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.notifications.letters import ClientLine, write_digest
from bookbind.notifications.models import Mail, PracticeNews
from bookbind.notifications.services import queue_mail
from bookbind.publishing.queries import count_waiting
from bookbind.tenancy.models import Practice, PracticeMembership, User
from bookbind.tenancy.queries import list_businesses
from bookbind.tenancy.scope import PracticeScope, within

DIGEST_JOB = "notifications.digest"
# What happens in the same hour to several clients comes in the same mail.
GATHER = timedelta(minutes=10)
_MORNING_HOUR = 7
_WHO_READS = Viewer(may_manage=True)


def note_news(connection: Connection, kind: str) -> None:
    """Put the connection into its practice's next digest; nothing for a business without one."""
    practice_id = connection.business.practice_id
    if practice_id is None:
        return
    now = clock.now()
    PracticeNews.objects.create(
        business_id=connection.business_id,
        practice_id=practice_id,
        connection=connection,
        kind=kind,
        noted_at=now,
    )
    queue_job(DIGEST_JOB, str(practice_id), due_at=now + GATHER)


@works(DIGEST_JOB)
def send_digest(job: Claimed) -> Again | None:
    """Write the practice's digest of the day; what comes after it waits for the next morning."""
    practice = Practice.objects.filter(id=UUID(job.key)).first()
    if practice is None:
        return None
    now = clock.now()
    if Mail.objects.filter(dedupe_key__startswith=_day_key(practice, now)).exists():
        return Again(_next_morning(now), counts=False)
    with within(PracticeScope(practice.id)):
        _write(practice, now)
    return None


def _write(practice: Practice, now: datetime) -> None:
    news = PracticeNews.objects.filter(practice=practice, digested_at__isnull=True, noted_at__lte=now)
    noted = list(news.select_related("connection__business", "connection__grant").order_by("noted_at"))
    connections = list({row.connection_id: row.connection for row in noted}.values())
    statuses = statuses_of(connections)
    still = [connection for connection in connections if _needs_look(statuses[connection.id])]
    lines = _lines(still, statuses)
    members = PracticeMembership.objects.filter(practice=practice, user__is_active=True).select_related(
        "user"
    )
    for member in members.order_by("id"):
        _mail(practice, member.user, lines, now)
    news.filter(id__in=[row.id for row in noted]).update(digested_at=now)


def _lines(connections: list[Connection], statuses: dict[UUID, Status]) -> dict[UUID, ClientLine]:
    """The line of each client, by business."""
    waiting = count_waiting([connection.id for connection in connections])
    lines = {}
    for connection in connections:
        words = words_of(connection, waiting=waiting.get(connection.id, 0))
        sentence = explain(statuses[connection.id], words, _WHO_READS).headline
        lines[connection.business_id] = ClientLine(
            connection.business.name, sentence, connection.business.slug
        )
    return lines


def _mail(practice: Practice, person: User, lines: dict[UUID, ClientLine], now: datetime) -> None:
    """One mail with the clients that this person looks after; none when there are none."""
    reached = set(list_businesses(person).values_list("id", flat=True))
    own = [line for business_id, line in lines.items() if business_id in reached]
    if own:
        letter = write_digest(practice.name, sorted(own, key=lambda line: line.client.casefold()))
        dedupe_key = f"{_day_key(practice, now)}{person.id}"
        queue_mail(
            to=person.email, subject=letter.subject, body=letter.body, dedupe_key=dedupe_key, kind="digest"
        )


def _needs_look(status: Status) -> bool:
    return status.state is State.NEEDS_RECONNECT or status.health is Health.EXPIRING


def _day_key(practice: Practice, now: datetime) -> str:
    return f"digest:{practice.id}:{now.date()}:"


def _next_morning(now: datetime) -> datetime:
    return (now + timedelta(days=1)).replace(hour=_MORNING_HOUR, minute=0, second=0, microsecond=0)
