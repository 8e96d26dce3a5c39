"""What goes into the matcher and what comes out: list entries, suggestions, and the kinds of list."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """The lists that can be matched."""

    CATEGORIES = "categories"
    TAX_RATES = "tax_rates"
    SUPPLIERS = "suppliers"
    CUSTOMERS = "customers"
    PRODUCTS = "products"
    TRACKING = "tracking"
    BANK_ACCOUNTS = "bank_accounts"
    PAYMENT_METHODS = "payment_methods"


_OTHER_NAMES = {
    "accounts": Kind.CATEGORIES,
    "chart": Kind.CATEGORIES,
    "taxes": Kind.TAX_RATES,
    "projects": Kind.TRACKING,
    "tracking_1": Kind.TRACKING,
    "tracking_2": Kind.TRACKING,
    "bank": Kind.BANK_ACCOUNTS,
}


def parse_kind(text: str) -> Kind | None:
    """The kind of list that a word stands for; everyday words such as `accounts` are known too."""
    word = text.strip().lower().replace("-", "_")
    return _OTHER_NAMES.get(word) or (Kind(word) if word in set(Kind) else None)


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list, as either software names it. Empty means unknown, never "none".

    `id` is unique within its list. `rate` is in percent. `side` is sales, purchases or both (`costs` is read
    as purchases). `tax_kind` is what the vendor itself says a rate is: standard, reduced, zero, exempt,
    outside, reverse_charge, ec, ec_goods, ec_services, import, export, capital, withholding or other; a kind
    that was only guessed from the name must be left out. `type` is the account type in the software's own
    words. `used_with` are keys of what the business used the entry with (suppliers, tax rates), comparable
    between both lists.
    """

    id: str
    name: str
    code: str = ""
    type: str = ""
    rate: Decimal | None = None
    side: str = ""
    tax_kind: str = ""
    tax_number: str = ""
    company_number: str = ""
    account_number: str = ""
    sku: str = ""
    email: str = ""
    currency: str = ""
    parent: str = ""
    archived: bool = False
    used_with: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What is proposed for one old entry.

    `new` is the best guess, None where nothing is alike; `confidence` is the probability that it is right.
    `auto` says that it may be accepted without a person. `reasons` are short phrases for the page.
    `alternatives` are up to three runners-up with their confidence, the likeliest first.
    """

    old: str
    new: str | None
    confidence: float
    auto: bool
    reasons: tuple[str, ...]
    alternatives: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why two entries must not be matched, as a sentence for the page."""

    reason: str
