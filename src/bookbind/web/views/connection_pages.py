"""What *Manage* leads to: settings, refresh, disconnect, and the pages that explain."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookbind.connections.change import find_change_to, find_undoable
from bookbind.connections.disconnect import disconnect
from bookbind.connections.endings import explain_end
from bookbind.connections.errors import SignInFailure
from bookbind.connections.models import Connection
from bookbind.connections.queries import (
    LIVE_STAGES,
    get_connection,
    keeps_tax,
    label_of,
    list_history,
    organisation_name,
    status_of,
)
from bookbind.connections.second_person import Act, explain_act, find_open
from bookbind.connections.second_person import ask as ask_second_person
from bookbind.connections.services import confirm_name
from bookbind.connections.sessions import safe_path
from bookbind.connections.status import State
from bookbind.lists.queries import pick_items, sync_progress
from bookbind.lists.sync import request_sync
from bookbind.notifications.services import ask_to_reconnect
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.publishing.configuration import get_settings, save_settings
from bookbind.publishing.errors import SettingNotTaken
from bookbind.publishing.queries import waiting_summary
from bookbind.tenancy.permissions import Permission, Role
from bookbind.tenancy.queries import list_admins
from bookbind.web.access import BusinessRequest, page
from bookbind.web.change_words import find_away
from bookbind.web.confirming import ask_to_confirm, is_confirmed
from bookbind.web.connection_rows import why_no_refresh
from bookbind.web.forms.connections import Choices, SettingsForm
from bookbind.web.kept import list_kept
from bookbind.web.notices import is_worth_a_banner, notice_for, totals_in_words
from bookbind.web.templatetags.ui import moment
from bookbind.web.views.approving import others_in_words

_ENTRIES = 300
_HISTORY = 200


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def connection_settings(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """How documents reach the books; kept through expiry, reconnect and disconnect."""
    connection = get_connection(connection_id)
    form = _settings_form(connection, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_settings(connection, form.read(), request.user)
            messages.success(request, "Settings saved.")
            return HttpResponseRedirect(request.path)
        except SettingNotTaken as error:
            form.add_error(None, str(error.__doc__))
    context = {
        **_words(connection),
        "form": form,
        "provider_kinds": get_provider(connection.provider).kinds,
        "untaxed": not keeps_tax(connection),
    }
    status = 422 if form.errors else 200
    return render(request, "connections/settings.html", context, status=status)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def refresh(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Each list with its last read and error; posted, one list or all of them are read anew."""
    connection = get_connection(connection_id)
    provider = get_provider(connection.provider)
    if request.method == "POST" and status_of(connection).can_call:
        wanted = request.POST.get("list", "")
        chosen = [name for name in provider.lists if name == wanted] or None
        request_sync(connection, chosen, full=True)
        return HttpResponseRedirect(request.path)
    return render(request, "connections/refresh.html", _list_words(connection, request.role))


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def refresh_table(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """The table of lists alone, asked for again while one is being read."""
    words = _list_words(get_connection(connection_id), request.role)
    return render(request, "connections/_lists.html", words)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def disconnect_page(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """What is kept and what ends; posted, the connection ends."""
    connection = get_connection(connection_id)
    if connection.stage not in LIVE_STAGES:
        messages.info(request, f"There is nothing to disconnect. {explain_end(connection).body}")
        return HttpResponseRedirect(reverse("connections", args=[request.business.slug]))
    if connection.stage == Connection.Stage.SETTING_UP and find_change_to(connection) is not None:
        messages.info(request, f"{label_of(connection)} is not in use yet. To give it up, stop the move.")
        return HttpResponseRedirect(reverse("confirmed", args=[request.business.slug, connection.id]))
    if request.method == "POST":
        if not is_confirmed(request):
            organisation = organisation_name(connection)
            is_asked = request.business.second_person
            what = "ask for approval" if is_asked else f"disconnect {organisation}"
            return ask_to_confirm(request, request.path, what)
        try:
            messages.success(request, _disconnect(request, connection))
        except SignInFailure as failure:
            messages.info(request, failure.message)
        return HttpResponseRedirect(reverse("connections", args=[request.business.slug]))
    waiting = waiting_summary(connection)
    context = {**_words(connection), "waiting": waiting, "waiting_total": totals_in_words(waiting)}
    undoable = find_undoable(connection)
    context |= {
        "kept": list_kept(request),
        "away": find_away(connection),
        "undoes_to": label_of(undoable.left) if undoable else "",
    }
    if request.business.second_person:
        asked = find_open(connection, Act.DISCONNECT)
        context["approvals"] = [(asked, explain_act(asked))] if asked else []
        context["others"] = others_in_words(request.business, request.user)
    return render(request, "connections/disconnect.html", context)


def _disconnect(request: BusinessRequest, connection: Connection) -> str:
    """Disconnect, or ask a second person where the business wants one; what was done."""
    label = label_of(connection)
    if request.business.second_person:
        ask_second_person(request.business, Act.DISCONNECT, request.user, connection)
        others = others_in_words(request.business, request.user)
        return f"Asked. {label} stays connected until {others} approves."
    disconnect(connection, request.user)
    return f"{label} is disconnected. Everything here was kept."


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def connection_history(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Everything that happened to the connection, newest first."""
    connection = get_connection(connection_id)
    entries = list_history(connection, _HISTORY)
    return render(request, "connections/history.html", {**_words(connection), "entries": entries})


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def connection_help(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Who can sign in at the vendor, and who could have ended the access."""
    connection = get_connection(connection_id)
    context = {**_words(connection), "admins": list_admins(request.business)}
    if connection.stage not in LIVE_STAGES:
        context["end"] = explain_end(connection)
    return render(request, "connections/help.html", context)


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def confirm_organisation(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Somebody looked: the organisation of another name is the right one."""
    confirm_name(get_connection(connection_id), request.user)
    return HttpResponseRedirect(reverse("connections", args=[request.business.slug]))


@require_POST
@page(Permission.ASK_TO_RECONNECT)
def ask(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Ask those who can act; once a day, whoever asks."""
    asked = ask_to_reconnect(get_connection(connection_id), request.user)
    said = moment(asked.asked_at, request.business.time_zone).replace("today ", "today at ")
    messages.success(request, f"Asked {said}.")
    back = safe_path(request.POST.get("next", "")) or reverse("costs", args=[request.business.slug])
    return HttpResponseRedirect(back)


def _words(connection: Connection) -> dict[str, object]:
    return {
        "connection": connection,
        "provider": get_provider(connection.provider),
        "organisation": organisation_name(connection),
        "label": label_of(connection),
        "status": status_of(connection),
    }


def _list_words(connection: Connection, role: Role) -> dict[str, object]:
    lists = sync_progress(connection)
    status = status_of(connection)
    return {
        **_words(connection),
        "lists": lists,
        "is_reading": status.can_call and any(one.is_busy for one in lists),
        "can_refresh": status.can_call,
        "why_not": why_no_refresh(status),
        "is_cut_off": status.state is State.NEEDS_RECONNECT,
        "notice": notice_for(connection, role, status=status) if is_worth_a_banner(status) else None,
    }


def _settings_form(connection: Connection, data: object) -> SettingsForm:
    settings = get_settings(connection)
    return SettingsForm(
        data,
        provider=get_provider(connection.provider),
        settings=settings,
        tax_rates=_choices(ListName.TAX_RATES, connection),
        bank_accounts=_choices(ListName.BANK_ACCOUNTS, connection),
        exceptions=settings.auto_publish_exceptions.order_by("folded_name"),
    )


def _choices(name: ListName, connection: Connection) -> Choices:
    return [(str(item.id), item.label) for item in pick_items(name, limit=_ENTRIES, connection=connection)]
