"""Questions that must look beyond one business: who else hangs on the same login or the same organisation."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from bookbind.connections.models import Connection, Grant, SignIn
from bookbind.connections.queries import LIVE_STAGES, SIGNED_IN_STAGES
from bookbind.kit import clock
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.queries import list_businesses
from bookbind.tenancy.scope import SystemScope, within

# Longer than the vendor takes to exchange a code.
EXCHANGE = timedelta(minutes=2)
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


def list_live_of_login(grant: Grant, organisation_id: str = "") -> list[Connection]:
    """The live connections of the vendor login, of whatever business, to one organisation or to all."""
    with within(SystemScope(_REASON)):
        live = _of_login(grant).filter(stage__in=LIVE_STAGES)
        return list(live.filter(organisation_id=organisation_id) if organisation_id else live)


def is_coming_back(grant: Grant, connection: Connection) -> bool:
    """Whether a sign-in that is under way may lead to the connection's organisation again.

    That is one which the business has begun, or one of the same login that has not finished: ending access
    there would end that of the new sign-in, too.
    """
    now = clock.real_now()
    with within(SystemScope(_REASON)):
        mine = _sign_ins(grant).filter(_begun(now), business_id=connection.business_id)
        answered = _sign_ins(grant).filter(_answered(grant, now)).values_list("organisations", flat=True)
        reached = [{one["id"] for one in organisations} for organisations in answered]
        # Of one that was answered a moment ago the organisations are still to be read.
        return mine.exists() or any(not ids or connection.organisation_id in ids for ids in reached)


def _is_hung_on(grant_id: UUID, told: Connection | None) -> bool:
    """Whether any live connection, of any business, uses the grant, or one whose end is to be told by it.

    The end of `told` was told just now.
    """
    with within(SystemScope(_REASON)):
        used = Connection.objects.filter(grant_id=grant_id)
        untold = used.filter(release=Connection.Release.PENDING)
        if told is not None:
            untold = untold.exclude(id=told.id, epoch=told.epoch)
        return bool(used.filter(stage__in=SIGNED_IN_STAGES).exists() or untold.exists())


def erase_grant(grant_id: UUID, cause: str, told: Connection | None = None) -> None:
    """Forget the tokens of a grant that nothing hangs on; it stays as the record of who signed in when."""
    with within(SystemScope(_REASON)), transaction.atomic():
        rows = Grant.objects.filter(id=grant_id)
        # Its row is the lock: a Finish that gives it to a connection at this moment is seen, or comes after.
        rows.select_for_update().first()
        if not _is_hung_on(grant_id, told):
            rows.filter(dead_cause="").update(dead_cause=cause, dead_at=clock.now(), lease_until=None)
            rows.update(tokens="")


def _of_login(grant: Grant) -> "QuerySet[Connection]":
    grants = Grant.objects.filter(_same_login(grant))
    connections: QuerySet[Connection] = Connection.objects.filter(grant__in=grants)
    return connections


def _same_login(grant: Grant) -> Q:
    if not grant.login_id:
        return Q(id=grant.id)
    return Q(provider=grant.provider, app_id=grant.app_id, login_id=grant.login_id)


def _under_way(grant: Grant, now: datetime) -> bool:
    return bool(_sign_ins(grant).filter(_begun(now) | _answered(grant, now)).exists())


def _sign_ins(grant: Grant) -> "QuerySet[SignIn]":
    rows: QuerySet[SignIn] = SignIn.objects.filter(provider=grant.provider, finished_at=None, dropped_at=None)
    return rows


def _begun(now: datetime) -> Q:
    """Still at the vendor, or its answer is being exchanged at this moment."""
    exchanged = Q(answered_at__gt=now - EXCHANGE, pending_until=None)
    return Q(answered_at=None, state_expires_at__gt=now) | exchanged


def _answered(grant: Grant, now: datetime) -> Q:
    """Of the same login, as far as the vendor names it."""
    login = Q(login_id=grant.login_id) if grant.login_id else Q()
    return login & Q(pending_until__gt=now)
