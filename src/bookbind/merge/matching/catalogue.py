"""What default accounts stand for: about 300 concepts with the phrases that charts use for them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_types import CLASS_OF, classes_of, family_of, is_broad, seldom_of
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
        "allowable",
        "disallowable",
        "account",
        "accounts",
        "ac",
    ]
)
_APOSTROPHES = re.compile(r"'s\b|'")
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_MARKS = re.compile(r"[^a-z0-9]+")
_WRITTEN_OFF = re.compile(r"\bwr(?:ite|itten)[ -]?offs?\b")
_SAME_CLASS, _OTHER_FAMILY = 0.9, 0.55
# How near are a broader concept, the second of several, one above it, a narrower one, and one beside it.
_BROADER, _SECOND, _HIGHER, _NARROWER, _KIN = 0.6, 0.5, 0.7, 0.6, 0.2
# The kinds of one thing are alike, unless it is a heading that has all sorts under it.
_MOST_KIN = 6
# What a part of a name stands for is a weaker sign than what the whole stands for.
_PART, _PART_LEAST = 0.75, 0.9
_MOST_PARTS, _WHOLE_CLEAR = 5, 0.8
_BELOW, _NOTHING_ALONE = 0.95, frozenset({"misc", "cost", "expense", "income", "uncategorised"})
_BETWEEN_PARTS = re.compile(r"\s*(?:,|&|/|\+|;|:|\band\b| - )\s*", re.IGNORECASE)
# For a fixed asset, what has been written off of it is an account of its own.
_WRITTEN_DOWN = (
    *("{0} depreciation", "accumulated depreciation {0}", "less accumulated depreciation on {0}"),
    *("provision for depreciation {0}", "depreciation brought forward {0}"),
)
_AMORTISED = ("{0} amortisation", "accumulated amortisation {0}", "amortisation brought forward {0}")
# These are amortised, they or what is a kind of them.
_AMORTISABLE = frozenset({"intangibles", "leasehold_property", "leasehold_improvements"})
_WRITTEN_DOWN_ALONE = {
    "other_fixed_assets": ("accumulated depreciation", "depreciation", "less depreciation to date"),
    "intangibles": (
        "accumulated amortisation",
        "amortisation",
        "accumulated amortisation of non current assets",
    ),
}
# What an asset cost stands in an account of its own, too.
_AT_COST = ("{0} cost", "{0} additions", "{0} cost brought forward")
WRITTEN_DOWN = "written_down:"
_WRITTEN_DOWN_WORDS = frozenset({"depreciation", "amortisation"})


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that accounts stand for.

    `broader` are the keys of what contains it, none at the top; of `families` the usual one comes first.
    """

    key: str
    broader: tuple[str, ...]
    families: tuple[str, ...]
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
    assets = [concept for concept in concepts if concept.families[0] == "fixed"]
    concepts = [_at_cost(concept) if concept in assets else concept for concept in concepts]
    concepts += [_written_down(concept) for concept in assets]
    phrases, split = _without_repeats(concepts)
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


def _without_repeats(concepts: Sequence[Concept]) -> tuple[list[tuple[str, int]], list[tuple[str, ...]]]:
    """The phrases with the place of their concept, and their words: one phrase for the same words."""
    phrases, split = [], []
    for place, concept in enumerate(concepts):
        seen = set()
        for phrase in concept.phrases:
            words = account_words(phrase)
            if frozenset(words) not in seen:
                seen.add(frozenset(words))
                phrases.append((phrase, place))
                split.append(words)
    return phrases, split


def _read_concepts(file: str) -> list[Concept]:
    found = []
    for head, phrases in read_table(file):
        key, _, rest = head.partition("<")
        broader, _, families = rest.partition("|")
        found.append(Concept(key.strip(), tuple(broader.split()), tuple(families.split()), tuple(phrases)))
    return found


def _at_cost(concept: Concept) -> Concept:
    named = [pattern.format(phrase) for phrase in concept.phrases for pattern in _AT_COST]
    return replace(concept, phrases=(*concept.phrases, *named))


