"""Connecting, refreshing, revoking: the same at every vendor, but for what its descriptor says."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest

from bookbind.kit import clock
from bookbind.providers.base.contract import GrantReach, RevokeKills
from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause
from bookbind.providers.base.types import Answer, Organisation, Redirect, Tokens
from tests.providers.conftest import LOGIN, ORGANISATION, Visitor

OTHER = "Acme Holdings Ltd"
STRANGERS = "Cole & Son Ltd"


def skip(visitor: Visitor, duration: str) -> None:
    visitor.sandbox.control("clock", skip=duration)


def fault(visitor: Visitor, operation: str, kind: str, **more: object) -> None:
    wish = {"vendor": visitor.provider.id, "operation": operation, "fault": kind, "times": 1, **more}
    visitor.sandbox.control("faults", **wish)


def refresh(visitor: Visitor, tokens: Tokens) -> Tokens:
    return visitor.adapter.refresh(visitor.app, tokens)


def refusal_of_refresh(visitor: Visitor, tokens: Tokens) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        refresh(visitor, tokens)
    return raised.value


def test_a_sign_in_tells_who_signed_in_and_for_how_long(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    assert tokens.access_token
    assert tokens.refresh_token
    assert clock.now() < tokens.access_expires_at < clock.now() + timedelta(days=1)
    assert tokens.login_id
    assert tokens.login_email == LOGIN
    assert set(visitor.provider.required_scopes) <= set(tokens.scopes)
    assert tokens.access_token not in repr(tokens)
    assert tokens.refresh_token not in repr(tokens)


def test_the_sign_in_page_is_asked_with_our_state_and_exact_redirect_uri(visitor: Visitor) -> None:
    begun = visitor.adapter.begin(visitor.app, "state with/odd&signs=")
    assert isinstance(begun, Redirect)
    assert begun.url.startswith(visitor.sandbox.url)
    assert "state=state%20with%2Fodd%26signs%3D" in begun.url
    assert visitor.app.client_secret not in begun.url


def test_the_same_login_has_the_same_id_every_time(visitor: Visitor) -> None:
    assert visitor.sign_in().login_id == visitor.sign_in().login_id
    assert visitor.sign_in("solo@acme.test").login_id != visitor.sign_in().login_id


@pytest.mark.req("OAU-12", "CON-02")
def test_only_this_consents_organisations_are_offered(visitor: Visitor) -> None:
    earlier = visitor.sign_in(LOGIN, OTHER)
    tokens = visitor.sign_in(LOGIN, ORGANISATION)
    assert [found.name for found in visitor.adapter.organisations(earlier)] == [OTHER]
    assert [found.name for found in visitor.adapter.organisations(tokens)] == [ORGANISATION]
    if visitor.provider.grant_reach is GrantReach.LOGIN:
        reached = {found.name for found in visitor.adapter.reachable_organisations(tokens)}
        assert reached == {ORGANISATION, OTHER}


def test_an_organisation_comes_in_full_and_is_the_same_after_a_new_consent(visitor: Visitor) -> None:
    first = visitor.organisation(visitor.sign_in())
    assert first.id
    assert (first.name, first.country, first.currency) == (ORGANISATION, "GB", "GBP")
    again = visitor.organisation(visitor.sign_in())
    assert again.id == first.id
    assert replace(again, connection_ref="") == replace(first, connection_ref="")


def test_a_code_works_once(visitor: Visitor) -> None:
    answer = visitor.allow()
    visitor.adapter.complete(visitor.app, answer)
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.complete(visitor.app, answer)
    assert raised.value.kind is ErrorKind.NEEDS_RECONNECT


@pytest.mark.parametrize("values", [{}, {"error": "access_denied"}, {"code": "made-up"}])
def test_an_answer_without_a_good_code_is_no_sign_in(visitor: Visitor, values: dict[str, str]) -> None:
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.complete(visitor.app, Answer(values))
    assert raised.value.kind is ErrorKind.NEEDS_RECONNECT


def test_an_expired_token_asks_for_a_refresh_and_works_after_it(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    organisation = visitor.organisation(tokens)
    skip(visitor, "2h")
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.open(tokens, organisation).fetch_organisation()
    assert raised.value.kind is ErrorKind.TOKEN_EXPIRED
    fresh = refresh(visitor, tokens)
    assert fresh.access_token != tokens.access_token
    assert visitor.adapter.open(fresh, organisation).fetch_organisation() == organisation


def test_a_refresh_keeps_who_signed_in_and_to_what(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    fresh = refresh(visitor, tokens)
    for name in ("login_id", "login_email", "login_name", "consent_id", "scopes"):
        assert getattr(fresh, name) == getattr(tokens, name), name


@pytest.mark.req("TOK-04")
def test_the_token_before_works_inside_its_grace_and_not_after(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    fresh = refresh(visitor, tokens)
    if fresh.refresh_token == tokens.refresh_token:
        # Some change a refresh token only now and then.
        skip(visitor, "25h")
        fresh = refresh(visitor, tokens)
    assert fresh.refresh_token != tokens.refresh_token
    grace = visitor.provider.refresh_grace_seconds
    if grace:
        assert refresh(visitor, tokens).access_token
    skip(visitor, f"{grace // 60 + 1}m")
    error = refusal_of_refresh(visitor, tokens)
    assert error.kind is ErrorKind.NEEDS_RECONNECT


def test_a_login_that_is_used_now_and_then_never_ends_and_an_idle_one_does(visitor: Visitor) -> None:
    idle_days = visitor.provider.idle_days
    tokens = visitor.sign_in()
    if idle_days is None:
        pytest.skip("This vendor has no idle limit.")
    for _ in range(3):
        skip(visitor, f"{idle_days - 1}d")
        tokens = refresh(visitor, tokens)
    skip(visitor, f"{idle_days + 1}d")
    assert refusal_of_refresh(visitor, tokens).kind is ErrorKind.NEEDS_RECONNECT


@pytest.mark.req("ERR-05", "TOK-05")
def test_a_wrong_secret_of_ours_is_our_operators_affair(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    wrong = replace(visitor.app, client_secret="wrong")
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.refresh(wrong, tokens)
    assert raised.value.kind is ErrorKind.MISCONFIGURED
    assert refresh(visitor, tokens).access_token


@pytest.mark.req("TOK-05", "TOK-07", "ERR-02")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("429", ErrorKind.RATE_LIMITED),
        ("500", ErrorKind.PROVIDER_DOWN),
        ("503", ErrorKind.PROVIDER_DOWN),
        ("html", ErrorKind.TRANSIENT),
        ("empty", ErrorKind.TRANSIENT),
        ("truncated", ErrorKind.TRANSIENT),
        ("lost_reply", ErrorKind.TRANSIENT),
    ],
)
def test_no_trouble_at_the_token_address_is_taken_for_a_revocation(
    visitor: Visitor, kind: str, expected: ErrorKind
) -> None:
    tokens = visitor.sign_in()
    fault(visitor, "token", kind)
    error = refusal_of_refresh(visitor, tokens)
    assert error.kind is expected
    assert error.maybe_done is (kind != "429")
    assert tokens.refresh_token not in f"{error} {error.vendor_text}"
    if visitor.provider.refresh_grace_seconds or kind != "lost_reply":
        assert refresh(visitor, tokens).access_token


@pytest.mark.req("CON-08")
def test_removed_inside_the_vendor_is_told_from_everything_else(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    organisation = visitor.organisation(tokens)
    visitor.sandbox.control("revoke", vendor=visitor.provider.id, organisation=organisation.id)
    error = refusal_of_access(visitor, tokens, organisation)
    assert (error.kind, error.cause) == (ErrorKind.NEEDS_RECONNECT, ReconnectCause.REVOKED)


@pytest.mark.req("CON-07")
def test_disconnecting_one_organisation_leaves_the_other(visitor: Visitor) -> None:
    earlier = visitor.sign_in(LOGIN, OTHER)
    tokens = visitor.sign_in(LOGIN, ORGANISATION)
    reaching = tokens if visitor.provider.grant_reach is GrantReach.LOGIN else earlier
    gone, kept = visitor.organisation(tokens), reach(visitor, reaching, OTHER)
    visitor.adapter.disconnect(visitor.app, tokens, gone)
    visitor.adapter.disconnect(visitor.app, tokens, gone)
    assert visitor.adapter.open(reaching, kept).fetch_organisation().name == OTHER
    assert refusal_of_access(visitor, tokens, gone).kind is ErrorKind.NEEDS_RECONNECT


def refusal_of_access(visitor: Visitor, tokens: Tokens, organisation: Organisation) -> ProviderError:
    """Why an organisation can't be reached; where any dead token is called expired, a refresh tells."""
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.open(tokens, organisation).fetch_organisation()
    if raised.value.kind is ErrorKind.TOKEN_EXPIRED:
        return refusal_of_refresh(visitor, tokens)
    return raised.value


