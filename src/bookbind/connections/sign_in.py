"""To the vendor and back: the first of the two steps, after which nothing is changed yet."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings

from bookbind.activity.services import record
from bookbind.connections.change import find_open_change
from bookbind.connections.endings import refuse_left
from bookbind.connections.errors import (
    AlreadyChanging,
    AlreadyConnected,
    AppNotAccepted,
    CodeRefused,
    IssuerDiffers,
    NotConnected,
    OrganisationsUnread,
    OtherUser,
    ProviderUnavailable,
    SignInCancelled,
    SignInExpired,
    SignInFailure,
    SignInUsed,
    StateMissing,
    StateUnknown,
    VendorRefused,
    VendorUnavailable,
    WrongProvider,
)
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.pending import drop, not_this_session
from bookbind.connections.queries import LIVE_STAGES, find_main_connection, organisation_name
from bookbind.connections.schedule import queue_purge
from bookbind.connections.second_person import check_others
from bookbind.connections.secrets import open_text, open_tokens, seal_text, seal_tokens, sign_in_row
from bookbind.connections.services import stored_organisation
from bookbind.connections.sessions import hash_session, hash_state, safe_path
from bookbind.kit import clock
from bookbind.kit.checkpoints import Checkpoint, reach
from bookbind.kit.ids import new_id, new_token
from bookbind.kit.text import clean_text
from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.contract import Adapter, Provider
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import Answer, Form, Redirect, Tokens
from bookbind.providers.registry import find_provider, get_provider
from bookbind.tenancy.models import Business, Practice, User
from bookbind.tenancy.scope import BusinessScope, SystemScope, within

STATE_MINUTES = 10
PENDING_MINUTES = 30
_LONGEST_ANSWER = 4000
_SEATS_ADVICE = (
    " If no more organisations can be connected, ask whoever runs this Bookbind to make room, then try again."
)

_log = logging.getLogger(__name__)


def begin_sign_in(  # noqa: PLR0913 - a sign-in is bound to every one of these
    *,
    user: User,
    business: Business,
    practice: Practice | None,
    provider: str,
    purpose: str,
    connection: Connection | None = None,
    session_key: str,
    return_to: str = "",
    publish_first: bool = False,
    organisation_id: str = "",
) -> tuple[SignIn, Redirect | Form]:
    """Begin one walk to the vendor: where to send the person, bound to all that is given.

    `connection` is the one to reconnect, or the one that a change leaves; `publish_first` lets a change wait
    until the documents that are on their way there have been published. `organisation_id` is chosen
    beforehand, if the vendor offers it.
    The state in the address is random, good once and for ten minutes, and stored as a keyed hash alone.
    """
    vendor = get_provider(provider)
    adapter = _adapter(vendor)
    _refuse_pointless(vendor, business, purpose, connection)
    if purpose == SignIn.Purpose.CHANGE:
        check_others(business, user)
    state, now = new_token(), clock.real_now()
    step = _begin_at_vendor(vendor, adapter, state)
    sign_in = SignIn(
        id=new_id(),
        business=business,
        practice=practice,
        user=user,
        provider=vendor.id,
        purpose=purpose,
        connection=None if purpose == SignIn.Purpose.CHANGE else connection,
        leaves=connection if purpose == SignIn.Purpose.CHANGE else None,
        publish_first=publish_first,
        chosen_id=organisation_id,
        state_hash=hash_state(state),
        session_hash=hash_session(session_key),
        return_to=safe_path(return_to),
        begun_at=now,
        state_expires_at=now + timedelta(minutes=STATE_MINUTES),
    )
    verifier = step.code_verifier if isinstance(step, Redirect) else ""
    if verifier:
        sign_in.code_verifier = seal_text(verifier, sign_in_row(sign_in.id, "code_verifier"))
    sign_in.save(force_insert=True)
    queue_purge()
    return sign_in, step


def receive_answer(*, provider_id: str, query: Mapping[str, str], user: User, session_key: str) -> SignIn:
    """Take the vendor's answer: checked, used up, exchanged at once, and kept pending until Finish.

    Raises a SignInFailure that says what to do; whatever it was, no connection was changed.
    """
    sign_in = _find_begun(provider_id, query, user, session_key)
    with within(BusinessScope(sign_in.business_id)):
        vendor = get_provider(sign_in.provider)
        _use_up(sign_in, vendor)
        if "error" in query or not query.get("code"):
            raise _turned_back(sign_in, vendor, query)
        tokens = _exchange(sign_in, vendor, query)
        _keep_pending(sign_in, tokens)
        return fetch_organisations(sign_in)


def fetch_organisations(sign_in: SignIn) -> SignIn:
    """Ask which organisations this consent named; may be asked again when the vendor did not answer."""
    vendor = get_provider(sign_in.provider)
    tokens = open_tokens(sign_in.tokens, sign_in_row(sign_in.id))
    try:
        found = _adapter(vendor).organisations(tokens)
    except ProviderError as error:
        raise OrganisationsUnread(sign_in, vendor_text=error.vendor_text, provider=vendor.name) from error
    sign_in.organisations = [stored_organisation(organisation) for organisation in found]
    SignIn.objects.filter(id=sign_in.id).update(organisations=sign_in.organisations)
    return sign_in


def _refuse_pointless(
    vendor: Provider, business: Business, purpose: str, connection: Connection | None
) -> None:
    if purpose == SignIn.Purpose.RECONNECT:
        assert connection is not None, "a reconnect is of one connection"
        assert connection.provider == vendor.id, "a connection stays with its vendor"
        if connection.stage not in LIVE_STAGES:
            raise NotConnected
        return
    if purpose == SignIn.Purpose.CHANGE:
        assert connection is not None, "a change leaves a connection"
        _refuse_second_change(business, connection)
        return
    assert connection is None, "to connect is not to reconnect"
    main = None if vendor.stands_beside else find_main_connection(business.id)
    if main is not None:
        there = get_provider(main.provider)
        raise AlreadyConnected(provider=there.name, organisation=organisation_name(main))


def _refuse_second_change(business: Business, leaves: Connection) -> None:
    under_way = find_open_change(business.id)
    if under_way is not None:
        there = get_provider(under_way.joined.provider)
        raise AlreadyChanging(provider=there.name, organisation=organisation_name(under_way.joined))
    refuse_left(business.id, leaves)


def _begin_at_vendor(vendor: Provider, adapter: Adapter, state: str) -> Redirect | Form:
    try:
        return adapter.begin(app_credentials(vendor), state)
    except ProviderError as error:
        if error.kind is ErrorKind.MISCONFIGURED:
            raise AppNotAccepted(vendor_text=error.vendor_text, provider=vendor.name) from error
        raise VendorUnavailable(vendor_text=error.vendor_text, provider=vendor.name) from error


def _find_begun(provider_id: str, query: Mapping[str, str], user: User, session_key: str) -> SignIn:
    """The sign-in that this answer belongs to, if this person in this browser began it at this vendor."""
    state = query.get("state", "")
    if not state:
        raise _refused(StateMissing(), None, user)
    with within(SystemScope("the vendor's answer names no business")):
        rows = SignIn.objects.select_related("business", "connection", "practice")
        sign_in: SignIn | None = rows.filter(state_hash=hash_state(state[:_LONGEST_ANSWER])).first()
    if sign_in is None:
        raise _refused(StateUnknown(), None, user)
    if sign_in.user_id != user.id:
        raise _refused(OtherUser(), sign_in, None)
    if sign_in.session_hash != hash_session(session_key):
        raise _refused(not_this_session(sign_in, user), sign_in, user)
    vendor = find_provider(provider_id)
    if vendor is None or sign_in.provider != vendor.id:
        raise _refused(WrongProvider(sign_in), sign_in, user)
    if not _issuer_fits(vendor, query.get("iss", "")):
        raise _refused(IssuerDiffers(sign_in, provider=vendor.name), sign_in, user)
    return sign_in


def _use_up(sign_in: SignIn, vendor: Provider) -> None:
    """Of two answers with the same state, exactly one gets past here."""
    now = clock.real_now()
    unused = SignIn.objects.filter(id=sign_in.id, answered_at=None)
    if sign_in.answered_at is not None or (
        sign_in.state_expires_at > now and unused.update(answered_at=now) == 0
    ):
        raise _refused(SignInUsed(sign_in, provider=vendor.name), sign_in, sign_in.user)
    if sign_in.state_expires_at <= now:
        drop(sign_in)
        raise SignInExpired(sign_in, provider=vendor.name)
    sign_in.answered_at = now


def _turned_back(sign_in: SignIn, vendor: Provider, query: Mapping[str, str]) -> SignInFailure:
    drop(sign_in)
    if query.get("error") == "access_denied":
        return SignInCancelled(sign_in, provider=vendor.name)
    told = clean_text(f"{query.get('error', '')} {query.get('error_description', '')}", 300)
    # The plan of our app is the operator's; whoever signed in can only ask.
    _log.warning("%s refused a sign-in: %s. %s", vendor.name, told, vendor.seats_hint)
    advice = _SEATS_ADVICE if vendor.seats_hint else ""
    return VendorRefused(sign_in, vendor_text=told, provider=vendor.name, advice=advice)


def _exchange(sign_in: SignIn, vendor: Provider, query: Mapping[str, str]) -> Tokens:
    """Exchange the code: at once, and once."""
    verifier = sign_in.code_verifier
    if verifier:
        verifier = open_text(verifier, sign_in_row(sign_in.id, "code_verifier"))
    try:
        tokens = _adapter(vendor).complete(app_credentials(vendor), Answer(dict(query), verifier))
    except ProviderError as error:
        drop(sign_in)
        failure = _EXCHANGE_FAILURES.get(error.kind, VendorUnavailable)
        raise failure(sign_in, vendor_text=error.vendor_text, provider=vendor.name) from error
    reach(Checkpoint.AFTER_CODE_EXCHANGED)
    return tokens


_EXCHANGE_FAILURES: dict[ErrorKind, type[SignInFailure]] = {
    ErrorKind.NEEDS_RECONNECT: CodeRefused,
    ErrorKind.REJECTED: CodeRefused,
    ErrorKind.MISSING_SCOPE: VendorRefused,
    ErrorKind.MISCONFIGURED: AppNotAccepted,
}


def _keep_pending(sign_in: SignIn, tokens: Tokens) -> None:
    sign_in.tokens = seal_tokens(tokens, sign_in_row(sign_in.id))
    sign_in.code_verifier = ""
    sign_in.login_id = tokens.login_id
    sign_in.login_email = clean_text(tokens.login_email, 254)
    sign_in.authorised_at = clock.now()
    sign_in.pending_until = clock.real_now() + timedelta(minutes=PENDING_MINUTES)
    sign_in.save(
        update_fields=["tokens", "code_verifier", "login_id", "login_email", "authorised_at", "pending_until"]
    )
    queue_purge()
    reach(Checkpoint.AFTER_PENDING_SAVED)


def _refused(failure: SignInFailure, sign_in: SignIn | None, actor: User | None) -> SignInFailure:
    """Write an answer that does not fit into the audit: it may be somebody's attempt to slip a login in."""
    reason = type(failure).__name__
    record(
        "sign_in.refused",
        "An answer from accounting software was refused, because it does not belong to a sign-in begun here.",
        business_id=sign_in.business_id if sign_in else None,
        actor=actor,
        data={"reason": reason, "provider": sign_in.provider if sign_in else ""},
    )
    return failure


def _issuer_fits(vendor: Provider, issuer: str) -> bool:
    """Whether the sender that an answer names, if it names one, is the vendor (RFC 9207)."""
    if not issuer:
        return True
    parts = urlsplit(issuer)
    if settings.SANDBOX_URL:
        return issuer.startswith(f"{settings.SANDBOX_URL}/{vendor.id}/") or issuer == settings.SANDBOX_URL
    return parts.scheme == "https" and parts.netloc in vendor.hosts


def _adapter(vendor: Provider) -> Adapter:
    if not vendor.available or vendor.adapter is None:
        raise ProviderUnavailable(provider=vendor.name)
    return vendor.adapter
