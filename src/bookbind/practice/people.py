"""Who belongs to a business: add, change role, remove, always leaving it a Business Admin."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.kit.text import clean_text
from bookbind.tenancy.models import Business, BusinessMembership, PracticeMembership, User
from bookbind.tenancy.permissions import Role

_NAME_LENGTH = 120


class LastAdmin(Exception):
    """A business needs at least one Business Admin. Give somebody else that role first."""


class MemberAlready(Exception):
    """This person belongs to the business already. Change their role in the list instead."""


@dataclass(frozen=True)
class Added:
    """Somebody who was added; `needs_link` when they get their first password from whoever added them."""

    membership: BusinessMembership
    needs_link: bool


def list_members(business: Business) -> list[BusinessMembership]:
    """The business's own people, by name."""
    members = BusinessMembership.objects.filter(business=business).select_related("user")
    return list(members.order_by("user__name", "user__email"))


def get_member(business: Business, membership_id: UUID) -> BusinessMembership:
    """One of the business's people; BusinessMembership.DoesNotExist for anybody else's."""
    return BusinessMembership.objects.select_related("user").get(id=membership_id, business=business)


def add_person(business: Business, email: str, name: str, role: Role, by: User) -> Added:
    """Give somebody a role in the business, making their account when the address is new.

    An account that exists keeps its name and password; MemberAlready when they are in the business.
    """
    with transaction.atomic():
        user = User.objects.filter(email__iexact=email.strip()).first()
        if user is None:
            user = User.objects.create_user(email.strip(), None, name=clean_text(name, _NAME_LENGTH))
        membership, was_added = BusinessMembership.objects.get_or_create(
            business=business, user=user, defaults={"role": role.value}
        )
        if not was_added:
            raise MemberAlready
        record(
            "people.added",
            f"{by.get_full_name()} added {user.get_full_name()} as {role.label}.",
            business_id=business.id,
            actor=by,
            data={"email": user.email, "role": role.value},
        )
    return Added(membership, may_hand_link(business, user))


def may_hand_link(business: Business, user: User) -> bool:
    """Whether this business's Admins may hand the person the link that sets a first password.

    Not where another business or a practice let them in too: the link would open that one's books as well.
    """
    elsewhere = BusinessMembership.objects.filter(user=user).exclude(business=business)
    in_practice = PracticeMembership.objects.filter(user=user)
    return not (user.has_usable_password() or elsewhere.exists() or in_practice.exists())


def change_role(business: Business, membership_id: UUID, role: Role, by: User) -> BusinessMembership:
    """Give a member another role; LastAdmin when nobody else would be Business Admin."""
    with transaction.atomic():
        member = _get_for_change(business, membership_id)
        before = Role(member.role)
        if before is role:
            return member
        if before is Role.BUSINESS_ADMIN:
            _keep_an_admin(business, member)
        BusinessMembership.objects.filter(id=member.id).update(role=role.value)
        member.role = role.value
        record(
            "people.role_changed",
            f"{by.get_full_name()} made {member.user.get_full_name()} {role.label}, before {before.label}.",
            business_id=business.id,
            actor=by,
            data={"email": member.user.email, "before": before.value, "role": role.value},
        )
    return member


def remove_person(business: Business, membership_id: UUID, by: User) -> User:
    """End a membership; the account stays, for it may belong to other businesses. LastAdmin as above."""
    with transaction.atomic():
        member = _get_for_change(business, membership_id)
        if Role(member.role) is Role.BUSINESS_ADMIN:
            _keep_an_admin(business, member)
        member.delete()
        record(
            "people.removed",
            f"{by.get_full_name()} removed {member.user.get_full_name()}.",
            business_id=business.id,
            actor=by,
            data={"email": member.user.email, "role": member.role},
        )
    return member.user


def _get_for_change(business: Business, membership_id: UUID) -> BusinessMembership:
    # Two Admins who remove each other at once must not both succeed: the business's row is the lock.
    Business.objects.select_for_update().get(id=business.id)
    return get_member(business, membership_id)


def _keep_an_admin(business: Business, member: BusinessMembership) -> None:
    admins = BusinessMembership.objects.filter(
        business=business, role=Role.BUSINESS_ADMIN.value, user__is_active=True
    )
    if not admins.exclude(id=member.id).exists():
        raise LastAdmin(str(LastAdmin.__doc__))
