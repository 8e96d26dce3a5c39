"""Categories: matched by what they stand for, their type and what they were used with."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bookbind.merge.matching.account_types import TWO_FACED, class_of, needs_two_faces, type_fit
from bookbind.merge.matching.catalogue import Catalogue, concept_scores, load_catalogue, name_rows
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item, Refusal, Suggestion
from bookbind.merge.matching.model import MOST, Model, load_model

Floats = NDArray[np.float32]
Features = dict[str, NDArray[Any]]

ACCEPTED = 0.95
SHOWN, _PLAUSIBLE = 0.03, 0.06
_RIVAL = 0.5
# The log odds of a pair that is ruled out.
_FORBIDDEN = -20.0
_FITTING_TYPE, _RELATED = 0.5, 0.3
_MOST_ALTERNATIVES = 3
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
_LEAST_USED, _USED_TELLS, _CODE_TELLS, _CODE_FROM = 0.3, 0.7, 0.4, 0.1
# Where nothing is likelier than that, the account for all the rest is proposed too, with this probability.
_LIKELY, _CATCH_ALL_CHANCE, _BEFORE_CATCH_ALL = 0.5, 0.1, 2
_CATCH_ALL = ("general_expenses", "other_income", "suspense", "office_expenses")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What all pairs of two charts show: `features` by old, new and feature; `allowed` pairs by type."""

    features: Floats
    allowed: NDArray[np.bool_]
    same_concept: NDArray[np.bool_]


def account_refusal(old: Item, new: Item) -> Refusal | None:
    """Why two accounts must not stand for each other: their types are of different kinds."""
    fit = type_fit(old.type, new.type)
    if fit > 0 and not needs_two_faces(old.type, new.type):
        return None
    if fit > 0 and _two_faced([old], [new])[0, 0]:
        return None
    return Refusal(
        f"{_article(class_of(old.type))} account is not {_article(class_of(new.type)).lower()} account."
    )


def match_accounts(
    old_items: Sequence[Item], new_items: Sequence[Item], model: Model | None = None
) -> list[Suggestion]:
    """One suggestion for each old account, in their order; several may share a new one."""
    old = list(old_items)
    new = sorted(
        (item for item in new_items if not item.archived), key=lambda item: (fold(item.name), item.id)
    )
    if not old or not new:
        return [Suggestion(item.id, None, 0.0, False, ("nothing alike",)) for item in old]
    evidence = compare_accounts(old, new)
    chances = account_chances(evidence, model or load_model("accounts"))
    order = np.argsort(-chances, axis=1, kind="stable")
    rivals = _rivals(chances)
    return [
        _suggest(row, old[row], new, chances[row], order[row], rivals[row], evidence)
        for row in range(len(old))
    ]


def _rivals(chances: Floats) -> Floats:
    """The chances that count against another: not those of new accounts that are likelier somebody else's.

    `Cost of Goods Sold` may be *Other direct costs* as well as *Cost of sales*; but where `Direct Expenses`
    stands beside it, each has its own.
    """
    best = chances.argmax(axis=1)
    claimed = np.zeros(chances.shape[1], np.float32)
    np.maximum.at(claimed, best, chances.max(axis=1))
    holds_own = claimed[best] <= chances.max(axis=1)
    return np.where(holds_own[:, None] & (claimed[None, :] > chances), 0, chances).astype(np.float32)


def account_chances(evidence: Evidence, model: Model) -> Floats:
    """The calibrated probability of each pair, 0 where the types forbid it: (old, new)."""
    shape = evidence.allowed.shape
    scores = model.raw(evidence.features[:, :, :LEARNED].reshape(-1, LEARNED)).reshape(shape)
    scores = np.where(evidence.allowed, scores, _FORBIDDEN)
    settled = _settled(scores, model)
    # The best of each old account is weighed again without the rivals that are likelier somebody else's.
    unclaimed = _settled(np.where(_rivals(settled) < settled, _FORBIDDEN, scores), model)
    best = np.arange(len(settled)), settled.argmax(axis=1)
    settled[best] = np.maximum(settled[best], unclaimed[best])
    used = evidence.features[:, :, FEATURES.index("used_with")]
    coded = (evidence.features[:, :, FEATURES.index("code_same")] > 0) & (settled >= _CODE_FROM)
    doubt = (
        (1 - settled) * (1 - _USED_TELLS * used * (used >= _LEAST_USED)) * np.where(coded, 1 - _CODE_TELLS, 1)
    )
    chances: Floats = np.where(evidence.allowed, np.minimum(1 - doubt, MOST), 0).astype(np.float32)
    return chances


