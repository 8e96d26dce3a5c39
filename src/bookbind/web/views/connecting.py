"""To the vendor and back: begin, the callback, and what is said when an answer can't be used."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_GET, require_http_methods

from bookbind.connections.errors import OrganisationsUnread, SignInCancelled, SignInFailure
from bookbind.connections.models import Connection, SignIn
from bookbind.connections.queries import LIVE_STAGES, get_connection, list_used, organisation_name
from bookbind.connections.sessions import session_key
from bookbind.connections.sign_in import begin_sign_in, receive_answer
from bookbind.kit import clock
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.types import Redirect
from bookbind.providers.registry import find_provider, get_provider
from bookbind.tenancy.permissions import Permission
from bookbind.tenancy.queries import find_acting_practice
from bookbind.tenancy.scope import BusinessScope, within
from bookbind.web.access import BusinessRequest, PersonRequest, page, public, signed_in
from bookbind.web.change_words import find_away
from bookbind.web.forms.connections import WaitingForm

_FAILURE = "sign_in_failure"


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def connect(request: BusinessRequest, provider: str) -> HttpResponse:
    """What connecting will do, in three lines; posted, the same with the way to the vendor."""
    vendor = find_provider(provider)
    if vendor is None:
        raise Http404
    words = begin_words(vendor, f"Connect {vendor.name}", _connect_steps(vendor)) | seats_words(vendor)
    if request.method == "POST" and vendor.available:
        return set_out(request, vendor, SignIn.Purpose.CONNECT, None, words)
    return render(request, "connections/begin.html", words)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def reconnect(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """What reconnecting will do, in three lines; posted, the same with the way to the vendor."""
    connection = get_connection(connection_id)
    if connection.stage not in LIVE_STAGES:
        messages.info(request, "This connection was disconnected, so it is connected anew.")
        return HttpResponseRedirect(reverse("connect", args=[request.business.slug, connection.provider]))
    vendor = get_provider(connection.provider)
    title = f"Reconnect {vendor.name} ({organisation_name(connection)})"
    words = begin_words(vendor, title, _reconnect_steps(vendor, connection))
    words["away_to"] = find_away(connection)
    if request.method == "POST":
        return set_out(request, vendor, SignIn.Purpose.RECONNECT, connection, words)
    return render(request, "connections/begin.html", words)


@require_GET
@public
def callback(request: HttpRequest, provider: str) -> HttpResponse:
    """Where the vendor sends people back: the answer is used at once and leaves the address bar."""
    if not request.user.is_authenticated:
        # The answer belongs to a session that is over. It must not travel on in the sign-in page's address.
        over = "Your session had ended, so the answer was not used. Nothing was changed."
        messages.warning(request, f"{over} Sign in, then start again under Connections.")
        return _private(HttpResponseRedirect(reverse("account_login")))
    try:
        sign_in = receive_answer(
            provider_id=provider,
            query=request.GET.dict(),
            user=request.user,
            session_key=session_key(request.session),
        )
    except SignInCancelled as failure:
        messages.info(request, failure.message)
        return _private(HttpResponseRedirect(_back_address(failure.sign_in)))
    except OrganisationsUnread as failure:
        messages.warning(request, failure.message)
        return _private(HttpResponseRedirect(_choose_address(failure.sign_in)))
    except SignInFailure as failure:
        _remember(request, failure)
        return _private(HttpResponseRedirect(reverse("sign_in_problem")))
    return _private(HttpResponseRedirect(_choose_address(sign_in)))


@require_GET
@signed_in
def problem(request: PersonRequest) -> HttpResponse:
    """Why an answer was not used, and where to start again."""
    remembered = request.session.get(_FAILURE)
    if remembered is None:
        return HttpResponseRedirect(reverse("home"))
    return render(request, "connections/problem.html", {"failure": remembered})


def show_failure(request: BusinessRequest, failure: SignInFailure) -> HttpResponse:
    """The page for a sign-in that can't go on, inside its business."""
    words = _failure_words(failure)
    words["back"] = reverse("connections", args=[request.business.slug])
    status = 200 if isinstance(failure, SignInCancelled) else failure.http_status
    return render(request, "connections/problem.html", {"failure": words}, status=status)


