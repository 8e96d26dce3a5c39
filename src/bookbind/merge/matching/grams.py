"""Candidates: names that share rare groups of three letters, found by tf-idf and a sparse product."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

# Letters are counted in 64 kinds: a space, 26 letters, 10 digits; those of other scripts by remainder.
_KINDS = 64
_FIRST_OTHER = 37
GRAMS = _KINDS**3
_THREADS = 2
# Below this many pairs a dense product takes less time than importing the sparse library.
_DENSE_CELLS = 6_000_000
_DENSE_BLOCK = 2_000_000
# From this many rows on, groups of letters that stand in nearly every name cost more than they tell.
_MANY_ROWS = 20_000
_COMMON_SHARE = 0.02

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Rows:
    """Weighted rows in compressed form: row r holds columns[starts[r]:starts[r + 1]] with those weights."""

    starts: NDArray[np.int32]
    columns: NDArray[np.int32]
    weights: Floats

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, part: slice) -> "Rows":
        first, last, _ = part.indices(len(self))
        held = slice(self.starts[first], self.starts[last])
        return Rows(
            self.starts[first : last + 1] - self.starts[first], self.columns[held], self.weights[held]
        )


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of an old and a new row with their cosine, sorted by old row, the most alike first."""

    old: Integers
    new: Integers
    cosine: Floats


def _letter_kinds() -> NDArray[np.int32]:
    kinds = np.zeros(128, dtype=np.int32)
    for place, letter in enumerate("abcdefghijklmnopqrstuvwxyz0123456789", 1):
        kinds[ord(letter)] = place
    return kinds


_LETTER_KINDS = _letter_kinds()


def count_grams(texts: Sequence[str]) -> Rows:
    """How often each group of three letters stands in each text, word by word; a gap counts as a letter."""
    padded = [f" {text} " for text in texts]
    lengths = np.array([len(text) for text in padded], dtype=np.int64)
    letters = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype=np.uint32)
    kinds = np.where(
        letters < 128,
        _LETTER_KINDS[np.minimum(letters, 127)],
        _FIRST_OTHER + letters % (_KINDS - _FIRST_OTHER),
    ).astype(np.int64)
    if len(kinds) < 3:
        return Rows(np.zeros(len(texts) + 1, np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))
    grams = (kinds[:-2] * _KINDS + kinds[1:-1]) * _KINDS + kinds[2:]
    rows = np.repeat(np.arange(len(texts)), lengths)[:-2]
    # A group around a gap would join two words, or two names.
    keys = (rows * GRAMS + grams)[kinds[1:-1] != 0]
    keys, counts = np.unique(keys, return_counts=True)
    starts = np.searchsorted(keys, np.arange(len(texts) + 1) * GRAMS).astype(np.int32)
    return Rows(starts, (keys % GRAMS).astype(np.int32), counts.astype(np.float32))


def gram_rarity(old: Rows, new: Rows) -> Floats:
    """How much each group of letters tells, measured over both lists together."""
    frequency = np.bincount(old.columns, minlength=GRAMS) + np.bincount(new.columns, minlength=GRAMS)
    total = len(old) + len(new)
    rarity = np.log((1 + total) / (1 + frequency)).astype(np.float32) + 1
    if total > _MANY_ROWS:
        rarity[frequency > _COMMON_SHARE * total] = 0
    return rarity


def weigh(rows: Rows, rarity: Floats) -> Rows:
    """The rows with tf-idf weights of unit length."""
    weights = rows.weights * rarity[rows.columns]
    row_of = np.repeat(np.arange(len(rows)), np.diff(rows.starts))
    norms = np.sqrt(np.bincount(row_of, weights * weights, minlength=len(rows)))
    weights = weights / np.maximum(norms, 1e-9)[row_of]
    kept = weights > 0
    starts = np.concatenate([[0], np.cumsum(np.bincount(row_of[kept], minlength=len(rows)))])
    return Rows(starts.astype(np.int32), rows.columns[kept], weights[kept].astype(np.float32))


