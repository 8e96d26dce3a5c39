"""What speaks against pairs that are alike: a town or word on one side, another ending, letter or number."""

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.features import FEATURES

Floats = NDArray[np.float32]

BRANCH, SPELLING = "may be another branch", "may be another name"
LONGER = "one name has a word more"
LETTER = "one letter may make it another name"
NUMBER, INITIAL, TOWN = "another number", "another initial", "another town"
_DOUBTS = ("", LONGER, SPELLING, BRANCH, LETTER, TOWN, INITIAL, NUMBER)
_FEW_EDITS = 4
_LONG_ENDING = 2
_CUT_SLIP = 12


def doubts(features: Floats) -> list[str]:
    """For each pair what speaks against it, empty where nothing does.

    A town that only one side names is a branch as often as a remark, unless it stands apart from the name.
    A letter replaced within a word, or another ending or word, is how look-alikes differ; letters swapped,
    doubled or lost are slips. Units, lodges and policies differ by nothing but their number, shops of a chain
    by nothing but their town.
    """

    def column(name: str) -> Floats:
        return features[:, FEATURES.index(name)]

    is_cut = column("cut_within_word") > 0
    edits, swaps = column("edits"), column("edits_with_swaps")
    replaced = (edits > 0) & (edits == swaps) & (column("edits_without_replacing") > edits)
    slip = column("slip_length")
    longer = (slip >= _LONG_ENDING) & (slip < _CUT_SLIP) & (swaps >= 2)
    letter = (edits == 1) & (column("edits_without_replacing") == 1) & (column("slip_doubles") == 0)
    ending = (column("slip_ends_word") > 0) & (longer | letter)
    words = (column("left_words_old") > 0) & (column("left_words_new") > 0)
    letters = (edits <= _FEW_EDITS) & replaced & ~is_cut
    spelling = ((edits <= _FEW_EDITS) & ending & ~is_cut) | words
    branch = np.zeros(len(features), dtype=bool)
    left = column("left_words_old"), column("left_words_new")
    longer_name = (np.minimum(*left) == 0) & (np.maximum(*left) > 0) & (column("left_place_apart") == 0)
    for one, other in (("old", "new"), ("new", "old")):
        nothing = (column(f"left_words_{other}") == 0) & (column(f"left_places_{other}") == 0)
        places = column(f"left_places_{one}")
        branch |= nothing & (places > 0) & (places >= column(f"left_words_{one}"))
    branch &= column("left_place_apart") == 0
    said = np.zeros(len(features), dtype=np.int64)
    # The last that holds is said.
    initial = column("initials_differ") > 0
    number = (column("numbers_differ") > 0) | (column("codes_differ") > 0)
    town = (column("left_places_old") > 0) & (column("left_places_new") > 0)
    held = (longer_name & ~is_cut, spelling, branch & ~is_cut, letters, town, initial, number)
    for place, holds in enumerate(held, 1):
        said[holds] = place
    return [_DOUBTS[place] for place in said.tolist()]