def _settled(scores: Floats, model: Model) -> Floats:
    """The probability of each pair beside the rivals of its old account."""
    settled = np.zeros(scores.shape, np.float32)
    rows, columns = np.nonzero(scores > _FORBIDDEN)
    # Rivals on the new side do not count: several old accounts may share a new one.
    alone = np.arange(len(rows), dtype=np.int64)
    settled[rows, columns] = model.settled(scores[rows, columns], rows, alone)
    return settled


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
    allowed = (fits > 0) & (~two_sided | _faces(catalogue, *concepts))
    found: Features = {"type_fit": fits, "type_same": fits >= 0.95}
    found |= _concept_features(catalogue, *concepts)
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
    top_new = _top(new)
    names = [concept.key for concept in catalogue.concepts]
    catch_all = np.isin(top_new, [names.index(key) for key in _CATCH_ALL])
    return {
        "concept": together,
        "related": related,
        "best_concept_old": old.max(axis=1)[:, None],
        "best_concept_new": new.max(axis=1)[None, :],
        "top_concept_same": (together > 0)
        & (together >= np.maximum(old.max(axis=1)[:, None], new.max(axis=1)[None, :]) - _TIE),
        "catch_all": catch_all[None, :].astype(np.float32),
    }


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


def _two_faced(old: Sequence[Item], new: Sequence[Item]) -> NDArray[np.bool_]:
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


def _suggest(
    row: int,
    item: Item,
    new: Sequence[Item],
    chances: Floats,
    order: NDArray[np.int64],
    rivals: Floats,
    evidence: Evidence,
) -> Suggestion:
    places = order[: _MOST_ALTERNATIVES + 1].tolist()
    shown = [(place, round(float(chances[place]), 4)) for place in places if chances[place] > 0]
    shown = [(place, chance) for place, chance in shown if _in_common(evidence.features[row, place])]
    shown = _with_catch_all(shown, evidence.features[row], chances)
    if (
        not shown
        or shown[0][1] < SHOWN
        or (shown[0][1] < _PLAUSIBLE and not _related(evidence.features[row, shown[0][0]]))
    ):
        return Suggestion(item.id, None, 0.0, False, ("nothing alike",))
    (best, chance), others = shown[0], tuple((new[place].id, other) for place, other in shown[1:])
    same = bool(evidence.same_concept[row, best])
    fits = float(evidence.features[row, best, FEATURES.index("type_fit")]) >= _FITTING_TYPE
    clear = all(rivals[place] < _RIVAL * chance for place, _ in shown[1:])
    auto = chance >= ACCEPTED and clear and same and fits
    reasons = _reasons(item, new[best], evidence.features[row, best], same_concept=same)
    return Suggestion(item.id, new[best].id, chance, auto, reasons, others)


def _with_catch_all(
    shown: list[tuple[int, float]], features: Floats, chances: Floats
) -> list[tuple[int, float]]:
    """The candidates, with the account for all the rest among the first three where none is likely."""
    if shown and shown[0][1] >= _LIKELY:
        return shown
    fits = features[:, FEATURES.index("type_fit")] * (features[:, FEATURES.index("catch_all")] > 0)
    fits = np.where(chances > 0, fits, 0)
    place = int(fits.argmax())
    if fits[place] < _FITTING_TYPE or place in [known for known, _ in shown[:_BEFORE_CATCH_ALL]]:
        return shown
    kept = [pair for pair in shown if pair[0] != place]
    before = [pair for pair in kept[:_BEFORE_CATCH_ALL] if pair[1] >= SHOWN]
    least = before[-1][1] if before else _CATCH_ALL_CHANCE
    rest = kept[len(before) :] if before else []
    return [*before, (place, round(min(least, _CATCH_ALL_CHANCE), 4)), *rest][: _MOST_ALTERNATIVES + 1]


def _in_common(features: Floats) -> bool:
    """Whether two accounts share a word, or what they stand for is related at all."""
    return any(
        features[FEATURES.index(name)] > 0 for name in ("concept", "related", "words_shared", "used_with")
    )


def _related(features: Floats) -> bool:
    """Whether what two accounts stand for is the same, or one is a kind of the other."""
    return bool(features[FEATURES.index("concept")] > 0 or features[FEATURES.index("related")] >= _RELATED)


def _reasons(old: Item, new: Item, features: Floats, *, same_concept: bool) -> tuple[str, ...]:
    said = dict(zip(FEATURES, features.tolist(), strict=True))
    kinds = {class_of(old.type), class_of(new.type)} - {""}
    both = f", both {kinds.pop()}" if len(kinds) == 1 and old.type and new.type else ""
    if said["same_name"]:
        name = "same name"
    elif same_concept:
        name = "another name for the same"
    elif said["words_shared"] >= 0.5:
        name = "similar name"
    elif said["related"] >= 0.3:
        name = "a place for it, broader or narrower"
    else:
        name = "little alike"
    reasons = [f"{name}{both}"]
    if said["code_same"]:
        reasons.append("same code")
    if said["used_with"] >= 0.3:
        reasons.append("used with the same suppliers or tax rates")
    return tuple(reasons)


def _article(word: str) -> str:
    return f"{'An' if word[:1] in set('aeiou') else 'A'} {word}" if word else "An untyped"
