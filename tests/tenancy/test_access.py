"""The access decorators: who gets in, what the others see, and what is written down."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import Client, RequestFactory

from bookbind.activity.models import Entry
from bookbind.lists.models import ListItem
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.permissions import Permission, Role
from bookbind.tenancy.scope import BusinessScope, PracticeScope, ScopeMissing, current_scope
from bookbind.web import access
from bookbind.web.access import (
    AccessDecidedTwice,
    BusinessRequest,
    PracticeRequest,
    find_access,
    page,
    practice_page,
    public,
    refusal_text,
    signed_in,
)
from tests.support.factories import People, make_accountant, make_list_item, make_practice


@page(Permission.MANAGE_CONNECTIONS)
def manage(request: BusinessRequest) -> HttpResponse:
    """Say where and as whom the visitor stands."""
    return HttpResponse(f"{current_scope() == BusinessScope(request.business.id)} {request.role}")


@page(Permission.VIEW_LISTS)
def show_item(request: BusinessRequest, item_id: object) -> HttpResponse:
    """Show one entry of a list."""
    return HttpResponse(ListItem.objects.get(id=item_id).name)


@practice_page
def clients(request: PracticeRequest) -> HttpResponse:
    """Say which practice's scope is open."""
    return HttpResponse(f"{current_scope() == PracticeScope(request.practice.id)} {request.practice.name}")


@signed_in
def own_page(request: access.PersonRequest) -> HttpResponse:
    """Say who is there, without any scope."""
    with pytest.raises(ScopeMissing):
        current_scope()
    return HttpResponse(request.user.name)


