"""Grants, connections, stays, moves, approvals, and sign-ins under way."""

from typing import ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q

from bookbind.kit.ids import new_id
from bookbind.tenancy.models import Business, BusinessOwned, Practice, User
from bookbind.tenancy.scope import BusinessScope, PracticeScope, Scope, ScopedManager


class Grant(models.Model):
    """What one login at one vendor gave us. `tokens` is sealed and bound to this row.

    `version` rises with every saved pair. `lease_until` (real time) and `fence` make a refresh single flight
    over all processes. `refresh_started_at` (product time) marks a refresh whose answer was not saved yet.
    A dead grant keeps its cause for ever; only a new sign-in replaces it. The `down_…` fields say that the
    vendor's sign-in server fails; a vendor that fails for one organisation is noted at the connection.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=40)
    app_id = models.CharField(max_length=160)
    business = models.ForeignKey(Business, models.CASCADE, null=True, related_name="+")
    practice = models.ForeignKey(Practice, models.CASCADE, null=True, related_name="+")
    login_id = models.CharField(max_length=160, blank=True)
    login_email = models.CharField(max_length=254, blank=True)
    scopes = models.JSONField(default=list)
    authorised_at = models.DateTimeField()
    authorised_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    tokens = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    access_expires_at = models.DateTimeField()
    refreshed_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField(null=True)
    refresh_started_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.PositiveIntegerField(default=0)
    dead_cause = models.CharField(max_length=40, blank=True)
    dead_at = models.DateTimeField(null=True)
    down_since = models.DateTimeField(null=True)
    down_kind = models.CharField(max_length=40, blank=True)
    next_try_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_error = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(business__isnull=True) ^ Q(practice__isnull=True), name="grant_has_one_owner"
            ),
            models.UniqueConstraint(
                fields=["provider", "app_id", "login_id", "business"],
                condition=Q(business__isnull=False) & ~Q(login_id=""),
                name="one_grant_each_login_and_business",
            ),
            models.UniqueConstraint(
                fields=["provider", "app_id", "login_id", "practice"],
                condition=Q(practice__isnull=False) & ~Q(login_id=""),
                name="one_grant_each_login_and_practice",
            ),
        ]

    @staticmethod
    def scope_filter(scope: Scope) -> Q:
        """A business sees its own grants and those that its connections hang on."""
        if isinstance(scope, BusinessScope):
            used = Connection.objects.filter(grant=OuterRef("id"), business_id=scope.business_id)
            return Q(business_id=scope.business_id) | Q(Exists(used))
        if isinstance(scope, PracticeScope):
            return Q(practice_id=scope.practice_id) | Q(business__practice_id=scope.practice_id)
        return Q()


class Connection(BusinessOwned):
    """This business's books at one organisation; never deleted, never re-pointed to another.

    `epoch` rises whenever the right to send changes hands (finish, disconnect, change), so that a worker
    holding an older one never writes. Facts only: what they mean now is `status.derive_status`'s to say.

    `trouble_…` is what only a person can cure, `down_since` to `limited_until` what cures itself.
    `warned_days` is the last threshold that was warned at in this consent. `name_checked` is the
    organisation's name that somebody confirmed although it is not the business's.

    `awaits_start`: after a change nothing is sent until an Admin presses Start publishing. `hands_over`:
    another connection takes its place as soon as what is under way here has ended, so nothing new begins.
    `documents_from` is the first day whose documents belong into these books; None when all do.
    """

    class Stage(models.TextChoices):
        """Where in its life the connection stands; whether it works is not said here."""

        SETTING_UP = "setting_up", "Setting up"
        ACTIVE = "active", "In use"
        LEFT = "left", "Left, can be taken back"
        ENDED = "ended", "Disconnected"

    class Place(models.TextChoices):
        """A main connection holds the books; an additional one stands beside it."""

        MAIN = "main", "Main"
        ADDITIONAL = "additional", "Additional"

    class Release(models.TextChoices):
        """After a disconnect: whether the vendor was told to end our access."""

        PENDING = "pending", "Still to be told"
        DONE = "done", "Told"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    provider = models.CharField(max_length=40)
    organisation_id = models.CharField(max_length=160)
    organisation = models.JSONField(default=dict)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.SETTING_UP)
    place = models.CharField(max_length=20, choices=Place.choices, default=Place.MAIN)
    grant = models.ForeignKey(Grant, models.SET_NULL, null=True, related_name="connections")
    epoch = models.PositiveIntegerField(default=1)
    consented_at = models.DateTimeField(null=True)
    consented_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    signed_in_as = models.CharField(max_length=254, blank=True)
    consent_expires_at = models.DateTimeField(null=True)
    lapsed_at = models.DateTimeField(null=True)
    trouble_cause = models.CharField(max_length=40, blank=True)
    trouble_at = models.DateTimeField(null=True)
    trouble_error = models.JSONField(default=dict)
    down_since = models.DateTimeField(null=True)
    next_try_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    limited_until = models.DateTimeField(null=True)
    last_error = models.JSONField(default=dict)
    last_call_at = models.DateTimeField(null=True)
    warned_days = models.PositiveSmallIntegerField(null=True)
    name_checked = models.CharField(max_length=255, blank=True)
    release = models.CharField(max_length=20, choices=Release.choices, blank=True)
    awaits_start = models.BooleanField(default=False)
    hands_over = models.BooleanField(default=False)
    documents_from = models.DateField(null=True)
    base_currency = models.CharField(max_length=3, blank=True)
    currencies = models.JSONField(default=list)
    locked_until = models.DateField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["business", "provider", "organisation_id"], name="one_connection_each_organisation"
            ),
            models.UniqueConstraint(
                fields=["business"], condition=Q(stage="active", place="main"), name="one_main_connection"
            ),
        ]


class Stay(BusinessOwned):
    """A time during which the business was at the connection: who began it, who ended it, why."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="stays")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=60, blank=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["connection"], condition=Q(ended_at__isnull=True), name="one_open_stay"
            )
        ]


