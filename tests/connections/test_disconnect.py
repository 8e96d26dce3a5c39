"""Disconnecting ends what was ours alone, keeps everything here, and leaves other businesses publishing."""

from collections.abc import Callable
from typing import Any

import pytest

from bookbind.activity.models import Entry
from bookbind.connections.disconnect import RELEASE_JOB, disconnect
from bookbind.connections.errors import ConnectionUnusable, NotConnected
from bookbind.connections.events import ConnectionEnded
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, Grant, SignIn, Stay
from bookbind.connections.sign_in import begin_sign_in
from bookbind.connections.status import State
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit.events import Event
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import JO, Walker, grant_of, reread, status_now
from tests.support.factories import People, make_business
from tests.support.processes import Sandbox

pytestmark = pytest.mark.django_db


def end(connection: Connection, walker: Walker) -> None:
    with within(BusinessScope(connection.business_id)):
        disconnect(reread(connection), walker.user)


def still_works(connection: Connection) -> bool:
    with within(BusinessScope(connection.business_id)):
        return call(reread(connection), lambda session: session.fetch_organisation()).name != ""


def calls(sandbox: Sandbox, *words: str) -> list[dict[str, Any]]:
    """What the vendor was asked whose method and path hold all these words."""
    log: list[dict[str, Any]] = sandbox.read("log", vendor="xero")["requests"]
    return [entry for entry in log if all(word in f"{entry['method']} {entry['path']}" for word in words)]


def entries(connection: Connection) -> list[str]:
    with within(BusinessScope(connection.business_id)):
        found = Entry.objects.filter(subject_id=connection.id).order_by("position")
        return [entry.action for entry in found]


@pytest.mark.req("CON-07")
def test_the_last_connection_of_a_login_ends_the_sign_in_at_the_vendor(
    ada: Walker, told: list[Event]
) -> None:
    connection = ada.connect()
    grant = grant_of(connection)
    end(connection, ada)

    ended = reread(connection)
    assert status_now(ended).state is State.DISCONNECTED
    assert status_now(ended).since is not None
    assert (ended.release, ended.grant_id, ended.epoch) == ("done", None, connection.epoch + 1)
    assert len(calls(ada.sandbox, "revocation")) == 1
    with within(SystemScope("a test looks")):
        assert (Grant.objects.get(id=grant.id).tokens, Grant.objects.get(id=grant.id).dead_cause) == (
            "",
            "ended",
        )
        stay = Stay.objects.get(connection=connection)
    assert (stay.why, stay.ended_by_id) == ("disconnected", ada.user.id)
    assert ConnectionEnded(ada.business.id, connection.id) in told
    assert entries(connection)[-2:] == ["connection.disconnected", "connection.released"]
    assert not Job.objects.filter(key=str(connection.id), kind__startswith="connections.p").exists()


@pytest.mark.req("CON-06", "CON-07")
def test_disconnecting_one_client_leaves_the_others_of_the_login_working(
    carol: Walker, people: People
) -> None:
    acme = carol.connect("Acme Ltd")
    others = []
    for name, organisation in (("Birch Ltd", "Birch & Co Ltd"), ("Cole & Son", "Cole & Son Ltd")):
        business = make_business(name, practice=people.harbour)
        walker = Walker(carol.sandbox, people.carol, business, people.harbour, login=JO)
        others.append(walker.connect(organisation))
    end(acme, carol)

    assert calls(carol.sandbox, "revocation") == []
    assert len(calls(carol.sandbox, "DELETE", "/connections/")) == 1
    assert all(still_works(other) for other in others)
    assert reread(acme).release == "done"


@pytest.mark.req("CON-06", "CON-07")
def test_one_login_in_two_owners_hands_is_not_revoked_while_either_lives(ada: Walker, people: People) -> None:
    ada.login = JO
    acme = ada.connect("Acme Ltd")
    birch_business = make_business("Birch Ltd", practice=people.harbour)
    birch = Walker(ada.sandbox, people.carol, birch_business, people.harbour, login=JO).connect(
        "Birch & Co Ltd"
    )
    assert grant_of(acme).id != grant_of(birch).id
    own = grant_of(acme)
    end(acme, ada)

    assert calls(ada.sandbox, "revocation") == []
    assert still_works(birch)
    with within(SystemScope("a test looks")):
        assert Grant.objects.get(id=own.id).tokens == ""


