"""Products: a name is words, sizes and model numbers, and the model numbers decide."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.apart import Apart, are_apart, read_apart
from bookbind.merge.matching.names import Name, Reading
from bookbind.merge.matching.pairs import Pairs

Floats = NDArray[np.float32]

CODE_FEATURES = (
    "code_same",
    "code_begins",
    "code_shared_letters",
    "code_conflict",
    "code_one_side",
    "code_in_text",
    "sizes_differ",
    "colours_differ",
    "counts_differ",
    "sizes_same",
    "coded",
)
MODEL = "may be another model"
OTHER = "another size, colour, number or sort"
_SHORTEST_CODE = 3
_NOT_WORDS = re.compile(r"[\W_]+")
_APOSTROPHES = re.compile(r"['\u2019]")
_INNER = re.compile(r"[-./#_]+")
_EDGES = "()[]{},;:.'\"!*-/#&+"
_SIZE = re.compile(
    r"\b(\d+(?:[.,]\d+)?) ?(gb|mb|tb|mm|cm|m|ml|l|cl|kg|g|mg|oz|lb|inch|in|ft|\"|''|v|w|kw|a"
    r"|ah|mah|mp|x|pack|pk|pcs|ct|sheets?|pages?|hours?|hrs?|mins?|litres?|metres?|millimetres?|grams?|kilos?"
    r"|disc|way|channel)(?!\w)"
)
_COLOURS = frozenset(
    [
        "black",
        "white",
        "red",
        "blue",
        "green",
        "yellow",
        "silver",
        "grey",
        "gray",
        "pink",
        "purple",
        "orange",
        "brown",
        "gold",
        "beige",
        "navy",
        "cream",
        "bronze",
        "copper",
        "burgundy",
        "titanium",
        "stainless",
        "clear",
        "ivory",
        "charcoal",
        "turquoise",
        "teal",
        "maroon",
        "graphite",
        "magenta",
        "cyan",
        "natural",
        "walnut",
        "oak",
        "tan",
        "khaki",
        "lilac",
        "mint",
        "coral",
        "rose",
        "aqua",
        "anthracite",
    ]
)
# Units that are written in several ways; others go by their first two letters.
_UNITS = {"litre": "l", "litres": "l", "metre": "m", "metres": "m", "inch": "in", '"': "in", "''": "in"}
_UNITS |= {"pack": "pk", "hours": "h", "hour": "h", "hrs": "h", "hr": "h", "min": "mn", "mins": "mn"}
_UNITS |= {"gram": "g", "grams": "g", "kilo": "kg", "kilos": "kg", "millimetre": "mm", "sheet": "sh"}
_MOST_DIGITS = 4


def read_product(folded: str, _plain: Reading | None = None) -> Name:
    """The words of a product's name; model numbers are closed up, so that `KX-TS620/W` is `kxts620w`."""
    words: list[str] = []
    for part in folded.split():
        bare = part.strip(_EDGES)
        closed = _INNER.sub("", bare)
        if any(letter.isdigit() for letter in closed) and len(closed) >= _SHORTEST_CODE:
            words.append(closed)
        else:
            words += [word for word in re.split(r"[^\w]+", bare) if word]
    return Name(folded, (Reading(tuple(dict.fromkeys(words))),))


def code_features(old: Sequence[Name], new: Sequence[Name], pairs: Pairs) -> Floats:
    """One row of CODE_FEATURES for each pair; products have one reading each, so rows are entries."""
    facts_old, facts_new = [_facts(name) for name in old], [_facts(name) for name in new]
    rows = [
        _compare(facts_old[a], facts_new[b])
        for a, b in zip(pairs.old.tolist(), pairs.new.tolist(), strict=True)
    ]
    return np.array(rows, dtype=np.float32).reshape(len(rows), len(CODE_FEATURES))


def product_doubts(features: Floats) -> list[str]:
    """For each pair what speaks against it: another size, colour, number or model, or no model in common."""
    named = {name: features[:, place - len(CODE_FEATURES)] for place, name in enumerate(CODE_FEATURES)}
    known = named["code_same"] > 0
    counts = (named["counts_differ"] > 0) & ~known
    other = (
        counts | (named["sizes_differ"] > 0) | (named["colours_differ"] > 0) | (named["code_conflict"] > 0)
    )
    model = ~known & (named["coded"] > 0)
    rows = zip(other.tolist(), model.tolist(), strict=True)
    return [OTHER if is_other else MODEL if is_model else "" for is_other, is_model in rows]


@dataclass(frozen=True, slots=True)
class _Facts:
    """Of a product: its model numbers, the text closed up, sizes by unit, bare numbers, colours, and more."""

    codes: frozenset[str]
    text: str
    sizes: dict[str, frozenset[str]]
    counts: frozenset[str]
    colours: frozenset[str]
    apart: Apart


def _facts(name: Name) -> _Facts:
    words = name.readings[0].words
    sizes: dict[str, frozenset[str]] = {}
    for number, unit in _SIZE.findall(name.folded):
        key = _UNITS.get(unit, unit[:2])
        sizes[key] = sizes.get(key, frozenset()) | {number.replace(",", ".")}
    sized = {number for numbers in sizes.values() for number in numbers}
    codes = frozenset(word for word in words if _is_code(word))
    counts = frozenset(word for word in words if word.isdigit() and len(word) <= _MOST_DIGITS) - sized
    plain = frozenset(_NOT_WORDS.sub(" ", _APOSTROPHES.sub("", _SIZE.sub(" ", name.folded))).split())
    apart = read_apart(plain - codes - counts)
    return _Facts(codes, "".join(words), sizes, counts, frozenset(words) & _COLOURS, apart)


def _is_code(word: str) -> bool:
    digits = sum(letter.isdigit() for letter in word)
    if not digits or len(word) < _SHORTEST_CODE or _SIZE.fullmatch(word):
        return False
    return digits < len(word) or digits >= 5


def _compare(old: _Facts, new: _Facts) -> tuple[float, ...]:
    same = max((len(code) for code in old.codes & new.codes), default=0)
    begins = max((_shared_beginning(a, b) for a in old.codes for b in new.codes if a != b), default=0)
    inside = max((len(code) for code in old.codes if code in new.text), default=0)
    inside = max(inside, max((len(code) for code in new.codes if code in old.text), default=0))
    longest = max((len(code) for code in old.codes | new.codes), default=1)
    both = bool(old.codes and new.codes)
    shared = old.sizes.keys() & new.sizes.keys()
    return (
        min(same, 12),
        min(begins, 12),
        max(same, begins) / longest,
        float(both and not same and begins < 4 and not inside),
        float(bool(old.codes) != bool(new.codes)),
        min(inside, 12),
        float(any(not old.sizes[unit] & new.sizes[unit] for unit in shared)),
        float(bool(old.colours and new.colours and not old.colours & new.colours)),
        float(_counts_differ(old.counts, new.counts) or are_apart(old.apart, new.apart)),
        float(sum(bool(old.sizes[unit] & new.sizes[unit]) for unit in shared)),
        float(bool(old.codes or new.codes)),
    )


def _counts_differ(old: frozenset[str], new: frozenset[str]) -> bool:
    return bool(old - new) and bool(new - old)


def _shared_beginning(one: str, other: str) -> int:
    """The length of the shorter code where the longer one begins with it, such as a colour added behind."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return len(short) if long.startswith(short) or long.endswith(short) else 0
