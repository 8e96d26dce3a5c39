"""A tax rate for both sides and a one-sided one of the books: matched on that side, never for any use."""

import pytest

from bookbind.kit.ids import new_id
from bookbind.lists.bindings import replace_binding
from bookbind.lists.models import Binding
from bookbind.merge.choices import LEAVE
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.entries import Entry
from bookbind.merge.errors import ChoiceRefused
from bookbind.merge.mapping_csv import import_mapping
from bookbind.merge.models import DraftRow
from bookbind.merge.proposals import propose
from bookbind.merge.reading import read_changes, read_lists
from bookbind.merge.rows import find_row
from bookbind.merge.searching import search_targets
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.providers.base.types import ListName
from tests.merge.conftest import TAXES, Firm, Moved, Place, new_books, old_books
from tests.merge.mapping_files import as_file, exported
from tests.merge.test_mapping_csv import line

SAID = "20.0% S on purchases is for costs only, so 20% VAT is matched to it on costs."


@pytest.fixture
def wide(firm: Firm) -> Moved:
    """Books that have the rate for both sides, too, and so nothing is proposed for one."""
    books = new_books()
    books.add(TAXES, "n-20b", "20% VAT", rate="20", tax_kind="standard", side="both")
    first = firm.connect("xero", old_books())
    return firm, first, firm.connect("quickbooks", books)


def draft() -> set[tuple[str, str, str | None, bool]]:
    rows = DraftRow.objects.values_list("use", "action", "remote_item__remote_id", "ticked")
    return set(rows)


def rate(name: str, side: str, percent: str = "20") -> Entry:
    return Entry(new_id(), TAXES, name, details={"rate": percent, "tax_kind": "standard", "side": side})


def choose(firm: Firm, place: Place, remote_id: str, use: str = "any") -> None:
    choice = NewChoice(firm.item("20% VAT", TAXES).id, use, target=place.remote(remote_id, TAXES).id)
    save_choices(place.connection, [choice], firm.user, place.version)


@pytest.mark.req("CHG-04", "CHG-08")
@pytest.mark.parametrize("side", ["costs", "sales"])
def test_what_is_proposed_for_both_sides_serves_both(side: str) -> None:
    ours, theirs = rate("20% VAT", "both"), rate("20% S", side)
    found = propose(ListName.TAX_RATES, [ours], [theirs])[ours.id]
    assert {(each.use, each.target) for each in found if each.target} == {(side, theirs.id)}
    assert {each.use for each in found} == {"costs", "sales"}


@pytest.mark.req("CHG-04", "CHG-08")
def test_a_one_sided_rate_chosen_for_both_sides_is_taken_for_its_own(moved: Moved) -> None:
    firm, _, second = moved
    choose(firm, second, "n-20c")
    assert draft() == {("costs", "match", "n-20c", True)}, "what is proposed on sales stands beside it"
    row = find_row(second.connection, firm.item("20% VAT", TAXES).id)
    assert row is not None
    assert [(use.use, use.chosen.label if use.chosen else "") for use in row.uses] == [
        ("costs", "20.0% S on purchases"),
        ("sales", "20.0% S on sales"),
    ]


@pytest.mark.req("CHG-08")
def test_the_other_side_is_left_to_be_chosen_where_nothing_is_proposed(wide: Moved) -> None:
    firm, _, second = wide
    item = firm.item("20% VAT", TAXES)
    choose(firm, second, "n-20c")
    assert draft() == {("costs", "match", "n-20c", True), ("sales", "leave", None, False)}
    row = find_row(second.connection, item.id)
    assert row is not None
    assert [use.use for use in row.uses] == ["costs", "sales"]
    assert [target.only_on for target in search_targets(second.connection, item.id, "s on")] == [
        "costs",
        "sales",
    ]
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    assert {bound[1:] for bound in second.bound() if bound[0] == item.id} == {("costs", "n-20c")}


