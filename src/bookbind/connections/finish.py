"""Finish: the second of the two steps, in which a pending sign-in becomes the connection's own."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from bookbind.activity.services import record
from bookbind.connections.change import close_changes_to, find_open_change, plan_change
from bookbind.connections.elsewhere import erase_grant, list_siblings
from bookbind.connections.endings import refuse_overtaken
from bookbind.connections.errors import (
    AlreadyChanging,
    AlreadyConnected,
    AlreadyThere,
    DifferentOrganisation,
    OrganisationNotOffered,
    OrganisationTaken,
    SignInOver,
)
from bookbind.connections.events import ConnectionHealed, ConnectionStarted, tell
from bookbind.connections.models import Connection, Grant, SignIn, Stay
from bookbind.connections.outcomes import PROBE_JOB, RENEWED_JOB
from bookbind.connections.pending import chosen, is_same, shared_with
from bookbind.connections.queries import (
    LIVE_STAGES,
    find_main_connection,
    get_connection,
    hold_business,
    label_of,
    organisation_name,
)
from bookbind.connections.schedule import begin_schedules
from bookbind.connections.secrets import grant_row, open_tokens, seal_tokens, sign_in_row
from bookbind.connections.services import confirm_name, stored_organisation
from bookbind.connections.status import consent_end
from bookbind.jobs.services import queue_job
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.kit.encryption import SecretsUnreadable
from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.types import Organisation, Tokens
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User
from bookbind.tenancy.scope import BusinessScope, PracticeScope, within

GRANT_REPLACED = "replaced"


def finish(
    sign_in: SignIn,
    *,
    user: User,
    publish_now: bool,
    shared_confirmed: bool = False,
    name_seen: str = "",
    documents_from: date | None = None,
) -> Connection:
    """Make the chosen organisation's connection work with this sign-in, all at once or not at all.

    Pressing twice gives the same connection. `publish_now` goes with the news to what waits. `name_seen` is
    the organisation's name where the user was told that it is not the business's, so that nobody asks again.
    `documents_from` is the first day whose documents belong into books that a change moves to. A change's
    new connection is only set up here; `change.switch` follows when its lists are complete. Raises
    OrganisationTaken until the user confirmed that another business publishes there too.
    """
    organisation = chosen(sign_in)
    if organisation is None:
        raise OrganisationNotOffered(sign_in)
    _refuse_shared_unseen(sign_in, organisation, user, shared_confirmed=shared_confirmed)
    with transaction.atomic():
        if not _take(sign_in):
            return _finished_before(sign_in)
        # As stored, not as the page read it: its tokens may have been sealed with another key since.
        sign_in = SignIn.objects.select_related("business", "practice", "leaves").get(id=sign_in.id)
        tokens = _pending_tokens(sign_in)
        connection, was_live = _find_or_make(sign_in, organisation)
        before = connection.grant
        grant, was_dead = _store_grant(sign_in, tokens, user)
        _give(connection, grant, sign_in, organisation, user)
        if before is not None and before.id != grant.id:
            # Before the timeline is written, for whoever finds a sign-in dead takes the two in this order.
            erase_grant(before.id, GRANT_REPLACED)
        if name_seen == organisation_name(connection):
            confirm_name(connection, user)
        SignIn.objects.filter(id=sign_in.id).update(tokens="", connection=connection)
        if sign_in.purpose == SignIn.Purpose.CHANGE:
            Connection.objects.filter(id=connection.id).update(documents_from=documents_from)
            plan_change(sign_in, connection, user)
        _tell(connection, user, sign_in, was_live=was_live, publish_now=publish_now)
        _look_at_siblings(connection, grant, was_dead=was_dead)
    reach(Checkpoint.AFTER_FINISH_COMMITTED)
    return get_connection(connection.id)


def refuse_taken(sign_in: SignIn) -> None:
    """What Finish would refuse as others connected or moved meanwhile: AlreadyConnected, AlreadyChanging."""
    organisation = chosen(sign_in)
    if organisation is not None and sign_in.purpose != SignIn.Purpose.RECONNECT:
        _free_place(sign_in, organisation)


def _refuse_shared_unseen(
    sign_in: SignIn, organisation: Organisation, user: User, *, shared_confirmed: bool
) -> None:
    if shared_confirmed or sign_in.purpose == SignIn.Purpose.RECONNECT or sign_in.finished_at:
        return
    shared = shared_with(sign_in, organisation.id, user)
    if shared is not None:
        raise OrganisationTaken(sign_in, organisation=organisation.name, other=shared.text)


def _take(sign_in: SignIn) -> bool:
    """Of two presses, exactly one goes on."""
    hold_business(sign_in.business_id)
    now = clock.real_now()
    pending = SignIn.objects.filter(id=sign_in.id, finished_at=None, dropped_at=None, pending_until__gt=now)
    return bool(pending.update(finished_at=now) == 1)


def _finished_before(sign_in: SignIn) -> Connection:
    sign_in.refresh_from_db()
    if sign_in.finished_at is None or sign_in.connection_id is None:
        raise SignInOver(sign_in)
    return get_connection(sign_in.connection_id)


def _pending_tokens(sign_in: SignIn) -> Tokens:
    try:
        return open_tokens(sign_in.tokens, sign_in_row(sign_in.id))
    except SecretsUnreadable as error:
        raise SignInOver(sign_in) from error


def _find_or_make(sign_in: SignIn, organisation: Organisation) -> tuple[Connection, bool]:
    """The connection that this sign-in is for, and whether it was live before."""
    refuse_overtaken(sign_in)
    if sign_in.purpose == SignIn.Purpose.RECONNECT:
        assert sign_in.connection_id is not None
        connection = get_connection(sign_in.connection_id)
        if not is_same(connection, organisation):
            raise DifferentOrganisation(sign_in)
        return connection, True
    place = _free_place(sign_in, organisation)
    known = find_connection_to(sign_in, organisation)
    if known is None:
        made = Connection(
            business_id=sign_in.business_id,
            provider=sign_in.provider,
            organisation_id=organisation.id,
            epoch=0,
            place=place,
        )
        made.save(force_insert=True)
        return made, False
    return known, known.stage in LIVE_STAGES


def _free_place(sign_in: SignIn, organisation: Organisation) -> str:
    """Main, or beside a main one where the vendor stands beside; one business has one main connection."""
    main = find_main_connection(sign_in.business_id)
    if sign_in.purpose == SignIn.Purpose.CHANGE:
        _refuse_moved(sign_in, main, organisation)
        return Connection.Place.MAIN
    if get_provider(sign_in.provider).stands_beside and main is not None:
        return Connection.Place.ADDITIONAL
    if main is not None and (main.provider, main.organisation_id) != (sign_in.provider, organisation.id):
        there = get_provider(main.provider)
        raise AlreadyConnected(sign_in, provider=there.name, organisation=organisation_name(main))
    return Connection.Place.MAIN


def _refuse_moved(sign_in: SignIn, main: Connection | None, organisation: Organisation) -> None:
    """A move leads to another organisation, while no other move is under way."""
    if main is not None and (main.provider, main.organisation_id) == (sign_in.provider, organisation.id):
        raise AlreadyThere(sign_in, organisation=organisation.name)
    under_way = find_open_change(sign_in.business_id)
    if under_way is not None:
        raise AlreadyChanging(
            sign_in,
            provider=get_provider(under_way.joined.provider).name,
            organisation=organisation_name(under_way.joined),
        )


def _store_grant(sign_in: SignIn, tokens: Tokens, user: User) -> tuple[Grant, bool]:
    """The sign-in's own grant, and whether it was dead before.

    The same login in the same owner's hands has one grant, which takes the new pair.

    A refresh of the older pair that is under way loses its lease by the risen fence and saves nothing.
    """
    app_id = app_credentials(get_provider(sign_in.provider)).client_id
    practice = sign_in.practice
    owner = {"practice": practice, "business": None if practice else sign_in.business}
    scope = PracticeScope(practice.id) if practice else BusinessScope(sign_in.business_id)
    key = {"provider": sign_in.provider, "app_id": app_id, "login_id": tokens.login_id, **owner}
    with within(scope):
        found = Grant.objects.filter(**key).first() if tokens.login_id else None
        grant = found or Grant(**key, version=0)
        was_dead = bool(grant.dead_cause)
        for name, value in _grant_values(grant, sign_in, tokens, user).items():
            setattr(grant, name, value)
        grant.save(force_insert=found is None, force_update=found is not None)
    return grant, was_dead


def _grant_values(grant: Grant, sign_in: SignIn, tokens: Tokens, user: User) -> dict[str, Any]:
    authorised_at: datetime = sign_in.authorised_at or clock.now()
    return {
        "tokens": seal_tokens(tokens, grant_row(grant.id)),
        "version": grant.version + 1,
        "fence": grant.fence + 1,
        "lease_until": None,
        "refresh_started_at": None,
        "login_email": sign_in.login_email,
        "scopes": list(tokens.scopes),
        "authorised_at": authorised_at,
        "authorised_by": user,
        "access_expires_at": tokens.access_expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "refreshed_at": authorised_at,
        "dead_cause": "",
        "dead_at": None,
        "down_since": None,
        "down_kind": "",
        "next_try_at": None,
        "failures": 0,
        "last_error": {},
    }


def _give(
    connection: Connection, grant: Grant, sign_in: SignIn, organisation: Organisation, user: User
) -> None:
    """A new year for the connection; whatever was wrong with the old sign-in is over."""
    consented_at: datetime = sign_in.authorised_at or clock.now()
    ended = connection.stage not in LIVE_STAGES
    values: dict[str, Any] = {
        "grant": grant,
        "organisation": stored_organisation(organisation),
        "stage": Connection.Stage.SETTING_UP if ended else connection.stage,
        "consented_at": consented_at,
        "consented_by": user,
        "signed_in_as": sign_in.login_email,
        "consent_expires_at": consent_end(consented_at, sign_in.business.time_zone),
        "lapsed_at": None,
        "warned_days": None,
        "trouble_cause": "",
        "trouble_at": None,
        "trouble_error": {},
        "down_since": None,
        "next_try_at": None,
        "limited_until": None,
        "failures": 0,
        "last_error": {},
        "release": "",
    }
    if ended:
        values |= {
            "awaits_start": is_paused_on_return(connection),
            "hands_over": False,
            "documents_from": None,
        }
        close_changes_to(connection)
    Connection.objects.filter(id=connection.id).update(**values, epoch=F("epoch") + 1)
    connection.refresh_from_db()


def find_connection_to(sign_in: SignIn, organisation: Organisation) -> Connection | None:
    """The business's own connection to this organisation, whatever its stage; None where it had none."""
    found: Connection | None = Connection.objects.filter(
        business_id=sign_in.business_id, provider=sign_in.provider, organisation_id=organisation.id
    ).first()
    return found


