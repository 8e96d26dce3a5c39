"""How far the demo's product clock was moved."""

from django.db import models


class ClockOffset(models.Model):
    """One row: product time is this many seconds ahead of real time."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seconds = models.BigIntegerField(default=0)
