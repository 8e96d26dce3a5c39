"""Disconnecting: everything is kept here, and the vendor is told to end what was ours alone."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from bookbind.activity.services import record
from bookbind.connections.elsewhere import (
    erase_grant,
    is_coming_back,
    list_grants_of_login,
    list_live_of_login,
    login_is_used,
    organisation_is_used,
)
from bookbind.connections.errors import NotConnected
from bookbind.connections.events import ConnectionEnded, tell
from bookbind.connections.models import Change, Connection, Grant, Stay
from bookbind.connections.outcomes import PROBE_JOB, UNTROUBLED, WELL
from bookbind.connections.queries import LIVE_STAGES, get_connection, label_of, organisation_of
from bookbind.connections.refresh import GrantUnusable, fresh_tokens
from bookbind.connections.schedule import end_schedules
from bookbind.connections.second_person import close_with
from bookbind.jobs.contract import Again, Claimed, works
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.kit.encryption import SecretsUnreadable
from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.contract import RevokeKills
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User

RELEASE_JOB = "connections.release"
GRANT_ENDED = "ended"
# Somebody who takes a disconnect back at once finds the sign-in still there.
_SOON = timedelta(seconds=30)
_RETRY = timedelta(minutes=15)
_LONGEST_RETRY = timedelta(hours=24)


class _Overtaken(Exception):
    """Somebody signed in there again before the vendor was told."""


def disconnect(connection: Connection, user: User) -> None:
    """End the connection here and now, keeping lists, rules, documents and history; then tell the vendor.

    If the vendor can't be told now, a job goes on trying; `connection.release` says how that stands.
    """
    with transaction.atomic():
        disconnect_here(connection, user)
    connection.refresh_from_db()
    _try_release(connection)


def disconnect_here(connection: Connection, user: User) -> None:
    """End the connection in the caller's transaction; a job tells the vendor soon. NotConnected when over."""
    end(connection, user, "disconnected")
    if connection.place == Connection.Place.MAIN and connection.stage == Connection.Stage.ACTIVE:
        let_go_of_left(connection.business_id)
    record(
        "connection.disconnected",
        f"{user.get_full_name()} disconnected {label_of(connection)}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
    )


def end(connection: Connection, user: User, why: str) -> None:
    """End a live connection in the caller's transaction; a job tells the vendor. NotConnected when over.

    `why` stands in the stay: disconnected, stopped, undone.
    """
    live = Connection.objects.filter(id=connection.id, stage__in=LIVE_STAGES)
    ended = {
        "stage": Connection.Stage.ENDED,
        "release": Connection.Release.PENDING,
        "hands_over": False,
    }
    if live.update(**ended, **UNTROUBLED, **WELL, epoch=F("epoch") + 1) == 0:
        raise NotConnected
    stays = Stay.objects.filter(connection=connection, ended_at=None)
    stays.update(ended_at=clock.now(), ended_by=user, why=why)
    _give_up_move(connection)
    close_with(connection)
    end_schedules(connection)
    tell(ConnectionEnded(connection.business_id, connection.id))
    queue_release(connection)


def let_go_of_left(business_id: UUID) -> None:
    """What was kept for taking a move back is not needed any more: it ends, and the vendor is told."""
    for left in Connection.objects.filter(business_id=business_id, stage=Connection.Stage.LEFT):
        Connection.objects.filter(id=left.id, stage=Connection.Stage.LEFT).update(
            stage=Connection.Stage.ENDED, release=Connection.Release.PENDING
        )
        queue_release(left)


def queue_release(connection: Connection) -> None:
    """Tell the vendor soon that we need no access there any more, in the caller's transaction."""
    queue_job(
        RELEASE_JOB,
        str(connection.id),
        business_id=connection.business_id,
        due_at=clock.now() + _SOON,
    )


