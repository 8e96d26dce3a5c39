"""Categories: matched by what they stand for, their type and what they were used with."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_evidence import (
    FEATURES,
    LEARNED,
    Evidence,
    compare_accounts,
    two_faced,
)
from bookbind.merge.matching.account_types import class_of, needs_two_faces, shared_type, type_fit
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item, Refusal, Suggestion
from bookbind.merge.matching.model import MOST, Model, load_model

Floats = NDArray[np.float32]

ACCEPTED = 0.95
SHOWN, _PLAUSIBLE = 0.03, 0.06
_RIVAL = 0.5
# The log odds of a pair that is ruled out.
_FORBIDDEN = -20.0
_FITTING_TYPE, _RELATED = 0.5, 0.3
# One account for all the rest is another's like only in the same family.
_SAME_FAMILY = 0.9
_MOST_ALTERNATIVES = 3
# What use and equal codes tell is stated, as no drawn chart could teach it.
_LEAST_USED, _USED_TELLS, _CODE_TELLS, _CODE_FROM = 0.3, 0.7, 0.4, 0.1
# Where nothing is likelier than that, the account for all the rest is proposed too, with this probability.
_LIKELY, _CATCH_ALL_CHANCE, _BEFORE_CATCH_ALL = 0.5, 0.1, 2


def account_refusal(old: Item, new: Item) -> Refusal | None:
    """Why two accounts must not stand for each other: their types are of different kinds."""
    fit = type_fit(old.type, new.type)
    if fit > 0 and not needs_two_faces(old.type, new.type):
        return None
    if fit > 0 and two_faced([old], [new])[0, 0]:
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
    fit, rest = (evidence.features[row, best, FEATURES.index(name)] for name in ("type_fit", "catch_all"))
    fits = bool(fit >= (_SAME_FAMILY if rest > 0 else _FITTING_TYPE))
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
    fits = features[:, FEATURES.index("type_fit")] * features[:, FEATURES.index("catch_all")]
    fits = np.where(chances > 0, fits, 0)
    place = int(fits.argmax())
    if fits[place] < _FITTING_TYPE or place in [known for known, _ in shown[:_BEFORE_CATCH_ALL]]:
        return shown
    kept = [pair for pair in shown if pair[0] != place]
    before = [pair for pair in kept[:_BEFORE_CATCH_ALL] if pair[1] >= _PLAUSIBLE]
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
    shared = shared_type(old.type, new.type)
    both = f", both {shared}" if shared else ""
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
