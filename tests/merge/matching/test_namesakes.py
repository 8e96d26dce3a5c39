"""Names that a letter, a title or an initial parts: two people or businesses, never one by themselves."""

import pytest

from bookbind.merge.matching import Item, Kind, Suggestion, match

BESIDE = ("Acme Plumbing Ltd", "Harbour Catering Supplies", "Royal Mail", "City Fuel Ltd", "Fern & Co")


def _match(one: str, other: str, kind: Kind) -> Suggestion:
    old, new = [Item("old", one)], [Item("new", other)]
    rest = [Item(name, name) for name in BESIDE]
    return match(old + rest, new + rest, kind)[0]


@pytest.mark.parametrize("kind", [Kind.SUPPLIERS, Kind.CUSTOMERS])
@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("Paul Jones", "Paula Jones", "one letter makes it another word"),
        ("Eric Wood", "Erica Wood", "one letter makes it another word"),
        ("Brown Ltd", "Browne Ltd", "one letter makes it another word"),
        ("Peter Mellor", "Petra Mellor", "another word"),
        ("Jose Maldonado", "Josefina Maldonado", "another word"),
        ("Mr Lane", "Mrs Lane", "another title"),
        ("Ms T Lane", "Mr T Lane", "another title"),
        ("J Smith", "John Smith", "an initial may be of another name"),
        ("Smith J", "Smith, Jane", "an initial may be of another name"),
    ],
)
def test_names_of_two_people_are_not_accepted_for_each_other(
    one: str, other: str, why: str, kind: Kind
) -> None:
    suggestion = _match(one, other, kind)
    assert (suggestion.new, suggestion.auto) == ("new", False)
    assert why in suggestion.reasons


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mr John Smith", "John Smith"),
        ("Mr & Mrs Lane", "Mrs & Mr Lane"),
        ("Star Taxi", "Star Taxis"),
        ("Smith & Son", "Smith & Sons"),
        ("Smith, John", "John Smith"),
        ("J Smith Plumbing and Heating Ltd", "J. Smith Plumbing & Heating Limited"),
        ("Terrence Higgins Trust", "Terence Higgins Trust"),
    ],
)
def test_names_that_are_only_written_differently_are_one(one: str, other: str) -> None:
    assert _match(one, other, Kind.SUPPLIERS).auto