@works(RELEASE_JOB)
def release(job: Claimed) -> Again | None:
    """Tell the vendor, again if need be, that we need no access to this organisation any more."""
    connection = get_connection(UUID(job.key))
    if connection.release != Connection.Release.PENDING:
        return None
    if _try_release(connection):
        return None
    wait = min(_RETRY * 2.0 ** min(job.attempts, 10), _LONGEST_RETRY)
    return Again(clock.now() + wait)


def _give_up_move(connection: Connection) -> None:
    """A connection that ends while it is set up replaces nothing; the one in use goes on."""
    moves = Change.objects.filter(joined=connection, switched_at=None, stopped_at=None)
    Connection.objects.filter(changes_away__in=moves).update(hands_over=False)
    moves.update(stopped_at=clock.now())


def _try_release(connection: Connection) -> bool:
    """Whether the vendor knows, or needs not be told; not yet while somebody is signing in there again."""
    grant = connection.grant
    if grant is not None and is_coming_back(grant, connection):
        return False
    try:
        done = "" if grant is None else _end_access(connection, grant)
    except _Overtaken:
        return True
    except (ProviderError, SecretsUnreadable) as error:
        record(
            "connection.release_failed",
            f"{label_of(connection)} could not be told yet that access has ended; it will be tried again.",
            business_id=connection.business_id,
            subject=connection,
            data={"reason": str(error) or type(error).__name__},
        )
        return False
    with transaction.atomic():
        if _untold(connection).update(release=Connection.Release.DONE, grant=None) and done:
            record(
                "connection.released",
                f"{label_of(connection)}: {done}",
                business_id=connection.business_id,
                subject=connection,
            )
    connection.refresh_from_db()
    return True


def _untold(connection: Connection) -> "QuerySet[Connection]":
    """The connection while this end of it is still to be told; nothing once somebody signed in again."""
    rows: QuerySet[Connection] = Connection.objects.filter(
        id=connection.id,
        epoch=connection.epoch,
        stage=Connection.Stage.ENDED,
        release=Connection.Release.PENDING,
    )
    return rows


def _end_access(connection: Connection, grant: Grant) -> str:
    """End what is ours alone at the vendor and say what that was; nothing when others still need it all."""
    done = "access had ended there already."
    try:
        done = done if grant.dead_cause else _tell_vendor(connection, grant)
    except GrantUnusable:
        grant.refresh_from_db()
        if not grant.dead_cause:
            raise ProviderError(ErrorKind.PROVIDER_DOWN) from None
    except ProviderError as error:
        if error.kind is not ErrorKind.NEEDS_RECONNECT:
            raise
    for unused in list_grants_of_login(grant):
        erase_grant(unused.id, GRANT_ENDED, told=connection)
    return done


def _tell_vendor(connection: Connection, grant: Grant) -> str:
    provider = get_provider(connection.provider)
    adapter = provider.adapter
    if adapter is None:
        return ""
    fresh = fresh_tokens(grant.id)
    # Looked at after the tokens: a new sign-in may have put its own in their place.
    if not _untold(connection).exists():
        raise _Overtaken
    if provider.revoke_kills is not RevokeKills.NOTHING and not login_is_used(grant, connection.id):
        try:
            adapter.revoke(app_credentials(provider), fresh.tokens)
        finally:
            _look_at_those_who_came(list_live_of_login(grant))
        return "the sign-in was ended there, as nothing else uses it."
    if organisation_is_used(grant, connection.organisation_id, connection.id):
        return "access stays there, because another business here uses it with the same sign-in."
    try:
        adapter.disconnect(app_credentials(provider), fresh.tokens, organisation_of(connection))
    finally:
        _look_at_those_who_came(list_live_of_login(grant, connection.organisation_id))
    return "access to this organisation was ended there; the sign-in goes on for others."


def _look_at_those_who_came(connections: Iterable[Connection]) -> None:
    """Who signed in while the vendor was told may have been ended with the rest, and should hear it soon."""
    for one in connections:
        queue_job(PROBE_JOB, str(one.id), business_id=one.business_id)
