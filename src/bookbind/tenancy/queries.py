"""Who belongs where: roles, reachable businesses, and the people who can act."""

from uuid import UUID

from django.db.models import Q, QuerySet

from bookbind.tenancy.models import Business, BusinessMembership, Practice, PracticeMembership, User
from bookbind.tenancy.permissions import PERMISSIONS, Permission, Role

_BUSINESS_ROLES = {role.value: Role(role.value) for role in BusinessMembership.Role}


def find_role(user: User, business: Business) -> Role | None:
    """What the user is in the business; None when they have no way into it."""
    own = BusinessMembership.objects.filter(user=user, business=business).first()
    if own is not None:
        return _BUSINESS_ROLES[own.role]
    return Role.ACCOUNTANT if _practice_memberships(user, business).exists() else None


def find_acting_practice(user: User, business: Business) -> Practice | None:
    """The practice through which the user acts in the business; None when they belong to it themselves."""
    if BusinessMembership.objects.filter(user=user, business=business).exists():
        return None
    membership = _practice_memberships(user, business).select_related("practice").first()
    return membership.practice if membership else None


def list_businesses(user: User) -> QuerySet[Business]:
    """Every business that the user can open, by name."""
    reached = (
        Q(memberships__user=user)
        | Q(practice__memberships__user=user, practice__memberships__all_clients=True)
        | Q(client_accesses__membership__user=user)
    )
    return Business.objects.filter(reached).select_related("practice").distinct().order_by("name")


def list_practices(user: User) -> QuerySet[Practice]:
    """The practices that the user belongs to."""
    return Practice.objects.filter(memberships__user=user).order_by("name")


def list_admins(business: Business) -> list[User]:
    """The business's own people who may manage connections, by name."""
    roles = [
        role
        for role in BusinessMembership.Role
        if Role(role.value) in PERMISSIONS[Permission.MANAGE_CONNECTIONS]
    ]
    members = BusinessMembership.objects.filter(business=business, role__in=roles, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user__name")]


def list_accountants(business: Business) -> list[User]:
    """The practice's people who look after the business, by name."""
    if business.practice_id is None:
        return []
    members = PracticeMembership.objects.filter(practice_id=business.practice_id, user__is_active=True)
    reached = members.filter(Q(all_clients=True) | Q(client_accesses__business=business)).distinct()
    return [member.user for member in reached.select_related("user").order_by("user__name")]


def list_managers(business: Business) -> list[User]:
    """Everybody who may manage the business's connections, its own people first, each once."""
    everybody = [*list_admins(business), *list_accountants(business)]
    return list({person.id: person for person in everybody}.values())


def get_business(business_id: UUID) -> Business:
    """The business; Business.DoesNotExist when there is none."""
    return Business.objects.select_related("practice").get(id=business_id)


def _practice_memberships(user: User, business: Business) -> QuerySet[PracticeMembership]:
    # A business without a practice is nobody's client: the comparison with nothing is true for no row.
    members = PracticeMembership.objects.filter(user=user, practice__clients=business)
    return members.filter(Q(all_clients=True) | Q(client_accesses__business=business))
