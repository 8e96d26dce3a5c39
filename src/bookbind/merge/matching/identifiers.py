"""Evidence beyond names: numbers and addresses that belong to one business, account or product alone."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from bookbind.merge.matching.folding import fold
from bookbind.merge.matching.items import Item, Kind

Integers = NDArray[np.int64]

_MARKS = re.compile(r"[\W_]+")
_COUNTRIES = (
    "AT BE BG CY CZ DE DK EE EL ES FI FR GB HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI CH NO AU NZ"
)
_COUNTRY = re.compile(rf"^({_COUNTRIES.replace(' ', '|')})(?=[0-9A-Z]*\d)")
_TAX_WORDS = re.compile(
    r"\b(vat|tax|gst|abn|ust|tva|iva|btw|reg|registration|no|number|id|idnr|nr)\b[.:]*", re.IGNORECASE
)
# Addresses that many businesses share say nothing about one of them.
_SHARED_BOXES = {"info@gmail.com", "noreply", "no-reply", "donotreply"}


@dataclass(frozen=True, slots=True)
class Evidence:
    """A field that identifies: how it is brought to one form, how sure equality is, and how both are said."""

    field: str
    plain: Callable[[str], str]
    sure: float
    same: str
    differ: str


def plain_tax_number(text: str) -> str:
    """Letters and digits alone, without the words around them and the country in front."""
    bare = _MARKS.sub("", _TAX_WORDS.sub(" ", text)).upper()
    return _COUNTRY.sub("", bare) if len(bare) > 6 else ""


def plain_company_number(text: str) -> str:
    """Letters and digits alone; leading zeros are often lost in spreadsheets."""
    bare = _MARKS.sub("", text).upper().lstrip("0")
    return bare if len(bare) > 3 else ""


def plain_account_number(text: str) -> str:
    """Letters and digits alone, leading zeros kept; masked numbers keep their last four digits."""
    if re.search(r"[x*•.]{2,}", text, re.IGNORECASE):
        digits = re.sub(r"\D", "", text)
        return f"…{digits[-4:]}" if len(digits) >= 4 else ""
    bare = _MARKS.sub("", text).upper()
    return bare if len(bare) >= 4 else ""


def last_four(text: str) -> str:
    """The last four digits, which most masks leave."""
    digits = re.sub(r"\D", "", text)
    return digits[-4:] if len(digits) >= 4 else ""


def plain_sku(text: str) -> str:
    """Letters and digits alone."""
    bare = _MARKS.sub("", fold(text))
    return bare if len(bare) > 2 else ""


def plain_email(text: str) -> str:
    """Lower case, without a display name; nothing for a shared box."""
    found = re.search(r"[^\s<>]+@[^\s<>]+", text.strip().lower())
    return (
        found[0]
        if found and found[0] not in _SHARED_BOXES and found[0].split("@")[0] not in _SHARED_BOXES
        else ""
    )


_BUSINESS = (
    Evidence("tax_number", plain_tax_number, 0.995, "same VAT number", "different VAT numbers"),
    Evidence(
        "company_number", plain_company_number, 0.998, "same company number", "different company numbers"
    ),
    Evidence("account_number", plain_account_number, 0.99, "same account number", ""),
    Evidence("email", plain_email, 0.96, "same e-mail address", ""),
)
_ACCOUNT = (
    Evidence(
        "account_number", plain_account_number, 0.999, "same account number", "different account numbers"
    ),
    Evidence("account_number", last_four, 0.97, "same last four digits", ""),
    Evidence("currency", fold, 0.0, "same currency", "different currencies"),
)
_PRODUCT = (Evidence("sku", plain_sku, 0.998, "same SKU", "different SKUs"),)
EVIDENCE: dict[Kind, tuple[Evidence, ...]] = {
    Kind.SUPPLIERS: _BUSINESS,
    Kind.CUSTOMERS: _BUSINESS,
    Kind.PRODUCTS: _PRODUCT,
    Kind.BANK_ACCOUNTS: _ACCOUNT,
    Kind.PAYMENT_METHODS: _ACCOUNT,
    Kind.TRACKING: (),
    Kind.CATEGORIES: (),
    Kind.TAX_RATES: (),
}


def equal_evidence(
    old: Sequence[Item], new: Sequence[Item], kind: Kind
) -> dict[tuple[int, int], tuple[float, tuple[str, ...]]]:
    """Pairs that share an identifier which stands once on either side: their probability and reasons."""
    found: dict[tuple[int, int], tuple[float, tuple[str, ...]]] = {}
    for evidence in EVIDENCE[kind]:
        if not evidence.sure:
            continue
        places_old, places_new = _places(old, evidence), _places(new, evidence)
        for value, places in places_old.items():
            others = places_new.get(value, [])
            if len(places) == len(others) == 1:
                pair = places[0], others[0]
                chance, reasons = found.get(pair, (0.0, ()))
                found[pair] = max(chance, evidence.sure), (*reasons, evidence.same)
    return {
        pair: known for pair, known in found.items() if not contradiction(old[pair[0]], new[pair[1]], kind)
    }


def contradictions(
    old: Sequence[Item], new: Sequence[Item], rows_old: Integers, rows_new: Integers, kind: Kind
) -> dict[int, str]:
    """The pairs that an identifier speaks against, by their place, and what it says."""
    found: dict[int, str] = {}
    for evidence in EVIDENCE[kind]:
        if not evidence.differ:
            continue
        values_old, values_new = _values(old, evidence), _values(new, evidence)
        if not any(values_old) or not any(values_new):
            continue
        for place, (a, b) in enumerate(zip(rows_old.tolist(), rows_new.tolist(), strict=True)):
            one, other = values_old[a], values_new[b]
            if one and other and one != other and not _may_be_same(one, other):
                found.setdefault(place, evidence.differ)
    return found


def contradiction(old: Item, new: Item, kind: Kind) -> str:
    """What says that two entries are not the same although their names are alike; empty when nothing does."""
    here = np.zeros(1, dtype=np.int64)
    return contradictions([old], [new], here, here, kind).get(0, "")


def _may_be_same(one: str, other: str) -> bool:
    """A masked number is the same as one that ends alike, an IBAN holds the account number inside it."""
    if "…" in one or "…" in other:
        return one[-4:] == other[-4:]
    return min(len(one), len(other)) >= 6 and (one.endswith(other) or other.endswith(one))


def _values(items: Sequence[Item], evidence: Evidence) -> list[str]:
    raw = list(map(attrgetter(evidence.field), items))
    return [evidence.plain(value) if value else "" for value in raw] if any(raw) else []


def _places(items: Sequence[Item], evidence: Evidence) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, value in enumerate(_values(items, evidence)):
        if value:
            found[value].append(place)
    return found
