"""What two charts show about each pair of accounts: what they stand for, words, types, codes and use."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bookbind.merge.matching.account_types import (
    CLASS_OF,
    TWO_FACED,
    classes_of,
    family_of,
    needs_two_faces,
    type_fit,
)
from bookbind.merge.matching.catalogue import (
    WRITTEN_DOWN,
    Catalogue,
    concept_scores,
    is_written_down,
    load_catalogue,
    name_rows,
)
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item

Floats = NDArray[np.float32]
Features = dict[str, NDArray[Any]]

_CONCEPTS_KEPT = 4
_LEAST_CONCEPT = 0.45
# A concept that both names fit this well is what both mean.
_SAME_CONCEPT = 0.75
_TIE = 0.12
# Equal codes count only between lists whose entries of equal code are mostly alike: one family of charts.
_CODES_AGREE = 0.6

FEATURES = (
    "concept",
    "related",
    "best_concept_old",
    "best_concept_new",
    "top_concept_same",
    "clear_old",
    "clear_new",
    "words_shared",
    "words_old",
    "words_new",
    "likeness",
    "token_set",
    "same_name",
    "type_fit",
    "type_same",
    "gap_of_old",
    "gap_of_new",
    "catch_all",
    "code_same",
    "used_with",
)
# Charts that are drawn have no history, so what the last two tell is not learned but stated.
LEARNED = len(FEATURES) - 2
# What holds all the rest of a family, the best first.
_COSTS, _INCOME = ("general_expenses", "office_expenses"), ("other_income", "sales")
_DEBTORS, _CREDITORS = ("other_debtors", "suspense"), ("other_creditors", "accruals", "suspense")
_REST = {
    "receivable": _DEBTORS,
    "asset": _DEBTORS,
    "stock": ("stock",),
    "fixed": ("other_fixed_assets", f"{WRITTEN_DOWN}other_fixed_assets"),
    "card": _CREDITORS,
    "payable": _CREDITORS,
    "liability": _CREDITORS,
    "loan": ("loans", "other_creditors"),
    "equity": ("other_reserves",),
    "income": _INCOME,
    "other_income": _INCOME,
    "direct": ("cost_of_sales", "purchases", *_COSTS),
    "expense": _COSTS,
    "other_expense": _COSTS,
}
_EACH_LATER = 0.15


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all pairs of two charts show: `features` by old, new and feature; `allowed` pairs by type."""

    features: Floats
    allowed: NDArray[np.bool_]
    same_concept: NDArray[np.bool_]


def compare_accounts(
    old: Sequence[Item],
    new: Sequence[Item],
    without: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None,
) -> Evidence:
    """Everything that all pairs of two charts show. `without` keeps phrases out of it, for the training."""
    catalogue = load_catalogue()
    names = [item.name for item in old], [item.name for item in new]
    types = [item.type for item in old], [item.type for item in new]
    held = without or (None, None)
    concepts = [_sharpened(concept_scores(names[side], types[side], held[side])) for side in (0, 1)]
    fits = _type_fits(types[0], types[1])
    two_sided = _needs_faces(types[0], types[1])
    allowed = (fits > 0) & (~two_sided | _faces(catalogue, *concepts)) & ~_asset_and_written_down(old, new)
    found: Features = {"type_fit": fits, "type_same": fits >= 0.95}
    found |= _concept_features(catalogue, *concepts)
    found["catch_all"] = _takes_the_rest(catalogue, types[0], *concepts)
    found |= _word_features(catalogue, *names)
    found["code_same"] = _code_features(old, new, found["likeness"])
    found["used_with"] = np.array([[_overlap(a.used_with, b.used_with) for b in new] for a in old])
    strength = (found["concept"] + 0.5 * found["words_shared"]) * fits
    found["gap_of_old"] = strength.max(axis=1, keepdims=True) - strength
    found["gap_of_new"] = strength.max(axis=0, keepdims=True) - strength
    shape = fits.shape
    features = np.stack([np.broadcast_to(found[name], shape).astype(np.float32) for name in FEATURES], axis=2)
    same = (found["concept"] >= _SAME_CONCEPT) & (found["top_concept_same"] > 0)
    return Evidence(features, allowed, same | (found["same_name"] > 0))


def _sharpened(scores: Floats) -> Floats:
    """Only the few concepts that a name fits best, and those well enough."""
    kept = np.partition(scores, -_CONCEPTS_KEPT, axis=1)[:, -_CONCEPTS_KEPT][:, None]
    return np.where((scores >= kept) & (scores >= _LEAST_CONCEPT), scores, 0).astype(np.float32)


def _concept_features(catalogue: Catalogue, old: Floats, new: Floats) -> Features:
    together = np.zeros((len(old), len(new)), np.float32)
    related = np.zeros_like(together)
    above = catalogue.relation - np.eye(len(catalogue.relation), dtype=np.float32)
    for row, scores in enumerate(old):
        kept = np.flatnonzero(scores)
        if len(kept):
            together[row] = np.minimum(scores[kept][:, None], new[:, kept].T).max(axis=0)
            reach = (scores[kept][:, None] * above[kept]).max(axis=0)
            near = np.flatnonzero(reach)
            related[row] = (reach[near] * new[:, near]).max(axis=1) if len(near) else 0
    return {
        "concept": together,
        "related": related,
        "best_concept_old": old.max(axis=1)[:, None],
        "best_concept_new": new.max(axis=1)[None, :],
        "clear_old": _clearness(old)[:, None],
        "clear_new": _clearness(new)[None, :],
        "top_concept_same": (together > 0)
        & (together >= np.maximum(old.max(axis=1)[:, None], new.max(axis=1)[None, :]) - _TIE),
    }


