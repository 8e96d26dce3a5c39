"""The mapping as CSV: out for a spreadsheet, and back into the draft, with every error in its place."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.kit.sheets import CellError, SheetUnreadable, read_sheet, write_sheet
from bookbind.kit.text import fold_name
from bookbind.lists.labels import LIST_LABELS, SINGULAR_LABELS, TRACKING_LISTS, item_label, label_within
from bookbind.lists.models import RemoteItem
from bookbind.merge.choices import CREATE, LEAVE, MATCH, Choice
from bookbind.merge.creating import target_list
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.entries import Entry, refuse, refuse_use, side_of
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.reading import ListData, list_names, read_lists, sales_coded_by, uses_apart
from bookbind.merge.standings import Bound, entry_of
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User

COLUMNS = ("list", "old_code", "old_name", "old_id", "use", "new_code", "new_name", "new_id", "action")
# Says what the matcher proposes; only what a person made of it counts when the file comes back.
SUGGESTED = "suggested"
_ACTIONS = (MATCH, CREATE, LEAVE, SUGGESTED)
_TARGET = ("new_code", "new_name", "new_id")
_CALLED = {"new_code": "with the code", "new_name": "called", "new_id": "with the id"}
_REQUIRED = ("list", "use", "action")
_USES = (ANY, COSTS, SALES)
_FIELDS = ("id", "list", "name", "code", "details", "state")
Cells = dict[str, str]


@dataclass(frozen=True)
class Report:
    """What an import did, or would do: `changes` were chosen in the draft, problems were left out.

    `entries` has, by id, the entries of ours and of the books that the changes name.
    """

    changes: tuple[NewChoice, ...]
    unchanged: int
    problems: tuple[CellError, ...]
    entries: Mapping[UUID, Entry]


def export_mapping(connection: Connection) -> Iterator[str]:
    """One line after another: what is chosen, else what is matched, else what is suggested."""
    return write_sheet(COLUMNS, _rows(connection))


def import_mapping(
    connection: Connection, content: bytes, user: User, expected_version: int, *, is_preview: bool = False
) -> Report:
    """Choose in the draft what a file says; the same file again changes nothing. A preview writes nothing.

    Rows that can't be used are reported with line and column and left out. SheetUnreadable says what is wrong
    with a file that is no such table.
    """
    report = _Import(connection).run(content)
    if report.changes and not is_preview:
        save_choices(connection, list(report.changes), user, expected_version)
    return report


class _Remote:
    """The entries of the books, to be found by the vendor's id, by code, or by name."""

    def __init__(self, connection: Connection) -> None:
        rows = RemoteItem.objects.filter(connection=connection).exclude(state=RemoteItem.State.GONE)
        self.entries: dict[UUID, Entry] = {}
        self.ids: dict[UUID, str] = {}
        self._found: dict[tuple[ListName, str, str], list[Entry]] = defaultdict(list)
        for *values, remote_id in rows.order_by("id").values_list(*_FIELDS, "remote_id"):
            entry = entry_of(values)
            self.entries[entry.id], self.ids[entry.id] = entry, remote_id
            self._found[entry.list, "id", remote_id].append(entry)
            self._found[entry.list, "code", entry.code.casefold()].append(entry)
            self._found[entry.list, "name", fold_name(entry.name)].append(entry)

    def find(self, name: ListName, cells: Cells) -> Entry | CellError:
        """The one entry that the cells name: by id, else by code and name as far as they say."""
        if cells["new_id"]:
            return self._one(name, {"new_id": self._found[name, "id", cells["new_id"]]}, cells)
        wanted = {
            "new_code": self._found[name, "code", cells["new_code"].casefold()]
            if cells["new_code"]
            else None,
            "new_name": self._found[name, "name", fold_name(cells["new_name"])]
            if cells["new_name"]
            else None,
        }
        return self._one(name, {column: each for column, each in wanted.items() if each is not None}, cells)

    @staticmethod
    def _one(name: ListName, found: dict[str, list[Entry]], cells: Cells) -> Entry | CellError:
        if not found:
            return CellError(
                0, "new_name", f"Nothing is named: say which of the books' {_within(name)} it is."
            )
        for column, entries in found.items():
            if not entries:
                called = f"{_CALLED[column]} {cells[column]}"
                return CellError(0, column, f"There is no {_entry(name)} {called} in the books.")
        last = list(found)[-1]
        both = set.intersection(*({entry.id for entry in entries} for entries in found.values()))
        if len(both) != 1:
            several = f"Several of the books' {_within(name)} are called {cells[last]}; say which by new_id."
            two = f"{cells['new_code']} and {cells['new_name']} are two of the books' {_within(name)}."
            return CellError(0, last, several if both else two)
        return next(entry for entry in found[last] if entry.id in both)

    def cells(self, target: UUID | None) -> dict[str, str]:
        """What the cells of an entry of the books say; empty where there is none."""
        there = self.entries.get(target) if target else None
        theirs = (there.code, there.name, self.ids[there.id]) if there else ("", "", "")
        return dict(zip(_TARGET, theirs, strict=True))


