"""Categories in a business's own words: names no catalogue knows, slips of the keys, numbers, remarks."""

import random

import pytest

from bookbind.merge.matching import Item, Kind, Suggestion, match
from bookbind.merge.matching.account_evidence import compare_accounts

USUAL = (
    "Rent",
    "Motor vehicle expenses",
    "General expenses",
    "Printing",
    "Advertising",
    "Insurance",
    "Telephone",
)


def _match(name: str, *chart: str, type_: str = "Expense") -> Suggestion:
    new = [Item(each, each, type=type_) for each in (*chart, *USUAL)]
    return match([Item("old", name, type=type_)], new, Kind.CATEGORIES)[0]


@pytest.mark.parametrize("name", ["Zorbing", "Équipement du Château", "Ενοίκιο", "倉庫費", "💶"])
def test_an_equal_name_is_accepted_in_words_that_no_catalogue_knows(name: str) -> None:
    suggestion = _match(name, name)
    assert (suggestion.new, suggestion.auto) == (name, True)
    assert suggestion.reasons == ("same name, both expense",)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Insurence", "Insurance"),
        ("Advertsing", "Advertising"),
        ("Advertis", "Advertising"),
        ("Telehpone", "Telephone"),
        ("Advtg", "Advertising"),
        ("Insce", "Insurance"),
        ("4100 Rent", "Rent"),
        ("7502 - Telephone", "Telephone"),
        ("Rent (old)", "Rent"),
        ("zz Printing - DO NOT USE", "Printing"),
    ],
)
def test_slips_of_the_keys_cut_off_words_and_what_ledgers_add_are_seen_through(name: str, right: str) -> None:
    suggestion = _match(name)
    assert (suggestion.new, suggestion.auto) == (right, True)


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("Zorbing", "Zorbing trips"),
        ("Zorbng", "Zorbing"),
        ("Miete", "Miete Lager"),
        ("Loyer entrepôt", "Loyers entrepot"),
        ("Kwazulu Club", "Club Kwazulu"),
    ],
)
def test_what_shares_an_own_word_is_proposed(name: str, right: str) -> None:
    suggestion = _match(name, right)
    assert suggestion.new == right
    assert suggestion.confidence > 0.2


def test_a_word_of_its_own_is_not_taken_for_a_slip() -> None:
    assert _match("Tent").new != "Rent"
    assert _match("Parking", "Packing").new != "Packing"


@pytest.mark.parametrize(
    ("name", "other", "doubt", "type_"),
    [
        ("Loan 1", "Loan 2", "another number", "Long Term Liability"),
        ("Bank loan 4471", "Bank loan 9912", "another number", "Long Term Liability"),
        ("Owner A drawings", "Owner B drawings", "another initial", "Equity"),
        ("Entertaining 100%", "Entertaining 0%", "another number", "Expense"),
        ("Rent - Leeds", "Rent - York", "another place", "Expense"),
        ("Sales - EU", "Sales - Rest of world", "another place", "Income"),
    ],
)
def test_accounts_told_apart_by_a_number_an_initial_or_a_place_are_two(
    name: str, other: str, doubt: str, type_: str
) -> None:
    suggestion = match([Item("a", name, type=type_)], [Item("b", other, type=type_)], Kind.CATEGORIES)[0]
    assert not suggestion.auto
    assert suggestion.confidence <= 0.3
    assert doubt in suggestion.reasons


def test_the_code_of_an_account_is_no_part_of_its_name() -> None:
    old, new = Item("a", "Zorbing (410)", "410", "Expense"), Item("b", "4770 - Zorbing", "4770", "Expense")
    suggestion = match([old], [new], Kind.CATEGORIES)[0]
    assert (suggestion.auto, suggestion.reasons) == (True, ("same name, both expense",))


def test_accounts_without_a_name_are_not_taken_for_each_other() -> None:
    old, new = Item("a", " ", type="Expense"), Item("b", "", type="Expense")
    assert match([old], [new], Kind.CATEGORIES)[0].new is None


def test_where_the_very_one_is_there_too_it_is_taken() -> None:
    numbered = ("Loan 1", "Loan 2", "Loan 12")
    old = [Item(name, name, type="Liability") for name in numbered]
    new = [Item(name, name, type="Liability") for name in reversed(numbered)]
    assert [each.new for each in match(old, new, Kind.CATEGORIES)] == list(numbered)


def test_the_result_does_not_hang_on_the_order_of_the_accounts() -> None:
    old = [Item(f"a{n}", f"Site {n} {word}", type="Expense") for n, word in enumerate(USUAL * 3)]
    new = [Item(f"b{n}", f"Site {n} {word}", type="Expense") for n, word in enumerate(USUAL * 3)]
    first = {each.old: (each.new, each.confidence) for each in match(old, new, Kind.CATEGORIES)}
    random.Random(1).shuffle(old)
    random.Random(2).shuffle(new)
    assert {each.old: (each.new, each.confidence) for each in match(old, new, Kind.CATEGORIES)} == first


def test_of_a_large_chart_only_the_promising_pairs_are_weighed() -> None:
    """Each pair weighed takes memory and time; a chart of 1,500 would have two million."""
    old = [Item(f"a{n}", f"Project {n} costs", type="Expense") for n in range(1500)]
    new = [Item(f"b{n}", f"Project {n} costs", type="Expense") for n in range(1500)]
    evidence = compare_accounts(old, new)
    assert len(evidence.old) <= 50 * len(old)
    assert all(each.new == each.old.replace("a", "b") for each in match(old, new, Kind.CATEGORIES))
