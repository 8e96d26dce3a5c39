"""The plain form of text in which names are compared: lower case, no accents, single spaces."""

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


def fold(text: str) -> str:
    """Lower case, without accents and invisible characters; only LONGEST characters are looked at."""
    lowered = text[:LONGEST].lower()
    if not lowered.isascii():
        decomposed = unicodedata.normalize("NFKD", lowered.translate(_PLAIN)).translate(_PLAIN)
        kept = (letter for letter in decomposed if unicodedata.category(letter) not in _INVISIBLE)
        lowered = "".join(kept).casefold()
    return " ".join(lowered.split())
