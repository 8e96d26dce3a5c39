"""The Lists pages: the overview, one list with search, and the answers for fields that pick entries."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.db.models import Count, QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of, status_of
from bookbind.lists import queries
from bookbind.lists.columns import facts_of
from bookbind.lists.combine import list_combinations, possible_duplicates
from bookbind.lists.labels import (
    CODED_LISTS,
    CONTACT_LISTS,
    LIST_LABELS,
    SINGULAR_LABELS,
    TRACKING_LISTS,
    item_label,
    list_label,
)
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.lists.own import list_as_csv, why_kept_elsewhere
from bookbind.lists.sync import request_sync
from bookbind.providers.base.errors import ErrorKind
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.rules.queries import count_uses
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.first_use import first_use_words
from bookbind.web.views.lists_dimensions import dimension_choices
from bookbind.web.views.lists_matching import MatchRow, list_match_rows, list_unmatched

CSV_TYPE = "text/csv; charset=utf-8"
PAGE_SIZE = 50
PICKED_AT_FIRST = 250
PICKED = 50
READ_AS = 5
# Without scripts there are no others.
COMBINED_AT_FIRST = 1000
FAILED = "The last read failed. What was read before stays; it is tried again by itself."
WAITS_FOR_CONNECTION = "It is read again when the connection is back."
CONNECTION_KINDS = frozenset({ErrorKind.NEEDS_RECONNECT, ErrorKind.MISSING_SCOPE, ErrorKind.MISCONFIGURED})
# What tells entries of one name apart stands beside it.
SHOWN = frozenset({"rate", "tax_kind", "side", "tax_number", "account_type", "account_number"})
SHOWS = {
    "all": "All",
    "match": "Needs a match",
    "twice": "Possible duplicates",
    "combined": "Combined",
    "archived": "Archived",
}
# The entry that stays and the one that is read as it.
_COMBINE_FIELDS = (("kept", "Keep"), ("absorbed", "Read as the same"))
STANDING_WORDS = {
    queries.READY: ("Matched", "ok"),
    queries.NEEDS_MATCH: ("Needs a match", "warn"),
    queries.ARCHIVED: ("Archived", "quiet"),
}


@dataclass(frozen=True)
class ListCard:
    """One list on the overview."""

    label: str
    url: str
    count: int
    needs_match: int
    progress: queries.ListProgress | None = None

    @property
    def error_words(self) -> str:
        """Why the list could not be read last time, in words; empty when it could."""
        if self.progress is None or not self.progress.error:
            return ""
        kind = self.progress.error.get("kind", "")
        return WAITS_FOR_CONNECTION if kind in CONNECTION_KINDS else FAILED

    @property
    def details(self) -> str:
        """The vendor's own text about it."""
        return str(self.progress.error.get("text", "")) if self.progress else ""


@dataclass(frozen=True)
class ItemRow:
    """One entry of a list."""

    id: UUID
    label: str
    code: str
    state: str
    tone: str
    remote: str
    rules: int
    aside: str
    is_archived: bool = False


@dataclass(frozen=True)
class CombineField:
    """One of the two entries to combine: the options, the words they were found by, and the one chosen."""

    name: str
    label: str
    items: list[queries.PickerItem]
    query: str
    chosen: str


@require_GET
@page(Permission.VIEW_LISTS)
def lists(request: BusinessRequest) -> HttpResponse:
    """Every list with its size, when it was last read and what is wrong with it."""
    connection = main_connection(request)
    cards = _cards(request, connection)
    can_read = connection is not None and status_of(connection).can_call
    is_reading = can_read and any(card.progress and card.progress.is_busy for card in cards)
    context = {
        "cards": cards,
        "can_read": can_read,
        "connection_label": label_of(connection) if connection else "",
        "is_busy": is_reading,
    }
    return render(request, "lists/overview.html", context)


@require_POST
@page(Permission.EDIT_LISTS)
def lists_refresh(request: BusinessRequest) -> HttpResponse:
    """Ask for all lists, or the one named, to be read anew."""
    connection = main_connection(request)
    name = request.POST.get("list", "")
    if connection is None:
        messages.info(request, "There is no accounting software to read from yet.")
    else:
        request_sync(connection, [get_list_name(name)] if name else None, full=True)
        messages.info(request, f"Reading from {label_of(connection)}. You can leave this page.")
    return redirect("lists", request.business.slug)


