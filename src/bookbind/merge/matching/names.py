"""Names of businesses and people, taken apart: what identifies, what a ledger added, other names inside."""

import re
from dataclasses import dataclass

from bookbind.merge.matching.additions import is_suspicious, split_brackets, split_parts, without_additions
from bookbind.merge.matching.legal_forms import split_form
from bookbind.merge.matching.words import EMPTY_WORDS, FULL_WORDS, KINDS, PLACES, TITLES, TRADE_WORDS


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name: its identifying words, and the legal form that stood behind them.

    `place_apart` says that a town stood behind the legal form or a mark, as in `Name Ltd Leeds` or
    `Name, Leeds`: no registered name is written so, a ledger's remark about a branch is.
    """

    words: tuple[str, ...]
    form: str = ""
    place_apart: bool = False

    @property
    def joined(self) -> str:
        """The words without spaces, so that `Home Care` and `Homecare` are one."""
        return "".join(self.words)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as read. The first reading is the whole name, the others are names found inside it.

    `currency` and `codes` are what the ledger added: its tag, and the numbers that were cut off.
    """

    folded: str
    readings: tuple[Reading, ...]
    currency: str = ""
    codes: frozenset[str] = frozenset()
    is_web: bool = False


_NOT_WORDS = re.compile(r"[\W_]+")
# Plain text goes through a table, which is faster than a pattern.
_ONLY_WORDS: dict[int, str | None] = {code: " " for code in range(128) if not chr(code).isalnum()}
_ONLY_WORDS[ord("'")] = None
_INNER_FORMS = frozenset(["ltd", "limited", "plc", "llp", "inc", "llc", "gmbh", "bv"])
# A mark, and a place of one or two words behind it.
_APART = re.compile(r"(?:\s[-\u2013/|]+\s*|[,;:]\s*)\w+(?: \w+)?[\s.]*$")
_DOTTED = re.compile(r"(?<=\b\w)\.\s?(?=\w\b)")


def read_name(folded: str, plain: Reading | None = None) -> Name:
    """One folded name taken apart; `plain` is its plain reading, where that is known already."""
    plain = plain or plain_reading(folded)
    if not is_suspicious(folded, plain.words):
        return Name(folded, (plain,))
    text, currency, codes, is_web = without_additions(folded)
    parts = split_parts(text)
    whole = plain if parts == [folded] else _together([plain_reading(part) for part in parts])
    readings = [whole, *(plain_reading(part) for part in parts if len(parts) > 1)]
    readings += [plain_reading(part) for part in split_brackets(text)] if len(parts) == 1 else []
    if not whole.joined:
        readings = [plain]
    return Name(folded, _distinct(readings), currency, codes, is_web)


def words_of(text: str) -> list[str]:
    """The words of folded text: apostrophes close up, `&` is `and`, dotted initials close up."""
    spelled = text.replace("&", " and ").replace("+", " and ")
    if "." in spelled:
        spelled = _DOTTED.sub("", spelled)
    if spelled.isascii():
        return spelled.translate(_ONLY_WORDS).split()
    return _NOT_WORDS.sub(" ", spelled.replace("'", "")).split()


def full_words(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with abbreviations written out; some stand for several words."""
    if FULL_WORDS.keys().isdisjoint(words):
        return words
    if "st" in words[1:]:
        words = tuple("street" if _is_street(words, place) else word for place, word in enumerate(words))
    return tuple(" ".join([FULL_WORDS.get(word, word) for word in words]).split())


def _is_street(words: tuple[str, ...], place: int) -> bool:
    """Whether this word is the `st` of `Spencer St Surgery`, and not that of `St Mary Surgery`."""
    ends = place + 1 == len(words) or words[place + 1] in KINDS
    return words[place] == "st" and place > 0 and ends


def plain_reading(text: str) -> Reading:
    """The identifying words of folded text and its legal form, without looking for what a ledger added."""
    written = words_of(text)
    moved = form_behind(written)
    words, form = split_form(moved)
    if len(words) > 1 and words[-1] == "the":
        words, inner = split_form(words[:-1])
        form = form or inner
    kept = [word for word in words if word not in EMPTY_WORDS] or words
    if len(kept) > 1 and kept[0] in TITLES and TRADE_WORDS.isdisjoint(kept):
        kept = kept[1:]
    if len(kept) > 2 and kept[-1] in ("and", "co"):
        kept = kept[:-1]
    apart = moved is not written or (bool(written) and written[-1] in PLACES and bool(_APART.search(text)))
    return Reading(tuple(kept), form, apart)


def form_behind(words: list[str]) -> list[str]:
    """The words of `Name Ltd - Leeds` with the legal form behind the town, where it stands otherwise."""
    last = len(words)
    while last > 1 and words[last - 1] in PLACES:
        last -= 1
    if 1 < last < len(words) and words[last - 1] in _INNER_FORMS:
        return [*words[: last - 1], *words[last:], words[last - 1]]
    return words


def _together(parts: list[Reading]) -> Reading:
    """The words of all parts, and the legal form that stood last."""
    if len(parts) == 1:
        return parts[0]
    forms = [part.form for part in parts if part.form]
    words = tuple(word for part in parts for word in part.words)
    return Reading(words, forms[-1] if forms else "", any(part.place_apart for part in parts))


def _distinct(readings: list[Reading]) -> tuple[Reading, ...]:
    return tuple(dict.fromkeys(reading for reading in readings if reading.words)) or (Reading(()),)
