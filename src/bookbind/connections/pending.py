"""A sign-in between the vendor's answer and Finish: what may be chosen, and giving it up."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from bookbind.connections.elsewhere import SharedWith, find_shared
from bookbind.connections.errors import (
    AlreadyThere,
    DifferentOrganisation,
    OrganisationNotOffered,
    OtherSession,
    OtherUser,
    SessionOver,
    SignInFailure,
    SignInOver,
)
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.queries import organisation_of
from bookbind.connections.sessions import hash_session
from bookbind.kit import clock
from bookbind.kit.text import fold_name
from bookbind.providers.base.types import Organisation
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User


class MatchKind(StrEnum):
    """Whether the organisation that the connection had is among those that this consent named."""

    SAME = "same"
    NOT_REACHED = "not_reached"


@dataclass(frozen=True)
class Match:
    """The organisation connected before beside those allowed now.

    `same_name` names those that only look the same: another organisation that goes by the same name.
    """

    kind: MatchKind
    before: Organisation
    same: Organisation | None
    others: tuple[Organisation, ...]
    same_name: bool


def get_open_sign_in(sign_in_id: UUID, user: User, session_key: str) -> SignIn:
    """The answered sign-in of this person and browser; a finished one too, for Finish may be pressed twice.

    SignIn.DoesNotExist outside the scope in force; OtherUser, OtherSession, SessionOver, SignInOver.
    """
    rows = SignIn.objects.select_related("business", "connection", "leaves", "practice")
    sign_in: SignIn = rows.get(id=sign_in_id)
    if sign_in.user_id != user.id:
        raise OtherUser
    if sign_in.session_hash != hash_session(session_key):
        raise not_this_session(sign_in, user)
    if sign_in.finished_at is None and not is_open(sign_in):
        raise SignInOver(sign_in)
    return sign_in


def not_this_session(sign_in: SignIn, user: User) -> SignInFailure:
    """Why this session of the person who began can't go on.

    A session that was there before is another browser's. After a new sign-in to Bookbind the one that began
    may have ended, which nothing tells.
    """
    is_newer = user.last_login is not None and user.last_login > sign_in.begun_at
    failure = SessionOver if is_newer else OtherSession
    return failure(sign_in, provider=get_provider(sign_in.provider).name)


def is_open(sign_in: SignIn) -> bool:
    """Whether the answer still waits for Finish."""
    until = sign_in.pending_until
    ended = sign_in.dropped_at or sign_in.finished_at
    return until is not None and ended is None and clock.real_now() < until


def offered(sign_in: SignIn) -> list[Organisation]:
    """The organisations that this consent named."""
    return [Organisation(**values) for values in sign_in.organisations]


def chosen(sign_in: SignIn) -> Organisation | None:
    """The organisation that was chosen, None before."""
    return next((one for one in offered(sign_in) if one.id == sign_in.chosen_id), None)


def find_in_use(sign_in: SignIn) -> Organisation | None:
    """The organisation that a change would leave, where this consent named it: nobody moves there."""
    left = sign_in.leaves
    if left is None:
        return None
    return next((one for one in offered(sign_in) if _is_at(left, sign_in.provider, one)), None)


def choose_organisation(sign_in: SignIn, organisation_id: str) -> Organisation:
    """Remember the choice; nothing is saved to any connection."""
    organisation = next((one for one in offered(sign_in) if one.id == organisation_id), None)
    if organisation is None:
        raise OrganisationNotOffered(sign_in)
    if sign_in.connection is not None and not is_same(sign_in.connection, organisation):
        raise DifferentOrganisation(sign_in)
    if sign_in.leaves is not None and _is_at(sign_in.leaves, sign_in.provider, organisation):
        raise AlreadyThere(sign_in, organisation=organisation.name)
    unfinished = SignIn.objects.filter(id=sign_in.id, finished_at=None, dropped_at=None)
    if unfinished.update(chosen_id=organisation_id) == 0 and not _was_finished_with(sign_in, organisation_id):
        raise SignInOver(sign_in)
    sign_in.chosen_id = organisation_id
    return organisation


def _was_finished_with(sign_in: SignIn, organisation_id: str) -> bool:
    finished = SignIn.objects.filter(id=sign_in.id, finished_at__isnull=False, chosen_id=organisation_id)
    return bool(finished.exists())


def same_organisation(sign_in: SignIn) -> Match:
    """Whether a reconnect reached the organisation it had."""
    assert sign_in.connection is not None, "only a reconnect had an organisation before"
    connection = sign_in.connection
    before = organisation_of(connection)
    all_offered = offered(sign_in)
    same = next((one for one in all_offered if is_same(connection, one)), None)
    others = tuple(one for one in all_offered if one is not same)
    same_name = any(fold_name(one.name) == fold_name(before.name) for one in others)
    return Match(MatchKind.SAME if same else MatchKind.NOT_REACHED, before, same, others, same_name)


def is_same(connection: Connection, other: Organisation) -> bool:
    """Whether this is the connection's organisation: by id, and by its other facts where ids are weak."""
    if other.id != connection.organisation_id:
        return False
    known = organisation_of(connection)
    pairs = [(known.country, other.country), (known.currency, other.currency)]
    return other.id_is_strong or all(not one or not two or one == two for one, two in pairs)


def turn_into_change(sign_in: SignIn, organisation_id: str) -> None:
    """Let a reconnect that reached another organisation move there instead; still nothing is changed by it.

    OrganisationNotOffered, SignInOver.
    """
    if all(one.id != organisation_id for one in offered(sign_in)):
        raise OrganisationNotOffered(sign_in)
    reconnect = SignIn.objects.filter(
        id=sign_in.id, purpose=SignIn.Purpose.RECONNECT, finished_at=None, dropped_at=None
    )
    if not reconnect.update(
        purpose=SignIn.Purpose.CHANGE,
        leaves=sign_in.connection,
        connection=None,
        chosen_id=organisation_id,
    ):
        raise SignInOver(sign_in)


def _is_at(connection: Connection, provider: str, organisation: Organisation) -> bool:
    return connection.provider == provider and is_same(connection, organisation)


def shared_with(sign_in: SignIn, organisation_id: str, viewer: User) -> SharedWith | None:
    """Which other business is connected to the organisation already; None when none is."""
    return find_shared(sign_in.provider, organisation_id, sign_in.business, viewer)


def drop(sign_in: SignIn) -> None:
    """Give the sign-in up: its tokens are erased and never revoked, for that could end a live connection."""
    unfinished = SignIn.objects.filter(id=sign_in.id, finished_at=None)
    unfinished.update(tokens="", code_verifier="", dropped_at=clock.real_now())
    sign_in.refresh_from_db()
