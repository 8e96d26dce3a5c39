"""Questions that must look beyond one business: who else hangs on the same login or the same organisation."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from bookbind.connections.models import Connection, Grant, SignIn
from bookbind.connections.queries import LIVE_STAGES, SIGNED_IN_STAGES
from bookbind.kit import clock
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.queries import list_businesses
from bookbind.tenancy.scope import SystemScope, within

_REASON = "the same login or organisation may serve several businesses"


@dataclass(frozen=True)
class SharedWith:
    """Other businesses that are connected to the same organisation; only names that the viewer may see."""

    names: tuple[str, ...]
    hidden: int

    @property
    def text(self) -> str:
        """Whom the organisation is shared with, in words."""
        return ", ".join(self.names) if self.names else "another business in Bookbind"


def find_shared(provider: str, organisation_id: str, business: Business, viewer: User) -> SharedWith | None:
    """Who else is connected to the organisation; None when nobody is."""
    return find_shared_ones(provider, [organisation_id], business, viewer).get(organisation_id)


def find_shared_ones(
    provider: str, organisation_ids: list[str], business: Business, viewer: User
) -> dict[str, SharedWith]:
    """The same for many organisations, in two queries; those that nobody else has are left out."""
    with within(SystemScope(_REASON)):
        others = Connection.objects.filter(provider=provider, organisation_id__in=organisation_ids)
        taken = others.filter(stage__in=LIVE_STAGES).exclude(business=business)
        pairs = set(taken.values_list("organisation_id", "business_id"))
    if not pairs:
        return {}
    visible = list_businesses(viewer).filter(id__in={business_id for _, business_id in pairs})
    names = dict(visible.values_list("id", "name"))
    owners: dict[str, list[UUID]] = defaultdict(list)
    for organisation_id, business_id in pairs:
        owners[organisation_id].append(business_id)
    return {organisation_id: _shared(ids, names) for organisation_id, ids in owners.items()}


def _shared(business_ids: list[UUID], names: dict[UUID, str]) -> SharedWith:
    seen = sorted(names[business_id] for business_id in business_ids if business_id in names)
    return SharedWith(tuple(seen), len(business_ids) - len(seen))


def login_is_used(grant: Grant, except_connection: UUID) -> bool:
    """Whether anything live or pending of the vendor login remains, anywhere, besides one connection.

    A sign-in that somebody is in the middle of may turn out to be of the same login, so it counts as well.
    """
    with within(SystemScope(_REASON)):
        live = _of_login(grant).filter(stage__in=SIGNED_IN_STAGES).exclude(id=except_connection)
        return live.exists() or _under_way(grant, clock.real_now())


def organisation_is_used(grant: Grant, organisation_id: str, except_connection: UUID) -> bool:
    """Whether another live connection reaches the same organisation through the same login."""
    with within(SystemScope(_REASON)):
        others = _of_login(grant).filter(stage__in=SIGNED_IN_STAGES, organisation_id=organisation_id)
        return others.exclude(id=except_connection).exists()


def list_siblings(grant: Grant, except_connection: UUID) -> list[Connection]:
    """The other live connections that hang on the grant, of whatever business."""
    with within(SystemScope(_REASON)):
        others = Connection.objects.filter(grant=grant, stage__in=LIVE_STAGES).exclude(id=except_connection)
        return list(others)


def list_grants_of_login(grant: Grant) -> list[Grant]:
    """Every grant of the same vendor login and app, in whatever scope it is owned."""
    with within(SystemScope(_REASON)):
        return list(Grant.objects.filter(_same_login(grant)))


def is_hung_on(grant_id: UUID) -> bool:
    """Whether any live connection, of any business, uses the grant."""
    with within(SystemScope(_REASON)):
        return bool(Connection.objects.filter(grant_id=grant_id, stage__in=SIGNED_IN_STAGES).exists())


def erase_grant(grant_id: UUID, cause: str) -> None:
    """Forget the tokens of a grant that nothing hangs on; it stays as the record of who signed in when."""
    if is_hung_on(grant_id):
        return
    with within(SystemScope(_REASON)):
        alive = Grant.objects.filter(id=grant_id, dead_cause="")
        alive.update(dead_cause=cause, dead_at=clock.now(), lease_until=None)
        Grant.objects.filter(id=grant_id).update(tokens="")


def _of_login(grant: Grant) -> "QuerySet[Connection]":
    grants = Grant.objects.filter(_same_login(grant))
    connections: QuerySet[Connection] = Connection.objects.filter(grant__in=grants)
    return connections


def _same_login(grant: Grant) -> Q:
    if not grant.login_id:
        return Q(id=grant.id)
    return Q(provider=grant.provider, app_id=grant.app_id, login_id=grant.login_id)


def _under_way(grant: Grant, now: datetime) -> bool:
    open_ones = SignIn.objects.filter(provider=grant.provider, finished_at=None, dropped_at=None)
    begun = Q(answered_at=None, state_expires_at__gt=now)
    answered = Q(pending_until__gt=now)
    if grant.login_id:
        answered &= Q(login_id=grant.login_id)
    return bool(open_ones.filter(begun | answered).exists())
