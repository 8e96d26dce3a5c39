"""Sweeps over every address: headers, cookies, CSRF, and that looking changes nothing."""

import hashlib

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpResponse
from django.test import Client

from tests.conventions.permission_table import PUBLIC, TABLE
from tests.conventions.test_permissions import ROUTES
from tests.conventions.world import World, make_world
from tests.support.worlds import world as kept_world

# The callback is how the vendor answers: it is a GET by the protocol, and protected by its one-time state.
LOOKING = [row for row in TABLE if row.method == "GET" and row.name != "callback"]
CHANGING = [row for row in TABLE if row.method == "POST"]
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture
def world(db: None) -> World:
    """Two tenants with one row of each kind."""
    return kept_world("one row of each kind", make_world)


def _digest() -> dict[str, str]:
    """A fingerprint of every table but the sessions, in which a visit leaves where it was."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        if model is Session:
            continue
        # Past the tenants' managers: nothing may hide from the comparison.
        rows = list(QuerySet(model).order_by("pk").values_list())
        found[model._meta.label] = hashlib.sha256(repr(rows).encode()).hexdigest()
    return found


@pytest.mark.req("SEC-03")
def test_looking_changes_nothing(world: World) -> None:
    client = world.client("admin")
    accountant = world.client("accountant")
    before = _digest()
    changed = {}
    for row in LOOKING:
        visitor = accountant if row.name == "clients" else client
        visitor.get(world.url(ROUTES[row.name]))
        after = _digest()
        if after != before:
            changed[row.name] = [label for label in after if after[label] != before[label]]
            before = after
    assert changed == {}


@pytest.mark.req("SEC-03")
def test_nothing_changes_without_the_forms_own_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people.alice)
    answers = {row.name: client.post(world.url(ROUTES[row.name])).status_code for row in CHANGING}
    assert {name: status for name, status in answers.items() if status != 403} == {}


@pytest.mark.req("SEC-05", "OAU-07")
@pytest.mark.parametrize("role", ["admin", "anonymous"])
def test_every_answer_carries_the_headers_that_protect_it(world: World, role: str) -> None:
    client = world.client(role)
    wrong = {}
    for row in LOOKING:
        answer = client.get(world.url(ROUTES[row.name]))
        faults = _faults(answer, is_private=row.who != PUBLIC and role == "admin")
        if faults:
            wrong[row.name] = faults
    assert wrong == {}


def _faults(answer: HttpResponse, *, is_private: bool) -> list[str]:
    faults = [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "frame-ancestors" not in policy:
        faults.append(f"Content-Security-Policy: {policy}")
    # A sandboxed paper has no origin, no script and no network; its viewer styles itself.
    if "*" in policy or ("unsafe" in policy and not policy.startswith("sandbox;")):
        faults.append(f"Content-Security-Policy: {policy}")
    if answer.headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        faults.append("Referrer-Policy")
    if is_private and "no-store" not in answer.headers.get("Cache-Control", ""):
        faults.append(f"Cache-Control: {answer.headers.get('Cache-Control')}")
    return faults


@pytest.mark.req("SEC-04")
def test_cookies_are_closed_to_scripts_and_other_sites(world: World) -> None:
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": world.people.alice.email, "password": "correct horse battery"})
    cookies = dict(client.cookies.items())
    assert {"bookbind", "bookbind-csrf"} <= set(cookies)
    for name, cookie in cookies.items():
        assert cookie["httponly"], name
        assert cookie["samesite"] in ("Lax", "Strict"), name
        assert cookie["domain"] == "", name


@pytest.mark.req("SEC-08")
def test_signing_in_begins_a_new_session(world: World) -> None:
    client = Client()
    session = client.session
    session["planted"] = True
    session.save()
    client.cookies["bookbind"] = planted = session.session_key
    client.post("/accounts/login/", {"login": world.people.alice.email, "password": "correct horse battery"})
    assert client.session.session_key != planted
    assert client.get("/", follow=True).status_code == 200


@pytest.mark.req("OAU-04")
@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Host": "localhost", "X-Forwarded-Host": "evil.example"}]
)
def test_an_invented_host_reaches_no_link(world: World, headers: dict[str, str]) -> None:
    client = world.client("admin")
    answer = client.get(world.url(ROUTES["connect"]), headers=headers)
    assert b"evil.example" not in answer.content
    assert answer.status_code in (200, 400)


@pytest.mark.req("SEC-08")
def test_a_disabled_person_is_out_at_once(world: World) -> None:
    client = world.client("standard")
    address = world.url(ROUTES["costs"])
    assert client.get(address).status_code == 200
    world.people.bob.is_active = False
    world.people.bob.save()
    assert client.get(address).status_code == 302
