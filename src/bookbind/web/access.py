"""Who may open a page: every view carries exactly one of these decorators, and a test holds that.

`page` opens a business's page and its scope, `practice_page` a practice's; `signed_in` asks for a person,
`public` for nobody. Whoever has no way into a business gets the same 404 as for one that does not exist.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.connections.queries import find_main_connection
from bookbind.connections.sessions import safe_path
from bookbind.tenancy.models import Business, Practice, User
from bookbind.tenancy.permissions import Permission, Role, may
from bookbind.tenancy.queries import find_role, list_admins, list_businesses, list_practices
from bookbind.tenancy.scope import BusinessScope, PracticeScope, within

_SIGNED_OUT = "You were signed out meanwhile, so nothing was saved. Sign in, and send it once more."
LAST_BUSINESS = "last_business"
"""The session's key for the business that was opened last, where the home page leads."""


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


class BusinessRequest(PersonRequest):
    """A request inside one business, by somebody who has a role there."""

    business: Business
    role: Role
    found_connection: Connection | None


class PracticeRequest(PersonRequest):
    """A request inside one practice, by one of its people."""

    practice: Practice


@dataclass(frozen=True)
class Access:
    """What a view asks of its visitor: kept on the view, so that tests can read it."""

    kind: str
    permission: Permission | None = None


class Instead(Exception):
    """What is answered in place of the page that was asked for, from however deep within it that is known."""

    def __init__(self, response: HttpResponse) -> None:
        self.response = response
        super().__init__()


class AccessDecidedTwice(TypeError):
    """A view carries two access decorators; which one counts would depend on their order."""


_Args = ParamSpec("_Args")
_Request = TypeVar("_Request", bound=HttpRequest)
_Inner = Callable[Concatenate[_Request, _Args], HttpResponseBase]
View = Callable[..., HttpResponseBase]


