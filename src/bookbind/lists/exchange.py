"""Pure: what a table of entries would change in a list, and what is wrong with it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from bookbind.kit.sheets import LONGEST_SHOWN, CellError, Row, Sheet, read_sheet
from bookbind.kit.text import clean_text, fold_name, listed
from bookbind.lists.columns import (
    ARCHIVED,
    CODE,
    ID,
    NAME,
    YES,
    CellWrong,
    Column,
    facts_of,
    headings_of,
    read_archived,
    read_code,
    read_name,
)
from bookbind.lists.labels import CODED_LISTS, SINGULAR_LABELS, item_label
from bookbind.providers.base.types import ListName

_NAMED = 3


@dataclass(frozen=True)
class Entry:
    """An entry of the business's own, as it stands or as it would stand; `id` is None for a new one."""

    id: UUID | None
    name: str
    code: str = ""
    details: dict[str, Any] = field(default_factory=dict)
    archived: bool = False
    merged: bool = False

    @property
    def label(self) -> str:
        """What people call it."""
        return item_label(self.name, self.code)


@dataclass(frozen=True)
class Change:
    """One line of the table that changes something; `before` is None for a new entry."""

    line: int
    before: Entry | None
    after: Entry

    def fields(self, name: ListName) -> list[tuple[str, str, str]]:
        """Heading, old and new text of everything that the line changes."""
        old = dict.fromkeys(headings_of(name), "") if self.before is None else entry_cells(self.before, name)
        new = entry_cells(self.after, name)
        return [
            (heading, old[heading], new[heading])
            for heading in new
            if heading != ID and old[heading] != new[heading]
        ]


@dataclass(frozen=True)
class Plan:
    """Everything that a table would do. Nothing may be applied while there are errors."""

    new: tuple[Change, ...] = ()
    changed: tuple[Change, ...] = ()
    unchanged: int = 0
    errors: tuple[CellError, ...] = ()
    ignored: tuple[str, ...] = ()


def read_entries(content: bytes, name: ListName) -> Sheet:
    """The table of a file for this list; SheetUnreadable when it is none."""
    return read_sheet(content, headings_of(name), {NAME})


def entry_cells(entry: Entry, name: ListName) -> dict[str, str]:
    """The entry as a line of the list's file, by heading."""
    shown = {column.heading: column.show(entry.details) for column in facts_of(name)}
    identity = {ID: str(entry.id or ""), CODE: entry.code, NAME: entry.name}
    return identity | shown | {ARCHIVED: YES if entry.archived else ""}


def plan_import(known: Iterable[Entry], sheet: Sheet, name: ListName, *, by_hand: bool = False) -> Plan:
    """Compare a table with the list as it stands. An entry that the table leaves out stays as it is.

    `by_hand` when its one line is typed into a form, which has no ID to give.
    """
    planner = _Planner(known, name, by_hand=by_hand)
    for row in sheet.rows:
        planner.take(row)
    return planner.finish(sheet)


