"""News about connections, as mails to those who can act: each told once, nothing after it is over."""

import logging

from django.conf import settings

from bookbind.activity.services import record
from bookbind.connections.events import (
    AppRefused,
    ApprovalAsked,
    ApprovalDecided,
    ConnectionBroke,
    ConnectionEnded,
    ConnectionEvent,
    ConnectionExpiring,
    ConnectionHealed,
    ConnectionLapsed,
)
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection, status_of, words_of
from bookbind.connections.second_person import get_approval, list_others
from bookbind.kit import clock
from bookbind.kit.events import subscribe
from bookbind.notifications.digest import note_news
from bookbind.notifications.letters import write_approval, write_decision, write_incident, write_news
from bookbind.notifications.models import Mail, PracticeNews, Warned
from bookbind.notifications.services import mail_people, queue_mail
from bookbind.providers.registry import get_provider
from bookbind.publishing.queries import count_waiting
from bookbind.tenancy.queries import list_admins

_log = logging.getLogger(__name__)
EXPIRING, LAPSED, BROKE, HEALED, APPROVAL = "expiring", "lapsed", "broke", "healed", "approval"
_TROUBLE = (EXPIRING, LAPSED, BROKE, "ask")


@subscribe(ConnectionExpiring)
def warn(event: ConnectionExpiring) -> None:
    """Warn once for each threshold of each consent."""
    connection = get_connection(event.connection_id)
    ends_at = connection.consent_expires_at
    if ends_at is None:
        return
    _, is_new = Warned.objects.get_or_create(
        connection=connection,
        consent_expires_at=ends_at,
        days=event.days,
        defaults={"business_id": event.business_id, "warned_at": clock.now()},
    )
    if is_new:
        _tell(connection, EXPIRING, f"{ends_at.date()}:{event.days}")


@subscribe(ConnectionLapsed)
def tell_lapsed(event: ConnectionLapsed) -> None:
    """The year is over: say so once."""
    connection = get_connection(event.connection_id)
    _tell(connection, LAPSED, str(connection.consent_expires_at))


@subscribe(ConnectionBroke)
def tell_broke(event: ConnectionBroke) -> None:
    """Only a person can cure this, so the people hear of it."""
    _tell(get_connection(event.connection_id), BROKE, f"{event.cause}:{clock.now().isoformat()}")


@subscribe(ConnectionHealed)
def take_back(event: ConnectionHealed) -> None:
    """Send nothing more about what is healed; tell those who were alarmed that it is over."""
    alarmed = _drop_unsent(event)
    if alarmed:
        connection = get_connection(event.connection_id)
        letter = write_news(status_of(connection), words_of(connection), connection.business.slug)
        dedupe_key = f"{HEALED}:{connection.id}:{clock.now().isoformat()}"
        mail_people(
            list_admins(connection.business),
            letter,
            business_id=connection.business_id,
            connection_id=connection.id,
            kind=HEALED,
            dedupe_key=dedupe_key,
        )


@subscribe(ConnectionEnded)
def fall_silent(event: ConnectionEnded) -> None:
    """Somebody disconnected on purpose: there is nothing left to warn of."""
    _drop_unsent(event)


@subscribe(ApprovalAsked)
def ask_to_approve(event: ApprovalAsked) -> None:
    """Tell everybody who could be the second person."""
    approval = get_approval(event.approval_id)
    mail_people(
        list_others(approval.business, approval.asked_by),
        write_approval(approval),
        business_id=event.business_id,
        connection_id=approval.connection_id,
        kind=APPROVAL,
        dedupe_key=f"{APPROVAL}:{approval.id}",
    )


@subscribe(ApprovalDecided)
def tell_decision(event: ApprovalDecided) -> None:
    """Tell whoever asked; the others need not look any more."""
    approval = get_approval(event.approval_id)
    Mail.objects.filter(dedupe_key__startswith=f"{APPROVAL}:{approval.id}:", sent_at__isnull=True).delete()
    mail_people(
        [approval.asked_by],
        write_decision(approval),
        business_id=event.business_id,
        connection_id=approval.connection_id,
        kind=APPROVAL,
        dedupe_key=f"{APPROVAL}:{approval.id}:decided",
    )


@subscribe(AppRefused)
def tell_the_operator(event: AppRefused) -> None:
    """A vendor refuses our own app: the operator's incident, which no client can do anything about."""
    name = get_provider(event.provider).name
    _log.error("%s refuses our app; run `bookbind check` and look at the app there", name)
    record("app.refused", f"{name} doesn't accept this Bookbind's app.", data={"provider": event.provider})
    if settings.CONFIG.operator_mail:
        letter = write_incident(name)
        queue_mail(
            to=settings.CONFIG.operator_mail,
            subject=letter.subject,
            body=letter.body,
            dedupe_key=f"app_refused:{event.provider}:{clock.now().date()}",
            kind="operator",
        )


def _tell(connection: Connection, kind: str, occasion: str) -> None:
    """Mail the business's Admins now; a practice hears of all its clients in one digest a day."""
    waiting = count_waiting([connection.id]).get(connection.id, 0)
    letter = write_news(
        status_of(connection), words_of(connection, waiting=waiting), connection.business.slug
    )
    dedupe_key = f"{kind}:{connection.id}:{occasion}"
    mail_people(
        list_admins(connection.business),
        letter,
        business_id=connection.business_id,
        connection_id=connection.id,
        kind=kind,
        dedupe_key=dedupe_key,
    )
    note_news(connection, kind)


def _drop_unsent(event: ConnectionEvent) -> bool:
    """Withdraw what has not left yet; returns whether anybody had been alarmed since the last all-clear."""
    PracticeNews.objects.filter(connection_id=event.connection_id, digested_at__isnull=True).delete()
    mails = Mail.objects.filter(connection_id=event.connection_id)
    mails.filter(sent_at__isnull=True, kind__in=_TROUBLE).delete()
    last = mails.filter(kind__in=(*_TROUBLE, HEALED)).order_by("-queued_at").first()
    return last is not None and last.kind != HEALED
