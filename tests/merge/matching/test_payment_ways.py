"""Ways to pay under their many names, and numbers with a word before them."""

import pytest

from bookbind.merge.matching.items import Item, Kind
from bookbind.merge.matching.match import match


def suggested(
    old: list[str], new: list[str], kind: Kind = Kind.PAYMENT_METHODS
) -> dict[str, tuple[str, bool]]:
    """By old name the new one that is suggested, and whether it is accepted by itself."""
    found = match(
        [Item(id=name, name=name) for name in old], [Item(id=name, name=name) for name in new], kind
    )
    return {each.old: (each.new or "", each.auto) for each in found}


@pytest.mark.req("CHG-04")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("DD", "Direct Debit"),
        ("Chq", "Check"),
        ("Cheque", "Paid by check"),
        ("BACS", "Bank transfer"),
        ("Faster Payments", "EFT"),
        ("ACH", "BACS"),
        ("S/O", "Standing order"),
        ("Pay Pal", "PayPal"),
        ("Cash payment", "Cash"),
    ],
)
def test_a_way_to_pay_is_the_same_however_it_is_called(one: str, other: str) -> None:
    others = ["Voucher", "Barter"]
    assert suggested([one, "Kind"], [other, *others])[one] == (other, True)
    assert suggested([other, "Kind"], [one, *others])[other] == (one, True)


@pytest.mark.req("CHG-04")
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Credit card", "Debit card"),
        ("Company credit card", "Company debit card"),
        ("Direct debit", "Debit card"),
        ("Cash", "Cheque"),
        ("Bank transfer", "Bank card"),
        ("Lloyds direct debit", "Lloyds standing order"),
    ],
)
def test_two_ways_to_pay_are_never_taken_for_one_another(one: str, other: str) -> None:
    assert suggested([one], [other]) == {one: ("", False)}
    assert suggested([other], [one]) == {other: ("", False)}


@pytest.mark.req("CHG-04")
def test_what_may_be_one_of_several_ways_is_left_to_a_person() -> None:
    assert suggested(["Card"], ["Credit card"]) == {"Card": ("Credit card", False)}
    several = suggested(["BACS", "Faster payment"], ["Bank transfer"])
    assert sorted(several.values()) == [("", False), ("Bank transfer", False)]
    assert suggested(["Cheque"], ["Check", "Chq"])["Cheque"][1] is False
    assert suggested(["Cash", "CHQ"], ["Cash", "Cheque"]) == {"Cash": ("Cash", True), "CHQ": ("Cheque", True)}


@pytest.mark.req("CHG-04")
def test_a_number_with_and_without_a_word_before_it_is_proposed_and_never_accepted() -> None:
    tracking = Kind.TRACKING
    assert suggested(["Job 1042", "Job 1043"], ["1042", "1044"], tracking) == {
        "Job 1042": ("1042", False),
        "Job 1043": ("", False),
    }
    assert suggested(["1042"], ["Job 1042", "Job 1043"], tracking) == {"1042": ("Job 1042", False)}
