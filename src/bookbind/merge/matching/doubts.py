"""What speaks against pairs that are alike: a town or word on one side, another ending, letter or number."""

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.features import FEATURES

Floats = NDArray[np.float32]

BRANCH, SPELLING = "may be another branch", "may be another name"
LONGER = "one name has a word more"
ENDING = "another ending may make it another name"
LETTER, WORD = "one letter may make it another name", "one letter makes it another word"
PARTS = "the other trading names differ"
NUMBER, INITIAL, TOWN = "another number", "another initial", "another town"
CURRENCY = "another currency"
# Such pairs are two things, whatever else they share.
TWO_THINGS = (NUMBER, INITIAL, TOWN, CURRENCY, WORD, PARTS)
_FEW_EDITS = 4
_LONG_ENDING = 2
_CUT_SLIP = 12


def doubts(features: Floats) -> list[str]:
    """For each pair what speaks against it, empty where nothing does.

    A town that only one side names is a branch as often as a remark, unless it stands apart from the name.
    A letter replaced within a word, or another ending or word, is how look-alikes differ; letters swapped,
    doubled or lost are slips. A slip hardly ever makes another word: where only one side has words it is the
    other's slip, and where both have, as Norton and Morton, or Foods and Feeds, they are two names. Units,
    lodges and policies differ by nothing but their number, shops of a chain by nothing but their town, and
    accounts with one bank by nothing but their currency.
    """

    def column(name: str) -> Floats:
        return features[:, FEATURES.index(name)]

    is_whole = column("cut_within_word") == 0
    edits, swaps = column("edits"), column("edits_with_swaps")
    replaced = (edits > 0) & (edits == swaps) & (column("edits_without_replacing") > edits)
    slip = column("slip_length")
    longer = (slip >= _LONG_ENDING) & (slip < _CUT_SLIP) & (swaps >= 2)
    letter = (edits == 1) & (column("edits_without_replacing") == 1) & (column("slip_doubles") == 0)
    ending = (column("slip_ends_word") > 0) & (longer | letter)
    known = column("open_known_old") == 1, column("open_known_new") == 1
    few = (edits <= _FEW_EDITS) & is_whole & ~(known[0] ^ known[1])
    # A known word that is longer than an unknown one has lost letters there.
    ended = (column("slip_ending_old") > 0) & ~(known[0] & ~known[1])
    ended |= (column("slip_ending_new") > 0) & ~(known[1] & ~known[0])
    left = column("left_words_old"), column("left_words_new")
    apart = column("left_place_apart") > 0
    places = column("left_places_old"), column("left_places_new")
    # `Level I` and `Level II`: the one is read as a letter, the other as a number.
    numbered = (column("initials_one_side") > 0) & (column("numbers_one_side") > 0) & is_whole
    # Of what holds the last is said.
    held = {
        LONGER: (np.minimum(*left) == 0) & (np.maximum(*left) > 0) & ~apart & is_whole,
        SPELLING: (few & ending) | (np.minimum(*left) > 0),
        BRANCH: (_only_places(left, places) | _only_places(left[::-1], places[::-1])) & ~apart & is_whole,
        ENDING: ended & (edits <= _FEW_EDITS) & is_whole,
        LETTER: few & replaced,
        WORD: few & replaced & known[0] & known[1],
        TOWN: np.minimum(*places) > 0,
        INITIAL: column("initials_differ") > 0,
        NUMBER: (column("numbers_differ") > 0) | (column("codes_differ") > 0) | numbered,
        CURRENCY: column("currency_differs") > 0,
        PARTS: column("other_parts_differ") > 0,
    }
    said = np.zeros(len(features), dtype=np.int64)
    for place, holds in enumerate(held.values(), 1):
        said[holds] = place
    words = ["", *held]
    return [words[place] for place in said.tolist()]


def _only_places(left: tuple[Floats, Floats], places: tuple[Floats, Floats]) -> NDArray[np.bool_]:
    """Whether all that the first side has and the other lacks are places, and the other has nothing more."""
    nothing_more = (left[1] == 0) & (places[1] == 0)
    found: NDArray[np.bool_] = nothing_more & (places[0] > 0) & (places[0] >= left[0])
    return found
