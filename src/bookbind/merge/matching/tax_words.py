"""What an entry says of its tax rate: by the vendor's fields, a short code, or words; see tax_patterns.py."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from bookbind.merge.matching import tax_patterns as patterns
from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item
from bookbind.merge.matching.vocabulary import read_table


@dataclass(frozen=True, slots=True)
class TaxFacts:
    """A tax rate as read: `rate` in percent, `side` sales, purchases, both or empty.

    `nominal` is the percentage behind a rate that the buyer accounts for: `EC acquisitions (20%)` comes to 0.
    `kind_given` says that the vendor's own field named the kind, `kind_named` that at least the words did.
    `nature` is goods, services or empty; `traits` are marks that tell special rates apart. `region` are
    places with a rate of their own, `family` the taxes that stand beside the ordinary one there.
    """

    rate: Decimal | None
    nominal: Decimal | None
    side: str
    kind: str
    kind_given: bool
    kind_named: bool
    capital: bool
    nature: str
    traits: frozenset[str]
    region: frozenset[str]
    family: frozenset[str]
    words: frozenset[str]


_GIVEN = {
    "zero_rated": "zero",
    "no_vat": "outside",
    "no_tax": "outside",
    "none": "outside",
    "out_of_scope": "outside",
    "capital": "taxed",
}
_KINDS = {
    "standard",
    "reduced",
    "zero",
    "exempt",
    "outside",
    "reverse_charge",
    "ec",
    "ec_goods",
    "ec_services",
}
_KINDS |= {"import", "export", "withholding"}

_PERCENT = re.compile(r"(\d{1,3}(?:[.,]\d{1,5})?) ?%")
# Rates that the buyer accounts for: they come to nothing, and the percentage is what they are named by.
SELF_ACCOUNTED = frozenset({"reverse_charge", "ec", "ec_goods", "ec_services", "import", "withholding"})
_SIDES_OF_CODES = {"sales", "purchases"}
_NATURES = {"goods", "services"}
_SIDES = {
    "sales": "sales",
    "sale": "sales",
    "out": "sales",
    "output": "sales",
    "income": "sales",
    "purchases": "purchases",
    "purchase": "purchases",
    "costs": "purchases",
    "cost": "purchases",
    "in": "purchases",
    "input": "purchases",
    "expense": "purchases",
    "expenses": "purchases",
    "both": "both",
    "any": "both",
    "all": "both",
}


def parse_side(text: str) -> str | None:
    """Sales, purchases or both as said in the words of many exports; None for a word that is none of them."""
    return _SIDES.get(text.strip().lower())


@cache
def _codes() -> dict[str, tuple[str, ...]]:
    return {code: tuple(facts.split()) for facts, codes in read_table("tax_codes") for code in codes}


def _coded(text: str) -> tuple[str, ...]:
    """What a name says that is a percentage and a short code alone: its kind and marks; empty for others."""
    bare = " ".join(_PERCENT.sub(" ", text).replace("(", " ").replace(")", " ").split()).strip(" -@")
    return _codes().get(bare, ())


def read_tax(item: Item) -> TaxFacts:
    """What an entry says of its tax: the vendor's fields first, its words where those are silent."""
    text = fold(item.name)
    code = fold(item.code) if item.code != item.id or not item.code.isdigit() else ""
    said = f"{text} {code}".strip()
    percentages = _percentages(item.name)
    rate = item.rate if item.rate is not None else percentages[0] if percentages else None
    coded = _coded(text)
    given = _given_kind(item.tax_kind)
    named = (coded[0] if coded else "") or _named_kind(text, rate) or _named_kind(said, rate)
    kind = given or named or _assumed_kind(text, rate)
    nature = _first(coded, _NATURES) or _nature(text) or _nature(code)
    if kind == "ec" and nature:
        kind = f"ec_{nature}"
    side = parse_side(item.side) or _first(coded, _SIDES_OF_CODES) or _named_side(text, code)
    if not side and kind.startswith("ec") and rate == 0 and re.search(patterns.ZERO, text):
        # What is bought is accounted for by the buyer; zero-rated is what is sold.
        side = "sales"
    marks = {fact.replace("-", " ") for fact in coded[1:]} & {trait for trait, _ in patterns.TRAITS}
    return TaxFacts(
        rate=rate,
        nominal=_nominal(kind, text, rate, percentages),
        side=side,
        kind=kind,
        kind_given=bool(given),
        kind_named=bool(given or named),
        capital=item.tax_kind == "capital" or "capital" in coded or bool(re.search(patterns.CAPITAL, said)),
        nature=nature,
        traits=frozenset(marks | {trait for trait, pattern in patterns.TRAITS if re.search(pattern, said)}),
        region=_regions(text) - patterns.FAMILIES,
        family=_regions(text) & patterns.FAMILIES,
        words=frozenset(re.findall(r"[a-z]{2,}|\d+[a-z]+", text)),
    )