@pytest.fixture
def visit(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> Callable[..., HttpResponse]:
    """Open a view as somebody; the refusal page is shown as its words alone."""

    def words_alone(
        request: HttpRequest, template: str, context: dict[str, Any], status: int
    ) -> HttpResponse:
        return HttpResponse(context["text"], status=status)

    monkeypatch.setattr(access, "render", words_alone)

    def open_as(
        user: User | None, view: Callable[..., Any], url: str = "/x", **kwargs: object
    ) -> HttpResponse:
        request = rf.get(url)
        request.session = SessionStore()
        request.user = user or _Anonymous()
        response: HttpResponse = view(request, **kwargs)
        return response

    return open_as


class _Anonymous:
    is_authenticated = False


Visit = Callable[..., HttpResponse]


def test_whoever_may_gets_in_with_business_role_and_scope(people: People, visit: Visit) -> None:
    roles = {
        people.alice: Role.BUSINESS_ADMIN,
        people.ursula: Role.USER_ADMIN,
        people.carol: Role.ACCOUNTANT,
    }
    for user, role in roles.items():
        assert visit(user, manage, slug=people.acme.slug).content.decode() == f"True {role}"


@pytest.mark.req("CON-01", "AUD-01")
def test_the_wrong_role_is_told_whom_to_ask_and_is_written_down(
    people: People, visit: Visit, scope: Callable[[Business], None]
) -> None:
    response = visit(people.bob, manage, f"/b/{people.acme.slug}/x", slug=people.acme.slug)
    assert response.status_code == 403
    assert response.content.decode() == (
        f"Connections are managed by Admins: Alice Admin ({people.alice.email}), "
        f"Ursula User-Admin ({people.ursula.email}), Harbour & Co. Please ask one of them."
    )
    scope(people.acme)
    entry = Entry.objects.get(action="access.denied")
    assert (entry.actor_id, entry.data["permission"]) == (people.bob.id, "manage_connections")


@pytest.mark.req("SEC-01")
def test_strangers_and_other_tenants_cannot_tell_a_business_from_none(people: People, visit: Visit) -> None:
    for user in (people.olga, people.dave):
        with pytest.raises(Http404) as existing:
            visit(user, manage, slug=people.acme.slug)
        with pytest.raises(Http404) as missing:
            visit(user, manage, slug="no-such-business")
        assert str(existing.value) == str(missing.value)


@pytest.mark.req("SEC-01")
def test_another_tenants_row_is_not_found(people: People, visit: Visit) -> None:
    own, foreign = make_list_item(people.acme, "Rent"), make_list_item(people.other, "Their rent")
    assert visit(people.alice, show_item, slug=people.acme.slug, item_id=own.id).content == b"Rent"
    with pytest.raises(Http404):
        visit(people.alice, show_item, slug=people.acme.slug, item_id=foreign.id)


def test_nobody_is_asked_to_sign_in_and_comes_back(visit: Visit) -> None:
    for view, kwargs in ((manage, {"slug": "acme"}), (clients, {}), (own_page, {})):
        response = visit(None, view, "/b/acme/costs/?show=waiting", **kwargs)
        assert response.status_code == 302
        assert response["Location"] == "/accounts/login/?next=/b/acme/costs/%3Fshow%3Dwaiting"


def test_a_fragment_sends_the_whole_page_to_the_sign_in(rf: RequestFactory) -> None:
    request = rf.get("/x", headers={"HX-Request": "true"})
    request.user = _Anonymous()
    response = manage(request, slug="acme")
    assert (response.status_code, response["HX-Redirect"]) == (401, "/accounts/login/")


@pytest.mark.req("REC-17")
@pytest.mark.parametrize(
    ("around", "back"),
    [
        ("http://testserver/b/acme/costs/?show=waiting", "?next=%2Fb%2Facme%2Fcosts%2F%3Fshow%3Dwaiting"),
        ("http://elsewhere.test/b/acme/costs/", ""),
        ("http://testserver//elsewhere.test/", ""),
        ("nonsense", ""),
        ("http://[", ""),
    ],
)
def test_whoever_signs_in_again_comes_back_to_the_page_that_asked_for_the_fragment(
    rf: RequestFactory, around: str, back: str
) -> None:
    request = rf.post("/b/acme/choose", headers={"HX-Request": "true", "HX-Current-URL": around})
    request.user = _Anonymous()
    response = manage(request, slug="acme")
    assert response["HX-Redirect"] == f"/accounts/login/{back}"


@pytest.mark.req("REC-17")
@pytest.mark.parametrize(
    ("around", "back"),
    [
        ("http://testserver/b/acme/lists/suppliers/new?x=1", "/b/acme/lists/suppliers/new%3Fx%3D1"),
        ("http://elsewhere.test/b/acme/costs/", "/"),
        ("", "/"),
    ],
)
def test_whoever_sent_something_signed_out_is_told_and_comes_back_to_the_page_it_was_on(
    client: Client, people: People, around: str, back: str
) -> None:
    address = f"/b/{people.acme.slug}/lists/suppliers/combine"
    response = client.post(address, {"kept": "x"}, headers={"Referer": around})
    assert response["Location"] == f"/accounts/login/?next={back}"
    said = "You were signed out meanwhile, so nothing was saved. Sign in, and send it once more."
    assert said in client.get(response["Location"]).content.decode()
    assert said not in client.get(response["Location"]).content.decode()


def test_a_practice_opens_to_its_own_people_alone(people: People, visit: Visit) -> None:
    assert visit(people.carol, clients).content == b"True Harbour & Co"
    for user in (people.alice, people.olga, people.dave):
        with pytest.raises(Http404):
            visit(user, clients)


def test_somebody_in_two_practices_chooses_and_reaches_no_third(people: People, visit: Visit) -> None:
    quay, third = make_practice("Quay"), make_practice("Third")
    make_accountant(third)
    people.carol.practice_memberships.create(practice=quay)
    assert visit(people.carol, clients, f"/clients/?practice={quay.id}").content == b"True Quay"
    for wrong in (third.id, "nonsense"):
        with pytest.raises(Http404):
            visit(people.carol, clients, f"/clients/?practice={wrong}")


def test_signing_in_alone_opens_no_scope(people: People, visit: Visit) -> None:
    assert visit(people.dave, own_page).content == b"Dave Stranger"


def test_a_template_is_rendered_while_the_scope_is_open(people: People, visit: Visit) -> None:
    @page(Permission.VIEW_LISTS)
    def lazy(request: BusinessRequest) -> SimpleTemplateResponse:
        class Lazy(SimpleTemplateResponse):
            @property
            def rendered_content(self) -> str:
                return str(current_scope() == BusinessScope(request.business.id))

        return Lazy("unused.html")

    assert visit(people.bob, lazy, slug=people.acme.slug).content == b"True"


def test_each_view_decides_access_exactly_once() -> None:
    @public
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    assert find_access(view) == access.Access("public")
    with pytest.raises(AccessDecidedTwice):
        signed_in(view)


def test_a_business_without_admins_still_answers_in_words(people: People) -> None:
    people.other.memberships.all().delete()
    assert refusal_text(Permission.MANAGE_PEOPLE, people.other) == "People are managed by Admins."
