"""What default accounts stand for: about 300 concepts with the phrases that charts use for them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import log

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_types import CLASS_OF
from bookbind.merge.matching.account_words import account_words
from bookbind.merge.matching.vocabulary import read_table

Floats = NDArray[np.float32]

SAME_CLASS, _OTHER_FAMILY = 0.9, 0.55
# What the commonest word weighs.
LEAST_WEIGHT = 0.12
# How near are a broader concept, the second of several, one above it, a narrower one, and one beside it.
_BROADER, _SECOND, _HIGHER, _NARROWER, _KIN = 0.6, 0.5, 0.7, 0.6, 0.2
# Marked in the files are those that will do only at a pinch: what the other takes something away from, as
# discounts do from sales, and the place for all sorts.
_LOOSE, LOOSELY = "~", 0.25
# The kinds of one thing are alike, unless it is a heading that has all sorts under it.
_MOST_KIN = 6
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


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that accounts stand for.

    `broader` are the keys of what contains it, none at the top; those in `loose` do so only at a pinch.
    Of `families` the usual one comes first.
    """

    key: str
    broader: tuple[str, ...]
    loose: frozenset[str]
    families: tuple[str, ...]
    phrases: tuple[str, ...]

    @property
    def classes(self) -> frozenset[str]:
        """Asset, liability, equity, income, expense: where such accounts may stand."""
        return frozenset(CLASS_OF[family] for family in self.families)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All concepts and their phrases; phrase p belongs to concept `owner[p]` and holds words of that mass.

    `words` say what each word weighs, `stands` in which phrases it stands.
    """

    concepts: tuple[Concept, ...]
    phrases: tuple[str, ...]
    owner: NDArray[np.int64]
    words: dict[str, float]
    stands: dict[str, NDArray[np.int64]]
    masses: Floats
    relation: Floats
    families: Floats


@cache
def load_catalogue() -> Catalogue:
    """The catalogue from the files beside this package."""
    concepts = [*_read_concepts("concepts_balance"), *_read_concepts("concepts_profit")]
    assets = [concept for concept in concepts if concept.families[0] == "fixed"]
    concepts = [_at_cost(concept) if concept in assets else concept for concept in concepts]
    concepts += [_written_down(concept) for concept in assets]
    phrases, split = _without_repeats(concepts)
    owner = np.array([place for _, place in phrases])
    words = _rarity(split, owner.tolist())
    stands: dict[str, list[int]] = {}
    for place, found in enumerate(split):
        for word in found:
            stands.setdefault(word, []).append(place)
    return Catalogue(
        concepts=tuple(concepts),
        phrases=tuple(phrase for phrase, _ in phrases),
        owner=owner,
        words=words,
        stands={word: np.array(places) for word, places in stands.items()},
        masses=np.array([sum(words[word] for word in found) for found in split], np.float32),
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
        above, _, families = rest.partition("|")
        broader = tuple(word.removeprefix(_LOOSE) for word in above.split())
        loose = frozenset(word.removeprefix(_LOOSE) for word in above.split() if word.startswith(_LOOSE))
        found.append(Concept(key.strip(), broader, loose, tuple(families.split()), tuple(phrases)))
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
    return Concept(
        f"{WRITTEN_DOWN}{concept.key}", broader, frozenset(), ("fixed", "asset"), (*alone, *phrases)
    )


def _rarity(split: Sequence[tuple[str, ...]], owner: Sequence[int]) -> dict[str, float]:
    """What each word tells: in how few concepts it stands."""
    concepts: dict[str, set[int]] = {}
    for place, found in zip(owner, split, strict=True):
        for word in found:
            concepts.setdefault(word, set()).add(place)
    most = len(set(owner))
    return {
        word: max(LEAST_WEIGHT, log((1 + most) / (1 + len(places))) / log(most))
        for word, places in concepts.items()
    }


def _relations(concepts: Sequence[Concept]) -> Floats:
    """How near the place of one concept is to another: 1 the same, then broader, narrower, of one kind."""
    place = {concept.key: number for number, concept in enumerate(concepts)}
    above = [[place[key] for key in concept.broader if key in place] for concept in concepts]
    relation = np.eye(len(concepts), dtype=np.float32)
    children: dict[int, list[int]] = {}
    for number, parents in enumerate(above):
        # The first of several broader concepts is the nearest.
        loose = {place[key] for key in concepts[number].loose}
        reached = [
            (parent, LOOSELY if parent in loose else _SECOND if later else _BROADER)
            for later, parent in enumerate(parents)
        ]
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
                1.0 if family in concept.families else SAME_CLASS if same_class else _OTHER_FAMILY
            )
    fits[-1] = 0.97
    return fits
