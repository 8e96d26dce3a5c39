"""Supplier rules and their revisions."""

from django.db import models

from bookbind.kit.ids import new_id
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, PublishAs
from bookbind.tenancy.models import BusinessOwned, User


class SupplierRule(BusinessOwned):
    """What a supplier's documents get. An empty field leaves that field alone."""

    class DueMode(models.TextChoices):
        """How the due date follows from the document's date."""

        NONE = "", "Leave as it is"
        DAYS_AFTER_DATE = "days_after_date", "days after the document's date"
        DAYS_AFTER_MONTH_END = "days_after_month_end", "days after the end of its month"
        DAY_OF_NEXT_MONTH = "day_of_next_month", "day of the next month"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    supplier = models.ForeignKey(ListItem, models.PROTECT, related_name="supplier_rules")
    category = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    tax_rate = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    tracking_1 = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    tracking_2 = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    due_mode = models.CharField(max_length=24, choices=DueMode.choices, blank=True)
    due_days = models.PositiveSmallIntegerField(null=True, blank=True)
    publish_to = models.CharField(
        max_length=20, choices=[(k.value, k.value) for k in DocumentKind], blank=True
    )
    publish_as = models.CharField(max_length=20, choices=[(k.value, k.value) for k in PublishAs], blank=True)
    auto_publish = models.BooleanField(null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["supplier", "position"], name="supplier_rules_in_order"),
        ]


class RuleRevision(BusinessOwned):
    """A rule as it was saved once; what a document's history and *restore* refer to."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    rule = models.ForeignKey(SupplierRule, models.CASCADE, related_name="revisions")
    version = models.PositiveIntegerField()
    values = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(BusinessOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="one_revision_each_version")]
