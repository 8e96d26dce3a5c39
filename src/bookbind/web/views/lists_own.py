"""Entries that the business makes itself: add, change, archive, bring back."""

import hashlib
from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from bookbind.kit.text import fold_name, listed
from bookbind.lists.columns import ARCHIVED
from bookbind.lists.errors import ListError
from bookbind.lists.exchange import Entry, entry_cells
from bookbind.lists.labels import LIST_LABELS, SINGULAR_LABELS, item_label
from bookbind.lists.models import ListItem
from bookbind.lists.own import apply_entry, digest_of, entry_of, plan_entry, why_kept_elsewhere
from bookbind.lists.services import archive_item, restore_item
from bookbind.providers.base.types import ListName
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.lists_own import ArchiveItemForm, EntryForm
from bookbind.web.views.lists import get_list_name


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_LISTS)
def list_new(request: BusinessRequest, name: str) -> HttpResponse:
    """A new entry of a list."""
    list_name = get_list_name(name)
    if (refused := refuse_elsewhere(request, list_name)) is not None:
        return refused
    return _edit(request, list_name, None)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_LISTS)
def list_item(request: BusinessRequest, name: str, item_id: UUID) -> HttpResponse:
    """One entry: what it is called and what it says."""
    list_name = get_list_name(name)
    if (refused := refuse_elsewhere(request, list_name)) is not None:
        return refused
    return _edit(request, list_name, ListItem.objects.get(id=item_id, list=list_name, merged_into=None))


@require_POST
@page(Permission.EDIT_LISTS)
def list_item_archive(request: BusinessRequest, name: str, item_id: UUID) -> HttpResponse:
    """Offer the entry no more, or again."""
    list_name = get_list_name(name)
    if (refused := refuse_elsewhere(request, list_name)) is not None:
        return refused
    item = ListItem.objects.get(id=item_id, list=list_name, merged_into=None)
    form = ArchiveItemForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose Archive or Bring back.")
    elif form.cleaned_data["archived"] == "on":
        archive_item(item, request.user)
        messages.success(request, f"{item.name} is archived. Rules and documents that name it keep it.")
    else:
        restore_item(item, request.user)
        messages.success(request, f"{item.name} is offered again.")
    return redirect("list", request.business.slug, list_name.value)


def refuse_elsewhere(request: BusinessRequest, name: ListName) -> HttpResponse | None:
    """Back to the list, with the reason, where the accounting software keeps it now."""
    reason = why_kept_elsewhere(main_connection(request), name)
    if not reason:
        return None
    messages.warning(request, reason)
    return redirect("list", request.business.slug, name.value)


def _edit(request: BusinessRequest, name: ListName, item: ListItem | None) -> HttpResponse:
    cells = entry_cells(entry_of(item), name) if item else {}
    form = EntryForm(request.POST if request.method == "POST" else None, name=name, cells=cells)
    seen = _fingerprint(cells)
    is_moved = request.method == "POST" and request.POST.get("seen", seen) != seen
    if is_moved:
        form.add_error(None, _moved_words(cells, form))
    elif form.is_bound and form.is_valid() and _save(request, form, name, item):
        again = request.POST.get("then") == "again"
        target = "list_new" if again else "list"
        return redirect(reverse(target, args=[request.business.slug, name.value]))
    context = {
        "form": form,
        "item": item,
        "list_name": name,
        "label": LIST_LABELS[name],
        "singular": SINGULAR_LABELS[name],
        "seen": seen,
    }
    status = 409 if is_moved else 422 if form.is_bound else 200
    return render(request, "lists/edit.html", context, status=status)


def _fingerprint(cells: Mapping[str, str]) -> str:
    """Stands for the entry as a form shows it, so that nobody writes over what they have not seen."""
    return hashlib.sha256(repr(sorted(cells.items())).encode()).hexdigest() if cells else ""


def _moved_words(cells: Mapping[str, str], form: EntryForm) -> str:
    """What the entry says by now where something else was typed; the next press writes over that."""
    typed = form.to_cells() if form.is_valid() else {}
    other = [
        f"{heading} is {cells[heading] or 'empty'} now"
        for heading in typed
        if typed[heading] != cells[heading]
    ]
    said = f" {listed(other)}." if other else ""
    return (
        f"Somebody changed this entry since you opened it, so nothing was saved.{said} "
        "Save once more to have it as it stands here."
    )


def _save(request: BusinessRequest, form: EntryForm, name: ListName, item: ListItem | None) -> bool:
    """Store the entry; False when it can't be, and then the form says why."""
    # A new entry is a live one, so an archived one of its name is seen as such.
    cells = form.to_cells() if item else form.to_cells() | {ARCHIVED: ""}
    plan = plan_entry(name, cells, item)
    if plan.errors:
        form.take_errors(plan.errors)
        return False
    if item is None and not plan.new:
        present = plan.changed[0].before if plan.changed else None
        same_name = present is None or fold_name(present.name) == fold_name(form.cleaned_data["name"])
        form.add_error(
            "name" if same_name else "code", _present_words(present, name, form, by_name=same_name)
        )
        return False
    try:
        apply_entry(request.business.id, name, cells, digest_of(plan), request.user, item)
    except ListError as error:
        form.add_error(None, str(error))
        return False
    changed = [*plan.new, *plan.changed]
    if changed:
        messages.success(request, f"Saved: {changed[0].after.label}.")
    return True


def _present_words(present: Entry | None, name: ListName, form: EntryForm, *, by_name: bool) -> str:
    """Why a new entry is none, and which one is it; an archived one is not made a second time.

    `present` is None when it says the very same already.
    """
    word = SINGULAR_LABELS[name]
    label = present.label if present else item_label(form.cleaned_data["name"], form.cleaned_data["code"])
    if present is not None and present.archived:
        called = "is called so" if by_name else f"has this code: {label}"
        return f"An archived {word} {called}. Bring it back under Archived instead."
    return f"There is a {word} of this {'name' if by_name else 'code'} already: {label}."
