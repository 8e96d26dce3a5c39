"""Pairs of two lists' readings, and how their texts are compared."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process

from bookbind.merge.matching.table import Floats, Integers, Table, Words

# From so many pairs on, threads are worth starting.
_MANY, _THREADS = 10_000, 2
# What pairs show, by name: a column of numbers for each.
Features = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of rows of the old and the new table, with their cosine."""

    old: Integers
    new: Integers
    cosine: Floats

    def __getitem__(self, chosen: "slice | NDArray[np.bool_] | Integers") -> "Pairs":
        return Pairs(self.old[chosen], self.new[chosen], self.cosine[chosen])

    def __len__(self) -> int:
        return len(self.old)


@dataclass(frozen=True, slots=True)
class Lists:
    """Both tables, and the words of their vocabulary."""

    old: Table
    new: Table
    words: Words


def picked(texts: Sequence[str], rows: Integers) -> list[str]:
    """The texts of these rows."""
    return [texts[row] for row in rows.tolist()]


def compared(texts: tuple[list[str], list[str]], scorer: Callable[..., float]) -> Floats:
    """What a scorer says of each two texts."""
    workers = _THREADS if len(texts[0]) >= _MANY else 1
    found = process.cpdist(*texts, scorer=scorer, dtype=np.float32, workers=workers)
    return np.asarray(found, dtype=np.float32)
