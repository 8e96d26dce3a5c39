"""Pure: entries of the lists as the matcher takes them, and whether a person may match two of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from bookbind.kit.text import listed
from bookbind.lists.columns import CATEGORY_TYPES
from bookbind.lists.labels import CONTACT_LISTS, SINGULAR_LABELS, item_label, type_words
from bookbind.merge.matching import PARTICULAR, Item, Kind, compatible
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.providers.base.types import AccountFamily, ListName, Side, TaxKind

KINDS = {
    **{name: Kind(name.value) for name in ListName if name.value in set(Kind)},
    ListName.TRACKING_1: Kind.TRACKING,
    ListName.TRACKING_2: Kind.TRACKING,
}
# How the matcher calls the kinds of tax that are called otherwise here.
_TAX_KINDS = {TaxKind.ZERO_RATED: "zero", TaxKind.NO_VAT: "outside"}
_KNOWN_KINDS = frozenset(TaxKind)
_INCOME = frozenset({AccountFamily.INCOME, AccountFamily.OTHER_INCOME})
_ACTIVE = "active"
_STATE_WORDS = {"archived": "is archived", "gone": "was deleted"}


@dataclass(frozen=True)
class Entry:
    """An entry of ours or of the books. `state` is active, archived or gone; ours are always active."""

    id: UUID
    list: ListName
    name: str
    code: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    state: str = _ACTIVE
    used_with: frozenset[str] = frozenset()

    @property
    def label(self) -> str:
        """The entry as pages name it."""
        return self.name if self.list in CONTACT_LISTS else item_label(self.name, self.code)

    @property
    def facts(self) -> str:
        """What tells it from others in a few words: type, rate, currency, number."""
        side = "" if _text(self.details, "account_type") else "side"
        shown = ("rate", side, "account_type", "tax_number", "email", "currency", "account_number")
        words = [_fact(name, self.details) for name in shown]
        return ", ".join(word for word in words if word)


def to_item(entry: Entry) -> Item:
    """The entry with what the matcher looks at; a kind of tax that was only guessed is left out."""
    details = entry.details
    return Item(
        id=str(entry.id),
        name=entry.name,
        code=entry.code,
        type=_text(details, "account_type") or _text(details, "account_family"),
        rate=_rate(details.get("rate")),
        side=_text(details, "side"),
        tax_kind="" if kind_is_guessed(entry) else _tax_kind(_text(details, "tax_kind")),
        tax_number=_text(details, "tax_number"),
        company_number=_text(details, "company_number"),
        account_number=_text(details, "account_number"),
        sku=_text(details, "sku"),
        email=_text(details, "email"),
        currency=_text(details, "currency"),
        parent=_text(details, "parent"),
        archived=entry.state != _ACTIVE,
        used_with=entry.used_with,
    )


def kind_is_guessed(entry: Entry) -> bool:
    """Whether a tax rate's kind was read out of its name."""
    return bool(entry.details.get("tax_kind_is_guessed"))


def is_income(entry: Entry) -> bool:
    """Whether a category is one that sales are coded to."""
    family = _text(entry.details, "account_family")
    if family:
        return family in _INCOME
    return _text(entry.details, "side") == Side.SALES


def for_use(item: Item, use: str) -> Item:
    """The entry as it stands on one side of the business only."""
    return item if use == ANY else replace(item, side="purchases" if use == COSTS else "sales")


def refuse(ours: Entry, theirs: Entry, use: str, sales_coded_by: ListName) -> str:
    """Why these two can't stand for each other, as a sentence without its stop; empty when they can."""
    why = _refusal(ours, theirs, use, sales_coded_by)
    return why[:1].upper() + why[1:]


def side_of(entry: Entry) -> str:
    """Which side the entry serves, in the words of Side; empty when nothing says so."""
    side = _text(entry.details, "side")
    return Side.COSTS.value if side == "purchases" else side


def refuse_use(ours: Entry, use: str) -> str:
    """Why the entry is nothing on this side of the business, as a sentence without its stop; else empty.

    A tax rate that serves one side is never used on the other.
    """
    side = side_of(ours)
    if ours.list is not ListName.TAX_RATES or use == ANY or side not in (Side.COSTS, Side.SALES):
        return ""
    return "" if side == use else f"{ours.label} is for {side} only and is never used on {use}"


def use_for(ours: Entry, theirs: Entry, use: str) -> str:
    """The use that a match holds for: a tax rate of both sides is a one-sided one on that side alone.

    Matched for any use, the rate would be sent on the side that it does not serve.
    """
    is_tax = ours.list is ListName.TAX_RATES is theirs.list
    if use != ANY or not is_tax or side_of(ours) != Side.BOTH:
        return use
    return {Side.COSTS.value: COSTS, Side.SALES.value: SALES}.get(side_of(theirs), ANY)


def narrowed_words(ours: Entry, theirs: Entry, use: str) -> str:
    """What is said of a match that holds for one side, though it was asked for both; else empty."""
    side = use_for(ours, theirs, use)
    if side == use:
        return ""
    return f"{theirs.label} is for {side} only, so {ours.label} is matched to it on {side}."


def is_sold_as(ours: Entry, target: ListName, use: str, sales_coded_by: ListName) -> bool:
    """Whether a category on sales stands for an entry of another list, as some vendors want it."""
    return (
        ours.list is ListName.CATEGORIES
        and use == SALES
        and target is sales_coded_by
        and sales_coded_by is not ListName.CATEGORIES
    )


def _refusal(ours: Entry, theirs: Entry, use: str, sales_coded_by: ListName) -> str:
    if theirs.state != _ACTIVE:
        return f"{theirs.label} {_STATE_WORDS.get(theirs.state, 'is archived')}"
    if ours.list is not theirs.list:
        if is_sold_as(ours, theirs.list, use, sales_coded_by):
            return ""
        words = listed([SINGULAR_LABELS[theirs.list], SINGULAR_LABELS[ours.list]])
        return f"{words} are different lists"
    if KINDS[ours.list] not in PARTICULAR:
        return ""
    wrong_side = refuse_use(ours, use)
    if wrong_side:
        return f"{wrong_side}; match it on {side_of(ours)}, or choose one match for costs and sales"
    refusal = compatible(for_use(to_item(ours), use), to_item(theirs), KINDS[ours.list])
    if refusal is not None:
        return refusal.reason.rstrip(".")
    side = use_for(ours, theirs, use)
    return "" if side == use else f"{theirs.label} is for {side} only; match it on {side}"


def _fact(name: str, details: Mapping[str, Any]) -> str:
    text = _text(details, name)
    if name == "rate" and text:
        return f"{text}%"
    if name == "account_type":
        return CATEGORY_TYPES.get(text) or type_words(text)
    if name == "side":
        return {Side.COSTS.value: "costs", Side.SALES.value: "sales"}.get(text, "")
    return text


def _text(details: Mapping[str, Any], name: str) -> str:
    value = details.get(name)
    return str(value).strip() if value not in (None, "") else ""


def _tax_kind(text: str) -> str:
    return _TAX_KINDS.get(TaxKind(text), text) if text in _KNOWN_KINDS else text


def _rate(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value)) if value not in (None, "") else None
    except InvalidOperation:
        return None