@require_GET
@page(Permission.VIEW_LISTS)
def list_page(request: BusinessRequest, name: str) -> HttpResponse:
    """One list: its entries, what needs a match, what looks like the same twice, what was combined."""
    list_name = get_list_name(name)
    connection = main_connection(request)
    show = request.GET.get("show", "all")
    show = show if show in SHOWS else "all"
    context = {
        "list_name": list_name,
        "label": _label(list_name, connection),
        "singular": SINGULAR_LABELS[list_name],
        "show": show,
        "query": request.GET.get("q", "").strip()[:100],
        "connection_label": label_of(connection) if connection else "",
        "provider_name": get_provider(connection.provider).name if connection else "",
        "tabs": _tabs(request, list_name, connection, show),
        "is_contacts": list_name in CONTACT_LISTS,
        "kept_elsewhere": why_kept_elsewhere(connection, list_name),
        **dimension_choices(connection, list_name),
    }
    parts = {"all": _all, "match": _match, "twice": _twice, "combined": _combined, "archived": _archived}
    context |= parts[show](request, list_name, connection)
    return render(request, "lists/list.html", context)


@require_GET
@page(Permission.VIEW_LISTS)
def list_pick(request: BusinessRequest, name: str) -> HttpResponse:
    """The entries that a field offers for what was typed so far, as options.

    Those that can be used now; with `own` all of the business's own, whatever the books say of them.
    """
    query = request.GET.get("q", "").strip()[:100]
    connection = None if "own" in request.GET else main_connection(request)
    shown = PICKED if query else PICKED_AT_FIRST
    picked = queries.pick_items(get_list_name(name), query, shown, connection)
    context: dict[str, object] = {"items": picked}
    if connection is not None:
        context["only_there"] = f"only in {get_provider(connection.provider).name}"
        context["first_use"] = first_use_words(connection, name).lower()
    return render(request, "lists/_options.html", context)


