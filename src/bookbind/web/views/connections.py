"""The Connections page and what follows Finish: is it alive, until when, and the one thing that helps."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bookbind.connections.change import find_undoable
from bookbind.connections.endings import explain_end
from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES, get_connection, label_of, list_connections, status_of
from bookbind.connections.second_person import explain_act, list_open
from bookbind.connections.status import Health, State, Status
from bookbind.kit.text import listed, plural
from bookbind.lists.queries import sync_progress
from bookbind.merge.needed import count_unmatched
from bookbind.providers.registry import get_provider, list_providers
from bookbind.publishing.queries import find_latest_resume
from bookbind.publishing.results import Results, explain_results, results_of
from bookbind.tenancy.permissions import Permission, Role
from bookbind.web.access import BusinessRequest, page
from bookbind.web.change_words import waiting_words
from bookbind.web.connection_rows import build_earlier, build_rows
from bookbind.web.notices import Notice, notice_for

_NOT_ANSWERING = frozenset({Health.DOWN, Health.LIMITED})
_OVER = frozenset({State.NEEDS_RECONNECT, State.DISCONNECTED})


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def connections(request: BusinessRequest) -> HttpResponse:
    """The live connections, then the earlier ones; the selection screen where there is none."""
    found = list_connections(request.business.id)
    live = [one for one in found if one.stage in LIVE_STAGES]
    rows = build_rows(live, request.role)
    main = next((one for one in live if _can_be_left(one)), None)
    undoable = find_undoable(main) if main is not None and main.awaits_start else None
    context = {
        "rows": rows,
        "main": main,
        "undoes_to": undoable.left_id if undoable else None,
        "has_main": any(row.connection.place == Connection.Place.MAIN for row in rows),
        "earlier": build_earlier([one for one in found if one.stage not in LIVE_STAGES]),
        "providers": list_providers(),
        "approvals": [(one, explain_act(one)) for one in list_open(request.business.id)],
        "beside": listed([one.name for one in list_providers() if one.stands_beside], "or"),
    }
    return render(request, "connections/index.html", context)


def _can_be_left(connection: Connection) -> bool:
    return connection.stage == Connection.Stage.ACTIVE and connection.place == Connection.Place.MAIN


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def confirmed(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """What Finish did, with the lists arriving and what became of documents that waited."""
    connection = get_connection(connection_id)
    return render(request, "connections/confirmed.html", _confirmation(connection, request.role))


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def progress(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """The moving part of the confirmation, asked for again until nothing moves."""
    words = _confirmation(get_connection(connection_id), request.role)
    response = render(request, "connections/_progress.html", words)
    was = request.GET.get("was", "")
    if words["is_over"]:
        # What stands around this part, the heading above all, is not true any more either.
        response["HX-Refresh"] = "true"
    elif was and not words["is_first"]:
        # Whoever waited for the lists goes on to match them; with nothing to match the page says what is.
        if words.get("awaits_start") and words["unmatched"]:
            merge = reverse("merge", args=[request.business.slug, connection_id])
            response["HX-Redirect"] = f"{merge}?moved=yes"
        elif was == "switching":
            response["HX-Refresh"] = "true"
    return response


def _began_with_this_sign_in(connection: Connection) -> bool:
    """Whether the latest sign-in connected the organisation, rather than renewing it."""
    newest = connection.stays.order_by("-started_at").first()
    return newest is None or (
        connection.consented_at is not None and newest.started_at >= connection.consented_at
    )


def _confirmation(connection: Connection, role: Role) -> dict[str, object]:
    lists = sync_progress(connection)
    status = status_of(connection)
    resume = find_latest_resume(connection)
    if resume is not None and connection.consented_at and resume.began_at < connection.consented_at:
        resume = None
    results = results_of(resume) if resume else Results()
    read = sum(one.last_success_at is not None and not one.is_busy for one in lists)
    is_reading = status.can_call and any(one.is_busy for one in lists)
    is_first = connection.stage == Connection.Stage.SETTING_UP
    is_moving = is_reading or (is_first and status.state is State.SETTING_UP) or not results.is_done
    is_at_rest = not is_moving and connection.stage == Connection.Stage.ACTIVE
    known = {one.name for one in lists if one.last_success_at}
    words = {
        "connection": connection,
        "provider": get_provider(connection.provider),
        "label": label_of(connection),
        "status": status,
        "lists": lists,
        "read": read,
        "lists_in_words": plural(len(lists), "list"),
        "failed": [one for one in lists if one.error],
        "trouble": notice_for(connection, role, status=status) if status.health in _NOT_ANSWERING else None,
        "is_reading": is_reading,
        "is_first": is_first,
        "is_new": _began_with_this_sign_in(connection),
        "results": results,
        "results_in_words": explain_results(resume, results) if resume else "",
        "is_moving": is_moving,
        "is_over": False,
        "needed": count_unmatched(connection, known).needed if is_at_rest else 0,
        "look_url": f"{reverse('costs', args=[connection.business.slug])}?show=waiting",
        **waiting_words(connection),
    }
    if status.state in _OVER:
        words |= {"is_over": True, "is_moving": False, "notice": _explain_over(connection, role, status)}
    return words


def _explain_over(connection: Connection, role: Role, status: Status) -> Notice:
    """What came between: the connection's own message, or who ended it and what is in use now."""
    if status.state is not State.DISCONNECTED:
        return notice_for(connection, role, status=status)
    ended = explain_end(connection)
    return Notice("info", ended.headline, ended.body, ())
