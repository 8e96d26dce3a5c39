"""Words that set things of one sort apart: sizes, halves of a pair, quarters, letters and numerals."""

from collections.abc import Collection
from functools import cache
from typing import NamedTuple

from bookbind.merge.matching.vocabulary import read_table
from bookbind.merge.matching.words import EMPTY_WORDS

SORT = "another of its sort"
# Texts so short are a letter, a numeral or a quarter more often than a word.
_SHORT = 3
_SMALL_WORDS = EMPTY_WORDS | {
    "to",
    "with",
    "per",
    "an",
    "on",
    "from",
    "or",
    "as",
    "our",
    "your",
    "incl",
    "inc",
}
_NEGATIONS = frozenset({"non", "not", "no", "off", "without", "excl", "excluding", "ex", "un"})


class Apart(NamedTuple):
    """What sets one thing apart: values by group, short texts, and whether anything is negated."""

    values: dict[str, frozenset[str]]
    short: frozenset[str]
    is_negated: bool


@cache
def _groups() -> dict[str, tuple[str, str]]:
    table = ((key.partition("/"), words) for key, words in read_table("apart_words"))
    return {word: (group, value) for (group, _, value), words in table for word in words}


def read_apart(words: Collection[str]) -> Apart:
    """What sets a thing of these folded words apart from others of its sort."""
    groups = _groups()
    values: dict[str, frozenset[str]] = {}
    for word in words:
        if word in groups:
            group, value = groups[word]
            values[group] = values.get(group, frozenset()) | {value}
    short = frozenset(
        word for word in words if len(word) <= _SHORT and word not in groups and word not in _SMALL_WORDS
    )
    return Apart(values, short - _NEGATIONS, not _NEGATIONS.isdisjoint(words))


def are_apart(one: Apart, other: Apart) -> bool:
    """Whether two things of one sort are two: of a group they have different values, or letters or numerals.

    Large and small, Q1 and Q2, Plan A and Plan B, peak and off-peak.
    """
    if one.is_negated != other.is_negated:
        return True
    return bool(one.short - other.short and other.short - one.short) or values_differ(one, other)


def values_differ(one: Apart, other: Apart) -> bool:
    """Whether two things have different values of a group, as monthly and weekly ones."""
    shared = one.values.keys() & other.values.keys()
    return any(not one.values[group] & other.values[group] for group in shared)
