"""The readings of one list as arrays, so that the features of all pairs are a few array operations."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.known_words import are_known
from bookbind.merge.matching.legal_forms import FORM_NUMBERS
from bookbind.merge.matching.names import Name, full_words
from bookbind.merge.matching.words import (
    EMPTY_WORDS,
    GROUP_WORDS,
    HOME_WORDS,
    KINDS,
    REGIONS,
    TOWNS,
    TRADE_WORDS,
)

WORDS_KEPT = 10
# Weight of the frequencies that came with the model against those of the lists at hand, in names.
_PRIOR_NAMES = 4000
_UNSEEN_SHARE = 2e-5
_NUMBER = re.compile(r"\d")
# A letter, or two that are no word: `T. R. Simmons` is read as `tr simmons`.
_INITIALS = re.compile(r"[^\W\d_]|[b-df-hj-np-tv-z]{2}")
_ROMAN = frozenset(["ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"])

PLACE, GROUP, NUMERIC, EMPTY, INITIAL, HOME, DIGITS, TRADE, KNOWN = 1, 2, 4, 8, 16, 32, 64, 128, 256

Integers = NDArray[np.int64]
Floats = NDArray[np.float32]


# Texts by number, in the order in which they were first seen; number 0 is none.
Numbers = dict[str, int]


def no_numbers() -> Numbers:
    """Numbers of no text yet."""
    return {"": 0}


def number_all(texts: Iterable[str], numbers: Numbers) -> Integers:
    """The number of each text, given to it when it is first seen."""
    return np.array([numbers.setdefault(text, len(numbers)) for text in texts], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Table:
    """The readings of a list. `owner` is the place of the name that a reading belongs to.

    `lengths` are those of `joined`, and `repeats` say how often a word stood before in its reading. Texts and
    legal forms are numbered, so that arrays find equal ones.
    """

    owner: Integers
    texts: list[str]
    joined: list[str]
    sorted_texts: list[str]
    acronyms: list[str]
    lengths: NDArray[np.int32]
    joined_numbers: Integers
    acronym_numbers: Integers
    words: NDArray[np.int32]
    repeats: NDArray[np.int32]
    counts: NDArray[np.int32]
    forms: NDArray[np.int32]
    is_part: NDArray[np.bool_]
    readings_of_owner: Integers
    folded: list[str]
    folded_lengths: NDArray[np.int32]
    currencies: NDArray[np.object_]
    codes: list[frozenset[str]]
    is_web: NDArray[np.bool_]
    place_apart: NDArray[np.bool_]


def build_table(names: Sequence[Name], vocabulary: Numbers, closed: Numbers) -> Table:
    """The table of a list's names; new words are added to the vocabulary, and names closed up to `closed`."""
    owner = np.array([place for place, name in enumerate(names) for _ in name.readings], dtype=np.int64)
    readings = [reading for name in names for reading in name.readings]
    full = [full_words(reading.words) for reading in readings]
    words, counts = _numbered_words([kept[:WORDS_KEPT] for kept in full], vocabulary)
    joined = [reading.joined for reading in readings]
    acronyms = ["".join([word[0] for word in reading.words]) for reading in readings]
    return Table(
        owner=owner,
        texts=[" ".join(kept) for kept in full],
        joined=joined,
        sorted_texts=[" ".join(sorted(kept)) for kept in full],
        acronyms=acronyms,
        lengths=np.array([len(text) for text in joined], dtype=np.int32),
        joined_numbers=number_all(joined, closed),
        acronym_numbers=number_all(acronyms, closed),
        words=words,
        repeats=_repeats(words),
        counts=counts,
        forms=np.array([FORM_NUMBERS[reading.form] for reading in readings], dtype=np.int32),
        is_part=np.array([place > 0 for name in names for place in range(len(name.readings))], dtype=bool),
        readings_of_owner=np.array([len(name.readings) for name in names], dtype=np.int64),
        folded=[name.folded for name in names],
        folded_lengths=np.array([len(name.folded) for name in names], dtype=np.int32),
        currencies=np.array([name.currency for name in names], dtype=object),
        codes=[name.codes for name in names],
        is_web=np.array([name.is_web for name in names], dtype=bool),
        place_apart=np.array([reading.place_apart for reading in readings], dtype=bool),
    )


def _numbered_words(
    kept: Sequence[Sequence[str]], vocabulary: Numbers
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A row of word numbers for each reading, filled up with 0, and how many words each has."""
    counts = np.array([len(words) for words in kept], dtype=np.int32)
    rows = np.repeat(np.arange(len(kept)), counts)
    columns = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    numbered = np.zeros((len(kept), WORDS_KEPT), dtype=np.int32)
    numbered[rows, columns] = number_all((word for words in kept for word in words), vocabulary)
    return numbered, counts


def _repeats(words: NDArray[np.int32]) -> NDArray[np.int32]:
    """For each word how often it stands before in the same reading."""
    equal = np.tril(words[:, :, None] == words[:, None, :], -1)
    counted: NDArray[np.int32] = equal.sum(axis=2, dtype=np.int32)
    return counted


@dataclass(frozen=True, slots=True)
class Words:
    """What each word of a vocabulary tells and is, by its number.

    `rarity` is in nats: minus the logarithm of the share of names that have it. `marks` are sums of PLACE and
    what follows it. `kinds` are equal for words of one kind of place, 0 for none.
    """

    texts: Sequence[str]
    lengths: NDArray[np.int32]
    rarity: Floats
    marks: NDArray[np.int32]
    kinds: NDArray[np.int32]


def describe_words(vocabulary: Numbers, tables: Sequence[Table], prior: Mapping[str, float]) -> Words:
    """The facts of all words of the tables; `prior` says in what share of all names a common word stands."""
    numbers = {kind: number for number, kind in enumerate(sorted(set(KINDS.values())), 1)}
    words = list(vocabulary)
    return Words(
        texts=words,
        lengths=np.array([len(word) for word in words], dtype=np.int32),
        rarity=_rarity(words, tables, prior),
        marks=np.array([_mark(word) for word in words], dtype=np.int32) | are_known(words) * KNOWN,
        kinds=np.array([numbers[KINDS[word]] if word in KINDS else 0 for word in words], dtype=np.int32),
    )


def _rarity(words: Sequence[str], tables: Sequence[Table], prior: Mapping[str, float]) -> Floats:
    counts = np.zeros(len(words))
    total = 0
    for table in tables:
        wholes = table.words[~table.is_part]
        counts += np.bincount(wholes[wholes > 0].ravel(), minlength=len(counts))
        total += len(wholes)
    shares = np.array([prior.get(word, _UNSEEN_SHARE) for word in words])
    # A word that both lists share twice says as little about rarity as one that stands in one list once.
    rarity: Floats = -np.log(
        (np.maximum(counts / 2, 0.5) + _PRIOR_NAMES * shares) / (total / 2 + _PRIOR_NAMES)
    ).astype(np.float32)
    rarity[0] = 0
    return rarity


def _mark(word: str) -> int:
    mark = PLACE if word in TOWNS or word in REGIONS else 0
    mark |= GROUP if word in GROUP_WORDS else 0
    mark |= NUMERIC if _NUMBER.search(word) or word in _ROMAN else 0
    mark |= EMPTY if word in EMPTY_WORDS else 0
    mark |= HOME if word in HOME_WORDS else 0
    mark |= TRADE if word in TRADE_WORDS else 0
    mark |= DIGITS if word.isdigit() else 0
    return mark | (INITIAL if _INITIALS.fullmatch(word) else 0)
