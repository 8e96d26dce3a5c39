"""What default accounts stand for: about 270 concepts with the phrases that charts use for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_types import CLASS_OF, family_of, is_broad
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.vocabulary import read_table

Floats = NDArray[np.float32]

_STOP_WORDS = frozenset(
    [
        "and",
        "of",
        "the",
        "on",
        "for",
        "to",
        "a",
        "an",
        "in",
        "at",
        "by",
        "with",
        "from",
        "less",
        "inc",
        "etc",
        "account",
        "accounts",
        "ac",
    ]
)
_APOSTROPHES = re.compile(r"'s\b|'")
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_MARKS = re.compile(r"[^a-z0-9]+")
_WRITTEN_OFF = re.compile(r"\bwr(?:ite|itten)[ -]?offs?\b")
_OTHER_FAMILY = 0.55
# What a part of a name stands for is a weaker sign than what the whole stands for.
_PART, _PART_LEAST = 0.75, 0.9
_MOST_PARTS, _WHOLE_CLEAR = 5, 0.8
_BETWEEN_PARTS = re.compile(r"\s*(?:,|&|/|\+|;|:|\band\b| - )\s*", re.IGNORECASE)
# For a fixed asset, what has been written off of it is an account of its own.
_WRITTEN_DOWN = (
    *("{0} depreciation", "accumulated depreciation {0}", "depreciation {0}", "{0} accumulated depreciation"),
    *("less accumulated depreciation on {0}", "{0} amortisation", "accumulated amortisation {0}"),
    *("provision for depreciation {0}", "{0} depreciation provision", "depreciation brought forward {0}"),
)
WRITTEN_DOWN = "written_down:"


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that accounts stand for. `broader` are the keys of what contains it, none at the top."""

    key: str
    broader: tuple[str, ...]
    families: frozenset[str]
    phrases: tuple[str, ...]

    @property
    def classes(self) -> frozenset[str]:
        """Asset, liability, equity, income, expense: where such accounts may stand."""
        return frozenset(CLASS_OF[family] for family in self.families)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All concepts; their phrases as rows of weighted words, row r belonging to concept `owner[r]`."""

    concepts: tuple[Concept, ...]
    phrases: tuple[str, ...]
    owner: NDArray[np.int64]
    words: dict[str, int]
    weights: Floats
    rows: Floats
    masses: Floats
    relation: Floats
    families: Floats


@cache
def _word_forms() -> dict[str, str]:
    return {form: word for word, forms in read_table("account_words") for form in forms}


@cache
def _word_groups() -> tuple["re.Pattern[str]", dict[str, str]]:
    groups = {form.replace("-", " "): word for form, word in _word_forms().items() if "-" in form}
    pattern = "|".join(sorted(map(re.escape, groups), key=len, reverse=True))
    return re.compile(rf"\b(?:{pattern})\b"), groups


def account_words(name: str) -> tuple[str, ...]:
    """The words of an account's name in the form that stands for their kin, small words left out."""
    text = _DOTTED.sub(r"\1", _APOSTROPHES.sub("", fold(name)))
    text = _WRITTEN_OFF.sub("writeoff", _MARKS.sub(" ", text))
    pattern, groups = _word_groups()
    text = pattern.sub(lambda found: groups[found[0]], text)
    words = [_base(word) for word in text.split() if word not in _STOP_WORDS]
    return tuple(dict.fromkeys(words or text.split()))


def _base(word: str) -> str:
    forms = _word_forms()
    if word in forms:
        return forms[word]
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        single = word[:-3] + "y" if word.endswith("ies") else word[:-1]
        return forms.get(single, single)
    return word


@cache
def load_catalogue() -> Catalogue:
    """The catalogue from the files beside this package."""
    concepts = [*_read_concepts("concepts_balance"), *_read_concepts("concepts_profit")]
    concepts += [_written_down(concept) for concept in concepts if "fixed" in concept.families]
    phrases = [(phrase, place) for place, concept in enumerate(concepts) for phrase in concept.phrases]
    split = [account_words(phrase) for phrase, _ in phrases]
    words: dict[str, int] = {}
    for found in split:
        for word in found:
            words.setdefault(word, len(words))
    owner = np.array([place for _, place in phrases])
    rows = np.zeros((len(phrases), len(words)), np.float32)
    for row, found in enumerate(split):
        rows[row, [words[word] for word in found]] = 1
    weights = _rarity(split, owner.tolist(), words)
    rows *= weights
    return Catalogue(
        concepts=tuple(concepts),
        phrases=tuple(phrase for phrase, _ in phrases),
        owner=owner,
        words=words,
        weights=weights,
        rows=rows,
        masses=rows.sum(axis=1),
        relation=_relations(concepts),
        families=_family_fits(concepts),
    )


def _read_concepts(file: str) -> list[Concept]:
    found = []
    for head, phrases in read_table(file):
        key, _, rest = head.partition("<")
        broader, _, families = rest.partition("|")
        found.append(
            Concept(key.strip(), tuple(broader.split()), frozenset(families.split()), tuple(phrases))
        )
    return found


