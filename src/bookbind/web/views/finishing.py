"""Between the vendor's answer and Finish: choose, summary, a different organisation, cancel."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookbind.connections.elsewhere import find_shared_ones
from bookbind.connections.endings import refuse_overtaken
from bookbind.connections.errors import AlreadyThere, DifferentOrganisation, OrganisationTaken, SignInFailure
from bookbind.connections.finish import finish, refuse_taken
from bookbind.connections.models import SignIn
from bookbind.connections.pending import (
    MatchKind,
    choose_organisation,
    chosen,
    drop,
    find_in_use,
    get_open_sign_in,
    offered,
    same_organisation,
    shared_with,
)
from bookbind.connections.queries import label_of, needs_reconnect, organisation_name
from bookbind.connections.sessions import session_key
from bookbind.connections.sign_in import fetch_organisations
from bookbind.connections.status import consent_end
from bookbind.kit import clock
from bookbind.kit.text import plural
from bookbind.providers.base.types import Organisation
from bookbind.providers.registry import get_provider
from bookbind.publishing.queries import WaitingSummary, waiting_summary
from bookbind.publishing.resume import default_choice
from bookbind.publishing.starting import will_wait_for_start
from bookbind.publishing.switching import ready_summary
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.change_words import find_away, find_differences
from bookbind.web.choosing import build_choices, describe
from bookbind.web.forms.connections import ChooseForm, FinishForm
from bookbind.web.notices import totals_in_words
from bookbind.web.views.connecting import again_url, show_failure, used_before
from bookbind.web.views.start_date import ask_about_start


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def choose(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """Choose the organisation; a reconnect finds the one it had by itself."""
    try:
        sign_in = _open(request, sign_in_id)
        if sign_in.finished_at:
            return _to_confirmed(request, sign_in)
        if request.method == "POST":
            return _take_choice(request, sign_in)
        if sign_in.purpose == SignIn.Purpose.RECONNECT and offered(sign_in):
            return _show_reconnect(request, sign_in)
        return _show_choice(request, sign_in, ChooseForm())
    except SignInFailure as failure:
        return show_failure(request, failure)


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def ask_again(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """Ask the vendor once more which organisations were allowed."""
    try:
        fetch_organisations(get_open_sign_in(sign_in_id, request.user, session_key(request.session)))
    except SignInFailure as failure:
        messages.warning(request, failure.message)
    return HttpResponseRedirect(reverse("choose", args=[request.business.slug, sign_in_id]))


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def summary(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """What Finish will do."""
    try:
        sign_in = _open(request, sign_in_id)
        if sign_in.finished_at:
            return _to_confirmed(request, sign_in)
        if chosen(sign_in) is None:
            return HttpResponseRedirect(reverse("choose", args=[request.business.slug, sign_in.id]))
        refuse_taken(sign_in)
        return _show_summary(request, sign_in)
    except SignInFailure as failure:
        return show_failure(request, failure)


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def different(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """Another organisation beside the one before; looking at it saves nothing.

    Whoever goes back to it from a move, or after Finish, finds what the sign-in is for by now.
    """
    try:
        sign_in = _open(request, sign_in_id)
        if sign_in.finished_at:
            return _to_confirmed(request, sign_in)
        if sign_in.purpose != SignIn.Purpose.RECONNECT:
            return HttpResponseRedirect(reverse("summary", args=[request.business.slug, sign_in.id]))
        match = same_organisation(sign_in)
    except SignInFailure as failure:
        return show_failure(request, failure)
    wanted = request.GET.get("organisation", "")
    only = match.others[0] if len(match.others) == 1 else None
    other = next((one for one in match.others if one.id == wanted), only)
    context = {
        **_words(sign_in),
        "match": match,
        "other": other,
        "before_words": describe(match.before),
        "other_words": describe(other) if other else "",
        "same_name": other is not None and other.name.casefold() == match.before.name.casefold(),
        "choices": build_choices(match.others, request.business.name, {}),
        "is_reached": match.kind is MatchKind.SAME,
    }
    return render(request, "connections/different.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def finish_sign_in(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """Make the connection work with this sign-in; pressed twice, it leads to the same page.

    Asked for again, as by a restored tab, it leads to the summary, where Finish is.
    """
    form = FinishForm(request.POST)
    try:
        sign_in = _open(request, sign_in_id)
        if request.method == "GET":
            return HttpResponseRedirect(reverse("summary", args=[request.business.slug, sign_in.id]))
        if sign_in.purpose == SignIn.Purpose.RECONNECT and not sign_in.finished_at:
            match = same_organisation(sign_in)
            if match.same is None:
                return _show_reconnect(request, sign_in)
            choose_organisation(sign_in, match.same.id)
        if not form.is_valid():
            if sign_in.purpose == SignIn.Purpose.CHANGE:
                return _show_summary(request, sign_in, form=form, status=422)
            return HttpResponseRedirect(reverse("choose", args=[request.business.slug, sign_in.id]))
        if not sign_in.finished_at and ask_about_start(sign_in, form) is not None:
            return _show_summary(request, sign_in, form=form, status=422)
        connection = finish(
            sign_in,
            user=request.user,
            publish_now=form.cleaned_data["publish"] == FinishForm.NOW,
            shared_confirmed=form.cleaned_data["shared"],
            name_seen=form.cleaned_data["name_seen"],
            documents_from=form.cleaned_data["documents_from"],
        )
    except OrganisationTaken as failure:
        return _show_summary(request, sign_in, failure.message, form=form, status=failure.http_status)
    except SignInFailure as failure:
        return show_failure(request, failure)
    return HttpResponseRedirect(reverse("confirmed", args=[request.business.slug, connection.id]))


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def cancel(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """Give the sign-in up; everything stays as it was."""
    try:
        sign_in = get_open_sign_in(sign_in_id, request.user, session_key(request.session))
        if not sign_in.finished_at:
            drop(sign_in)
            messages.info(request, "Cancelled. Nothing changed.")
    except SignInFailure:
        messages.info(request, "That sign-in was over already. Nothing changed.")
    return HttpResponseRedirect(reverse("connections", args=[request.business.slug]))


def _open(request: BusinessRequest, sign_in_id: UUID) -> SignIn:
    """The sign-in to go on with; LeftMeanwhile at the next press after a colleague ended what it is for."""
    sign_in = get_open_sign_in(sign_in_id, request.user, session_key(request.session))
    if not sign_in.finished_at:
        refuse_overtaken(sign_in)
    return sign_in


def _to_confirmed(request: BusinessRequest, sign_in: SignIn) -> HttpResponse:
    return HttpResponseRedirect(reverse("confirmed", args=[request.business.slug, sign_in.connection_id]))


def _take_choice(request: BusinessRequest, sign_in: SignIn) -> HttpResponse:
    form = ChooseForm(request.POST)
    if not form.is_valid():
        return _show_choice(request, sign_in, form, status=422)
    try:
        choose_organisation(sign_in, form.cleaned_data["organisation"])
    except DifferentOrganisation:
        address = reverse("different", args=[request.business.slug, sign_in.id])
        return HttpResponseRedirect(f"{address}?organisation={form.cleaned_data['organisation']}")
    except AlreadyThere as failure:
        return _show_choice(request, sign_in, ChooseForm(), status=failure.http_status)
    return HttpResponseRedirect(reverse("summary", args=[request.business.slug, sign_in.id]))


def _show_choice(
    request: BusinessRequest, sign_in: SignIn, form: ChooseForm, status: int = 200
) -> HttpResponse:
    in_use = find_in_use(sign_in)
    organisations = [one for one in offered(sign_in) if one != in_use]
    ids = [one.id for one in organisations]
    shared = find_shared_ones(sign_in.provider, ids, request.business, request.user)
    used = {one.organisation_id: one for one in used_before(sign_in)}
    missing = used.get(sign_in.chosen_id) if sign_in.chosen_id not in ids else None
    context = {
        **_words(sign_in),
        "choices": build_choices(organisations, request.business.name, shared, used),
        "form": form,
        "in_use": in_use.name if in_use else "",
        "in_use_id": sign_in.leaves_id,
        "chosen_id": sign_in.chosen_id,
        "missing": organisation_name(missing) if missing else "",
    }
    return render(request, "connections/choose.html", context, status=status)


def _show_reconnect(request: BusinessRequest, sign_in: SignIn) -> HttpResponse:
    match = same_organisation(sign_in)
    assert sign_in.connection is not None, "only a reconnect is shown here"
    waiting = waiting_summary(sign_in.connection)
    publish_now = default_choice(waiting, clock.now(), request.business.time_zone)
    context = {
        **_words(sign_in),
        "match": match,
        "organisation": match.same or match.before,
        "organisation_words": describe(match.same or match.before),
        "others": [(one, describe(one)) for one in match.others],
        "until": _until(sign_in),
        "rules": SupplierRule.objects.filter(active=True).count(),
        "waiting": waiting,
        "waiting_total": totals_in_words(waiting),
        "months": _months(waiting),
        "publish_now": publish_now,
        "away_to": find_away(sign_in.connection),
    }
    template = "reconnect" if match.kind is MatchKind.SAME else "not_reached"
    return render(request, f"connections/{template}.html", context)


def _show_summary(
    request: BusinessRequest,
    sign_in: SignIn,
    taken: str = "",
    *,
    form: FinishForm | None = None,
    status: int = 200,
) -> HttpResponse:
    organisation = chosen(sign_in)
    assert organisation is not None, "there is a summary of a choice only"
    shared = shared_with(sign_in, organisation.id, request.user)
    context = {
        **_words(sign_in),
        "organisation": organisation,
        "organisation_words": describe(organisation),
        "differences": find_differences(
            request.business.name, organisation.name, organisation.currency, sign_in.leaves
        ),
        "joining_label": f"{get_provider(sign_in.provider).name} ({organisation.name})",
        "until": _until(sign_in),
        "goes_back": any(one.organisation_id == organisation.id for one in used_before(sign_in)),
        "shared": shared,
        "taken": taken,
        "lists": len(get_provider(sign_in.provider).lists),
        "waits_for_start": will_wait_for_start(sign_in, organisation),
        **_change_words(sign_in, organisation, form or _fresh_form(sign_in, organisation)),
    }
    return render(request, "connections/summary.html", context, status=status)


def _words(sign_in: SignIn) -> dict[str, object]:
    """What every page of the flow names."""
    connection = sign_in.connection
    return {
        "sign_in": sign_in,
        "provider": get_provider(sign_in.provider),
        "before_name": organisation_name(connection) if connection else "",
        "connection": connection,
        "again_url": again_url(sign_in),
    }


def _change_words(sign_in: SignIn, organisation: Organisation, form: FinishForm) -> dict[str, object]:
    """What a change's summary says besides: what is left, and what waits."""
    left = sign_in.leaves
    if left is None:
        return {}
    waiting, ready = waiting_summary(left), ready_summary(left)
    joining = get_provider(sign_in.provider).name
    named = f"{joining} ({organisation.name})" if left.provider == sign_in.provider else joining
    return {
        "leaves": left,
        "left_label": label_of(left),
        "left_provider": get_provider(left.provider),
        "left_needs_reconnect": needs_reconnect(left),
        "joining_name": named,
        "waiting": waiting,
        "waiting_total": totals_in_words(waiting),
        "ready": ready,
        "ready_total": totals_in_words(ready),
        "others": waiting.count - ready.count,
        "rules": SupplierRule.objects.filter(active=True).count(),
        "form": form,
        "start_question": ask_about_start(sign_in, form),
    }


def _fresh_form(sign_in: SignIn, organisation: Organisation) -> FinishForm:
    """What is asked before Finish; books that are gone back to are proposed with the first day they had."""
    used = next((one for one in used_before(sign_in) if one.organisation_id == organisation.id), None)
    return FinishForm(initial={"documents_from": used.documents_from} if used else {})


def _until(sign_in: SignIn) -> datetime:
    return consent_end(sign_in.authorised_at or clock.now(), sign_in.business.time_zone)


def _months(waiting: WaitingSummary) -> str:
    """`Oct 2, Nov 12`, when the documents belong to more than one month."""
    if len(waiting.months) < 2:
        return plural(waiting.count, "document") if waiting.count else ""
    return ", ".join(f"{month:%b} {number:,}" for month, number in waiting.months.items())
