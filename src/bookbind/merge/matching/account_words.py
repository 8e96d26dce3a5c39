"""The words of an account's name, in the form that stands for their kin, and what tells it from its like."""

import re
from functools import cache
from typing import NamedTuple

from bookbind.merge.matching.apart import SORT, Apart, read_apart, values_differ
from bookbind.merge.matching.doubts import INITIAL, NUMBER
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.vocabulary import read_table
from bookbind.merge.matching.words import HOME_WORDS, PLACES

_STOP_WORDS = frozenset(
    [
        "and",
        "of",
        "the",
        "on",
        "for",
        "to",
        "a",
        "an",
        "in",
        "at",
        "by",
        "with",
        "from",
        "less",
        "inc",
        "etc",
        "allowable",
        "disallowable",
        "account",
        "accounts",
        "ac",
    ]
)
_APOSTROPHES = re.compile(r"'s\b|'")
_DOTTED = re.compile(r"\b(\w)\.(?=\w\b)")
_MARKS = re.compile(r"[\W_]+")
_WRITTEN_OFF = re.compile(r"\bwr(?:ite|itten)[ -]?offs?\b")
# What ledgers write around a name: its number before it, and behind it that it is not used any more.
_LEADING_NUMBER = re.compile(
    r"^(?:z{1,3}|x{2,3})[-_ ]+(?=\w{3})|^\d{3,}(?:[-.]\d+)*\s*(?:[-:.|]\s*|\s)(?=[^\W\d])"
)
_REMARK = re.compile(
    r"\s*[-:(\[*]+\s*(?:old|do not use|don'?t use|dnu|not in use|inactive|closed|archived|deleted|hidden"
    r"|duplicate|legacy)\s*[)\]*]*\s*$|\bdo not use\b"
)
PLACE = "another place"
_LETTER = re.compile(r"[^\W\d_]")
_ACCOUNT = re.compile(r"\ba/c\b")
# National insurance, not Northern Ireland; words that are seldom the place; and what is left of the world.
_NO_PLACES = frozenset({"ni", "great", "united", "kingdom", "middle", "central"})
_PLACES = (PLACES | HOME_WORDS | {"world"}) - _NO_PLACES


@cache
def word_forms() -> dict[str, str]:
    """The form that stands for each word's kin."""
    return {form: word for word, forms in read_table("account_words") for form in forms}


@cache
def _word_groups() -> tuple["re.Pattern[str]", dict[str, str]]:
    groups = {form.replace("-", " "): word for form, word in word_forms().items() if "-" in form}
    pattern = "|".join(sorted(map(re.escape, groups), key=len, reverse=True))
    return re.compile(rf"\b(?:{pattern})\b"), groups


def account_words(name: str) -> tuple[str, ...]:
    """The words of an account's name in the form that stands for their kin, small words left out."""
    text = _DOTTED.sub(r"\1", _APOSTROPHES.sub("", bare_name(name)))
    text = _WRITTEN_OFF.sub("writeoff", _MARKS.sub(" ", text))
    pattern, groups = _word_groups()
    text = pattern.sub(lambda found: groups[found[0]], text)
    words = [_base(word) for word in text.split() if word not in _STOP_WORDS]
    # A name of nothing but signs is a word of its own.
    return tuple(dict.fromkeys(words or text.split() or fold(name).split()))


def bare_name(name: str, code: str = "") -> str:
    """The folded name without what a ledger writes around it; all of it where nothing would be left."""
    text = fold(name)
    bare = _REMARK.sub("", _LEADING_NUMBER.sub("", text))
    if code:
        bare = re.sub(rf"^\W*{re.escape(fold(code))}\b\W*|\W*\b{re.escape(fold(code))}\W*$", " ", bare)
    return bare.strip() if _LETTER.search(bare) else text


def _base(word: str) -> str:
    forms = word_forms()
    if word in forms:
        return forms[word]
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        single = word[:-3] + "y" if word.endswith("ies") else word[:-1]
        return forms.get(single, single)
    return word


class Marks(NamedTuple):
    """What tells accounts of one sort apart: `Loan 1` and `Loan 2`, `Owner A` and `Owner B`."""

    numbers: frozenset[str]
    initials: frozenset[str]
    places: frozenset[str]
    apart: Apart

    @property
    def says_anything(self) -> bool:
        """Whether there is anything that could tell it apart."""
        return bool(any(self[:3]) or self.apart.values)


def read_marks(name: str) -> Marks:
    """The numbers, single letters, places and the like of an account's name."""
    words = _MARKS.sub(
        " ", _DOTTED.sub(r"\1", _APOSTROPHES.sub("", _ACCOUNT.sub(" ", bare_name(name))))
    ).split()
    return Marks(
        frozenset(word.lstrip("0") for word in words if any(letter.isdigit() for letter in word)),
        frozenset(word for word in words if len(word) == 1 and word.isalpha()),
        frozenset(words) & _PLACES,
        read_apart(words),
    )


def mark_doubt(one: Marks, other: Marks) -> str:
    """What tells two accounts apart, in words; empty where either has nothing that the other lacks."""
    for doubt, a, b in zip((NUMBER, INITIAL, PLACE), one[:3], other[:3], strict=True):
        if a - b and b - a:
            return doubt
    return SORT if values_differ(one.apart, other.apart) else ""
