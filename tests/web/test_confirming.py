"""A session in which nobody gave a password for a while is asked before a connection is changed or ended."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings as live_settings
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from bookbind.activity.models import Entry
from bookbind.connections.models import Connection, SignIn
from bookbind.kit import clock
from bookbind.tenancy.models import BusinessMembership
from bookbind.tenancy.permissions import Role
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import PASSWORD, People
from tests.support.pages import Page, read
from tests.web.conftest import Walk
from tests.web.test_changing import HOLDINGS, hold_bill, row
from tests.web.test_connecting import connect, organisations

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.req("CHG-13")]

QUESTION = "Is it still you?"


@pytest.fixture(autouse=True)
def _no_earlier_attempts() -> Iterator[None]:
    """Wrong passwords of other tests count here no more than ours do there."""
    cache.clear()
    yield
    cache.clear()


def leave_alone(client: Client, minutes: int = 16) -> None:
    """The session as it is when its person gave the password so long ago."""
    session = client.session
    session["confirmed_at"] = clock.real_now().timestamp() - minutes * 60
    session.save()


def press(walk: Walk, path: str, **fields: str) -> Page:
    return read(walk.client.post(f"{walk.root}{path}", fields, follow=True))


def pressed_on(asked: Page) -> str:
    """What the page that asks keeps of the press, to be posted with the answer."""
    found = re.search('name="press" value="([^"]+)"', asked.html)
    return found[1] if found else ""


def answer(walk: Walk, asked: Page, password: str = PASSWORD) -> Page:
    """Give the password on the page that asks, whose form says which press it asks about."""
    fields = {"password": password, "press": pressed_on(asked)}
    return read(walk.client.post(asked.path, fields, follow=True))


def test_disconnect_asks_and_then_is_carried_out(ada: Walk) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    assert asked.heading == QUESTION
    assert "more than 15 minutes ago" in asked.text
    assert asked.link("Cancel") == f"{ada.root}/{connection.id}/disconnect"
    assert row(connection).stage == Connection.Stage.ACTIVE
    assert asked.has_button("Confirm and disconnect Acme Ltd")
    done = answer(ada, asked)
    assert done.path == f"{ada.root}/"
    assert "Xero (Acme Ltd) is disconnected." in done.text
    assert row(connection).stage != Connection.Stage.ACTIVE


def test_change_asks_and_goes_on_with_what_was_chosen(ada: Walk) -> None:
    old = connect(ada)
    hold_bill(old)
    leave_alone(ada.client)
    asked = press(ada, f"/{old.id}/change/xero/", waiting="first")
    assert asked.heading == QUESTION
    assert asked.link("Cancel") == f"{ada.root}/{old.id}/change/xero/?waiting=first"
    assert 'value="first" checked' in read(ada.client.get(asked.link("Cancel"))).html
    with within(BusinessScope(ada.business.id)):
        assert not SignIn.objects.filter(purpose=SignIn.Purpose.CHANGE).exists()
    assert answer(ada, asked).link("Continue to Xero")
    with within(BusinessScope(ada.business.id)):
        assert SignIn.objects.get(purpose=SignIn.Purpose.CHANGE).publish_first


def test_the_address_says_nothing_of_what_was_pressed(ada: Walk) -> None:
    connect(ada)
    leave_alone(ada.client)
    asked = press(ada, "/second-person", on="yes")
    assert asked.path == f"/b/{ada.business.slug}/settings/confirm?next={quote(f'{ada.root}/', safe='')}"
    assert "From now on a second person approves" in answer(ada, asked).text


def test_what_was_pressed_long_ago_is_not_carried_out(ada: Walk) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    session = ada.client.session
    session["pressed"] = session["pressed"] | {"at": clock.real_now().timestamp() - 10 * 60 - 1}
    session.save()
    back = answer(ada, asked)
    assert back.path == f"{ada.root}/{connection.id}/disconnect"
    assert "nothing was done yet: please press again" in back.text
    assert row(connection).stage == Connection.Stage.ACTIVE
    assert back.has_button("Disconnect Acme Ltd")


def test_a_page_that_asked_carries_out_what_it_names_and_nothing_else(ada: Walk) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    press(ada, "/second-person", on="yes")
    back = answer(ada, asked)
    assert "please press again" in back.text
    assert row(connection).stage == Connection.Stage.ACTIVE
    ada.business.refresh_from_db()
    assert not ada.business.second_person


def test_it_is_carried_out_once(ada: Walk) -> None:
    connect(ada)
    leave_alone(ada.client)
    asked = press(ada, "/second-person", on="yes")
    assert "From now on a second person approves" in answer(ada, asked).text
    again = answer(ada, asked)
    assert "please press again" in again.text
    assert "It is on already." not in again.text


def test_what_somebody_pressed_is_not_carried_out_for_another_person(ada: Walk, people: People) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    session = ada.client.session
    session["pressed"] = session["pressed"] | {"user_id": str(people.ursula.pk)}
    session.save()
    assert "please press again" in answer(ada, asked).text
    assert row(connection).stage == Connection.Stage.ACTIVE


def test_rights_that_were_taken_meanwhile_are_missing(ada: Walk, people: People) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    BusinessMembership.objects.filter(user=people.alice).update(role=Role.STANDARD)
    assert answer(ada, asked).status == 403
    assert row(connection).stage == Connection.Stage.ACTIVE


def test_neither_form_works_without_its_token(ada: Walk, people: People) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = ada.client.cookies
    page = f"{ada.root}/{connection.id}/disconnect"
    assert strict.post(page).status_code == 403
    assert "pressed" not in ada.client.session
    asked = press(ada, f"/{connection.id}/disconnect")
    fields = {"password": PASSWORD, "press": pressed_on(asked)}
    assert strict.post(asked.path, fields).status_code == 403
    assert row(connection).stage == Connection.Stage.ACTIVE


def test_a_reconnect_does_not_ask_but_a_move_to_another_organisation_does(ada: Walk) -> None:
    old = connect(ada)
    leave_alone(ada.client)
    page = ada.allow(HOLDINGS, path=f"/{old.id}/reconnect")
    [other] = organisations(page)
    asked = ada.press(page, "move", organisation=other)
    assert asked.heading == QUESTION
    assert asked.link("Cancel") == f"{page.path}different?organisation={other}"
    assert read(ada.client.get(asked.link("Cancel"))).has_button(f"Move to {HOLDINGS} for good")
    assert answer(ada, asked).heading == f"Change to Xero ({HOLDINGS})"


def test_a_wrong_password_changes_nothing_and_leaves_no_secret(ada: Walk) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    refused = answer(ada, asked, "quite another one")
    assert refused.status == 422
    assert "That is not your password. Nothing was changed." in refused.text
    assert press(ada, f"/{connection.id}/disconnect").heading == QUESTION
    answer(ada, asked)
    with within(BusinessScope(ada.business.id)):
        said = [(entry.action, entry.text, str(entry.data)) for entry in Entry.objects.all()]
    assert {"access.confirmed", "access.not_confirmed"} <= {action for action, _, _ in said}
    assert not any(secret in str(said) for secret in ("quite another one", PASSWORD))


def test_guessing_is_limited_as_on_the_sign_in_page(ada: Walk) -> None:
    connection = connect(ada)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    for number in range(5):
        assert answer(ada, asked, f"guess {number}").status == 422
    refused = answer(ada, asked)
    assert refused.status == 422
    assert "Too many failed" in refused.text


def test_a_fresh_sign_in_is_not_asked(ada: Walk, people: People) -> None:
    connection = connect(ada)
    ada.client = Client()
    ada.client.post("/accounts/login/", {"login": people.alice.email, "password": PASSWORD})
    leave_alone(ada.client, minutes=14)
    assert "is disconnected" in press(ada, f"/{connection.id}/disconnect").text


def test_an_operator_can_choose_never_to_ask(ada: Walk, settings: Settings) -> None:
    connection = connect(ada)
    leave_alone(ada.client, minutes=60 * 24)
    settings.CONFIG = replace(live_settings.CONFIG, confirm_minutes=0)
    assert "is disconnected" in press(ada, f"/{connection.id}/disconnect").text


def test_the_page_never_leads_elsewhere(ada: Walk) -> None:
    connect(ada)
    asked = read(ada.client.get(f"/b/{ada.business.slug}/settings/confirm?next=https://evil.test/"))
    assert asked.link("Cancel") == f"{ada.root}/"


def test_a_code_of_the_authenticator_app_counts_too(ada: Walk, people: People) -> None:
    connection = connect(ada)
    secret = generate_totp_secret()
    TOTP.activate(people.alice, secret)
    leave_alone(ada.client)
    asked = press(ada, f"/{connection.id}/disconnect")
    other_way = asked.link("Use your authenticator app instead")
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    asked = read(ada.client.get(other_way))
    wrong = read(ada.client.post(other_way, {"code": "12", "press": pressed_on(asked)}))
    assert (wrong.status, row(connection).stage) == (422, Connection.Stage.ACTIVE)
    assert "That is not the code that your app shows now. Nothing was changed. Each works once." in wrong.text
    done = read(ada.client.post(other_way, {"code": code, "press": pressed_on(asked)}, follow=True))
    assert "is disconnected" in done.text
    with within(BusinessScope(ada.business.id)):
        said = set(Entry.objects.values_list("action", flat=True))
    assert {"access.confirmed", "access.not_confirmed"} <= said


def test_whoever_has_no_authenticator_app_is_asked_for_the_password(ada: Walk) -> None:
    connect(ada)
    asked = read(ada.client.get(f"/b/{ada.business.slug}/settings/confirm?with=code"))
    assert "Password of" in asked.text
    assert "Use your authenticator app" not in asked.text
