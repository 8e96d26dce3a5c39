"""The business's list items, their mirrors at each connection, and the bindings between them."""

import builtins

from django.db import models
from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.kit.ids import new_id
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import BusinessOwned, User

LIST_CHOICES = [(name.value, name.value) for name in ListName]


class ListItem(BusinessOwned):
    """One entry of the business's own lists; rules and documents point here and nowhere else.

    `details` keeps neutral facts (rate, tax_kind, side, account_type, tax_number, email, currency).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    list = models.CharField(max_length=20, choices=LIST_CHOICES)
    name = models.CharField(max_length=255)
    folded_name = models.CharField(max_length=255)
    code = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)
    archived_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_items")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BusinessOwned.Meta):
        indexes = [models.Index(fields=["business", "list", "folded_name"], name="list_item_name")]


class Dimension(BusinessOwned):
    """What documents can be tagged with at a connection; `slot` says which tracking list shows it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="dimensions")
    remote_id = models.CharField(max_length=160)
    name = models.CharField(max_length=255)
    per_line = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    slot = models.CharField(max_length=20, choices=LIST_CHOICES, blank=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(fields=["connection", "remote_id"], name="one_dimension_each"),
            models.UniqueConstraint(
                fields=["connection", "slot"], condition=~Q(slot=""), name="one_dimension_a_slot"
            ),
        ]


class RemoteItem(BusinessOwned):
    """Mirror of one entry at one connection's organisation, by its permanent id. Only sync writes it.

    `is_elsewhere`: a contact that left this list and lives on in the other, so it can go on being used.
    """

    class State(models.TextChoices):
        """Whether the entry can be used at the vendor."""

        ACTIVE = "active", "Active"
        ARCHIVED = "archived", "Archived"
        GONE = "gone", "Deleted"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="remote_items")
    list = models.CharField(max_length=20, choices=LIST_CHOICES)
    remote_type = models.CharField(max_length=40)
    remote_id = models.CharField(max_length=160)
    name = models.CharField(max_length=255)
    folded_name = models.CharField(max_length=255)
    code = models.CharField(max_length=60, blank=True)
    details = models.JSONField(default=dict)
    state = models.CharField(max_length=20, choices=State.choices, default=State.ACTIVE)
    is_elsewhere = models.BooleanField(default=False)
    merged_into_remote_id = models.CharField(max_length=160, blank=True)
    generation = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "list", "remote_type", "remote_id"], name="one_mirror_each_entry"
            )
        ]
        indexes = [models.Index(fields=["connection", "list", "folded_name"], name="remote_item_name")]


class StagedPage(BusinessOwned):
    """A page read during a sync that is not complete yet; its entries count only once every page is there.

    `left` has the vendor's ids of what changed and is none of the list, or none any more.
    """

    id = models.BigAutoField(primary_key=True)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    list = models.CharField(max_length=20, choices=LIST_CHOICES)
    generation = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    entries = models.JSONField()
    left = models.JSONField(default=builtins.list)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "list", "generation", "position"], name="one_staged_page_each"
            )
        ]


class Binding(BusinessOwned):
    """What stands for a list item at a connection. Never updated: one is closed, another opened.

    `opened_in` and `closed_in` name the use of Merge lists that did it, so that it can be undone as a whole;
    what an undo, or the vendor, opens in its place keeps the number.
    """

    class Use(models.TextChoices):
        """The side that the binding serves."""

        ANY = "any", "Costs and sales"
        COSTS = "costs", "Costs"
        SALES = "sales", "Sales"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="bindings")
    list_item = models.ForeignKey(ListItem, models.CASCADE, related_name="bindings")
    use = models.CharField(max_length=10, choices=Use.choices, default=Use.ANY)
    remote_item = models.ForeignKey(RemoteItem, models.CASCADE, related_name="bindings")
    opened_at = models.DateTimeField()
    opened_why = models.CharField(max_length=40)
    opened_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    opened_in = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=40, blank=True)
    closed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    closed_in = models.UUIDField(null=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["list_item", "connection", "use"],
                condition=Q(closed_at__isnull=True),
                name="one_current_binding",
            )
        ]
        indexes = [
            models.Index(
                fields=["opened_in"], condition=Q(opened_in__isnull=False), name="binding_opened_in"
            ),
            models.Index(
                fields=["closed_in"], condition=Q(closed_in__isnull=False), name="binding_closed_in"
            ),
        ]


class ListSync(BusinessOwned):
    """How far one list of one connection has been read: progress, last success, last error.

    Each read stages under a `reading` number of its own; `generation` becomes that number when it is applied.
    `requested_at` stands while somebody waits for a read, and `wants_full` says that a light one will not do.
    `started_at` and `deadline_at` are real time, all others product time: `read_from` is where the last
    successful read began, and what the next light read asks the vendor for. `emptied_at` is when a full read
    first found nothing where there had been something; only a second one makes that true. While `merging`
    stands, people say what the business's entries are in these books, and a read adopts and binds nothing.
    """

    class State(models.TextChoices):
        """What the list is doing now."""

        NEVER = "never", "Not read yet"
        WAITING = "waiting", "Waiting to be read"
        READING = "reading", "Being read"
        COMPLETE = "complete", "Complete"
        FAILED = "failed", "Not read"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="list_syncs")
    list = models.CharField(max_length=20, choices=LIST_CHOICES)
    state = models.CharField(max_length=20, choices=State.choices, default=State.NEVER)
    generation = models.PositiveIntegerField(default=0)
    reading = models.PositiveIntegerField(default=0)
    requested_at = models.DateTimeField(null=True)
    wants_full = models.BooleanField(default=True)
    merging = models.BooleanField(default=False)
    read_count = models.PositiveIntegerField(default=0)
    expected_count = models.PositiveIntegerField(null=True)
    item_count = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    deadline_at = models.DateTimeField(null=True)
    read_from = models.DateTimeField(null=True)
    last_success_at = models.DateTimeField(null=True)
    last_full_at = models.DateTimeField(null=True)
    emptied_at = models.DateTimeField(null=True)
    last_error = models.JSONField(default=dict)

    class Meta(BusinessOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["connection", "list"], name="one_sync_each_list")]


class Combination(BusinessOwned):
    """Somebody's statement that two list items are one; `moved` is what undo puts back.

    Documents and bindings are never rewritten: whoever reads them follows `merged_into`, so undo is exact.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kept = models.ForeignKey(ListItem, models.CASCADE, related_name="+")
    absorbed = models.ForeignKey(ListItem, models.CASCADE, related_name="+")
    moved = models.JSONField(default=dict)
    combined_at = models.DateTimeField()
    combined_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(BusinessOwned.Meta):
        pass


class KeptApart(BusinessOwned):
    """Somebody's statement that two entries that look alike are not one; they are not proposed again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    first = models.ForeignKey(ListItem, models.CASCADE, related_name="+")
    second = models.ForeignKey(ListItem, models.CASCADE, related_name="+")
    said_at = models.DateTimeField()
    said_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    class Meta(BusinessOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["first", "second"], name="one_statement_each_pair")]


class ImportDraft(BusinessOwned):
    """A file that somebody uploaded and has not confirmed yet; `subject` says what it is to be imported as.

    It is dropped when it was used, and otherwise a day later; until then nothing else is written.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.CharField(max_length=40)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta(BusinessOwned.Meta):
        pass
