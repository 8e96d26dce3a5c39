"""Signing in, the demo's people, and what is never shown in production."""

from dataclasses import replace

import pytest
from django.conf import settings as live_settings
from django.test import Client
from pytest_django import Settings

from bookbind.tenancy.models import BusinessMembership, PracticeMembership, User
from bookbind.web.entrance import DEMO_PASSWORD
from tests.support.factories import PASSWORD, People
from tests.support.pages import read
from tests.web.conftest import Browse

LOGIN = "/accounts/login/"


@pytest.fixture
def demo_people(people: People) -> None:
    """An admin and an accountant with the demo's addresses and password."""
    ada = User.objects.create_user("ada@acme.test", DEMO_PASSWORD, name="Ada Admin")
    BusinessMembership.objects.create(business=people.acme, user=ada, role="business_admin")
    jo = User.objects.create_user("jo@harbour.test", DEMO_PASSWORD, name="Jo Harbour")
    PracticeMembership.objects.create(practice=people.harbour, user=jo)


@pytest.mark.usefixtures("demo_people")
def test_one_press_signs_a_demo_person_in() -> None:
    client = Client()
    page = read(client.get(LOGIN))
    assert "Ada Admin ada@acme.test Business Admin" in page.text
    assert "Jo Harbour jo@harbour.test Accountant" in page.text
    answer = client.post(LOGIN, {"login": "ada@acme.test", "password": DEMO_PASSWORD})
    assert answer.status_code == 302
    assert read(client.get("/", follow=True)).status == 200


@pytest.mark.usefixtures("demo_people")
def test_production_lists_nobody(settings: Settings) -> None:
    settings.CONFIG = replace(live_settings.CONFIG, mode="production")
    page = read(Client().get(LOGIN))
    assert "Ada Admin" not in page.text
    assert DEMO_PASSWORD not in page.html
    assert page.has_button("Sign in")


def test_a_wrong_password_is_refused_without_saying_which_part(people: People) -> None:
    client = Client()
    wrong = read(client.post(LOGIN, {"login": people.alice.email, "password": "not this one"}))
    unknown = read(client.post(LOGIN, {"login": "nobody@example.test", "password": "not this one"}))
    assert wrong.status == unknown.status == 200
    assert wrong.text == unknown.text
    assert "are not correct" in wrong.text
    assert read(client.get("/")).status == 302


def test_signing_out_ends_the_session(people: People) -> None:
    client = Client()
    client.post(LOGIN, {"login": people.alice.email, "password": PASSWORD})
    assert client.post("/accounts/logout/").status_code == 302
    assert client.get(f"/b/{people.acme.slug}/settings/").status_code == 302


def test_nobody_can_sign_up(db: None) -> None:
    assert not read(Client().get("/accounts/signup/")).has_button("Sign up")


@pytest.mark.parametrize(
    "path",
    ["/accounts/password/change/", "/accounts/2fa/", "/accounts/2fa/totp/activate/", "/accounts/email/"],
)
def test_the_librarys_pages_stand_in_our_frame(path: str, people: People, browse: Browse) -> None:
    client = browse(people.alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = read(client.get(path, follow=True))
    assert page.status == 200
    assert 'class="topbar"' in page.html


@pytest.mark.parametrize("path", ["/accounts/password/reset/", "/accounts/password/reset/done/"])
def test_a_forgotten_password_has_its_page(path: str, db: None) -> None:
    page = read(Client().get(path))
    assert page.status == 200
    assert 'class="entrance"' in page.html
