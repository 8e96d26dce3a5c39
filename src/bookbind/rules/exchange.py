"""Supplier rules as a CSV file: what it would change, and changing it, all of it or nothing."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from bookbind.activity.services import record
from bookbind.kit.sheets import LONGEST_SHOWN, CellError, Row, Sheet, read_sheet, write_sheet
from bookbind.kit.text import clean_text, fold_name
from bookbind.lists.columns import CellWrong
from bookbind.lists.entries import LONGEST_NAME
from bookbind.lists.labels import CONTACT_LISTS, LIST_LABELS, SINGULAR_LABELS, item_label
from bookbind.lists.models import ListItem
from bookbind.lists.queries import items_by_id
from bookbind.lists.services import get_or_create_supplier
from bookbind.providers.base.types import ListName
from bookbind.rules import columns
from bookbind.rules.errors import ImportHasErrors, ImportOutdated, RuleError
from bookbind.rules.evaluate import DueMode
from bookbind.rules.models import SupplierRule
from bookbind.rules.queries import list_rules
from bookbind.rules.services import (
    RuleInput,
    add_supplier_rule,
    check_due,
    save_supplier_rule,
    set_active,
    values_of_rule,
)
from bookbind.tenancy.models import Business, User

Cells = dict[str, str]
_Read = TypeVar("_Read")


@dataclass(frozen=True)
class Stored:
    """A rule as it stands, with the cells that it is exported as."""

    rule: SupplierRule
    cells: Cells


@dataclass(frozen=True)
class Change:
    """One line that makes or changes a rule; `supplier` is its name, or that of one to be made."""

    line: int
    supplier: str
    supplier_id: UUID | None
    before: Stored | None
    values: RuleInput
    active: bool
    fields: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Plan:
    """Everything that a file would do. Nothing may be applied while there are errors."""

    changes: tuple[Change, ...]
    unchanged: int
    errors: tuple[CellError, ...]
    ignored: tuple[str, ...]

    @property
    def new(self) -> int:
        """How many rules the file would make."""
        return sum(1 for change in self.changes if change.before is None)


def rules_as_csv() -> Iterator[str]:
    """Every rule of the business as a file that a spreadsheet opens without running anything."""
    stored = [[each.cells[heading] for heading in columns.HEADINGS] for each in _read_stored()]
    return write_sheet(columns.HEADINGS, stored)


def read_rules(content: bytes) -> Sheet:
    """The table of a file with rules; SheetUnreadable when it is none."""
    return read_sheet(content, columns.HEADINGS, {columns.SUPPLIER})


def plan_import(sheet: Sheet) -> Plan:
    """What the table would change; reads only.

    A line belongs to the rule of its ID; without one, the supplier's first such line to its first rule, the
    second to its second, and so on. Rules that the file leaves out stay as they are.
    """
    planner = _Planner(_read_stored(), sheet)
    for row in sheet.rows:
        planner.take(row)
    errors = tuple(sorted((*sheet.errors, *planner.errors), key=lambda error: error.line))
    return Plan(tuple(planner.changes), planner.unchanged, errors, sheet.ignored)


def digest_of(plan: Plan) -> str:
    """Stands for exactly these changes: what was confirmed is what is done."""
    said = hashlib.sha256()
    for change in plan.changes:
        before = (change.before.rule.id, change.before.rule.version) if change.before else ()
        said.update(repr((change.line, change.supplier, before, change.values, change.active)).encode())
    return said.hexdigest()


def apply_import(business_id: UUID, sheet: Sheet, digest: str, user: User, file: str) -> Plan:
    """Save what was confirmed, all of it or nothing; suppliers that are missing are made.

    ImportOutdated when rules or lists changed since the preview, ImportHasErrors when a line can't be used.
    """
    with transaction.atomic():
        # The business's row is the lock, so that two imports come one after the other.
        Business.objects.select_for_update().get(id=business_id)
        plan = plan_import(sheet)
        if plan.errors:
            raise ImportHasErrors
        if digest_of(plan) != digest:
            raise ImportOutdated
        for change in plan.changes:
            _apply(business_id, change, user)
        counts = {"new": plan.new, "changed": len(plan.changes) - plan.new, "unchanged": plan.unchanged}
        record(
            "rules.imported",
            f"Supplier rules were imported from {file}: {counts['new']:,} new, "
            f"{counts['changed']:,} changed, {counts['unchanged']:,} as before.",
            business_id=business_id,
            actor=user,
            data={"file": file, **counts},
        )
    return plan


def _apply(business_id: UUID, change: Change, user: User) -> None:
    if change.before is not None:
        stored = change.before.rule
        rule = save_supplier_rule(stored.supplier, change.values, user, rule=stored)
    elif change.supplier_id is not None:
        rule = add_supplier_rule(ListItem.objects.get(id=change.supplier_id), change.values, user)
    else:
        supplier = get_or_create_supplier(business_id, change.supplier, user)
        rule = add_supplier_rule(supplier, change.values, user)
    set_active(rule, change.active, user)


class _Planner:
    """Takes line after line; a line that can't be used becomes an error and changes nothing."""

    def __init__(self, stored: Sequence[Stored], sheet: Sheet) -> None:
        self.by_id = {each.rule.id: each for each in stored}
        claimed = {_id(row) for row in sheet.rows}
        self.free: dict[UUID, list[Stored]] = defaultdict(list)
        for each in stored:
            if each.rule.id not in claimed:
                self.free[each.rule.supplier_id].append(each)
        lists = (ListName.SUPPLIERS, *(name for _, name in columns.ENTRIES.values()))
        self.words = {name: _by_words(name) for name in lists}
        self.lines: dict[UUID, int] = {}
        self.changes: list[Change] = []
        self.unchanged = 0
        self.errors: list[CellError] = []

    def take(self, row: Row) -> None:
        errors = len(self.errors)
        name = clean_text(row.cells.get(columns.SUPPLIER, ""), LONGEST_NAME)
        before = self._find_rule(row, name)
        supplier_id = before.rule.supplier_id if before else self._find_supplier(row, name)
        if len(self.errors) > errors:
            return
        if before is None and supplier_id is not None and self.free[supplier_id]:
            before = self.free[supplier_id].pop(0)
        values, active = self._values(row, before)
        if len(self.errors) > errors:
            return
        if before and values == values_of_rule(before.rule) and active == before.rule.active:
            self.unchanged += 1
            return
        fields = _fields(before.cells if before else {}, row.cells)
        self.changes.append(Change(row.line, name, supplier_id, before, values, active, fields))

    def _wrong(self, row: Row, column: str, what: str) -> None:
        self.errors.append(CellError(row.line, column, what, self._entry_of(row)))

    def _entry_of(self, row: Row) -> str:
        """The supplier that the line names; where it only has an ID, the one whose rule that is."""
        named = clean_text(row.cells.get(columns.SUPPLIER, ""), LONGEST_SHOWN)
        found_id = _id(row)
        found = self.by_id.get(found_id) if found_id and not named else None
        return found.rule.supplier.name if found else named

    def _find_rule(self, row: Row, name: str) -> Stored | None:
        text = row.cells.get(columns.ID, "")
        found_id = _id(row)
        if text and found_id is None:
            what = "This is no ID of ours. Leave it as it was exported, or empty for a new rule."
            self._wrong(row, columns.ID, what)
        # An id of another business means nothing here; its rule goes by the supplier.
        found = self.by_id.get(found_id) if found_id else None
        if found is None or found_id is None:
            return None
        if found_id in self.lines:
            what = f"Line {self.lines[found_id]} is about the same rule. Remove one of the two."
            self._wrong(row, columns.ID, what)
        self.lines[found_id] = row.line
        owner = found.rule.supplier.name
        if fold_name(name) != fold_name(owner):
            what = f"The rule of this ID belongs to {owner}. Leave the ID empty to make a rule for another."
            self._wrong(row, columns.SUPPLIER, what)
        return found

    def _find_supplier(self, row: Row, name: str) -> UUID | None:
        if not fold_name(name):
            self._wrong(row, columns.SUPPLIER, "A rule belongs to a supplier. Write its name.")
            return None
        found = self.words[ListName.SUPPLIERS].get(fold_name(name), [])
        if len(found) > 1:
            self._wrong(row, columns.SUPPLIER, f"{len(found)} suppliers are called so. Combine them first.")
        return found[0] if len(found) == 1 else None

    def _values(self, row: Row, before: Stored | None) -> tuple[RuleInput, bool]:
        """The rule as the line wants it; a column that the file lacks leaves the value as it is."""
        present = values_of_rule(before.rule) if before else RuleInput()
        known = before.cells if before else {}
        changed: dict[str, Any] = {}
        for heading, (field, name) in columns.ENTRIES.items():
            text = row.cells.get(heading)
            if text is not None and text != known.get(heading, ""):
                changed[field] = self._entry(row, heading, name, text)
        errors = len(self.errors)
        mode = self._read(row, columns.DUE, columns.read_due, present.due_mode.value)
        days = self._read(row, columns.DUE_DAYS, columns.read_days, present.due_days)
        if len(self.errors) == errors:
            self._check_due(row, mode, days)
        auto = columns.show_yes_no(present.auto_publish)
        auto = self._read(row, columns.AUTO_PUBLISH, columns.read_yes_no, auto)
        active = columns.show_yes_no(before.rule.active if before else True)
        active = self._read(row, columns.ACTIVE, columns.read_yes_no, active)
        values = RuleInput(
            **{field: changed.get(field, getattr(present, field)) for field, _ in columns.ENTRIES.values()},
            due_mode=DueMode(mode),
            due_days=days if mode else None,
            publish_to=self._read(row, columns.KIND, columns.read_kind, str(present.publish_to)),
            publish_as=self._read(row, columns.PUBLISH_AS, columns.read_publish_as, str(present.publish_as)),
            auto_publish={"yes": True, "no": False}.get(auto),
        )
        return values, active != "no"

    def _read(self, row: Row, heading: str, read: Callable[[str], _Read], present: _Read) -> _Read:
        text = row.cells.get(heading)
        if text is None:
            return present
        try:
            return read(text)
        except CellWrong as error:
            self._wrong(row, heading, str(error))
            return present

    def _check_due(self, row: Row, mode: str, days: int | None) -> None:
        try:
            check_due(DueMode(mode), days)
        except RuleError as error:
            self._wrong(row, columns.DUE_DAYS, str(error))

    def _entry(self, row: Row, heading: str, name: ListName, text: str) -> UUID | None:
        if not text:
            return None
        found = self.words[name].get(fold_name(text), [])
        if len(found) != 1:
            word = SINGULAR_LABELS[name]
            many = (
                f"{len(found)} entries are called so. Combine them, or write the code in front of the name."
            )
            none = (
                f"There is no {word} {text[:60]} here. Write one by its code and name, as the list "
                f"{LIST_LABELS[name]} shows it, or add it there first."
            )
            self._wrong(row, heading, many if found else none)
        return found[0] if len(found) == 1 else None


