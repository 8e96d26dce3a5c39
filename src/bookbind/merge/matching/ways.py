"""Ways to pay, by the words that people have for them; and numbers with and without a word before them."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bookbind.merge.matching.apart import SORT
from bookbind.merge.matching.named import Scored
from bookbind.merge.matching.vocabulary import read_table

_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[0-9]{2,}")
_WAYS = {tuple(word.split()): way for way, words in read_table("payment_ways") for word in words}
_LONGEST = max(map(len, _WAYS))
_FILLERS = frozenset({"by", "via", "paid", "pay", "payment", "payments", "with"})
_SAME, _ONE_OF_ITS_SORTS, _TWO, _NUMBERED = 0.97, 0.6, 0.02, 0.8


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways that a name speaks of; `alone` when it says nothing else."""

    names: frozenset[str]
    alone: bool


def read_ways(text: str) -> Ways:
    """The ways to pay in a folded name, the longest words for them first."""
    words, names, alone, at = _NOT_WORDS.sub(" ", text).split(), set(), True, 0
    while at < len(words):
        sizes = (size for size in range(_LONGEST, 0, -1) if tuple(words[at : at + size]) in _WAYS)
        size = next(sizes, 0)
        if size:
            names.add(_WAYS[tuple(words[at : at + size])])
        alone &= bool(size) or words[at] in _FILLERS
        at += size or 1
    return Ways(frozenset(names), alone and bool(names))


def compare_ways(scored: Scored, old: Sequence[str], new: Sequence[str]) -> Scored:
    """The pairs with what ways to pay say: the same is the same however written, two ways never are."""
    ours, theirs = [read_ways(text) for text in old], [read_ways(text) for text in new]
    said: dict[tuple[int, int], tuple[float, str, str]] = {}
    for one, other in zip(scored.old.tolist(), scored.new.tolist(), strict=True):
        if _are_two(ours[one].names, theirs[other].names):
            said[one, other] = (_TWO, "two ways to pay", SORT)
    by_way: dict[frozenset[str], list[int]] = defaultdict(list)
    for other, ways in enumerate(theirs):
        if ways.alone:
            by_way[ways.names].append(other)
    for one, ways in enumerate(ours):
        for names, others in by_way.items() if ways.alone else ():
            if names == ways.names:
                said |= {(one, other): (_SAME, "the same way to pay", "") for other in others}
            elif not _are_two(names, ways.names):
                said |= {
                    (one, other): (_ONE_OF_ITS_SORTS, "one is a sort of the other", SORT) for other in others
                }
    return _corrected(scored, said)


def compare_numbers(scored: Scored, old: Sequence[str], new: Sequence[str]) -> Scored:
    """The pairs with those in which a number stands alone here and behind a word there: a person decides."""
    ours, theirs = (
        {text: at for at, text in enumerate(side) if _NUMBER.fullmatch(text)} for side in (old, new)
    )
    said = dict.fromkeys(_behind_words(old, theirs), (_NUMBERED, "the same number", ""))
    said |= {(one, other): (_NUMBERED, "the same number", "") for other, one in _behind_words(new, ours)}
    return _corrected(scored, said)


def _behind_words(texts: Sequence[str], bare: dict[str, int]) -> Iterator[tuple[int, int]]:
    """The places of texts that are words and then one of the bare numbers, each with that number's place."""
    for at, text in enumerate(texts):
        *before, last = _NOT_WORDS.sub(" ", text).split() or [""]
        if before and last in bare and all(word.isalpha() for word in before):
            yield at, bare[last]


def _are_two(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the names speak of ways of which none is another's sort."""
    pairs = [(here, there) for here in one for there in other]
    return bool(pairs) and not any(
        here == there or here.endswith(f" {there}") or there.endswith(f" {here}") for here, there in pairs
    )


def _corrected(scored: Scored, said: dict[tuple[int, int], tuple[float, str, str]]) -> Scored:
    """The pairs with the probability, the reason and the doubt that is known better of some."""
    probability, reasons, doubts = scored.probability.copy(), list(scored.reasons), list(scored.doubts)
    left = dict(said)
    for place, pair in enumerate(zip(scored.old.tolist(), scored.new.tolist(), strict=True)):
        if pair not in left:
            continue
        chance, why, doubt = left.pop(pair)
        if doubt != SORT and probability[place] >= chance:
            continue
        probability[place], reasons[place], doubts[place] = chance, why, doubt
    return Scored(
        np.concatenate([scored.old, np.array([one for one, _ in left], dtype=np.int64)]),
        np.concatenate([scored.new, np.array([other for _, other in left], dtype=np.int64)]),
        np.concatenate([probability, np.array([row[0] for row in left.values()], dtype=np.float32)]),
        reasons + [row[1] for row in left.values()],
        doubts + [row[2] for row in left.values()],
    )
