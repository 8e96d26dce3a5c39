"""Every address, every method, every role: the answer is the one that the table promises."""

from collections import Counter

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conventions.permission_table import PRACTICE, PUBLIC, SIGNED_IN, TABLE, Row
from tests.conventions.routes import METHODS, Route, list_routes, own_routes
from tests.conventions.world import ROLES, World, make_world, undone
from tests.support.worlds import world as kept_world

REFUSED_METHOD = 405
ROUTES = {route.name: route for route in own_routes()}
# A business is one tenant's whole: its pages in one world are quicker to make than a world for each.
AREAS = sorted({row.who for row in TABLE})


@pytest.fixture
def world(db: None) -> World:
    """Two tenants with one row of each kind."""
    return kept_world("one row of each kind", make_world)


def _answer(client: Client, route: Route, method: str, world: World, fields: str = "") -> HttpResponse:
    form = "application/x-www-form-urlencoded"
    with undone():
        answer = client.generic(method, world.url(route), fields, content_type=form)
        if answer.streaming:
            list(answer.streaming_content)
    return answer


@pytest.mark.req("CON-01", "SEC-01")
@pytest.mark.parametrize("who", AREAS)
def test_each_role_gets_the_answer_that_the_table_promises(world: World, who: str) -> None:
    rows = [row for row in TABLE if row.who == who]
    clients = {role: world.client(role) for role in ROLES}
    wrong = {}
    for row in rows:
        route = ROUTES[row.name]
        got = {
            role: _answer(clients[role], route, row.method, world, row.fields).status_code for role in ROLES
        }
        promised = {role: row.expected(role) for role in ROLES}
        if got != promised:
            wrong[f"{row.method} {row.name}"] = {
                role: f"{promised[role]} promised, {got[role]} answered"
                for role in ROLES
                if got[role] != promised[role]
            }
    assert not wrong


@pytest.mark.req("CON-01")
def test_every_route_and_method_has_a_row_and_every_row_a_route(world: World) -> None:
    client = world.client("admin")
    answered = {
        (route.name, method)
        for route in own_routes()
        for method in METHODS
        if _answer(client, route, method, world).status_code != REFUSED_METHOD
    }
    assert {(row.name, row.method) for row in TABLE} == answered
    assert [key for key, count in Counter((row.name, row.method) for row in TABLE).items() if count > 1] == []


def test_every_view_carries_an_access_decorator() -> None:
    assert [route.pattern for route in own_routes() if route.access is None] == []


def test_every_route_has_a_name_of_its_own() -> None:
    names = Counter(route.name for route in own_routes())
    assert [name for name, count in names.items() if count > 1 or not name] == []


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.method} {row.name}")
def test_the_table_and_the_view_agree_on_what_it_takes(row: Row) -> None:
    access = ROUTES[row.name].access
    assert access is not None
    kinds = {PUBLIC: "public", SIGNED_IN: "signed_in", PRACTICE: "practice"}
    assert access.kind == kinds.get(row.who, "page")
    if access.kind == "page":
        assert access.permission == row.who


def test_the_libraries_bring_no_page_that_we_do_not_know() -> None:
    # Sign-up stands here too: it answers that it is closed.
    known = {"account_", "mfa_"}
    foreign = [route.name for route in list_routes() if not route.is_ours]
    assert foreign
    assert [name for name in foreign if not name.startswith(tuple(known))] == []


@pytest.mark.req("SEC-01")
@pytest.mark.parametrize("who", [who for who in AREAS if who not in (PUBLIC, SIGNED_IN, PRACTICE)])
def test_another_tenants_rows_are_not_found_under_ones_own_business(world: World, who: str) -> None:
    """Olga may do everything in Other Ltd: with Acme's ids in the address she gets what nobody gets."""
    client = world.client("other_admin")
    own = World(world.people, {**world.parts, "slug": world.people.other.slug})
    foreign = (
        "approval_id",
        "connection_id",
        "document_id",
        "rule_id",
        "combination_id",
        "membership_id",
        "sign_in_id",
    )
    rows = [row for row in TABLE if row.who == who and set(ROUTES[row.name].part_names()) & set(foreign)]
    answers = {
        f"{row.method} {row.name}": _answer(client, ROUTES[row.name], row.method, own, row.fields).status_code
        for row in rows
    }
    assert {name: status for name, status in answers.items() if status != 404} == {}


@pytest.mark.req("SEC-15")
def test_methods_that_nobody_needs_are_refused(world: World) -> None:
    client = world.client("admin")
    open_to = {
        f"{method} {route.name}": status
        for route in own_routes()
        for method in ("TRACE", "PUT", "DELETE", "PATCH")
        if (status := _answer(client, route, method, world).status_code) != REFUSED_METHOD
    }
    assert open_to == {}
