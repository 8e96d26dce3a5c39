"""Fresh tokens: single flight over all processes, saved before they are used, and slow to believe the worst.

A lease in real time says who refreshes; its fence tells a late writer that it is too late. The marker
`refresh_started_at` is committed before the call, so that after a crash or a lost answer everybody knows that
the old token may have been used up; it is presented once more all the same, because vendors accept it for a
while, and only their own refusal makes the sign-in lost.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bookbind.connections.models import Connection, Grant
from bookbind.connections.outcomes import error_facts, note_grant_failure, tell_broken, tell_grant_recovered
from bookbind.connections.queries import LIVE_STAGES
from bookbind.connections.secrets import grant_row, open_tokens, seal_tokens
from bookbind.connections.status import Cause
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.contract import Adapter, Provider
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import Tokens
from bookbind.providers.registry import get_provider
from bookbind.tenancy.scope import SystemScope, within

# Longer than the slowest HTTP exchange, so that a holder that lives never loses it.
LEASE_SECONDS = 90
# Covers a clock that is five minutes off; a quarter of the lifetime where tokens live shorter than that.
MARGIN = timedelta(minutes=5)
PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.05


class GrantUnusable(Exception):
    """The sign-in is dead, or its vendor is not to be called yet; the facts say which."""


@dataclass(frozen=True)
class Fresh:
    """Tokens that are good for a call, and the version of the pair."""

    tokens: Tokens
    version: int


def fresh_tokens(grant_id: UUID, *, refused_version: int | None = None) -> Fresh:
    """Tokens that are good for a call, refreshed if need be.

    `refused_version` is the pair that the vendor just called expired: anything newer will do. Raises
    GrantUnusable, SecretsUnreadable, or ProviderError when the refresh failed for now.
    """
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    with within(SystemScope("a sign-in may serve several businesses")):
        while True:
            grant = Grant.objects.get(id=grant_id)
            fresh = _usable_as_it_is(grant, refused_version)
            if fresh is not None:
                return fresh
            if _claim(grant):
                renewed = _refresh(grant)
                if renewed is not None:
                    return renewed
            elif time.monotonic() > give_up_at:
                raise ProviderError(ErrorKind.TRANSIENT, "Another worker is renewing this sign-in.")
            else:
                time.sleep(_POLL_SECONDS)


def needs_refresh(grant: Grant, now: datetime) -> bool:
    """Whether the access token is over, or so nearly that clocks could disagree about it."""
    lifetime = grant.access_expires_at - grant.refreshed_at
    return now >= grant.access_expires_at - min(MARGIN, lifetime / 4)


def mark_dead(grant: Grant, cause: Cause, error: ProviderError) -> bool:
    """The sign-in will never work again: kept for ever, told to every business that hangs on it."""
    facts = error_facts(error)
    with transaction.atomic():
        alive = Grant.objects.filter(id=grant.id, version=grant.version, fence=grant.fence, dead_cause="")
        dead = {"dead_cause": cause.value, "dead_at": clock.now(), "last_error": facts}
        if alive.update(**dead, lease_until=None, refresh_started_at=None, **_WELL) == 0:
            return False
        for connection in _live_connections(grant):
            if connection.lapsed_at is None and not connection.trouble_cause:
                tell_broken(connection, cause, facts)
    return True


_WELL = {"down_since": None, "down_kind": "", "next_try_at": None, "failures": 0}


def _usable_as_it_is(grant: Grant, refused_version: int | None) -> Fresh | None:
    now = clock.now()
    if grant.dead_cause:
        raise GrantUnusable
    if grant.version != refused_version and not needs_refresh(grant, now):
        return Fresh(open_tokens(grant.tokens, grant_row(grant.id)), grant.version)
    if grant.down_since is not None and grant.next_try_at is not None and now < grant.next_try_at:
        raise GrantUnusable
    return None


def _claim(grant: Grant) -> bool:
    """Take the lease unless somebody has it or has just saved a newer pair."""
    real_now = clock.real_now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=real_now)
    unchanged = Grant.objects.filter(
        free, id=grant.id, version=grant.version, fence=grant.fence, dead_cause=""
    )
    until = real_now + timedelta(seconds=LEASE_SECONDS)
    if unchanged.update(lease_until=until, fence=grant.fence + 1) == 0:
        return False
    grant.fence += 1
    return True


def _held(grant: Grant) -> "Q":
    return Q(id=grant.id, fence=grant.fence)


def _refresh(grant: Grant) -> Fresh | None:
    """Ask for a new pair under the lease; None when another's newer pair is to be used instead."""
    provider = get_provider(grant.provider)
    try:
        old = open_tokens(grant.tokens, grant_row(grant.id))
        lost_since = grant.refresh_started_at
        if not Grant.objects.filter(_held(grant)).update(refresh_started_at=lost_since or clock.now()):
            return None
        reach(Checkpoint.AFTER_REFRESH_MARKED)
        new = _ask(provider, old)
        reach(Checkpoint.AFTER_REFRESH_ANSWERED)
        saved = _save(grant, new)
    except ProviderError as error:
        return _after_refusal(grant, provider, error)
    finally:
        Grant.objects.filter(_held(grant)).update(lease_until=None)
    reach(Checkpoint.AFTER_REFRESH_SAVED)
    return saved


