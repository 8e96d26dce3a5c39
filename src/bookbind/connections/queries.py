"""Connections and what they mean now."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, F, IntegerField, Max, Q, QuerySet, Value, When, prefetch_related_objects

from bookbind.activity.models import Entry
from bookbind.activity.queries import list_entries
from bookbind.connections.models import Connection, Grant
from bookbind.connections.names import names_agree
from bookbind.connections.secrets import are_readable
from bookbind.connections.status import Facts, Stage, State, Status, derive_status, missing_scopes
from bookbind.connections.wording import ConnectionWords, Viewer
from bookbind.kit import clock
from bookbind.providers.base.apps import app_facts
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.errors import ErrorKind
from bookbind.providers.base.types import Organisation
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import Business
from bookbind.tenancy.permissions import Permission, Role, may
from bookbind.tenancy.queries import list_admins

LIVE_STAGES = (Connection.Stage.SETTING_UP, Connection.Stage.ACTIVE)
# A connection that was left keeps its sign-in until publishing is started elsewhere: undo needs no sign-in.
SIGNED_IN_STAGES = (*LIVE_STAGES, Connection.Stage.LEFT)


def get_connection(connection_id: UUID) -> Connection:
    """The connection, with its sign-in; Connection.DoesNotExist outside the scope in force."""
    found: Connection = _connections().get(id=connection_id)
    return found


def find_ended_connection(connection_id: UUID) -> Connection | None:
    """A connection that the business had and left; None for one that is live, or outside the scope."""
    return _connections().filter(id=connection_id).exclude(stage__in=LIVE_STAGES).first()


def list_used(business_id: UUID, provider: str) -> list[Connection]:
    """The connections at this vendor at which the business kept its books before, and does not now."""
    rows = _connections().filter(business_id=business_id, provider=provider, stays__isnull=False)
    return list(rows.exclude(stage__in=LIVE_STAGES).distinct())


def find_main_connection(business_id: UUID) -> Connection | None:
    """The connection that holds the business's books: the one in use, else the one being set up."""
    live = _connections().filter(business_id=business_id, place=Connection.Place.MAIN, stage__in=LIVE_STAGES)
    return live.order_by("stage", "created_at").first()


def find_last_main_connection(business_id: UUID) -> Connection | None:
    """The main connection, else the one that held the business's books last; None when it never had any."""
    mains = _connections().filter(business_id=business_id, place=Connection.Place.MAIN)
    return in_order_of_use(mains).first()


def hold_live(connection: Connection) -> bool:
    """Take the connection's row for this transaction; False when the business has left it meanwhile."""
    live = Connection.objects.filter(id=connection.id, stage__in=LIVE_STAGES)
    return bool(live.update(epoch=F("epoch")))


def hold_business(business_id: UUID) -> None:
    """Take the business's row for this transaction: what connects, moves or undoes a move queues up there."""
    Business.objects.filter(id=business_id).update(slug=F("slug"))


def list_connections(business_id: UUID) -> list[Connection]:
    """Every connection that the business has or had: in use, set up, ended; the latest first in each."""
    return list(in_order_of_use(_connections().filter(business_id=business_id)))


def list_history(connection: Connection, limit: int) -> list[Entry]:
    """What happened to the connection, newest first; a move belongs to both that it led between."""
    return list_entries(connection, limit, named_as=("left", "joined"))


