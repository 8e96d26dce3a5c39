"""A mapping as it stands, line by line: what is exported, and what a file that comes back is held against."""

from collections.abc import Iterator
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.lists.labels import CONTACT_LISTS
from bookbind.merge.choices import MATCH, Choice
from bookbind.merge.drafting import NewChoice
from bookbind.merge.entries import Entry
from bookbind.merge.mapping_cells import Remote
from bookbind.merge.mapping_words import Word, word_of
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.reading import list_names, read_lists
from bookbind.merge.standings import Bound

COLUMNS = ("list", "old_code", "old_name", "old_id", "use", "new_code", "new_name", "new_id", "action")
USES = (ANY, COSTS, SALES)


class Lines:
    """The lists and the draft of a connection, read once, and what a line says of each use of an entry."""

    def __init__(self, connection: Connection) -> None:
        self.data = read_lists(connection, list_names(connection))
        self.remote = Remote(connection)

    def rows(self) -> Iterator[tuple[str, ...]]:
        """Every line, in the order of the lists; the cells in that of COLUMNS."""
        for each in self.data.values():
            for entry in each.standings.entries.values():
                for use in self._uses(entry):
                    yield self._cells(entry, use)

    def choice(self, entry: Entry, use: str) -> Choice | None:
        """What a person chose, or what is proposed, on one use."""
        return self.data[entry.list].choices.get(entry.id, {}).get(use)

    def used(self, entry: Entry, use: str) -> UUID | None:
        """What stands for the entry and can be used."""
        bound = self._bound(entry, use)
        return bound.target if bound is not None and bound.is_alive else None

    def proposed(self, entry: Entry, use: str) -> UUID | None:
        """What the matcher proposed, whatever somebody chose since."""
        proposals = self.data[entry.list].proposals.get(entry.id, ())
        return next((each.target for each in proposals if each.use == use), None)

    def named(self, entry: Entry, use: str) -> UUID | None:
        """The entry of the books that the line names: what somebody chose, else what is used or proposed."""
        choice, used = self.choice(entry, use), self.used(entry, use)
        if choice is not None and (choice.by_person or used is None):
            return choice.target
        return used

    def stands(self, entry: Entry, word: Word, wanted: NewChoice) -> bool:
        """Whether the draft or the matches say so already; a line about it says nothing new."""
        choice = self.choice(entry, wanted.use)
        is_same = choice is not None and (choice.action, choice.target, choice.ticked) == (
            wanted.action,
            wanted.target,
            wanted.ticked,
        )
        if choice is not None and choice.by_person:
            return is_same
        bound = self._bound(entry, wanted.use)
        is_bound = bound is not None and bound.target == wanted.target
        return (is_same and word is Word.TICKED) or (wanted.action == MATCH and wanted.ticked and is_bound)

    def _bound(self, entry: Entry, use: str) -> Bound | None:
        return self.data[entry.list].standings.bound.get(entry.id, {}).get(use)

    def _uses(self, entry: Entry) -> list[str]:
        data = self.data[entry.list]
        uses = {*data.standings.bound.get(entry.id, {}), *data.choices.get(entry.id, {})}
        return [use for use in USES if use in uses] or [ANY]

    def _cells(self, entry: Entry, use: str) -> tuple[str, ...]:
        is_lost = self.data[entry.list].standings.is_lost(entry.id)
        is_optional = entry.list in CONTACT_LISTS and not is_lost
        is_used = self.used(entry, use) is not None
        word = word_of(self.choice(entry, use), is_used=is_used, is_optional=is_optional)
        theirs = self.remote.cells(self.named(entry, use)).values()
        return (entry.list.value, entry.code, entry.name, str(entry.id), use, *theirs, word)
