"""What a pair of names shows: the numbers that the learned score is computed from."""

from itertools import product

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz
from rapidfuzz.distance import OSA, Indel, JaroWinkler, Levenshtein, Postfix, Prefix

from bookbind.merge.matching.legal_forms import CONFLICTS
from bookbind.merge.matching.pairs import Features, Lists, Pairs, compared, picked
from bookbind.merge.matching.table import Floats, Integers, Table
from bookbind.merge.matching.word_features import word_features
from bookbind.merge.matching.words import ENDINGS

BLOCK = 20_000
# A field narrower than this holds no names.
_SHORTEST_CUT = 9
# Before any cut is seen, each length is taken for one that every fourth of these is cut at.
_USUAL_CUTS, _USUAL_CUT = 4, 0.25
_ALIKE_PARTS = 70
_SHORTEST_INITIALS = 2
# A list of so many entries, of which such a share is numbered, numbers its entries.
_LEAST_LIST, _MOST_NUMBERED = 20, 0.6
# What differs is looked at more closely where this few letters do.
_MOST_EDITS, _LONGEST_SLIP, _SHORTEST_STEM = 4, 12, 3

# Where two nearly equal names part, in the order in which `_slip` tells it.
_SLIPS = (
    "slip_length",
    "slip_doubles",
    "slip_ends_word",
    "slip_begins_word",
    "slip_ending_old",
    "slip_ending_new",
)

FEATURES = (
    "cosine",
    "gap_to_best_of_old",
    "gap_to_best_of_new",
    "ratio_joined",
    "ratio_text",
    "ratio_sorted",
    "token_set",
    "partial",
    "jaro_winkler",
    "edits",
    "edits_share",
    "edits_with_swaps",
    "edits_without_replacing",
    "letters_swapped",
    "letters_replaced",
    "overlap_old",
    "overlap_new",
    "soft_old",
    "soft_new",
    "left_mass_old",
    "left_mass_new",
    "left_rarest_old",
    "left_rarest_new",
    "shared_mass",
    "shared_rarest",
    "numbers_differ",
    "numbers_one_side",
    "initials_differ",
    "initials_one_side",
    "left_places_old",
    "left_places_new",
    "left_place_apart",
    "left_home",
    "left_group_old",
    "left_group_new",
    "left_trade_old",
    "left_trade_new",
    "left_words_old",
    "left_words_new",
    "left_first_old",
    "left_first_new",
    "left_last_old",
    "left_last_new",
    "best_soft",
    "near_rarity_least",
    "near_rarity_gap",
    "near_in_first_word",
    "near_known_both",
    "open_known_old",
    "open_known_new",
    "form_same",
    "form_conflict",
    "form_one_side",
    "prefix",
    "prefix_length",
    "prefix_left",
    "acronym",
    "same_joined",
    "same_words",
    "part_old",
    "part_new",
    "part_both",
    "other_parts_differ",
    "cut_at_usual_length",
    "first_word_same",
    "words_old",
    "words_new",
    "mass_least",
    "web",
    "currency_differs",
    "codes_differ",
    "codes_same",
    "letters_least",
    *_SLIPS,
    "cut_within_word",
)


def pair_features(lists: Lists, pairs: Pairs) -> Floats:
    """One row of FEATURES for each pair, computed block by block so that memory stays small."""
    gaps, cuts = _gaps(lists, pairs), _cuts(lists, pairs)
    features = np.empty((len(pairs), len(FEATURES)), np.float32)
    for first in range(0, len(pairs), BLOCK):
        part = slice(first, first + BLOCK)
        features[part] = _block(lists, pairs[part], gaps[part], cuts[part])
    return features


def _gaps(lists: Lists, pairs: Pairs) -> Floats:
    """How far a pair's cosine is below the best that its old, and its new, name has with anybody."""
    columns = []
    for table, rows in ((lists.old, pairs.old), (lists.new, pairs.new)):
        best = np.zeros(len(table.folded), np.float32)
        np.maximum.at(best, table.owner[rows], pairs.cosine)
        columns.append(best[table.owner[rows]] - pairs.cosine)
    return np.stack(columns, axis=1)


