"""Pure: what each list says about its entries, as columns of a file and fields of a form."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from bookbind.kit.text import clean_text, fold_name
from bookbind.lists.entries import LONGEST_CODE, LONGEST_NAME
from bookbind.lists.labels import type_words
from bookbind.providers.base.types import ListName, Side, TaxKind

ID, CODE, NAME, ARCHIVED = "ID", "Code", "Name", "Archived"
YES = "yes"
MOST_PERCENT = 1000
LONGEST_TEXT = 200
_LONGEST_QUOTED = 40
# One plain address, as every vendor takes it: words parted by single dots, and a domain of two names or more.
_LOCAL_PART = r"[^\s@.,;:<>()\[\]\\\"]+"
_DOMAIN_NAME = r"[^\W_](?:[^\W_]|-)*(?<!-)"
_EMAIL_ADDRESS = re.compile(rf"{_LOCAL_PART}(?:\.{_LOCAL_PART})*@{_DOMAIN_NAME}(?:\.{_DOMAIN_NAME})+")
_RATE_ADVICE = "Write a percentage such as 20 or 17.5."

CATEGORY_TYPES = {
    "expense": "Expense",
    "direct_cost": "Direct cost",
    "income": "Income",
    "fixed_asset": "Fixed asset",
    "current_asset": "Current asset",
    "liability": "Liability",
    "equity": "Equity",
}
TAX_KINDS = {
    TaxKind.STANDARD.value: "Standard",
    TaxKind.REDUCED.value: "Reduced",
    TaxKind.ZERO_RATED.value: "Zero-rated",
    TaxKind.EXEMPT.value: "Exempt",
    TaxKind.NO_VAT.value: "No VAT",
    TaxKind.REVERSE_CHARGE.value: "Reverse charge",
    TaxKind.EC.value: "EC",
    TaxKind.IMPORT.value: "Import",
    TaxKind.OTHER.value: "Other",
}
SIDES = {Side.COSTS.value: "Costs", Side.SALES.value: "Sales", Side.BOTH.value: "Both"}


class CellWrong(ValueError):
    """What was typed can't be that; the message says what can."""

    @classmethod
    def instead_of(cls, text: str, advice: str) -> "CellWrong":
        """`“Fun” can't be used here. Write one of: …`."""
        return cls(f"“{clean_text(text, _LONGEST_QUOTED)}” can't be used here. {advice}")


@dataclass(frozen=True)
class Column:
    """One fact of an entry: its heading, its name among the entry's details, and how text becomes it.

    `choices` maps what is stored to what people read; a value that came from elsewhere may be outside it.
    `advice` says what can be written.
    """

    heading: str
    key: str
    read: Callable[[str], str]
    required: bool = False
    choices: Mapping[str, str] | None = None
    advice: str = ""

    def show(self, details: Mapping[str, Any]) -> str:
        """The fact as people read it."""
        stored = details.get(self.key)
        text = "" if stored is None else str(stored)
        return (self.choices or {}).get(text) or (type_words(text) if self.key == "account_type" else text)


def _read_text(text: str) -> str:
    return _short(clean_text(text, LONGEST_TEXT + 1), LONGEST_TEXT)


def _read_rate(text: str) -> str:
    return _number(text.strip().removesuffix("%"), _RATE_ADVICE, Decimal(MOST_PERCENT))


def _read_price(text: str) -> str:
    return _number(text, "Write an amount such as 12.50.", Decimal(10) ** 12)


def _read_email(text: str) -> str:
    address = _read_text(text)
    if address and not _EMAIL_ADDRESS.fullmatch(address):
        raise CellWrong.instead_of(text, "Write one e-mail address, such as name@example.com.")
    return address


def _read_currency(text: str) -> str:
    code = clean_text(text, 10).upper()
    if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise CellWrong.instead_of(text, "Write the currency as three letters, such as GBP.")
    return code


def one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    """Reads one of the labels, or one of the values that they stand for; nothing stays nothing."""
    words = {fold_name(word): value for value, label in choices.items() for word in (value, label)}

    def read(text: str) -> str:
        found = words.get(fold_name(text))
        if found is None and text.strip():
            raise CellWrong.instead_of(text, advise(choices))
        return found or ""

    return read


def advise(choices: Mapping[str, str]) -> str:
    """`Write one of: Costs, Sales, Both.`"""
    return f"Write one of: {', '.join(choices.values())}."


def _choice(heading: str, key: str, choices: Mapping[str, str]) -> Column:
    return Column(heading, key, one_of(choices), required=True, choices=choices, advice=advise(choices))


_TAX_NUMBER = Column("Tax number", "tax_number", _read_text)
_EMAIL = Column("E-mail", "email", _read_email)
_CURRENCY = Column("Currency", "currency", _read_currency)
_ACCOUNT = Column("Account number", "account_number", _read_text)
_FACTS: dict[ListName, tuple[Column, ...]] = {
    ListName.CATEGORIES: (_choice("Type", "account_type", CATEGORY_TYPES),),
    ListName.TAX_RATES: (
        Column("Rate", "rate", _read_rate, required=True, advice=_RATE_ADVICE),
        _choice("Kind", "tax_kind", TAX_KINDS),
        _choice("Side", "side", SIDES),
    ),
    ListName.SUPPLIERS: (_TAX_NUMBER, _EMAIL, _CURRENCY),
    ListName.CUSTOMERS: (_TAX_NUMBER, _EMAIL, _CURRENCY),
    ListName.PRODUCTS: (Column("Unit price", "unit_price", _read_price),),
    ListName.BANK_ACCOUNTS: (_ACCOUNT, _CURRENCY),
}


def facts_of(name: ListName) -> tuple[Column, ...]:
    """What entries of the list have besides code and name."""
    return _FACTS.get(name, ())


def headings_of(name: ListName) -> tuple[str, ...]:
    """The columns of the list's file, in order."""
    return (ID, CODE, NAME, *(column.heading for column in facts_of(name)), ARCHIVED)


def read_name(text: str) -> str:
    """The name of an entry; it needs one."""
    name = clean_text(text, LONGEST_NAME + 1)
    if not fold_name(name):
        raise CellWrong("An entry needs a name.")
    return _short(name, LONGEST_NAME)


def read_code(text: str) -> str:
    """The code of an entry; most need none."""
    return _short(clean_text(text, LONGEST_CODE + 1), LONGEST_CODE)


def read_archived(text: str) -> bool:
    """Whether the cell says that the entry is archived."""
    word = fold_name(text)
    if word in (YES, "y", "true", "1"):
        return True
    if word in ("", "no", "n", "false", "0"):
        return False
    raise CellWrong.instead_of(text, "Write yes, or leave it empty.")


def _short(text: str, longest: int) -> str:
    if len(text) > longest:
        raise CellWrong(f"This is longer than {longest} characters.")
    return text


def _number(text: str, advice: str, most: Decimal) -> str:
    digits = text.strip()
    if not digits:
        return ""
    try:
        value = Decimal(digits)
    except InvalidOperation as error:
        raise CellWrong.instead_of(text, advice) from error
    if not value.is_finite() or not 0 <= value <= most:
        raise CellWrong.instead_of(text, advice)
    return f"{value.normalize():f}"
