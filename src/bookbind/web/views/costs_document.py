"""The document page: what it shows, and saving what was typed without ever losing it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from babel.numbers import get_currency_precision
from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bookbind.activity.queries import list_entries
from bookbind.documents.errors import DocumentError, EditedMeanwhile
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.queries import Neighbours, get_document, tab_of
from bookbind.documents.services import save_document
from bookbind.kit.money import show_money
from bookbind.lists.models import ListItem
from bookbind.lists.queries import items_by_id
from bookbind.lists.services import get_or_create_supplier
from bookbind.providers.base.types import DocumentKind
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_publication
from bookbind.publishing.reasons import Problem
from bookbind.publishing.services import list_problems
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.costs import KIND_LABELS, CostForms
from bookbind.web.forms.lists_items import NewName
from bookbind.web.views.costs_buttons import Place
from bookbind.web.views.costs_choices import Target, list_tracking, read_choices, read_target
from bookbind.web.views.costs_fields import (
    Origins,
    Words,
    build_blank_line,
    build_fields,
    build_lines,
    build_sums,
)
from bookbind.web.views.costs_filters import Filters, find_places, list_filtered, list_url, read_filters
from bookbind.web.views.costs_reason import ReasonLine, build_reason, problem_words, progress_key

MOST_PAGES_SHOWN = 60
TAX_FROM_RATE = "computed"
ITEMS = ("category", "tax_rate", "tracking_1", "tracking_2")
IN_PROGRESS = frozenset({Publication.State.WAITING, Publication.State.SENDING, Publication.State.UNKNOWN})


@dataclass(frozen=True)
class Opened:
    """A document with everything that its page is made from."""

    document: Document
    publication: Publication | None
    target: Target
    filters: Filters

    @property
    def is_editable(self) -> bool:
        """Whether its fields can be changed now."""
        return self.document.frozen_at is None and self.document.shelf == Document.Shelf.INBOX

    @property
    def is_ready(self) -> bool:
        """Whether it is complete and kept until accounting software is connected, or exported."""
        return self.publication is None and self.document.stage == Document.Stage.READY


@dataclass(frozen=True)
class Conflict:
    """Somebody saved in between: who, and the version that stands now."""

    headline: str
    body: str
    version: int


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def cost(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """The paper beside the form."""
    opened = open_document(request, document_id)
    return render(request, "costs/document.html", page_context(request, opened))


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def cost_status(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Asked every second while a document is on its way: nothing new, or the page's right half anew."""
    opened = open_document(request, document_id)
    if request.GET.get("seen") == progress_key(opened.publication):
        return HttpResponse(status=204)
    return render(request, "costs/_work.html", page_context(request, opened))


