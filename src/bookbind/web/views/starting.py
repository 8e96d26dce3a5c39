"""Start publishing: what it sends, what stands in its way, and the press after which nothing is undone."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from bookbind.connections.change import find_change_to, find_undoable
from bookbind.connections.endings import explain_end
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection, keeps_tax, label_of, needs_reconnect, status_of
from bookbind.connections.status import State
from bookbind.documents.queries import Tab, count_tabs
from bookbind.merge.preview import preview
from bookbind.merge.ways import choose_way, list_ways
from bookbind.providers.registry import get_provider
from bookbind.publishing.errors import StartCutOff
from bookbind.publishing.instead import KEEP
from bookbind.publishing.lacking import check_ready
from bookbind.publishing.resume import finish_check
from bookbind.publishing.starting import StartSummary, start_publishing, start_summary
from bookbind.publishing.switching import missed_first
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.merge_words import Using
from bookbind.web.notices import Notice, is_worth_a_banner, notice_for
from bookbind.web.views.start_words import build_months, explain_lacking, explain_waiting
from bookbind.web.views.way_words import explain_ways

_MISSED_SHOWN = 10


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def start(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """What Start publishing sends, by month; posted, it goes."""
    connection = get_connection(connection_id)
    if not connection.awaits_start or connection.stage != Connection.Stage.ACTIVE:
        return _say_why_not(request, connection)
    if request.method == "POST":
        return _start(request, connection)
    return _show(request, connection)


def _start(request: BusinessRequest, connection: Connection) -> HttpResponse:
    """Start; but an answer that is new is kept first, and what it makes ready is shown before it is sent.

    So is what somebody else answered otherwise since the page was shown.
    """
    ways = list_ways(connection)
    if any(request.POST.get(f"seen-{each.key}", each.answer) != each.answer for each in ways):
        messages.info(request, "An answer was changed meanwhile. Nothing is sent yet: this is what will be.")
        return HttpResponseRedirect(request.path)
    fresh = [
        (question.key, answer)
        for question in ways
        if (answer := request.POST.get(question.key, "")) != question.answer
        and answer in {KEEP, *(value for value, _ in question.options)}
    ]
    for key, answer in fresh:
        choose_way(connection, key, answer, request.user)
    if any(not question.answer for question in list_ways(connection)):
        return _show(request, connection, status=422)
    if fresh:
        finish_check(connection.id)
        check_ready(connection.business_id)
        messages.success(request, "Your answer is kept. Nothing is sent yet: this is what will be.")
        return HttpResponseRedirect(request.path)
    try:
        if not start_publishing(connection, request.user):
            return _say_why_not(request, get_connection(connection.id))
    except StartCutOff:
        return _show(request, get_connection(connection.id), status=409)
    messages.success(request, f"Publishing to {label_of(connection)} has started.")
    return HttpResponseRedirect(f"{reverse('costs', args=[request.business.slug])}?show={_where_they_are()}")


def _where_they_are() -> Tab:
    """The tab of what was started; where nothing waits, that of what was made ready here and was not."""
    counts = count_tabs()
    return Tab.READY if counts[Tab.READY] and not counts[Tab.WAITING] else Tab.WAITING


def _say_why_not(request: BusinessRequest, connection: Connection) -> HttpResponse:
    """There is nothing to start: what somebody else did meanwhile, and where to go on."""
    slug = request.business.slug
    if connection.stage == Connection.Stage.SETTING_UP:
        messages.info(
            request, f"{label_of(connection)} is still being set up, so nothing can be started yet."
        )
        return HttpResponseRedirect(reverse("confirmed", args=[slug, connection.id]))
    if connection.stage == Connection.Stage.ACTIVE:
        messages.info(request, f"Publishing to {label_of(connection)} was started already.")
        return HttpResponseRedirect(reverse("costs", args=[slug]))
    messages.info(request, f"Nothing was started. {explain_end(connection).body}")
    return HttpResponseRedirect(reverse("connections", args=[slug]))


def _show(request: BusinessRequest, connection: Connection, status: int = 200) -> HttpResponse:
    summary, ways = start_summary(connection), list_ways(connection)
    undoable, moved = find_undoable(connection), find_change_to(connection)
    missed = missed_first(moved) if moved else []
    current = status_of(connection)
    context = {
        "connection": connection,
        "provider": get_provider(connection.provider),
        "label": label_of(connection),
        "untaxed": not keeps_tax(connection),
        "is_cut_off": current.state is State.NEEDS_RECONNECT,
        "notice": _find_notice(request, connection),
        "summary": summary,
        "months": build_months(summary),
        "waits": explain_waiting(summary),
        "lacking": explain_lacking(summary),
        **_unused(connection, summary),
        "missed": missed[:_MISSED_SHOWN],
        "missed_unlisted": len(missed[_MISSED_SHOWN:]),
        "missed_at": label_of(moved.left) if moved else "",
        "undoable": undoable,
        "left_label": label_of(undoable.left) if undoable else "",
        "left_needs_reconnect": undoable is not None and needs_reconnect(undoable.left),
        "questions": explain_ways(ways, get_provider(connection.provider)),
        "is_open": any(not question.answer for question in ways),
        "is_unanswered": status == 422,
        "is_refused": status == 409,
    }
    return render(request, "connections/start.html", context, status=status)


def _unused(connection: Connection, summary: StartSummary) -> dict[str, object]:
    """The ticked matches that nobody used yet, where waiting documents would become ready by them."""
    if not summary.waiting:
        return {}
    impact = preview(connection)
    if not impact.released:
        return {}
    return {
        "released": impact.released,
        "using": Using(impact.matches, impact.taken_back, impact.creations),
    }


def _find_notice(request: BusinessRequest, connection: Connection) -> Notice | None:
    """The connection's own message, where it can't be used now or not much longer."""
    status = status_of(connection)
    return notice_for(connection, request.role, status=status) if is_worth_a_banner(status) else None
