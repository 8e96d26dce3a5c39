"""Things of one sort that are two: by size, letter, quarter, or as halves of a pair."""

import pytest

from bookbind.merge.matching import Item, Kind, Suggestion, match
from bookbind.merge.matching.apart import are_apart, read_apart

TWO = [
    ("Plan A subscription", "Plan B subscription"),
    ("Vitamin C 500mg", "Vitamin D 500mg"),
    ("Level I course", "Level II course"),
    ("Vat return Q1", "Vat return Q2"),
    ("XL hoodie", "XXL hoodie"),
    ("Weekday hire", "Weekend hire"),
    ("Peak entry", "Off-peak entry"),
    ("Men's socks", "Women's socks"),
    ("Male haircut", "Female haircut"),
    ("Monthly retainer", "Annual retainer"),
    ("Large latte", "Small latte"),
    ("January rent", "February rent"),
]


def _match(one: str, other: str, kind: Kind) -> Suggestion:
    return match([Item("old", one)], [Item("new", other)], kind)[0]


@pytest.mark.parametrize("kind", [Kind.PRODUCTS, Kind.TRACKING, Kind.BANK_ACCOUNTS])
@pytest.mark.parametrize(("one", "other"), TWO)
def test_two_of_a_sort_are_not_accepted_for_each_other(one: str, other: str, kind: Kind) -> None:
    assert not _match(one, other, kind).auto
    assert not _match(other, one, kind).auto


@pytest.mark.parametrize(("one", "other"), TWO)
def test_nor_in_a_list_of_which_all_else_is_the_same(one: str, other: str) -> None:
    beside = [f"{word} check" for word in ("Oil", "Tyre", "Brake", "Clutch", "Battery", "Filter", "Lamp")]
    old = [Item("o", one), *(Item(name, name) for name in beside)]
    new = [Item("n", other), *(Item(name, name) for name in beside)]
    first, *others = match(old, new, Kind.PRODUCTS)
    assert not first.auto
    assert all(each.auto for each in others)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Standard delivery", "Std delivery"),
        ("Annual membership", "Membership, annual"),
        ("Mens haircut", "Men's haircut"),
        ("Plan A subscription", "Subscription plan A"),
        ("Oil 500 ml", "Oil 500ml"),
    ],
)
def test_what_is_only_written_differently_is_one(one: str, other: str) -> None:
    assert _match(one, other, Kind.PRODUCTS).auto


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("wages monthly", "wages weekly"),
        ("sales retail", "sales wholesale"),
        ("interest received", "interest paid"),
    ],
)
def test_accounts_of_a_pair_are_two(one: str, other: str) -> None:
    old, new = Item("a", one, type="Income"), Item("b", other, type="Income")
    suggestion = match([old], [new], Kind.CATEGORIES)[0]
    assert not suggestion.auto
    assert suggestion.confidence <= 0.3


def test_one_that_says_nothing_is_not_apart_from_one_that_does() -> None:
    assert not are_apart(read_apart({"latte"}), read_apart({"large", "latte"}))
    assert not are_apart(read_apart({"plan"}), read_apart({"plan", "b"}))
