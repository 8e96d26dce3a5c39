"""Reconnecting: the same organisation, another one, another login, two businesses on one login."""

from collections.abc import Callable

import pytest

from bookbind.activity.models import Entry
from bookbind.connections import errors
from bookbind.connections.events import ConnectionHealed
from bookbind.connections.finish import finish
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, Grant
from bookbind.connections.outcomes import PROBE_JOB, RENEWED_JOB
from bookbind.connections.pending import (
    MatchKind,
    choose_organisation,
    drop,
    offered,
    same_organisation,
    shared_with,
)
from bookbind.connections.secrets import are_readable
from bookbind.connections.sign_in import begin_sign_in
from bookbind.connections.status import Cause, Health, State, consent_end
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.events import Event
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import JO, SOLO, Walker, grant_of, reread, sign_in_row, status_now
from tests.support.factories import People, make_business

pytestmark = pytest.mark.django_db


def still_works(connection: Connection) -> bool:
    """A real call over the connection."""
    with within(BusinessScope(connection.business_id)):
        seen = call(reread(connection), lambda session: session.fetch_organisation())
    return seen.id == connection.organisation_id


@pytest.mark.req("REC-06")
def test_reconnect_keeps_the_connection_and_gives_it_a_new_year(
    ada: Walker, ahead: Callable[..., None], told: list[Event]
) -> None:
    before = ada.connect()
    ahead(days=366)
    assert status_now(before).cause is Cause.EXPIRED

    sign_in = ada.sign_in(connection=reread(before))
    assert same_organisation(sign_in).kind is MatchKind.SAME
    after = ada.finish(sign_in, publish_now=True)

    assert after.id == before.id
    assert after.epoch == before.epoch + 1
    assert (after.lapsed_at, after.trouble_cause, after.warned_days) == (None, "", None)
    assert after.consent_expires_at == consent_end(clock.now(), "Europe/London")
    assert (status_now(after).state, status_now(after).health) == (State.CONNECTED, Health.OK)
    healed = [event for event in told if isinstance(event, ConnectionHealed)]
    assert healed == [ConnectionHealed(ada.business.id, before.id, publish_now=True, purpose="reconnect")]
    assert still_works(after)


def test_reconnect_works_while_healthy_and_the_new_year_counts_from_then(
    ada: Walker, ahead: Callable[..., None]
) -> None:
    before = ada.connect()
    ahead(days=100)
    after = ada.reconnect(before)
    assert after.consent_expires_at == consent_end(clock.now(), "Europe/London")
    assert after.consent_expires_at > before.consent_expires_at


@pytest.mark.req("REC-07")
def test_another_organisation_saves_nothing(ada: Walker) -> None:
    before = ada.connect()
    grant = grant_of(before)
    sign_in = ada.sign_in("Acme Holdings Ltd", connection=before)

    match = same_organisation(sign_in)
    assert match.kind is MatchKind.NOT_REACHED
    assert match.before.name == "Acme Ltd"
    assert [organisation.name for organisation in match.others] == ["Acme Holdings Ltd"]
    with within(BusinessScope(ada.business.id)):
        with pytest.raises(errors.DifferentOrganisation):
            choose_organisation(sign_in, offered(sign_in)[0].id)
        sign_in.chosen_id = offered(sign_in)[0].id
        with pytest.raises(errors.DifferentOrganisation):
            finish(sign_in, user=ada.user, publish_now=True)
    assert vars_of(reread(before)) == vars_of(before)
    assert vars_of(grant_of(before)) == vars_of(grant)
    assert still_works(before)