class Change(BusinessOwned):
    """One move of a business's books from the connection that was in use to another.

    Begun by Finish, `ready_at` once the new lists are complete, switched when nothing is under way at the old
    connection. Until publishing is started it can be undone without a sign-in; until it is switched, stopped.
    `left_awaited_start` and `left_documents_from` are what the old connection had when it was left: a way
    back by a sign-in overwrites both there, and an undo after a way back that was given up needs them.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    left = models.ForeignKey(Connection, models.CASCADE, related_name="changes_away")
    joined = models.ForeignKey(Connection, models.CASCADE, related_name="changes_here")
    publish_first = models.BooleanField(default=False)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    ready_at = models.DateTimeField(null=True)
    switched_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)
    left_awaited_start = models.BooleanField(default=False)
    left_documents_from = models.DateField(null=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["business"],
                condition=Q(switched_at__isnull=True, stopped_at__isnull=True),
                name="one_change_at_a_time",
            )
        ]


class Approval(BusinessOwned):
    """What one person asked for and a second one has to approve, where the business wants that.

    A move asks at the connection that is being set up, a disconnect at the one that is to end; *Turn off* is
    about the business. Open until it is decided, by somebody else, or withdrawn.
    """

    class Act(models.TextChoices):
        """What happens once it is approved."""

        MOVE = "move", "Move the books"
        DISCONNECT = "disconnect", "Disconnect"
        TURN_OFF = "turn_off", "Turn the second person off"

    class Outcome(models.TextChoices):
        """How it ended; one that ended with its connection was withdrawn."""

        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    act = models.CharField(max_length=20, choices=Act.choices)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="approvals")
    asked_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)

    class Meta(BusinessOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["business", "act"],
                condition=Q(decided_at__isnull=True),
                name="one_open_approval_of_a_kind",
            )
        ]


class SignIn(BusinessOwned):
    """One walk to the vendor and back: begun, answered (tokens pending, sealed), finished or dropped.

    `connection` is the one that is reconnected or, after Finish, the one that works with it; `leaves` is the
    one that a change moves away from, and `publish_first` what its waiting documents do.


    The one-time state is stored as a keyed hash and bound to session, user, business, provider and purpose.
    Times here are real time: a demo that skips ahead must not end a sign-in under way.
    """

    class Purpose(models.TextChoices):
        """What Finish will do."""

        CONNECT = "connect", "Connect"
        RECONNECT = "reconnect", "Reconnect"
        CHANGE = "change", "Change"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice = models.ForeignKey(Practice, models.CASCADE, null=True, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    provider = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    connection = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="+")
    leaves = models.ForeignKey(Connection, models.CASCADE, null=True, related_name="+")
    publish_first = models.BooleanField(default=False)
    state_hash = models.CharField(max_length=64, unique=True)
    session_hash = models.CharField(max_length=64)
    code_verifier = models.TextField(blank=True)
    return_to = models.CharField(max_length=300, blank=True)
    begun_at = models.DateTimeField()
    state_expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    pending_until = models.DateTimeField(null=True)
    authorised_at = models.DateTimeField(null=True)
    tokens = models.TextField(blank=True)
    login_id = models.CharField(max_length=160, blank=True)
    login_email = models.CharField(max_length=254, blank=True)
    organisations = models.JSONField(default=list)
    chosen_id = models.CharField(max_length=160, blank=True)
    finished_at = models.DateTimeField(null=True)
    dropped_at = models.DateTimeField(null=True)
    error = models.JSONField(default=dict)

    class Meta(BusinessOwned.Meta):
        indexes = [models.Index(fields=["pending_until"], name="sign_in_pending")]
