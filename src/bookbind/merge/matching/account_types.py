"""The type of an account in the words of many softwares, and which types may stand for each other."""

import re

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.vocabulary import read_table

_FAMILY_OF = {word: family for family, words in read_table("account_types") for word in words}
_MARKS = re.compile(r"[^a-z]+")
_SIGNS = str.maketrans({"<": "under", ">": "over"})
_CLASSES = {
    "asset": {"bank", "receivable", "asset", "stock", "fixed"},
    "liability": {"card", "payable", "liability", "loan"},
    "equity": {"equity"},
    "income": {"income", "other_income"},
    "expense": {"direct", "expense", "other_expense"},
}
CLASS_OF = {family: name for name, families in _CLASSES.items() for family in families}
FAMILIES = tuple(family for family, _ in read_table("account_types") if family in CLASS_OF)
_BALANCE_SHEET = frozenset({"asset", "liability", "equity"})
# Types that leave open on which side of the balance sheet an account stands; the last may be a cost, too.
_OPEN = {
    "either": frozenset({"asset", "liability"}),
    "balance": _BALANCE_SHEET,
    "general": _BALANCE_SHEET,
}
_SELDOM = {"general": frozenset({"expense"})}
_OPEN_CLASS = "balance sheet"
# Words that name the class alone, so that any family of it may be meant.
_BROAD = {"asset", "assets", "liability", "liabilities", "expense", "expenses", "income", "revenue", "equity"}
# What people call a family whose name is not what its types are called.
_FAMILY_WORDS = {
    "direct": "cost of sales",
    "fixed": "fixed asset",
    "other_income": "other income",
    "other_expense": "other expense",
    "card": "credit card",
}
# How well two families go together; pairs of one class that are not listed go together at _SAME_CLASS.
_SAME_CLASS = 0.6
_PAIRS = {
    frozenset({"expense", "other_expense"}): 0.85,
    frozenset({"direct", "expense"}): 0.75,
    frozenset({"income", "other_income"}): 0.85,
    frozenset({"asset", "receivable"}): 0.85,
    frozenset({"asset", "stock"}): 0.9,
    frozenset({"asset", "fixed"}): 0.5,
    frozenset({"bank", "fixed"}): 0.2,
    frozenset({"bank", "stock"}): 0.2,
    frozenset({"liability", "loan"}): 0.8,
    frozenset({"liability", "payable"}): 0.85,
    frozenset({"liability", "card"}): 0.85,
    frozenset({"bank", "card"}): 0.6,
    frozenset({"asset", "card"}): 0.6,
    frozenset({"equity", "liability"}): 0.6,
    frozenset({"equity", "loan"}): 0.4,
}
# Some accounts stand on either side, as one software or another sees them: VAT, exchange differences, cards.
TWO_FACED = {frozenset({"asset", "liability"}), frozenset({"income", "expense"})}
_TWO_FACED_FIT = 0.4
_UNKNOWN_FIT = 0.8
# A type that leaves more open than another fits it, but tells less.
_OPEN_FIT, _OPEN_ASIDE = 0.9, 0.4


def family_of(text: str) -> str:
    """The family that a type belongs to; empty when the word is unknown."""
    return _FAMILY_OF.get(_MARKS.sub("", fold(text).translate(_SIGNS)), "")


def is_broad(text: str) -> bool:
    """Whether a type leaves open which family is meant: it names the class alone, or not even that."""
    return _MARKS.sub("", fold(text)) in _BROAD or family_of(text) in _OPEN


def class_of(text: str) -> str:
    """Asset, liability, equity, income, expense or balance sheet; empty when the word is unknown."""
    family = family_of(text)
    return _OPEN_CLASS if family in _OPEN else CLASS_OF.get(family, "")


def shared_type(old: str, new: str) -> str:
    """What two types are both called: their family, else their class; empty where they share neither."""
    families = {family_of(old), family_of(new)}
    classes = {class_of(old), class_of(new)} - {""}
    if len(families) == 1 and families <= CLASS_OF.keys():
        family = families.pop()
        return _FAMILY_WORDS.get(family, family)
    return classes.pop() if len(classes) == 1 and old and new else ""


def classes_of(text: str) -> frozenset[str]:
    """The classes that accounts of a type may be of: all of them when the word is unknown."""
    family = family_of(text)
    if family in CLASS_OF:
        return frozenset({CLASS_OF[family]})
    return _OPEN.get(family, frozenset(_CLASSES))


def seldom_of(text: str) -> frozenset[str]:
    """The classes that accounts of a type are of now and then."""
    return _SELDOM.get(family_of(text), frozenset())


def type_fit(old: str, new: str) -> float:
    """How well two types go together, 0 (never) to 1 (the same); unknown types go with all."""
    one, other = family_of(old), family_of(new)
    if not one or not other:
        return _UNKNOWN_FIT
    if one == other:
        return 1.0
    if one in _OPEN or other in _OPEN:
        return _open_fit(old, new)
    same_class = CLASS_OF[one] == CLASS_OF[other]
    if same_class and (is_broad(old) or is_broad(new)):
        return 0.95
    known = _PAIRS.get(frozenset({one, other}))
    if known is not None:
        return known
    if same_class:
        return _SAME_CLASS
    if {CLASS_OF[one], CLASS_OF[other]} == {"equity", "liability"}:
        return 0.4
    return _TWO_FACED_FIT if frozenset({CLASS_OF[one], CLASS_OF[other]}) in TWO_FACED else 0.0


def _open_fit(old: str, new: str) -> float:
    one, other = classes_of(old), classes_of(new)
    if one & other:
        return _OPEN_FIT
    seldom = (one | seldom_of(old)) & (other | seldom_of(new))
    owed = ("liability" in one and "equity" in other) or ("equity" in one and "liability" in other)
    return _OPEN_ASIDE if seldom or owed else 0.0


def needs_two_faces(old: str, new: str) -> bool:
    """Whether two types go together only for accounts that may stand on either side."""
    pair = frozenset({class_of(old), class_of(new)})
    return pair in TWO_FACED
