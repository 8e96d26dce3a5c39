"""Words: plurals, short lists, dates as people write them, and text that is safe to store."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date


def plural(count: int, one: str, many: str = "") -> str:
    """`1 document`, `14 documents`; the second word is needed only where an s does not do."""
    word = one if count == 1 else many or f"{one}s"
    return f"{count:,} {word}"


def listed(names: Sequence[str], last: str = "and") -> str:
    """`Ada`, `Ada and Jo`, `Ada, Jo and Sam`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def possessive(name: str) -> str:
    """`Class's`, `Projects'`: a name that is a plural takes the apostrophe alone."""
    return f"{name}'" if name.endswith("s") and not name.endswith("ss") else f"{name}'s"


def within_sentence(text: str) -> str:
    """The text as it stands within a sentence; an abbreviation at its start stays as it is."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def show_date(day: date) -> str:
    """`22 November 2026`."""
    return f"{day.day} {day:%B %Y}"


def clean_text(text: str, longest: int) -> str:
    """One line without control or bidirectional-override characters, at most `longest` characters."""
    visible = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in text)
    kept = "".join(c for c in visible if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn"))
    return " ".join(kept.split())[:longest]


def plain_tax_number(number: object) -> str:
    """A tax number without blanks, dots and dashes, for comparing."""
    return re.sub(r"[^0-9A-Z]", "", str(number or "").upper())


def fold_name(name: str) -> str:
    """The form in which two names are compared: no case, no accents, single spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())