def is_paused_on_return(connection: Connection) -> bool:
    """Whether an ended connection waits for Start publishing once it is back.

    It does where that was not pressed before, and where the books were at another organisation last: then
    coming back is a move like any other.
    """
    return connection.awaits_start or _was_elsewhere(connection)


def _was_elsewhere(connection: Connection) -> bool:
    stays = Stay.objects.filter(
        connection__business_id=connection.business_id, connection__place=Connection.Place.MAIN
    )
    latest = stays.order_by("-started_at").first()
    is_main = connection.place == Connection.Place.MAIN
    return is_main and latest is not None and latest.connection_id != connection.id


def _tell(connection: Connection, user: User, sign_in: SignIn, *, was_live: bool, publish_now: bool) -> None:
    record(
        "connection.reconnected" if was_live else "connection.connected",
        f"{user.get_full_name()} {'reconnected' if was_live else 'connected'} {label_of(connection)}, "
        f"signed in as {sign_in.login_email or 'an unnamed user'}.",
        business_id=connection.business_id,
        actor=user,
        subject=connection,
        data={
            "signed_in_as": sign_in.login_email,
            "consent_expires_at": connection.consent_expires_at,
            "publish_now": publish_now,
        },
    )
    begin_schedules(connection)
    if was_live:
        tell(
            ConnectionHealed(
                connection.business_id, connection.id, publish_now=publish_now, purpose=sign_in.purpose
            )
        )
    else:
        tell(ConnectionStarted(connection.business_id, connection.id))


def _look_at_siblings(connection: Connection, grant: Grant, *, was_dead: bool) -> None:
    """The new sign-in may reach more or less than the one before: each of the others has its own look.

    Where the old one was dead, the others are cut off until that look; a healthy one only has to be seen.
    """
    for sibling in list_siblings(grant, connection.id):
        kind, payload = (RENEWED_JOB, {"epoch": sibling.epoch}) if was_dead else (PROBE_JOB, None)
        queue_job(kind, str(sibling.id), business_id=sibling.business_id, payload=payload)
