"""What is accepted without a person: how likely a pair must be, by its kind and by what speaks against it."""

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.apart import SORT
from bookbind.merge.matching.doubts import ENDING, LETTER, TWO_THINGS
from bookbind.merge.matching.items import Kind
from bookbind.merge.matching.named import Scored
from bookbind.merge.matching.namesakes import INITIAL_ALONE, MEANING, TITLE
from bookbind.merge.matching.products import MODEL, OTHER

# Names of businesses are what the score learned on; of others a pair must be surer, the more so where
# something speaks against it.
BUSINESSES = (Kind.SUPPLIERS, Kind.CUSTOMERS)
_ELSEWHERE, _DOUBTED_ELSEWHERE = 0.94, 0.995
# Two businesses must be so likely, in lists that show no habits; in others it may be less, or must be more.
_USUAL, LOWEST, _HIGHEST = 0.92, 0.84, 0.95
# Where look-alikes were accepted wrongly on lists not learned from, a pair must be surer than others.
_DOUBTED = {LETTER: 0.995, ENDING: 0.99, MODEL: 0.995}
# Two numbers, towns, sizes and the like are two things: such pairs are never accepted by themselves.
NEVER = 1.0
_DOUBTED |= dict.fromkeys((*TWO_THINGS, OTHER, SORT, TITLE, INITIAL_ALONE, MEANING), NEVER)
# Of the entries without a partner so many may be expected to be accepted, and one more.
_PARTNERLESS_ACCEPTED, _ONE_MORE = 0.0045, 1.0
# A pair that is surer than this is hardly ever wrong: it does not tell one list from another.
_CERTAIN = 0.99

Floats = NDArray[np.float32]


def is_never(doubt: str) -> bool:
    """Whether a pair of which this is said is left to a person, however likely it is."""
    return _DOUBTED.get(doubt, 0) >= NEVER


def least_accepted(scored: Scored, chosen: list[int], clear: NDArray[np.bool_], kind: Kind) -> Floats:
    """How likely each pair must be to be accepted by itself.

    `chosen` are the places of the pairs that are suggested, -1 where none is; `clear` says of which no rival
    is likely too.
    """
    if kind not in BUSINESSES:
        surer = {doubt: max(least, _DOUBTED_ELSEWHERE) for doubt, least in _DOUBTED.items()}
        least = [surer.get(doubt, _DOUBTED_ELSEWHERE) if doubt else _ELSEWHERE for doubt in scored.doubts]
        return np.array(least, dtype=np.float32)
    from_here = _businesses_from(scored, chosen, clear)
    least = [max(_DOUBTED.get(doubt, 0), from_here) for doubt in scored.doubts]
    return np.where(scored.known, _USUAL, np.array(least)).astype(np.float32)


def _businesses_from(scored: Scored, chosen: list[int], clear: NDArray[np.bool_]) -> float:
    """The probability from which on these lists' pairs are accepted where nothing much speaks against them.

    As the probabilities are right on the whole, they say how many pairs would be accepted wrongly from any
    probability on, and how many entries have no partner. Of these but a few in a thousand may be accepted:
    where names are told apart easily less is enough, in a crowd of look-alikes more is needed.
    """
    places = np.array([place for place in chosen if place >= 0], dtype=np.int64)
    partnerless = len(chosen) - float(scored.probability[places].sum())
    by_name = clear & ~scored.known
    judged = [place for place in places.tolist() if by_name[place] and scored.doubts[place] not in _DOUBTED]
    chances = -np.sort(-scored.probability[judged])
    wrong = np.cumsum(np.where(chances < _CERTAIN, 1 - chances, 0))
    expected = _PARTNERLESS_ACCEPTED * partnerless
    # Pairs that are as likely as each other are accepted together.
    last = np.append(np.diff(chances) < 0, True)[: len(chances)]
    lowered = float(chances[last & (wrong <= expected)].min(initial=1))
    if lowered < _USUAL:
        return max(lowered, LOWEST)
    raised = float(chances[last & (wrong <= expected + _ONE_MORE)].min(initial=1))
    return min(max(raised, _USUAL), _HIGHEST)
