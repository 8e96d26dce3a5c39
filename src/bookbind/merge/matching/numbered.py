"""Names that are a number here, and the same number behind a word there: `1042` and `Job 1042`."""

import re
from collections.abc import Iterator, Sequence

from bookbind.merge.matching.named import Scored, corrected

_NOT_WORDS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"[0-9]{2,}")
_NUMBERED = 0.8


def compare_numbers(scored: Scored, old: Sequence[str], new: Sequence[str]) -> Scored:
    """The pairs with those in which a number stands alone here and behind a word there: a person decides."""
    ours, theirs = (
        {text: at for at, text in enumerate(side) if _NUMBER.fullmatch(text)} for side in (old, new)
    )
    said = dict.fromkeys(_behind_words(old, theirs), (_NUMBERED, "the same number", ""))
    said |= {(one, other): (_NUMBERED, "the same number", "") for other, one in _behind_words(new, ours)}
    return corrected(scored, said)


def _behind_words(texts: Sequence[str], bare: dict[str, int]) -> Iterator[tuple[int, int]]:
    """The places of texts that are words and then one of the bare numbers, each with that number's place."""
    for at, text in enumerate(texts):
        *before, last = _NOT_WORDS.sub(" ", text).split() or [""]
        if before and last in bare and all(word.isalpha() for word in before):
            yield at, bare[last]
