"""What Merge lists and the start say in words: why documents go on waiting, and one thing as one thing."""

from uuid import uuid4

import pytest

from bookbind.lists.labels import TRACKING_LISTS
from bookbind.lists.services import create_item
from bookbind.merge.entries import Entry
from bookbind.merge.impact import DocumentFacts, Impact, weigh
from bookbind.merge.undoing import Undone
from bookbind.providers.base.types import ListName, RemoteDimension
from bookbind.publishing.reasons import Problem, Reason
from bookbind.publishing.starting import StartSummary
from bookbind.web.merge_words import Using, bar_words, consequences, question, undone_words
from bookbind.web.views.start_words import explain_waiting
from tests.web.merge.conftest import Desk

USING = Using(matches=1, taken_back=0, creations=0)


def held(*reasons: Reason) -> DocumentFacts:
    """A waiting document with what would stand in its way."""
    return DocumentFacts(reasons[0].value, tuple(Problem("", reason) for reason in reasons))


def said(impact: Impact, **lists: int) -> str:
    """What the preview says of waiting documents."""
    return " ".join(consequences(impact, USING, "", "Sage", lists))


@pytest.mark.req("CHG-05")
def test_each_document_counts_under_the_reason_that_waiting_shows() -> None:
    documents = [
        held(Reason.BEFORE_START),
        held(Reason.BEFORE_START, Reason.CATEGORY_UNMATCHED),
        held(Reason.CATEGORY_UNMATCHED, Reason.TAX_RATE_UNMATCHED),
        DocumentFacts(Reason.TWIN.value, (Problem("", Reason.CATEGORY_UNMATCHED),)),
    ]
    impact = weigh([], documents, {})
    assert (impact.still_waiting, impact.early) == (1, 2)
    assert sum(each.waits_for is not None for each in documents) == len(documents)


@pytest.mark.req("CHG-05")
def test_documents_that_wait_for_more_than_matches_are_told_apart() -> None:
    documents = [
        held(Reason.PUBLISH_AS_NOT_TAKEN),
        held(Reason.KIND_NOT_TAKEN, Reason.CATEGORY_UNMATCHED),
        held(Reason.KEPT_HERE),
        held(Reason.BEFORE_START),
        held(Reason.BEFORE_START, Reason.CATEGORY_UNMATCHED),
    ]
    impact = weigh([], documents, {})
    assert (impact.still_waiting, impact.unanswered, impact.kept, impact.early) == (3, 2, 1, 2)


@pytest.mark.parametrize(
    ("impact", "lists", "words"),
    [
        (
            Impact(documents=14, still_waiting=14, unanswered=14),
            {},
            "No waiting document becomes ready, 14 go on waiting for an answer under Publishing.",
        ),
        (
            Impact(documents=3, released=1, still_waiting=2, unanswered=1),
            {"category": 2},
            "1 waiting document becomes ready, 2 go on waiting for 2 unmatched categories and an answer",
        ),
        (
            Impact(documents=1, still_waiting=1, kept=1),
            {},
            "1 goes on waiting for another answer under Publishing than to keep them.",
        ),
        (
            Impact(documents=1, early=1),
            {},
            "becomes ready. 1 document is dated before the new books and waits until you decide about it.",
        ),
        (
            Impact(documents=2, early=2),
            {},
            "2 documents are dated before the new books and wait until you decide about them.",
        ),
    ],
)
def test_the_preview_says_why_documents_go_on_waiting(
    impact: Impact, lists: dict[str, int], words: str
) -> None:
    assert words in said(impact, **lists)


@pytest.mark.req("CHG-05")
def test_the_bar_says_what_the_documents_still_need() -> None:
    assert bar_words(Impact(still_waiting=2))["waiting"] == "2 still need a match"
    asked = bar_words(Impact(still_waiting=1, unanswered=1))["waiting"]
    assert asked == "1 still needs a match or an answer"


def test_the_start_says_in_whole_words_what_documents_wait_for() -> None:
    waiting = {"tax_rate_unmatched": 14, "category_unmatched": 2, "publish_as_not_taken": 1}
    assert explain_waiting(StartSummary((), waiting)) == [
        "14 documents: VAT rate needs a match",
        "2 documents: category needs a match",
        "1 document: can't be published that way",
    ]


