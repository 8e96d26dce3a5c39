"""The outbox: every mail leaves once, whatever the mail server does."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.notifications.backend import OutboxBackend
from bookbind.notifications.models import Mail
from bookbind.notifications.outbox import MOST_ATTEMPTS, MailUrlInvalid, open_backend, retry_at
from bookbind.notifications.services import SEND_JOB, queue_mail
from tests.support.mail_server import MailServer, running_mail_server

pytestmark = pytest.mark.django_db

NOBODY_LISTENS = "smtp://127.0.0.1:9"


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    """A mail server that the product is set to."""
    with running_mail_server() as running:
        settings.MAIL_URL = running.url
        yield running


def _queue(key: str = "a", **more: object) -> bool:
    return queue_mail(
        **{"to": f"{key}@example.test", "subject": "Hello", "body": "Text.\n", "dedupe_key": key, **more}
    )


def _send() -> None:
    run_due(kinds=[SEND_JOB])


def test_a_mail_leaves_once_however_often_it_is_asked_for(server: MailServer) -> None:
    assert _queue()
    assert not _queue()
    _send()
    _queue()
    _send()
    (message,) = server.messages
    mail = Mail.objects.get()
    assert (message["To"], message["Subject"]) == ("a@example.test", "Hello")
    assert message["Message-ID"] == f"<{mail.id}@localhost>"
    assert message.get_payload(decode=True) == b"Text.\r\n"
    assert mail.sent_at is not None


def test_many_mails_leave_in_order(server: MailServer) -> None:
    for number in range(45):
        _queue(f"n{number:02}")
    _send()
    assert [message["To"] for message in server.messages] == [
        f"n{number:02}@example.test" for number in range(45)
    ]
    assert not Job.objects.exists()


def test_nothing_leaves_when_the_transaction_fails(server: MailServer) -> None:
    class Undone(Exception):
        """Rolls the transaction back."""

    with pytest.raises(Undone), transaction.atomic():
        _queue()
        raise Undone
    _send()
    assert server.messages == []


@pytest.mark.req("ERR-07")
def test_a_line_break_in_a_subject_makes_no_header(server: MailServer) -> None:
    _queue(subject="Acme\r\nBcc: spy@example.test\u202e Ltd")
    _send()
    (message,) = server.messages
    assert message["Bcc"] is None
    assert message["Subject"] == "Acme Bcc: spy@example.test Ltd"


def test_one_refused_receiver_holds_nobody_else_up(server: MailServer, skip: Callable[..., None]) -> None:
    server.refused = {"bad@example.test"}
    for key in ("bad", "good"):
        _queue(key)
    _send()
    assert [message["To"] for message in server.messages] == ["good@example.test"]
    bad = Mail.objects.get(to="bad@example.test")
    assert (bad.attempts, bad.sent_at) == (1, None)
    server.refused = set()
    skip(minutes=2)
    _send()
    assert len(server.messages) == 2


@pytest.mark.req("OPS-08")
def test_a_server_that_is_away_is_tried_again_and_in_the_end_given_up(
    settings: Settings, skip: Callable[..., None]
) -> None:
    settings.MAIL_URL = NOBODY_LISTENS
    _queue()
    for _ in range(MOST_ATTEMPTS + 3):
        _send()
        skip(hours=7)
    mail = Mail.objects.get()
    assert mail.attempts == MOST_ATTEMPTS
    assert mail.given_up_at is not None
    assert "Refused" in mail.last_error
    assert not Job.objects.exists()


def test_without_a_server_mails_stay_where_they_can_be_looked_at(settings: Settings) -> None:
    settings.MAIL_URL = ""
    _queue()
    _send()
    mail = Mail.objects.get()
    assert mail.sent_at is not None
    assert mail.body == "Text.\n"


def test_what_libraries_mail_goes_through_the_outbox_and_is_erased_when_it_left(server: MailServer) -> None:
    message = EmailMultiAlternatives(
        "Set your password", "https://x/secret-link", None, ["a@x.test", "b@x.test"]
    )
    assert OutboxBackend().send_messages([message]) == 2
    _send()
    assert {sent["To"] for sent in server.messages} == {"a@x.test", "b@x.test"}
    assert "secret-link" in str(server.messages[0].get_payload())
    assert list(Mail.objects.values_list("body", flat=True)) == ["", ""]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", ("mail.example", 25, False, False)),
        ("smtp://u%40x:p%2Fw@mail.example:587?tls=1", ("mail.example", 587, True, False)),
        ("smtp://mail.example?tls=1", ("mail.example", 587, True, False)),
        ("smtps://u:p@mail.example", ("mail.example", 465, False, True)),
    ],
)
def test_the_address_of_a_mail_server_is_read(url: str, expected: tuple[str, int, bool, bool]) -> None:
    backend = open_backend(url)
    assert isinstance(backend, EmailBackend)
    assert (backend.host, backend.port, backend.use_tls, backend.use_ssl) == expected
    if "u%40x" in url:
        assert (backend.username, backend.password) == ("u@x", "p/w")


@pytest.mark.parametrize("url", ["http://mail.example", "mail.example", "smtp://"])
def test_a_wrong_address_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(MailUrlInvalid, match="smtp://user:password@host:587"):
        open_backend(url)


@given(attempts=st.integers(1, MOST_ATTEMPTS - 1))
def test_retries_come_ever_later_but_within_six_hours(attempts: int) -> None:
    now = clock.now()
    at = retry_at(attempts, now)
    assert at is not None
    assert timedelta(minutes=1) <= at - now <= timedelta(hours=6)
    assert retry_at(MOST_ATTEMPTS, now) is None