def _read_stored() -> list[Stored]:
    rules = list(list_rules())
    fields = [field for field, _ in columns.ENTRIES.values()]
    items = items_by_id(getattr(rule, field) for rule in rules for field in fields)
    return [Stored(rule, _cells(rule, items)) for rule in rules]


def _cells(rule: SupplierRule, items: Mapping[UUID, ListItem]) -> Cells:
    named = {heading: items.get(getattr(rule, field)) for heading, (field, _) in columns.ENTRIES.items()}
    return {
        columns.ID: str(rule.id),
        columns.SUPPLIER: rule.supplier.name,
        **{heading: item_label(item.name, item.code) if item else "" for heading, item in named.items()},
        columns.DUE: columns.DUE_WORDS.get(rule.due_mode, ""),
        columns.DUE_DAYS: "" if rule.due_days is None or not rule.due_mode else str(rule.due_days),
        columns.KIND: columns.KIND_WORDS.get(rule.publish_to, ""),
        columns.PUBLISH_AS: columns.PUBLISH_WORDS.get(rule.publish_as, ""),
        columns.AUTO_PUBLISH: columns.show_yes_no(rule.auto_publish),
        columns.ACTIVE: columns.show_yes_no(rule.active),
    }


def _fields(old: Cells, new: Cells) -> tuple[tuple[str, str, str], ...]:
    """Heading, old and new text of what a line changes."""
    return tuple(
        (heading, old.get(heading, ""), text)
        for heading, text in new.items()
        if heading not in (columns.ID, columns.SUPPLIER) and text != old.get(heading, "")
    )