def _block(lists: Lists, pairs: Pairs, gaps: Floats, cuts: Floats) -> Floats:
    found: Features = {
        "cosine": pairs.cosine,
        "gap_to_best_of_old": gaps[:, 0],
        "gap_to_best_of_new": gaps[:, 1],
        "cut_within_word": cuts[:, 0],
        "cut_at_usual_length": cuts[:, 1],
    }
    joined = picked(lists.old.joined, pairs.old), picked(lists.new.joined, pairs.new)
    found |= _string_features(lists, pairs, joined)
    found |= word_features(lists, pairs)
    found |= _form_features(lists, pairs)
    found |= _shape_features(lists, pairs, joined)
    return np.stack([np.asarray(found[name], dtype=np.float32) for name in FEATURES], axis=1)


def _string_features(lists: Lists, pairs: Pairs, joined: tuple[list[str], list[str]]) -> Features:
    texts = picked(lists.old.texts, pairs.old), picked(lists.new.texts, pairs.new)
    in_order = picked(lists.old.sorted_texts, pairs.old), picked(lists.new.sorted_texts, pairs.new)
    edits, swaps, indels = (
        compared(joined, scorer) for scorer in (Levenshtein.distance, OSA.distance, Indel.distance)
    )
    lengths = lists.old.lengths[pairs.old], lists.new.lengths[pairs.new]
    longest = np.maximum(np.maximum(*lengths), 1)
    found: Features = {
        "ratio_joined": compared(joined, fuzz.ratio) / 100,
        "ratio_text": compared(texts, fuzz.ratio) / 100,
        "ratio_sorted": compared(in_order, fuzz.ratio) / 100,
        "token_set": compared(texts, fuzz.token_set_ratio) / 100,
        "partial": compared(joined, fuzz.partial_ratio) / 100,
        "jaro_winkler": compared(joined, JaroWinkler.normalized_similarity),
        "edits": np.minimum(edits, 12),
        "edits_share": edits / longest,
        "edits_with_swaps": np.minimum(swaps, 12),
        "edits_without_replacing": np.minimum(indels, 12),
        # A letter swapped, doubled or lost is a slip; a letter replaced may be another name.
        "letters_swapped": np.minimum(edits - swaps, 12),
        "letters_replaced": np.minimum(indels - edits, 12),
        "letters_least": np.minimum(np.minimum(*lengths), 30),
    }
    return found | _slip_features(texts, edits)


def _slip_features(texts: tuple[list[str], list[str]], edits: Floats) -> Features:
    """Where two nearly equal texts part: a doubled letter is a slip, another ending is often another name."""
    found = np.zeros((len(edits), len(_SLIPS)), np.float32)
    found[:, 0] = _LONGEST_SLIP
    for place in np.nonzero((edits > 0) & (edits <= _MOST_EDITS))[0].tolist():
        found[place] = _slip(texts[0][place], texts[1][place])
    return {name: found[:, place] for place, name in enumerate(_SLIPS)}


def _slip(one: str, other: str) -> tuple[float, ...]:
    """The length of what differs; whether it doubles a letter, ends a word or nearly so, begins one.

    And whether the one, or the other, has an ending of names put to the other's word.
    """
    least = min(len(one), len(other))
    begin = Prefix.similarity(one, other)
    end = min(Postfix.similarity(one, other), least - begin)
    long = one if len(one) >= len(other) else other
    length = len(long) - begin - end
    single = length == 1 and least == len(long) - 1
    doubles = single and begin > 0 and long[begin] == long[begin - 1]
    behind = long[begin + length :].partition(" ")[0]
    plural = single and not behind and long[begin] == "s"
    ends = len(behind) <= 1 and not plural
    begins = not doubles and (begin == 0 or long[begin - 1] == " ")
    start = one.rfind(" ", 0, begin) + 1
    words = one[start:].partition(" ")[0], other[start:].partition(" ")[0]
    return min(length, _LONGEST_SLIP), doubles, ends, begins, _is_ended(*words), _is_ended(*words[::-1])


