"""Putting documents where they belong after matches were used: checked together, and by what stands then."""

from datetime import date
from decimal import Decimal

from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.services import save_document
from bookbind.kit.events import subscribe
from bookbind.lists.combine import combine, undo_combination
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.using import use_matches
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.publishing.events import DocumentHeld
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import finish_check, look_first_after_matching
from tests.merge.conftest import TAXES, Firm, Moved, Place, look
from tests.support.events import hearing
from tests.support.queries import counting


def recheck(place: Place) -> None:
    look_first_after_matching(place.connection)
    finish_check(place.connection.id)


def edit(firm: Firm, publication: Publication, category: str) -> None:
    """Give the document's one line another category."""
    document = look(publication).document
    line = LineInput(
        description="Diesel",
        net=Decimal(100),
        tax=Decimal(20),
        category_id=firm.item(category).id,
        tax_rate_id=firm.item("20% VAT", TAXES).id,
    )
    values = DocumentInput(
        currency="GBP",
        supplier_id=document.supplier_id,
        kind=DocumentKind.BILL,
        publish_as=PublishAs.AWAITING_PAYMENT,
        date=date(2026, 3, 3),
        due_date=date(2026, 4, 2),
        total=Decimal(120),
        lines=(line,),
    )
    save_document(document.id, values, document.version, firm.user)


def test_documents_that_go_on_waiting_are_checked_in_one_go(moved: Moved) -> None:
    firm, _, second = moved
    for _ in range(2):
        firm.wait(second)
    recheck(second)
    with counting() as few:
        recheck(second)
    for _ in range(5):
        firm.wait(second)
    with counting() as many:
        recheck(second)
    # Whether each was edited meanwhile is asked just before it is placed.
    assert many.number - few.number == 5, "\n".join(many.queries)


def test_a_document_that_was_ready_through_a_combination_needs_its_match_when_that_is_undone(
    moved: Moved,
) -> None:
    firm, _, second = moved
    combination = combine(firm.item("Advertising"), firm.item("Motor expenses"), firm.user)
    waiting = firm.wait(second)
    use_matches(
        second.connection, firm.user, expected_version=second.version, names=[ListName.CATEGORIES, TAXES]
    )
    firm.recheck()
    assert look(waiting).reason in (Reason.NOT_STARTED, Reason.LOOK_FIRST)
    undo_combination(combination.id, firm.user)
    firm.recheck()
    assert look(waiting).reason == Reason.CATEGORY_UNMATCHED
    combine(firm.item("Advertising"), firm.item("Motor expenses"), firm.user)
    assert look(waiting).reason != Reason.CATEGORY_UNMATCHED


def test_a_document_that_is_edited_while_others_are_placed_waits_for_what_it_lacks_then(moved: Moved) -> None:
    firm, _, second = moved
    first, edited = firm.wait(second), firm.wait(second)
    motor, there = firm.item("Motor expenses").id, second.remote("n-7300").id
    save_choices(second.connection, [NewChoice(motor, target=there)], firm.user, second.version)
    use_matches(second.connection, firm.user, expected_version=second.version, item_ids=[motor])
    use_matches(second.connection, firm.user, expected_version=second.version, names=[TAXES])
    with hearing():

        @subscribe(DocumentHeld)
        def edit_the_next(event: DocumentHeld) -> None:
            if event.publication_id == first.id:
                edit(firm, edited, "Sales")

        finish_check(second.connection.id)
    assert look(first).reason == Reason.LOOK_FIRST
    assert look(edited).reason == Reason.CATEGORY_UNMATCHED
