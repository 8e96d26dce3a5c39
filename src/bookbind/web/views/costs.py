"""The Costs page: tabs, search, the waiting message, publish all that is ready, export what waits."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.queries import Tab, count_tabs, list_documents
from bookbind.kit.text import listed, plural
from bookbind.lists.csv_export import safe_cell
from bookbind.providers.base.types import TaxMode
from bookbind.publishing.errors import DocumentIncomplete, NotConnected
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import publications_of, waiting_documents
from bookbind.publishing.services import release, request_publish
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.lists_items import item_label
from bookbind.web.views.costs_rows import CostRow, category_words, state_of
from bookbind.web.views.costs_waiting import waiting_message

PAGE_SIZE = 25
MOST_AT_ONCE = 500


@dataclass(frozen=True)
class TabLink:
    """One tab."""

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


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def costs(request: BusinessRequest) -> HttpResponse:
    """One tab of the business's costs."""
    tab, query = read_filters(request)
    counts = count_tabs()
    found = Paginator(list_documents(tab, query), PAGE_SIZE).get_page(request.GET.get("page"))
    connection = main_connection(request)
    waits = tab is Tab.WAITING and counts[tab] > 0 and connection is not None
    rows = _rows(request, found, tab, query)
    context = {
        "tabs": [_tab_link(request, each, counts[each], is_current=each is tab) for each in Tab],
        "show": tab.value,
        "show_label": tab.label,
        "query": query,
        "clear_url": list_url(request, tab),
        "page": found,
        "page_query": urlencode({"show": tab.value, **({"q": query} if query else {})}),
        "rows": rows,
        "is_moving": any(row.state.is_moving for row in rows),
        "empty": EMPTY[tab],
        "waiting": waiting_message(request, connection) if waits and connection else None,
        "ready_count": list_ready().count() if tab is Tab.REVIEW and counts[tab] else 0,
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
        return redirect(list_url(request, Tab.WAITING))
    _publish_ready(request)
    return redirect(list_url(request, Tab.REVIEW))


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def costs_export(request: BusinessRequest) -> HttpResponse:
    """The waiting documents, or one document, as a CSV file that no spreadsheet runs."""
    wanted = request.GET.get("document", "")
    if wanted:
        documents = [Document.objects.select_related("supplier", "file").get(id=_uuid(wanted))]
    else:
        connection = main_connection(request)
        documents = waiting_documents(connection) if connection else []
    prefetch_related_objects(documents, *(f"lines__{name}" for name in _EXPORTED_ITEMS))
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = "document" if wanted else "waiting"
    response["Content-Disposition"] = f'attachment; filename="{request.business.slug}-{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(_EXPORT_HEADINGS)
    for document in documents:
        for line in document.lines.all():
            writer.writerow([export_cell(value) for value in _export_row(document, line)])
    return response


def read_filters(request: HttpRequest) -> tuple[Tab, str]:
    """The tab and the search of the address or the form."""
    given = request.POST if request.method == "POST" else request.GET
    show = given.get("show", "")
    tab = Tab(show) if show in set(Tab) else Tab.REVIEW
    return tab, given.get("q", "").strip()[:100]


def list_url(request: BusinessRequest, tab: Tab, query: str = "") -> str:
    """The address of a tab."""
    values = {"show": tab.value, **({"q": query} if query else {})}
    return f"{reverse('costs', args=[request.business.slug])}?{urlencode(values)}"


def list_ready() -> QuerySet[Document]:
    """Documents of To review in which nothing is missing; whether lines add up is checked on publish."""
    lines = DocumentLine.objects.filter(document=OuterRef("id"))
    incomplete = lines.filter(Q(net__isnull=True) | Q(category__isnull=True))
    untaxed = lines.filter(tax_rate__isnull=True)
    ready: QuerySet[Document] = Document.objects.filter(
        ~Exists(incomplete),
        ~Exists(untaxed) | Q(tax_mode=TaxMode.NO_TAX),
        shelf=Document.Shelf.INBOX,
        stage=Document.Stage.REVIEW,
        supplier__isnull=False,
        date__isnull=False,
        total__isnull=False,
    )
    return ready.annotate(line_count=Count("lines")).filter(line_count__gt=0)


def export_cell(value: Any) -> str:
    """Text that a spreadsheet shows and does not run; numbers stay numbers."""
    text = "" if value is None else str(value)
    return text if isinstance(value, (Decimal, int)) else safe_cell(text)


def _rows(request: BusinessRequest, found: Page[Document], tab: Tab, query: str) -> list[CostRow]:
    documents = list(found.object_list)
    prefetch_related_objects(documents, "lines__tax_rate")
    publications = publications_of(document.id for document in documents)
    suffix = urlencode({"show": tab.value, **({"q": query} if query else {})})
    return [_row(request, document, publications.get(document.id), suffix) for document in documents]


def _row(
    request: BusinessRequest, document: Document, publication: Publication | None, suffix: str
) -> CostRow:
    lines = list(document.lines.all())
    return CostRow(
        url=f"{reverse('cost', args=[request.business.slug, document.id])}?{suffix}",
        supplier=document.supplier.name if document.supplier else "",
        file_name=document.file.name if document.file else "No supplier yet",
        reference=document.reference,
        date=document.date,
        total=document.total,
        currency=document.currency,
        category=category_words(lines),
        state=state_of(document, lines, publication, request.business.time_zone),
    )


def _tab_link(request: BusinessRequest, tab: Tab, count: int, *, is_current: bool) -> TabLink:
    return TabLink(tab.label, list_url(request, tab), count, "yes" if is_current else "")


def _publish_ready(request: BusinessRequest) -> None:
    sent, refused = 0, []
    for document in list_ready().select_related("supplier").order_by("captured_at")[:MOST_AT_ONCE]:
        try:
            request_publish(document, request.user)
            sent += 1
        except DocumentIncomplete:
            refused.append(
                document.reference or (document.supplier.name if document.supplier else "a document")
            )
        except NotConnected as error:
            messages.error(request, str(error))
            return
    if sent:
        messages.success(request, f"{plural(sent, 'document')} on the way to your books.")
    if refused:
        named = listed(refused[:3]) + (f" and {len(refused) - 3} more" if len(refused) > 3 else "")
        messages.warning(request, f"Not published, because something in them has to be fixed first: {named}.")


_EXPORTED_ITEMS = ("category", "tax_rate", "tracking_1", "tracking_2")
_EXPORT_HEADINGS = (
    "Supplier", "Reference", "Date", "Due", "Currency", "Total", "Line", "Description", "Category", "Net",
    "VAT rate", "VAT", "Project", "Project 2", "Notes", "File",
)  # fmt: skip


def _export_row(document: Document, line: DocumentLine) -> list[Any]:
    named = {name: getattr(line, name) for name in _EXPORTED_ITEMS}
    labels = {name: item_label(item) if item else "" for name, item in named.items()}
    return [
        document.supplier.name if document.supplier else "",
        document.reference,
        document.date,
        document.due_date,
        document.currency,
        document.total,
        line.position,
        line.description,
        labels["category"],
        line.net,
        labels["tax_rate"],
        line.tax,
        labels["tracking_1"],
        labels["tracking_2"],
        document.note,
        document.file.name if document.file else "",
    ]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Document.DoesNotExist from error
