"""A second person for moves and disconnects: what waits for one, the decision, and whether one is wanted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from bookbind.connections.approvals import approve, refuse, turn_off, turn_on, withdraw
from bookbind.connections.change import find_change_to, has_old_books
from bookbind.connections.errors import SignInFailure
from bookbind.connections.models import Approval
from bookbind.connections.queries import label_of, organisation_name
from bookbind.connections.second_person import Act, explain_act, get_approval, list_others
from bookbind.kit.text import listed
from bookbind.publishing.queries import waiting_summary
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.change_words import find_away, find_differences
from bookbind.web.confirming import ask_to_confirm, is_confirmed
from bookbind.web.notices import totals_in_words

_DECISIONS = {
    "approve": (approve, ""),
    "refuse": (refuse, "Refused. Nothing comes of it."),
    "withdraw": (withdraw, "Withdrawn. Nothing comes of it."),
}


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def approval(request: BusinessRequest, approval_id: UUID) -> HttpResponse:
    """What was asked and what approving it does; posted, the decision."""
    found = get_approval(approval_id)
    if request.method == "POST" and request.POST.get("decision") in _DECISIONS:
        return _decide(request, found, request.POST["decision"])
    return render(request, "connections/approval.html", _words(request, found))


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def second_person(request: BusinessRequest) -> HttpResponse:
    """Want a second person from now on, or ask one whether none is wanted any more."""
    back = reverse("connections", args=[request.business.slug])
    if not is_confirmed(request):
        what = "let a second person approve" if "on" in request.POST else "turn the second person off"
        return ask_to_confirm(request, back, what)
    try:
        messages.success(request, _set(request.business, request.user, is_on="on" in request.POST))
    except SignInFailure as failure:
        messages.info(request, failure.message)
    return HttpResponseRedirect(back)


def others_in_words(business: Business, user: User) -> str:
    """`Ada Admin or Abel Accountant`: who could approve what the user asks for."""
    return listed([person.get_full_name() for person in list_others(business, user)], "or")


def _set(business: Business, user: User, *, is_on: bool) -> str:
    if is_on == business.second_person:
        return f"It is {'on' if is_on else 'off'} already."
    if is_on:
        turn_on(business, user)
        return "From now on a second person approves every change and every disconnect."
    if turn_off(business, user):
        return f"Asked. It stays on until {others_in_words(business, user)} approves."
    return "Turned off: there was nobody else who could have approved."


def _decide(request: BusinessRequest, found: Approval, decision: str) -> HttpResponse:
    if decision == "approve" and not is_confirmed(request):
        return ask_to_confirm(request, request.path, "approve it")
    carry_out, said = _DECISIONS[decision]
    try:
        carry_out(found, request.user)
        messages.success(request, said or f"Approved. {_what_happened(found)}")
    except SignInFailure as failure:
        messages.info(request, failure.message)
        return HttpResponseRedirect(request.path)
    return HttpResponseRedirect(_next_page(request, found, decision))


def _what_happened(found: Approval) -> str:
    """What the approval brought about."""
    if found.connection is None:
        return "From now on no second person is needed to change or to disconnect."
    label = label_of(found.connection)
    if found.act == Act.MOVE:
        return f"The move to {label} goes on by itself now."
    return f"{label} is disconnected. Everything here was kept."


def _next_page(request: BusinessRequest, found: Approval, decision: str) -> str:
    """Whoever approved a move watches it; everything else is seen under Connections."""
    slug = request.business.slug
    if decision == "approve" and found.act == Act.MOVE:
        return reverse("confirmed", args=[slug, found.connection_id])
    return reverse("connections", args=[slug])


def _words(request: BusinessRequest, found: Approval) -> dict[str, object]:
    words: dict[str, object] = {
        "approval": found,
        "what": explain_act(found),
        "is_mine": found.asked_by_id == request.user.id,
        "others": others_in_words(request.business, found.asked_by),
    }
    connection = found.connection
    if connection is None:
        return words
    moving = find_change_to(connection) if found.act == Act.MOVE else None
    waiting = waiting_summary(moving.left if moving else connection)
    if moving is not None:
        name, currency = organisation_name(connection), str(connection.organisation.get("currency", ""))
        words["organisation_name"] = name
        words["differences"] = find_differences(request.business.name, name, currency, moving.left)
    return words | {
        "label": label_of(connection),
        "moving": moving,
        "left_is_there": moving is None or has_old_books(moving),
        "away": find_away(connection),
        "left_label": label_of(moving.left) if moving else "",
        "waiting": waiting,
        "waiting_total": totals_in_words(waiting),
    }
