"""The Costs page: tabs, search, what stands above a tab, and publishing many at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.queries import Exported, Tab, count_tabs, lines_of, list_documents, naming
from bookbind.kit.text import plural
from bookbind.lists.models import ListItem
from bookbind.lists.queries import items_by_id, members_of
from bookbind.providers.base.types import TaxMode
from bookbind.providers.registry import get_provider
from bookbind.publishing.errors import NotConnected
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import publications_of
from bookbind.publishing.ready import publish_together
from bookbind.publishing.services import release
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.asked import find_asked_item
from bookbind.web.views.costs_filters import Filters, group_links, list_filtered, list_url, read_filters
from bookbind.web.views.costs_outcome import say_asked, say_refused
from bookbind.web.views.costs_panel import export_links, tab_panel
from bookbind.web.views.costs_rows import CostRow, StateWord, category_words, first_gap, state_of
from bookbind.web.views.costs_together import read_offers

PAGE_SIZE = 25
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class TabLink:
    """One tab."""

    tab: Tab
    label: str
    url: str
    count: int
    current: str


@dataclass(frozen=True)
class Empty:
    """What stands where a tab has nothing."""

    title: str
    text: str
    icon: str


EMPTY = {
    Tab.REVIEW: Empty("No bills to review.", "Drop a PDF here.", "inbox-arrow-down"),
    Tab.READY: Empty(
        "Nothing is ready.", "What is complete waits here for accounting software or export.", "check-circle"
    ),
    Tab.WAITING: Empty(
        "Nothing is waiting.", "What can't be published yet waits here, and goes by itself.", "clock"
    ),
    Tab.FIXING: Empty(
        "Nothing needs fixing.", "If your books refuse a document, it comes here with why.", "check-circle"
    ),
    Tab.PUBLISHED: Empty(
        "Nothing is published yet.", "Each document stays here with its link into the books.", "book-open"
    ),
    Tab.ARCHIVE: Empty(
        "The archive is empty.", "What you decide not to publish is kept here.", "archive-box"
    ),
}
# What somebody still has to do with, so an empty tab leads there.
_UNFINISHED = (Tab.REVIEW, Tab.READY, Tab.WAITING, Tab.FIXING)


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def costs(request: BusinessRequest) -> HttpResponse:
    """One tab of the business's costs."""
    filters = read_filters(request)
    tab = filters.tab
    counts = count_tabs()
    exported = read_exported(request)
    item = find_asked_item(request.GET.get("item", ""))
    documents = list_filtered(filters, exported)
    if item is not None:
        documents = documents.filter(naming(members_of([item.id])[item.id]))
    found = Paginator(documents, PAGE_SIZE).get_page(request.GET.get("page"))
    connection = main_connection(request)
    address = filters.as_query(exported)
    rows = _rows(request, found, address, connection)
    offers = read_offers(request, connection, filters) if rows else None
    tabs = _tab_links(request, tab, counts, is_connected=connection is not None)
    context = {
        "tabs": tabs,
        "show": tab.value,
        "show_label": tab.label,
        "query": filters.query,
        "why": filters.why,
        "clear_url": list_url(request, Filters(tab)),
        "page": found,
        "page_query": f"{address}&item={item.id}" if item else address,
        "item": item,
        "rows": rows,
        "offers": offers,
        # What was ticked would be lost.
        "is_moving": offers is None and any(row.state.is_moving for row in rows),
        "empty": EMPTY[tab],
        "unfinished": [link for link in tabs if link.count and link.tab in _UNFINISHED],
        "panel": tab_panel(request, connection, filters) if counts[tab] else None,
        "groups": group_links(request, connection, filters, counts[tab]) if counts[tab] else (),
        "exports": export_links(request, exported) if tab is Tab.READY and counts[tab] else (),
        "complete_count": _count_complete(connection) if tab is Tab.REVIEW and counts[tab] else 0,
        "is_connected": connection is not None,
    }
    return render(request, "costs/list.html", context)


@require_POST
@page(Permission.PUBLISH_DOCUMENTS)
def costs_publish_all(request: BusinessRequest) -> HttpResponse:
    """Publish what is ready in To review, or what only waited for a look."""
    connection = main_connection(request)
    if connection is not None and request.POST.get("what") == "looked":
        count = release(connection, request.user)
        messages.success(request, f"{plural(count, 'document')} will be published now, in their order.")
        return redirect(list_url(request, Filters(Tab.WAITING)))
    if request.POST.get("what") == "ready":
        exported = read_exported(request)
        publish_and_say(request, list_documents(Tab.READY, exported=exported))
        return redirect(list_url(request, Filters(Tab.READY), exported))
    publish_and_say(request, list_complete(connection))
    return redirect(list_url(request, Filters(Tab.REVIEW)))