def reach(visitor: Visitor, tokens: Tokens, name: str) -> Organisation:
    return next(found for found in visitor.adapter.reachable_organisations(tokens) if found.name == name)


def test_revoking_kills_what_the_descriptor_says(visitor: Visitor) -> None:
    earlier, stranger = visitor.sign_in(LOGIN, OTHER), visitor.sign_in("solo@acme.test")
    tokens = visitor.sign_in()
    visitor.adapter.revoke(visitor.app, tokens)
    kills = visitor.provider.revoke_kills
    if kills is not RevokeKills.NOTHING:
        assert refusal_of_refresh(visitor, tokens).kind is ErrorKind.NEEDS_RECONNECT
    if kills is RevokeKills.LOGIN:
        assert visitor.adapter.reachable_organisations(earlier) == []
    if kills is RevokeKills.GRANT:
        assert visitor.adapter.reachable_organisations(earlier)
    assert visitor.adapter.reachable_organisations(stranger)
    visitor.adapter.revoke(visitor.app, tokens)


def test_a_session_reaches_no_organisation_that_was_not_allowed(visitor: Visitor) -> None:
    tokens = visitor.sign_in(LOGIN, ORGANISATION)
    stranger = visitor.organisation(visitor.sign_in("jo@harbour.test", STRANGERS), STRANGERS)
    session = visitor.adapter.open(tokens, stranger)
    with pytest.raises(ProviderError) as raised:
        session.fetch_organisation()
    assert raised.value.kind is ErrorKind.NEEDS_RECONNECT
    with pytest.raises(ProviderError):
        list(session.fetch_items(visitor.provider.lists[0], "", None))


def test_a_person_who_allowed_too_little_is_told_so(visitor: Visitor) -> None:
    least = tuple(scope for scope in visitor.app.scopes if "settings" not in scope)
    begun = visitor.adapter.begin(replace(visitor.app, scopes=least), "state")
    assert isinstance(begun, Redirect)
    if least == visitor.app.scopes:
        pytest.skip("This vendor has no scopes to leave out.")
    full = visitor.organisation(visitor.sign_in("solo@acme.test"))
    redirect = visitor.sandbox.control(
        "consent",
        vendor=visitor.provider.id,
        login=LOGIN,
        organisations=[ORGANISATION],
        authorize_url=begun.url,
    )["redirect"]
    query = dict(parse_qsl(urlsplit(redirect).query))
    tokens = visitor.adapter.complete(visitor.app, Answer(query))
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.open(tokens, full).fetch_organisation()
    assert raised.value.kind is ErrorKind.MISSING_SCOPE
