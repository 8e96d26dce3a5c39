"""Slips of the keys: for words that only one list has, the words of the other list that are a slip away.

Two short names with a letter swapped share hardly any group of three letters, so that looking for shared
groups passes them by. Their words are found here by what is left of them without a letter or two.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from bookbind.merge.matching.pairs import compared, picked
from bookbind.merge.matching.table import DIGITS, Integers, Table, Words

# Shorter words are a slip from too many others, longer ones share groups of letters enough.
_SHORTEST, _SHORTEST_TWICE, _LONGEST = 3, 5, 16
_MOST_SPELLINGS = 3
# An odd number, so that it has an inverse among numbers of 64 bits.
_BASE, _BITS = 0x9E3779B97F4A7C15, 64

Numbers = NDArray[np.uint64]


def respell(table: Table, other: Table, words: Words) -> tuple[Integers, list[str]]:
    """The rows of `table` with a word that `other` lacks, and their texts with the other list's spellings.

    A word with several near ones is replaced by up to three of them.
    """
    spellings = _spellings(table, other, words)
    if not spellings:
        return np.zeros(0, np.int64), []
    rows = np.flatnonzero(np.isin(table.words, list(spellings)).any(axis=1))
    spelled = {
        words.texts[word]: " ".join([words.texts[near] for near in found[:_MOST_SPELLINGS]])
        for word, found in spellings.items()
    }
    texts = [
        " ".join([spelled.get(word, word) for word in table.texts[row].split()]) for row in rows.tolist()
    ]
    return rows, texts


def _spellings(table: Table, other: Table, words: Words) -> dict[int, list[int]]:
    """For words that only `table` has, those of `other` that are a slip away, two for rare ones."""
    size = len(words.texts)
    here, there = (np.bincount(side.words.ravel(), minlength=size) > 0 for side in (table, other))
    fit = (words.lengths >= _SHORTEST) & (words.lengths <= _LONGEST) & ((words.marks & DIGITS) == 0)
    found: dict[int, list[int]] = {}
    for word, near in _near(words.texts, np.flatnonzero(here & ~there & fit), np.flatnonzero(there & fit), 1):
        found.setdefault(word, []).append(near)
    alone = fit & (words.lengths >= _SHORTEST_TWICE) & (here ^ there)
    alone[list(found)] = False
    for word, near in _near(words.texts, np.flatnonzero(here & alone), np.flatnonzero(there & alone), 2):
        found.setdefault(word, []).append(near)
    return found


def _near(texts: Sequence[str], one: Integers, other: Integers, slips: int) -> list[tuple[int, int]]:
    """Pairs of words of which `slips` letters are lost, added, replaced or swapped with the next."""
    if not len(one) or not len(other):
        return []
    left, left_keys = _shortened(picked(texts, one), slips)
    right, right_keys = _shortened(picked(texts, other), slips)
    order = np.argsort(right_keys, kind="stable")
    right, right_keys = right[order], right_keys[order]
    first = np.searchsorted(right_keys, left_keys, "left")
    counts = np.searchsorted(right_keys, left_keys, "right") - first
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    pairs = np.unique(np.repeat(left, counts) * len(other) + right[np.repeat(first, counts) + within])
    found = one[pairs // len(other)], other[pairs % len(other)]
    near = compared((picked(texts, found[0]), picked(texts, found[1])), OSA.distance) <= slips
    return list(zip(found[0][near].tolist(), found[1][near].tolist(), strict=True))


def _shortened(words: Sequence[str], slips: int) -> tuple[Integers, Numbers]:
    """Places of words, and a number for each word as it is, without a letter, without `slips` letters."""
    lengths = np.array([len(word) for word in words], dtype=np.int64)
    letters = np.zeros((len(words), _LONGEST), np.uint64)
    rows = np.repeat(np.arange(len(words)), lengths)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    letters[rows, columns] = np.frombuffer("".join(words).encode("utf-32-le"), dtype=np.uint32)
    powers = np.array([pow(_BASE, place, 1 << _BITS) for place in range(_LONGEST)], dtype=np.uint64)
    # The number of a word is the sum of its letters times powers; what stands behind a letter that is taken
    # out moves one place to the front.
    sums = np.zeros((len(words), _LONGEST + 1), np.uint64)
    np.cumsum(letters * powers, axis=1, out=sums[:, 1:])
    moved = np.uint64(pow(_BASE, -1, 1 << _BITS))
    whole = sums[:, -1]
    behind = (whole[:, None] - sums[:, 1:]) * moved
    places = [np.arange(len(words)), rows]
    numbers = [whole, sums[rows, columns] + behind[rows, columns]]
    if slips > 1:
        one, two = np.triu_indices(_LONGEST, 1)
        row, pair = np.nonzero(two < lengths[:, None])
        first, second = one[pair], two[pair]
        between = (sums[row, second] - sums[row, first + 1]) * moved
        places.append(row)
        numbers.append(sums[row, first] + between + behind[row, second] * moved)
    return np.concatenate(places), np.concatenate(numbers)
