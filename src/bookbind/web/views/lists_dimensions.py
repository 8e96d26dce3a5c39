"""Which of the books' dimensions a tracking list shows, and choosing another."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bookbind.connections.models import Connection
from bookbind.kit.text import possessive
from bookbind.lists.dimensions import list_dimensions
from bookbind.lists.errors import DimensionUnknown
from bookbind.lists.labels import LIST_LABELS, TRACKING_LISTS
from bookbind.lists.slots import set_slot
from bookbind.providers.base.types import ListName
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page

NOTHING = ("", "Nothing")


def dimension_choices(connection: Connection | None, name: ListName) -> dict[str, object]:
    """What a tracking list can show and what it shows now; nothing for the other lists."""
    if connection is None or name not in TRACKING_LISTS:
        return {}
    found = list_dimensions(connection)
    shown = next((str(row.id) for row in found if row.slot == name), "")
    choices = [NOTHING, *((str(row.id), row.name) for row in found)]
    return {"dimensions": choices, "dimension": shown} if found else {}


@require_POST
@page(Permission.EDIT_LISTS)
def list_dimension(request: BusinessRequest, name: str) -> HttpResponse:
    """Let a tracking list show another dimension, and read both tracking lists anew."""
    connection = main_connection(request)
    if connection is None or name not in TRACKING_LISTS:
        raise Http404
    try:
        wanted = request.POST.get("dimension", "")
        taken_from = set_slot(connection, ListName(name), UUID(wanted) if wanted else None, request.user)
    except (DimensionUnknown, ValueError):
        messages.error(request, "That choice is not there any more. Look again.")
    else:
        said = "Changed. The list is being read; entries of the old one stay yours."
        if taken_from is not None:
            said += f" What it shows now was {possessive(LIST_LABELS[taken_from])} until now."
        messages.success(request, said)
    return redirect("list", request.business.slug, name)
