"""Django's mail back-end: what libraries want to mail (a password link) goes through the same outbox."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from bookbind.kit.ids import new_id
from bookbind.notifications.services import queue_mail


class OutboxBackend(BaseEmailBackend):
    """Queues every message, one mail for each receiver; bodies are erased once they have left."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Queue the messages; returns how many mails that makes."""
        return sum(self._queue(message) for message in email_messages)

    @staticmethod
    def _queue(message: EmailMessage) -> int:
        receivers = message.recipients()
        for receiver in receivers:
            queue_mail(
                to=receiver,
                subject=str(message.subject),
                body=str(message.body),
                dedupe_key=f"library:{new_id()}",
                kind="account",
                is_private=True,
            )
        return len(receivers)
