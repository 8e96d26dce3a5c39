"""A practice's clients: who needs somebody, and the one thing that helps."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookbind.connections.status import Health, State
from bookbind.practice.clients import Client, Show, count, select, sort_by_harm
from bookbind.practice.queries import list_clients
from bookbind.tenancy.queries import list_practices
from bookbind.web.access import PracticeRequest, practice_page

_PAGE_SIZE = 100


@require_GET
@practice_page
def clients(request: PracticeRequest) -> HttpResponse:
    """The table; filter and search live in the address."""
    found = sort_by_harm(list_clients(request.practice, request.user))
    counts = count(found)
    show = _chosen(request, counts.attention)
    search = request.GET.get("q", "").strip()
    shown = select(found, show, search)
    page = Paginator(shown, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "practice": request.practice,
        "practices": list(list_practices(request.user)),
        "page": page,
        "rows": [(client, tone_of(client)) for client in page],
        "show": show,
        "search": search,
        "counts": counts,
        "tabs": [
            (Show.ATTENTION, "Needs attention", counts.attention),
            (Show.EXPIRING, "Expires in 30 days", counts.expiring),
            (Show.WAITING, "Waiting documents", counts.waiting),
            (Show.ALL, "All", counts.all),
        ],
    }
    return render(request, "clients/index.html", context)


def tone_of(client: Client) -> str:
    """The colour that repeats what the state says in words; a healthy connection has none."""
    status = client.status
    if status is None or status.state in (State.DISCONNECTED, State.SETTING_UP):
        return "quiet"
    if status.state is State.NEEDS_RECONNECT:
        return "problem"
    return "calm" if status.health is Health.OK else "info" if status.health is Health.ATTENTION else "warn"


def _chosen(request: PracticeRequest, needing: int) -> Show:
    """The filter in the address; without one what needs attention, or all when nothing does."""
    try:
        return Show(request.GET.get("show", ""))
    except ValueError:
        return Show.ATTENTION if needing else Show.ALL
