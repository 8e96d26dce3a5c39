"""Publications (the intent), deliveries (one write to the vendor) and how a connection publishes."""

from django.db import models
from django.db.models import Q

from bookbind.connections.models import Change, Connection
from bookbind.documents.models import Document
from bookbind.kit.ids import new_id
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, PublishAs
from bookbind.tenancy.models import BusinessOwned, User


class PublishingSettings(BusinessOwned):
    """How documents reach the books of one connection; survives expiry and reconnect untouched.

    `instead` holds what somebody chose once for ways of publishing that the vendor lacks: see
    `instead.find_way`.
    """

    class TaxAmounts(models.TextChoices):
        """Whose tax amount stands in the books."""

        DOCUMENT = "document", "As on the document"
        COMPUTED = "computed", "Computed from the rate"

    class NewSuppliers(models.TextChoices):
        """What happens with a supplier that the books do not know."""

        CREATE = "create", "Create it"
        ASK = "ask", "Ask me first"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.OneToOneField(Connection, models.CASCADE, related_name="publishing_settings")
    publish_to = models.CharField(
        max_length=20, choices=[(k.value, k.value) for k in DocumentKind], default=DocumentKind.BILL
    )
    publish_as = models.CharField(
        max_length=20, choices=[(p.value, p.value) for p in PublishAs], default=PublishAs.DRAFT
    )
    default_tax_rate = models.ForeignKey(ListItem, models.SET_NULL, null=True, blank=True, related_name="+")
    tax_amounts = models.CharField(max_length=12, choices=TaxAmounts.choices, default=TaxAmounts.DOCUMENT)
    paid_from = models.ForeignKey(ListItem, models.SET_NULL, null=True, blank=True, related_name="+")
    new_suppliers = models.CharField(max_length=8, choices=NewSuppliers.choices, default=NewSuppliers.CREATE)
    auto_publish = models.BooleanField(default=False)
    auto_publish_exceptions = models.ManyToManyField(ListItem, blank=True, related_name="+")
    books_closed_until = models.DateField(null=True, blank=True)
    instead = models.JSONField(default=dict)

    class Meta(BusinessOwned.Meta):
        pass


class Resume(BusinessOwned):
    """One return of a connection: which documents had waited, and whether they go without a look first.

    Nothing of the connection is sent until its lists were read again (`lists_read_at`) and what waited was
    put where it belongs (`checked_at`). Lists that can't be read hold the documents that name their entries.
    `for_matches`: not the connection came back, but its lists were matched, and what waited for that is
    looked at anew.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="resumes")
    began_at = models.DateTimeField()
    publish_now = models.BooleanField()
    for_matches = models.BooleanField(default=False)
    lists_read_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(checked_at__isnull=True), name="one_unchecked_resume"
            )
        ]


class Publication(BusinessOwned):
    """The intent to send one document; at most one open per document over all connections.

    `marker` never changes and stands on the vendor's document. `frozen` is the mapped document, `labels` the
    names and codes as they were: both fixed when a delivery is written. `queued_at` keeps the order in which
    people asked. `reason` is a `reasons.Reason`, `error` what is shown beside it. `lookups` counts the
    searches after a lost answer that found nothing. `differences` names what the vendor changed or lost.
    `accepted_number` is the number that a person saw on another document there and wants on this one, too.
    `first_of` is the change before which it was to be published to the books that are left.
    """

    class State(models.TextChoices):
        """Where the publication stands."""

        WAITING = "waiting", "Queued"
        HELD = "held", "Waiting"
        SENDING = "sending", "Publishing"
        UNKNOWN = "unknown", "Checking"
        PUBLISHED = "published", "Published"
        REJECTED = "rejected", "Needs fixing"
        WITHDRAWN = "withdrawn", "Taken back"

    class Paper(models.TextChoices):
        """Where the attachment stands."""

        NONE = "none", "No file"
        WAITING = "waiting", "File waiting"
        ATTACHED = "attached", "File attached"
        FAILED = "failed", "File not attached"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    document = models.ForeignKey(Document, models.CASCADE, related_name="publications")
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="publications")
    state = models.CharField(max_length=20, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=40, blank=True)
    reason_data = models.JSONField(default=dict)
    marker = models.CharField(max_length=80, unique=True)
    queued_at = models.DateTimeField()
    resume = models.ForeignKey(Resume, models.SET_NULL, null=True, related_name="publications")
    requested_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    automatic = models.BooleanField(default=False)
    twins_checked_at = models.DateTimeField(null=True)
    twins_accepted = models.BooleanField(default=False)
    accepted_number = models.CharField(max_length=120, blank=True)
    must_look_for_twins = models.BooleanField(default=False)
    new_supplier_accepted = models.BooleanField(default=False)
    early_accepted = models.BooleanField(default=False)
    first_of = models.ForeignKey(Change, models.SET_NULL, null=True, related_name="+")
    attempts = models.PositiveIntegerField(default=0)
    lookups = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(null=True)
    error = models.JSONField(default=dict)
    frozen = models.JSONField(default=dict)
    labels = models.JSONField(default=dict)
    remote_id = models.CharField(max_length=160, blank=True)
    remote_number = models.CharField(max_length=160, blank=True)
    remote_status = models.CharField(max_length=60, blank=True)
    remote_url = models.CharField(max_length=500, blank=True)
    differences = models.JSONField(default=list)
    published_at = models.DateTimeField(null=True)
    paper = models.CharField(max_length=12, choices=Paper.choices, default=Paper.NONE)
    paper_attempts = models.PositiveIntegerField(default=0)
    paper_next_try_at = models.DateTimeField(null=True)
    paper_error = models.JSONField(default=dict)
    paper_remote_id = models.CharField(max_length=160, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state__in=["waiting", "held", "sending", "unknown", "rejected"]),
                name="one_open_publication",
            )
        ]
        indexes = [models.Index(fields=["connection", "state", "queued_at"], name="publication_queue")]


class Delivery(BusinessOwned):
    """One write to the vendor, committed before the call: key, exact bytes, outcome.

    Sent again only with the same key and bytes inside the vendor's window. Times are product time.
    """

    class Purpose(models.TextChoices):
        """What is written."""

        DOCUMENT = "document", "The document"
        CONTACT = "contact", "Its supplier"

    class Outcome(models.TextChoices):
        """What became of the write."""

        OPEN = "open", "Being sent"
        DONE = "done", "Accepted"
        REFUSED = "refused", "Refused"
        NOT_DONE = "not_done", "Did not reach the vendor"
        LOST = "lost", "No answer"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="deliveries")
    publication = models.ForeignKey(Publication, models.CASCADE, related_name="deliveries")
    epoch = models.PositiveIntegerField()
    purpose = models.CharField(max_length=12, choices=Purpose.choices, default=Purpose.DOCUMENT)
    operation = models.CharField(max_length=40)
    key = models.CharField(max_length=128, unique=True)
    body = models.BinaryField()
    body_sha256 = models.CharField(max_length=64)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    first_sent_at = models.DateTimeField()
    last_sent_at = models.DateTimeField()
    sends = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField(null=True)
    http_status = models.PositiveSmallIntegerField(null=True)
    correlation_id = models.CharField(max_length=80, blank=True)
    vendor_text = models.TextField(blank=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "purpose"],
                condition=Q(outcome__in=["open", "lost"]),
                name="one_undecided_delivery",
            )
        ]