def _written_down(concept: Concept) -> Concept:
    phrases = [pattern.format(phrase) for phrase in concept.phrases for pattern in _WRITTEN_DOWN]
    broader = tuple(f"{WRITTEN_DOWN}{key}" for key in concept.broader)
    return Concept(f"{WRITTEN_DOWN}{concept.key}", broader, frozenset({"fixed", "asset"}), tuple(phrases))


def _rarity(split: Sequence[tuple[str, ...]], owner: Sequence[int], words: Mapping[str, int]) -> Floats:
    """What each word tells: in how few concepts it stands."""
    stands = {(place, words[word]) for place, found in zip(owner, split, strict=True) for word in found}
    counts = np.bincount([word for _, word in stands], minlength=len(words))
    concepts = len(set(owner))
    weights: Floats = (np.log((1 + concepts) / (1 + counts)) / np.log(concepts)).astype(np.float32)
    return np.maximum(weights, 0.12)


def _relations(concepts: Sequence[Concept]) -> Floats:
    """How near the place of one concept is to another: 1 the same, then broader, narrower, of one kind."""
    place = {concept.key: number for number, concept in enumerate(concepts)}
    relation = np.eye(len(concepts), dtype=np.float32)
    children: dict[int, list[int]] = {}
    for number, concept in enumerate(concepts):
        above, nearness = [place[key] for key in concept.broader if key in place], 0.6
        for parent in above:
            children.setdefault(parent, []).append(number)
        while above:
            relation[number, above] = np.maximum(relation[number, above], nearness)
            relation[above, number] = np.maximum(relation[above, number], nearness * 0.6)
            above = [place[key] for parent in above for key in concepts[parent].broader if key in place]
            nearness *= 0.7
    for kin in children.values():
        for one in kin:
            for other in kin:
                relation[one, other] = max(relation[one, other], 0.2)
    return relation


def _family_fits(concepts: Sequence[Concept]) -> Floats:
    """For each family (rows, in the order of CLASS_OF) how well it fits each concept."""
    fits = np.full((len(CLASS_OF) + 1, len(concepts)), 0.0, np.float32)
    for row, family in enumerate(CLASS_OF):
        for number, concept in enumerate(concepts):
            same_class = CLASS_OF[family] in concept.classes
            fits[row, number] = 1.0 if family in concept.families else 0.9 if same_class else _OTHER_FAMILY
    fits[-1] = 0.97
    return fits


def name_rows(catalogue: Catalogue, names: Sequence[str]) -> tuple[Floats, Floats]:
    """The names as rows over the catalogue's words, and the mass of all their words, known and unknown."""
    rows = np.zeros((len(names), len(catalogue.words)), np.float32)
    masses = np.zeros(len(names), np.float32)
    for row, name in enumerate(names):
        for word in account_words(name):
            column = catalogue.words.get(word)
            if column is None:
                masses[row] += 0.8
            else:
                rows[row, column] = 1
                masses[row] += catalogue.weights[column]
    return rows, masses


def _parts(name: str) -> list[str]:
    parts = [part.strip() for part in _BETWEEN_PARTS.split(name)]
    return [part for part in parts if len(part) > 2] if 1 < len(parts) <= _MOST_PARTS else []


def _phrase_scores(catalogue: Catalogue, names: Sequence[str], without: NDArray[np.int64]) -> Floats:
    rows, masses = name_rows(catalogue, names)
    shared = rows @ catalogue.rows.T
    likeness = 2 * shared / np.maximum(masses[:, None] + catalogue.masses[None, :], 1e-6)
    known = without >= 0
    likeness[known, without[known]] = 0
    starts = np.searchsorted(catalogue.owner, np.arange(len(catalogue.concepts)))
    return np.maximum.reduceat(likeness, starts, axis=1).astype(np.float32)


def concept_scores(
    names: Sequence[str], types: Sequence[str], without: NDArray[np.int64] | None = None
) -> Floats:
    """How well each name fits each concept, 0 to 1: (names, concepts).

    A name of several parts, such as "Light, power and heating", fits what its parts stand for too.
    `without` names, for each row, a phrase that must not be used, -1 for none; the training needs it.
    """
    catalogue = load_catalogue()
    held = np.full(len(names), -1) if without is None else without
    scores = _phrase_scores(catalogue, names, held)
    parts = [(row, part) for row, name in enumerate(names) for part in _parts(name)]
    if parts:
        rows = np.array([row for row, _ in parts])
        of_parts = _phrase_scores(catalogue, [part for _, part in parts], held[rows]) * _PART
        unclear = (scores[rows].max(axis=1) < _WHOLE_CLEAR)[:, None]
        np.maximum.at(scores, rows, np.where(unclear & (of_parts >= _PART * _PART_LEAST), of_parts, 0))
    places = {family: place for place, family in enumerate(CLASS_OF)}
    family = np.array([places.get(family_of(text), len(places)) for text in types], dtype=np.int64)
    fits = catalogue.families[family]
    broad = np.array([is_broad(text) for text in types], dtype=bool)
    fits = np.where(broad[:, None] & (fits >= 0.9), 1.0, fits)
    return (scores * fits).astype(np.float32)
