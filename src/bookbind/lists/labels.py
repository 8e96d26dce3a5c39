"""Pure: what lists and their entries are called on pages."""

from collections import Counter
from collections.abc import Mapping

from bookbind.providers.base.types import ListName

LIST_LABELS: dict[ListName, str] = {
    ListName.CATEGORIES: "Categories",
    ListName.TAX_RATES: "Tax rates",
    ListName.SUPPLIERS: "Suppliers",
    ListName.CUSTOMERS: "Customers",
    ListName.PRODUCTS: "Products",
    ListName.TRACKING_1: "Projects",
    ListName.TRACKING_2: "Projects 2",
    ListName.BANK_ACCOUNTS: "Bank accounts",
    ListName.PAYMENT_METHODS: "Payment methods",
}
SINGULAR_LABELS: dict[ListName, str] = {
    ListName.CATEGORIES: "category",
    ListName.TAX_RATES: "tax rate",
    ListName.SUPPLIERS: "supplier",
    ListName.CUSTOMERS: "customer",
    ListName.PRODUCTS: "product",
    ListName.TRACKING_1: "project",
    ListName.TRACKING_2: "project 2",
    ListName.BANK_ACCOUNTS: "bank account",
    ListName.PAYMENT_METHODS: "payment method",
}
# Contacts are created where they are missing; every other entry has to be matched.
CONTACT_LISTS = frozenset({ListName.SUPPLIERS, ListName.CUSTOMERS})
TRACKING_LISTS = (ListName.TRACKING_1, ListName.TRACKING_2)
# Bookkeepers know these by their code, so the code stands first and decides the order.
CODED_LISTS = frozenset({ListName.CATEGORIES, ListName.PRODUCTS, ListName.BANK_ACCOUNTS})
# Types that some vendors shout as one word, or cut short.
_TYPE_WORDS = {
    "CREDITCARD": "Credit card",
    "CURRENT": "Current asset",
    "CURRLIAB": "Current liability",
    "DEPRECIATN": "Depreciation",
    "DIRECTCOSTS": "Direct costs",
    "FIXED": "Fixed asset",
    "NONCURRENT": "Non-current asset",
    "OTHERINCOME": "Other income",
    "PAYGLIABILITY": "PAYG liability",
    "SUPERANNUATIONEXPENSE": "Superannuation expense",
    "SUPERANNUATIONLIABILITY": "Superannuation liability",
    "TERMLIAB": "Long-term liability",
    "WAGESEXPENSE": "Wages expense",
    "WAGESPAYABLELIABILITY": "Wages payable",
}


def item_label(name: str, code: str) -> str:
    """`400 Advertising`; the name alone where there is no code, or where the code repeats it."""
    if not code or code.casefold() == name.casefold():
        return name or code
    return f"{code} {name}".strip()


def list_label(name: ListName, words: Mapping[ListName, str]) -> str:
    """What the list is called: the connection's own word where it has one."""
    return words.get(name) or LIST_LABELS[name]


def label_within(name: str, label: str) -> str:
    """A list's label within a sentence: `tax rates`; a tracking list keeps its name, as `Projects 2`."""
    return label if name in TRACKING_LISTS else label.lower()


def tell_apart(words: Mapping[ListName, str]) -> dict[ListName, str]:
    """What a connection calls its lists; where two are called the same, each with our own name beside it."""
    counts = Counter(words.values())
    return {
        name: f"{word} ({LIST_LABELS[name]})" if counts[word] > 1 else word for name, word in words.items()
    }


def type_words(text: str) -> str:
    """The type of a category in plain words, where a vendor shouts it or cuts it short."""
    return (_TYPE_WORDS.get(text) or text.capitalize()) if text.isupper() else text
