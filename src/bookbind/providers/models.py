"""How many calls our app has made at each vendor, for whom, and until when it must not call."""

from django.db import models


class CallWindow(models.Model):
    """Calls for one organisation at one vendor, in real time; an empty organisation stands for our whole app.

    The vendor counts per organisation and app, whichever of our businesses calls, so no tenant owns this row.
    `second`, `minute` and `day` map buckets to counts, `running` maps slots to the end of their lease.
    `version` rises with every change and decides which of two processes was first. `left` is what the vendor
    last said.
    """

    provider = models.CharField(max_length=40)
    organisation_id = models.CharField(max_length=160, blank=True)
    version = models.PositiveBigIntegerField(default=0)
    second = models.JSONField(default=dict)
    minute = models.JSONField(default=dict)
    day = models.JSONField(default=dict)
    running = models.JSONField(default=dict)
    app_bucket = models.PositiveBigIntegerField(default=0)
    app_count = models.PositiveIntegerField(default=0)
    left = models.JSONField(default=dict)
    parked_until = models.DateTimeField(null=True)
    parked_by = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "organisation_id"], name="one_window_each_organisation"
            )
        ]
