"""A list that was not read from the new books: nothing of it is counted, proposed or used before it is."""

import pytest

from bookbind.lists.models import Dimension, ListSync
from bookbind.merge.dimensions import choose_dimension
from bookbind.merge.errors import NothingToUse
from bookbind.merge.reading import list_names, read_changes, read_lists
from bookbind.merge.steps import Step, StepState, list_steps
from bookbind.merge.unread import list_awaited
from bookbind.merge.using import use_matches
from bookbind.providers.base.types import ListName, RemoteDimension
from bookbind.rules.services import RuleInput, save_supplier_rule
from tests.merge.conftest import Firm, Place, new_books, old_books

PROJECTS = ListName.TRACKING_1


@pytest.fixture
def place(firm: Firm) -> Place:
    """Books with two dimensions, of which nobody said yet which one Projects is; a rule fills Projects."""
    books = old_books()
    books.dimensions = [RemoteDimension("d-1", "Site", per_line=True, active=True)]
    books.add(PROJECTS, "o-1", "North")
    firm.connect("xero", books)
    north = firm.item("North", PROJECTS)
    save_supplier_rule(firm.supplier(), RuleInput(tracking_1_id=north.id), firm.user)
    there = new_books()
    there.dimensions = [
        RemoteDimension(name, name, per_line=True, active=True) for name in ("Department", "Class")
    ]
    return firm.connect("quickbooks", there)


def choose(firm: Firm, place: Place, name: str) -> None:
    """Say which dimension Projects is; nothing is read yet."""
    there = Dimension.objects.get(connection=place.connection, name=name)
    choose_dimension(place.connection, PROJECTS, there.id, firm.user)


def projects(place: Place) -> Step:
    """The step of Projects, as the page has it."""
    data = read_lists(place.connection, list_names(place.connection))
    steps = list_steps(place.connection, data, changes=read_changes(place.connection, data))
    [alone] = [each for each in list_steps(place.connection) if each.key == PROJECTS]
    [found] = [each for each in steps if each.key == PROJECTS]
    assert (alone.state, alone.note, alone.needed) == (found.state, found.note, found.needed)
    return found


@pytest.mark.req("CHG-03", "CHG-05")
def test_a_list_is_being_read_until_the_chosen_dimension_has_been(firm: Firm, place: Place) -> None:
    choose(firm, place, "Department")
    step = projects(place)
    assert (step.state, step.total) == (StepState.READING, 1)
    assert step.note == "Reading Department from QuickBooks Online…"
    assert (step.needed, step.unmatched, step.ticked) == (0, 0, 0), "nobody knows these yet"
    assert [each.label for each in list_awaited(place.connection)] == ["Department"]
    place.books.add(PROJECTS, "k-1", "North")
    place.read(PROJECTS)
    step = projects(place)
    assert (step.state, step.needed, step.ticked, step.note) == (StepState.OPEN, 1, 1, "")
    assert list_awaited(place.connection) == []


@pytest.mark.req("CHG-04")
def test_entries_of_the_dimension_before_are_never_matches_of_the_new_one(firm: Firm, place: Place) -> None:
    choose(firm, place, "Department")
    place.books.add(PROJECTS, "k-1", "North")
    place.read(PROJECTS)
    choose(firm, place, "Class")
    assert projects(place).ticked == 0
    with pytest.raises(NothingToUse):
        use_matches(place.connection, firm.user, expected_version=place.version, names=[PROJECTS])


def test_the_same_dimension_said_again_is_not_read_as_if_for_the_first_time(firm: Firm, place: Place) -> None:
    choose(firm, place, "Department")
    place.books.add(PROJECTS, "k-1", "North")
    place.read(PROJECTS)
    choose(firm, place, "Department")
    assert projects(place).state is StepState.OPEN


@pytest.mark.parametrize(
    ("state", "step_state", "note"),
    [
        (
            ListSync.State.WAITING,
            StepState.READING,
            "Department could not be read from QuickBooks Online yet; it is tried again by itself.",
        ),
        (
            ListSync.State.FAILED,
            StepState.UNREAD,
            "Department could not be read from QuickBooks Online.",
        ),
    ],
)
def test_a_read_that_failed_is_said(
    firm: Firm, place: Place, state: ListSync.State, step_state: StepState, note: str
) -> None:
    choose(firm, place, "Department")
    rows = ListSync.objects.filter(connection=place.connection, list=PROJECTS)
    rows.update(state=state, last_error={"kind": "transient"})
    assert (projects(place).state, projects(place).note) == (step_state, note)


def test_a_list_that_nothing_uses_keeps_no_number_waiting(firm: Firm, place: Place) -> None:
    firm.supplier().supplier_rules.all().delete()
    choose(firm, place, "Department")
    assert projects(place).state is StepState.READING
    assert list_awaited(place.connection) == []


def test_of_a_list_without_entries_nothing_is_read_for_matching(firm: Firm, place: Place) -> None:
    ListSync.objects.filter(connection=place.connection, list=ListName.PRODUCTS).update(
        state=ListSync.State.READING, last_success_at=None
    )
    [products] = [each for each in list_steps(place.connection) if each.key == ListName.PRODUCTS]
    assert products.state is StepState.EMPTY
