"""Mail to be sent, warnings that were given, and requests to those who can act."""

from django.db import models
from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.kit.ids import new_id
from bookbind.tenancy.models import Business, BusinessOwned, Practice, User


class Mail(models.Model):
    """One message; `dedupe_key` makes it go out once however often it is asked for.

    A private one carries something that only its reader may see (a link to set a password): its body is
    erased when it has left.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(Business, models.CASCADE, null=True, related_name="+")
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40, blank=True)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    dedupe_key = models.CharField(max_length=200, unique=True)
    queued_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)
    is_private = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["queued_at"],
                condition=Q(sent_at__isnull=True, given_up_at__isnull=True),
                name="mail_to_send",
            )
        ]


class Warned(BusinessOwned):
    """A warning before expiry that was given: once for each date and distance."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    consent_expires_at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    warned_at = models.DateTimeField()

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "consent_expires_at", "days"], name="one_warning_each"
            )
        ]


class ReconnectRequest(BusinessOwned):
    """Somebody without the right to reconnect asked those who have it; one mail a day and business."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    day = models.DateField()

    class Meta(BusinessOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["connection", "day"], name="one_request_a_day")]


class PracticeNews(BusinessOwned):
    """One line of a practice's next digest: something about a client that its people should know."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=40)
    noted_at = models.DateTimeField()
    digested_at = models.DateTimeField(null=True)

    class Meta(BusinessOwned.Meta):
        indexes = [
            models.Index(
                fields=["practice", "noted_at"], condition=Q(digested_at__isnull=True), name="news_to_digest"
            )
        ]
