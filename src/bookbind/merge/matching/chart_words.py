"""The words that the names of two charts share, whether the catalogue knows them or not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA

from bookbind.merge.matching.account_names import UNKNOWN_MASS, meant_words, slips_of
from bookbind.merge.matching.catalogue import LEAST_WEIGHT, load_catalogue
from bookbind.merge.matching.grams import count_grams, gram_rarity, nearest, weigh
from bookbind.merge.matching.known_words import are_known

Floats = NDArray[np.float32]
Words = tuple[str, ...]

_NEAR = 0.3


@dataclass(frozen=True, slots=True)
class Shared:
    """The weight of the words of each name, and of those that names of both sides share.

    `places` say for each word in which new names it stands.
    """

    old: tuple[Words, ...]
    weights: dict[str, float]
    places: dict[str, NDArray[np.int64]]
    mass_old: Floats
    mass_new: Floats

    def between(self, first: int, last: int) -> Floats:
        """The weight of what the old names first to last share with each new one: (old, new)."""
        found = np.zeros((last - first, len(self.mass_new)), np.float32)
        for row, words in enumerate(self.old[first:last]):
            for word in words:
                places = self.places.get(word)
                if places is not None:
                    found[row, places] += self.weights[word]
        return found


def read_shared(old: Sequence[str], new: Sequence[str]) -> Shared:
    """The words of two charts' names; one spelled a little differently on the other side is the same."""
    words_old, words_new = [meant_words(name) for name in old], [meant_words(name) for name in new]
    same = _near_words(_unknown(words_old), _unknown(words_new))
    if same:
        words_old = [tuple(dict.fromkeys(same.get(word, word) for word in words)) for words in words_old]
    weights = _weights(words_old, words_new)
    places: dict[str, list[int]] = {}
    for place, words in enumerate(words_new):
        for word in words:
            places.setdefault(word, []).append(place)
    return Shared(
        tuple(words_old),
        weights,
        {word: np.array(rows, dtype=np.int64) for word, rows in places.items()},
        *(
            np.array([sum(weights[word] for word in words) for words in side], np.float32)
            for side in (words_old, words_new)
        ),
    )


def _unknown(names: Iterable[Words]) -> set[str]:
    known = load_catalogue().words
    return {word for words in names for word in words if word not in known}


def _near_words(old: set[str], new: set[str]) -> dict[str, str]:
    """For words of the old side that the new one lacks the word there that they were meant to be.

    Two words that both mean something are two words, however alike.
    """
    alone = [
        sorted(word for word in one - other if slips_of(word)) for one, other in ((old, new), (new, old))
    ]
    if not all(alone):
        return {}
    counted = [count_grams(words) for words in alone]
    rarity = gram_rarity(*counted)
    left, right = (weigh(rows, rarity) for rows in counted)
    found = nearest(left, right, most=1, least=_NEAR)
    pairs = [(alone[0][a], alone[1][b]) for a, b in zip(found.old.tolist(), found.new.tolist(), strict=True)]
    pairs = [pair for pair in pairs if OSA.distance(*pair) <= min(map(slips_of, pair))]
    return {one: other for one, other in pairs if not are_known([one, other]).all()}


def _weights(old: Sequence[Words], new: Sequence[Words]) -> dict[str, float]:
    """What each word weighs: by the catalogue, or the less the more names of its own chart it stands in."""
    known = load_catalogue().words
    weights: dict[str, float] = {}
    for side in (old, new):
        counts = Counter(word for words in side for word in words)
        for word, count in counts.items():
            here = known.get(word, UNKNOWN_MASS * (1 - log(count) / log(1 + len(side))))
            weights[word] = max(LEAST_WEIGHT, min(here, weights.get(word, here)))
    return weights
