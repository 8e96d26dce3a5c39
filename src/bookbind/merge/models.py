"""Merge lists: the draft that people work on, what was used of it, and what was created at the vendor."""

import builtins

from django.db import models
from django.db.models import Q

from bookbind.connections.models import Connection
from bookbind.kit.ids import new_id
from bookbind.lists.models import LIST_CHOICES, Binding, ListItem, RemoteItem
from bookbind.tenancy.models import BusinessOwned, User


class Draft(BusinessOwned):
    """Everybody's one draft at a connection. `version` rises with all that changes what the page shows.

    That is each choice, each use and undo, and new suggestions; who saved last is kept for the page.
    `left_out` are the tracking lists that are no dimension there, because somebody said so.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.OneToOneField(Connection, models.CASCADE, related_name="merge_draft")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    left_out = models.JSONField(default=list)

    class Meta(BusinessOwned.Meta):
        pass


class DraftRow(BusinessOwned):
    """What somebody chose for an entry and a use, not used yet; without a row the suggestion stands.

    `version` is the draft's at that moment, so that only a change of the same row surprises anybody.
    """

    class Action(models.TextChoices):
        """What is to become of the entry."""

        MATCH = "match", "Match"
        CREATE = "create", "Create there"
        LEAVE = "leave", "Leave unmatched"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    draft = models.ForeignKey(Draft, models.CASCADE, related_name="rows")
    list_item = models.ForeignKey(ListItem, models.CASCADE, related_name="+")
    use = models.CharField(max_length=10, choices=Binding.Use.choices, default=Binding.Use.ANY)
    action = models.CharField(max_length=10, choices=Action.choices)
    remote_item = models.ForeignKey(RemoteItem, models.CASCADE, null=True, related_name="+")
    ticked = models.BooleanField(default=True)
    version = models.PositiveIntegerField()
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "list_item", "use"], name="one_choice_each_entry_and_use"
            ),
            models.CheckConstraint(
                condition=Q(action="match", remote_item__isnull=False)
                | (~Q(action="match") & Q(remote_item__isnull=True)),
                name="a_match_names_its_target",
            ),
        ]


class Suggested(BusinessOwned):
    """What the matcher proposes for a list, as plain values; see `suggestions` for their form.

    `generation` is the read of the list that it was made from.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    list = models.CharField(max_length=20, choices=LIST_CHOICES)
    generation = models.PositiveIntegerField()
    proposals = models.JSONField()
    made_at = models.DateTimeField()

    class Meta(BusinessOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["connection", "list"], name="one_suggested_each_list")]


class Applied(BusinessOwned):
    """One *Use these matches*; its id is the session that its bindings carry. `list` is empty for several.

    `version` is the draft's at that moment, so that whoever saw it before is told before choosing otherwise.
    `created` names what was made at the vendor for it; `undone` is what its undo found, see `undoing.Undone`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="merges")
    list = models.CharField(max_length=20, choices=LIST_CHOICES, blank=True)
    version = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField()
    used_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    opened_count = models.PositiveIntegerField()
    closed_count = models.PositiveIntegerField()
    created = models.JSONField(default=builtins.list)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    undone = models.JSONField(default=dict)

    class Meta(BusinessOwned.Meta):
        indexes = [models.Index(fields=["connection", "-used_at"], name="merge_history")]


class Creation(BusinessOwned):
    """One entry to be made at the vendor, committed with its key before the call. Times are product time.

    Only `held_until` is real time: until then whoever pressed first is at it, and nobody else sends anything.
    """

    class Outcome(models.TextChoices):
        """What became of it."""

        OPEN = "open", "Being created"
        DONE = "done", "Created"
        FOUND = "found", "Was there already"
        REFUSED = "refused", "Refused"
        LOST = "lost", "No answer"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="+")
    list_item = models.ForeignKey(ListItem, models.CASCADE, related_name="+")
    list = models.CharField(max_length=20, choices=LIST_CHOICES)
    name = models.CharField(max_length=255)
    key = models.CharField(max_length=80, unique=True)
    body = models.JSONField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.OPEN)
    remote_item = models.ForeignKey(RemoteItem, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField()
    held_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    vendor_text = models.TextField(blank=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "list_item", "list"],
                condition=Q(outcome__in=["open", "lost"]),
                name="one_undecided_creation",
            )
        ]
