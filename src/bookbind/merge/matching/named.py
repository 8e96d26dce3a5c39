"""Lists whose entries are known by their names: exact layers first, then a learned score, one to one."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.features import Lists, Pairs, explain, pair_features
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.grams import count_grams, nearest, weigh
from bookbind.merge.matching.legal_forms import conflict
from bookbind.merge.matching.model import Model
from bookbind.merge.matching.names import Name, quick_key, read_names
from bookbind.merge.matching.products import code_features, read_products
from bookbind.merge.matching.table import Vocabulary, build_table, marks_of_words, rarity_of_words

CANDIDATES = 6
LEAST_COSINE = 0.22

# How often such pairs are right, counted on the development lists.
SAME_TEXT, SAME_CORE, SAME_BUT_FORM = 0.999, 0.998, 0.992
_SHORTEST_SURE = 3
_EQUAL = {
    SAME_TEXT: "same name",
    SAME_CORE: "same name",
    SAME_BUT_FORM: "same name but for the legal form",
}

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]
Reader = Callable[[Sequence[str]], list[Name]]


@dataclass(frozen=True, slots=True)
class Scored:
    """Pairs of entries, by their place in either list: how likely they are the same, and why."""

    old: Integers
    new: Integers
    probability: Floats
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pairs of entries that may be the same, with what they show; a pair may stand here several times."""

    old: Integers
    new: Integers
    features: Floats


def find_equal(old: Sequence[str], new: Sequence[str]) -> dict[int, tuple[int, float]]:
    """The folded names that are equal on both sides: old place to (new place, probability).

    Names count as equal when only legal form, punctuation and spacing differ, and only where that is unique
    on both sides; of several such names, those with equal text.
    """
    by_text = _unique_pairs([(text,) for text in old], [(text,) for text in new])
    found = {one: (other, SAME_TEXT) for one, other in by_text.items()}
    taken = {other for other, _ in found.values()}
    keys_old, keys_new = [quick_key(text) for text in old], [quick_key(text) for text in new]
    by_core = _unique_pairs([(key,) for key, _ in keys_old], [(key,) for key, _ in keys_new])
    for one, other in by_core.items():
        form_old, form_new = keys_old[one][1], keys_new[other][1]
        if one in found or other in taken or conflict(form_old, form_new):
            continue
        if len(keys_old[one][0]) >= _SHORTEST_SURE:
            found[one] = (other, SAME_CORE if form_old == form_new else SAME_BUT_FORM)
    return found


def _unique_pairs(old: Sequence[tuple[str]], new: Sequence[tuple[str]]) -> dict[int, int]:
    """Places of equal keys, where a key stands exactly once on either side."""
    places_old, places_new = _places(old), _places(new)
    return {
        places[0]: places_new[key][0]
        for key, places in places_old.items()
        if key[0] and len(places) == 1 and len(places_new.get(key, ())) == 1
    }


def _places(keys: Sequence[tuple[str]]) -> Mapping[tuple[str], list[int]]:
    found: dict[tuple[str], list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        found[key].append(place)
    return found


def prepare_pairs(
    old_texts: Sequence[str], new_texts: Sequence[str], word_shares: Mapping[str, float], reader: Reader
) -> Prepared:
    """The likely pairs of two lists of folded names, and their features."""
    old, new = reader(old_texts), reader(new_texts)
    vocabulary = Vocabulary.empty()
    tables = build_table(old, vocabulary), build_table(new, vocabulary)
    lists = Lists(
        *tables,
        vocabulary.words,
        rarity_of_words(vocabulary, tables, word_shares),
        marks_of_words(vocabulary),
    )
    weighed = weigh(count_grams(lists.old.texts), count_grams(lists.new.texts))
    found = nearest(*weighed, most=CANDIDATES, least=LEAST_COSINE)
    pairs = Pairs(found.old, found.new, found.cosine)
    features = pair_features(lists, pairs)
    if reader is read_products:
        features = np.concatenate([features, code_features(old, new, pairs)], axis=1)
    return Prepared(lists.old.owner[pairs.old], lists.new.owner[pairs.new], features)


def score_names(old: Sequence[str], new: Sequence[str], model: Model, reader: Reader = read_names) -> Scored:
    """All likely pairs of folded names with their probability, equal names first."""
    equal = find_equal(old, new)
    rest_old = [place for place in range(len(old)) if place not in equal]
    taken = {place for place, _ in equal.values()}
    rest_new = [place for place in range(len(new)) if place not in taken]
    sure_old = np.array(list(equal), dtype=np.int64)
    sure_new = np.array([place for place, _ in equal.values()], dtype=np.int64)
    sure = np.array([probability for _, probability in equal.values()], dtype=np.float32)
    reasons = ["same name" if old[a] == new[b] else _EQUAL[chance] for a, (b, chance) in equal.items()]
    if not rest_old or not rest_new:
        return Scored(sure_old, sure_new, sure, reasons)
    prepared = prepare_pairs(
        [old[place] for place in rest_old], [new[place] for place in rest_new], model.word_shares, reader
    )
    scores = model.raw(prepared.features)
    best = best_readings(prepared.old, prepared.new, scores)
    one, other = prepared.old[best], prepared.new[best]
    return Scored(
        np.concatenate([sure_old, np.array(rest_old, dtype=np.int64)[one]]),
        np.concatenate([sure_new, np.array(rest_new, dtype=np.int64)[other]]),
        np.concatenate([sure, model.settled(scores[best], one, other)]),
        reasons + explain(prepared.features[best]),
    )


def best_readings(old: Integers, new: Integers, scores: Floats) -> Integers:
    """Where each pair of entries stands with those of its readings that fit best."""
    order = np.lexsort((-scores, new, old))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (old[order][1:] != old[order][:-1]) | (new[order][1:] != new[order][:-1])
    return order[first]


def choose(scored: Scored) -> dict[int, tuple[int, float]]:
    """One to one, the likeliest pair first: old place to (new place, probability)."""
    order = np.lexsort((scored.new, scored.old, -scored.probability))
    chosen: dict[int, tuple[int, float]] = {}
    taken: set[int] = set()
    rows = zip(
        scored.old[order].tolist(),
        scored.new[order].tolist(),
        scored.probability[order].tolist(),
        strict=True,
    )
    for old, new, probability in rows:
        if old not in chosen and new not in taken:
            chosen[old] = (new, probability)
            taken.add(new)
    return chosen


def folded_names(names: Sequence[str]) -> list[str]:
    """The names in the form that is compared."""
    return [fold(name) for name in names]