class _Planner:
    """Takes line after line; a line that can't be used becomes an error and changes nothing."""

    def __init__(self, known: Iterable[Entry], name: ListName, *, by_hand: bool) -> None:
        self.name = name
        self.by_hand = by_hand
        self.word = SINGULAR_LABELS[name]
        self.known = {entry.id: entry for entry in known}
        self.by_name: dict[str, list[Entry]] = defaultdict(list)
        self.by_code: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.known.values():
            if not entry.merged:
                self.by_name[fold_name(entry.name)].append(entry)
                self.by_code[entry.code.casefold()].append(entry)
        self.lines: dict[UUID, int] = {}
        self.changes: list[Change] = []
        self.unchanged = 0
        self.errors: list[CellError] = []

    def take(self, row: Row) -> None:
        errors = len(self.errors)
        before = self._find(row)
        if len(self.errors) > errors:
            return
        after = self._read(row, before or Entry(None, ""))
        if len(self.errors) > errors:
            return
        if before is not None and before.id is not None:
            self.lines[before.id] = row.line
        if after == before:
            self.unchanged += 1
        else:
            self.changes.append(Change(row.line, before, after))

    def finish(self, sheet: Sheet) -> Plan:
        self._find_clashes()
        return Plan(
            new=tuple(change for change in self.changes if change.before is None),
            changed=tuple(change for change in self.changes if change.before is not None),
            unchanged=self.unchanged,
            errors=tuple(sorted((*sheet.errors, *self.errors), key=lambda error: error.line)),
            ignored=sheet.ignored,
        )

    def _wrong(self, row: Row, column: str, what: str) -> None:
        self.errors.append(CellError(row.line, column, what, self._entry_of(row)))

    def _entry_of(self, row: Row) -> str:
        """What the line calls its entry; where it only has an ID, what that is called here."""
        said = clean_text(item_label(row.cells.get(NAME, ""), row.cells.get(CODE, "")), LONGEST_SHOWN)
        known = None if said else self._known_by_id(row)
        return known.label if known else said

    def _find(self, row: Row) -> Entry | None:
        """The entry that the line is about: by id, else by code, else by name; None for a new one."""
        found = self._find_by_id(row) or self._find_by_words(row)
        if found is None or found.id is None:
            return None
        if found.merged:
            self._wrong(
                row, ID, f"This {self.word} was combined with another. Remove the line, or undo that first."
            )
        elif found.id in self.lines:
            self._wrong(
                row, ID, f"Line {self.lines[found.id]} is about the same {self.word}. Remove one of the two."
            )
        return found

    def _find_by_id(self, row: Row) -> Entry | None:
        found = self._known_by_id(row)
        if found is None and row.cells.get(ID, "") and _uuid(row) is None:
            self._wrong(
                row, ID, "This is no ID of ours. Leave it as it was exported, or empty for a new entry."
            )
        return found

    def _known_by_id(self, row: Row) -> Entry | None:
        """An id of another business means nothing here; its entry is found by its words, or is new."""
        found_id = _uuid(row)
        return self.known.get(found_id) if found_id else None

    def _find_by_words(self, row: Row) -> Entry | None:
        code = row.cells.get(CODE, "").casefold()
        folded = fold_name(row.cells.get(NAME, ""))
        alike = self.by_code[code] if code and self.name in CODED_LISTS else []
        if not alike:
            alike = [each for each in self.by_name[folded] if not code or each.code.casefold() in ("", code)]
        exact = [each for each in alike if fold_name(each.name) == folded]
        alike = exact if len(exact) == 1 else alike
        if len(alike) > 1:
            self._wrong(row, NAME, self._alike_words(alike))
            return None
        return alike[0] if alike else None

    def _alike_words(self, alike: Sequence[Entry]) -> str:
        if not self.by_hand:
            return f"{len(alike)} entries are called so. Export the list and give the ID of the one you mean."
        other = "a code of its own" if self.name in CODED_LISTS else "another name"
        names = listed([each.label for each in alike[:_NAMED]])
        return f"Several are called so already: {names}. Give this one {other}."

    def _read(self, row: Row, before: Entry) -> Entry:
        """The entry as the line wants it; a column that the file lacks leaves the value as it is."""
        cells = row.cells
        after = before
        for heading, key, read in (
            (CODE, "code", read_code),
            (NAME, "name", read_name),
            (ARCHIVED, "archived", read_archived),
        ):
            # A text that came from elsewhere stays as it is, whatever is allowed to be typed.
            if heading in cells and cells[heading] != entry_cells(before, self.name)[heading]:
                try:
                    changed: dict[str, Any] = {key: read(cells[heading])}
                    after = replace(after, **changed)
                except CellWrong as error:
                    self._wrong(row, heading, str(error))
        if before.id is None and not cells.get(NAME, "").strip():
            self._wrong(row, NAME, "An entry needs a name.")
        details = dict(before.details)
        for column in facts_of(self.name):
            self._read_fact(row, column, before, details)
        return replace(after, details=details)

    def _read_fact(self, row: Row, column: Column, before: Entry, details: dict[str, Any]) -> None:
        text = row.cells.get(column.heading)
        if text is None or text == column.show(before.details):
            if before.id is None and column.required and not text:
                self._wrong(row, column.heading, f"A new {self.word} needs this. {column.advice}".strip())
            return
        try:
            value = column.read(text)
        except CellWrong as error:
            self._wrong(row, column.heading, str(error))
            return
        if not value and column.required:
            self._wrong(row, column.heading, f"A {self.word} needs this. {column.advice}".strip())
        elif value != str(details.get(column.key) or ""):
            details[column.key] = value
            if column.key == "tax_kind":
                details.pop("tax_kind_is_guessed", None)

    def _find_clashes(self) -> None:
        """Entries that would be told apart by nothing; what was so before the file is left in peace."""
        final = {entry.id: entry for entry in self.known.values() if not entry.merged and not entry.archived}
        for change in self.changes:
            final.pop(change.after.id, None)
        changed = [change for change in self.changes if not change.after.archived]
        holders: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in (*final.values(), *(change.after for change in changed)):
            for key in self._identities(entry):
                holders[key].append(entry)
        for change in changed:
            before = self._identities(change.before) if change.before else []
            keys = self._identities(change.after)
            taken = [key for key in keys if len(holders[key]) > 1 and key not in before]
            if taken:
                column = CODE if taken[0][0] == CODE else NAME
                other = next(each for each in holders[taken[0]] if each is not change.after)
                # Who has the code goes by another name; who has the name needs no telling.
                who = f" It is {other.label}." if column == CODE else ""
                what = f"Another {self.word} has this {column.lower()}.{who} Give one of them another."
                self.errors.append(CellError(change.line, column, what, change.after.label))

    def _identities(self, entry: Entry) -> Sequence[tuple[str, str]]:
        keys = [(NAME, f"{fold_name(entry.name)}\n{entry.code.casefold()}")]
        if entry.code and self.name in CODED_LISTS:
            keys.append((CODE, entry.code.casefold()))
        return keys


def _uuid(row: Row) -> UUID | None:
    try:
        return UUID(row.cells.get(ID, ""))
    except ValueError:
        return None
