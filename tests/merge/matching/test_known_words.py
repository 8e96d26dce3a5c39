"""Which words the matcher knows, and how they are kept."""

import numpy as np

from bookbind.merge.matching.known_words import LONGEST, are_known, number_of, pack_words


def test_words_names_and_their_plurals_are_known() -> None:
    assert are_known(["food", "foods", "feeds", "norton", "hudson", "jurgen", "aachen", "maura"]).all()


def test_slips_numbers_and_short_words_are_none() -> None:
    assert not are_known(["maintenence", "hydrolic", "recieve", "1204", "a1", "ab", ""]).any()


def test_words_are_kept_as_steps_from_number_to_number() -> None:
    steps = pack_words(["home", "house", "x" * (LONGEST + 1)])["steps"]
    assert np.cumsum(steps, dtype=int).tolist() == sorted({number_of("home"), number_of("house")})
