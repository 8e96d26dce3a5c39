"""People: add, change role, remove; the last Business Admin stays; everything audited."""

import threading

import pytest
from django.db import connection as database
from django.test import Client

from bookbind.activity.models import Entry
from bookbind.practice.people import LastAdmin, remove_person
from bookbind.tenancy.models import Business, BusinessMembership, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People, Role, make_business, make_member
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse


def url(business: Business, rest: str = "") -> str:
    return f"/b/{business.slug}/settings/people/{rest}"


def member(user: User, business: Business) -> BusinessMembership:
    return BusinessMembership.objects.get(user=user, business=business)


def audited(business: Business, action: str) -> int:
    with within(BusinessScope(business.id)):
        return int(Entry.objects.filter(action=action).count())


def test_a_new_person_gets_a_link_and_signs_in_with_it(people: People, browse: Browse) -> None:
    values = {"name": "Nora New", "email": "nora@acme.test", "role": "standard"}
    page = read(browse(people.alice).post(url(people.acme, "add"), values))
    assert "Hand this link to Nora New" in page.heading
    link = page.text[page.text.index("http://") :].split()[0]
    browser = Client()
    form = browser.get(link[link.index("/accounts") :], follow=True)
    path = form.redirect_chain[-1][0]
    password = "a long enough secret"
    assert browser.post(path, {"password1": password, "password2": password}).status_code == 302
    signed_in = Client()
    signed_in.post("/accounts/login/", {"login": "nora@acme.test", "password": password})
    assert signed_in.get(url(people.acme)).status_code == 403
    assert signed_in.get(f"/b/{people.acme.slug}/settings/").status_code == 200
    assert audited(people.acme, "people.added") == 1


def test_somebody_with_a_password_gets_no_link(people: People, browse: Browse) -> None:
    values = {"name": "Whoever", "email": people.olga.email.upper(), "role": "standard"}
    page = read(browse(people.alice).post(url(people.acme, "add"), values, follow=True))
    assert "Olga Other can open Acme Ltd now." in page.text
    assert "/accounts/password/reset/key/" not in page.html
    assert User.objects.get(id=people.olga.id).name == "Olga Other"
    made = member(people.olga, people.acme)
    link = read(browse(people.alice).post(url(people.acme, f"{made.id}/link"), follow=True))
    assert "/accounts/password/reset/key/" not in link.html


@pytest.mark.req("SEC-01")
def test_a_link_never_opens_the_books_of_another_business(people: People, browse: Browse) -> None:
    values = {"name": "Nora New", "email": "nora@acme.test", "role": "business_admin"}
    assert "password/reset/key" in read(browse(people.alice).post(url(people.acme, "add"), values)).html
    other = make_business("Other Ltd")
    mallory = make_member(other, "Mallory", Role.BUSINESS_ADMIN)
    answer = read(browse(mallory).post(url(other, "add"), values, follow=True))
    assert "Nora New can open Other Ltd now." in answer.text
    assert "password/reset/key" not in answer.html
    nora = User.objects.get(email="nora@acme.test")
    again = browse(mallory).post(url(other, f"{member(nora, other).id}/link"), follow=True)
    assert "password/reset/key" not in read(again).html


def test_nobody_is_added_twice(people: People, browse: Browse) -> None:
    values = {"name": "Bob", "email": people.bob.email, "role": "user_admin"}
    page = read(browse(people.alice).post(url(people.acme, "add"), values))
    assert page.status == 422
    assert "belongs to the business already" in page.text
    assert member(people.bob, people.acme).role == "standard"


@pytest.mark.parametrize("values", [{}, {"name": "X", "email": "no address", "role": "standard"}])
def test_a_wrong_form_says_what_is_missing(values: dict[str, str], people: People, browse: Browse) -> None:
    page = read(browse(people.alice).post(url(people.acme, "add"), values))
    assert page.status == 422
    assert "Nobody was added" in page.text


@pytest.mark.parametrize("role", ["accountant", "owner", ""])
def test_only_the_businesss_own_roles_can_be_given(role: str, people: People, browse: Browse) -> None:
    path = url(people.acme, f"{member(people.bob, people.acme).id}/role")
    browse(people.alice).post(path, {"role": role})
    assert member(people.bob, people.acme).role == "standard"


def test_a_role_is_changed_and_told(people: People, browse: Browse) -> None:
    path = url(people.acme, f"{member(people.bob, people.acme).id}/role")
    page = read(browse(people.alice).post(path, {"role": "user_admin"}, follow=True))
    assert "Bob Standard is User Admin now." in page.text
    assert audited(people.acme, "people.role_changed") == 1


def test_the_last_business_admin_can_not_be_removed_or_demoted(people: People, browse: Browse) -> None:
    alice = member(people.alice, people.acme)
    client = browse(people.ursula)
    page = read(client.get(url(people.acme)))
    assert "The only one" in page.text
    removed = read(client.post(url(people.acme, f"{alice.id}/remove"), follow=True))
    demoted = read(client.post(url(people.acme, f"{alice.id}/role"), {"role": "standard"}, follow=True))
    assert "needs at least one Business Admin" in removed.text
    assert "needs at least one Business Admin" in demoted.text
    assert member(people.alice, people.acme).role == "business_admin"


def test_an_admin_who_removes_themselves_is_out(people: People, browse: Browse) -> None:
    make_member(people.acme, "Second Admin", Role.BUSINESS_ADMIN)
    client = browse(people.alice)
    client.post(url(people.acme, f"{member(people.alice, people.acme).id}/remove"))
    assert client.get(url(people.acme)).status_code == 404
    assert audited(people.acme, "people.removed") == 1


def test_another_businesss_people_are_out_of_reach(people: People, browse: Browse) -> None:
    foreign = member(people.olga, people.other)
    client = browse(people.alice)
    assert client.post(url(people.acme, f"{foreign.id}/remove")).status_code == 404
    assert client.post(url(people.acme, f"{foreign.id}/role"), {"role": "standard"}).status_code == 404
    assert client.post(url(people.acme, f"{foreign.id}/link")).status_code == 404
    assert member(people.olga, people.other).role == "business_admin"


def test_the_accountants_are_shown_and_can_not_be_changed_here(people: People, browse: Browse) -> None:
    page = read(browse(people.alice).get(url(people.acme)))
    assert "Carol Accountant" in page.text
    assert "Through Harbour & Co; changed there." in page.text


def test_people_add_no_queries(people: People, browse: Browse) -> None:
    client = browse(people.alice)

    def more() -> None:
        for number in range(20):
            make_member(people.acme, f"Person {number}")

    assert_rows_add_no_queries(lambda: client.get(url(people.acme)), more, most=16)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_remove_each_other_leave_one() -> None:
    business = make_business("Duel Ltd")
    admins = [make_member(business, name, Role.BUSINESS_ADMIN) for name in ("One", "Two")]
    start, refused = threading.Barrier(2), []

    def remove(who: User, by: User) -> None:
        target = member(who, business)
        start.wait()
        try:
            remove_person(business, target.id, by)
        except LastAdmin:
            refused.append(who)
        finally:
            database.close()

    threads = [threading.Thread(target=remove, args=pair) for pair in (admins, admins[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert BusinessMembership.objects.filter(business=business, role="business_admin").count() == 1
    assert len(refused) == 1