def _is_ended(long: str, word: str) -> bool:
    """Whether the longer word is the other with an ending of names put to it, or for its last letter."""
    return len(long) > len(word) > _SHORTEST_STEM and any(
        long.startswith(stem) and long[len(stem) :] in ENDINGS for stem in (word, word[:-1])
    )


def _form_features(lists: Lists, pairs: Pairs) -> Features:
    old, new = lists.old.forms[pairs.old], lists.new.forms[pairs.new]
    return {
        "form_same": (old == new) & (old > 0),
        "form_conflict": CONFLICTS[old, new],
        "form_one_side": (old > 0) != (new > 0),
    }


def _shape_features(lists: Lists, pairs: Pairs, joined: tuple[list[str], list[str]]) -> Features:
    old, new = lists.old, lists.new
    lengths = old.lengths[pairs.old], new.lengths[pairs.new]
    shorter, longer = np.minimum(*lengths), np.maximum(*lengths)
    prefix = (compared(joined, Prefix.similarity) >= shorter) & (shorter > 0)
    owner_old, owner_new = old.owner[pairs.old], new.owner[pairs.new]
    part_old, part_new = old.is_part[pairs.old], new.is_part[pairs.new]
    closed_old, closed_new = old.joined_numbers[pairs.old], new.joined_numbers[pairs.new]
    initials = (lengths[1] > _SHORTEST_INITIALS) & (closed_new == old.acronym_numbers[pairs.old])
    initials |= (lengths[0] > _SHORTEST_INITIALS) & (closed_old == new.acronym_numbers[pairs.new])
    return {
        "prefix": prefix,
        "prefix_length": np.where(prefix, np.minimum(shorter, 30), 0),
        "prefix_left": np.where(prefix, np.minimum(longer - shorter, 20), 0),
        "acronym": initials,
        "same_joined": closed_old == closed_new,
        "part_old": part_old,
        "part_new": part_new,
        "part_both": part_old & part_new,
        "other_parts_differ": _other_parts_differ(old, new, pairs),
        "web": old.is_web[owner_old] | new.is_web[owner_new],
        "currency_differs": _both_differ(old.currencies, new.currencies, owner_old, owner_new),
    } | _code_features(old, new, owner_old, owner_new)


def _both_differ(
    old: NDArray[np.object_], new: NDArray[np.object_], one: Integers, other: Integers
) -> NDArray[np.bool_]:
    """Whether both sides say something, and not the same."""
    said_old, said_new = old.astype(bool)[one], new.astype(bool)[other]
    found: NDArray[np.bool_] = said_old & said_new
    found[found] = old[one[found]] != new[other[found]]
    return found


def _code_features(old: Table, new: Table, one: Integers, other: Integers) -> Features:
    """Where both sides hold codes of a ledger: whether they have one in common, and whether none.

    Where most entries of both lists are numbered, each ledger counts for itself, and that none agrees says
    nothing.
    """
    coded_old = np.array([bool(codes) for codes in old.codes])
    coded_new = np.array([bool(codes) for codes in new.codes])
    both: NDArray[np.bool_] = coded_old[one] & coded_new[other]
    own_count = (
        min(len(coded_old), len(coded_new)) >= _LEAST_LIST
        and min(coded_old.mean(), coded_new.mean()) > _MOST_NUMBERED
    )
    same = np.zeros_like(both)
    for place in np.flatnonzero(both).tolist():
        same[place] = bool(old.codes[one[place]] & new.codes[other[place]])
    return {"codes_same": same, "codes_differ": both & ~same & (not own_count)}