def _first(facts: tuple[str, ...], among: set[str]) -> str:
    return next((fact for fact in facts if fact in among), "")


def _nominal(kind: str, text: str, rate: Decimal | None, percentages: list[Decimal]) -> Decimal | None:
    """The percentage that a rate for the buyer to account for is named by; None where it is not said."""
    if kind not in SELF_ACCOUNTED or (rate == 0 and re.search(patterns.ZERO, text)):
        return rate
    named = max(percentages, default=None)
    return named if named is not None else rate or None


def _given_kind(text: str) -> str:
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    kind = _GIVEN.get(word, word)
    return kind if kind in _KINDS or kind == "taxed" else ""


def _named_kind(text: str, rate: Decimal | None) -> str:
    """The kind that the words name. The special kinds come before what they are made of."""
    ordered = (
        ("withholding", patterns.WITHHOLDING),
        ("import", patterns.IMPORT),
        ("ec", patterns.EC),
        ("reverse_charge", patterns.REVERSE),
        ("export", patterns.EXPORT),
        ("outside", patterns.OUTSIDE),
        ("zero", patterns.ZERO),
        ("exempt", patterns.EXEMPT),
    )
    kind = next((kind for kind, pattern in ordered if re.search(pattern, text)), "")
    if kind == "import" and re.search(patterns.REVERSE, text) and _nature(text) == "services":
        # Services are not cleared by customs: the buyer accounts for them.
        kind = "reverse_charge"
    # No tax is taken at more than 0 %, whatever words surround it.
    if rate and kind in {"outside", "zero", "exempt", "export"}:
        kind = ""
    if kind or rate == 0:
        return kind
    if re.search(patterns.REDUCED, text):
        return "reduced"
    return "standard" if re.search(patterns.STANDARD, text) else ""


def _assumed_kind(text: str, rate: Decimal | None) -> str:
    if rate == 0:
        return "zero"
    return "taxed" if rate or re.search(patterns.ORDINARY, text) else "other"


def _nature(text: str) -> str:
    goods, services = bool(re.search(patterns.GOODS, text)), bool(re.search(patterns.SERVICES, text))
    if goods == services:
        return ""
    return "goods" if goods else "services"


def _named_side(text: str, code: str) -> str:
    for words in (text, code):
        sales, purchases = bool(re.search(patterns.SALES, words)), bool(re.search(patterns.PURCHASES, words))
        if sales != purchases:
            return "sales" if sales else "purchases"
    return ""


def _regions(text: str) -> frozenset[str]:
    found = [match[0] for match in patterns.REGIONS.finditer(text)]
    # Two letters are a province only beside the tax that provinces have, since "on" is a word too.
    if not re.search(r"\b(hst|pst|qst|gst ?[/+&])", text):
        found = [region for region in found if region not in patterns.TWO_LETTERS]
    if "on" in found and re.search(
        r"\bon (\w+ )?(income|sales|expenses|purchases|imports|capital|gst|pst)", text
    ):
        found = [region for region in found if region != "on"]
    return frozenset(patterns.SAME_REGION.get(region, region) for region in found)


def _percentages(name: str) -> list[Decimal]:
    return [Decimal(found.replace(",", ".")) for found in _PERCENT.findall(name)]
