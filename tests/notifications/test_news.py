"""Who hears what about a connection, and how often."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from bookbind.activity.models import Entry
from bookbind.connections.events import (
    AppRefused,
    ConnectionBroke,
    ConnectionEnded,
    ConnectionExpiring,
    ConnectionHealed,
    ConnectionLapsed,
    tell,
)
from bookbind.connections.models import Connection, Grant
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.events import announce
from bookbind.notifications.digest import DIGEST_JOB
from bookbind.notifications.models import Mail, ReconnectRequest
from bookbind.notifications.queries import find_request_of_today
from bookbind.notifications.services import SEND_JOB, ask_to_reconnect
from bookbind.tenancy.models import Business, ClientAccess, PracticeMembership
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.support.factories import People, make_accountant, make_business, make_connection, make_member

Skip = Callable[..., None]


@pytest.fixture
def connection(people: People) -> Connection:
    """Acme's connection, made today."""
    return make_connection(people.acme, people.alice)


def _ids(connection: Connection) -> dict[str, object]:
    return {"business_id": connection.business_id, "connection_id": connection.id}


def _expiring(connection: Connection, days: int) -> None:
    _keep_alive()
    tell(ConnectionExpiring(**_ids(connection), days=days))


def _keep_alive() -> None:
    """What the daily refresh does: nothing but the year ends these connections."""
    with within(SystemScope("test data")):
        Grant.objects.update(refreshed_at=clock.now())


def _run() -> None:
    run_due(kinds=[SEND_JOB, DIGEST_JOB])


def _mails(kind: str) -> list[Mail]:
    return list(Mail.objects.filter(kind=kind).order_by("to"))


@pytest.mark.req("REC-04")
def test_every_admin_is_warned_once_at_each_threshold(
    people: People, connection: Connection, skip: Skip
) -> None:
    for days, ahead in ((30, 336), (14, 16), (7, 7), (1, 6)):
        skip(days=ahead)
        _expiring(connection, days)
        _expiring(connection, days)
        _run()
    mails = _mails("expiring")
    assert sorted(mail.to for mail in mails) == sorted([people.alice.email, people.ursula.email] * 4)
    assert all(mail.sent_at for mail in mails)
    end = clock.local_date(connection.consent_expires_at, "Europe/London")
    assert (
        mails[0].subject == f"Acme Ltd: Your connection to Xero (Acme Ltd) expires on {end.day} {end:%B %Y}"
    )
    assert f"/b/{people.acme.slug}/settings/connections/" in mails[0].body


@pytest.mark.req("REC-04")
def test_a_new_year_is_warned_of_anew(connection: Connection, skip: Skip) -> None:
    _expiring(connection, 30)
    later = connection.consent_expires_at + timedelta(days=365)
    with within(BusinessScope(connection.business_id)):
        Connection.objects.filter(id=connection.id).update(consent_expires_at=later)
    _expiring(connection, 30)
    assert len(_mails("expiring")) == 4


@pytest.mark.req("REC-04")
def test_a_practice_gets_one_mail_a_day_for_all_its_clients(people: People, skip: Skip) -> None:
    zeta = make_business("Zeta Ltd", practice=people.harbour)
    connections = [make_connection(business, people.carol) for business in (zeta, people.acme)]
    skip(days=336)
    for connection in connections:
        _expiring(connection, 30)
    _run()
    assert _mails("digest") == [], "what happens in the same minutes is gathered first"
    skip(minutes=11)
    _run()
    (mail,) = _mails("digest")
    assert mail.to == people.carol.email
    assert mail.subject == "Harbour & Co: 2 clients need a look"
    assert mail.body.index("Acme Ltd") < mail.body.index("Zeta Ltd")
    assert people.carol.email not in [mail.to for mail in _mails("expiring")]


@pytest.mark.req("REC-04")
def test_what_comes_after_the_days_digest_waits_for_the_morning(people: People, skip: Skip) -> None:
    zeta = make_business("Zeta Ltd", practice=people.harbour)
    first, second = (make_connection(business, people.carol) for business in (people.acme, zeta))
    now = clock.now()
    # Begin in the morning, so that the second piece of news falls on the same day.
    skip(days=336, seconds=-(now.hour * 3600 + now.minute * 60) + 8 * 3600)
    _expiring(first, 30)
    skip(minutes=11)
    _run()
    _expiring(second, 30)
    skip(minutes=11)
    _run()
    assert len(_mails("digest")) == 1
    skip(days=1)
    _run()
    assert ["Zeta Ltd" in mail.body for mail in Mail.objects.filter(kind="digest").order_by("queued_at")] == [
        False,
        True,
    ]


