"""The plain form of text in which names are compared: lower case, no accents, single spaces."""

import html
import re
import unicodedata

# Letters that decomposition leaves alone but that people also write plainly.
_PLAIN = str.maketrans(
    {
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "þ": "th",
        "\u0131": "i",
        "\u2019": "'",
        "\u2018": "'",
        "`": "'",
        "\u2013": "-",
        "\u2014": "-",
        "\u2011": "-",
        "\u00a0": " ",
    }
)
# Accents on their own, direction marks and other invisible characters, halves of broken pairs.
_INVISIBLE = frozenset({"Mn", "Cf", "Cs"})
LONGEST = 400
# UTF-8 that was read as Windows' own encoding shows these before every other letter.
_MISREAD = frozenset("ÂÃâÅ")
# What becomes of hard spaces that were misread, and then put into plain capitals: `HOLYAA CROSSAA CENTRE`.
_BROKEN_SPACE = "aa "
_BROKEN_SPACES = re.compile(r"(?<=\w\w)aa ")


def fold(text: str) -> str:
    """Lower case, without accents and invisible characters; only LONGEST characters are looked at.

    What a careless export did is undone: `&amp;` is `&`, and `CafÃ©` was `Café`.
    """
    lowered = _repaired(text[:LONGEST]).lower()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_PLAIN)).translate(_PLAIN)
        kept = (letter for letter in decomposed if unicodedata.category(letter) not in _INVISIBLE)
        lowered = "".join(kept).casefold()
    if lowered.count(_BROKEN_SPACE) > 1:
        lowered = _BROKEN_SPACES.sub(" ", lowered)
    return " ".join(lowered.split())


def _repaired(text: str) -> str:
    if "&" in text and ";" in text:
        text = html.unescape(text)
    if not text.isascii() and not _MISREAD.isdisjoint(text):
        try:
            return text.encode("cp1252").decode("utf-8")
        except UnicodeError:
            return text
    return text