def _id(row: Row) -> UUID | None:
    try:
        return UUID(row.cells.get(columns.ID, ""))
    except ValueError:
        return None


def _by_words(name: ListName) -> dict[str, list[UUID]]:
    """The list's entries by what people may write: `449 Motor expenses`, or the name or the code alone.

    What was combined into another is found under its old words too. A live entry goes before an archived one.
    """
    rows: Iterable[ListItem] = ListItem.objects.filter(list=name).order_by("created_at", "id")
    kept = {item.id: item for item in rows}
    labels: dict[str, set[UUID]] = defaultdict(set)
    others: dict[str, set[UUID]] = defaultdict(set)
    for item in kept.values():
        end = item
        while end.merged_into_id is not None:
            end = kept[end.merged_into_id]
        labels[fold_name(item_label(item.name, item.code))].add(end.id)
        others[fold_name(item.name)].add(end.id)
        if item.code and name not in CONTACT_LISTS:
            others[fold_name(item.code)].add(end.id)
    words = {word: labels.get(word) or ids for word, ids in (others | labels).items()}
    return {word: _live(ids, kept) for word, ids in words.items()}


def _live(ids: Iterable[UUID], items: Mapping[UUID, ListItem]) -> list[UUID]:
    found = sorted(ids)
    live = [id_ for id_ in found if items[id_].archived_at is None]
    return live or found
