"""How far the demo's product clock was moved, and the walk that is moving it."""

from django.db import models


class DemoClock(models.Model):
    """One row. Product time is `seconds` ahead of real time; a walk goes from `walk_from` to `walk_to`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    seconds = models.FloatField(default=0)
    walk_from = models.DateTimeField(null=True)
    walk_to = models.DateTimeField(null=True)


class DemoState(models.Model):
    """One row: that the demo world was built whole, and from which version of its plan."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    built_at = models.DateTimeField()
    plan_version = models.PositiveIntegerField()
