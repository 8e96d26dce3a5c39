"""The words that the matcher knows: those of a dictionary, names of people and of towns of many countries."""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from english_words import get_english_words_set
from faker.providers import address, person

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.words import PLACES, TRADE_WORDS

_PEOPLE = ("first_names", "first_names_male", "first_names_female", "last_names")
_PEOPLE += ("last_names_male", "last_names_female")
_TOWNS = ("cities", "city_names", "towns", "communities")


def known_words() -> set[str]:
    """Folded words from Webster's Second (public domain), Faker's names and towns, and our own vocabulary."""
    words = set(get_english_words_set(["web2"], alpha=True, lower=True)) | PLACES | TRADE_WORDS
    names = [*_listed(person, _PEOPLE), *_listed(address, _TOWNS)]
    words.update(word for name in names for word in fold(name).replace("-", " ").split())
    return {word for word in words if word.isascii() and word.isalpha()}


def _listed(package: ModuleType, attributes: tuple[str, ...]) -> Iterator[str]:
    """The names of all countries that Faker has, where it lists them in one piece."""
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda module: module.name):
        provider = import_module(f"{package.__name__}.{module.name}").Provider
        for attribute in attributes:
            listed = getattr(provider, attribute, ())
            if not isinstance(listed, property):
                yield from (name for name in listed if isinstance(name, str))