def vars_of(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


@pytest.mark.req("REC-07")
def test_same_name_is_not_the_same_organisation(ada: Walker) -> None:
    before = ada.connect()
    made = ada.sandbox.control(
        "organisations", vendor="xero", name="Acme Ltd", key="acme-twin", logins=["ada@acme.test"]
    )
    sign_in = ada.sign_in(str(made["id"]), connection=before)
    match = same_organisation(sign_in)
    assert match.kind is MatchKind.NOT_REACHED
    assert match.same_name


@pytest.mark.req("REC-08")
def test_the_old_sign_in_stays_in_use_until_finish(ada: Walker) -> None:
    before = ada.connect()
    version = grant_of(before).version
    sign_in = ada.sign_in(connection=before)

    assert grant_of(before).version == version
    assert still_works(before)
    ada.finish(sign_in)
    assert grant_of(before).version == version + 1


@pytest.mark.req("REC-08", "CON-06")
def test_a_dropped_sign_in_is_erased_and_never_revoked(ada: Walker) -> None:
    before = ada.connect()
    sign_in = ada.sign_in(connection=before)
    with within(BusinessScope(ada.business.id)):
        drop(sign_in)

    assert sign_in_row(sign_in.id).tokens == ""
    assert still_works(before)
    log = ada.sandbox.read("log", vendor="xero")
    assert not [entry for entry in log["requests"] if "revocation" in entry["path"]]


def test_reconnect_through_another_login_erases_the_login_that_nothing_uses_any_more(ada: Walker) -> None:
    before = ada.connect()
    old = grant_of(before)
    ada.login = SOLO
    after = ada.reconnect(before)

    new = grant_of(after)
    assert new.id != old.id
    assert after.signed_in_as == SOLO
    with within(SystemScope("a test looks")):
        old = Grant.objects.get(id=old.id)
    assert (old.tokens, old.dead_cause) == ("", "replaced")
    assert still_works(after)


@pytest.mark.req("OAU-11", "CON-06")
def test_one_login_for_two_businesses_finishing_one_leaves_the_other_working(
    carol: Walker, people: People
) -> None:
    acme = carol.connect("Acme Ltd")
    birch_business = make_business("Birch Ltd", practice=people.harbour)
    birch = Walker(carol.sandbox, people.carol, birch_business, people.harbour, login=JO).connect(
        "Birch & Co Ltd"
    )
    assert grant_of(acme).id == grant_of(birch).id
    assert still_works(acme)
    assert still_works(birch)

    walker = Walker(carol.sandbox, people.carol, birch_business, people.harbour, login=JO)
    wrong = walker.sign_in("Cole & Son Ltd", connection=birch)
    assert same_organisation(wrong).kind is MatchKind.NOT_REACHED
    with within(BusinessScope(birch_business.id)):
        drop(wrong)
    assert still_works(acme)
    assert still_works(birch)
    assert status_now(acme).state is State.CONNECTED


def lose_grant(connection: Connection) -> None:
    """The vendor's answer that renewed the sign-in never arrived."""
    with within(SystemScope("the sign-in is lost")):
        Grant.objects.filter(id=connection.grant_id).update(dead_cause="token_lost", dead_at=clock.now())


def birch_beside(carol: Walker, people: People) -> Connection:
    """A second client of the same practice, connected with the same login."""
    business = make_business("Birch Ltd", practice=people.harbour)
    walker = Walker(carol.sandbox, people.carol, business, people.harbour, login=JO)
    return walker.connect("Birch & Co Ltd")


@pytest.mark.req("REC-12")
def test_a_sign_in_renewed_through_one_client_lets_the_other_go_on(
    carol: Walker, people: People, told: list[Event]
) -> None:
    acme, birch = carol.connect("Acme Ltd"), birch_beside(carol, people)
    lose_grant(acme)
    assert status_now(birch).cause is Cause.TOKEN_LOST

    carol.reconnect(reread(acme))
    told.clear()
    run_due(kinds=[RENEWED_JOB])
    assert told == [ConnectionHealed(birch.business_id, birch.id, publish_now=False, purpose="reconnect")]


def test_a_healthy_client_is_left_in_peace_when_another_reconnects(
    carol: Walker, people: People, told: list[Event]
) -> None:
    acme, birch = carol.connect("Acme Ltd"), birch_beside(carol, people)
    carol.reconnect(reread(acme))
    run_due(kinds=[RENEWED_JOB, PROBE_JOB])
    healed = [event.connection_id for event in told if isinstance(event, ConnectionHealed)]
    assert birch.id not in healed


def test_a_client_that_the_renewed_sign_in_does_not_reach_is_not_called_healed(
    carol: Walker, people: People, told: list[Event]
) -> None:
    acme, birch = carol.connect("Acme Ltd"), birch_beside(carol, people)
    carol.sandbox.control("revoke", vendor="xero", organisation="Birch & Co Ltd")
    lose_grant(acme)

    carol.reconnect(reread(acme))
    told.clear()
    run_due(kinds=[RENEWED_JOB])
    assert not [event for event in told if isinstance(event, ConnectionHealed)]
    assert status_now(birch).state is State.NEEDS_RECONNECT


@pytest.mark.req("CON-05")
def test_an_organisation_of_another_business_needs_a_confirmation(ada: Walker, people: People) -> None:
    ada.connect()
    stranger = Walker(ada.sandbox, people.olga, people.other, session="browser-9")
    sign_in = stranger.sign_in("Acme Ltd")
    with within(BusinessScope(people.other.id)):
        shared = shared_with(sign_in, offered(sign_in)[0].id, people.olga)
    assert shared is not None
    assert (shared.names, shared.hidden) == ((), 1)
    with pytest.raises(errors.OrganisationTaken) as taken:
        stranger.finish(sign_in)
    assert "another business in Bookbind" in taken.value.message
    assert "Acme Ltd is already connected to another" in taken.value.message

    connection = stranger.finish(sign_in, shared_confirmed=True)
    assert still_works(connection)


@pytest.mark.req("CON-05")
def test_somebody_who_may_see_the_other_business_reads_its_name(ada: Walker, people: People) -> None:
    ada.connect()
    birch = make_business("Birch Ltd", practice=people.harbour)
    carol = Walker(ada.sandbox, people.carol, birch, people.harbour, login=JO)
    sign_in = carol.sign_in("Acme Ltd")
    with pytest.raises(errors.OrganisationTaken) as taken:
        carol.finish(sign_in)
    assert "already connected to Acme Ltd" in taken.value.message


def test_a_second_main_connection_is_refused_before_and_at_finish(ada: Walker) -> None:
    first, second = ada.begin(), ada.begin()
    connection = ada.finish(ada.come_back(ada.allow(first[1], "Acme Ltd")))
    late = ada.come_back(ada.allow(second[1], "Acme Holdings Ltd"))
    with pytest.raises(errors.AlreadyConnected):
        ada.finish(late)
    with within(BusinessScope(ada.business.id)), pytest.raises(errors.AlreadyConnected):
        begin_sign_in(
            user=ada.user,
            business=ada.business,
            practice=None,
            provider="xero",
            purpose="connect",
            session_key=ada.session,
        )
    assert still_works(connection)
    assert sign_in_row(late.id).finished_at is None


@pytest.mark.req("TOK-12")
def test_reconnect_overwrites_what_a_lost_key_left_unreadable(ada: Walker) -> None:
    connection = ada.connect()
    with within(SystemScope("a key was lost")):
        Grant.objects.update(tokens="lost.AAAA")
    assert status_now(connection).cause is Cause.SECRETS_UNREADABLE
    with within(BusinessScope(ada.business.id)), pytest.raises(errors.ConnectionUnusable):
        call(connection, lambda session: session.fetch_organisation())
    assert grant_of(connection).tokens == "lost.AAAA"

    after = ada.reconnect(connection)
    assert are_readable(grant_of(after))
    assert still_works(after)


@pytest.mark.req("REC-18", "AUD-01")
def test_the_timeline_tells_the_whole_story_with_actors(ada: Walker, ahead: Callable[..., None]) -> None:
    connection = ada.connect()
    ahead(days=366)
    with within(BusinessScope(ada.business.id)), pytest.raises(errors.ConnectionUnusable):
        call(connection, lambda session: session.fetch_organisation())
    ada.reconnect(reread(connection))

    with within(BusinessScope(ada.business.id)):
        entries = list(Entry.objects.filter(subject_id=connection.id).order_by("position"))
    assert [(entry.action, entry.actor_name) for entry in entries] == [
        ("connection.connected", "Alice Admin"),
        ("connection.activated", "Bookbind"),
        ("connection.lapsed", "Bookbind"),
        ("connection.reconnected", "Alice Admin"),
    ]
