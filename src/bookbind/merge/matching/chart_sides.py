"""Two charts as they are compared: what their accounts stand for, their words, types, codes and use."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from bookbind.merge.matching.account_names import concept_scores, is_written_down
from bookbind.merge.matching.account_types import TWO_FACED, classes_of, needs_two_faces, type_fit
from bookbind.merge.matching.account_words import bare_name
from bookbind.merge.matching.catalogue import load_catalogue
from bookbind.merge.matching.chart_words import Shared, read_shared
from bookbind.merge.matching.items import Item

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CONCEPTS_KEPT = 4
_LEAST_CONCEPT = 0.45
# Equal codes count only between lists whose entries of equal code are mostly alike: one family of charts.
_CODES_AGREE, _FEW_CODES, _ALIKE = 0.6, 5, 80


@dataclass(frozen=True, slots=True)
class Side:
    """One chart: its accounts, how well each fits each concept, and the few concepts that it fits best.

    `names` are without what the ledger wrote around them.
    """

    items: Sequence[Item]
    names: list[str]
    concepts: Floats
    kept: Integers
    top: Integers
    two_faced: Flags
    is_asset: Flags
    is_written_down: Flags

    def types(self) -> list[str]:
        """The types of all accounts."""
        return [item.type for item in self.items]


@dataclass(frozen=True, slots=True)
class Table:
    """What a function says of the types of each old and each new account: (old, new)."""

    cells: NDArray[Any]
    old: Integers
    new: Integers

    def rows(self, part: slice) -> NDArray[Any]:
        """The rows of some old accounts."""
        found: NDArray[Any] = self.cells[self.old[part]][:, self.new]
        return found


@dataclass(frozen=True, slots=True)
class Charts:
    """Both charts, and what is known of single pairs: equal codes, and how alike their use is."""

    old: Side
    new: Side
    shared: Shared
    fits: Table
    needs_faces: Table
    coded: dict[tuple[int, int], float]
    used: dict[tuple[int, int], float]


def read_charts(
    old: Sequence[Item], new: Sequence[Item], without: tuple[Integers | None, Integers | None]
) -> Charts:
    """Both charts; `without` keeps a phrase out of each account's reading, see `concept_scores`."""
    sides = _read_side(old, without[0]), _read_side(new, without[1])
    types = sides[0].types(), sides[1].types()
    return Charts(
        *sides,
        read_shared(sides[0].names, sides[1].names),
        _table(*types, type_fit, np.float32),
        _table(*types, needs_two_faces, bool),
        _same_codes(*sides),
        _same_use(old, new),
    )


def _read_side(items: Sequence[Item], without: Integers | None) -> Side:
    names, types = [bare_name(item.name, item.code) for item in items], [item.type for item in items]
    scores = concept_scores(names, types, without)
    scores = np.where(scores >= _LEAST_CONCEPT, scores, 0)
    kept = np.argsort(-scores, axis=1, kind="stable")[:, :_CONCEPTS_KEPT]
    concepts = np.zeros_like(scores)
    np.put_along_axis(concepts, kept, np.take_along_axis(scores, kept, axis=1), axis=1)
    top = np.where(concepts.max(axis=1) > 0, kept[:, 0], -1)
    return Side(
        items,
        names,
        concepts,
        kept,
        top,
        _stand_on_both_sides()[top] & (top >= 0),
        np.array(["asset" in classes_of(text) for text in types]),
        np.array([is_written_down(name) for name in names]),
    )


def _table(old: Sequence[str], new: Sequence[str], function: Callable[[str, str], Any], kind: type) -> Table:
    kinds_old, place_old = np.unique(np.array(old, dtype=object).astype(str), return_inverse=True)
    kinds_new, place_new = np.unique(np.array(new, dtype=object).astype(str), return_inverse=True)
    cells: NDArray[Any] = np.array(
        [[function(a, b) for b in kinds_new.tolist()] for a in kinds_old.tolist()], kind
    )
    return Table(cells, place_old, place_new)


def _same_codes(old: Side, new: Side) -> dict[tuple[int, int], float]:
    """Pairs of equal codes, where these mostly belong to names that are alike: one family of charts."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(new.items):
        if item.code:
            places.setdefault(item.code, []).append(place)
    pairs = [(row, place) for row, item in enumerate(old.items) for place in places.get(item.code, [])]
    alike = [fuzz.token_sort_ratio(old.names[row], new.names[place]) > _ALIKE for row, place in pairs]
    counts = len(pairs) >= _FEW_CODES and sum(alike) / len(pairs) >= _CODES_AGREE
    return dict.fromkeys(pairs, 1.0) if counts else {}


def _same_use(old: Sequence[Item], new: Sequence[Item]) -> dict[tuple[int, int], float]:
    """What share of all that either was used with both were used with, of pairs with anything in common."""
    users: dict[str, list[int]] = {}
    for place, item in enumerate(new):
        for other in item.used_with:
            users.setdefault(other, []).append(place)
    common = Counter(
        (row, place)
        for row, item in enumerate(old)
        for other in item.used_with
        for place in users.get(other, [])
    )
    return {
        (row, place): count / (len(old[row].used_with) + len(new[place].used_with) - count)
        for (row, place), count in common.items()
    }


def two_faced(old: Item, new: Item) -> bool:
    """Whether either account may stand on both sides, as VAT does."""
    return any(bool(_read_side([item], None).two_faced[0]) for item in (old, new))


def _stand_on_both_sides() -> Flags:
    """Which concepts do."""
    concepts = load_catalogue().concepts
    return np.array([any(pair <= concept.classes for pair in TWO_FACED) for concept in concepts])
