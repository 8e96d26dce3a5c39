"""What is due, as rows: the truth that workers claim from."""

from django.db import models

from bookbind.kit.ids import new_id
from bookbind.tenancy.models import Business


class Job(models.Model):
    """One piece of work for one key; at most one worker has it at a time.

    `due_at` is product time. `lease_until` is real time: a worker that dies loses the job when it passes.
    `fence` rises with every claim, so a worker that lost its lease is recognised when it reports.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    business = models.ForeignKey(Business, models.CASCADE, null=True, related_name="+")
    payload = models.JSONField(default=dict)
    due_at = models.DateTimeField()
    every_seconds = models.PositiveIntegerField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    asked_again_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "key"], name="one_job_each")]
        indexes = [models.Index(fields=["due_at"], name="job_due")]
