"""Whether a business and an organisation go by the same name."""

import re

from bookbind.kit.text import fold_name

_LEGAL_FORMS = frozenset({"ltd", "limited", "plc", "llp", "llc", "inc", "lp", "co", "company", "cic", "gmbh"})
_SMALL_WORDS = frozenset({"the", "and"})


def names_agree(one: str, other: str) -> bool:
    """Whether the names are the same but for case, accents, punctuation, legal form and small words."""
    return _core(one) == _core(other)


def _core(name: str) -> tuple[str, ...]:
    words = re.findall(r"\w+", fold_name(name).replace("'", ""))
    kept = tuple(word for word in words if word not in _LEGAL_FORMS | _SMALL_WORDS)
    return kept or tuple(words)