@require_POST
@page(Permission.EDIT_DOCUMENTS)
def cost_save(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Save what was typed; a fragment answers the page's own saving, a redirect the button."""
    opened = open_document(request, document_id)
    saved = save_typed(request, opened)
    if request.headers.get("X-Fragment"):
        fresh = open_document(request, document_id) if saved.is_saved else opened
        context = page_context(request, fresh, saved) | {"saved": saved.is_saved}
        return render(request, "costs/_saved.html", context)
    if saved.is_saved:
        messages.success(request, "Saved.")
        return redirect(cost_url(request, opened.document.id, opened.filters))
    return render(request, "costs/document.html", page_context(request, opened, saved), status=saved.status)


@dataclass(frozen=True)
class Saved:
    """What became of a form that was sent: saved, or kept as it was typed with what is wrong."""

    forms: CostForms
    is_saved: bool
    conflict: Conflict | None = None
    status: int = 200


def open_document(request: BusinessRequest, document_id: UUID) -> Opened:
    """The document as the address names it, with the place in the list that the visitor came from."""
    document = show_kept_items(get_document(document_id))
    filters = read_filters(request)
    if "show" not in (request.POST if request.method == "POST" else request.GET):
        filters = replace(filters, tab=tab_of(document))
    publication = find_publication(document_id)
    connection = publication.connection if publication else main_connection(request)
    return Opened(document, publication, read_target(connection), filters)


def show_kept_items(document: Document) -> Document:
    """The document to be looked at, with its lines and entries read at once.

    A combined entry is shown as the one that was kept. What is saved or published is read anew.
    """
    prefetch_related_objects([document], "lines")
    lines = list(document.lines.all())
    ids = [getattr(line, f"{name}_id") for line in lines for name in ITEMS]
    found = items_by_id([document.supplier_id, document.paid_from_id, *ids])
    _attach(document, found, "supplier", "paid_from")
    for line in lines:
        _attach(line, found, *ITEMS)
    return document


def _attach(row: Document | DocumentLine, found: Mapping[UUID, ListItem], *names: str) -> None:
    for name in names:
        item_id = getattr(row, f"{name}_id")
        setattr(row, name, found.get(item_id) if item_id else None)


def save_typed(request: BusinessRequest, opened: Opened) -> Saved:
    """Save the form; what can't be read or came too late stays on the page."""
    document = opened.document
    forms = CostForms(document, read_choices(request.business, document, opened.target), request.POST)
    if not forms.is_valid():
        return Saved(forms, is_saved=False, status=422)
    supplier = forms.supplier
    if isinstance(supplier, NewName):
        supplier = get_or_create_supplier(request.business.id, supplier.name, request.user)
    try:
        save_document(document.id, forms.to_input(supplier), forms.version, request.user)
    except EditedMeanwhile:
        return Saved(forms, is_saved=False, conflict=_conflict(document.id), status=409)
    except DocumentError as error:
        forms.document.add_error(None, str(error))
        return Saved(forms, is_saved=False, status=int(error.status))
    return Saved(forms, is_saved=True)


def cost_url(request: BusinessRequest, document_id: UUID, filters: Filters | None = None) -> str:
    """The address of a document, in the list that the visitor walks through."""
    address = reverse("cost", args=[request.business.slug, document_id])
    return f"{address}?{filters.as_query()}" if filters else address


def page_context(request: BusinessRequest, opened: Opened, saved: Saved | None = None) -> dict[str, Any]:
    """Everything that the page shows."""
    document, target = opened.document, opened.target
    problems = _problems(opened)
    asked = was_asked(request)
    neighbours = find_places(document, opened.filters)
    place = Place(request, document, target, _following_url(request, opened, neighbours))
    reason = build_reason(place, opened.publication, problems, was_asked=asked)
    return {
        "document": document,
        "heading": heading_of(document),
        "target": target,
        "filters": opened.filters,
        "tab_label": opened.filters.tab.label,
        "list_url": list_url(request, opened.filters),
        "neighbours": _neighbour_links(request, opened, neighbours),
        "editable": opened.is_editable,
        "paper": _paper(request, document),
        "urls": _urls(request, document),
        "message": reason.message,
        "notices": reason.notices,
        "poll_url": _poll_url(request, opened),
        "hides_banner": reason.message is not None and reason.message.speaks_for_connection,
        "conflict": saved.conflict if saved else None,
        "actions": _actions(request, opened, reason),
        "save_state": "",
        "history": list_entries(document),
        **_form_context(request, opened, problems, saved, reason),
    }


def _find_other(document: Document, opened: Opened) -> UUID | None:
    """The document of the list that now stands where this one stood before it left the list."""
    others = list_filtered(opened.filters).exclude(id=document.id).values_list("id", flat=True)
    following: UUID | None = others.filter(captured_at__lte=document.captured_at).first() or others.first()
    return following


def was_asked(request: BusinessRequest) -> bool:
    """Whether somebody tried to publish already, so that what is missing is marked."""
    return "asked" in (request.POST if request.method == "POST" else request.GET)


def heading_of(document: Document) -> str:
    """`City Fuel Ltd · INV-2231 · £120.00`, or the file's name while nothing is known."""
    file_name = document.file.name if document.file else ""
    parts = [
        document.supplier.name if document.supplier else file_name,
        document.reference,
        show_money(document.total, document.currency) if document.total is not None else "",
    ]
    return " · ".join(filter(None, parts)) or "New document"


def next_url(request: BusinessRequest, opened: Opened) -> str:
    """Where *go on* leads: the next document of the list, else another of it, else the list."""
    places = find_places(opened.document, opened.filters)
    return _following_url(request, opened, places)


def _following_url(request: BusinessRequest, opened: Opened, places: Neighbours | None) -> str:
    document = opened.document
    following = (places.next_id or places.previous_id) if places else _find_other(document, opened)
    if following is None:
        return list_url(request, opened.filters)
    return cost_url(request, following, opened.filters)


def _problems(opened: Opened) -> list[Problem]:
    if not opened.is_editable:
        return []
    return list_problems(opened.document, opened.target.connection)


def _form_context(
    request: BusinessRequest, opened: Opened, problems: list[Problem], saved: Saved | None, reason: ReasonLine
) -> dict[str, Any]:
    document, target = opened.document, opened.target
    keeps_typed = saved is not None and not saved.is_saved
    forms = saved.forms if saved and keeps_typed else CostForms(
        document, read_choices(request.business, document, target)
    )  # fmt: skip
    tracking = list_tracking(target.connection)
    # Nobody is told what is missing before they had a chance to fill it in.
    was_told = opened.publication or opened.document.lacks or was_asked(request)
    shown = problems if was_told else []
    words = Words(tuple(tracking.values()), reason.asides, problem_words(shown))  # type: ignore[arg-type] # two slots
    origins = Origins(document, request.business)
    kind = target.kind_choice(document.kind)
    return {
        "form": forms.document,
        "lines": forms.lines,
        "fields": build_fields(forms, origins, words),
        "line_views": build_lines(forms, origins, words),
        "blank_line": build_blank_line(forms, origins, words),
        "saved": not keeps_typed,
        "asked": was_asked(request),
        "sums": build_sums(document, computes_tax=target.computes_tax),
        "places": get_currency_precision(document.currency),
        "tax_from": TAX_FROM_RATE if target.computes_tax else "document",
        "tracking_words": " and ".join(tracking.values()),
        "more_words": _more_words(document),
        "more_open": bool(words.problems.keys() & {"paid_from", "tax_mode", "note"}),
        "target_kind": kind.label if kind else KIND_LABELS[DocumentKind(document.kind)],
        "target_label": target.label,
    }


def _more_words(document: Document) -> str:
    said = ["paid" if document.paid else "", "notes" if document.note else ""]
    return ", ".join(filter(None, said))


def _neighbour_links(
    request: BusinessRequest, opened: Opened, places: Neighbours | None
) -> dict[str, Any] | None:
    if places is None:
        return None
    ends = {"previous_url": places.previous_id, "next_url": places.next_id}
    links = {name: cost_url(request, each, opened.filters) if each else "" for name, each in ends.items()}
    return {"position": places.position, "count": places.count, **links}


def _paper(request: BusinessRequest, document: Document) -> dict[str, Any]:
    if document.file is None:
        return {"name": "No file", "url": "", "pages": []}
    args = [request.business.slug, document.id]
    shown = range(1, min(document.file.page_count, MOST_PAGES_SHOWN) + 1)
    return {
        "name": document.file.name,
        "url": reverse("cost_file", args=args),
        "pages": [reverse("cost_page", args=[*args, number]) for number in shown],
    }


def _urls(request: BusinessRequest, document: Document) -> dict[str, str]:
    args = [request.business.slug, document.id]
    names = ("save", "publish", "ready", "take_back", "archive", "restore", "rule", "decide")
    urls = {name: reverse(f"cost_{name}", args=args) for name in names}
    export = reverse("costs_export", args=[request.business.slug])
    return urls | {"here": reverse("cost", args=args), "export": export}


def _poll_url(request: BusinessRequest, opened: Opened) -> str:
    publication = opened.publication
    if publication is None:
        return ""
    paper_goes = publication.paper == Publication.Paper.WAITING
    is_moving = publication.state in IN_PROGRESS
    if not is_moving and not (publication.state == Publication.State.PUBLISHED and paper_goes):
        return ""
    seen = urlencode({"seen": progress_key(publication)})
    address = reverse("cost_status", args=[request.business.slug, opened.document.id])
    return f"{address}?{seen}&{opened.filters.as_query()}"


def _actions(request: BusinessRequest, opened: Opened, reason: ReasonLine) -> dict[str, Any]:
    """What can be done now, and why what can't be done is greyed."""
    state = opened.publication.state if opened.publication else ""
    is_archived = opened.document.shelf == Document.Shelf.ARCHIVE
    returnable = state in (Publication.State.WAITING, Publication.State.HELD, Publication.State.REJECTED)
    is_alone = opened.target.connection is None
    can_rule = may(request.role, Permission.EDIT_RULES)
    message = reason.message
    waits_for_connection = message is not None and message.speaks_for_connection
    asks_again = state in (Publication.State.HELD, Publication.State.REJECTED) and not waits_for_connection
    # One primary button a page: where the message has one, that is what helps.
    has_primary = message is not None and (
        message.match is not None or any(button.is_primary for button in message.buttons)
    )
    return {
        "publish": opened.is_editable and (not state or asks_again) and not (opened.is_ready and is_alone),
        "publish_kind": "quiet" if has_primary else "primary",
        "publish_label": _publish_label(state, is_alone=is_alone),
        "publish_url": "ready" if is_alone else "",
        "take_back": (returnable or (opened.is_ready and not opened.document.lacks)) and not is_archived,
        "rule": not is_archived,
        "rule_label": "Set supplier rule…",
        "rule_reason": "" if can_rule else "Admins set rules.",
        "dont": opened.is_editable,
        "restore": is_archived,
    }


def _publish_label(state: str, *, is_alone: bool) -> str:
    if is_alone:
        return "Ready"
    return "Publish again" if state == Publication.State.REJECTED else "Publish"


def _conflict(document_id: UUID) -> Conflict:
    document = get_document(document_id)
    saved = next((each for each in list_entries(document) if each.action == "document.saved"), None)
    who = saved.actor_name if saved else "Somebody"
    return Conflict(
        headline=f"{who} changed this document after you opened it.",
        body="Nothing of yours is lost: it is still in the fields below, but not saved yet.",
        version=document.version,
    )