@pytest.mark.req("CHG-08")
def test_one_match_from_a_document_holds_for_the_side_that_the_rate_serves(moved: Moved) -> None:
    firm, _, second = moved
    item, there = firm.item("20% VAT", TAXES), second.remote("n-20c", TAXES)
    matched = match_one(second.connection, item.id, there.id, firm.user)
    assert matched.narrowed == SAID
    assert {bound[1:] for bound in second.bound() if bound[0] == item.id} == {("costs", "n-20c")}
    other = match_one(second.connection, item.id, second.remote("n-20s", TAXES).id, firm.user, "sales")
    assert other.narrowed == ""
    undo(other.applied, firm.user)
    undo(matched.applied, firm.user)
    assert not [bound for bound in second.bound() if bound[0] == item.id]


@pytest.mark.req("CHG-08", "LST-07")
def test_a_line_of_the_mapping_is_taken_for_the_side_and_says_so(moved: Moved) -> None:
    firm, _, second = moved
    content = as_file(
        line("tax_rates", "20% VAT", "20.0% S on purchases"), line("tax_rates", "20% VAT", "20.0% S on sales")
    )
    report = import_mapping(second.connection, content, firm.user, second.version)
    assert report.problems == ()
    assert [(note.line, note.column) for note in report.notes] == [(2, "use"), (3, "use")]
    assert report.notes[0].what == SAID
    assert draft() == {("costs", "match", "n-20c", True), ("sales", "match", "n-20s", True)}
    again = import_mapping(second.connection, content, firm.user, second.version)
    assert (again.changes, again.unchanged) == ((), 2)


def test_the_search_offers_a_one_sided_rate_and_says_on_which_side(moved: Moved) -> None:
    firm, _, second = moved
    found = search_targets(second.connection, firm.item("20% VAT", TAXES).id)
    only = {target.label: (target.only_on, target.why_not) for target in found}
    assert only["20.0% S on purchases"] == ("costs", "")
    assert only["20.0% S on sales"] == ("sales", "")


def test_a_choice_for_any_use_from_before_is_left_out_and_says_why(moved: Moved) -> None:
    firm, _, second = moved
    choose(firm, second, "n-20c")
    DraftRow.objects.update(use="any")
    changes = read_changes(second.connection, read_lists(second.connection, [TAXES]))
    [refused] = changes.refused
    assert refused.why == "20.0% S on purchases is for costs only; match it on costs"
    assert refused.entry.id not in changes.plans


@pytest.mark.req("CHG-06", "CHG-10")
def test_a_match_for_any_use_from_before_goes_on_through_use_undo_and_going_back(moved: Moved) -> None:
    firm, first, second = moved
    item, costs = firm.item("20% VAT", TAXES), second.remote("n-20c", TAXES)
    replace_binding(item, costs, "chosen", user=firm.user)
    old = (item.id, "any", "n-20c")

    def in_use() -> bool:
        row = find_row(second.connection, item.id)
        assert row is not None
        [any_use] = [use for use in row.uses if use.use == "any"]
        assert any_use.current is not None
        return row.is_matched and not any_use.current.why_not

    assert in_use()
    [said] = [each for each in exported(second) if each["old_id"] == str(item.id)]
    assert (said["use"], said["action"]) == ("any", "used")
    for word in ("used", "match"):
        report = import_mapping(
            second.connection, as_file(said | {"action": word}), firm.user, second.version
        )
        assert (report.changes, report.problems, report.unchanged) == ((), (), 1)
    matched = match_one(second.connection, item.id, second.remote("n-20s", TAXES).id, firm.user)
    assert {old, (item.id, "sales", "n-20s")} <= second.bound()
    undo(matched.applied, firm.user)
    assert old in second.bound()
    assert in_use()
    firm.go_back(first)
    firm.go_back(second)
    assert old in second.bound()
    assert in_use()


