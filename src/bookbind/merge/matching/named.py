"""Lists whose entries are known by their names: exact layers first, then a learned score, one to one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.features import Lists, Pairs, explain, pair_features
from bookbind.merge.matching.grams import count_grams, nearest, weigh
from bookbind.merge.matching.legal_forms import conflict
from bookbind.merge.matching.model import Model
from bookbind.merge.matching.names import Name, Reading, plain_reading, read_name
from bookbind.merge.matching.products import code_features, read_product
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
Reader = Callable[[str, Reading], Name]


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


def find_equal(
    old: Sequence[str], new: Sequence[str], plain_old: Sequence[Reading], plain_new: Sequence[Reading]
) -> dict[int, tuple[int, float]]:
    """The folded names that are equal on both sides: old place to (new place, probability).

    Names count as equal when only legal form, punctuation and spacing differ, and only where that is unique
    on both sides; of several such names, those with equal text.
    """
    found = {one: (other, SAME_TEXT) for one, other in _unique_pairs(old, new).items()}
    taken = {other for other, _ in found.values()}
    cores_old, cores_new = [plain.joined for plain in plain_old], [plain.joined for plain in plain_new]
    for one, other in _unique_pairs(cores_old, cores_new).items():
        form_old, form_new = plain_old[one].form, plain_new[other].form
        if one in found or other in taken or conflict(form_old, form_new):
            continue
        if len(cores_old[one]) >= _SHORTEST_SURE:
            found[one] = (other, SAME_CORE if form_old == form_new else SAME_BUT_FORM)
    return found


def _unique_pairs(old: Sequence[str], new: Sequence[str]) -> dict[int, int]:
    """Places of equal keys, where a key stands exactly once on either side."""
    places_old, places_new = _single_places(old), _single_places(new)
    return {
        place: places_new[key]
        for key, place in places_old.items()
        if key and place >= 0 and places_new.get(key, -1) >= 0
    }


def _single_places(keys: Sequence[str]) -> dict[str, int]:
    """Where each key stands, -1 where it stands more than once."""
    found: dict[str, int] = {}
    for place, key in enumerate(keys):
        found[key] = -1 if key in found else place
    return found


def prepare_pairs(
    old: Sequence[Name], new: Sequence[Name], word_shares: Mapping[str, float], *, products: bool = False
) -> Prepared:
    """The likely pairs of two lists of names, and their features."""
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
    if products:
        features = np.concatenate([features, code_features(old, new, pairs)], axis=1)
    return Prepared(lists.old.owner[pairs.old], lists.new.owner[pairs.new], features)


@dataclass(frozen=True, slots=True)
class Remainder:
    """What the exact layer found, and the names that it left, taken apart, with their places."""

    equal: dict[int, tuple[int, float]]
    old: list[Name]
    new: list[Name]
    old_places: Integers
    new_places: Integers


def split_equal(old: Sequence[str], new: Sequence[str], reader: Reader) -> Remainder:
    """The exact layer first; only the names that it leaves are taken apart, which is the dearer part."""
    plain_old, plain_new = [plain_reading(text) for text in old], [plain_reading(text) for text in new]
    equal = find_equal(old, new, plain_old, plain_new)
    taken = {place for place, _ in equal.values()}
    rest_old = [place for place in range(len(old)) if place not in equal]
    rest_new = [place for place in range(len(new)) if place not in taken]
    return Remainder(
        equal,
        [reader(old[place], plain_old[place]) for place in rest_old],
        [reader(new[place], plain_new[place]) for place in rest_new],
        np.array(rest_old, dtype=np.int64),
        np.array(rest_new, dtype=np.int64),
    )


def score_names(old: Sequence[str], new: Sequence[str], model: Model, reader: Reader = read_name) -> Scored:
    """All likely pairs of folded names with their probability, equal names first."""
    rest = split_equal(old, new, reader)
    sure_old = np.array(list(rest.equal), dtype=np.int64)
    sure_new = np.array([place for place, _ in rest.equal.values()], dtype=np.int64)
    sure = np.array([probability for _, probability in rest.equal.values()], dtype=np.float32)
    reasons = ["same name" if old[a] == new[b] else _EQUAL[chance] for a, (b, chance) in rest.equal.items()]
    if not rest.old or not rest.new:
        return Scored(sure_old, sure_new, sure, reasons)
    prepared = prepare_pairs(rest.old, rest.new, model.word_shares, products=reader is read_product)
    scores = model.raw(prepared.features)
    best = best_readings(prepared.old, prepared.new, scores)
    one, other = prepared.old[best], prepared.new[best]
    return Scored(
        np.concatenate([sure_old, rest.old_places[one]]),
        np.concatenate([sure_new, rest.new_places[other]]),
        np.concatenate([sure, model.settled(scores[best], one, other, len(rest.equal) / len(old))]),
        reasons + explain(prepared.features[best]),
    )


def best_readings(old: Integers, new: Integers, scores: Floats) -> Integers:
    """Where each pair of entries stands with those of its readings that fit best."""
    order = np.lexsort((-scores, new, old))
    first = np.ones(len(order), dtype=bool)
    first[1:] = (old[order][1:] != old[order][:-1]) | (new[order][1:] != new[order][:-1])
    return order[first]


def choose(scored: Scored, size: int, least: float) -> list[int]:
    """One to one, the likeliest pair first: for each old entry the place of its pair, -1 for none."""
    order = np.lexsort((scored.new, scored.old, -scored.probability))
    order = order[scored.probability[order] >= least]
    chosen = [-1] * size
    taken: set[int] = set()
    rows = zip(order.tolist(), scored.old[order].tolist(), scored.new[order].tolist(), strict=True)
    for place, old, new in rows:
        if chosen[old] < 0 and new not in taken:
            chosen[old] = place
            taken.add(new)
    return chosen
