"""How documents go where the new books lack a way, and which dimension a tracking list is there."""

import pytest

from bookbind.lists.errors import DimensionUnknown
from bookbind.lists.models import Dimension
from bookbind.lists.services import create_item
from bookbind.lists.slots import set_slot
from bookbind.merge.dimensions import choose_dimension, list_dimension_questions
from bookbind.merge.steps import Step, StepState, list_steps
from bookbind.merge.using import match_one, use_matches
from bookbind.merge.ways import choose_way, list_ways
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs, RemoteDimension
from bookbind.publishing.configuration import SettingsInput, get_settings, save_settings
from bookbind.publishing.errors import DocumentIncomplete, SettingNotTaken
from bookbind.publishing.facts import read_references
from bookbind.publishing.instead import KEEP
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State
from tests.merge.conftest import TAXES, Firm, Moved, Place, look, new_books, old_books


def match_everything(firm: Firm, place: Place) -> None:
    use_matches(place.connection, firm.user, expected_version=place.version, names=[TAXES])
    match_one(place.connection, firm.item("Motor expenses").id, place.remote("n-7300").id, firm.user)


def hold_draft(firm: Firm, place: Place) -> Publication:
    """A waiting document that asks for no more than a draft, as a change of books leaves it."""
    waiting = firm.wait(place)
    document = waiting.document
    document.publish_as = PublishAs.DRAFT
    document.save(update_fields=["publish_as"])
    return waiting


def test_settings_come_along_and_are_never_more_final_than_they_were(firm: Firm) -> None:
    first = firm.connect("xero", old_books())
    changes = SettingsInput(DocumentKind.BILL, PublishAs.DRAFT, auto_publish=True)
    save_settings(first.connection, changes, firm.user)
    second = firm.connect("quickbooks", new_books())
    settings = get_settings(second.connection)
    assert (settings.publish_as, settings.auto_publish) == (PublishAs.DRAFT, True)
    question = next(each for each in list_ways(second.connection) if each.key == "bill/draft")
    assert (question.options, question.answer) == ((("awaiting_payment", "Open bill"),), "")
    assert question.is_more_final == {"awaiting_payment"}


def test_without_an_answer_a_draft_is_not_posted(moved: Moved) -> None:
    firm, _, second = moved
    match_everything(firm, second)
    document = firm.bill(publish_as=PublishAs.DRAFT)
    with pytest.raises(DocumentIncomplete):
        firm.publish(second, document)


@pytest.mark.parametrize(
    ("answer", "reason"), [("awaiting_payment", Reason.LOOK_FIRST), (KEEP, Reason.KEPT_HERE)]
)
def test_the_answer_given_once_holds_for_all_such_documents(
    moved: Moved, answer: str, reason: Reason
) -> None:
    firm, _, second = moved
    waiting = hold_draft(firm, second)
    match_everything(firm, second)
    assert look(waiting).reason == Reason.PUBLISH_AS_NOT_TAKEN
    choose_way(second.connection, "bill/draft", answer, firm.user)
    firm.recheck()
    assert (look(waiting).state, look(waiting).reason) == (State.HELD, reason)
    choose_way(second.connection, "bill/draft", "", firm.user)
    firm.recheck()
    assert look(waiting).reason == Reason.PUBLISH_AS_NOT_TAKEN


def test_an_answer_that_the_books_do_not_have_is_refused(moved: Moved) -> None:
    firm, _, second = moved
    for key, answer in (("bill/draft", "draft"), ("poem", KEEP), ("bill/soon", KEEP), ("expense", "poem")):
        with pytest.raises(SettingNotTaken):
            choose_way(second.connection, key, answer, firm.user)


def tracked(firm: Firm) -> Place:
    """Books that fill Projects, and then others with two dimensions of which one is called alike."""
    books = old_books()
    books.dimensions = [RemoteDimension("d-1", "Site", per_line=True, active=True)]
    books.add(ListName.TRACKING_1, "o-1", "North")
    firm.connect("xero", books)
    there = new_books()
    there.dimensions = [
        RemoteDimension("c-1", "Class", per_line=True, active=True),
        RemoteDimension("c-2", "Site", per_line=False, active=True),
    ]
    there.add(ListName.TRACKING_1, "k-1", "North")
    return firm.connect("quickbooks", there)


