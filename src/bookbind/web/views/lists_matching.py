"""Entries that need a match: what they are proposed to be, who waits for them, and saying what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from rapidfuzz import fuzz, process

from bookbind.connections.models import Connection
from bookbind.kit.text import fold_name
from bookbind.lists.adoption import list_proposals
from bookbind.lists.labels import CONTACT_LISTS, item_label
from bookbind.lists.models import Binding, ListItem, RemoteItem
from bookbind.lists.queries import unmatched_items
from bookbind.merge.entries import refuse, use_for
from bookbind.merge.errors import MergeError
from bookbind.merge.plans import ANY
from bookbind.merge.sold_as import sales_coded_by
from bookbind.merge.standings import entry_of
from bookbind.merge.using import match_one
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.lists import MatchForm
from bookbind.web.merge_words import matched_words

ALIKE = 75
OFFERED = 100


@dataclass(frozen=True)
class MatchRow:
    """One entry without a match, and the entry of the books that it is proposed to be."""

    id: UUID
    label: str
    waiting: int
    options: Sequence[dict[str, str]]
    chosen: str


def suggest(name: str, offered: Sequence[tuple[str, str]]) -> str:
    """The id of the (id, name) that is most like `name`; empty when nothing is alike. Pure."""
    folded = {key: fold_name(text) for key, text in offered}
    best = process.extractOne(fold_name(name), folded, scorer=fuzz.token_sort_ratio, score_cutoff=ALIKE)
    return str(best[2]) if best else ""


def list_unmatched(connection: Connection, name: ListName) -> QuerySet[ListItem] | list[ListItem]:
    """The entries that need a match; of contacts, which are made when needed, those that came back anew."""
    if name in CONTACT_LISTS:
        return [ours for ours, _ in list_proposals(connection, name)]
    return unmatched_items(connection, name).order_by("code", "folded_name")


def list_match_rows(connection: Connection, name: ListName, items: Sequence[ListItem]) -> list[MatchRow]:
    """The entries with what each is proposed to be, in a constant number of queries."""
    active = RemoteItem.objects.filter(connection=connection, list=name, state=RemoteItem.State.ACTIVE)
    remotes = list(active.order_by("code", "folded_name"))
    labels = [(str(remote.id), item_label(remote.name, remote.code)) for remote in remotes]
    # What stands for another entry already can be chosen, but is not proposed.
    taken = set(
        Binding.objects.filter(
            connection=connection, closed_at__isnull=True, list_item__list=name
        ).values_list("remote_item_id", flat=True)
    )
    there = {str(remote.id): remote for remote in remotes}
    names = [(str(remote.id), remote.name) for remote in remotes if remote.id not in taken]
    namesakes = {ours.id: str(theirs.id) for ours, theirs in list_proposals(connection, name)}
    waiting = _count_waiting([item.id for item in items], connection)
    rows = []
    for item in items:
        chosen = namesakes.get(item.id) or suggest(item.name, names)
        if chosen and not _can_stand(item, there[chosen], connection):
            chosen = ""
        hint = "same name" if item.id in namesakes else "similar name"
        shown = [{"id": key, "text": text} for key, text in labels[:OFFERED] if key != chosen]
        first = [{"id": key, "text": text, "hint": hint} for key, text in labels if key == chosen]
        label = item_label(item.name, item.code)
        rows.append(MatchRow(item.id, label, waiting.get(item.id, 0), [*first, *shown], chosen))
    return rows


def _can_stand(item: ListItem, remote: RemoteItem, connection: Connection) -> bool:
    """Whether the two can be matched at all: names alone say nothing of types, percentages and kinds."""
    ours = entry_of((item.id, item.list, item.name, item.code, item.details))
    theirs = entry_of((remote.id, remote.list, remote.name, remote.code, remote.details, remote.state))
    use = use_for(ours, theirs, ANY)
    return not refuse(ours, theirs, use, sales_coded_by(connection))


@require_POST
@page(Permission.EDIT_LISTS)
def list_match(request: BusinessRequest, name: str) -> HttpResponse:
    """Say what one entry is in the books; what waited for it goes on by itself."""
    connection = main_connection(request)
    if connection is None or name not in set(ListName):
        raise Http404
    form = MatchForm(request.POST, name=ListName(name), connection_id=connection.id)
    back = f"{reverse('list', args=[request.business.slug, name])}?show=match"
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect(back)
    item, remote = form.cleaned_data["item"], form.cleaned_data["remote"]
    try:
        matched = match_one(connection, item.id, remote.id, request.user)
    except MergeError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, matched_words(connection, matched))
    return redirect(back)


@require_GET
@page(Permission.EDIT_LISTS)
def list_remote(request: BusinessRequest, name: str) -> HttpResponse:
    """The entries of the books that a field offers for what was typed so far, as options."""
    connection = main_connection(request)
    if connection is None or name not in set(ListName):
        raise Http404
    rows = RemoteItem.objects.filter(connection=connection, list=name, state=RemoteItem.State.ACTIVE)
    for word in fold_name(request.GET.get("q", ""))[:100].split():
        rows = rows.filter(Q(folded_name__contains=word) | Q(code__icontains=word))
    found = [
        {"id": row.id, "label": item_label(row.name, row.code)}
        for row in rows.order_by("code", "folded_name")[:50]
    ]
    return render(request, "lists/_options.html", {"items": found})


def _count_waiting(item_ids: Sequence[UUID], connection: Connection) -> dict[UUID, int]:
    """How many documents wait for each entry to have a match."""
    held = Publication.objects.filter(connection=connection, state=Publication.State.HELD)
    named = held.filter(reason_data__item__in=[str(each) for each in item_ids]).values_list(
        "reason_data__item", flat=True
    )
    counts: dict[UUID, int] = {}
    for item_id in named:
        counts[UUID(item_id)] = counts.get(UUID(item_id), 0) + 1
    return counts