def in_order_of_use(connections: "QuerySet[Connection]") -> "QuerySet[Connection]":
    """In use, set up, then those that were left: what was in use last first, whenever it was made.

    A connection that was never in use, because its change was stopped, stands behind those that were.
    """
    order = Case(
        When(stage=Connection.Stage.ACTIVE, then=Value(0)),
        When(stage=Connection.Stage.SETTING_UP, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    left_at = Max("stays__ended_at", filter=~Q(stage__in=LIVE_STAGES))
    return connections.annotate(left_at=left_at).order_by(
        order, F("left_at").desc(nulls_last=True), "-created_at"
    )


def list_live(connections: "QuerySet[Connection] | None" = None) -> list[Connection]:
    """Connections of the scope in force that have not ended."""
    rows = _connections() if connections is None else connections
    return list(rows.filter(stage__in=LIVE_STAGES).order_by("created_at"))


def facts_of(connection: Connection) -> Facts:
    """The stored facts of one connection and the sign-in that it hangs on."""
    provider = get_provider(connection.provider)
    grant = connection.grant
    facts = Facts(
        stage=Stage(connection.stage),
        ended_at=_ended_at(connection),
        consent_expires_at=connection.consent_expires_at,
        lapsed_at=connection.lapsed_at,
        has_grant=grant is not None,
        trouble_cause=connection.trouble_cause,
        trouble_at=connection.trouble_at,
        down_since=connection.down_since,
        next_try_at=connection.next_try_at,
        limited_until=connection.limited_until,
        organisation_closed=bool(connection.last_error.get("organisation_closed")),
        name_differs=_name_differs(connection),
        awaits_start=connection.awaits_start,
    )
    return facts if grant is None else _with_grant(facts, grant, provider)


def status_of(connection: Connection, now: datetime | None = None) -> Status:
    """What the connection is now, by product time."""
    return derive_status(facts_of(connection), now or clock.now())


def needs_reconnect(connection: Connection) -> bool:
    """Whether a person has to sign in before it works; of one that was left, whether that would be so."""
    facts = replace(facts_of(connection), stage=Stage.ACTIVE)
    return derive_status(facts, clock.now()).state is State.NEEDS_RECONNECT


def statuses_of(connections: Sequence[Connection]) -> dict[UUID, Status]:
    """The status of each; three queries however many there are."""
    rows = list(connections)
    prefetch_related_objects(rows, "grant", "business", "stays")
    now = clock.now()
    return {connection.id: status_of(connection, now) for connection in rows}


def organisation_of(connection: Connection) -> Organisation:
    """The organisation as it was last seen at the vendor."""
    known = {name: connection.organisation.get(name) for name in Organisation.__dataclass_fields__}
    values = {name: value for name, value in known.items() if value is not None}
    return Organisation(**{"name": "", **values, "id": connection.organisation_id})


def keeps_tax(connection: Connection | None) -> bool:
    """Whether its books keep the tax on costs apart, as they were last read; so it is without any books.

    Where they do not, tax is part of what a cost comes to, and nothing is sent with a tax rate.
    """
    return connection is None or organisation_of(connection).keeps_tax


def organisation_name(connection: Connection) -> str:
    """The organisation's name as it was last seen at the vendor."""
    return str(connection.organisation.get("name") or connection.organisation_id)


def label_of(connection: Connection) -> str:
    """`Software (Organisation)`, as messages and the timeline name a connection."""
    return f"{get_provider(connection.provider).name} ({organisation_name(connection)})"


def name_beside(connection: Connection, other: Connection) -> str:
    """`Software`; where both are at the same software, `Software (Organisation)`."""
    if connection.provider == other.provider:
        return label_of(connection)
    return get_provider(connection.provider).name


def words_of(
    connection: Connection,
    *,
    waiting: int = 0,
    waiting_total: str = "",
    queued: int = 0,
    vendor_text: str = "",
) -> ConnectionWords:
    """What messages about this connection are filled with."""
    business = connection.business
    stored = connection.trouble_error or connection.last_error
    return ConnectionWords(
        provider_name=get_provider(connection.provider).name,
        organisation_name=organisation_name(connection),
        business_name=business.name,
        time_zone=business.time_zone,
        signed_in_as=connection.signed_in_as,
        waiting_count=waiting,
        waiting_total=waiting_total,
        queued_count=queued,
        vendor_text=vendor_text or str(stored.get("vendor_text", "")),
        consented_at=connection.consented_at,
    )


def viewer_of(business: Business, role: Role, *, asked_at: datetime | None = None) -> Viewer:
    """Who reads a message: one who may act, or one who is told whom to ask."""
    if may(role, Permission.MANAGE_CONNECTIONS):
        return Viewer(may_manage=True)
    people = [(admin.get_full_name(), admin.email) for admin in list_admins(business)]
    practice = business.practice.name if business.practice else ""
    return Viewer(may_manage=False, admins=tuple(people), practice=practice, asked_at=asked_at)


def _connections() -> "QuerySet[Connection]":
    rows: QuerySet[Connection] = Connection.objects.select_related("grant", "business", "consented_by")
    return rows


def _with_grant(facts: Facts, grant: Grant, provider: Provider) -> Facts:
    idle, hard = _ends(grant, provider)
    limited = [moment for moment in (facts.limited_until, _while(grant, ErrorKind.RATE_LIMITED)) if moment]
    downs = [since for since in (facts.down_since, _since(grant, ErrorKind.PROVIDER_DOWN)) if since]
    tries = [facts.next_try_at] if facts.down_since else []
    tries.append(grant.next_try_at if grant.down_since else None)
    wanted = app_facts(provider).scopes
    return replace(
        facts,
        grant_dead_cause=grant.dead_cause,
        grant_dead_at=grant.dead_at,
        secrets_readable=bool(grant.dead_cause) or are_readable(grant),
        app_refused_since=_since(grant, ErrorKind.MISCONFIGURED),
        down_since=min(downs, default=None),
        next_try_at=max((moment for moment in tries if moment), default=None),
        limited_until=max(limited, default=None),
        missing_required_scopes=bool(missing_scopes(provider.required_scopes, grant.scopes)),
        missing_optional_scopes=bool(missing_scopes(wanted, grant.scopes)),
        refreshed_at=grant.refreshed_at,
        idle_ends_at=idle,
        hard_end_at=hard,
    )


def _ends(grant: Grant, provider: Provider) -> tuple[datetime | None, datetime | None]:
    """When an unused sign-in ends, and when it ends however much it is used.

    A vendor that names an idle limit moves a refresh token's end with every refresh; where none is named, the
    end that it told is a hard one.
    """
    if provider.idle_days is None:
        return None, grant.refresh_expires_at
    idle = grant.refreshed_at + timedelta(days=provider.idle_days)
    return min(idle, grant.refresh_expires_at or idle), None


def _since(grant: Grant, kind: ErrorKind) -> datetime | None:
    return grant.down_since if grant.down_kind == kind.value else None


def _while(grant: Grant, kind: ErrorKind) -> datetime | None:
    return grant.next_try_at if grant.down_kind == kind.value else None


def _name_differs(connection: Connection) -> bool:
    name = organisation_name(connection)
    return connection.name_checked != name and not names_agree(name, connection.business.name)


def _ended_at(connection: Connection) -> datetime | None:
    if connection.stage in LIVE_STAGES:
        return None
    ends = [stay.ended_at for stay in connection.stays.all() if stay.ended_at]
    return max(ends, default=None)