def test_which_dimension_a_list_is_is_asked_and_one_called_alike_is_proposed(firm: Firm) -> None:
    second = tracked(firm)
    questions = list_dimension_questions(second.connection)
    assert [(each.slot, each.was, each.entries, each.is_open) for each in questions] == [
        (ListName.TRACKING_1, "Site", 1, True)
    ]
    proposed = questions[0].proposed
    assert proposed is not None
    assert proposed.name == "Site"
    choose_dimension(second.connection, ListName.TRACKING_1, proposed.id, firm.user)
    second.read(ListName.TRACKING_1)
    use_matches(second.connection, firm.user, expected_version=second.version, names=[ListName.TRACKING_1])
    assert (firm.item("North", ListName.TRACKING_1).id, "any", "k-1") in second.bound()
    assert not list_dimension_questions(second.connection)[0].is_open


@pytest.mark.req("CHG-03")
def test_a_dimension_called_as_a_list_was_is_kept_for_that_list(firm: Firm) -> None:
    """Else the second list, in which there is nothing, would take the only dimension that both sides have."""
    books = old_books()
    books.dimensions = [RemoteDimension("d-1", "Region", per_line=True, active=True)]
    books.add(ListName.TRACKING_1, "o-1", "North")
    firm.connect("xero", books)
    there = new_books()
    there.dimensions = [RemoteDimension("r-1", "region", per_line=True, active=True)]
    second = firm.connect("xero", there)
    [question] = list_dimension_questions(second.connection)
    assert question.chosen is None
    assert question.proposed == Dimension.objects.get(connection=second.connection)
    assert question.is_certain


@pytest.mark.req("CHG-03")
def test_a_list_is_not_left_out_before_anybody_decided_which_dimension_it_is(firm: Firm) -> None:
    second = tracked(firm)

    def projects() -> Step:
        return next(step for step in list_steps(second.connection) if step.key == "tracking_1")

    assert projects().state is StepState.UNDECIDED
    assert projects().note == "Say under Dimensions first which dimension of QuickBooks Online these are."
    choose_dimension(second.connection, ListName.TRACKING_1, None, firm.user)
    assert projects().state is StepState.LACKING
    assert projects().note.startswith("You chose no dimension of QuickBooks Online for these.")


def test_none_is_an_answer_and_can_be_taken_back(firm: Firm) -> None:
    second = tracked(firm)
    choose_dimension(second.connection, ListName.TRACKING_1, None, firm.user)
    assert not list_dimension_questions(second.connection)[0].is_open
    there = Dimension.objects.get(connection=second.connection, remote_id="c-1")
    choose_dimension(second.connection, ListName.TRACKING_1, there.id, firm.user)
    assert list_dimension_questions(second.connection)[0].chosen == there
    with pytest.raises(DimensionUnknown):
        choose_dimension(second.connection, ListName.TRACKING_1, firm.business.id, firm.user)


@pytest.mark.req("CHG-03")
def test_a_list_whose_dimension_another_takes_is_to_decide_again(firm: Firm) -> None:
    second = tracked(firm)
    create_item(firm.business.id, ListName.TRACKING_2, "East")
    there = Dimension.objects.get(connection=second.connection, remote_id="c-1")
    choose_dimension(second.connection, ListName.TRACKING_1, None, firm.user)
    # As the list's own page sets it, which leaves the answer to the question as it was.
    set_slot(second.connection, ListName.TRACKING_1, there.id, firm.user)
    assert choose_dimension(second.connection, ListName.TRACKING_2, there.id, firm.user) == "tracking_1"
    first, other = list_dimension_questions(second.connection)
    assert (first.chosen, first.is_open) == (None, True)
    assert (other.chosen, other.is_open) == (there, False)
    states = {step.key: step.state for step in list_steps(second.connection)}
    assert states["tracking_1"] is StepState.UNDECIDED
    assert choose_dimension(second.connection, ListName.TRACKING_2, there.id, firm.user) is None


@pytest.mark.req("CHG-03")
def test_an_option_is_never_sent_as_one_of_the_dimension_that_its_list_shows_next(firm: Firm) -> None:
    books = old_books()
    books.dimensions = [
        RemoteDimension("Class", "Class", per_line=True, active=True),
        RemoteDimension("Department", "Location", per_line=False, active=True),
    ]
    books.add(ListName.TRACKING_1, "1", "North", dimension_id="Class")
    place = firm.connect("quickbooks", books)
    north = firm.item("North", ListName.TRACKING_1)
    assert read_references(place.connection, {north.id})[north.id].is_sent
    location = Dimension.objects.get(connection=place.connection, remote_id="Department")
    choose_dimension(place.connection, ListName.TRACKING_1, location.id, firm.user)
    assert not read_references(place.connection, {north.id})[north.id].is_sent
