"""Books that keep no tax: no rate is asked for there, and rules keep theirs for other books."""

from dataclasses import replace

import pytest

from bookbind.connections.queries import label_of, list_history, organisation_of
from bookbind.connections.services import note_organisation
from bookbind.lists.models import ListSync
from bookbind.lists.queries import needs_match_counts, pick_items, unmatched_items
from bookbind.merge.mapping_csv import export_mapping, import_mapping
from bookbind.merge.needed import Unmatched, count_unmatched
from bookbind.merge.preview import impact_now
from bookbind.merge.reading import list_names, read_changes, read_lists
from bookbind.merge.rows import find_row
from bookbind.merge.steps import Step, StepState, list_steps
from bookbind.merge.unread import list_awaited
from bookbind.merge.using import match_one
from bookbind.providers.base.types import ListName
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.rules.models import SupplierRule
from bookbind.rules.queries import rule_problems
from bookbind.rules.services import RuleInput, save_supplier_rule
from tests.merge.conftest import CATEGORIES, TAXES, Firm, Place, look, new_books, old_books


@pytest.fixture
def place(firm: Firm) -> Place:
    """The firm moved to books that keep no tax."""
    firm.connect("xero", old_books())
    there = new_books()
    there.settings = replace(there.settings, keeps_tax=False)
    return firm.connect("quickbooks", there)


def keep_tax(place: Place) -> None:
    """Tax is switched on there, and the lists are read."""
    place.books.settings = replace(place.books.settings, keeps_tax=True)
    place.read()


def a_rule(firm: Firm) -> SupplierRule:
    """A rule whose category stands for something in the books, and whose rate does not."""
    values = RuleInput(category_id=firm.item("Advertising").id, tax_rate_id=firm.item("20% VAT", TAXES).id)
    return save_supplier_rule(firm.supplier("Paper Mill"), values, firm.user)


def match_advertising(firm: Firm, place: Place) -> None:
    match_one(place.connection, firm.item("Advertising").id, place.remote("n-6200").id, firm.user)


def tax_step(place: Place) -> Step:
    """The step of tax rates, as the page has it and as it stands alone."""
    data = read_lists(place.connection, list_names(place.connection))
    changes = read_changes(place.connection, data)
    [found] = [each for each in list_steps(place.connection, data, changes=changes) if each.key == TAXES]
    [alone] = [each for each in list_steps(place.connection) if each.key == TAXES]
    assert (alone.state, alone.note, alone.needed) == (found.state, found.note, found.needed)
    return found


@pytest.mark.req("CHG-05")
def test_no_rate_is_asked_for_and_the_step_says_why(firm: Firm, place: Place) -> None:
    a_rule(firm)
    step = tax_step(place)
    assert (step.state, step.total) == (StepState.LACKING, 3)
    assert (step.needed, step.unmatched, step.ticked) == (0, 0, 0)
    assert step.note.startswith("These books keep no VAT, so no rate is asked for")
    assert TAXES not in needs_match_counts(place.connection)
    assert not unmatched_items(place.connection, TAXES).exists()
    assert find_row(place.connection, firm.item("20% VAT", TAXES).id) is None
    assert count_unmatched(place.connection, list(ListName)) == Unmatched(1, 3)


@pytest.mark.req("CHG-03", "CHG-06")
def test_a_rule_works_without_a_match_of_its_rate_and_keeps_it(firm: Firm, place: Place) -> None:
    rule = a_rule(firm)
    assert [each.label for each in rule_problems(rule, place.connection)] == ["400 Advertising"]
    match_advertising(firm, place)
    assert rule_problems(rule, place.connection) == []
    assert (impact_now(place.connection).rules, impact_now(place.connection).rules_ready) == (1, 1)
    keep_tax(place)
    assert [each.label for each in rule_problems(rule, place.connection)] == ["20% VAT"]
    assert (impact_now(place.connection).rules, impact_now(place.connection).rules_ready) == (1, 0)
    assert (tax_step(place).state, tax_step(place).needed) == (StepState.OPEN, 1)


@pytest.mark.req("CHG-04")
def test_what_waits_for_a_rate_goes_when_the_books_keep_no_tax(firm: Firm) -> None:
    firm.connect("xero", old_books())
    place = firm.connect("quickbooks", new_books())
    match_advertising(firm, place)
    waiting = firm.wait(place, category="Advertising")
    assert look(waiting).reason == Reason.TAX_RATE_UNMATCHED
    place.books.settings = replace(place.books.settings, keeps_tax=False)
    place.read()
    assert look(waiting).state == Publication.State.WAITING
    keep_tax(place)
    assert firm.wait(place, category="Advertising").reason == Reason.TAX_RATE_UNMATCHED


def test_every_rate_of_ours_can_be_chosen_there(firm: Firm, place: Place) -> None:
    ours = {item.name for item in pick_items(TAXES, connection=place.connection)}
    assert ours == {"20% VAT", "5% VAT", "Zero rated"}
    assert {item.name for item in pick_items(CATEGORIES, connection=place.connection)} != ours


def test_nothing_waits_for_a_list_of_rates_that_was_never_read(firm: Firm, place: Place) -> None:
    a_rule(firm)
    never = ListSync.objects.filter(connection=place.connection, list=TAXES)
    never.update(last_success_at=None, state=ListSync.State.FAILED)
    assert list_awaited(place.connection) == []
    assert tax_step(place).state is StepState.LACKING


@pytest.mark.req("LST-07")
def test_the_mapping_leaves_rates_out_and_says_why(firm: Firm, place: Place) -> None:
    content = "".join(export_mapping(place.connection))
    assert "tax_rates" not in content
    line = "list,old_name,use,action\ntax_rates,20% VAT,any,leave unmatched\n"
    report = import_mapping(place.connection, line.encode(), firm.user, place.version, is_preview=True)
    assert [each.what for each in report.problems] == [
        "These books keep no VAT, so no tax rate is matched there."
    ]


def test_the_history_tells_when_books_begin_or_cease_to_keep_tax(firm: Firm, place: Place) -> None:
    def told() -> list[str]:
        entries = list_history(place.connection, 50)
        return [entry.text for entry in entries if "VAT" in entry.text]

    assert told() == [], "what they did when the business came is no news"
    keep_tax(place)
    place.read()
    seen = organisation_of(place.connection)
    note_organisation(place.connection, replace(seen, keeps_tax=False))
    note_organisation(place.connection, replace(seen, keeps_tax=False))
    label = label_of(place.connection)
    assert told() == [
        f"{label} keeps no VAT any more: the VAT of what is published from now on is part of its cost.",
        f"{label} keeps VAT from now on: documents are sent with their VAT rates.",
    ]
