"""Putting mails into the outbox, in the caller's transaction, each once."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.connections.messages import wish
from bookbind.connections.models import Connection
from bookbind.connections.queries import status_of, words_of
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.kit.text import clean_text
from bookbind.notifications.letters import Letter, write_request
from bookbind.notifications.models import Mail, ReconnectRequest
from bookbind.publishing.queries import count_waiting
from bookbind.tenancy.models import User
from bookbind.tenancy.queries import list_managers

SEND_JOB = "notifications.send"
OUTBOX = "outbox"
_LONGEST_SUBJECT = 200


def queue_mail(
    *,
    to: str,
    subject: str,
    body: str,
    dedupe_key: str,
    business_id: UUID | None = None,
    connection_id: UUID | None = None,
    kind: str = "",
    is_private: bool = False,
) -> bool:
    """Put one mail into the outbox; False when one with this `dedupe_key` (200 characters) is there.

    It leaves after the caller's transaction is committed, and not at all when that fails.
    """
    mail = Mail(
        to=to,
        subject=clean_text(subject, _LONGEST_SUBJECT),
        body=body,
        dedupe_key=dedupe_key,
        business_id=business_id,
        connection_id=connection_id,
        kind=kind,
        is_private=is_private,
        queued_at=clock.now(),
    )
    with transaction.atomic():
        Mail.objects.bulk_create([mail], ignore_conflicts=True)
        queue_job(SEND_JOB, OUTBOX)
        return Mail.objects.filter(id=mail.id).exists()


def mail_people(
    people: Iterable[User],
    letter: Letter,
    *,
    business_id: UUID,
    connection_id: UUID | None,
    kind: str,
    dedupe_key: str,
) -> int:
    """One mail of the letter to each person; returns how many of them are new."""
    return sum(
        queue_mail(
            to=person.email,
            subject=letter.subject,
            body=letter.body,
            dedupe_key=f"{dedupe_key}:{person.id}",
            business_id=business_id,
            connection_id=connection_id,
            kind=kind,
        )
        for person in people
    )


def ask_to_reconnect(connection: Connection, user: User) -> ReconnectRequest:
    """Mail those who can act that `user` waits for them; once a day and connection, whoever asks.

    Returns the day's request, the one made now or the one made before, so that the page can say when.
    """
    now = clock.now()
    day = clock.local_date(now, connection.business.time_zone)
    request: ReconnectRequest
    with transaction.atomic():
        request, is_new = ReconnectRequest.objects.get_or_create(
            connection=connection,
            day=day,
            defaults={"business_id": connection.business_id, "asked_by": user, "asked_at": now},
        )
        if is_new:
            _tell_those_who_can_act(connection, user, f"ask:{connection.id}:{day}")
    return request


def _tell_those_who_can_act(connection: Connection, user: User, dedupe_key: str) -> None:
    waiting = count_waiting([connection.id]).get(connection.id, 0)
    status, words = status_of(connection), words_of(connection, waiting=waiting)
    letter = write_request(status, words, connection.business.slug, user.get_full_name())
    mail_people(
        list_managers(connection.business),
        letter,
        business_id=connection.business_id,
        connection_id=connection.id,
        kind="ask",
        dedupe_key=dedupe_key,
    )
    record(
        "connection.asked_to_reconnect",
        f"{user.get_full_name()} asked those who may to {wish(status, words)}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
    )
