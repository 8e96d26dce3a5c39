"""The mapping as CSV: out for a spreadsheet, and back into the draft, with every error in its place."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.kit.sheets import (
    LONGEST_SHOWN,
    CellError,
    SheetUnreadable,
    fits_shortened,
    read_sheet,
    write_sheet,
)
from bookbind.kit.text import clean_text, fold_name, listed
from bookbind.lists.labels import CONTACT_LISTS, item_label
from bookbind.merge.choices import CREATE, MATCH
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.entries import Entry, narrowed_words, refuse, refuse_use, side_of, use_for
from bookbind.merge.mapping_cells import TARGET, Cells, alike, not_one, within
from bookbind.merge.mapping_lines import COLUMNS, USES, Lines
from bookbind.merge.mapping_words import CHOSEN, Word, read_word
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.sold_as import sales_coded_by, target_list, uses_apart
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import User

_REQUIRED = ("list", "use", "action")


@dataclass(frozen=True)
class Report:
    """What an import did, or would do: `changes` were chosen in the draft, problems were left out.

    `notes` say where a line for any use is taken for one side, or a shortened number for an entry that the
    rest of the line names. `entries` has, by id, the entries of ours and of the books that the changes name.
    `ignored` are headings of no meaning here.
    """

    changes: tuple[NewChoice, ...]
    unchanged: int
    problems: tuple[CellError, ...]
    entries: Mapping[UUID, Entry]
    notes: tuple[CellError, ...] = ()
    ignored: tuple[str, ...] = ()


def export_mapping(connection: Connection) -> Iterator[str]:
    """One line after another: what each entry is there, and in a word how that stands."""
    yield from write_sheet(COLUMNS, Lines(connection).rows())


def import_mapping(
    connection: Connection, content: bytes, user: User, expected_version: int, *, is_preview: bool = False
) -> Report:
    """Choose in the draft what a file says; the same file again changes nothing. A preview writes nothing.

    A file that was exported makes the draft again that it was exported from. Its lines on which nobody had
    chosen anything leave alone what somebody chose since, unless they were edited.

    Rows that can't be used are reported with line and column and left out. SheetUnreadable says what is wrong
    with a file that is no such table. DraftMoved when the draft is not that of `expected_version` any more:
    what a file says depends on what stands, so only what was looked at is written.
    """
    report = _Import(connection).run(content)
    if report.changes and not is_preview:
        save_choices(connection, list(report.changes), user, expected_version, is_as_seen=True)
    return report


class _Import:
    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.lines = Lines(connection)
        self.data, self.remote = self.lines.data, self.lines.remote
        self.ours: dict[tuple[ListName, str], list[Entry]] = defaultdict(list)
        self.by_id: dict[ListName, dict[str, Entry]] = {name: {} for name in self.data}
        self.labels: dict[str, str] = {}
        for name, each in self.data.items():
            for entry in each.standings.entries.values():
                self.by_id[name][str(entry.id)] = entry
                self.labels[str(entry.id)] = entry.label
                self.ours[name, fold_name(entry.name)].append(entry)
        self.changes: dict[tuple[UUID, str], NewChoice] = {}
        self.entries: dict[UUID, Entry] = {}
        self.columns: tuple[str, ...] = ()
        self.said: dict[tuple[UUID, str], int] = {}
        self.unchanged = 0
        self.problems: list[CellError] = []
        self.notes: list[CellError] = []

    def run(self, content: bytes) -> Report:
        sheet = read_sheet(content, COLUMNS, _REQUIRED)
        if not {"old_id", "old_name"} & set(sheet.headings):
            raise SheetUnreadable(
                "A column old_id or old_name has to say which of your entries each line is about."
            )
        self.columns = tuple(column for column in TARGET if column in sheet.headings)
        # What does not fit the columns says nothing of an entry either.
        self.problems += [replace(error, entry="") for error in sheet.errors]
        for row in sheet.rows:
            cells = {column: row.cells.get(column, "") for column in COLUMNS}
            problem = self._read(row.line, cells)
            if problem is not None:
                self.problems.append(replace(problem, line=row.line, entry=self._called(cells)))
        changes, problems, notes = tuple(self.changes.values()), tuple(self.problems), tuple(self.notes)
        return Report(changes, self.unchanged, problems, self.entries, notes, sheet.ignored)

    def _called(self, cells: Cells) -> str:
        """What the line calls our entry, or what the entry is called whose id it has."""
        said = item_label(cells["old_name"], cells["old_code"]) or self.labels.get(cells["old_id"], "")
        return clean_text(said, LONGEST_SHOWN)

    def _read(self, line: int, cells: Cells) -> CellError | None:
        """Take one row in; what is wrong with it, if anything is."""
        if cells["list"] == ListName.TAX_RATES and not keeps_tax(self.connection):
            return CellError(line, "list", "These books keep no VAT, so no tax rate is matched there.")
        if cells["list"] not in {name.value for name in self.data}:
            known = ", ".join(name.value for name in self.data)
            what = f"There is no list called {cells['list']}." if cells["list"] else "No list is named."
            return CellError(line, "list", f"{what} Write one of {known}.")
        name = ListName(cells["list"])
        use, word = cells["use"].casefold() or ANY, read_word(cells["action"])
        if use not in USES:
            return CellError(line, "use", f"Write one of {', '.join(USES)}, not “{cells['use']}”.")
        entry = self._find_ours(name, cells)
        if isinstance(entry, CellError):
            return entry
        if word is None and cells["action"]:
            known = ", ".join(Word)
            return CellError(line, "action", f"Write one of {known}, not “{cells['action']}”.")
        meant = None if word is None else self._meant(entry, use, word, cells)
        if isinstance(meant, CellError):
            return meant
        if meant is None:
            self.unchanged += 1
            return None
        return self._choose(line, entry, use, *meant)

    def _find_ours(self, name: ListName, cells: Cells) -> Entry | CellError:
        if cells["old_id"]:
            found = self.by_id[name].get(cells["old_id"].casefold())
            missing = (
                f"{cells['old_id']} is the id of none of your {within(name)}. "
                "Clear it, so that old_code and old_name say which one is meant."
            )
            return found or CellError(0, "old_id", missing)
        code, alike = cells["old_code"].casefold(), self.ours[name, fold_name(cells["old_name"])]
        exact = [
            entry
            for entry in alike
            if entry.code.casefold() == code or fits_shortened(cells["old_code"], entry.code)
        ]
        # Whoever gives no code means the one of that name, whatever its code.
        alike = exact if code or exact else alike
        if len(alike) == 1:
            return alike[0]
        return CellError(0, "old_name", not_one(name, cells, is_several=bool(alike)))

    def _meant(
        self, entry: Entry, use: str, word: Word, cells: Cells
    ) -> tuple[Word, Cells] | CellError | None:
        """What a row asks for, with the cells that name it; None when it asks for nothing."""
        if word in (Word.NONE, Word.CREATED_LATER):
            return self._not_named(entry, use, word, cells)
        if word in (Word.USED, Word.TICKED, Word.SUGGESTED):
            return self._seen(entry, use, word, cells)
        stands = self.lines.named(entry, use)
        if stands in self.remote.entries and (cells["new_id"] or "new_name" in self._changed(cells, stands)):
            # Whoever writes another name need not clear the id and the code, nor whoever writes another id.
            cells = self._filled(cells, stands) or cells
        return word, cells

    def _not_named(
        self, entry: Entry, use: str, word: Word, cells: Cells
    ) -> tuple[Word, Cells] | CellError | None:
        """What a row asks for that names nothing: no more than not to take a proposal for a contact."""
        if any(cells[column] for column in TARGET):
            what = f"The line says {word}, but names an entry of the books."
            return CellError(0, "action", f"{what} Write {Word.MATCH}, or clear {listed(TARGET)}.")
        if word is Word.NONE:
            return None
        if entry.list not in CONTACT_LISTS:
            what = f"Only suppliers and customers are {word}."
            return CellError(0, "action", f"{what} Write {Word.CREATE} or {Word.LEAVE}.")
        choice = self.lines.choice(entry, use)
        is_proposed = choice is not None and not choice.by_person and choice.target is not None
        return (Word.LEAVE, cells) if is_proposed and not self.lines.used(entry, use) else None

    def _seen(self, entry: Entry, use: str, word: Word, cells: Cells) -> tuple[Word, Cells] | None:
        """What a person made of a line about a match or a proposal: another match, none, or nothing."""
        before = self.lines.used(entry, use) if word is Word.USED else self.lines.proposed(entry, use)
        filled = self._filled(cells, before)
        if filled:
            return Word.MATCH, filled
        if self._is_cleared(cells, before):
            return Word.LEAVE, cells
        if word is Word.TICKED or (word is Word.USED and before is None):
            return word, cells | self.remote.cells(before)
        return None

    def _filled(self, cells: Cells, before: UUID | None) -> Cells:
        """The cells of a row where some name another entry than `before`: those alone name it; else empty."""
        filled = {name: cells[name] for name in self._changed(cells, before) if cells[name]}
        return cells | dict.fromkeys(TARGET, "") | filled if filled else {}

    def _is_cleared(self, cells: Cells, before: UUID | None) -> bool:
        changed = self._changed(cells, before)
        return bool(changed) and ("new_name" in changed or not any(cells[name] for name in self.columns))

    def _changed(self, cells: Cells, before: UUID | None) -> list[str]:
        said = self.remote.cells(before)
        return [name for name in self.columns if not alike(cells[name], said[name])]

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

    def _choose(self, line: int, entry: Entry, asked: str, word: Word, cells: Cells) -> CellError | None:
        target, use, note = None, asked, ""
        action, ticked = CHOSEN.get(word, (MATCH, True))
        listed_in = target_list(entry, use, self.connection)
        wrong_side = refuse_use(entry, use)
        if wrong_side and action in (MATCH, CREATE):
            return CellError(0, "use", f"{wrong_side}. Write {side_of(entry)} or {ANY}.")
        if action == MATCH:
            found = self.remote.find(listed_in, cells)
            if isinstance(found, CellError):
                return found
            is_used = found.id == self.lines.used(entry, asked)
            if not is_used:
                use, note = use_for(entry, found, asked), narrowed_words(entry, found, asked)
            why = refuse(entry, found, use, sales_coded_by(self.connection))
            if why and not is_used:
                return CellError(0, "new_name", f"{entry.label} can't be {found.label}. {why}.")
            target = found.id
        if action == CREATE and listed_in not in get_provider(self.connection.provider).creatable:
            what = f"{entry.label} can't be created there, nor can other {within(listed_in)}."
            return CellError(0, "action", f"{what} Write {Word.MATCH} or {Word.LEAVE}.")
        clash = self._one_each(line, entry, use)
        if clash is not None:
            return clash
        self.notes += [CellError(line, "use", note)] if note else []
        if self._take(entry, word, NewChoice(entry.id, use, action, target, ticked)) and target is not None:
            what = f"A spreadsheet shortened it; taken for {self.remote.entries[target].label} by the rest."
            self.notes += [CellError(line, column, what) for column in self.remote.lost(listed_in, cells)]
        return None

    def _take(self, entry: Entry, word: Word, wanted: NewChoice) -> bool:
        """Keep what a row chooses, unless it stands so already; whether it was kept."""
        if self.lines.stands(entry, word, wanted):
            self.unchanged += 1
            return False
        self.changes[entry.id, wanted.use] = wanted
        self.entries[entry.id] = entry
        if wanted.target is not None:
            self.entries[wanted.target] = self.remote.entries[wanted.target]
        return True