def read_exported(request: HttpRequest) -> Exported:
    """Whether only documents that left as a file are meant, or only the others."""
    given = (request.POST if request.method == "POST" else request.GET).get("exported", "")
    return Exported(given) if given in set(Exported) else Exported.ANY


def list_complete(connection: Connection | None = None) -> QuerySet[Document]:
    """Documents of To review in which nothing is missing, whether or not their lines add up."""
    lines = DocumentLine.objects.filter(document=OuterRef("id"))
    incomplete = lines.filter(Q(net__isnull=True) | Q(category__isnull=True))
    untaxed = lines.filter(tax_rate__isnull=True)
    complete: QuerySet[Document] = Document.objects.filter(
        Exists(lines),
        ~Exists(incomplete),
        *([~Exists(untaxed) | Q(tax_mode=TaxMode.NO_TAX)] if keeps_tax(connection) else []),
        shelf=Document.Shelf.INBOX,
        stage=Document.Stage.REVIEW,
        supplier__isnull=False,
        date__isnull=False,
        total__isnull=False,
    )
    return complete


def _count_complete(connection: Connection | None) -> int:
    """How many of To review can go in one press: their rows say that they are complete."""
    documents = list(list_complete(connection).order_by("captured_at")[:MOST_AT_ONCE])
    lines, rates = lines_of([document.id for document in documents]), keeps_tax(connection)
    return sum(not first_gap(document, lines[document.id], takes_rates=rates) for document in documents)


def _rows(
    request: BusinessRequest, found: Page[Document], address: str, connection: Connection | None
) -> list[CostRow]:
    software, rates = get_provider(connection.provider).name if connection else "", keeps_tax(connection)
    zone = request.business.time_zone
    documents = list(found.object_list)
    ids = [document.id for document in documents]
    publications, lines = publications_of(ids), lines_of(ids)
    categories = (line.category_id for own in lines.values() for line in own)
    kept = items_by_id([*(document.supplier_id for document in documents), *categories])
    books = {row.connection_id for row in publications.values() if row.state == Publication.State.PUBLISHED}
    names_books = len(books | ({connection.id} if connection else set())) > 1
    rows = []
    for document in documents:
        own = lines.get(document.id, [])
        url = f"{reverse('cost', args=[request.business.slug, document.id])}?{address}"
        state = state_of(
            document,
            own,
            publications.get(document.id),
            zone,
            software,
            takes_rates=rates,
            names_books=names_books,
        )
        rows.append(_row(url, document, own, state, kept))
    return rows


def _row(
    url: str,
    document: Document,
    lines: list[DocumentLine],
    state: StateWord,
    kept: Mapping[UUID, ListItem],
) -> CostRow:
    """`kept` has the entries as they are read now: one that was combined, as the other."""
    return CostRow(
        id=document.id,
        url=url,
        supplier=kept[document.supplier_id].name if document.supplier_id else "",
        file_name=document.file.name if document.file else "No supplier yet",
        reference=document.reference,
        date=document.date,
        total=document.total,
        currency=document.currency,
        category=category_words(kept[line.category_id] for line in lines if line.category_id),
        state=state,
    )


def _tab_links(
    request: BusinessRequest, current: Tab, counts: Mapping[Tab, int], *, is_connected: bool
) -> list[TabLink]:
    """Every tab; with accounting software documents go straight there, so Ready shows only what it holds."""
    shown = [tab for tab in Tab if tab is not Tab.READY or not is_connected or counts[tab] or tab is current]
    return [
        TabLink(tab, tab.label, list_url(request, Filters(tab)), counts[tab], "yes" if tab is current else "")
        for tab in shown
    ]


def publish_and_say(request: BusinessRequest, documents: QuerySet[Document]) -> None:
    """Ask for documents to be published, oldest first, and say what became of that."""
    rows = documents.select_related("supplier", "file").order_by("captured_at", "id")[:MOST_AT_ONCE]
    try:
        asked, refused = publish_together(list(rows), request.user)
    except NotConnected as error:
        messages.error(request, str(error))
        return
    say_asked(request, asked)
    say_refused(request, refused, "published")
