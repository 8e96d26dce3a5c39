"""Categories: matched by what they stand for, their type and what they were used with."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.account_evidence import (
    FEATURES,
    LEARNED,
    Evidence,
    compare_accounts,
)
from bookbind.merge.matching.account_types import class_of, needs_two_faces, shared_type, type_fit
from bookbind.merge.matching.chart_sides import two_faced
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item, Refusal, Suggestion
from bookbind.merge.matching.model import MOST, Model, load_model

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

ACCEPTED = 0.95
SHOWN, _PLAUSIBLE = 0.03, 0.06
_RIVAL, _AS_NEAR = 0.5, 0.05
# The most that is said where numbers, initials or places tell two accounts of one sort apart.
_MOST_DOUBTED = 0.3
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
    if fit > 0 and two_faced(old, new):
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
    rivals = _rivals(evidence, chances)
    order = np.lexsort((evidence.new, -chances, evidence.old))
    starts = np.searchsorted(evidence.old[order], np.arange(len(old) + 1)).tolist()
    weighed = _Weighed(new, evidence, chances, rivals, _in_common(evidence), _catch_all(evidence))
    return [_suggest(item, order[starts[row] : starts[row + 1]], weighed) for row, item in enumerate(old)]


@dataclass(frozen=True, slots=True)
class _Weighed:
    """All pairs with their chances, and the chances that count against others.

    `alike` pairs have more in common than that the new account takes all the rest of the old one's family,
    and `rest` says how well it fits as such.
    """

    new: Sequence[Item]
    evidence: Evidence
    chances: Floats
    rivals: Floats
    alike: NDArray[np.bool_]
    rest: Floats


def _best(evidence: Evidence, chances: Floats) -> Integers:
    """The likeliest pair of each old account that has any."""
    order = np.lexsort((evidence.new, -chances, evidence.old))
    return order[np.unique(evidence.old[order], return_index=True)[1]]


def _rivals(evidence: Evidence, chances: Floats) -> Floats:
    """The chances that count against another: not those of new accounts that are likelier somebody else's.

    `Cost of Goods Sold` may be *Other direct costs* as well as *Cost of sales*; but where `Direct Expenses`
    stands beside it, each has its own.
    """
    if not len(chances):
        return chances
    best = _best(evidence, chances)
    claimed = np.zeros(int(evidence.new.max()) + 1, np.float32)
    np.maximum.at(claimed, evidence.new[best], chances[best])
    holds_own = np.zeros(int(evidence.old.max()) + 1, dtype=bool)
    holds_own[evidence.old[best]] = claimed[evidence.new[best]] <= chances[best]
    taken: NDArray[np.bool_] = holds_own[evidence.old] & (claimed[evidence.new] > chances)
    return np.where(taken, 0, chances).astype(np.float32)


def account_chances(evidence: Evidence, model: Model) -> Floats:
    """The calibrated probability of each pair."""
    scores = model.raw(evidence.features[:, :LEARNED])
    settled = _settled(scores, evidence.old, model)
    # The best of each old account is weighed again without the rivals that are likelier somebody else's.
    counts = _rivals(evidence, settled) >= settled
    unclaimed = np.zeros_like(settled)
    unclaimed[counts] = _settled(scores[counts], evidence.old[counts], model)
    best = _best(evidence, settled)
    settled[best] = np.maximum(settled[best], unclaimed[best])
    used = evidence.column("used_with")
    coded = (evidence.column("code_same") > 0) & (settled >= _CODE_FROM)
    unsure = (1 - settled) * (1 - _USED_TELLS * used * (used >= _LEAST_USED))
    chances = np.minimum(1 - unsure * np.where(coded, 1 - _CODE_TELLS, 1), MOST)
    doubted = np.array([bool(doubt) for doubt in evidence.doubts], dtype=bool)
    found: Floats = np.where(doubted, chances * _MOST_DOUBTED, chances).astype(np.float32)
    return found


def _settled(scores: Floats, old: Integers, model: Model) -> Floats:
    """The probability of each pair beside the rivals of its old account."""
    # Rivals on the new side do not count: several old accounts may share a new one.
    return model.settled(scores, old, np.arange(len(scores), dtype=np.int64))


def _suggest(item: Item, pairs: Integers, weighed: _Weighed) -> Suggestion:
    """What an old account may be, of its `pairs`, which are sorted by their chances."""
    evidence, alike = weighed.evidence, pairs[weighed.alike[pairs]][: _MOST_ALTERNATIVES + 1].tolist()
    shown = [(pair, round(float(weighed.chances[pair]), 4)) for pair in alike]
    shown = _with_catch_all(shown, pairs, weighed.rest)
    if (
        not shown
        or shown[0][1] < SHOWN
        or (shown[0][1] < _PLAUSIBLE and not _related(evidence.features[shown[0][0]]))
    ):
        return Suggestion(item.id, None, 0.0, False, ("nothing alike",))
    (best, chance), others = shown[0], shown[1:]
    fits_from = _SAME_FAMILY if evidence.column("catch_all")[best] > 0 else _FITTING_TYPE
    fits = evidence.column("type_fit")[best] >= fits_from
    clear = not any(_as_good(pair, best, weighed) for pair, _ in others)
    auto = bool(chance >= ACCEPTED and clear and evidence.same_concept[best] and fits)
    target = weighed.new[int(evidence.new[best])]
    reasons = _reasons(item, target, evidence, best)
    runners_up = tuple((weighed.new[int(evidence.new[pair])].id, other) for pair, other in others)
    return Suggestion(item.id, target.id, chance, auto, reasons, runners_up)


def _as_good(pair: int, best: int, weighed: _Weighed) -> bool:
    """Whether another pair of the account counts against the best: nearly as likely, or as near."""
    if weighed.rivals[pair] >= _RIVAL * weighed.chances[best]:
        return True
    evidence = weighed.evidence
    gap = evidence.column("gap_of_old")
    means_it = evidence.same_concept[pair] and not evidence.column("same_name")[best]
    return bool(weighed.rivals[pair] > 0 and means_it and gap[pair] - gap[best] <= _AS_NEAR)


def _with_catch_all(shown: list[tuple[int, float]], pairs: Integers, rest: Floats) -> list[tuple[int, float]]:
    """The candidates, with the account for all the rest among the first three where none is likely."""
    if not len(pairs) or (shown and shown[0][1] >= _LIKELY):
        return shown
    # In the order of the new accounts, so that of equals the first is taken.
    pairs = np.sort(pairs)
    place = int(pairs[rest[pairs].argmax()])
    if rest[place] < _FITTING_TYPE or place in [known for known, _ in shown[:_BEFORE_CATCH_ALL]]:
        return shown
    kept = [pair for pair in shown if pair[0] != place]
    before = [pair for pair in kept[:_BEFORE_CATCH_ALL] if pair[1] >= _PLAUSIBLE]
    least = before[-1][1] if before else _CATCH_ALL_CHANCE
    after = kept[len(before) :] if before else []
    return [*before, (place, round(min(least, _CATCH_ALL_CHANCE), 4)), *after][: _MOST_ALTERNATIVES + 1]


def _in_common(evidence: Evidence) -> NDArray[np.bool_]:
    """Which pairs share a word, or stand for anything related at all."""
    telling = [FEATURES.index(name) for name in ("concept", "related", "words_shared", "used_with")]
    found: NDArray[np.bool_] = np.any(evidence.features[:, telling] > 0, axis=1)
    return found


def _catch_all(evidence: Evidence) -> Floats:
    """How well the new account of each pair fits as the place for all the rest of the old one's family."""
    return evidence.column("type_fit") * evidence.column("catch_all")


def _related(features: Floats) -> bool:
    """Whether what two accounts stand for is the same, or one is a kind of the other."""
    return bool(features[FEATURES.index("concept")] > 0 or features[FEATURES.index("related")] >= _RELATED)


def _reasons(old: Item, new: Item, evidence: Evidence, pair: int) -> tuple[str, ...]:
    said = dict(zip(FEATURES, evidence.features[pair].tolist(), strict=True))
    shared = shared_type(old.type, new.type)
    both = f", both {shared}" if shared else ""
    if said["same_name"]:
        name = "same name"
    elif evidence.same_concept[pair]:
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
    if evidence.doubts[pair]:
        reasons.append(evidence.doubts[pair])
    return tuple(reasons)


def _article(word: str) -> str:
    return f"{'An' if word[:1] in set('aeiou') else 'A'} {word}" if word else "An untyped"
