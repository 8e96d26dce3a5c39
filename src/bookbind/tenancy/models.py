"""Users, practices, businesses and memberships."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from bookbind.kit.ids import new_id
from bookbind.tenancy.scope import ScopedManager


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Store a user whose address is compared without regard to case."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user who signs in with this address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person who signs in; what they may do comes from their memberships alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_without_case")]

    def get_full_name(self) -> str:
        """The name that pages and mails show."""
        return self.name or self.email

    def get_short_name(self) -> str:
        """The first word of the name."""
        return self.get_full_name().split()[0]


class Practice(models.Model):
    """An accounting firm."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)


class Business(models.Model):
    """One set of paperwork and books; a practice's client when `practice` is set.

    `second_person`: changing or ending its connections has to be approved by somebody else than who asks.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(unique=True, max_length=60)
    name = models.CharField(max_length=120)
    practice = models.ForeignKey(Practice, models.SET_NULL, null=True, blank=True, related_name="clients")
    country = models.CharField(max_length=2, default="GB")
    currency = models.CharField(max_length=3, default="GBP")
    time_zone = models.CharField(max_length=64, default="Europe/London")
    second_person = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)


class BusinessMembership(models.Model):
    """A person's place in a business, with the role that decides what they may do there."""

    class Role(models.TextChoices):
        """The roles that a business gives; an accountant's role comes from the practice."""

        BUSINESS_ADMIN = "business_admin", "Business Admin"
        USER_ADMIN = "user_admin", "User Admin"
        STANDARD = "standard", "Standard user"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    business = models.ForeignKey(Business, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="business_memberships")
    role = models.CharField(max_length=20, choices=Role.choices)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["business", "user"], name="one_membership_each")]


class PracticeMembership(models.Model):
    """A person's place in a practice; `all_clients` or a ClientAccess opens a client to them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    practice = models.ForeignKey(Practice, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="practice_memberships")
    all_clients = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "user"], name="one_practice_membership_each")
        ]


class ClientAccess(models.Model):
    """Opens one client to a practice member who does not see all of them."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    membership = models.ForeignKey(PracticeMembership, models.CASCADE, related_name="client_accesses")
    business = models.ForeignKey(Business, models.CASCADE, related_name="client_accesses")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["membership", "business"], name="one_access_each")]


class BusinessOwned(models.Model):
    """Base of every row that belongs to one business: it is seen only inside a scope that reaches it."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="+")

    objects: ClassVar[ScopedManager] = ScopedManager()

    class Meta:
        abstract = True
        base_manager_name = "objects"
