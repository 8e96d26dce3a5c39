"""Costs: the captured paper, its fields and lines."""

from decimal import Decimal

from django.db import models

from bookbind.kit.ids import new_id
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, PublishAs, TaxMode
from bookbind.tenancy.models import BusinessOwned, User

MONEY_DIGITS = 15
MONEY_PLACES = 3


class StoredFile(BusinessOwned):
    """A captured file, kept byte for byte under a generated name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=60)
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    page_count = models.PositiveSmallIntegerField(default=1)
    path = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(BusinessOwned.Meta):
        indexes = [models.Index(fields=["business", "sha256"], name="stored_file_content")]


class Document(BusinessOwned):
    """One cost. `shelf` is the user's own decision; `stage` is kept by publishing beside its publication.

    `lacks` is what the connected software needs and a ready document does not have, as a publishing `Reason`:
    until that is cured it stands in To review, and is ready again by itself afterwards.
    `exported_at` is when it last left as a file, in the version `exported_version`.

    `field_sources` says for each field where its value came from: typed, default, rule:<id>:<version>;
    a line's field is named `lines.<position>.<field>`. `frozen_at` is set while the document is on its way
    to the books or stands in them: from then on nothing of it changes.
    """

    class Shelf(models.TextChoices):
        """Where the user keeps the document."""

        INBOX = "inbox", "Inbox"
        ARCHIVE = "archive", "Archive"

    class Stage(models.TextChoices):
        """Which tab of the inbox shows the document."""

        REVIEW = "review", "To review"
        READY = "ready", "Ready"
        WAITING = "waiting", "Waiting"
        FIXING = "fixing", "Needs fixing"
        PUBLISHED = "published", "Published"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="documents")
    kind = models.CharField(
        max_length=20, choices=[(k.value, k.value) for k in DocumentKind], default=DocumentKind.BILL
    )
    shelf = models.CharField(max_length=10, choices=Shelf.choices, default=Shelf.INBOX)
    archived_why = models.CharField(max_length=40, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.REVIEW)
    lacks = models.CharField(max_length=40, blank=True)
    frozen_at = models.DateTimeField(null=True)
    supplier = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    reference = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    tax_mode = models.CharField(
        max_length=12, choices=[(m.value, m.value) for m in TaxMode], default=TaxMode.EXCLUSIVE
    )
    total = models.DecimalField(max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True)
    note = models.CharField(max_length=500, blank=True)
    paid = models.BooleanField(default=False)
    paid_from = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    publish_as = models.CharField(max_length=20, choices=[(p.value, p.value) for p in PublishAs], blank=True)
    field_sources = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)
    exported_at = models.DateTimeField(null=True)
    exported_version = models.PositiveIntegerField(default=0)
    captured_at = models.DateTimeField()
    captured_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(BusinessOwned.Meta):
        indexes = [
            models.Index(fields=["business", "shelf", "stage", "-captured_at"], name="document_tab"),
            models.Index(fields=["business", "supplier"], name="document_supplier"),
        ]

    @property
    def owed(self) -> Decimal:
        """What it adds to what is owed: a credit note takes its total away. See also queries.owed."""
        total = self.total or Decimal(0)
        return -total if self.kind == DocumentKind.SUPPLIER_CREDIT else total


class DocumentLine(BusinessOwned):
    """One line of a document; amounts in the document's currency. `net` is always without tax."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    description = models.CharField(max_length=500, blank=True)
    quantity = models.DecimalField(max_digits=12, decimal_places=4, default=1)
    net = models.DecimalField(max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True)
    tax_rate = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    tax = models.DecimalField(max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True)
    category = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    tracking_1 = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")
    tracking_2 = models.ForeignKey(ListItem, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta(BusinessOwned.Meta):
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="one_line_each_position")
        ]
