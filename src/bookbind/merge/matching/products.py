"""Products: a name is words, sizes and model numbers, and the model numbers decide."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.features import Pairs
from bookbind.merge.matching.names import Name, Reading

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
)
MODEL, VARIANT = "may be another model", "may be another size or colour"
_SHORTEST_CODE = 3
_INNER = re.compile(r"[-./#_]+")
_EDGES = "()[]{},;:.'\"!*-/#&+"
_SIZE = re.compile(
    r"\b(\d+(?:[.,]\d+)?) ?(gb|mb|tb|mm|cm|m|ml|l|cl|kg|g|mg|oz|lb|inch|in|ft|\"|''|v|w|kw|a"
    r"|ah|mah|mp|x|pack|pk|pcs|ct|sheets?|pages?|hours?|hrs?|min|mins|litres?|metres?|disc|way|channel)\b"
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
    ]
)


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
    """For each pair what speaks against it: no model number in common, or another size or colour."""
    named = {name: features[:, place - len(CODE_FEATURES)] for place, name in enumerate(CODE_FEATURES)}
    model = named["code_same"] == 0
    variant = (named["sizes_differ"] > 0) | (named["colours_differ"] > 0)
    rows = zip(model.tolist(), variant.tolist(), strict=True)
    return [MODEL if is_model else VARIANT if is_variant else "" for is_model, is_variant in rows]


Facts = tuple[frozenset[str], str, frozenset[str], frozenset[str]]


def _facts(name: Name) -> Facts:
    """Model numbers, the text closed up, sizes and colours of a product."""
    words = name.readings[0].words
    sizes = frozenset(f"{number.replace(',', '.')}{unit[:2]}" for number, unit in _SIZE.findall(name.folded))
    codes = frozenset(word for word in words if _is_code(word))
    return codes, "".join(words), sizes, frozenset(words) & _COLOURS


def _is_code(word: str) -> bool:
    digits = sum(letter.isdigit() for letter in word)
    if not digits or len(word) < _SHORTEST_CODE or _SIZE.fullmatch(word):
        return False
    return digits < len(word) or digits >= 5


def _compare(old: Facts, new: Facts) -> tuple[float, ...]:
    codes_old, text_old, sizes_old, colours_old = old
    codes_new, text_new, sizes_new, colours_new = new
    same = max((len(code) for code in codes_old & codes_new), default=0)
    begins = max((_shared_beginning(a, b) for a in codes_old for b in codes_new if a != b), default=0)
    inside = max(
        (len(code) for code in codes_old if code in text_new),
        default=0,
    )
    inside = max(inside, max((len(code) for code in codes_new if code in text_old), default=0))
    longest = max((len(code) for code in codes_old | codes_new), default=1)
    both = bool(codes_old and codes_new)
    return (
        min(same, 12),
        min(begins, 12),
        max(same, begins) / longest,
        float(both and not same and begins < 4 and not inside),
        float(bool(codes_old) != bool(codes_new)),
        min(inside, 12),
        float(bool(sizes_old and sizes_new and not sizes_old & sizes_new)),
        float(bool(colours_old and colours_new and not colours_old & colours_new)),
    )


def _shared_beginning(one: str, other: str) -> int:
    """The length of the shorter code where the longer one begins with it, such as a colour added behind."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return len(short) if long.startswith(short) or long.endswith(short) else 0
