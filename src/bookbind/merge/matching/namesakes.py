"""Names that a letter, a title or an initial parts: Paul and Paula, Mr and Mrs Lane, J and John Smith."""

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

from bookbind.merge.matching.doubts import WORD
from bookbind.merge.matching.known_words import are_known
from bookbind.merge.matching.names import full_words
from bookbind.merge.matching.words import KINDS, TITLES

TITLE, INITIAL_ALONE = "another title", "an initial may be of another name"
MEANING = "another word"
_WORDS = re.compile(r"[^\W_]+")
_APOSTROPHES = re.compile(r"['\u2019]")
_HIS, _HERS = frozenset({"mr", "herr", "sir"}), frozenset({"mrs", "ms", "miss", "frau", "mme"})
_TITLED = re.compile(rf"\b(?:{'|'.join(sorted(_HIS | _HERS))})\b")
# People go by two names; a longer one is known by the rest of it.
_NAMES_OF_PEOPLE = 2


def parting(old: str, new: str) -> str:
    """What may part two folded names that are nearly alike, in words; empty where nothing does.

    In a name of two words that is a word for another one that means something else, or an initial; a longer
    name says enough beside.
    """
    if min(old.count(" "), new.count(" ")) > _NAMES_OF_PEOPLE and not _TITLED.search(old):
        return ""
    one, other = _words(old), _words(new)
    left, right = [word for word in one if word not in other], [word for word in other if word not in one]
    if _are_of_two(left, right):
        return TITLE
    people = [[word for word in words if word not in TITLES] for words in (one, other)]
    left, right = (
        [word for word in left if word not in TITLES],
        [word for word in right if word not in TITLES],
    )
    if max(map(len, people)) > _NAMES_OF_PEOPLE or len(left) != 1 or len(right) != 1:
        return ""
    if _is_initial(left[0], right[0]):
        return INITIAL_ALONE
    ends = left[0] == people[0][-1] and right[0] == people[1][-1]
    if not _mean_two_things(left[0], right[0], ends=ends):
        return ""
    return WORD if OSA.distance(left[0], right[0], score_cutoff=1) == 1 else MEANING


def _words(text: str) -> list[str]:
    return _WORDS.findall(_APOSTROPHES.sub("", text))


def _are_of_two(left: Sequence[str], right: Sequence[str]) -> bool:
    """Whether the one is a man and the other a woman."""
    his, hers = ([not titles.isdisjoint(side) for side in (left, right)] for titles in (_HIS, _HERS))
    return (his[0] and hers[1] and not hers[0]) or (hers[0] and his[1] and not hers[1])


def _is_initial(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) == 1 < len(long) and short.isalpha() and long.startswith(short)


def _mean_two_things(one: str, other: str, *, ends: bool) -> bool:
    """Whether both mean something, and not the same; at the end of a name one may be the other cut off."""
    short, long = sorted((one, other), key=len)
    is_plural = long in (f"{short}s", f"{short}es", f"{short.removesuffix('y')}ies")
    is_cut = ends and long.startswith(short) and len(long) > len(short) + 1
    is_one_kind = full_words((one,)) == full_words((other,)) or KINDS.get(one, "") == KINDS.get(other, " ")
    return not (is_plural or is_cut or is_one_kind) and bool(are_known([short, long]).all())
