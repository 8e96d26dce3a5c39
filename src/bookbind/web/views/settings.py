"""Business settings: the hub, which tells a Standard user who manages what."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookbind.activity.queries import list_recent
from bookbind.connections.messages import short_state
from bookbind.connections.queries import organisation_name, status_of, words_of
from bookbind.kit import clock
from bookbind.providers.registry import get_provider
from bookbind.tenancy.permissions import Permission, may
from bookbind.tenancy.queries import list_admins
from bookbind.web.access import BusinessRequest, main_connection, managers_in_words, page

_TIMELINE_SHOWS = 100


@require_GET
@page(Permission.VIEW_SETTINGS)
def settings(request: BusinessRequest) -> HttpResponse:
    """What can be set up, for those who may; whom to ask, for everybody else."""
    connection = main_connection(request)
    context: dict[str, object] = {"admins": list_admins(request.business), "connection": connection}
    if connection is not None:
        context["provider_name"] = get_provider(connection.provider).name
        context["organisation_name"] = organisation_name(connection)
        context["state"] = short_state(status_of(connection), words_of(connection), clock.now())
    if not may(request.role, Permission.MANAGE_CONNECTIONS):
        context["whom"] = managers_in_words(request.business)
    return render(request, "settings/index.html", context)


@require_GET
@page(Permission.MANAGE_PEOPLE)
def history(request: BusinessRequest) -> HttpResponse:
    """Everything that happened in the business, newest first."""
    return render(request, "settings/history.html", {"entries": list_recent(_TIMELINE_SHOWS)})
