"""What the words of a pair show: which are shared, spelled differently, known, or left over on a side."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import JaroWinkler, Prefix

from bookbind.merge.matching.pairs import Features, Lists, Pairs, compared, picked
from bookbind.merge.matching.table import (
    DIGITS,
    GROUP,
    HOME,
    INITIAL,
    KNOWN,
    NUMERIC,
    PLACE,
    TRADE,
    Floats,
    Integers,
    Words,
)

_SOFT_LEAST = 0.82
# How many letters a plural adds.
_LONGEST_PLURAL = 2
# The most that words count which are not the same; plurals do.
_NEARLY_SAME = np.float32(0.95)
# Two words for one kind of place, such as surgery and practice.
_ONE_KIND = 0.85
# A word whose beginning is the other, and one of which two letters or less are left.
_CUT_OFF, _ABBREVIATED, _INITIAL = 0.9, 0.7, 2


def word_features(lists: Lists, pairs: Pairs) -> Features:
    """What the words of both sides have in common, what differs, and what each side has left over."""
    old, new = lists.old.words[pairs.old], lists.new.words[pairs.new]
    # A word that one side has twice and the other once is left over there.
    again = lists.old.repeats[pairs.old][:, :, None] == lists.new.repeats[pairs.new][:, None, :]
    same = (old[:, :, None] == new[:, None, :]) & (old[:, :, None] > 0) & again
    match_old, match_new = same.any(axis=2).astype(np.float32), same.any(axis=1).astype(np.float32)
    soft_old, soft_new = _soft_matches(lists.words, old, new, match_old, match_new)
    rare_old, rare_new = lists.words.rarity[old], lists.words.rarity[new]
    left_old, left_new = rare_old * (1 - soft_old), rare_new * (1 - soft_new)
    mass_old, mass_new = (np.maximum(rare.sum(axis=1), 1e-3) for rare in (rare_old, rare_new))
    lacking = (soft_old == 0) & (old > 0), (soft_new == 0) & (new > 0)
    found: Features = {
        "overlap_old": (rare_old * match_old).sum(axis=1) / mass_old,
        "overlap_new": (rare_new * match_new).sum(axis=1) / mass_new,
        "soft_old": (rare_old * soft_old).sum(axis=1) / mass_old,
        "soft_new": (rare_new * soft_new).sum(axis=1) / mass_new,
        "left_mass_old": left_old.sum(axis=1),
        "left_mass_new": left_new.sum(axis=1),
        "left_rarest_old": left_old.max(axis=1),
        "left_rarest_new": left_new.max(axis=1),
        "shared_mass": (rare_old * match_old).sum(axis=1),
        "shared_rarest": (rare_old * match_old).max(axis=1),
        "left_words_old": lacking[0].sum(axis=1),
        "left_words_new": lacking[1].sum(axis=1),
        "best_soft": np.where((match_old == 0) & (soft_old > 0), soft_old, 1).min(axis=1),
        "mass_least": np.minimum(mass_old, mass_new),
        "first_word_same": (old[:, 0] == new[:, 0]) & (old[:, 0] > 0),
        "same_words": (np.sort(old, axis=1) == np.sort(new, axis=1)).all(axis=1),
        "words_old": lists.old.counts[pairs.old],
        "words_new": lists.new.counts[pairs.new],
    }
    found |= _left_at_ends(lacking, (found["words_old"], found["words_new"]))
    found |= _near_words((rare_old, rare_new), (match_old, match_new), (soft_old, soft_new))
    known = (lists.words.marks[old] & KNOWN) > 0, (lists.words.marks[new] & KNOWN) > 0
    found |= _known_words(known, (old, new), (match_old, match_new), (soft_old, soft_new))
    found |= _left_over(lists.words.marks, (old, new), (soft_old < 1, soft_new < 1))
    behind_old = lists.old.place_apart[pairs.old] & (found["left_places_old"] > 0)
    behind_new = lists.new.place_apart[pairs.new] & (found["left_places_new"] > 0)
    return found | {"left_place_apart": behind_old | behind_new}


def _near_words(
    rarity: tuple[Floats, Floats],
    match: tuple[Floats, Floats],
    soft: tuple[Floats, Floats],
) -> Features:
    """How rare the words are that are spelled differently: a common word misspelled is still that word."""
    near = [(match[side] == 0) & (soft[side] > 0) for side in (0, 1)]
    rarest = [(rarity[side] * near[side]).max(axis=1) for side in (0, 1)]
    return {
        "near_rarity_least": np.minimum(*rarest),
        "near_rarity_gap": np.abs(rarest[0] - rarest[1]),
        "near_in_first_word": near[0][:, 0] | near[1][:, 0],
    }


def _known_words(
    known: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    words: tuple[NDArray[np.int32], NDArray[np.int32]],
    match: tuple[Floats, Floats],
    soft: tuple[Floats, Floats],
) -> Features:
    """Whether what differs is made of words: a slip of the keys hardly ever makes another word.

    For words that are spelled differently whether those of both sides are all known, and for all without an
    equal on the other side, what share of either side is.
    """
    differ = [(match[side] == 0) & (words[side] > 0) for side in (0, 1)]
    near = [differ[side] & (soft[side] > 0) & (soft[side] < _NEARLY_SAME) for side in (0, 1)]
    both = near[0].any(axis=1) & near[1].any(axis=1)
    for side in (0, 1):
        both &= (known[side] | ~near[side]).all(axis=1)
    shares = [
        (known[side] & differ[side]).sum(axis=1) / np.maximum(differ[side].sum(axis=1), 1) for side in (0, 1)
    ]
    return {"near_known_both": both, "open_known_old": shares[0], "open_known_new": shares[1]}


def _left_at_ends(
    lacking: tuple[NDArray[np.bool_], NDArray[np.bool_]], counts: tuple[NDArray[Any], NDArray[Any]]
) -> Features:
    """Whether the first, and the last, word of either side has nothing like it on the other."""
    rows = np.arange(len(counts[0]))
    last = [np.maximum(count - 1, 0) for count in counts]
    return {
        "left_first_old": lacking[0][:, 0],
        "left_first_new": lacking[1][:, 0],
        "left_last_old": lacking[0][rows, last[0]],
        "left_last_new": lacking[1][rows, last[1]],
    }


def _left_over(
    marks: NDArray[np.int32],
    words: tuple[NDArray[np.int32], NDArray[np.int32]],
    left: tuple[NDArray[np.bool_], NDArray[np.bool_]],
) -> Features:
    """How many places, numbers, initials and words of groups one side has and the other lacks."""

    def count(mark: int) -> tuple[Floats, Floats]:
        sides = [((marks[side] & mark) > 0) & lacking for side, lacking in zip(words, left, strict=True)]
        return sides[0].sum(axis=1).astype(np.float32), sides[1].sum(axis=1).astype(np.float32)

    numbers, initials, places, groups = count(NUMERIC), count(INITIAL), count(PLACE), count(GROUP)
    homes, trades = count(HOME), count(TRADE)
    return {
        "numbers_differ": np.minimum(*numbers),
        "numbers_one_side": np.abs(numbers[0] - numbers[1]),
        "initials_differ": np.minimum(*initials),
        "initials_one_side": np.abs(initials[0] - initials[1]),
        "left_places_old": places[0],
        "left_places_new": places[1],
        "left_home": homes[0] + homes[1],
        "left_group_old": groups[0],
        "left_group_new": groups[1],
        "left_trade_old": trades[0],
        "left_trade_new": trades[1],
    }


def _soft_matches(
    words: Words,
    old: NDArray[np.int32],
    new: NDArray[np.int32],
    match_old: Floats,
    match_new: Floats,
) -> tuple[Floats, Floats]:
    """The matches with near spellings, cut-off words and initials counted for a part."""
    open_old, open_new = (match_old == 0) & (old > 0), (match_new == 0) & (new > 0)
    rows, left, right = np.nonzero(open_old[:, :, None] & open_new[:, None, :])
    soft_old, soft_new = match_old.copy(), match_new.copy()
    if len(rows):
        keys = old[rows, left].astype(np.int64) << 32 | new[rows, right]
        unique, place = np.unique(keys, return_inverse=True)
        alike = word_likeness(words, unique >> 32, unique & 0xFFFFFFFF)[place]
        np.maximum.at(soft_old, (rows, left), alike)
        np.maximum.at(soft_new, (rows, right), alike)
    return soft_old, soft_new


def word_likeness(words: Words, one: Integers, other: Integers) -> Floats:
    """How alike words are: near spelling, one cut off from the other, or an initial; 0 where neither."""
    texts = picked(words.texts, one), picked(words.texts, other)
    near = compared(texts, JaroWinkler.normalized_similarity)
    near[near < _SOFT_LEAST] = 0
    shorter = np.minimum(words.lengths[one], words.lengths[other])
    begins = compared(texts, Prefix.similarity) >= shorter
    near[begins] = np.maximum(near[begins], np.where(shorter[begins] > _INITIAL, _CUT_OFF, _ABBREVIATED))
    of_one_kind = (words.kinds[one] > 0) & (words.kinds[one] == words.kinds[other])
    near[of_one_kind] = np.maximum(near[of_one_kind], _ONE_KIND)
    longer = np.abs(words.lengths[one] - words.lengths[other])
    ended = np.flatnonzero((near > 0) & (longer > 0) & (longer <= _LONGEST_PLURAL)).tolist()
    near[[place for place in ended if _are_plural(texts[0][place], texts[1][place])]] = 1
    # Numbers are equal or they are not, and so are towns.
    near[((words.marks[one] | words.marks[other]) & DIGITS) > 0] = 0
    near[(words.marks[one] & words.marks[other] & PLACE) > 0] = 0
    return near * _NEARLY_SAME


def _are_plural(one: str, other: str) -> bool:
    """Whether one word is the plural of the other."""
    short, long = sorted((one, other), key=len)
    return long in (f"{short}s", f"{short}es", f"{short.removesuffix('y')}ies")