def _written_down(concept: Concept) -> Concept:
    amortised = not _AMORTISABLE.isdisjoint({concept.key, *concept.broader})
    patterns = (*_WRITTEN_DOWN, *(_AMORTISED if amortised else ()))
    phrases = [pattern.format(phrase) for phrase in concept.phrases for pattern in patterns]
    broader = tuple(f"{WRITTEN_DOWN}{key}" for key in concept.broader)
    alone = _WRITTEN_DOWN_ALONE.get(concept.key, ())
    return Concept(f"{WRITTEN_DOWN}{concept.key}", broader, ("fixed", "asset"), (*alone, *phrases))


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
    above = [[place[key] for key in concept.broader if key in place] for concept in concepts]
    relation = np.eye(len(concepts), dtype=np.float32)
    children: dict[int, list[int]] = {}
    for number, parents in enumerate(above):
        # The first of several broader concepts is the nearest.
        reached = [(parent, _SECOND if later else _BROADER) for later, parent in enumerate(parents)]
        for parent in parents:
            children.setdefault(parent, []).append(number)
        while reached:
            for parent, nearness in reached:
                relation[number, parent] = max(relation[number, parent], nearness)
                relation[parent, number] = max(relation[parent, number], nearness * _NARROWER)
            reached = [(upper, nearness * _HIGHER) for parent, nearness in reached for upper in above[parent]]
    for kin in children.values():
        if len(kin) > _MOST_KIN:
            continue
        for one in kin:
            for other in kin:
                relation[one, other] = max(relation[one, other], _KIN)
    return relation


def _family_fits(concepts: Sequence[Concept]) -> Floats:
    """For each family (rows, in the order of CLASS_OF) how well it fits each concept."""
    fits = np.full((len(CLASS_OF) + 1, len(concepts)), 0.0, np.float32)
    for row, family in enumerate(CLASS_OF):
        for number, concept in enumerate(concepts):
            same_class = CLASS_OF[family] in concept.classes
            fits[row, number] = (
                1.0 if family in concept.families else _SAME_CLASS if same_class else _OTHER_FAMILY
            )
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


def is_written_down(name: str) -> bool:
    """Whether an account of the balance sheet holds what was written off of an asset, not the asset."""
    return not _WRITTEN_DOWN_WORDS.isdisjoint(account_words(name))


def _parts(name: str) -> list[str]:
    parts = [part.strip() for part in _BETWEEN_PARTS.split(name)]
    return [part for part in parts if len(part) > 2] if 1 < len(parts) <= _MOST_PARTS else []


def _below_heading(name: str) -> str:
    """What stands below its heading in names such as "Capital asset: Vans" or "Travel:Hotels", or nothing."""
    heading, _, below = name.rpartition(":")
    if not heading or set(account_words(below)) <= _NOTHING_ALONE:
        return ""
    return f"{below} depreciation" if is_written_down(heading) else below


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
    parts: list[tuple[int, str, float]] = []
    for row, best in enumerate(scores.max(axis=1).tolist()):
        parts += [(row, part, _PART) for part in _parts(names[row])] if best < _WHOLE_CLEAR else []
        below = _below_heading(names[row]) if best < _BELOW else ""
        parts += [(row, below, _BELOW)] if below else []
    if parts:
        rows = np.array([row for row, _, _ in parts])
        weights = np.array([weight for _, _, weight in parts], np.float32)[:, None]
        of_parts = _phrase_scores(catalogue, [part for _, part, _ in parts], held[rows])
        np.maximum.at(scores, rows, np.where(of_parts >= _PART_LEAST, of_parts * weights, 0))
    kinds, kind = np.unique(np.array(types, dtype=object).astype(str), return_inverse=True)
    fits = np.array([_type_fits(catalogue, text) for text in kinds.tolist()], np.float32)
    return (scores * fits[kind]).astype(np.float32)


def _type_fits(catalogue: Catalogue, text: str) -> Floats:
    """How well a type fits each concept; one that leaves the family open fits all of its classes."""
    families = list(CLASS_OF)
    if not family_of(text) or not is_broad(text):
        place = families.index(family_of(text)) if family_of(text) else len(families)
        known: Floats = catalogue.families[place]
        return known
    fits = _class_fits(catalogue, classes_of(text))
    fits = np.where(fits >= _SAME_CLASS, 1.0, fits)
    if seldom_of(text):
        fits = np.maximum(fits, _SAME_CLASS * (_class_fits(catalogue, seldom_of(text)) >= _SAME_CLASS))
    return fits.astype(np.float32)


def _class_fits(catalogue: Catalogue, classes: frozenset[str]) -> Floats:
    rows = np.array([row for row, family in enumerate(CLASS_OF) if CLASS_OF[family] in classes])
    fits: Floats = catalogue.families[rows].max(axis=0)
    return fits
