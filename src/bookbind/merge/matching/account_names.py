"""Names of accounts, read against the catalogue: the words that they mean, and the concepts that they fit."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bookbind.merge.matching.account_types import CLASS_OF, classes_of, family_of, is_broad, seldom_of
from bookbind.merge.matching.account_words import account_words, word_forms
from bookbind.merge.matching.catalogue import SAME_CLASS, Catalogue, load_catalogue
from bookbind.merge.matching.known_words import are_known

Floats = NDArray[np.float32]

# What a word weighs that the catalogue does not know.
UNKNOWN_MASS = 0.8
# A word of so many letters is told from others in spite of a slip of the keys, or of two.
_SLIP_FROM, _TWO_SLIPS_FROM = 5, 9
_ABBREVIATED_FROM, _VOWELS = 4, frozenset("aeiou")
# What a part of a name stands for is a weaker sign than what the whole stands for.
_PART, _PART_LEAST = 0.75, 0.9
_MOST_PARTS, _WHOLE_CLEAR = 5, 0.8
_BELOW, _NOTHING_ALONE = 0.95, frozenset({"misc", "cost", "expense", "income", "uncategorised"})
_BETWEEN_PARTS = re.compile(r"\s*(?:,|&|/|\+|;|:|\band\b| - )\s*", re.IGNORECASE)
_WRITTEN_DOWN_WORDS = frozenset({"depreciation", "amortisation"})


def meant_words(name: str) -> tuple[str, ...]:
    """The words of an account's name; those that a slip of the keys made of a known word as that word."""
    return tuple(dict.fromkeys(_meant(word) for word in account_words(name)))


@lru_cache(maxsize=20_000)
def _meant(word: str) -> str:
    """The word of the catalogue that one unknown to it was meant to be, or the word itself.

    A slip of the keys makes no other word, so a word that is known to mean something is left alone. A cut-off
    word is its beginning, an abbreviation its consonants.
    """
    if (
        len(word) < _ABBREVIATED_FROM
        or not word.isalpha()
        or word in load_catalogue().words
        or are_known([word])[0]
    ):
        return word
    forms = _spellings()
    for found in (_begun(word, forms), _slipped(word, forms), _abbreviated(word, forms)):
        if len(found) == 1:
            return found.pop()
    return word


def _begun(word: str, forms: dict[str, str]) -> set[str]:
    """What the word is the beginning of."""
    return {base for form, base in forms.items() if len(word) >= _SLIP_FROM and form.startswith(word)}


def _slipped(word: str, forms: dict[str, str]) -> set[str]:
    """What the fewest slips of the keys part it from."""
    found = process.extract(word, forms.keys(), scorer=OSA.distance, score_cutoff=slips_of(word), limit=3)
    least = min((slips for _, slips, _ in found), default=0)
    return {forms[form] for form, slips, _ in found if slips == least}


def _abbreviated(word: str, forms: dict[str, str]) -> set[str]:
    """What it keeps the first and the last letter of, and between them mostly consonants, as `advtg` does."""
    if len(word) < _ABBREVIATED_FROM or sum(letter in _VOWELS for letter in word[1:]) > len(word) // 4:
        return set()
    letters = re.compile(".*".join(word))
    return {base for form, base in forms.items() if len(form) > len(word) and letters.fullmatch(form)}


@cache
def _spellings() -> dict[str, str]:
    """All words that the catalogue knows, as they are written, by the form that stands for their kin."""
    known = load_catalogue().words
    written = {form: base for form, base in word_forms().items() if base in known and form.isalpha()}
    return {word: word for word in known if len(word) >= _SLIP_FROM} | {
        form: base for form, base in written.items() if len(form) >= _SLIP_FROM
    }


def slips_of(word: str) -> int:
    """How many slips of the keys a word may have and still be told from others."""
    return 0 if len(word) < _SLIP_FROM else 1 if len(word) < _TWO_SLIPS_FROM else 2