def _takes_the_rest(catalogue: Catalogue, types: Sequence[str], old: Floats, new: Floats) -> Floats:
    """Whether a new account is the one for all the rest of the old one's family, and how good a one."""
    place = {concept.key: number for number, concept in enumerate(catalogue.concepts)}
    takes = np.zeros((len(CLASS_OF), len(place)), np.float32)
    for row, family in enumerate(CLASS_OF):
        for later, key in enumerate(_REST.get(family, ())):
            takes[row, place[key]] = 1 - _EACH_LATER * later
    families = list(CLASS_OF)
    top_old, top_new = _top(old), _top(new)
    found = np.zeros((len(old), len(new)), np.float32)
    for row, text in enumerate(types):
        # Where the type leaves the family open, what the name stands for tells it.
        meant = {family_of(text)} & CLASS_OF.keys()
        if not meant and top_old[row] >= 0:
            concept = catalogue.concepts[top_old[row]]
            meant = {family for family in concept.families if CLASS_OF[family] in classes_of(text)}
        if meant:
            found[row] = takes[[families.index(family) for family in meant]].max(axis=0)[top_new]
    return np.where(top_new[None, :] >= 0, found, 0).astype(np.float32)


def _asset_and_written_down(old: Sequence[Item], new: Sequence[Item]) -> NDArray[np.bool_]:
    """Which pairs are an asset and what was written off of one."""
    assets = [np.array(["asset" in classes_of(item.type) for item in side]) for side in (old, new)]
    down = [np.array([is_written_down(item.name) for item in side]) for side in (old, new)]
    both = assets[0][:, None] & assets[1][None, :]
    found: NDArray[np.bool_] = both & (down[0][:, None] != down[1][None, :])
    return found


def _clearness(scores: Floats) -> Floats:
    """By how much each name fits the best concept better than the second."""
    two: Floats = np.partition(scores, -2, axis=1)[:, -2:]
    return two[:, 1] - two[:, 0]


def _top(scores: Floats) -> NDArray[np.int64]:
    return np.where(scores.max(axis=1) > 0, scores.argmax(axis=1), -1)


def _word_features(catalogue: Catalogue, old: list[str], new: list[str]) -> Features:
    (rows_old, masses_old), (rows_new, masses_new) = (name_rows(catalogue, names) for names in (old, new))
    shared = (rows_old * catalogue.weights) @ rows_new.T
    folded = [fold(name) for name in old], [fold(name) for name in new]
    likeness = process.cdist(*folded, scorer=fuzz.token_sort_ratio, dtype=np.float32) / 100
    return {
        "words_shared": 2 * shared / np.maximum(masses_old[:, None] + masses_new[None, :], 1e-6),
        "words_old": shared / np.maximum(masses_old[:, None], 1e-6),
        "words_new": shared / np.maximum(masses_new[None, :], 1e-6),
        "likeness": likeness,
        "token_set": process.cdist(*folded, scorer=fuzz.token_set_ratio, dtype=np.float32) / 100,
        "same_name": np.array([[a == b for b in folded[1]] for a in folded[0]], dtype=np.float32),
    }


def _code_features(old: Sequence[Item], new: Sequence[Item], likeness: Floats) -> Floats:
    same = np.array([[bool(a.code) and a.code == b.code for b in new] for a in old], dtype=np.float32)
    agree = likeness[same > 0]
    counts = len(agree) >= 5 and float(np.mean(agree > 0.8)) >= _CODES_AGREE
    return same if counts else np.zeros_like(same)


def _type_fits(old: Sequence[str], new: Sequence[str]) -> Floats:
    kinds_old, place_old = np.unique(np.array(old, dtype=object).astype(str), return_inverse=True)
    kinds_new, place_new = np.unique(np.array(new, dtype=object).astype(str), return_inverse=True)
    table = np.array([[type_fit(a, b) for b in kinds_new.tolist()] for a in kinds_old.tolist()], np.float32)
    return table[place_old][:, place_new]


def _needs_faces(old: Sequence[str], new: Sequence[str]) -> NDArray[np.bool_]:
    kinds_old, place_old = np.unique(np.array(old, dtype=object).astype(str), return_inverse=True)
    kinds_new, place_new = np.unique(np.array(new, dtype=object).astype(str), return_inverse=True)
    table = np.array(
        [[needs_two_faces(a, b) for b in kinds_new.tolist()] for a in kinds_old.tolist()], dtype=bool
    )
    return table[place_old][:, place_new]


def two_faced(old: Sequence[Item], new: Sequence[Item]) -> NDArray[np.bool_]:
    """Which pairs hold an account that may stand on either side, as VAT does: (old, new)."""
    scores = [
        _sharpened(concept_scores([item.name for item in side], [item.type for item in side]))
        for side in (old, new)
    ]
    return _faces(load_catalogue(), *scores)


def _faces(catalogue: Catalogue, old: Floats, new: Floats) -> NDArray[np.bool_]:
    """Whether the concept of either account is one that stands on both sides."""
    two = np.array([any(pair <= concept.classes for pair in TWO_FACED) for concept in catalogue.concepts])
    top_old, top_new = _top(old), _top(new)
    faced_old, faced_new = two[top_old] & (top_old >= 0), two[top_new] & (top_new >= 0)
    return faced_old[:, None] | faced_new[None, :]


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0