def _ask(provider: Provider, old: Tokens) -> Tokens:
    """The new pair, complete: what the vendor left out goes on as it was, what is unusable is no pair."""
    new = _adapter(provider).refresh(app_credentials(provider), old)
    if not new.access_token or new.access_expires_at <= clock.now():
        raise ProviderError(ErrorKind.CHANGED_SHAPE, "The answer holds no usable token.", maybe_done=True)
    return replace(
        new,
        refresh_token=new.refresh_token or old.refresh_token,
        refresh_expires_at=new.refresh_expires_at or (None if new.refresh_token else old.refresh_expires_at),
        scopes=new.scopes or old.scopes,
        login_id=new.login_id or old.login_id,
        login_email=new.login_email or old.login_email,
        login_name=new.login_name or old.login_name,
        consent_id=new.consent_id or old.consent_id,
        extra=old.extra | new.extra,
    )


def _save(grant: Grant, new: Tokens) -> Fresh | None:
    """Commit the new pair before anybody uses it; None when the lease was lost to another worker."""
    now = clock.now()
    with transaction.atomic():
        mine = Grant.objects.filter(_held(grant), version=grant.version, dead_cause="")
        saved = mine.update(
            tokens=seal_tokens(new, grant_row(grant.id)),
            version=grant.version + 1,
            scopes=list(new.scopes),
            access_expires_at=new.access_expires_at,
            refresh_expires_at=new.refresh_expires_at,
            refreshed_at=now,
            refresh_started_at=None,
            lease_until=None,
            **_WELL,
        )
        if not saved:
            return None
        if grant.down_since is not None:
            tell_grant_recovered(grant)
    return Fresh(new, grant.version + 1)


def _after_refusal(grant: Grant, provider: Provider, error: ProviderError) -> Fresh | None:
    """Only a refusal of the newest pair is believed; everything else is tried again later."""
    stored = Grant.objects.get(id=grant.id)
    if stored.version != grant.version or stored.fence != grant.fence:
        return None
    if error.kind is ErrorKind.NEEDS_RECONNECT:
        if mark_dead(grant, _cause_of_death(grant, provider, error), error):
            raise GrantUnusable from error
        return None
    if not _answer_was_lost(error) and grant.refresh_started_at is None:
        # The vendor answered, or was never reached, so the old token was not used up.
        Grant.objects.filter(_held(grant)).update(refresh_started_at=None)
    note_grant_failure(grant, error)
    raise error


def _cause_of_death(grant: Grant, provider: Provider, error: ProviderError) -> Cause:
    now = clock.now()
    if grant.refresh_started_at is not None:
        grace = timedelta(seconds=provider.refresh_grace_seconds)
        if now - grant.refresh_started_at > grace:
            return Cause.TOKEN_LOST
    if provider.idle_days is not None and now - grant.refreshed_at >= timedelta(days=provider.idle_days):
        return Cause.IDLE
    return Cause(error.cause.value) if error.cause else Cause.REVOKED


def _answer_was_lost(error: ProviderError) -> bool:
    return error.http_status is None or error.http_status < 400


def _live_connections(grant: Grant) -> list[Connection]:
    rows = Connection.objects.filter(grant_id=grant.id, stage__in=LIVE_STAGES)
    return list(rows.select_related("business"))


def _adapter(provider: Provider) -> Adapter:
    if provider.adapter is None:
        raise ProviderError(ErrorKind.UNSUPPORTED, provider.unavailable_reason)
    return provider.adapter
