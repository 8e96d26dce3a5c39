"""Taking rules from one Bookbind, or one business, to another: entries go by their names, never by ids."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import transaction

from bookbind.kit.text import fold_name
from bookbind.lists.labels import SINGULAR_LABELS, item_label
from bookbind.lists.models import ListItem
from bookbind.lists.queries import items_by_id, list_items
from bookbind.lists.services import get_or_create_supplier
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.rules.errors import FileUnreadable, RuleError
from bookbind.rules.evaluate import DueMode
from bookbind.rules.models import SupplierRule
from bookbind.rules.queries import list_rules
from bookbind.rules.services import RuleInput, add_supplier_rule, save_supplier_rule, set_active
from bookbind.rules.targets import SUPPLIER_RULE
from bookbind.tenancy.models import User

FORMAT = "bookbind-rules"
VERSION = 1
_LISTS = SUPPLIER_RULE.targets

Row = dict[str, Any]


@dataclass(frozen=True)
class BadRow:
    """A rule of the file that can't be used here, and why; rows count from 1."""

    row: int
    supplier: str
    why: str


@dataclass(frozen=True)
class Report:
    """What an import did, or would do."""

    made: int
    changed: int
    unchanged: int
    bad: tuple[BadRow, ...]


def export_rules() -> Row:
    """Every rule of the business as plain values that can be written as JSON."""
    return {"format": FORMAT, "version": VERSION, "rules": [_row(rule) for rule in list_rules()]}


def import_rules(content: Any, business_id: UUID, user: User, *, preview: bool = False) -> Report:
    """Save the rules of an export; the same file again changes nothing. A preview leaves everything as it is.

    The first rule of a supplier in the file becomes its first rule here, the second its second, and so on.
    Suppliers that are missing are made; a rule that names any other missing entry is reported and left out.
    """
    rows = _rows(content)
    with transaction.atomic():
        report = _Import(business_id, user).run(rows)
        if preview:
            transaction.set_rollback(True)
    return report


class _Import:
    def __init__(self, business_id: UUID, user: User) -> None:
        self.business_id = business_id
        self.user = user
        self.entries = {name: _by_words(name) for name in _LISTS.values()}
        self.seen: dict[UUID, int] = defaultdict(int)
        self.counts = {"made": 0, "changed": 0, "unchanged": 0}
        self.bad: list[BadRow] = []

    def run(self, rows: Sequence[Any]) -> Report:
        for number, row in enumerate(rows, start=1):
            name = str(row.get("supplier", "")) if isinstance(row, dict) else ""
            try:
                with transaction.atomic():
                    self.counts[self._save(row)] += 1
            except RuleError as error:
                self.bad.append(BadRow(number, name, str(error)))
        return Report(**self.counts, bad=tuple(self.bad))

    def _save(self, row: Row) -> str:
        values = self._values(row)
        supplier = get_or_create_supplier(self.business_id, str(row["supplier"]), self.user)
        position = self.seen[supplier.id]
        self.seen[supplier.id] += 1
        present = list(SupplierRule.objects.filter(supplier=supplier).order_by("position", "id"))
        if position >= len(present):
            rule = add_supplier_rule(supplier, values, self.user)
            self._switch(rule, row)
            return "made"
        before = present[position]
        rule = save_supplier_rule(supplier, values, self.user, rule=before)
        self._switch(rule, row)
        return "unchanged" if rule.version == before.version and rule.active == before.active else "changed"

    def _switch(self, rule: SupplierRule, row: Row) -> None:
        set_active(rule, bool(row.get("active", True)), self.user)

    def _values(self, row: Any) -> RuleInput:
        if not isinstance(row, dict) or not fold_name(str(row.get("supplier") or "")):
            raise FileUnreadable("This rule names no supplier.")
        ids = {f"{field}_id": self._entry(name, row.get(field)) for field, name in _LISTS.items()}
        try:
            return RuleInput(
                **ids,
                due_mode=DueMode(row.get("due_mode", "")),
                due_days=_whole(row.get("due_days")),
                publish_to=_one_of(DocumentKind, row.get("publish_to")),
                publish_as=_one_of(PublishAs, row.get("publish_as")),
                auto_publish=_yes_or_no(row.get("auto_publish")),
            )
        except ValueError as error:
            raise FileUnreadable(f"This rule can't be read: {error}.") from error

    def _entry(self, name: ListName, words: Any) -> UUID | None:
        if not words:
            return None
        if not isinstance(words, dict):
            raise FileUnreadable("This rule can't be read: an entry has a name and a code.")
        key = (fold_name(str(words.get("name", ""))), str(words.get("code", "")))
        found = self.entries[name].get(key)
        if found is None:
            label = item_label(str(words.get("name", "")), str(words.get("code", "")))
            raise FileUnreadable(f"There is no {SINGULAR_LABELS[name]} {label} here.")
        return found


def _row(rule: SupplierRule) -> Row:
    targets = items_by_id([getattr(rule, f"{field}_id") for field in _LISTS])
    row: Row = {"supplier": rule.supplier.name, "active": rule.active}
    for field in _LISTS:
        item = targets.get(getattr(rule, f"{field}_id"))
        row[field] = None if item is None else {"name": item.name, "code": item.code}
    plain = ("due_mode", "due_days", "publish_to", "publish_as", "auto_publish")
    return row | {field: getattr(rule, field) for field in plain}


def _rows(content: Any) -> Sequence[Any]:
    if not isinstance(content, dict) or content.get("format") != FORMAT or content.get("version") != VERSION:
        raise FileUnreadable
    rows = content.get("rules")
    if not isinstance(rows, list):
        raise FileUnreadable
    return rows


def _by_words(name: ListName) -> Mapping[tuple[str, str], UUID]:
    """The list's entries by name and code; of two alike the older one."""
    items: list[ListItem] = list(list_items(name).order_by("-created_at", "-id"))
    return {(item.folded_name, item.code): item.id for item in items}


def _whole(value: Any) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise ValueError(f"{value!r} is not a number of days")


def _one_of(kind: type[DocumentKind] | type[PublishAs], value: Any) -> str:
    return kind(value).value if value else ""


def _yes_or_no(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is neither yes nor no")
