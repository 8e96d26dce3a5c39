"""The lists that the business keeps itself: one entry by hand or a whole file, all of it or nothing."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from bookbind.activity.services import record
from bookbind.connections.models import Connection
from bookbind.connections.queries import find_main_connection, label_of
from bookbind.kit import clock
from bookbind.kit.ids import new_id
from bookbind.kit.sheets import Row, Sheet, write_sheet
from bookbind.kit.text import fold_name, listed
from bookbind.lists.bindings import tell_changed
from bookbind.lists.columns import CODE, ID, NAME, headings_of
from bookbind.lists.entries import LONGEST_NAME
from bookbind.lists.errors import EntryOutdated, ImportHasErrors, ImportOutdated, ListKeptElsewhere
from bookbind.lists.exchange import Change, Entry, Plan, entry_cells, plan_import
from bookbind.lists.labels import CONTACT_LISTS, LIST_LABELS, SINGULAR_LABELS
from bookbind.lists.models import Binding, ListItem
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import Business, User

_BATCH = 500
_WRITTEN = ["name", "folded_name", "code", "details", "archived_at"]
# Beyond this many lines the whole list is read at once, which is cheaper than looking for each.
_FEW = 50


def why_kept_elsewhere(connection: Connection | None, name: ListName) -> str:
    """Why entries of the list are not made or changed here now; empty when they are.

    Contacts are ours to make at any time: the books get them when they are first used.
    """
    if connection is None or name in CONTACT_LISTS or name not in get_provider(connection.provider).lists:
        return ""
    return f"{label_of(connection)} keeps this list. Change it there; it is read again every day."


def plan_changes(name: ListName, sheet: Sheet) -> Plan:
    """What the table would change in the list as it stands now; reads only."""
    return plan_import(_known(name, sheet.rows), sheet, name)


def plan_entry(name: ListName, cells: Mapping[str, str], item: ListItem | None = None) -> Plan:
    """The same for one entry that is typed by hand, new or the one given."""
    row = Row(1, {**cells, ID: str(item.id) if item else ""})
    return plan_import(_known(name, [row]), Sheet(tuple(cells), (row,)), name, by_hand=True)


def digest_of(plan: Plan) -> str:
    """Stands for exactly these changes: what was confirmed is what is done."""
    said = hashlib.sha256()
    for change in (*plan.new, *plan.changed):
        said.update(repr((change.line, change.before, change.after)).encode())
    return said.hexdigest()


def apply_import(business_id: UUID, name: ListName, sheet: Sheet, digest: str, user: User, file: str) -> Plan:
    """Write what was confirmed, all of it or nothing; the same file again changes nothing.

    ImportOutdated when the list changed since the preview, ImportHasErrors when a line can't be used.
    """
    with _changing(business_id, name):
        plan = plan_changes(name, sheet)
        if plan.errors:
            raise ImportHasErrors
        if digest_of(plan) != digest:
            raise ImportOutdated
        _write(business_id, name, plan)
        counts = {"new": len(plan.new), "changed": len(plan.changed), "unchanged": plan.unchanged}
        record(
            "lists.imported",
            f"{LIST_LABELS[name]} were imported from {file}: {counts['new']:,} new, "
            f"{counts['changed']:,} changed, {counts['unchanged']:,} as before.",
            business_id=business_id,
            actor=user,
            data={"list": name.value, "file": file, **counts},
        )
    return plan


def apply_entry(
    business_id: UUID,
    name: ListName,
    cells: Mapping[str, str],
    digest: str,
    user: User,
    item: ListItem | None = None,
) -> None:
    """Write an entry that was typed by hand; EntryOutdated when it would do something else than planned."""
    with _changing(business_id, name):
        plan = plan_entry(name, cells, item)
        if digest_of(plan) != digest:
            raise EntryOutdated
        _write(business_id, name, plan)
        for change in (*plan.new, *plan.changed):
            record(
                "lists.created" if change.before is None else "lists.changed",
                _said(change, name),
                business_id=business_id,
                actor=user,
                data={"item": str(change.after.id or "")},
            )


def list_as_csv(name: ListName, items: Iterable[ListItem]) -> Iterator[str]:
    """The list as a file that a spreadsheet opens without running anything, and that can be read back."""
    headings = headings_of(name)
    lines = (entry_cells(entry_of(item), name) for item in items)
    return write_sheet(headings, ([cells[heading] for heading in headings] for cells in lines))


def entry_of(item: ListItem) -> Entry:
    """The stored entry as a plain value."""
    return Entry(
        item.id,
        item.name,
        item.code,
        item.details or {},
        archived=item.archived_at is not None,
        merged=item.merged_into_id is not None,
    )


@contextmanager
def _changing(business_id: UUID, name: ListName) -> Iterator[None]:
    """A transaction in which nobody else changes a list by hand; ListKeptElsewhere when the books keep it."""
    with transaction.atomic():
        # The business's row is the lock, so that two people who add one name make one entry.
        Business.objects.select_for_update().get(id=business_id)
        reason = why_kept_elsewhere(find_main_connection(business_id), name)
        if reason:
            raise ListKeptElsewhere(reason)
        yield


def _known(name: ListName, rows: Sequence[Row]) -> list[Entry]:
    """The entries that the lines may be about; for a few lines only those, for a file the whole list."""
    items = ListItem.objects.filter(list=name)
    if len(rows) <= _FEW:
        folded = {fold_name(row.cells.get(NAME, ""))[:LONGEST_NAME] for row in rows}
        codes = Q()
        for row in rows:
            if row.cells.get(CODE):
                codes |= Q(code__iexact=row.cells[CODE])
        items = items.filter(Q(folded_name__in=folded) | Q(id__in=_ids(rows)) | codes)
    return [entry_of(item) for item in items.order_by("created_at", "id")]


def _ids(rows: Iterable[Row]) -> list[UUID]:
    found = []
    for row in rows:
        try:
            found.append(UUID(row.cells.get(ID, "")))
        except ValueError:
            continue
    return found


def _write(business_id: UUID, name: ListName, plan: Plan) -> None:
    made = [_filled(ListItem(id=new_id(), business_id=business_id, list=name), each) for each in plan.new]
    ListItem.objects.bulk_create(made, batch_size=_BATCH)
    for start in range(0, len(plan.changed), _BATCH):
        changes = {change.after.id: change for change in plan.changed[start : start + _BATCH]}
        items = ListItem.objects.in_bulk(list(changes))
        rows = [_filled(item, changes[item.id]) for item in items.values()]
        ListItem.objects.bulk_update(rows, _WRITTEN)
    moved = [
        each.after.id for each in plan.changed if each.before and each.before.archived != each.after.archived
    ]
    _tell(moved)


def _filled(item: ListItem, change: Change) -> ListItem:
    after = change.after
    item.name, item.code, item.details = after.name, after.code, after.details
    item.folded_name = fold_name(after.name)[:LONGEST_NAME]
    if after.archived != (item.archived_at is not None):
        item.archived_at = clock.now() if after.archived else None
    return item


def _tell(item_ids: Collection[UUID | None]) -> None:
    """An entry that is offered no more, or again, concerns the documents that name it."""
    current = Binding.objects.filter(list_item__in=item_ids, closed_at__isnull=True)
    by_connection: dict[UUID, list[Binding]] = {}
    for binding in current.order_by("connection_id"):
        by_connection.setdefault(binding.connection_id, []).append(binding)
    for bindings in by_connection.values():
        tell_changed(bindings)


def _said(change: Change, name: ListName) -> str:
    word = SINGULAR_LABELS[name]
    if change.before is None:
        return f"New {word}: {change.after.label}."
    what = listed(
        [
            f"{heading} {old or 'nothing'} became {new or 'nothing'}"
            for heading, old, new in change.fields(name)
        ]
    )
    return f"{change.before.label}: {what}."