def _cuts(lists: Lists, pairs: Pairs) -> Floats:
    """Whether one text is the other, cut off in the middle of a word; and how usual it is to be cut so long.

    A narrow field cuts all names at one length. At the end of a word a name may be shorter by itself; only
    that others are cut at that length tells.
    """
    old, new = lists.old, lists.new
    one, other = old.owner[pairs.old], new.owner[pairs.new]
    texts = picked(old.folded, one), picked(new.folded, other)
    lengths = old.folded_lengths[one], new.folded_lengths[other]
    shorter = np.minimum(*lengths)
    begins = (compared(texts, Prefix.similarity) >= shorter) & (lengths[0] != lengths[1])
    found = np.zeros((len(pairs), 2), np.float32)
    places = np.flatnonzero(begins & (shorter > _SHORTEST_CUT))
    behind = [max(texts[0][place], texts[1][place], key=len)[shorter[place]] for place in places.tolist()]
    within = np.array([letter.isalpha() for letter in behind], dtype=bool)
    # A blank before the cut is lost.
    cut_at = shorter[places] + np.array([letter == " " for letter in behind], dtype=np.int64)
    side = lengths[0][places] < lengths[1][places]
    cut_names = np.unique(
        np.stack([side, np.where(side, one[places], other[places]), cut_at])[:, within], axis=1
    )
    counts = np.bincount(cut_names[2], minlength=int(cut_at.max(initial=0)) + 1)
    own = within.astype(np.int64)
    found[places, 0] = within
    found[places, 1] = (counts[cut_at] - own + _USUAL_CUTS * _USUAL_CUT) / (counts.sum() - own + _USUAL_CUTS)
    return found


def _other_parts_differ(old: Table, new: Table, pairs: Pairs) -> NDArray[np.bool_]:
    """Whether of the names inside both some are alike, and none of the others.

    One owner has several shops: `A t/a B` is not `A t/a C`.
    """
    one, other = old.owner[pairs.old], new.owner[pairs.new]
    found = np.zeros(len(pairs), dtype=bool)
    several = (old.readings_of_owner[one] > 1) & (new.readings_of_owner[other] > 1)
    for place in np.flatnonzero(several).tolist():
        parts = _parts(old, one[place]), _parts(new, other[place])
        alike = [pair for pair in product(*parts) if fuzz.ratio(*pair) >= _ALIKE_PARTS]
        left = [set(side) - {pair[at] for pair in alike} for at, side in enumerate(parts)]
        found[place] = bool(alike) and all(left)
    return found


def _parts(table: Table, owner: int) -> list[str]:
    """The names found inside a name, closed up."""
    first, last = np.searchsorted(table.owner, [owner, owner + 1]).tolist()
    return [table.joined[row] for row in range(first, last) if table.is_part[row]]


# The first that holds is said. Each names a feature and the least that it must be.
_REASONS = (
    ("part_both", 1, "same trading name"),
    ("part_old", 1, "name found inside the old one"),
    ("part_new", 1, "name found inside the new one"),
    ("codes_same", 1, "similar name, same number behind it"),
    ("web", 1, "web address of a similar name"),
    ("same_joined", 1, "same name without what the ledger added"),
    ("ratio_text", 1, "same name, some words written short"),
    ("same_words", 1, "same words in another order"),
    ("acronym", 1, "initials of the name"),
    ("prefix", 1, "one name is the beginning of the other"),
    ("ratio_joined", 0.88, "nearly the same spelling"),
    ("token_set", 0.9, "most words are the same"),
)


def explain(features: Floats) -> list[str]:
    """Why each pair is alike, as a phrase for the page."""
    said = np.full(len(features), len(_REASONS))
    for place in range(len(_REASONS) - 1, -1, -1):
        name, least, _ = _REASONS[place]
        said[features[:, FEATURES.index(name)] >= least] = place
    phrases = [*(phrase for *_, phrase in _REASONS), "similar name"]
    return [phrases[place] for place in said.tolist()]
