"""Timeline and audit: one append-only, hash-chained list of what happened in each business."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from bookbind.kit.ids import new_id
from bookbind.tenancy.models import Business, Practice, User
from bookbind.tenancy.scope import PracticeScope, Scope, ScopedManager, business_filter


class EntryPermanent(TypeError):
    """Entries of the timeline are never changed or deleted."""


class Entry(models.Model):
    """Something that happened: who, what, to what, when; `text` is the sentence that people read.

    Entries are never changed or deleted. `hash` covers the entry and the hash before it in its `chain`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(Business, models.PROTECT, null=True, related_name="+")
    practice = models.ForeignKey(Practice, models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=160)
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    text = models.TextField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    chain = models.CharField(max_length=80)
    position = models.PositiveBigIntegerField()
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["chain", "position"], name="one_entry_each_position")]
        indexes = [models.Index(fields=["subject_type", "subject_id", "at"], name="entry_subject")]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new entry; there is no changing one."""
        if not self._state.adding:
            raise EntryPermanent
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:  # noqa: ARG002 - Django's signature
        """There is no deleting one either."""
        raise EntryPermanent

    @staticmethod
    def scope_filter(scope: Scope) -> Q:
        """A practice sees its own entries and its clients'."""
        if isinstance(scope, PracticeScope):
            return Q(practice_id=scope.practice_id) | business_filter(scope)
        return business_filter(scope)


class Chain(models.Model):
    """The end of one hash chain; its row is the lock that keeps positions in order."""

    name = models.CharField(primary_key=True, max_length=80)
    length = models.PositiveBigIntegerField(default=0)
    last_hash = models.CharField(max_length=64, blank=True)
