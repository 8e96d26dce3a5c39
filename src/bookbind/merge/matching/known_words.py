"""Which words are words at all: a slip of the keys hardly ever makes another one, a look-alike is one."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

# A word is kept as a number of so many bits: of those that are none, one in sixty is taken for one.
BITS = 24
# Shorter words are too many of the short texts there are; longer ones say what they are by themselves.
SHORTEST, LONGEST = 3, 14
_ENDINGS = ("", "s", "es")

Integers = NDArray[np.uint32]


def are_known(words: Iterable[str]) -> NDArray[np.bool_]:
    """Whether each folded word is an English word, a family name or a first name, or the plural of one.

    Numbers and words of other lengths than SHORTEST to LONGEST are none.
    """
    spelled = list(words)
    found = np.zeros(len(spelled), dtype=bool)
    known = _load()
    for ending in _ENDINGS:
        ended = [place for place, word in enumerate(spelled) if _is_spelled(word, ending)]
        numbers = [number_of(spelled[place].removesuffix(ending)) for place in ended]
        places = np.minimum(np.searchsorted(known, np.array(numbers, dtype=np.uint32)), len(known) - 1)
        found[ended] |= known[places] == numbers
    return found


def _is_spelled(word: str, ending: str) -> bool:
    return word.endswith(ending) and SHORTEST <= len(word) - len(ending) <= LONGEST and word.isalpha()


def number_of(word: str) -> int:
    """The number that stands for a word, the same on every machine."""
    return crc32(word.encode()) >> (32 - BITS)


def pack_words(words: Iterable[str]) -> dict[str, NDArray[np.unsignedinteger[Any]]]:
    """The words as arrays that a file can hold; steps from number to number press together better."""
    kept = (word for word in words if SHORTEST <= len(word) <= LONGEST)
    numbers = np.unique(np.array([number_of(word) for word in kept], dtype=np.uint32))
    steps = np.diff(numbers, prepend=np.uint32(0))
    return {"steps": steps.astype(np.min_scalar_type(steps.max()))}


@cache
def _load() -> Integers:
    content = files("bookbind.merge.matching").joinpath("models", "known_words.npz").read_bytes()
    with np.load(BytesIO(content), allow_pickle=False) as stored:
        numbers: Integers = np.cumsum(stored["steps"], dtype=np.uint32)
    return numbers