@require_GET
@page(Permission.VIEW_LISTS)
def list_export(request: BusinessRequest, name: str) -> StreamingHttpResponse:
    """The whole list as CSV."""
    list_name = get_list_name(name)
    items = queries.list_items(list_name, with_archived=True).order_by("folded_name", "created_at", "id")
    # Read before the answer begins: a stream is sent when the business's scope is closed already.
    response = StreamingHttpResponse(list_as_csv(list_name, list(items)), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{request.business.slug}-{name}.csv"'
    return response


def get_list_name(text: str) -> ListName:
    """The list that an address names; a page not found for any other word."""
    if text not in set(ListName):
        raise Http404
    return ListName(text)


def _label(name: ListName, connection: Connection | None) -> str:
    """Our own word for the list; a tracking list is called as the vendor's dimension that it shows."""
    if connection is None or name not in TRACKING_LISTS:
        return LIST_LABELS[name]
    return list_label(name, queries.list_words(connection))


def _cards(request: BusinessRequest, connection: Connection | None) -> list[ListCard]:
    live = ListItem.objects.filter(merged_into__isnull=True, archived_at__isnull=True)
    counts = dict(live.values_list("list").annotate(number=Count("id")))
    if connection is None:
        return [_card(request, name, LIST_LABELS[name], counts, {}) for name in ListName]
    needs = queries.needs_match_counts(connection)
    rows = queries.sync_progress(connection)
    return [_card(request, row.name, _own_word(row), counts, needs, row) for row in rows]


def _own_word(row: queries.ListProgress) -> str:
    return row.label if row.name in TRACKING_LISTS else LIST_LABELS[row.name]


def _card(
    request: BusinessRequest,
    name: ListName,
    label: str,
    counts: Mapping[str, int],
    needs: Mapping[ListName, int],
    progress: queries.ListProgress | None = None,
) -> ListCard:
    url = reverse("list", args=[request.business.slug, name.value])
    return ListCard(label, url, counts.get(name.value, 0), needs.get(name, 0), progress)


def _tabs(
    request: BusinessRequest, name: ListName, connection: Connection | None, show: str
) -> list[dict[str, str | int]]:
    base = reverse("list", args=[request.business.slug, name.value])
    counts: dict[str, int | str] = {"all": queries.list_items(name).count()}
    if connection is not None:
        counts["match"] = Paginator(list_unmatched(connection, name), PAGE_SIZE).count
    if name in CONTACT_LISTS:
        # Comparing every name with every other is worth its time only to somebody who asks for it.
        counts["twice"] = len(possible_duplicates(name)) if show == "twice" else ""
    combined = len(list_combinations(name))
    if combined or (counts["all"] != 1 and counts["all"] and may(request.role, Permission.EDIT_LISTS)):
        # There the first two are combined, too.
        counts["combined"] = combined or ""
    counts["archived"] = _list_archived(name).count()
    return [
        {
            "url": f"{base}?show={key}",
            "label": label,
            "count": counts.get(key, ""),
            "current": "yes" if key == show else "",
        }
        for key, label in SHOWS.items()
        if key == show or counts.get(key, 0) != 0 or key == "all"
    ]


def _all(request: BusinessRequest, name: ListName, connection: Connection | None) -> dict[str, object]:
    query = request.GET.get("q", "").strip()[:100]
    rows = queries.search_items(queries.list_items(name), query)
    order = ["code", "folded_name"] if name in CODED_LISTS else ["folded_name", "code"]
    ordered = rows.order_by(*(["rank"] if query else []), *order, "id")
    found = Paginator(ordered, PAGE_SIZE).get_page(request.GET.get("page"))
    words = urlencode({"q": query}) if query else ""
    read_as = _read_as(name, query) if query and not found.object_list else []
    return {
        "page": found,
        "rows": _item_rows(found, name, connection),
        "page_query": words,
        "read_as": read_as,
    }


def _read_as(name: ListName, query: str) -> list[tuple[str, str]]:
    """The first entries of that name that were combined into others, and what they are read as."""
    combined = ListItem.objects.filter(list=name, merged_into__isnull=False)
    named = list(queries.search_items(combined, query).order_by("folded_name", "id")[:READ_AS])
    kept = queries.items_by_id([item.id for item in named])
    return [(item.name, kept[item.id].name) for item in named]


def _archived(request: BusinessRequest, name: ListName, connection: Connection | None) -> dict[str, object]:
    rows = _list_archived(name).order_by("folded_name", "code", "id")
    found = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return {"page": found, "rows": _item_rows(found, name, connection), "page_query": "show=archived"}


def _list_archived(name: ListName) -> QuerySet[ListItem]:
    return queries.list_items(name, with_archived=True).filter(archived_at__isnull=False)


def _item_rows(found: Page[ListItem], name: ListName, connection: Connection | None) -> list[ItemRow]:
    items = list(found.object_list)
    ids = [item.id for item in items]
    bound = queries.current_bindings(connection.id, ids) if connection else {}
    used = count_uses(ids, name)
    words = dict(STANDING_WORDS)
    if connection is not None:
        words[queries.NEW] = (first_use_words(connection, name), "quiet")
        if name not in queries.used_lists(connection):
            bound, words[queries.NEEDS_MATCH] = {}, ("Not sent", "quiet")
    standings = {item.id: queries.standing_of(item, bound.get(item.id)) for item in items}
    return [
        _item_row(
            item,
            words[standings[item.id]] if connection else ("", "quiet"),
            bound.get(item.id),
            used.get(item.id, 0),
        )
        for item in items
    ]


def _item_row(item: ListItem, standing: tuple[str, str], remote: RemoteItem | None, rules: int) -> ItemRow:
    state, tone = standing
    there = item_label(remote.name, remote.code) if remote else ""
    same_name = there in (item.name, item_label(item.name, item.code))
    return ItemRow(
        id=item.id,
        label=item.name,
        code=item.code,
        state=state,
        tone=tone,
        remote="" if same_name else there,
        rules=rules,
        aside=_aside(item),
        is_archived=item.archived_at is not None,
    )


def _aside(item: ListItem) -> str:
    """`20% · Standard · Costs`."""
    said = []
    for column in facts_of(ListName(item.list)):
        text = column.show(item.details) if column.key in SHOWN else ""
        if text:
            said.append(f"{text}%" if column.key == "rate" else text)
    return " · ".join(said)


def _match(request: BusinessRequest, name: ListName, connection: Connection | None) -> dict[str, object]:
    items: QuerySet[ListItem] | list[ListItem] = []
    if connection is not None:
        items = list_unmatched(connection, name)
    found = Paginator(items, PAGE_SIZE).get_page(request.GET.get("page"))
    rows: list[MatchRow] = list_match_rows(connection, name, list(found.object_list)) if connection else []
    context: dict[str, object] = {"page": found, "match_rows": rows, "page_query": "show=match"}
    if connection is not None:
        merge = reverse("merge_step", args=[request.business.slug, connection.id, name.value])
        context |= {"merge_url": f"{merge}?show=unmatched", "awaits_start": connection.awaits_start}
    return context


def _twice(request: BusinessRequest, name: ListName, connection: Connection | None) -> dict[str, object]:  # noqa: ARG001
    return {"pairs": possible_duplicates(name), **_combine_context(request, name)}


def _combined(request: BusinessRequest, name: ListName, connection: Connection | None) -> dict[str, object]:  # noqa: ARG001
    return {"combinations": list_combinations(name), **_combine_context(request, name)}


def _combine_context(request: BusinessRequest, name: ListName) -> dict[str, object]:
    fields = [_combine_field(request, name, *each) for each in _COMBINE_FIELDS]
    return {
        "combine_fields": fields,
        "combine_count": queries.list_items(name).count(),
        "combine_limit": COMBINED_AT_FIRST,
    }


def _combine_field(request: BusinessRequest, name: ListName, key: str, label: str) -> CombineField:
    """The field with what was found for the words of whoever works without scripts, and what they chose."""
    query = request.GET.get(f"find_{key}", "").strip()[:100]
    items = queries.pick_items(name, query, COMBINED_AT_FIRST)
    chosen = request.GET.get(key, "")
    if query and len(items) == 1:
        chosen = str(items[0].id)
    return CombineField(key, label, items, query, chosen)