class _Import:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.data = read_lists(connection, list_names(connection))
        self.remote = _Remote(connection)
        self.ours: dict[tuple[ListName, str, str], list[Entry]] = defaultdict(list)
        for name, each in self.data.items():
            for entry in each.standings.entries.values():
                self.ours[name, entry.code.casefold(), fold_name(entry.name)].append(entry)
        self.changes: dict[tuple[UUID, str], NewChoice] = {}
        self.entries: dict[UUID, Entry] = {}
        self.columns: tuple[str, ...] = ()
        self.said: dict[tuple[UUID, str], int] = {}
        self.unchanged = 0
        self.problems: list[CellError] = []

    def run(self, content: bytes) -> Report:
        sheet = read_sheet(content, COLUMNS, _REQUIRED)
        if not {"old_id", "old_name"} & set(sheet.headings):
            raise SheetUnreadable(
                "A column old_id or old_name has to say which of your entries each line is about."
            )
        self.columns = tuple(column for column in _TARGET if column in sheet.headings)
        self.problems += sheet.errors
        for row in sheet.rows:
            problem = self._read(row.line, {column: row.cells.get(column, "") for column in COLUMNS})
            if problem is not None:
                self.problems.append(CellError(row.line, problem.column, problem.what))
        return Report(tuple(self.changes.values()), self.unchanged, tuple(self.problems), self.entries)

    def _read(self, line: int, cells: Cells) -> CellError | None:
        """Take one row in; what is wrong with it, if anything is."""
        if cells["list"] not in {name.value for name in self.data}:
            known = ", ".join(name.value for name in self.data)
            what = f"There is no list called {cells['list']}." if cells["list"] else "No list is named."
            return CellError(line, "list", f"{what} Write one of {known}.")
        name = ListName(cells["list"])
        use, action = cells["use"].casefold() or ANY, cells["action"].casefold()
        if use not in _USES:
            return CellError(line, "use", f"Write one of {', '.join(_USES)}, not {cells['use']}.")
        if action not in {*_ACTIONS, ""}:
            return CellError(line, "action", f"Write one of {', '.join(_ACTIONS)}, not {cells['action']}.")
        entry = self._find_ours(name, cells)
        if isinstance(entry, CellError):
            return entry
        if action == SUGGESTED:
            action, cells = self._edited(entry, use, cells)
        if not action:
            self.unchanged += 1
            return None
        return self._one_each(line, entry, use) or self._choose(entry, use, action, cells)

    def _find_ours(self, name: ListName, cells: Cells) -> Entry | CellError:
        entries = self.data[name].standings.entries
        if cells["old_id"]:
            found = next(
                (each for id_, each in entries.items() if str(id_) == cells["old_id"].casefold()), None
            )
            missing = f"{cells['old_id']} is the id of none of your {_within(name)}."
            return found or CellError(0, "old_id", missing)
        alike = self.ours[name, cells["old_code"].casefold(), fold_name(cells["old_name"])]
        if len(alike) == 1:
            return alike[0]
        return CellError(0, "old_name", _not_one(name, cells, is_several=bool(alike)))

    def _edited(self, entry: Entry, use: str, cells: Cells) -> tuple[str, Cells]:
        """What a person made of a suggestion: a match by the cells that were changed, or none if cleared."""
        proposals = self.data[entry.list].proposals.get(entry.id, ())
        target = next((each.target for each in proposals if each.use == use), None)
        suggested = self.remote.cells(target)
        changed = {name: cells[name] for name in self.columns if not _alike(cells[name], suggested[name])}
        filled = {name: text for name, text in changed.items() if text}
        if filled:
            return MATCH, cells | dict.fromkeys(_TARGET, "") | filled
        is_cleared = "new_name" in changed or not any(cells[name] for name in self.columns)
        return (LEAVE if changed and is_cleared else ""), cells

    def _one_each(self, line: int, entry: Entry, use: str) -> CellError | None:
        """One entry can be two in the books only as one on costs and one on sales."""
        apart = uses_apart(self.connection, entry.list)
        beside = {COSTS, SALES} if use == ANY else {ANY}
        clash = [each for each in (use, *beside) if (entry.id, each) in self.said]
        clash = [each for each in clash if each == use or not {each, use} & apart]
        if clash:
            first = min(self.said[entry.id, each] for each in clash)
            return CellError(
                line,
                "use",
                f"Line {first} says already what {entry.label} is. "
                "It can be two entries only as one on costs and one on sales.",
            )
        self.said[entry.id, use] = line
        return None

    def _choose(self, entry: Entry, use: str, action: str, cells: Cells) -> CellError | None:
        target: UUID | None = None
        listed_in = target_list(entry, use, self.connection)
        wrong_side = refuse_use(entry, use)
        if wrong_side and action in (MATCH, CREATE):
            return CellError(0, "use", f"{wrong_side}. Write {side_of(entry)} or {ANY}.")
        if action == MATCH:
            found = self.remote.find(listed_in, cells)
            if isinstance(found, CellError):
                return found
            why = refuse(entry, found, use, sales_coded_by(self.connection))
            if why:
                return CellError(0, "new_name", f"{entry.label} can't be {found.label}. {why}.")
            target = found.id
        if action == CREATE and listed_in not in get_provider(self.connection.provider).creatable:
            what = f"{entry.label} can't be created there, nor can other {_within(listed_in)}."
            return CellError(0, "action", f"{what} Write {MATCH} or {LEAVE}.")
        if self._stands(entry, use, action, target):
            self.unchanged += 1
        else:
            self.changes[entry.id, use] = NewChoice(entry.id, use, action, target)
            self.entries[entry.id] = entry
            if target is not None:
                self.entries[target] = self.remote.entries[target]
        return None

    def _stands(self, entry: Entry, use: str, action: str, target: UUID | None) -> bool:
        """Whether the row says nothing new."""
        data = self.data[entry.list]
        choice = data.choices.get(entry.id, {}).get(use)
        if choice is not None and choice.by_person:
            return choice.ticked and (choice.action, choice.target) == (action, target)
        bound = data.standings.bound.get(entry.id, {}).get(use)
        return action == MATCH and bound is not None and bound.target == target


