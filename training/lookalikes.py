"""Other businesses that look like a given one: what tells them apart is a town, number, word or letter."""

import re
import string
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.names import read_name
from bookbind.merge.matching.words import TOWNS
from training.noise import LAST_NAMES, TOWN_NAMES, TRADES, Draw, core

_SHORT_WORD = 8
# Words shorter than this are a letter from too many others.
_NEAR = 4
_NUMBERED = (
    *("{0} {1}", "{0} {1}", "{0} {1}", "{0} No {1}", "{0} No. {1}", "{0} Unit {1}", "{0} Store {1}"),
    *("{0} Branch {1}", "{0} Lodge {1}", "{0} Policy {1}", "{0} #{1}", "Unit {1} {0}", "{1} {0}"),
)


def sibling(name: str, draw: Draw) -> str:
    """Another business that looks alike: other place, number, trade, initial, group or a near spelling."""
    words = core(name).split()
    form = draw.choice(["Ltd", "Limited", ""])
    kind = draw.choice([0, 0, 1, 2, 3, 4, 5, 6, 7])
    if kind == 0:
        # A registered name has its town before the legal form.
        place = draw.choice([*TOWN_NAMES, "London", "Ireland", "Europe", "Midlands", "South", "Wales"])
        return f"{core(name)} {draw.choice([place, f'({place})'])} {form}".strip()
    if kind == 1:
        words.append(
            draw.choice(
                ["Holdings", "Group", "Properties", "International", "Services", "Trading", "Trustees"]
            )
        )
    elif kind == 2:
        words.append(draw.choice([str(draw.randint(2, 12)), str(draw.randint(2, 12)), "II", "III", "2019"]))
    elif kind == 3 and len(words) > 1:
        words[-1] = draw.choice(TRADES)
    elif kind == 4 and max(map(len, words)) > 4:
        place = words.index(max(words, key=len)) if draw.random() < 0.5 else 0
        words[place] = _near_spelling(words[place], draw)
    elif kind == 5 and len(words[0]) == 1:
        words[0] = draw.choice(string.ascii_uppercase)
    elif kind == 6 and len(words) > 1:
        words[0] = draw.choice(LAST_NAMES)
    else:
        return f"{draw.choice(LAST_NAMES)} {words[-1]} {form}"
    return " ".join([*words, form]).strip()


def _near_spelling(word: str, draw: Draw) -> str:
    """Another ending, or another vowel in a short word; other letters are slips of the keys."""
    vowels = [place for place, letter in enumerate(word) if place and letter in "aeiou"]
    if len(word) < _SHORT_WORD and vowels and draw.random() < 0.4:
        place = draw.choice(vowels)
        return word[:place] + draw.choice("aeiou") + word[place + 1 :]
    ending = draw.choice(
        ["er", "on", "ton", "man", "ley", "ing", "son", "ers", "ia", "well", "s", "y", " One"]
    )
    return word[: len(word) - draw.randint(0, 2)] + ending


def numbered(name: str, draw: Draw) -> str:
    """The name of one of several that a number tells apart: a shop, a lodge, a unit, a policy."""
    most = draw.choice([99, 99, 999, 99_999])
    number = draw.randint(max(2, most // 10), most) if most > 99 else draw.randint(2, most)
    return draw.choice(_NUMBERED).format(core(name), number)


def other_number(name: str, draw: Draw) -> str:
    """The name with its last number changed: two digits swapped, one replaced, or another number."""
    *_, found = re.finditer(r"\d+", name)
    digits = list(found[0])
    kind, place = draw.random(), draw.randrange(len(digits))
    if kind < 0.35 and len(set(digits)) > 1:
        while "".join(digits) == found[0]:
            place = draw.randrange(1, len(digits))
            digits[place - 1], digits[place] = digits[place], digits[place - 1]
    elif kind < 0.7:
        digits[place] = draw.choice([digit for digit in string.digits if digit not in {digits[place], "0"}])
    else:
        digits = list(str(int(found[0]) + draw.randint(1, 9)))
    return f"{name[: found.start()]}{''.join(digits)}{name[found.end() :]}"


def placed(name: str, draw: Draw) -> str:
    """The name of a business that has its town in its name."""
    return f"{core(name)} {draw.choice(TOWN_NAMES)} {draw.choice(['', '', 'Ltd', 'Limited'])}".strip()


def town_of(name: str) -> str:
    """The town that ends a name, before the legal form; empty where none does."""
    last = core(name).split()[-1]
    return last if last.lower() in TOWNS else ""


def other_town(name: str, draw: Draw) -> str:
    """The name with another town at its end, at times one that is spelled nearly alike."""
    town = town_of(name)
    near = near_words(tuple(TOWN_NAMES)).get(town.lower(), []) if draw.random() < 0.4 else []
    other = draw.choice(near).title() if near else draw.choice(TOWN_NAMES)
    return other.join(name.rsplit(town, 1))


@cache
def near_words(names: tuple[str, ...]) -> dict[str, list[str]]:
    """For each word that several names hold, the other such words that are one letter from it.

    Where all names are one word each, all of them count.
    """
    counts = Counter(word for name in names for word in set(core(name).lower().split()))
    least = 1 if len(counts) == len(names) else 2
    words = [
        word for word, count in counts.items() if count >= least and len(word) >= _NEAR and word.isalpha()
    ]
    gaps: dict[str, list[str]] = {}
    for word in words:
        for place in range(len(word)):
            gaps.setdefault(f"{word[:place]}*{word[place + 1 :]}", []).append(word)
    found: dict[str, set[str]] = {word: set() for word in words}
    for alike in gaps.values():
        for word in alike:
            found[word].update(alike)
    for word in words:
        for place in range(len(word)):
            shorter = word[:place] + word[place + 1 :]
            if shorter in found:
                found[word].add(shorter)
                found[shorter].add(word)
    # One business writes its plurals either way.
    others = {word: sorted(found[word] - {word, f"{word}s", word.removesuffix("s")}) for word in words}
    return {word: known for word, known in others.items() if known}


def near_name(name: str, near: Mapping[str, Sequence[str]], draw: Draw) -> str:
    """The name with one word changed to another known one that is a letter from it: seeds and feeds."""
    words = name.split()
    places = [place for place, word in enumerate(words) if near.get(word.lower())]
    if places:
        place = draw.choice(places)
        other = draw.choice(near[words[place].lower()])
        words[place] = other.title() if words[place][:1].isupper() else other
    return " ".join(words)


def same_identity(one: str, other: str) -> bool:
    """Whether two names read alike, so that a sibling would be no sibling."""
    read = read_name(fold(one)), read_name(fold(other))
    return read[0].readings[0].joined == read[1].readings[0].joined and read[0].codes == read[1].codes
