"""Lists whose entries are known by their names: exact layers first, then a learned score, one to one."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.doubts import doubts
from bookbind.merge.matching.features import FEATURES, explain, pair_features
from bookbind.merge.matching.grams import Rows, cosines, count_grams, gram_rarity, nearest, weigh
from bookbind.merge.matching.legal_forms import conflict
from bookbind.merge.matching.model import Model, Sizes
from bookbind.merge.matching.names import Name, Reading, plain_reading
from bookbind.merge.matching.pairs import Lists, Pairs
from bookbind.merge.matching.products import code_features, product_doubts, read_product
from bookbind.merge.matching.respelling import respell
from bookbind.merge.matching.table import Table, Words, build_table, describe_words, no_numbers

CANDIDATES, RESPELLED_CANDIDATES = 6, 3
LEAST_COSINE = 0.22
# So many letters as initials of a name are told from chance.
_INITIALS = range(3, 8)

# How often such pairs are right, counted on the development lists.
SAME_TEXT, SAME_CORE, SAME_BUT_FORM = 0.999, 0.998, 0.992
_SHORTEST_SURE = 3
# The most that is said where legal forms conflict, or the currencies that the names tell.
MOST_OF_CLASHES = 0.8
_CLASHES = [FEATURES.index("form_conflict"), FEATURES.index("currency_differs")]
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
    """Pairs of entries, by their place in either list: how likely they are the same, and why.

    `doubts` say in words why a pair may not be accepted without a person, where something speaks against it.
    `known` are pairs of which an identifier says that they are the same, not their names alone.
    """

    old: Integers
    new: Integers
    probability: Floats
    reasons: list[str]
    doubts: list[str]
    known: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Pairs of entries that may be the same, with what they show; a pair may stand here several times."""

    old: Integers
    new: Integers
    features: Floats


def find_equal_cores(old: Sequence[Reading], new: Sequence[Reading]) -> dict[int, tuple[int, float]]:
    """The readings that are equal on both sides: old place to (new place, probability).

    Names count as equal when only legal form, punctuation and spacing differ, and only where that is unique
    on both sides.
    """
    found: dict[int, tuple[int, float]] = {}
    cores_old, cores_new = [reading.joined for reading in old], [reading.joined for reading in new]
    for one, other in _unique_pairs(cores_old, cores_new).items():
        form_old, form_new = old[one].form, new[other].form
        if len(cores_old[one]) >= _SHORTEST_SURE and not conflict(form_old, form_new):
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
    old: Sequence[Name], new: Sequence[Name], word_shares: Mapping[str, float], *, products: bool
) -> Prepared:
    """The likely pairs of two lists of names, and their features."""
    vocabulary, closed = no_numbers(), no_numbers()
    tables = build_table(old, vocabulary, closed), build_table(new, vocabulary, closed)
    lists = Lists(*tables, describe_words(vocabulary, tables, word_shares))
    pairs = _compared_whole(lists, _with_initials(lists, _alike(lists)))
    features = pair_features(lists, pairs)
    if products:
        features = np.concatenate([features, code_features(old, new, pairs)], axis=1)
    return Prepared(lists.old.owner[pairs.old], lists.new.owner[pairs.new], features)


def _compared_whole(lists: Lists, pairs: Pairs) -> Pairs:
    """The pairs, but where both names hold several and are compared as a whole, none of those inside.

    `A t/a B` and `A t/a C` share a name and are two shops.
    """
    one, other = lists.old.owner[pairs.old], lists.new.owner[pairs.new]
    several = (lists.old.readings_of_owner[one] > 1) & (lists.new.readings_of_owner[other] > 1)
    inside = lists.old.is_part[pairs.old] | lists.new.is_part[pairs.new]
    keys = one << 32 | other
    return pairs[~(several & inside & np.isin(keys, keys[~inside]))]


def _alike(lists: Lists) -> Pairs:
    """The pairs that share rare groups of letters, as they are or with slips of the keys undone."""
    counted = count_grams(lists.old.texts), count_grams(lists.new.texts)
    rarity = gram_rarity(*counted)
    old, new = (weigh(rows, rarity) for rows in counted)
    found = nearest(old, new, most=CANDIDATES, least=LEAST_COSINE)
    size = len(new)
    rows, near = _behind_slips(lists.old, lists.new, lists.words, new, rarity)
    near_rows, others = _behind_slips(lists.new, lists.old, lists.words, old, rarity)
    added = np.concatenate([rows * size + near, others * size + near_rows])
    keys = np.setdiff1d(added, found.old * size + found.new)
    one, other = keys // size, keys % size
    return Pairs(
        np.concatenate([found.old, one]),
        np.concatenate([found.new, other]),
        np.concatenate([found.cosine, cosines(old, new, one, other)]),
    )


def _behind_slips(
    table: Table, other: Table, words: Words, weighed: Rows, rarity: Floats
) -> tuple[Integers, Integers]:
    """Rows of a table and rows of the other that are alike once the first are spelled as the other spells."""
    rows, texts = respell(table, other, words)
    near = nearest(weigh(count_grams(texts), rarity), weighed, RESPELLED_CANDIDATES, LEAST_COSINE)
    return rows[near.old], near.new