def set_out(
    request: BusinessRequest,
    vendor: Provider,
    purpose: str,
    connection: Connection | None,
    words: dict[str, object],
    *,
    publish_first: bool = False,
    organisation_id: str = "",
) -> HttpResponse:
    """Begin a sign-in and show the plain link that leaves for the vendor."""
    try:
        sign_in, step = begin_sign_in(
            user=request.user,
            business=request.business,
            practice=find_acting_practice(request.user, request.business),
            provider=vendor.id,
            purpose=purpose,
            connection=connection,
            session_key=session_key(request.session),
            return_to=request.POST.get("next", ""),
            publish_first=publish_first,
            organisation_id=organisation_id,
        )
    except SignInFailure as failure:
        return show_failure(request, failure)
    assert isinstance(step, Redirect), "no vendor of this version takes typed credentials"
    return render(request, "connections/begin.html", {**words, "away": step.url, "sign_in": sign_in})


def begin_words(vendor: Provider, title: str, steps: list[str]) -> dict[str, object]:
    """What the page before the sign-in says."""
    return {"provider": vendor, "title": title, "steps": steps}


def seats_words(vendor: Provider) -> dict[str, object]:
    """What helps whoever connects one organisation more than our app may connect there."""
    if not vendor.seats_hint:
        return {}
    said = (
        f"If {vendor.name} says that Bookbind can't connect more organisations, nothing was changed: "
        "ask whoever runs this Bookbind to make room, then try again."
    )
    return {"seats_help": said}


def again_url(sign_in: SignIn) -> str:
    """Where somebody signs in as another user for the same purpose."""
    slug = sign_in.business.slug
    if sign_in.leaves is not None:
        typed = {"waiting": WaitingForm.FIRST if sign_in.publish_first else WaitingForm.ALONG}
        for earlier in used_before(sign_in):
            if earlier.organisation_id == sign_in.chosen_id:
                typed["back"] = str(earlier.id)
        change_to = reverse("change_to", args=[slug, sign_in.leaves.id, sign_in.provider])
        return f"{change_to}?{urlencode(typed)}"
    if sign_in.connection is not None:
        return reverse("reconnect", args=[slug, sign_in.connection.id])
    return reverse("connect", args=[slug, sign_in.provider])


def used_before(sign_in: SignIn) -> list[Connection]:
    """Where the business kept its books before; a renewal goes nowhere else."""
    if sign_in.purpose == SignIn.Purpose.RECONNECT:
        return []
    return list_used(sign_in.business_id, sign_in.provider)


def _connect_steps(vendor: Provider) -> list[str]:
    return [
        f"You sign in at {vendor.name} and allow Bookbind to read its lists and enter bills.",
        "Back here you choose the organisation and see a summary. Nothing is saved before you press Finish.",
        f"Then its lists are read. No document is sent to {vendor.name} until you publish it.",
    ]


def _reconnect_steps(vendor: Provider, connection: Connection) -> list[str]:
    organisation = organisation_name(connection)
    return [
        f"You sign in at {vendor.name} as anybody who can open {organisation}.",
        f"Back here Bookbind looks for {organisation}. Your rules and settings stay as they are.",
        "You decide what happens to documents that wait, and press Finish. A new year begins.",
    ]


def _remember(request: HttpRequest, failure: SignInFailure) -> None:
    """Keep the words for the page that follows; the vendor's answer itself is not kept."""
    if failure.sign_in is None:
        words = _failure_words(failure)
    else:
        with within(BusinessScope(failure.sign_in.business_id)):
            words = _failure_words(failure)
    words["back"] = _back_address(failure.sign_in)
    request.session[_FAILURE] = words


def _failure_words(failure: SignInFailure) -> dict[str, str]:
    return {
        "headline": failure.headline,
        "body": failure.body,
        "details": failure.vendor_text,
        "at": clock.now().isoformat(),
        "again": again_url(failure.sign_in) if failure.sign_in and failure.begins_again else "",
    }


def _back_address(sign_in: SignIn | None) -> str:
    if sign_in is None:
        return reverse("home")
    return sign_in.return_to or reverse("connections", args=[sign_in.business.slug])


def _choose_address(sign_in: SignIn | None) -> str:
    if sign_in is None:
        return reverse("home")
    return reverse("choose", args=[sign_in.business.slug, sign_in.id])


def _private(response: HttpResponse) -> HttpResponse:
    """The address holds the vendor's answer: it must not be cached or told to the next page."""
    response["Referrer-Policy"] = "no-referrer"
    patch_cache_control(response, no_store=True, private=True)
    return response
