"""Legal forms of businesses in the countries that people trade with, as they stand at the end of a name."""

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.vocabulary import read_table

# In some countries the form stands first.
_LEADING = frozenset(spelling for kind, spellings in read_table("leading_forms") for spelling in spellings)
FORMS = {spelling: kind for kind, spellings in read_table("legal_forms") for spelling in spellings}
# Every kind of form by number; 0 is none.
FORM_NUMBERS = {kind: number for number, kind in enumerate(["", *sorted({*FORMS.values(), "ltd"})])}


def _lengths_by_last_word() -> dict[str, list[int]]:
    """How many words the spellings have that end in a word, the longest first."""
    lengths: dict[str, set[int]] = {}
    for spelling in FORMS:
        words = spelling.split()
        lengths.setdefault(words[-1], set()).add(len(words))
    return {word: sorted(found, reverse=True) for word, found in lengths.items()}


_LENGTHS = _lengths_by_last_word()

# What a bookkeeper writes carelessly for one another; all other pairs of known forms are different companies.
_INTERCHANGEABLE = (
    {"ltd", "plc", "co"},
    {"inc", "co"},
    {"inc", "ltd", "co"},
    {"gmbh", "gmbhkg", "co"},
    {"ltd", "as_tr"},
    {"sa", "sarl", "sci"},
    {"ltd", "charity", "co"},
    {"llc", "fz"},
    {"llc", "inc"},
    {"sl", "sa"},
)


def split_form(tokens: list[str]) -> tuple[list[str], str]:
    """The words without the legal form around them, and its kind or nothing; a name is never left empty."""
    kind = ""
    while len(tokens) > 1 and tokens[-1] in _LENGTHS:
        for length in _LENGTHS[tokens[-1]]:
            found = FORMS.get(" ".join(tokens[-length:])) if length < len(tokens) else None
            if found:
                # `Acme GmbH LLP` has two forms, and may be a company of either.
                kind = found if kind in ("", "co") else kind if found in (kind, "co") else "co"
                tokens = tokens[:-length]
                break
        else:
            break
    if len(tokens) > 1 and tokens[0] in _LEADING:
        return tokens[1:], kind or FORMS.get(tokens[0], "ltd")
    return tokens, kind


def conflict(one: str, other: str) -> bool:
    """Whether two legal forms speak of different companies; an unknown form conflicts with none."""
    if not one or not other or one == other or "co" in {one, other}:
        return False
    return not any({one, other} <= group for group in _INTERCHANGEABLE)


def _conflicts() -> NDArray[np.bool_]:
    kinds = list(FORM_NUMBERS)
    return np.array([[conflict(one, other) for other in kinds] for one in kinds], dtype=bool)


# Whether two forms conflict, by their numbers.
CONFLICTS = _conflicts()