def _with_initials(lists: Lists, pairs: Pairs) -> Pairs:
    """The pairs, and those of a name and its initials where those are unique: they share no letter groups."""
    found = list(_unique_pairs(lists.old.acronyms, lists.new.joined).items())
    found += [(one, other) for other, one in _unique_pairs(lists.new.acronyms, lists.old.joined).items()]
    found = [
        (a, b)
        for a, b in found
        if len(lists.old.joined[a]) in _INITIALS or len(lists.new.joined[b]) in _INITIALS
    ]
    if not found:
        return pairs
    old, new = np.array(found, dtype=np.int64).T
    return Pairs(
        np.concatenate([pairs.old, old]),
        np.concatenate([pairs.new, new]),
        np.concatenate([pairs.cosine, np.zeros(len(found), np.float32)]),
    )


@dataclass(frozen=True, slots=True)
class Remainder:
    """What the exact layer found, and the names that it left, taken apart, with their places."""

    equal: dict[int, tuple[int, float]]
    old: list[Name]
    new: list[Name]
    old_places: Integers
    new_places: Integers


def split_equal(old: Sequence[str], new: Sequence[str], reader: Reader) -> Remainder:
    """Equal texts first, then equal cores; only what is left is taken apart, which is the dearer part."""
    equal = {one: (other, SAME_TEXT) for one, other in _unique_pairs(old, new).items()}
    rest_old, rest_new = _rest(len(old), equal), _rest(len(new), {other for other, _ in equal.values()})
    plain_old, plain_new = (
        [plain_reading(text[at]) for at in rest] for text, rest in ((old, rest_old), (new, rest_new))
    )
    cores = find_equal_cores(plain_old, plain_new)
    equal |= {rest_old[one]: (rest_new[other], chance) for one, (other, chance) in cores.items()}
    left_old, left_new = (
        _rest(len(rest_old), cores),
        _rest(len(rest_new), {other for other, _ in cores.values()}),
    )
    return Remainder(
        equal,
        [reader(old[rest_old[at]], plain_old[at]) for at in left_old],
        [reader(new[rest_new[at]], plain_new[at]) for at in left_new],
        np.array([rest_old[at] for at in left_old], dtype=np.int64),
        np.array([rest_new[at] for at in left_new], dtype=np.int64),
    )


def _rest(size: int, taken: Container[int]) -> list[int]:
    return [place for place in range(size) if place not in taken]


def score_names(old: Sequence[str], new: Sequence[str], model: Model, reader: Reader) -> Scored:
    """All likely pairs of folded names with their probability, equal names first."""
    rest = split_equal(old, new, reader)
    sure_old = np.array(list(rest.equal), dtype=np.int64)
    sure_new = np.array([place for place, _ in rest.equal.values()], dtype=np.int64)
    sure = np.array([probability for _, probability in rest.equal.values()], dtype=np.float32)
    reasons = ["same name" if old[a] == new[b] else _EQUAL[chance] for a, (b, chance) in rest.equal.items()]
    if not rest.old or not rest.new:
        return Scored(sure_old, sure_new, sure, reasons, [""] * len(reasons), np.zeros(len(sure), bool))
    products = reader is read_product
    prepared = prepare_pairs(rest.old, rest.new, model.word_shares, products=products)
    scores = model.raw(prepared.features)
    best = best_readings(prepared.old, prepared.new, scores)
    one, other = prepared.old[best], prepared.new[best]
    settled = model.settled(scores[best], one, other, Sizes(len(old), len(new), len(rest.equal)))
    # A partnership and a company of one name are two businesses, accounts in two currencies two accounts.
    clash = (prepared.features[:, _CLASHES][best] > 0).any(axis=1)
    settled = np.where(clash, np.minimum(settled, MOST_OF_CLASHES), settled)
    why, but = explain(prepared.features), (product_doubts if products else doubts)(prepared.features)
    return Scored(
        np.concatenate([sure_old, rest.old_places[one]]),
        np.concatenate([sure_new, rest.new_places[other]]),
        np.concatenate([sure, settled]),
        reasons + [why[place] for place in best.tolist()],
        [""] * len(reasons) + [but[place] for place in best.tolist()],
        np.zeros(len(sure) + len(best), bool),
    )


def corrected(scored: Scored, said: dict[tuple[int, int], tuple[float, str, str]]) -> Scored:
    """The pairs with the probability, the reason and the doubt that is known better of some.

    Without a doubt a pair becomes likelier only.
    """
    probability, reasons, doubts = scored.probability.copy(), list(scored.reasons), list(scored.doubts)
    left = dict(said)
    for place, pair in enumerate(zip(scored.old.tolist(), scored.new.tolist(), strict=True)):
        if pair not in left:
            continue
        chance, why, doubt = left.pop(pair)
        if not doubt and probability[place] >= chance:
            continue
        probability[place], reasons[place], doubts[place] = chance, why, doubt
    return Scored(
        np.concatenate([scored.old, np.array([one for one, _ in left], dtype=np.int64)]),
        np.concatenate([scored.new, np.array([other for _, other in left], dtype=np.int64)]),
        np.concatenate([probability, np.array([row[0] for row in left.values()], dtype=np.float32)]),
        reasons + [row[1] for row in left.values()],
        doubts + [row[2] for row in left.values()],
        np.concatenate([scored.known, np.zeros(len(left), bool)]),
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