@pytest.mark.req("SEC-01")
def test_a_digest_names_only_the_clients_that_its_reader_looks_after(people: People, skip: Skip) -> None:
    zeta = make_business("Zeta Ltd", practice=people.harbour)
    erin = make_accountant(people.harbour, "Erin", all_clients=False)
    ClientAccess.objects.create(membership=PracticeMembership.objects.get(user=erin), business=zeta)
    make_accountant(people.harbour, "Frank", all_clients=False)
    connections = [make_connection(business, people.carol) for business in (zeta, people.acme)]
    skip(days=336)
    for connection in connections:
        _expiring(connection, 30)
    skip(minutes=11)
    _run()
    bodies = {mail.to: mail.body for mail in _mails("digest")}
    assert set(bodies) == {people.carol.email, erin.email}
    assert "Acme Ltd" not in bodies[erin.email]
    assert "Zeta Ltd" in bodies[erin.email]


@pytest.mark.req("REC-04", "REC-12")
def test_after_a_reconnect_nothing_more_is_sent(connection: Connection, skip: Skip) -> None:
    skip(days=336)
    _expiring(connection, 30)
    tell(ConnectionHealed(**_ids(connection), publish_now=True, purpose="reconnect"))
    skip(minutes=11)
    _run()
    assert Mail.objects.count() == 0


@pytest.mark.req("REC-12")
def test_those_who_were_alarmed_hear_that_it_is_over_once(
    people: People, connection: Connection, skip: Skip
) -> None:
    skip(days=366)
    tell(ConnectionLapsed(**_ids(connection)))
    _run()
    _keep_alive()
    renewed = clock.now() + timedelta(days=365)
    with within(BusinessScope(people.acme.id)):
        Connection.objects.filter(id=connection.id).update(consent_expires_at=renewed)
    for _ in range(2):
        tell(ConnectionHealed(**_ids(connection), publish_now=False, purpose="reconnect"))
    lapsed, healed = _mails("lapsed"), _mails("healed")
    assert (
        {mail.to for mail in lapsed}
        == {mail.to for mail in healed}
        == {people.alice.email, people.ursula.email}
    )
    assert len(healed) == 2
    assert "expired on" in lapsed[0].subject
    assert f"{renewed.day} {renewed:%B %Y}" in healed[0].subject + healed[0].body


@pytest.mark.req("REC-04")
def test_disconnecting_on_purpose_is_followed_by_silence(connection: Connection, skip: Skip) -> None:
    skip(days=336)
    _expiring(connection, 30)
    tell(ConnectionEnded(**_ids(connection)))
    skip(minutes=11)
    _run()
    assert Mail.objects.count() == 0


@pytest.mark.req("REC-16")
def test_a_break_is_told_in_the_words_of_its_cause(people: People, connection: Connection) -> None:
    with within(BusinessScope(people.acme.id)):
        Connection.objects.filter(id=connection.id).update(trouble_cause="revoked", trouble_at=clock.now())
    tell(ConnectionBroke(**_ids(connection), cause="revoked"))
    assert [mail.to for mail in _mails("broke")] == [people.alice.email, people.ursula.email]
    assert "was removed in Xero" in _mails("broke")[0].subject


@pytest.mark.req("SEC-01")
def test_nobody_of_another_tenant_hears_anything(people: People, connection: Connection, skip: Skip) -> None:
    skip(days=336)
    _expiring(connection, 30)
    skip(minutes=11)
    _run()
    heard = set(Mail.objects.values_list("to", flat=True))
    assert heard == {people.alice.email, people.ursula.email, people.carol.email}


@pytest.mark.req("CON-01")
def test_asking_mails_those_who_can_act_once_a_day(
    people: People, connection: Connection, skip: Skip, scope: Callable[[Business], None]
) -> None:
    scope(people.acme)
    assert find_request_of_today(connection) is None
    first = ask_to_reconnect(connection, people.bob)
    second = ask_to_reconnect(connection, make_member(people.acme, "Ben"))
    assert first.id == second.id
    assert find_request_of_today(connection) == first
    mails = _mails("ask")
    assert {mail.to for mail in mails} == {people.alice.email, people.ursula.email, people.carol.email}
    assert "Bob Standard asks you to reconnect Xero (Acme Ltd)." in mails[0].body
    assert Entry.objects.filter(action="connection.asked_to_reconnect").count() == 1
    skip(days=1)
    assert find_request_of_today(connection) is None
    ask_to_reconnect(connection, people.bob)
    assert len(_mails("ask")) == 6
    assert ReconnectRequest.objects.count() == 2


@pytest.mark.req("ERR-05")
def test_a_refused_app_is_told_to_the_operator_once_and_to_no_client(
    people: People, connection: Connection, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CONFIG = replace(settings.CONFIG, operator_mail="ops@example.test")
    for _ in range(3):
        announce(AppRefused("xero"))
    (mail,) = Mail.objects.all()
    assert (mail.to, mail.subject) == ("ops@example.test", "Xero refuses this Bookbind")
    assert "Xero refuses our app" in caplog.text


def test_without_an_operators_address_the_log_has_it(
    people: People, caplog: pytest.LogCaptureFixture
) -> None:
    announce(AppRefused("xero"))
    assert Mail.objects.count() == 0
    assert "Xero refuses our app" in caplog.text