def page(permission: Permission) -> Callable[[_Inner[BusinessRequest, _Args]], View]:
    """Open the view, inside the business's scope, to those whose role includes `permission`.

    The address's `slug` becomes `request.business` and is not passed on; `request.role` is the visitor's role
    there. A row that the scope does not reach, or that does not exist, answers 404. Refusals are audited.
    """

    def decorate(view: _Inner[BusinessRequest, _Args]) -> View:
        @wraps(view)
        def guarded(request: BusinessRequest, *args: _Args.args, **kwargs: _Args.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _ask_to_sign_in(request)
            _enter_business(request, str(kwargs.pop("slug")))
            with within(BusinessScope(request.business.id)):
                if not may(request.role, permission):
                    return _refuse(request, permission)
                return _answer(lambda: view(request, *args, **kwargs))

        return _marked(guarded, view, Access("page", permission))

    return decorate


def practice_page(view: _Inner[PracticeRequest, _Args]) -> View:
    """Open the view, inside the practice's scope, to its people; everybody else gets 404.

    Somebody in several practices names one with `?practice=<id>`. The scope reaches all of the practice's
    clients: what is shown must still be narrowed to `list_businesses(request.user)`.
    """

    @wraps(view)
    def guarded(request: PracticeRequest, *args: _Args.args, **kwargs: _Args.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        request.practice = _get_practice(request)
        with within(PracticeScope(request.practice.id)):
            return _answer(lambda: view(request, *args, **kwargs))

    return _marked(guarded, view, Access("practice"))


def signed_in(view: _Inner[PersonRequest, _Args]) -> View:
    """Open the view to everybody who is signed in, without any scope."""

    @wraps(view)
    def guarded(request: PersonRequest, *args: _Args.args, **kwargs: _Args.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _ask_to_sign_in(request)
        return _answer(lambda: view(request, *args, **kwargs))

    return _marked(guarded, view, Access("signed_in"))


def public(view: _Inner[HttpRequest, _Args]) -> View:
    """Open the view to everybody, without any scope."""

    @wraps(view)
    def open_view(request: HttpRequest, *args: _Args.args, **kwargs: _Args.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return _marked(open_view, view, Access("public"))


def main_connection(request: BusinessRequest) -> Connection | None:
    """The business's main connection, read once a request: the page and the frame around it show the same."""
    if not hasattr(request, "found_connection"):
        request.found_connection = find_main_connection(request.business.id)
    return request.found_connection


def find_access(view: object) -> Access | None:
    """What the view asks of its visitor; None for a view that carries no decorator of this module."""
    found = getattr(view, "access", None)
    return found if isinstance(found, Access) else None


def managers_in_words(business: Business) -> str:
    """Whom to ask: `Ada Admin (ada@acme.test), Harbour & Co`; empty when there is nobody."""
    admins = [f"{admin.get_full_name()} ({admin.email})" for admin in list_admins(business)]
    practice = [business.practice.name] if business.practice else []
    return ", ".join([*admins, *practice])


_MANAGED = {
    Permission.MANAGE_CONNECTIONS: "Connections are",
    Permission.MANAGE_PEOPLE: "People are",
    Permission.EDIT_RULES: "Rules are",
    Permission.EDIT_LISTS: "Lists are",
}


def refusal_text(permission: Permission, business: Business) -> str:
    """Why the page stays closed and whom to ask."""
    who = managers_in_words(business)
    managed = f"{_MANAGED.get(permission, 'This is')} managed by Admins"
    return f"{managed}: {who}. Please ask one of them." if who else f"{managed}."


def _marked(guarded: View, view: object, access: Access) -> View:
    if find_access(view) is not None:
        raise AccessDecidedTwice(str(view))
    guarded.access = access  # type: ignore[attr-defined] # functions take attributes
    return guarded


def _enter_business(request: BusinessRequest, slug: str) -> None:
    """Set the business and the visitor's role in it; 404 when they have no way in."""
    business = list_businesses(request.user).filter(slug=slug).first()
    role = find_role(request.user, business) if business else None
    if business is None or role is None:
        raise Http404
    request.business = business
    request.role = role
    if request.session.get(LAST_BUSINESS) != slug:
        request.session[LAST_BUSINESS] = slug


def _get_practice(request: PracticeRequest) -> Practice:
    practices = list_practices(request.user)
    wanted = request.GET.get("practice", "")
    if wanted:
        practices = practices.filter(id=_uuid_or_404(wanted))
    found = practices.first()
    if found is None:
        raise Http404
    return found


def _uuid_or_404(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


def _answer(view: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """The view's answer, rendered while the scope is open; a row out of reach is a page not found."""
    try:
        response = view()
        render_now = getattr(response, "render", None)
        if callable(render_now) and not getattr(response, "is_rendered", True):
            render_now()
    except Instead as instead:
        return instead.response
    except ObjectDoesNotExist as error:
        raise Http404 from error
    return response


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Lead to the sign-in page and back here afterwards; a fragment makes the whole page go there.

    What was posted is gone after the sign-in: that is said, and the way back leads to the page it stood on.
    """
    login = reverse("account_login")
    if request.method == "POST":
        messages.info(request, _SIGNED_OUT, fail_silently=True)
    if request.headers.get("HX-Request"):
        back = _page_around(request, "HX-Current-URL")
        return HttpResponse(
            status=401, headers={"HX-Redirect": f"{login}?{urlencode({'next': back})}" if back else login}
        )
    is_page = request.method == "GET"
    back = request.get_full_path() if is_page else _page_around(request, "Referer") or "/"
    return redirect_to_login(back, login)


def _page_around(request: HttpRequest, header: str) -> str:
    """The page on which a fragment or a form stands, as the browser says; empty where it is none of ours."""
    try:
        around = urlsplit(request.headers.get(header, ""))
    except ValueError:
        return ""
    if around.netloc != request.get_host():
        return ""
    return safe_path(urlunsplit(("", "", around.path, around.query, "")))


def _refuse(request: BusinessRequest, permission: Permission) -> HttpResponse:
    record(
        "access.denied",
        f"{request.user.get_full_name()} was refused: {request.method} {request.path}",
        business_id=request.business.id,
        actor=request.user,
        data={"permission": permission.value, "role": request.role.value, "path": request.path},
    )
    words = {"text": refusal_text(permission, request.business), "permission": permission}
    return render(request, "errors/refused.html", words, status=403)
