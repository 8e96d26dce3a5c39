"""The callback under attack: nothing but the answer to a sign-in begun here, by this person, is ever used."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.sessions.backends.db import SessionStore
from hypothesis import given
from hypothesis import strategies as st

from bookbind.activity.models import Entry
from bookbind.connections import errors
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.pending import choose_organisation, get_open_sign_in, offered
from bookbind.connections.sessions import safe_path, session_key
from bookbind.connections.sign_in import begin_sign_in, fetch_organisations, receive_answer
from bookbind.kit import clock
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import Walker, sign_in_row
from tests.support.factories import People
from tests.support.processes import Sandbox

pytestmark = pytest.mark.django_db


def token_calls(sandbox: Sandbox) -> int:
    return int(sandbox.received()["token_requests"])


def nothing_happened(walker: Walker) -> None:
    assert token_calls(walker.sandbox) == 0
    with within(SystemScope("a test looks")):
        assert not Connection.objects.exists()
        assert not SignIn.objects.exclude(tokens="").exists()


@pytest.mark.req("OAU-02")
def test_the_state_is_long_random_and_stored_as_a_keyed_hash_alone(ada: Walker) -> None:
    sign_in, url = ada.begin()
    other, other_url = ada.begin()
    state = parse_qs(urlsplit(url).query)["state"][0]

    assert len(state) * 6 >= 128
    assert state != parse_qs(urlsplit(other_url).query)["state"][0]
    stored = repr(vars(sign_in_row(sign_in.id)))
    assert state not in stored
    assert sign_in.state_hash != other.state_hash


@pytest.mark.req("OAU-02")
@pytest.mark.parametrize("state", [None, "", "invented"])
def test_an_answer_without_a_state_of_ours_is_refused(ada: Walker, state: str | None) -> None:
    _, url = ada.begin()
    query = ada.allow(url)
    del query["state"]
    if state is not None:
        query["state"] = state

    with pytest.raises((errors.StateMissing, errors.StateUnknown)):
        ada.come_back(query)
    nothing_happened(ada)


@pytest.mark.req("OAU-02", "OAU-06")
def test_an_answer_works_once(ada: Walker) -> None:
    sign_in = ada.sign_in()
    with pytest.raises(errors.SignInUsed):
        ada.come_back(ada.queries[0])

    assert token_calls(ada.sandbox) == 1
    assert sign_in_row(sign_in.id).tokens != ""


@pytest.mark.req("OAU-02")
def test_an_answer_after_ten_minutes_is_refused(ada: Walker) -> None:
    sign_in, url = ada.begin()
    query = ada.allow(url)
    late = clock.real_now() + timedelta(minutes=10, seconds=1)
    with time_machine.travel(late), pytest.raises(errors.SignInExpired) as refused:
        ada.come_back(query)
    nothing_happened(ada)
    assert "ten minutes" in refused.value.message
    assert sign_in_row(sign_in.id).dropped_at is not None


@pytest.mark.req("OAU-11")
def test_an_attackers_answer_opened_in_a_victims_browser_is_refused(ada: Walker, people: People) -> None:
    """Login CSRF: the victim's business would publish into the attacker's books."""
    attacker = Walker(ada.sandbox, people.olga, people.other, login="jo@harbour.test", session="attacker")
    _, url = attacker.begin()
    query = attacker.allow(url, "Birch & Co Ltd")

    with pytest.raises(errors.OtherUser) as refused:
        ada.come_back(query)
    nothing_happened(ada)
    assert refused.value.sign_in is None
    assert refused.value.http_status == 403


@pytest.mark.req("OAU-02", "OAU-11")
def test_the_same_person_in_another_browser_is_refused(ada: Walker) -> None:
    _, url = ada.begin()
    query = ada.allow(url)
    ada.session = "another browser"
    with pytest.raises(errors.OtherSession):
        ada.come_back(query)
    nothing_happened(ada)
    ada.session = "browser-1"
    assert offered(ada.come_back(query))


@pytest.mark.req("OAU-03")
def test_a_code_of_one_vendor_on_anothers_callback_makes_no_token_call(ada: Walker) -> None:
    _, url = ada.begin()
    query = ada.allow(url)
    for provider_id in ("quickbooks", "nobody"):
        with pytest.raises(errors.WrongProvider):
            receive_answer(provider_id=provider_id, query=query, user=ada.user, session_key=ada.session)
    nothing_happened(ada)


@pytest.mark.req("OAU-03")
def test_an_answer_that_names_another_issuer_is_refused(ada: Walker) -> None:
    _, url = ada.begin()
    query = ada.allow(url)
    with pytest.raises(errors.IssuerDiffers):
        ada.come_back(query | {"iss": "https://evil.example"})
    nothing_happened(ada)
    assert offered(ada.come_back(query | {"iss": f"{ada.sandbox.url}/xero/identity"}))


@pytest.mark.req("CON-09")
def test_cancel_at_the_vendor_is_no_error_and_changes_nothing(ada: Walker) -> None:
    connection = ada.connect()
    sign_in, url = ada.begin(connection)
    state = parse_qs(urlsplit(url).query)["state"][0]

    with pytest.raises(errors.SignInCancelled) as cancelled:
        ada.come_back({"error": "access_denied", "state": state})
    assert cancelled.value.message == "You cancelled at Xero. Nothing changed."
    assert cancelled.value.sign_in is not None
    assert cancelled.value.sign_in.id == sign_in.id
    with within(BusinessScope(ada.business.id)):
        assert Connection.objects.get(id=connection.id).epoch == connection.epoch
        with pytest.raises(errors.SignInOver):
            get_open_sign_in(sign_in.id, ada.user, ada.session)


def test_a_refusal_in_the_vendors_words_is_kept_for_details(
    ada: Walker, caplog: pytest.LogCaptureFixture
) -> None:
    _, url = ada.begin()
    state = parse_qs(urlsplit(url).query)["state"][0]
    with pytest.raises(errors.VendorRefused) as refused:
        ada.come_back({"error": "server_error", "error_description": "out\r\nof order", "state": state})
    assert refused.value.vendor_text == "server_error out of order"
    assert "Xero refused a sign-in: server_error out of order. Xero's free Starter plan" in caplog.text


@pytest.mark.req("OAU-06")
def test_a_code_that_came_too_late_is_said_clearly(ada: Walker) -> None:
    sign_in, url = ada.begin()
    query = ada.allow(url)
    ada.sandbox.control("clock", skip="6m")
    with pytest.raises(errors.CodeRefused) as refused:
        ada.come_back(query)
    assert "Please start again" in refused.value.message
    assert sign_in_row(sign_in.id).dropped_at is not None


@pytest.mark.req("REC-08")
def test_only_the_session_that_began_may_go_on(ada: Walker, people: People) -> None:
    sign_in = ada.sign_in()
    with within(BusinessScope(ada.business.id)):
        assert get_open_sign_in(sign_in.id, ada.user, ada.session).id == sign_in.id
        with pytest.raises(errors.OtherSession):
            get_open_sign_in(sign_in.id, ada.user, "another browser")
        with pytest.raises(errors.OtherUser):
            get_open_sign_in(sign_in.id, people.ursula, ada.session)
    with within(BusinessScope(people.other.id)), pytest.raises(SignIn.DoesNotExist):
        get_open_sign_in(sign_in.id, ada.user, ada.session)


@pytest.mark.req("REC-08")
def test_a_pending_answer_ends_after_half_an_hour(ada: Walker) -> None:
    sign_in = ada.sign_in()
    with time_machine.travel(clock.real_now() + timedelta(minutes=30, seconds=1)):
        with within(BusinessScope(ada.business.id)):
            with pytest.raises(errors.SignInOver):
                get_open_sign_in(sign_in.id, ada.user, ada.session)
            choose_organisation(sign_in, offered(sign_in)[0].id)
        with pytest.raises(errors.SignInOver):
            ada.finish(sign_in)
    with within(SystemScope("a test looks")):
        assert not Connection.objects.exists()


def test_what_was_refused_is_audited_without_naming_anybody_elses_people(ada: Walker, people: People) -> None:
    attacker = Walker(ada.sandbox, people.olga, people.other, login="jo@harbour.test", session="attacker")
    _, url = attacker.begin()
    query = attacker.allow(url, "Birch & Co Ltd")
    with pytest.raises(errors.OtherUser):
        ada.come_back(query)
    with within(BusinessScope(people.other.id)):
        entry = Entry.objects.get(action="sign_in.refused")
    assert entry.data["reason"] == "OtherUser"
    assert entry.actor_id is None
    assert people.alice.name not in entry.actor_name


@pytest.mark.req("OAU-05", "REC-17")
@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/%2F%2Fevil.example".replace("/%2F", "%2F", 1),
        "/%5Cevil.example",
        "/%255Cevil.example",
        "/%0d%0aSet-Cookie:x",
        "/b/acme/../../accounts/logout",
        "/b/%2e%2e/x",
        "evil",
        "",
        "/" + "a" * 400,
    ],
)
def test_a_way_back_that_is_not_our_own_is_dropped(path: str) -> None:
    assert safe_path(path) == ""


@pytest.mark.req("OAU-05")
@given(st.text(alphabet="/\\%25cCfFeE:.@?#ab \t\r\n", max_size=30))
def test_whatever_survives_stays_on_this_site(text: str) -> None:
    kept = safe_path(text)
    assert kept in ("", text)
    if kept:
        assert kept.startswith("/")
        assert not kept.startswith(("//", "/\\"))
        assert urlsplit(kept).netloc == ""


@pytest.mark.req("REC-17")
def test_an_own_path_is_kept_with_its_query(ada: Walker) -> None:
    sign_in, _ = ada.begin(return_to="/b/acme/costs/?show=waiting&q=fuel%20ltd")
    assert sign_in.return_to == "/b/acme/costs/?show=waiting&q=fuel%20ltd"
    assert ada.begin(return_to="//evil.example")[0].return_to == ""


@pytest.mark.parametrize(
    ("fault", "failure"), [("503", errors.VendorUnavailable), ("html", errors.VendorUnavailable)]
)
def test_a_vendor_that_fails_at_the_exchange_is_said_clearly(
    ada: Walker, fault: str, failure: type[errors.SignInFailure]
) -> None:
    sign_in, url = ada.begin()
    query = ada.allow(url)
    ada.sandbox.control("faults", vendor="xero", operation="token", fault=fault, times=1)
    with pytest.raises(failure) as failed:
        ada.come_back(query)
    assert "isn't answering. Nothing was changed" in failed.value.message
    assert failed.value.sign_in is not None
    assert sign_in_row(sign_in.id).tokens == ""


def test_an_app_that_the_vendor_refuses_is_the_operators_to_put_right(ada: Walker) -> None:
    _, url = ada.begin()
    query = ada.allow(url)
    ada.sandbox.control("app", vendor="xero", secret="changed")
    with pytest.raises(errors.AppNotAccepted) as failed:
        ada.come_back(query)
    assert "Its operator must put that right" in failed.value.message


def test_organisations_that_could_not_be_read_are_asked_for_again(ada: Walker) -> None:
    _, url = ada.begin()
    query = ada.allow(url)
    ada.sandbox.control("faults", vendor="xero", operation="connections", fault="503", times=1)
    with pytest.raises(errors.OrganisationsUnread) as failed:
        ada.come_back(query)
    sign_in = failed.value.sign_in
    assert sign_in is not None
    with within(BusinessScope(ada.business.id)):
        again = get_open_sign_in(sign_in.id, ada.user, ada.session)
        assert offered(again) == []
        assert [organisation.name for organisation in offered(fetch_organisations(again))] == ["Acme Ltd"]
    assert ada.finish(again).organisation["name"] == "Acme Ltd"


def test_software_that_is_not_built_yet_can_not_be_begun(ada: Walker) -> None:
    with within(BusinessScope(ada.business.id)), pytest.raises(errors.ProviderUnavailable) as refused:
        begin_sign_in(
            user=ada.user,
            business=ada.business,
            practice=None,
            provider="sage",
            purpose="connect",
            session_key=ada.session,
        )
    assert "Sage Accounting" in refused.value.message


def test_a_browser_session_has_one_value_for_its_whole_life() -> None:
    session = SessionStore()
    first = session_key(session)
    session.cycle_key()
    assert session_key(session) == first
    session.flush()
    assert session_key(session) != first
