"""Pairs to learn from: what each pair of a labelled set shows, and whether it is right."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.model import Sizes
from bookbind.merge.matching.named import Reader, prepare_pairs, split_equal
from bookbind.merge.matching.names import full_words, read_name
from bookbind.merge.matching.products import read_product
from training.lists import Labelled

_SEED = 7
_COMMON_WORDS = 3000
Floats = NDArray[np.float32]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """The pairs of a set that the exact layer left: features, truth, entries, the weight and sizes."""

    name: str
    features: Floats
    right: NDArray[np.bool_]
    old: Integers
    new: Integers
    weight: float
    sizes: Sizes | None = None


def common_words(names: Sequence[str]) -> dict[str, float]:
    """In what share of all names the commonest words stand."""
    counts: Counter[str] = Counter()
    for name in names:
        # Sorted, so that words which are as common as each other always come in the same order.
        counts.update(sorted(set(full_words(read_name(fold(name)).readings[0].words))))
    return {word: count / len(names) for word, count in counts.most_common(_COMMON_WORDS)}


def sample_pairs(
    labelled: Labelled, shares: dict[str, float], weight: float, reader: Reader = read_name
) -> Sample:
    """The likely pairs of a set, with the truth."""
    old, new = [fold(item.name) for item in labelled.old], [fold(item.name) for item in labelled.new]
    rest = split_equal(old, new, reader)
    prepared = prepare_pairs(rest.old, rest.new, shares, products=reader is read_product)
    owners = zip(rest.old_places[prepared.old].tolist(), rest.new_places[prepared.new].tolist(), strict=True)
    right = [labelled.new[b].id in labelled.truth.get(labelled.old[a].id, ()) for a, b in owners]
    return Sample(
        labelled.name,
        prepared.features,
        np.array(right),
        prepared.old,
        prepared.new,
        weight,
        Sizes(len(old), len(new), len(rest.equal)),
    )


def base_names(labelled: Labelled) -> list[str]:
    """Distinct names to make lists from, in a shuffled order that the seed fixes."""
    names = sorted({item.name for item in labelled.old})
    random.Random(_SEED).shuffle(names)
    return names
