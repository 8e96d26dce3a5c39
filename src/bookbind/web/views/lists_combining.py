"""Combining two entries that are one: the preview of what moves, doing it, undoing it, and saying no."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from bookbind.connections.queries import label_of
from bookbind.documents.models import Document
from bookbind.documents.queries import naming
from bookbind.kit.text import listed
from bookbind.lists.combine import combine, keep_apart, undo_combination
from bookbind.lists.errors import ListError
from bookbind.lists.labels import LIST_LABELS, SINGULAR_LABELS, item_label
from bookbind.lists.models import Binding, Combination, ListItem
from bookbind.lists.queries import members_of, unmatched_items
from bookbind.merge.matching.identifiers import plain_tax_number
from bookbind.providers.base.types import ListName
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.lists import PairForm


@dataclass(frozen=True)
class Side:
    """One of the two entries, and what hangs on it."""

    item: ListItem
    rules: int
    documents: int
    matches: tuple[str, ...]


_RULE_COLUMNS = ("supplier", "category", "tax_rate", "tracking_1", "tracking_2")


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_LISTS)
def list_combine(request: BusinessRequest, name: str) -> HttpResponse:
    """GET shows what would move; POST combines."""
    list_name = _list_name(name)
    form = PairForm(request.POST if request.method == "POST" else request.GET, name=list_name)
    if not form.is_valid():
        messages.error(
            request, " ".join(map(str, form.non_field_errors())) or "Choose two entries of this list."
        )
        return redirect(
            _back(request, name, "combined" if form.has_error(NON_FIELD_ERRORS, "combined") else "twice")
        )
    kept, absorbed = form.cleaned_data["kept"], form.cleaned_data["absorbed"]
    if request.method != "POST":
        return render(request, "lists/combine.html", _preview(list_name, kept, absorbed))
    try:
        combine(kept, absorbed, request.user)
    except ListError as error:
        messages.error(request, str(error))
        return redirect(_back(request, name, "twice"))
    messages.success(
        request, f"Combined: {absorbed.name} is read as {kept.name} from now on. You can undo this."
    )
    return redirect(_back(request, name, "combined"))


@require_POST
@page(Permission.EDIT_LISTS)
def list_keep_apart(request: BusinessRequest, name: str) -> HttpResponse:
    """Note that the two only look alike."""
    form = PairForm(request.POST, name=_list_name(name))
    if form.is_valid():
        keep_apart(form.cleaned_data["kept"], form.cleaned_data["absorbed"], request.user)
        messages.success(request, "Noted: they are two. We won't ask again.")
    return redirect(_back(request, name, "twice"))


@require_POST
@page(Permission.EDIT_LISTS)
def combination_undo(request: BusinessRequest, combination_id: UUID) -> HttpResponse:
    """Make two of a combination again."""
    combination = Combination.objects.select_related("kept").get(id=combination_id)
    try:
        undone = undo_combination(combination_id, request.user)
        said = f"Undone: {undone.absorbed.name} and {undone.kept.name} are two again."
        messages.success(request, f"{said}{_unmatched(request, undone)}")
    except ListError as error:
        messages.error(request, str(error))
    return redirect(_back(request, combination.kept.list, "combined"))


def _unmatched(request: BusinessRequest, undone: Combination) -> str:
    """Which of the two has no match of its own in the books; contacts need none."""
    connection, name = main_connection(request), ListName(undone.kept.list)
    if connection is None:
        return ""
    both = [undone.kept_id, undone.absorbed_id]
    needing = [item.name for item in unmatched_items(connection, name).filter(id__in=both)]
    if not needing:
        return ""
    need, them = ("needs a match", "it") if len(needing) == 1 else ("need matches", "them")
    return f" {listed(needing)} {need} in {label_of(connection)} now; what uses {them} waits for that."


def _preview(name: ListName, kept: ListItem, absorbed: ListItem) -> dict[str, Any]:
    return {
        "list_name": name,
        "list_label": LIST_LABELS[name],
        "singular": SINGULAR_LABELS[name],
        "kept": _side(kept),
        "absorbed": _side(absorbed),
        "swap_query": f"kept={absorbed.id}&absorbed={kept.id}",
        "numbers_differ": _numbers_differ(kept, absorbed),
    }


def _numbers_differ(kept: ListItem, absorbed: ListItem) -> bool:
    """Whether both have a tax number, and another one: then they are hardly the same company."""
    numbers = {plain_tax_number(str(each.details.get("tax_number") or "")) for each in (kept, absorbed)}
    return len(numbers - {""}) > 1


def _side(item: ListItem) -> Side:
    """What hangs on the entry, and on those that were combined into it before: they go where it goes."""
    ids = members_of([item.id])[item.id]
    open_documents = Document.objects.filter(naming(ids), frozen_at__isnull=True)
    named = Q()
    for column in _RULE_COLUMNS:
        named |= Q(**{f"{column}__in": ids})
    rules = SupplierRule.objects.filter(named, active=True)
    bound = Binding.objects.filter(list_item__in=ids, closed_at__isnull=True).select_related(
        "remote_item", "connection"
    )
    matches = dict.fromkeys(
        f"{item_label(each.remote_item.name, each.remote_item.code)} in {label_of(each.connection)}"
        for each in bound.order_by("opened_at", "id")
    )
    return Side(item, rules.count(), open_documents.count(), tuple(matches))


def _list_name(text: str) -> ListName:
    if text not in set(ListName):
        raise Http404
    return ListName(text)


def _back(request: BusinessRequest, name: str, show: str) -> str:
    return f"{reverse('list', args=[request.business.slug, name])}?show={show}"
