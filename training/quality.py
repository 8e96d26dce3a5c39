"""How good suggestions are, measured against the truth."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bookbind.merge.matching.items import Suggestion
from training.lists import Labelled

_BINS = 10
SURE = 0.99


@dataclass(frozen=True, slots=True)
class Quality:
    """Shares between 0 and 1; `recall_at_sure` is the largest recall at a precision of 0.99."""

    pairs: int
    precision: float
    recall: float
    partnerless_accepted: float
    first: float
    first_three: float
    calibration_error: float
    recall_at_sure: float
    recall_at_sure_same: float


def measure(labelled: Labelled, suggestions: Sequence[Suggestion]) -> Quality:
    """The quality of one run of the matcher over a labelled set."""
    truth = labelled.truth
    with_partner = [s for s in suggestions if truth.get(s.old)]
    without_partner = [s for s in suggestions if s.old in truth and not truth[s.old]]
    accepted = [s for s in suggestions if s.auto and s.old in truth]
    right = [s for s in accepted if s.new in truth[s.old]]
    pairs = max(len(with_partner), 1)
    scored = [(s.old, s.new, s.confidence) for s in suggestions if s.new is not None]
    hits = [s.new in truth[s.old] for s in with_partner]
    three = [bool({s.new, *(new for new, _ in s.alternatives[:2])} & truth[s.old]) for s in with_partner]
    return Quality(
        pairs=len(with_partner),
        precision=len(right) / len(accepted) if accepted else 1.0,
        recall=len(right) / pairs,
        partnerless_accepted=sum(s.auto for s in without_partner) / max(len(without_partner), 1),
        first=sum(hits) / pairs,
        first_three=sum(three) / pairs,
        calibration_error=_calibration_error(labelled, suggestions),
        recall_at_sure=recall_at(labelled, scored, frozenset(s.old for s in with_partner)),
        recall_at_sure_same=recall_at(labelled, scored, labelled.same),
    )


def _calibration_error(labelled: Labelled, suggestions: Sequence[Suggestion]) -> float:
    """The expected gap between confidence and share of right suggestions, over ten bins of equal width."""
    shown = [s for s in suggestions if s.new is not None and s.old in labelled.truth]
    if not shown:
        return 0.0
    said = np.array([s.confidence for s in shown])
    right = np.array([s.new in labelled.truth[s.old] for s in shown], dtype=float)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(said[bins == place].mean() - right[bins == place].mean()) * (bins == place).sum()
        for place in range(_BINS)
        if (bins == place).any()
    ]
    return float(sum(gaps) / len(shown))


def recall_at(labelled: Labelled, scored: Sequence[tuple[str, str, float]], wanted: frozenset[str]) -> float:
    """The largest recall over `wanted` at a precision of SURE, whole groups of equal score at once."""
    shown = sorted(scored, key=lambda row: -row[2])
    best, right, right_wanted = 0.0, 0, 0
    for place, (old, new, score) in enumerate(shown, 1):
        hit = new in labelled.truth.get(old, ())
        right += hit
        right_wanted += hit and old in wanted
        ends_group = place == len(shown) or shown[place][2] < score
        if ends_group and right / place >= SURE:
            best = right_wanted / max(len(wanted), 1)
    return best
