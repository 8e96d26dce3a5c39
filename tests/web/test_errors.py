"""Pages for what can't be answered: what happened, what next, and a reference."""

import re

import pytest
from django.test import Client, RequestFactory

from bookbind.activity.models import Entry
from bookbind.tenancy.scope import BusinessScope, within
from bookbind.web.errors import new_reference, server_error
from tests.support.factories import People
from tests.support.pages import read
from tests.web.conftest import Browse


@pytest.mark.req("ERR-06", "UX-06")
def test_a_missing_page_says_so_with_a_reference(people: People, browse: Browse) -> None:
    page = read(browse(people.alice).get("/no/such/page"))
    assert page.status == 404
    assert page.heading == "There is nothing here"
    assert re.search(r"reference: [A-Z0-9]{8}\b", page.text)


@pytest.mark.req("UX-06")
@pytest.mark.parametrize(
    ("path", "page_above"),
    [
        ("settings/people/add", "settings/people/"),
        ("settings/connections/second-person", "settings/connections/"),
    ],
)
def test_an_address_that_only_takes_forms_leads_to_the_page_they_stand_on(
    people: People, browse: Browse, path: str, page_above: str
) -> None:
    root = f"/b/{people.acme.slug}/"
    page = read(browse(people.alice).get(f"{root}{path}"))
    assert page.status == 405
    assert page.heading == "There is no page at this address"
    assert "Nothing was changed." in page.text
    assert page.link("Go to the page") == f"{root}{page_above}"
    assert read(Client().get(f"{root}{path}")).heading == page.heading, "a stranger is told no more"


def test_another_tenants_page_looks_like_a_missing_one(people: People, browse: Browse) -> None:
    client = browse(people.alice)
    missing = read(client.get("/b/no-such-business/settings/"))
    foreign = read(client.get(f"/b/{people.other.slug}/settings/"))
    assert missing.status == foreign.status == 404
    assert missing.text.split("reference")[0] == foreign.text.split("reference")[0]
    assert people.other.name not in foreign.html


def test_a_refusal_names_whom_to_ask_and_is_audited(people: People, browse: Browse) -> None:
    page = read(browse(people.bob).get(f"/b/{people.acme.slug}/settings/connections/"))
    assert page.status == 403
    assert people.alice.email in page.text
    assert people.harbour.name in page.text
    with within(BusinessScope(people.acme.id)):
        assert Entry.objects.filter(action="access.denied", actor=people.bob).count() == 1


def test_a_form_from_elsewhere_is_refused_in_words(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    page = read(client.post("/accounts/login/", {"login": people.alice.email, "password": "x"}))
    assert page.status == 403
    assert "open too long" in page.heading


def test_our_own_failure_says_so_without_the_frame() -> None:
    page = read_raw(server_error(RequestFactory().get("/")).content.decode())
    assert "on our side" in page
    assert re.search(r"[A-Z0-9]{8}", page)


def test_references_can_be_read_out() -> None:
    references = {new_reference() for _ in range(200)}
    assert len(references) == 200
    assert all(re.fullmatch(r"[A-Z0-9]{8}", reference) for reference in references)


def read_raw(html: str) -> str:
    return re.sub(r"<[^>]+>", " ", html)
