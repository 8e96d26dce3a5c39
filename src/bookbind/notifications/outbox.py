"""Emptying the outbox: one job sends mail after mail; a mail server that is away holds nothing else up.

A mail is marked as sent after the server took it. A crash in between sends it again, under the same id.
"""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.backends.smtp import EmailBackend
from django.db.models import Min, Q, QuerySet

from bookbind.jobs.contract import Again, Claimed, works
from bookbind.kit import clock
from bookbind.notifications.models import Mail
from bookbind.notifications.services import SEND_JOB

TIMEOUT_SECONDS = 20
MOST_ATTEMPTS = 12
_BATCH = 20
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=6)


class MailUrlInvalid(ValueError):
    """BOOKBIND_MAIL_URL must look like smtp://user:password@host:587?tls=1 or smtps://user:password@host."""


@works(SEND_JOB, lease_seconds=_BATCH * TIMEOUT_SECONDS + 60)
def send_waiting(_job: Claimed) -> Again | None:
    """Send a batch; come back for the rest, or when the next retry is due."""
    now = clock.now()
    if is_kept_here():
        _to_send().update(sent_at=now)
        return None
    if not settings.MAIL_URL:
        _to_send().update(last_error="No mail server is set: BOOKBIND_MAIL_URL is empty.")
        return None
    due = _to_send().filter(Q(next_try_at__isnull=True) | Q(next_try_at__lte=now))
    batch = list(due.order_by("queued_at", "id")[:_BATCH])
    if batch:
        _send_all(batch)
    if due.exists():
        return Again(clock.now(), counts=False)
    next_try = _to_send().aggregate(first=Min("next_try_at"))["first"]
    return Again(next_try, counts=False) if next_try else None


def is_kept_here() -> bool:
    """Whether mails stay in the outbox to be looked at: always in the demo, which reaches no real host."""
    return bool(settings.CONFIG.mode == "demo" or (settings.CONFIG.is_demo and not settings.MAIL_URL))


def open_backend(url: str) -> BaseEmailBackend:
    """The mail server that `url` names; MailUrlInvalid with an example when it can't be read."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise MailUrlInvalid(str(MailUrlInvalid.__doc__))
    is_wrapped = parts.scheme == "smtps"
    wants_tls = parse_qs(parts.query).get("tls", ["0"])[0] not in ("0", "")
    return EmailBackend(
        host=parts.hostname,
        port=parts.port or (465 if is_wrapped else 587 if wants_tls else 25),
        username=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_ssl=is_wrapped,
        use_tls=wants_tls and not is_wrapped,
        timeout=TIMEOUT_SECONDS,
    )


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after `attempts` failures; None when it is time to give up."""
    if attempts >= MOST_ATTEMPTS:
        return None
    wait: timedelta = min(_FIRST_RETRY * (1 << (attempts - 1)), _LONGEST_RETRY)
    return now + wait


def _to_send() -> "QuerySet[Mail]":
    return Mail.objects.filter(sent_at__isnull=True, given_up_at__isnull=True)


def _send_all(mails: list[Mail]) -> None:
    backend = open_backend(settings.MAIL_URL)
    try:
        backend.open()
    except OSError as error:
        for mail in mails:
            _note_failure(mail, error)
        return
    try:
        for mail in mails:
            _send(mail, backend)
    finally:
        backend.close()


def _send(mail: Mail, backend: BaseEmailBackend) -> None:
    message_id = f"<{mail.id}@{urlsplit(settings.BASE_URL).hostname}>"
    message = EmailMessage(
        mail.subject, mail.body, settings.DEFAULT_FROM_EMAIL, [mail.to], headers={"Message-ID": message_id}
    )
    try:
        backend.send_messages([message])
    except OSError as error:
        # smtplib's own failures are OSErrors too.
        _note_failure(mail, error)
        return
    mail.sent_at = clock.now()
    mail.last_error = ""
    if mail.is_private:
        mail.body = ""
    mail.save(update_fields=["sent_at", "last_error", "body"])


def _note_failure(mail: Mail, error: OSError) -> None:
    now = clock.now()
    mail.attempts += 1
    mail.next_try_at = retry_at(mail.attempts, now)
    mail.given_up_at = None if mail.next_try_at else now
    mail.last_error = f"{type(error).__name__} at attempt {mail.attempts}"
    mail.save(update_fields=["attempts", "next_try_at", "given_up_at", "last_error"])
