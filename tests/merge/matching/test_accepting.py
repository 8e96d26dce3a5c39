"""How likely two businesses must be follows from how many of the lists at hand would be accepted wrongly."""

import numpy as np
import pytest

from bookbind.merge.matching.accepting import LOWEST, is_never, least_accepted
from bookbind.merge.matching.doubts import BRANCH, LETTER, NUMBER
from bookbind.merge.matching.items import Kind
from bookbind.merge.matching.named import Scored


def _needed(
    chances: list[float], partnerless: int, doubts: dict[int, str] | None = None, known: tuple[int, ...] = ()
) -> list[float]:
    """What each pair needs in lists of these pairs and as many old entries that have nothing alike."""
    places = np.arange(len(chances))
    said = ["" if doubts is None else doubts.get(place, "") for place in range(len(chances))]
    scored = Scored(
        places, places, np.array(chances, np.float32), said, said, np.isin(places, np.array(known, int))
    )
    chosen = [*range(len(chances)), *[-1] * partnerless]
    least = least_accepted(scored, chosen, np.ones(len(chances), bool), Kind.SUPPLIERS)
    return [round(float(value), 3) for value in least]


def test_short_lists_need_the_usual() -> None:
    assert _needed([0.999, 0.9, 0.7], 1) == [0.92, 0.92, 0.92]


def test_less_is_enough_where_next_to_nothing_would_be_accepted_wrongly() -> None:
    # Of 400 without a partner one and a half may be accepted; these are expected to be one.
    chances = [0.999] * 500 + [0.9] * 10
    assert _needed(chances, 400)[-1] == 0.9


def test_it_is_never_less_than_the_lowest() -> None:
    assert _needed([0.999] * 50 + [0.6], 5000)[-1] == pytest.approx(LOWEST)


def test_more_is_needed_in_a_crowd_of_look_alikes() -> None:
    # Sixty wrong ones are expected among pairs that are .94 likely, and next to none may be.
    chances = [0.999] * 500 + [0.98] * 20 + [0.94] * 1000
    assert _needed(chances, 100)[-1] == 0.95


def test_certain_pairs_do_not_tell_one_list_from_another() -> None:
    assert _needed([0.995] * 5000 + [0.9] * 2, 200)[-1] == 0.9


def test_pairs_that_an_identifier_makes_need_the_usual_and_tell_nothing_of_names() -> None:
    needed = _needed([0.96] * 300 + [0.9], 100, known=tuple(range(300)))
    assert (needed[0], needed[-1]) == (0.92, 0.9)


def test_what_speaks_against_a_pair_asks_for_more() -> None:
    needed = _needed([0.9, 0.9, 0.9], 1000, {0: BRANCH, 1: LETTER, 2: NUMBER})
    assert (needed[1], needed[2]) == (0.995, 1.0)
    assert needed[0] < 0.92
    assert [is_never(doubt) for doubt in (BRANCH, LETTER, NUMBER)] == [False, False, True]


def test_other_lists_have_what_they_need_fixed() -> None:
    places = np.arange(2)
    scored = Scored(places, places, np.array([0.99, 0.99]), ["", ""], ["", BRANCH], np.zeros(2, bool))
    least = least_accepted(scored, [0, 1], np.ones(2, bool), Kind.TRACKING)
    assert least.round(3).tolist() == pytest.approx([0.94, 0.995])
