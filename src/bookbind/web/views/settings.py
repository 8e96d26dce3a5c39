"""Business settings: the hub, which tells a Standard user who manages what."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bookbind.activity.models import Entry
from bookbind.activity.queries import list_recent
from bookbind.connections.messages import short_state
from bookbind.connections.queries import find_last_main_connection, organisation_name, status_of, words_of
from bookbind.connections.second_person import list_open
from bookbind.documents.models import Document
from bookbind.kit import clock
from bookbind.providers.registry import get_provider
from bookbind.tenancy.permissions import Permission, may
from bookbind.tenancy.queries import list_admins
from bookbind.web.access import BusinessRequest, main_connection, managers_in_words, page

_TIMELINE_SHOWS = 100


@dataclass(frozen=True)
class HistoryLine:
    """One entry, with the name and the address of the document that it is about."""

    text: str
    at: datetime
    actor_name: str
    subject: str = ""
    url: str = ""


@require_GET
@page(Permission.VIEW_SETTINGS)
def settings(request: BusinessRequest) -> HttpResponse:
    """What can be set up, for those who may; whom to ask, for everybody else."""
    main = main_connection(request)
    connection = main or find_last_main_connection(request.business.id)
    context: dict[str, object] = {
        "admins": list_admins(request.business),
        "connection": connection,
        "is_connected": main is not None,
    }
    if connection is not None:
        context["provider_name"] = get_provider(connection.provider).name
        context["organisation_name"] = organisation_name(connection)
        context["state"] = short_state(status_of(connection), words_of(connection), clock.now())
    if may(request.role, Permission.MANAGE_CONNECTIONS):
        context["approvals"] = len(list_open(request.business.id))
    else:
        context["whom"] = managers_in_words(request.business)
    return render(request, "settings/index.html", context)


@require_GET
@page(Permission.MANAGE_PEOPLE)
def history(request: BusinessRequest) -> HttpResponse:
    """Everything that happened in the business, newest first."""
    entries = _name_documents(request.business.slug, list_recent(_TIMELINE_SHOWS))
    return render(request, "settings/history.html", {"entries": entries})


def _name_documents(slug: str, entries: list[Entry]) -> list[HistoryLine]:
    """The entries as lines; one query for all the documents that they are about."""
    kind = Document._meta.label_lower
    ids = {entry.subject_id for entry in entries if entry.subject_type == kind}
    found = Document.objects.filter(id__in=ids).select_related("supplier")
    documents = {document.id: document for document in found}
    return [_line(slug, entry, documents.get(entry.subject_id)) for entry in entries]


def _line(slug: str, entry: Entry, document: Document | None) -> HistoryLine:
    line = HistoryLine(entry.text, entry.at, entry.actor_name)
    if document is None:
        return line
    named = " · ".join(
        filter(None, [document.supplier.name if document.supplier else "", document.reference])
    )
    return replace(line, subject=named or "Open the document", url=reverse("cost", args=[slug, document.id]))