def _within(name: ListName) -> str:
    """What a list is called within a sentence."""
    return label_within(name, LIST_LABELS[name])


def _entry(name: ListName) -> str:
    """What one entry of a list is called; those of a tracking list only by the list's name."""
    return f"entry of {LIST_LABELS[name]}" if name in TRACKING_LISTS else SINGULAR_LABELS[name]


def _not_one(name: ListName, cells: Cells, *, is_several: bool) -> str:
    """Why the cells name no entry of the business."""
    said = item_label(cells["old_name"], cells["old_code"])
    if is_several:
        return f"Several of your {_within(name)} are called {said or 'so'}; say which by old_id."
    if not said:
        return f"Nothing is named: say which of your {_within(name)} it is."
    return f"There is no {_entry(name)} called {said}."


def _alike(text: str, other: str) -> bool:
    """Whether two cells say the same; a spreadsheet takes the zeros off the front of a code."""
    return fold_name(text).lstrip("0") == fold_name(other).lstrip("0")


def _rows(connection: Connection) -> Iterator[tuple[str, ...]]:
    data = read_lists(connection, list_names(connection))
    remote = _Remote(connection)
    for each in data.values():
        for entry in each.standings.entries.values():
            for use in _uses_of(each, entry):
                bound = each.standings.bound.get(entry.id, {}).get(use)
                choice = each.choices.get(entry.id, {}).get(use)
                yield _cells(entry, use, bound, choice, remote)


def _uses_of(data: ListData, entry: Entry) -> list[str]:
    uses = {*data.standings.bound.get(entry.id, {}), *data.choices.get(entry.id, {})}
    return [use for use in _USES if use in uses] or [ANY]


def _cells(
    entry: Entry, use: str, bound: Bound | None, choice: Choice | None, remote: _Remote
) -> tuple[str, ...]:
    action, target = "", None
    if choice is not None and choice.by_person:
        action, target = choice.action if choice.ticked else "", choice.target
    elif bound is not None and bound.target in remote.entries:
        action, target = MATCH, bound.target
    elif choice is not None and choice.target is not None:
        action, target = SUGGESTED, choice.target
    theirs = remote.cells(target).values()
    return (entry.list.value, entry.code, entry.name, str(entry.id), use, *theirs, action)