@pytest.mark.parametrize(
    ("account_type", "words"),
    [
        ("DIRECTCOSTS", "Direct costs"),
        ("CREDITCARD", "Credit card"),
        ("OVERHEADS", "Overheads"),
        ("Cost of Goods Sold", "Cost of Goods Sold"),
    ],
)
def test_a_type_that_is_shouted_as_one_word_is_shown_in_words(account_type: str, words: str) -> None:
    entry = Entry(uuid4(), ListName.CATEGORIES, "Purchases", details={"account_type": account_type})
    assert entry.facts == words


def test_the_question_names_what_is_only_created() -> None:
    assert question(Using(matches=0, taken_back=0, creations=1)) == "Create 1 new entry?"


@pytest.mark.parametrize(
    ("using", "act"),
    [
        (Using(matches=236, taken_back=3, creations=0), "Use 236 matches"),
        (Using(matches=1, taken_back=0, creations=2), "Use 1 match and create 2"),
        (Using(matches=0, taken_back=0, creations=1), "Create 1 new entry"),
        (Using(matches=0, taken_back=2, creations=3), "Create 3 new entries"),
        (Using(matches=0, taken_back=1, creations=0), "Take back 1 match"),
    ],
)
def test_the_button_names_what_it_does_as_the_question_above_it(using: Using, act: str) -> None:
    assert using.act == act
    assert using.matches or question(using) == f"{act}?"


def test_an_undo_speaks_of_one_entry_as_one() -> None:
    undone = Undone(1, 2, ("Sales",), published=(), published_count=0, created=(), waiting=0)
    assert undone_words(undone, "Sage")[1] == "Left as it is, because it was matched anew since: Sales."


def test_an_undo_says_how_many_rules_need_a_match_again() -> None:
    undone = Undone(3, 3, (), published=(), published_count=0, created=(), waiting=0, rules=7)
    assert undone_words(undone, "Sage")[1] == "7 rules need a match again."


@pytest.mark.parametrize(
    ("released", "words"), [(1, "1 document becomes ready"), (2, "2 documents become ready")]
)
def test_the_bar_calls_no_document_released_that_somebody_still_has_to_publish(
    released: int, words: str
) -> None:
    assert bar_words(Impact(released=released))["released"] == words


@pytest.mark.parametrize(
    ("impact", "words"),
    [
        (Impact(rules=14, rules_ready=14), "14 rules work in Sage now."),
        (Impact(rules=2, rules_ready=1), "1 rule works in Sage now."),
        (Impact(rules=2), "No rule works in Sage yet."),
        (Impact(documents=3, still_waiting=2), "2 documents wait for 1 unmatched category."),
        (Impact(documents=1, still_waiting=1), "1 document waits for 1 unmatched category."),
        (Impact(), ""),
    ],
)
def test_with_nothing_ticked_the_preview_promises_nothing(impact: Impact, words: str) -> None:
    nothing = Using(matches=0, taken_back=0, creations=0)
    text = " ".join(consequences(impact, nothing, "Xero", "Sage", {"category": 1}))
    assert text == f"Tick a match, and come back. {words}".strip()


@pytest.mark.django_db
def test_an_earlier_use_names_its_list_as_the_steps_do(desk: Desk) -> None:
    desk.use(list="tax_rates")
    assert "in Tax rates used by Alice Admin" in desk.open().text


@pytest.mark.django_db
def test_a_list_keeps_the_name_of_its_dimension_within_a_sentence(desk: Desk) -> None:
    desk.new.books.dimensions = [
        RemoteDimension(name, name, per_line=True, active=True) for name in ("Region", "Class")
    ]
    for slot in TRACKING_LISTS:
        desk.new.books.add(slot, slot.value, "North")
    desk.new.read()
    for slot in TRACKING_LISTS:
        create_item(desk.firm.business.id, slot, "Up there")
        desk.match("Up there", slot.value, in_list=slot)
    region = desk.open(
        "merge_step", "tracking_1", item=str(desk.firm.item("Up there", ListName.TRACKING_1).id)
    )
    assert region.link("Show all of Region")
    assert "Search Region" in desk.open("merge_step", "tracking_1").text
    preview = desk.open("merge_preview")
    assert preview.has_button("Use only Projects 2")
    assert preview.has_button("Use only tax rates")


@pytest.mark.parametrize(
    ("stored", "words"), [("direct_cost", "Direct cost"), ("expense", "Expense"), ("EXPENSE", "Expense")]
)
def test_the_type_of_a_category_is_said_in_words(stored: str, words: str) -> None:
    assert Entry(uuid4(), ListName.CATEGORIES, "Fuel", details={"account_type": stored}).facts == words