def is_written_down(name: str) -> bool:
    """Whether an account of the balance sheet holds what was written off of an asset, not the asset."""
    return not _WRITTEN_DOWN_WORDS.isdisjoint(meant_words(name))


def _parts(name: str) -> list[str]:
    parts = [part.strip() for part in _BETWEEN_PARTS.split(name)]
    return [part for part in parts if len(part) > 2] if 1 < len(parts) <= _MOST_PARTS else []


def _below_heading(name: str) -> str:
    """What stands below its heading in names such as "Capital asset: Vans" or "Travel:Hotels", or nothing."""
    heading, _, below = name.rpartition(":")
    if not heading or set(account_words(below)) <= _NOTHING_ALONE:
        return ""
    return f"{below} depreciation" if is_written_down(heading) else below


def _phrase_scores(catalogue: Catalogue, names: Sequence[str], without: NDArray[np.int64]) -> Floats:
    """How alike each name and the phrase of each concept that is most like it are, by their words."""
    scores = np.zeros((len(names), len(catalogue.concepts)), np.float32)
    for row, name in enumerate(names):
        words = meant_words(name)
        shared = np.zeros(len(catalogue.phrases), np.float32)
        for word in words:
            if word in catalogue.words:
                shared[catalogue.stands[word]] += catalogue.words[word]
        if without[row] >= 0:
            shared[without[row]] = 0
        found = np.flatnonzero(shared)
        mass = sum(catalogue.words.get(word, UNKNOWN_MASS) for word in words)
        likeness = 2 * shared[found] / (mass + catalogue.masses[found])
        np.maximum.at(scores[row], catalogue.owner[found], likeness)
    return scores


def concept_scores(names: Sequence[str], types: Sequence[str], without: NDArray[np.int64] | None) -> Floats:
    """How well each name fits each concept, 0 to 1: (names, concepts).

    A name of several parts, such as "Light, power and heating", fits what its parts stand for too.
    `without` names, for each row, a phrase that must not be used, -1 for none; the training needs it.
    """
    catalogue = load_catalogue()
    held = np.full(len(names), -1) if without is None else without
    scores = _phrase_scores(catalogue, names, held)
    parts: list[tuple[int, str, float]] = []
    for row, best in enumerate(scores.max(axis=1).tolist()):
        parts += [(row, part, _PART) for part in _parts(names[row])] if best < _WHOLE_CLEAR else []
        below = _below_heading(names[row]) if best < _BELOW else ""
        parts += [(row, below, _BELOW)] if below else []
    if parts:
        rows = np.array([row for row, _, _ in parts])
        weights = np.array([weight for _, _, weight in parts], np.float32)[:, None]
        of_parts = _phrase_scores(catalogue, [part for _, part, _ in parts], held[rows])
        np.maximum.at(scores, rows, np.where(of_parts >= _PART_LEAST, of_parts * weights, 0))
    kinds, kind = np.unique(np.array(types, dtype=object).astype(str), return_inverse=True)
    fits = np.array([_type_fits(catalogue, text) for text in kinds.tolist()], np.float32)
    return (scores * fits[kind]).astype(np.float32)


def _type_fits(catalogue: Catalogue, text: str) -> Floats:
    """How well a type fits each concept; one that leaves the family open fits all of its classes."""
    families = list(CLASS_OF)
    if not family_of(text) or not is_broad(text):
        place = families.index(family_of(text)) if family_of(text) else len(families)
        known: Floats = catalogue.families[place]
        return known
    fits = _class_fits(catalogue, classes_of(text))
    fits = np.where(fits >= SAME_CLASS, 1.0, fits)
    if seldom_of(text):
        fits = np.maximum(fits, SAME_CLASS * (_class_fits(catalogue, seldom_of(text)) >= SAME_CLASS))
    return fits.astype(np.float32)


def _class_fits(catalogue: Catalogue, classes: frozenset[str]) -> Floats:
    rows = np.array([row for row, family in enumerate(CLASS_OF) if CLASS_OF[family] in classes])
    fits: Floats = catalogue.families[rows].max(axis=0)
    return fits
