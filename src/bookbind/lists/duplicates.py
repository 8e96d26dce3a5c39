"""Pure: which entries of one list look like the same thing twice."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from uuid import UUID

from rapidfuzz import fuzz

from bookbind.lists.entries import fold

# How firms write their legal form; it tells nothing about which firm it is.
_LEGAL_FORMS = frozenset(
    [
        "ltd",
        "limited",
        "plc",
        "llp",
        "lp",
        "inc",
        "incorporated",
        "corp",
        "corporation",
        "co",
        "company",
        "llc",
        "pllc",
        "pc",
        "pty",
        "pvt",
        "pte",
        "gmbh",
        "mbh",
        "ag",
        "kg",
        "ohg",
        "ug",
        "ev",
        "bv",
        "nv",
        "sa",
        "sas",
        "sarl",
        "sarlu",
        "sca",
        "snc",
        "srl",
        "spa",
        "sl",
        "slu",
        "ab",
        "as",
        "asa",
        "oy",
        "oyj",
        "aps",
        "ehf",
        "kft",
        "zrt",
        "sro",
        "spol",
        "doo",
        "cic",
        "cio",
        "uk",
        "ireland",
        "the",
    ]
)
_SPELLINGS = {
    "&": "and",
    "+": "and",
    "st": "saint",
    "bros": "brothers",
    "intl": "international",
    "svcs": "services",
}
_ALIKE = 92
_SHORTEST_FUZZY = 5
_LARGEST_BLOCK = 200
_BLOCK_LETTERS = 4
_FIGURES = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W_]+|[&+]")


class Likeness(IntEnum):
    """Why two entries look alike, the surest first."""

    TAX_NUMBER = 1
    SAME_NAME = 2
    ALMOST_SAME_NAME = 3


@dataclass(frozen=True)
class Entry:
    """One entry to compare; the tax number without blanks and dashes."""

    id: UUID
    name: str
    code: str = ""
    tax_number: str = ""


@dataclass(frozen=True)
class Pair:
    """Two entries that look alike; `first` is the older one."""

    first: UUID
    second: UUID
    likeness: Likeness


def find_pairs(entries: Sequence[Entry], apart: Iterable[frozenset[UUID]] = ()) -> list[Pair]:
    """Pairs that look alike, the surest first, without those that somebody said are two.

    Entries are given oldest first. Two tax numbers that differ are two firms, whatever their names.
    """
    excluded = set(apart)
    position = {entry.id: number for number, entry in enumerate(entries)}
    found: dict[frozenset[UUID], Pair] = {}
    for one, other, likeness in _candidates(entries):
        key = frozenset((one.id, other.id))
        if key in excluded or (one.tax_number and other.tax_number and one.tax_number != other.tax_number):
            continue
        if key not in found or likeness < found[key].likeness:
            first, second = sorted((one, other), key=lambda entry: position[entry.id])
            found[key] = Pair(first.id, second.id, likeness)
    return sorted(
        found.values(), key=lambda pair: (pair.likeness, position[pair.first], position[pair.second])
    )


def core_name(name: str) -> str:
    """The name without legal form, punctuation and spelling habits; empty when nothing else is left."""
    folded = fold(name).replace("'", "").replace("\u2019", "")
    words = _WORDS.findall(folded)
    spelled = [_SPELLINGS.get(word, word) for word in _join_initials(words)]
    kept = [word for word in spelled if word not in _LEGAL_FORMS]
    return " ".join(kept or spelled)


def _join_initials(words: Sequence[str]) -> list[str]:
    """`b t` and `bt` are written for the same firm."""
    joined: list[str] = []
    run = ""
    for word in words:
        if len(word) == 1 and word.isalpha():
            run += word
            continue
        if run:
            joined.append(run)
            run = ""
        joined.append(word)
    return [*joined, run] if run else joined


def _candidates(entries: Sequence[Entry]) -> Iterator[tuple[Entry, Entry, Likeness]]:
    cores = [(entry, core_name(entry.name)) for entry in entries]
    by_tax = ((entry.tax_number, entry) for entry in entries if entry.tax_number)
    yield from ((a, b, Likeness.TAX_NUMBER) for a, b in _pairs(by_tax))
    yield from ((a, b, Likeness.SAME_NAME) for a, b in _pairs((core, entry) for entry, core in cores if core))
    yield from _fuzzy(cores)


def _fuzzy(cores: Sequence[tuple[Entry, str]]) -> Iterator[tuple[Entry, Entry, Likeness]]:
    """Names with nearly the same letters and the same figures: Unit 4 and Unit 5 are two.

    Only names that begin alike are compared, so that ten thousand of them take no time.
    """
    blocks: dict[str, list[tuple[Entry, str]]] = defaultdict(list)
    for entry, core in cores:
        letters = core.replace(" ", "")
        if len(letters) >= _SHORTEST_FUZZY:
            beginning = "|".join((letters[:_BLOCK_LETTERS], *_FIGURES.findall(core)))
            blocks[beginning].append((entry, letters))
    for block in blocks.values():
        for (one, letters), (other, other_letters) in combinations(block[:_LARGEST_BLOCK], 2):
            if fuzz.ratio(letters, other_letters, score_cutoff=_ALIKE):
                yield one, other, Likeness.ALMOST_SAME_NAME


def _pairs(keyed: Iterable[tuple[str, Entry]]) -> Iterator[tuple[Entry, Entry]]:
    groups: dict[str, list[Entry]] = defaultdict(list)
    for key, entry in keyed:
        groups[key].append(entry)
    for group in groups.values():
        yield from combinations(group[:_LARGEST_BLOCK], 2)
