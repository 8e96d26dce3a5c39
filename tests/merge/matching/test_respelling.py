"""Names that share hardly a group of three letters are found behind slips of the keys."""

from hypothesis import given
from hypothesis import strategies as st

from bookbind.merge.matching.names import Name, plain_reading
from bookbind.merge.matching.respelling import respell
from bookbind.merge.matching.table import Table, Words, build_table, describe_words, no_numbers

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _lists(old: list[str], new: list[str]) -> tuple[Table, Table, Words]:
    vocabulary, closed = no_numbers(), no_numbers()
    one, other = (
        build_table([Name(text, (plain_reading(text),)) for text in texts], vocabulary, closed)
        for texts in (old, new)
    )
    return one, other, describe_words(vocabulary, (one, other), {})


def _respelled(old: str, *new: str) -> list[str]:
    return respell(*_lists([old], list(new)))[1]


def test_a_word_a_slip_away_takes_the_other_lists_spelling() -> None:
    assert _respelled("rodnel trading", "rondel trading") == ["rondel trading"]
    assert _respelled("gogole", "google", "amazon") == ["google"]


def test_a_rare_word_may_be_two_slips_away() -> None:
    assert _respelled("tehcnoiz", "technowiz") == ["technowiz"]


def test_a_common_word_is_not_sought_two_slips_away() -> None:
    # The other list has what is near, but this one has it too: no slip of it is needed.
    one, other, words = _lists(["tehcnoiz", "technowiz"], ["technowiz"])
    assert respell(one, other, words)[1] == []


def test_words_that_both_lists_have_stay_as_they_are() -> None:
    assert _respelled("garden centre", "garden centre", "gardens") == []


def test_several_near_words_stand_side_by_side() -> None:
    assert _respelled("kss retail", "kas retail", "kiss retail") == ["kas kiss retail"]


def test_numbers_and_empty_lists_have_no_near_ones() -> None:
    assert _respelled("12345", "12346") == []
    assert respell(*_lists(["acme"], []))[1] == []


@given(
    word=st.text(_LETTERS, min_size=4, max_size=12),
    place=st.integers(0, 11),
    letter=st.sampled_from(_LETTERS),
    slip=st.sampled_from(["lost", "added", "replaced", "swapped"]),
)
def test_any_single_slip_is_found(word: str, place: int, letter: str, slip: str) -> None:
    place %= len(word) - 1
    slipped = {
        "lost": word[:place] + word[place + 1 :],
        "added": word[:place] + letter + word[place:],
        "replaced": word[:place] + letter + word[place + 1 :],
        "swapped": word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    }[slip]
    # Alone in a name, so that no short word is left out as saying little.
    texts = [f"{text} zzyzx" for text in (slipped, word)]
    found = _respelled(*texts)
    full = _lists(*([text] for text in texts))[1].texts[0]
    assert found in ([full], [])
    assert found or slipped == word or full == "zzyzx" or _equal_words(texts)


def _equal_words(texts: list[str]) -> bool:
    """Whether abbreviations, titles or legal forms make the two the same, or leave nothing to compare."""
    one, other = (set(_lists([text], [text])[0].texts[0].split()) for text in texts)
    return len(one ^ other) != 2
