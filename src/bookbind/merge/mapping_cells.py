"""The cells of a mapping that name an entry: ours in a sentence, and the books' found by id, code or name."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.kit.sheets import CellError, fits_shortened, is_shortened
from bookbind.kit.text import fold_name
from bookbind.lists.labels import LIST_LABELS, SINGULAR_LABELS, TRACKING_LISTS, item_label, label_within
from bookbind.lists.models import RemoteItem
from bookbind.merge.entries import Entry
from bookbind.merge.standings import THEIR_FIELDS, entry_of
from bookbind.providers.base.types import ListName

TARGET = ("new_code", "new_name", "new_id")
_CALLED = {"new_code": "with the code", "new_name": "called", "new_id": "with the id"}
_INSTEAD = {
    "new_code": "Write the code as it stands there.",
    "new_name": "Write the name as it stands there.",
    "new_id": "Clear it, and new_code and new_name say which one it is.",
}
Cells = dict[str, str]


class Remote:
    """The entries of the books, to be found by the vendor's id, by code, or by name."""

    def __init__(self, connection: Connection) -> None:
        rows = RemoteItem.objects.filter(connection=connection).exclude(state=RemoteItem.State.GONE)
        self.entries: dict[UUID, Entry] = {}
        self.ids: dict[UUID, str] = {}
        self._found: dict[tuple[ListName, str, str], list[Entry]] = defaultdict(list)
        for *values, remote_id in rows.order_by("id").values_list(*THEIR_FIELDS, "remote_id"):
            entry = entry_of(values)
            self.entries[entry.id], self.ids[entry.id] = entry, remote_id
            self._found[entry.list, "id", remote_id].append(entry)
            self._found[entry.list, "code", entry.code.casefold()].append(entry)
            self._found[entry.list, "name", fold_name(entry.name)].append(entry)

    def find(self, name: ListName, cells: Cells) -> Entry | CellError:
        """The one entry that the cells name: by id, else by code and name as far as they say.

        An id beside the name or the code of another entry is refused: one of the two is out of date. A number
        that a spreadsheet shortened says nothing by itself, but it has to fit what the others name.
        """
        lost = self.lost(name, cells)
        found = self._find(name, cells | dict.fromkeys(lost, ""))
        if isinstance(found, CellError):
            return CellError(0, found.column, f"{found.what} {_shortened_words(lost, cells)}".strip())
        theirs = self.cells(found.id)
        wrong = [column for column in lost if not alike(cells[column], theirs[column])]
        if wrong:
            what = f"{cells[wrong[0]]} is the {wrong[0]} of another entry than {found.label}."
            return CellError(0, wrong[0], f"{what} {_shortened_words(lost, cells)}")
        return found

    def lost(self, name: ListName, cells: Cells) -> list[str]:
        """The columns in which a spreadsheet shortened a number so that no entry is called so any more."""
        said = {"new_id": ("id", cells["new_id"]), "new_code": ("code", cells["new_code"].casefold())}
        return [
            column
            for column, (kind, text) in said.items()
            if is_shortened(text) and (name, kind, text) not in self._found
        ]

    def _find(self, name: ListName, cells: Cells) -> Entry | CellError:
        if cells["new_id"]:
            found = self._one(name, {"new_id": self._found[name, "id", cells["new_id"]]}, cells)
            return found if isinstance(found, CellError) else _contradiction(found, cells) or found
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
                0, "new_name", f"Nothing is named: say which of the books' {within(name)} it is."
            )
        for column, entries in found.items():
            if not entries:
                called = f"{_CALLED[column]} {cells[column]}"
                what = f"There is no {entry_words(name)} {called} in the books. {_INSTEAD[column]}"
                return CellError(0, column, what)
        last = list(found)[-1]
        both = set.intersection(*({entry.id for entry in entries} for entries in found.values()))
        if len(both) != 1:
            several = f"Several of the books' {within(name)} are called {cells[last]}; say which by new_id."
            two = f"{cells['new_code']} and {cells['new_name']} are two of the books' {within(name)}."
            return CellError(0, last, several if both else two)
        return next(entry for entry in found[last] if entry.id in both)

    def cells(self, target: UUID | None) -> dict[str, str]:
        """What the cells of an entry of the books say; empty where there is none."""
        there = self.entries.get(target) if target else None
        theirs = (there.code, there.name, self.ids[there.id]) if there else ("", "", "")
        return dict(zip(TARGET, theirs, strict=True))


def alike(text: str, other: str) -> bool:
    """Whether two cells say the same; a spreadsheet takes zeros off the front, and shortens long numbers."""
    return fold_name(text).lstrip("0") == fold_name(other).lstrip("0") or fits_shortened(text, other)


def _contradiction(found: Entry, cells: Cells) -> CellError | None:
    """What is wrong when the name or the code is not that of the entry whose id stands beside it."""
    for column, said in (("new_name", found.name), ("new_code", found.code)):
        if not cells[column] or alike(cells[column], said):
            continue
        beside = "new_code" if column == "new_name" and cells["new_code"] else ""
        if beside and not alike(cells[beside], found.code):
            beside = ""
        clear = " and ".join(filter(None, ("new_id", beside)))
        other = f"write {said} under {column}" if said else f"clear {column}"
        what = (
            f"new_id is that of {found.label}, but {column} says “{cells[column]}”. "
            f"Clear {clear} to take “{cells[column]}”, or {other}."
        )
        return CellError(0, column, what)
    return None


def _shortened_words(lost: Sequence[str], cells: Cells) -> str:
    if not lost:
        return ""
    return (
        f"A spreadsheet shortened {lost[0]} to {cells[lost[0]]}: "
        "download the mapping again, and open it with that column as text."
    )


def within(name: ListName) -> str:
    """What a list is called within a sentence."""
    return label_within(name, LIST_LABELS[name])


def entry_words(name: ListName) -> str:
    """What one entry of a list is called; those of a tracking list only by the list's name."""
    return f"entry of {LIST_LABELS[name]}" if name in TRACKING_LISTS else SINGULAR_LABELS[name]


def not_one(name: ListName, cells: Cells, *, is_several: bool) -> str:
    """Why the cells name no entry of the business."""
    said = item_label(cells["old_name"], cells["old_code"])
    if is_several:
        return f"Several of your {within(name)} are called {said or 'so'}; say which by old_id."
    if not said:
        return f"Nothing is named: say which of your {within(name)} it is."
    return f"There is no {entry_words(name)} called {said}. Write it as your list has it."