@pytest.mark.req("CON-06")
def test_the_same_organisation_of_two_businesses_stays_reachable_for_the_other(
    carol: Walker, people: People
) -> None:
    acme = carol.connect("Acme Ltd")
    twin_business = make_business("Acme Trading", practice=people.harbour)
    walker = Walker(carol.sandbox, people.carol, twin_business, people.harbour, login=JO)
    twin = walker.connect("Acme Ltd", shared_confirmed=True)
    end(acme, carol)

    assert calls(carol.sandbox, "revocation") == []
    assert calls(carol.sandbox, "DELETE") == []
    assert still_works(twin)


def test_a_sign_in_under_way_keeps_the_login_alive(ada: Walker, people: People) -> None:
    connection = ada.connect()
    birch = make_business("Birch Ltd", practice=people.harbour)
    walker = Walker(ada.sandbox, people.carol, birch, people.harbour, login="ada@acme.test")
    pending = walker.sign_in("Acme Property Ltd")
    end(connection, ada)
    assert calls(ada.sandbox, "revocation") == []
    other = walker.finish(pending)
    assert still_works(other)


@pytest.mark.req("CON-07")
def test_a_vendor_that_does_not_answer_is_told_later(
    ada: Walker, ahead: Callable[..., None], told: list[Event]
) -> None:
    connection = ada.connect()
    ada.sandbox.control("faults", vendor="xero", operation="revoke", fault="503", times=2)
    end(connection, ada)
    assert status_now(connection).state is State.DISCONNECTED
    assert reread(connection).release == "pending"
    assert "connection.release_failed" in entries(connection)

    ahead(minutes=16)
    run_due(kinds=[RELEASE_JOB])
    assert reread(connection).release == "pending"
    ahead(hours=2)
    run_due(kinds=[RELEASE_JOB])
    assert reread(connection).release == "done"
    assert entries(connection)[-1] == "connection.released"
    assert len([event for event in told if isinstance(event, ConnectionEnded)]) == 1
    run_due(kinds=[RELEASE_JOB])
    assert not Job.objects.filter(kind=RELEASE_JOB).exists()


def test_access_that_ended_at_the_vendor_already_is_no_trouble(
    ada: Walker, ahead: Callable[..., None]
) -> None:
    connection = ada.connect()
    ada.sandbox.control("revoke", vendor="xero", login="ada@acme.test")
    ahead(minutes=40)
    end(connection, ada)
    assert reread(connection).release == "done"


def test_nothing_can_be_done_over_an_ended_connection(ada: Walker) -> None:
    connection = ada.connect()
    end(connection, ada)
    with within(BusinessScope(ada.business.id)):
        with pytest.raises(ConnectionUnusable):
            call(connection, lambda session: session.fetch_organisation())
        with pytest.raises(NotConnected):
            disconnect(connection, ada.user)
        with pytest.raises(NotConnected):
            begin_sign_in(
                user=ada.user,
                business=ada.business,
                practice=None,
                provider="xero",
                purpose=SignIn.Purpose.RECONNECT,
                connection=reread(connection),
                session_key="s",
            )


def test_connecting_the_same_organisation_again_revives_the_connection(ada: Walker) -> None:
    first = ada.connect()
    end(first, ada)
    again = ada.connect()

    assert again.id == first.id
    assert status_now(again).state is State.CONNECTED
    assert again.epoch > first.epoch + 1
    with within(BusinessScope(ada.business.id)):
        stays = Stay.objects.filter(connection=first)
        assert (stays.count(), stays.filter(ended_at=None).count()) == (2, 1)
    assert still_works(again)


@pytest.mark.req("CON-12")
def test_a_connection_that_is_still_being_set_up_can_be_left(ada: Walker) -> None:
    connection = ada.finish(ada.sign_in())
    end(connection, ada)
    assert status_now(connection).state is State.DISCONNECTED
    other = ada.connect("Acme Holdings Ltd")
    assert other.id != connection.id
