"""Ways to pay, by the words that people have for them."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from bookbind.merge.matching.apart import SORT
from bookbind.merge.matching.named import Scored, corrected
from bookbind.merge.matching.vocabulary import read_table

_NOT_WORDS = re.compile(r"[\W_]+")
_WAYS = {tuple(word.split()): way for way, words in read_table("payment_ways") for word in words}
_LONGEST = max(map(len, _WAYS))
_FILLERS = frozenset({"by", "via", "paid", "pay", "payment", "payments", "with"})
_SAME, _ONE_OF_ITS_SORTS, _TWO = 0.97, 0.6, 0.02


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
    return corrected(scored, said)


def _are_two(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether the names speak of ways of which none is another's sort."""
    pairs = [(here, there) for here in one for there in other]
    return bool(pairs) and not any(
        here == there or here.endswith(f" {there}") or there.endswith(f" {here}") for here, there in pairs
    )