def cosines(old: Rows, new: Rows, one: Integers, other: Integers) -> Floats:
    """The cosine of each old row with the new row beside it."""
    (pairs_old, keys_old, own), (_, keys_new, theirs) = (_spread(old, one), _spread(new, other))
    _, left, right = np.intersect1d(keys_old, keys_new, assume_unique=True, return_indices=True)
    sums = np.bincount(pairs_old[left], own[left] * theirs[right], minlength=len(one))
    return sums.astype(np.float32)


def _spread(rows: Rows, chosen: Integers) -> tuple[Integers, Integers, Floats]:
    """All columns of the chosen rows: the place of the row among them, a key of both, and the weight."""
    counts = np.diff(rows.starts)[chosen].astype(np.int64)
    pairs = np.repeat(np.arange(len(chosen)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    places = np.repeat(rows.starts[chosen].astype(np.int64), counts) + within
    return pairs, pairs * GRAMS + rows.columns[places], rows.weights[places]


def nearest(old: Rows, new: Rows, most: int, least: float) -> Candidates:
    """For each old row the `most` new rows whose cosine is at least `least`."""
    if not len(old) or not len(new) or not len(old.columns) or not len(new.columns):
        return Candidates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32))
    if len(old) * len(new) <= _DENSE_CELLS:
        return _nearest_dense(old, new, most, least)
    return _nearest_sparse(old, new, most, least)


def _nearest_sparse(old: Rows, new: Rows, most: int, least: float) -> Candidates:
    # Importing these takes longer than matching a small list, so only a large one does.
    sparse = import_module("scipy.sparse")
    product = import_module("sparse_dot_topn").sp_matmul_topn
    left = sparse.csr_matrix((old.weights, old.columns, old.starts), shape=(len(old), GRAMS))
    right = sparse.csr_matrix((new.weights, new.columns, new.starts), shape=(len(new), GRAMS))
    found = product(left, right.T.tocsr(), top_n=most, threshold=least, sort=True, n_threads=_THREADS)
    rows = np.repeat(np.arange(len(old)), np.diff(found.indptr))
    return Candidates(rows, found.indices.astype(np.int64), found.data.astype(np.float32))


def _nearest_dense(old: Rows, new: Rows, most: int, least: float) -> Candidates:
    by_gram = np.argsort(new.columns, kind="stable")
    new_rows = np.repeat(np.arange(len(new)), np.diff(new.starts))[by_gram]
    gram_starts = np.searchsorted(new.columns[by_gram], np.arange(GRAMS + 1))
    step = max(1, _DENSE_BLOCK // max(1, len(new)))
    found = []
    for first in range(0, len(old), step):
        last = min(first + step, len(old))
        cosines = _block(old, first, last, gram_starts, new_rows, new.weights[by_gram], len(new))
        found.append(_best_of_block(cosines, first, most, least))
    return Candidates(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _block(
    old: Rows, first: int, last: int, gram_starts: Integers, new_rows: Integers, weights: Floats, width: int
) -> Floats:
    """The cosines of old rows first to last with all new rows, by walking through shared grams."""
    here = slice(old.starts[first], old.starts[last])
    columns, own = old.columns[here], old.weights[here]
    counts = gram_starts[columns + 1] - gram_starts[columns]
    row_of = np.repeat(np.arange(last - first), np.diff(old.starts[first : last + 1]))
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    places = np.repeat(gram_starts[columns], counts) + within
    cells = np.repeat(row_of, counts) * width + new_rows[places]
    sums = np.bincount(cells, np.repeat(own, counts) * weights[places], minlength=(last - first) * width)
    return sums.reshape(last - first, width).astype(np.float32)


def _best_of_block(cosines: Floats, first: int, most: int, least: float) -> tuple[Integers, Integers, Floats]:
    kept = min(most, cosines.shape[1])
    best = np.sort(np.argpartition(-cosines, kept - 1, axis=1)[:, :kept], axis=1)
    ranks = np.argsort(-np.take_along_axis(cosines, best, axis=1), axis=1, kind="stable")
    order = np.take_along_axis(best, ranks, axis=1)
    values = np.take_along_axis(cosines, order, axis=1)
    rows = np.repeat(np.arange(first, first + len(cosines)), kept)
    good = (values >= least).ravel()
    return rows[good], order.ravel()[good].astype(np.int64), values.ravel()[good]
