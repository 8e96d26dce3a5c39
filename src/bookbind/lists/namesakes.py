"""Pure: what happens to entries of the books that nothing of ours stands for yet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from bookbind.kit.text import plain_tax_number

_TELLING_FACTS = ("tax_number", "rate", "tax_kind", "side")
_BOTH_SIDES = "both"


class Standing(StrEnum):
    """How one of our entries stands at the connection."""

    FREE = "free"
    BOUND = "bound"
    LOST = "lost"


@dataclass(frozen=True)
class Ours:
    """One of our entries: free (without a match there), bound, or lost (its match can't be used any more)."""

    id: UUID
    folded_name: str
    tax_number: str
    standing: Standing


@dataclass(frozen=True)
class Theirs:
    """One usable entry of the books that nothing of ours stands for."""

    id: UUID
    folded_name: str
    tax_number: str


Entry = TypeVar("Entry", Ours, Theirs)


@dataclass(frozen=True)
class Decisions:
    """What to bind by itself (ours, theirs), what to propose to a person, and what to adopt."""

    bind: tuple[tuple[UUID, UUID], ...]
    propose: tuple[tuple[UUID, UUID], ...]
    adopt: tuple[UUID, ...]


def decide(theirs: Sequence[Theirs], ours: Iterable[Ours], *, are_contacts: bool) -> Decisions:
    """A namesake that lost its match is proposed, never bound by itself; a free contact's only one is bound.

    Where two could be meant nobody guesses: both are adopted and shown as possible duplicates.
    """
    ours_by_name = _by_name(item for item in ours if item.standing is not Standing.BOUND)
    theirs_by_name = _by_name(theirs)
    bind: list[tuple[UUID, UUID]] = []
    propose: list[tuple[UUID, UUID]] = []
    adopt: list[UUID] = []
    for entry in theirs:
        namesakes = [item for item in ours_by_name.get(entry.folded_name, ()) if _may_be_one(item, entry)]
        lost = [item for item in namesakes if item.standing is Standing.LOST]
        if lost or (namesakes and not are_contacts):
            propose.append(((lost or namesakes)[0].id, entry.id))
        elif len(namesakes) == 1 and len(theirs_by_name[entry.folded_name]) == 1:
            bind.append((namesakes[0].id, entry.id))
        else:
            adopt.append(entry.id)
    return Decisions(tuple(bind), tuple(propose), tuple(adopt))


@dataclass(frozen=True)
class Named:
    """How an entry, of ours or of the books, tells what it is: name, code and facts."""

    folded_name: str
    code: str
    details: Mapping[str, object]

    def is_called_as(self, other: "Named") -> bool:
        """Whether a person would take the two for one; a side that has no code doesn't contradict one."""
        codes = {self.code.casefold(), other.code.casefold()} - {""}
        return bool(self.folded_name) and self.folded_name == other.folded_name and len(codes) < 2

    def may_be(self, other: "Named") -> bool:
        """Whether nothing that is known tells the two apart: another tax number, rate, kind or side."""
        return not any(
            _fact(self, key) and _fact(other, key) and _fact(self, key) != _fact(other, key)
            for key in _TELLING_FACTS
        )


def _fact(named: Named, key: str) -> str:
    said = str(named.details.get(key) or "")
    if key == "tax_number":
        return plain_tax_number(said)
    if key == "side" and said == _BOTH_SIDES:
        return ""
    return said.rstrip("0").rstrip(".") if "." in said else said


def _may_be_one(ours: Ours, theirs: Theirs) -> bool:
    return not ours.tax_number or not theirs.tax_number or ours.tax_number == theirs.tax_number


def _by_name(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if entry.folded_name:
            found[entry.folded_name].append(entry)
    return found