@pytest.mark.req("CHG-06")
def test_an_undo_of_a_match_for_any_use_offers_it_again_on_its_side(moved: Moved) -> None:
    firm, _, second = moved
    item, costs = firm.item("20% VAT", TAXES), second.remote("n-20c", TAXES)
    applied = match_one(second.connection, item.id, costs.id, firm.user).applied
    # As it was written when a match for any use was not looked at.
    Binding.objects.filter(opened_in=applied.id).update(use="any")
    undo(applied, firm.user)
    assert ("costs", "match", "n-20c", True) in draft()
    assert not [row for row in draft() if row[0] == "any"]


def test_what_can_not_be_for_other_reasons_is_still_refused_with_them(moved: Moved) -> None:
    firm, _, second = moved
    with pytest.raises(ChoiceRefused, match="20% is not 5%"):
        choose(firm, second, "n-5")
    with pytest.raises(ChoiceRefused, match="One is for sales, the other for purchases"):
        choose(firm, second, "n-20c", "sales")


@pytest.mark.req("CHG-04", "CHG-08")
@pytest.mark.parametrize("proposed", ["each side", "both sides"])
def test_a_match_for_one_side_is_not_replaced_by_what_is_proposed(firm: Firm, proposed: str) -> None:
    books = new_books()
    books.add(TAXES, "n-20x", "20.0% on capital goods", rate="20", tax_kind="standard", side="costs")
    if proposed == "both sides":
        books.remove(TAXES, "n-20c")
        books.remove(TAXES, "n-20s")
        books.add(TAXES, "n-20b", "20% VAT", rate="20", tax_kind="standard", side="both")
    firm.connect("xero", old_books())
    second = firm.connect("quickbooks", books)
    vat = firm.item("20% VAT", TAXES)
    choose(firm, second, "n-20x", "costs")
    open_ = NewChoice(vat.id, "sales", action=LEAVE, ticked=False)
    save_choices(second.connection, [open_], firm.user, second.version)
    use_matches(second.connection, firm.user, expected_version=second.version, item_ids=[vat.id])
    DraftRow.objects.all().delete()
    choices = [NewChoice(firm.item("5% VAT", TAXES).id, action=LEAVE)]
    save_choices(second.connection, choices, firm.user, second.version)
    use_matches(second.connection, firm.user, expected_version=second.version)
    assert (vat.id, "costs", "n-20x") in second.bound()
    row = find_row(second.connection, vat.id)
    assert row is not None
    assert [use.chosen.label for use in row.uses if use.chosen and not use.ticked] == (
        ["20% VAT"] if proposed == "both sides" else []
    ), "it can still be chosen"


@pytest.mark.req("CHG-09")
def test_a_match_from_a_document_ends_what_was_chosen_for_both_sides_before(wide: Moved) -> None:
    firm, _, second = wide
    vat = firm.item("20% VAT", TAXES)
    choose(firm, second, "n-20b")
    match_one(second.connection, vat.id, second.remote("n-20c", TAXES).id, firm.user)
    assert draft() == set()
    use_matches(second.connection, firm.user, expected_version=second.version)
    assert {row for row in second.bound() if row[0] == vat.id} == {(vat.id, "costs", "n-20c")}


@pytest.mark.req("CHG-06", "CHG-09")
def test_an_undo_chooses_nothing_again_over_what_was_chosen_for_one_side_since(wide: Moved) -> None:
    firm, _, second = wide
    choose(firm, second, "n-20b")
    applied = use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    choose(firm, second, "n-20c", "costs")
    undo(applied, firm.user)
    assert ("costs", "match", "n-20c", True) in draft()
    assert ("any", "match", "n-20b", True) not in draft()


@pytest.mark.req("CHG-08")
def test_a_rate_of_one_side_needs_no_match_on_the_other(moved: Moved) -> None:
    firm, _, second = moved
    row = line("tax_rates", "5% VAT", "5.0% R", use="costs")
    import_mapping(second.connection, as_file(row), firm.user, second.version)
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    rate_5 = firm.item("5% VAT", TAXES)
    assert (rate_5.id, "costs", "n-5") in second.bound()
    shown = find_row(second.connection, rate_5.id)
    assert shown is not None
    assert shown.is_matched
