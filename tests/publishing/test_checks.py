"""The checks before sending: one fixture for each rule, and the whole in the right order."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from bookbind.providers.base.contract import FileLimits, KindChoice, PublishChoice
from bookbind.providers.base.types import DocumentKind, PublishAs, Side, TaxMode
from bookbind.publishing.checks import (
    BooksFacts,
    DocumentFacts,
    LineFacts,
    Reference,
    SharedDimension,
    check_document,
    list_blocking,
)
from bookbind.publishing.reasons import Reason, Weight

MEGABYTE = 1024 * 1024


def reference(label: str = "449 Motor expenses", **changes: Any) -> Reference:
    return Reference(uuid4(), label, **({"remote_id": "r-1", "remote_label": label} | changes))


RATE = reference("20% (VAT on Expenses)", rate=Decimal(20), side=Side.COSTS.value)
LINE = LineFacts(1, Decimal(100), Decimal(20), category=reference(), tax_rate=RATE)
GOOD = DocumentFacts(
    kind=DocumentKind.BILL,
    publish_as=PublishAs.AWAITING_PAYMENT,
    currency="GBP",
    lines=(LINE,),
    supplier=reference("City Fuel Ltd"),
    date=date(2027, 3, 3),
    due_date=date(2027, 4, 2),
    reference="INV-2231",
    total=Decimal(120),
    file_bytes=1000,
    file_extension="pdf",
)
CHOICES = tuple(PublishChoice(publish_as, publish_as.value) for publish_as in PublishAs)
BOOKS = BooksFacts(
    kinds=(
        KindChoice(DocumentKind.BILL, "Bill", CHOICES),
        KindChoice(DocumentKind.EXPENSE, "Spend money", (PublishChoice(PublishAs.AWAITING_PAYMENT, "Paid"),)),
    ),
    tax_modes=tuple(TaxMode),
    files=FileLimits(10, 10 * MEGABYTE, (".pdf", ".png", ".jpg")),
    base_currency="GBP",
    currencies=("GBP", "EUR"),
)


def line(**changes: Any) -> dict[str, Any]:
    return {"lines": (replace(LINE, **changes),)}


def test_a_complete_document_has_nothing_in_its_way() -> None:
    assert check_document(GOOD, BOOKS) == []


@pytest.mark.parametrize("rate", [None, replace(RATE, remote_id=""), replace(RATE, alive=False)])
def test_books_that_keep_no_tax_need_no_rate_for_it(rate: Reference | None) -> None:
    document = replace(GOOD, **line(tax_rate=rate))
    assert check_document(document, BOOKS) != []
    assert list_blocking(check_document(document, replace(BOOKS, keeps_tax=False))) == []


def test_tax_that_becomes_part_of_the_cost_is_told_and_holds_nothing() -> None:
    untaxed = replace(BOOKS, keeps_tax=False)
    (told,) = check_document(GOOD, untaxed)
    assert (told.field, told.reason, told.weight) == ("", Reason.TAX_IN_COST, Weight.NOTICE)
    assert told.data == {"tax": "£20.00"}
    computed = replace(GOOD, **line(tax=None))
    assert check_document(computed, untaxed) == [told]
    for document in (
        replace(GOOD, total=Decimal(100), **line(tax=Decimal(0))),
        replace(GOOD, total=Decimal(100), tax_mode=TaxMode.NO_TAX, **line(tax=None, tax_rate=None)),
    ):
        assert check_document(document, untaxed) == []


@pytest.mark.parametrize(
    ("document", "books", "field", "reason", "weight"),
    [
        ({"supplier": None}, {}, "supplier", Reason.SUPPLIER_MISSING, Weight.EDIT),
        ({"date": None}, {}, "date", Reason.DATE_MISSING, Weight.EDIT),
        ({"due_date": None}, {}, "due_date", Reason.DUE_DATE_MISSING, Weight.EDIT),
        ({"due_date": date(2027, 3, 2)}, {}, "due_date", Reason.DUE_BEFORE_DATE, Weight.EDIT),
        ({"total": None}, {}, "total", Reason.TOTAL_MISSING, Weight.EDIT),
        ({"total": Decimal("120.01")}, {}, "total", Reason.TOTALS_DISAGREE, Weight.EDIT),
        (line(net=None), {}, "lines.1.net", Reason.AMOUNT_MISSING, Weight.EDIT),
        (line(category=None), {}, "lines.1.category", Reason.CATEGORY_MISSING, Weight.EDIT),
        (line(tax_rate=None), {}, "lines.1.tax_rate", Reason.TAX_RATE_MISSING, Weight.EDIT),
        ({"tax_mode": TaxMode.NO_TAX}, {}, "lines.1.tax", Reason.TAX_WITHOUT_RATE, Weight.EDIT),
        (
            {"tax_mode": TaxMode.NO_TAX, **line(tax=None)},
            {},
            "lines.1.tax",
            Reason.TAX_WITHOUT_RATE,
            Weight.EDIT,
        ),
        (
            {"tax_mode": TaxMode.INCLUSIVE},
            {"tax_modes": (TaxMode.EXCLUSIVE,)},
            "tax_mode",
            Reason.TAX_MODE_NOT_TAKEN,
            Weight.EDIT,
        ),
        ({"kind": DocumentKind.SUPPLIER_CREDIT}, {}, "kind", Reason.KIND_NOT_TAKEN, Weight.EDIT),
        (
            {"kind": DocumentKind.EXPENSE, "publish_as": PublishAs.DRAFT, "paid_from": reference("Bank")},
            {},
            "publish_as",
            Reason.PUBLISH_AS_NOT_TAKEN,
            Weight.EDIT,
        ),
        ({"kind": DocumentKind.EXPENSE}, {}, "paid_from", Reason.PAID_FROM_MISSING, Weight.EDIT),
        (
            {"kind": DocumentKind.EXPENSE, "paid_from": reference("Bank", remote_id="")},
            {},
            "paid_from",
            Reason.PAID_FROM_UNMATCHED,
            Weight.HOLD,
        ),
        ({"paid": True}, {}, "kind", Reason.PAID_AS_BILL, Weight.EDIT),
        ({}, {"reference_length": 7}, "reference", Reason.REFERENCE_TOO_LONG, Weight.EDIT),
        ({"file_bytes": 11 * MEGABYTE}, {}, "file", Reason.FILE_TOO_LARGE, Weight.EDIT),
        ({"file_extension": "heic"}, {}, "file", Reason.FILE_NOT_TAKEN, Weight.EDIT),
        ({"archived": True}, {}, "", Reason.ARCHIVED, Weight.EDIT),
        ({}, {"locked_until": date(2027, 3, 3)}, "date", Reason.PERIOD_LOCKED, Weight.HOLD),
        ({}, {"closed_until": date(2027, 3, 3)}, "date", Reason.BOOKS_CLOSED, Weight.HOLD),
        ({"currency": "USD"}, {}, "currency", Reason.CURRENCY_NOT_ENABLED, Weight.HOLD),
        (
            line(category=reference(remote_id="")),
            {},
            "lines.1.category",
            Reason.CATEGORY_UNMATCHED,
            Weight.HOLD,
        ),
        (
            line(category=reference(alive=False)),
            {},
            "lines.1.category",
            Reason.CATEGORY_ARCHIVED,
            Weight.HOLD,
        ),
        (
            line(tax_rate=replace(RATE, remote_id="")),
            {},
            "lines.1.tax_rate",
            Reason.TAX_RATE_UNMATCHED,
            Weight.HOLD,
        ),
        (
            line(tax_rate=replace(RATE, alive=False)),
            {},
            "lines.1.tax_rate",
            Reason.TAX_RATE_ARCHIVED,
            Weight.HOLD,
        ),
        (
            line(tax_rate=replace(RATE, side=Side.SALES.value)),
            {},
            "lines.1.tax_rate",
            Reason.TAX_RATE_WRONG_SIDE,
            Weight.EDIT,
        ),
        (
            {"supplier": reference("Old Ltd", alive=False)},
            {},
            "supplier",
            Reason.SUPPLIER_ARCHIVED,
            Weight.HOLD,
        ),
        (
            {"supplier": reference("New Ltd", remote_id="")},
            {"asks_for_new_suppliers": True},
            "supplier",
            Reason.NEW_SUPPLIER,
            Weight.HOLD,
        ),
    ],
)
@pytest.mark.req("PUB-07")
def test_each_rule(
    document: dict[str, Any], books: dict[str, Any], field: str, reason: Reason, weight: Weight
) -> None:
    problems = check_document(replace(GOOD, **document), replace(BOOKS, **books))
    assert [(found.field, found.reason, found.weight) for found in problems] == [(field, reason, weight)]


def test_a_new_supplier_is_only_mentioned_where_nobody_asks() -> None:
    problems = check_document(replace(GOOD, supplier=reference("New Ltd", remote_id="")), BOOKS)
    assert [found.weight for found in problems] == [Weight.NOTICE]
    assert list_blocking(problems) == []


def test_an_accepted_new_supplier_holds_nothing() -> None:
    document = replace(GOOD, supplier=reference("New Ltd", remote_id=""), new_supplier_accepted=True)
    assert list_blocking(check_document(document, replace(BOOKS, asks_for_new_suppliers=True))) == []


@pytest.mark.parametrize(
    "option", [reference("Leeds", remote_id=""), reference("Leeds", alive=False), reference("Leeds")]
)
def test_a_project_never_holds_a_document_but_is_named(option: Reference) -> None:
    problems = check_document(replace(GOOD, **line(tracking=(option,))), BOOKS)
    assert [(found.reason, found.weight) for found in problems] == [(Reason.TRACKING_LEFT_OUT, Weight.NOTICE)]


SHARED = replace(BOOKS, shared_dimensions=(SharedDimension("Department", "Location", "tracking_2"),))
LEEDS = reference("Leeds", remote_id="l-1", dimension_id="Department")
YORK = reference("York", remote_id="l-2", dimension_id="Department")
NORTH = reference("North", remote_id="l-2", dimension_id="Class")


def tracked(*options: tuple[Reference, ...]) -> DocumentFacts:
    """A document with a line for each group of tracking options."""
    lines = tuple(
        replace(LINE, position=number, net=Decimal(10), tax=Decimal(2), tracking=tracking)
        for number, tracking in enumerate(options, 1)
    )
    return replace(GOOD, lines=lines, total=Decimal(12) * len(lines))


@pytest.mark.parametrize(
    ("options", "field", "labels"),
    [
        (((LEEDS,), (LEEDS,), (YORK,)), "lines.3.tracking_2", "Leeds and York"),
        (((LEEDS,), ()), "lines.2.tracking_2", "Leeds and none"),
        (((NORTH,), (LEEDS, NORTH)), "lines.2.tracking_2", "none and Leeds"),
    ],
)
@pytest.mark.req("PUB-07")
def test_lines_that_disagree_about_what_a_whole_document_has_are_stopped(
    options: tuple[tuple[Reference, ...], ...], field: str, labels: str
) -> None:
    (problem,) = check_document(tracked(*options), SHARED)
    assert (problem.field, problem.reason, problem.weight) == (field, Reason.TRACKING_DIFFERS, Weight.EDIT)
    assert problem.data == {"dimension": "Location", "labels": labels}


def test_lines_that_agree_or_differ_in_what_each_line_has_are_not_stopped() -> None:
    same = ((LEEDS,), (replace(LEEDS, label="Leeds, again"),))
    assert check_document(tracked(*same), SHARED) == []
    assert check_document(tracked((), ()), SHARED) == []
    assert check_document(tracked((NORTH,), ()), SHARED) == []
    assert check_document(tracked((LEEDS,), (YORK,)), BOOKS) == []


def test_an_option_that_is_left_out_does_not_count_as_another_one() -> None:
    unmatched = replace(YORK, remote_id="")
    problems = check_document(tracked((), (unmatched,)), SHARED)
    assert [found.reason for found in problems] == [Reason.TRACKING_LEFT_OUT]


def test_a_number_of_just_the_length_that_is_taken_passes() -> None:
    assert check_document(GOOD, replace(BOOKS, reference_length=len(GOOD.reference))) == []


def test_one_unmatched_entry_on_ten_lines_is_one_problem() -> None:
    unmatched = reference(remote_id="")
    lines = tuple(
        replace(LINE, position=n, net=Decimal(10), tax=Decimal(2), category=unmatched) for n in range(1, 11)
    )
    problems = check_document(replace(GOOD, lines=lines), BOOKS)
    assert [found.reason for found in problems] == [Reason.CATEGORY_UNMATCHED]


def test_what_needs_an_edit_comes_before_what_only_holds() -> None:
    document = replace(GOOD, total=None, **line(category=reference(remote_id="")))
    assert [found.weight for found in check_document(document, BOOKS)] == [Weight.EDIT, Weight.HOLD]


def test_whether_it_goes_to_these_books_at_all_comes_first() -> None:
    books = replace(BOOKS, kinds=BOOKS.kinds[1:], documents_from=date(2027, 4, 1))
    reasons = [found.reason for found in check_document(GOOD, books)]
    assert reasons[:2] == [Reason.BEFORE_START, Reason.KIND_NOT_TAKEN]
    accepted = check_document(replace(GOOD, early_accepted=True), books)
    assert [found.reason for found in accepted] == reasons[1:]


def test_a_draft_needs_no_due_date() -> None:
    assert check_document(replace(GOOD, due_date=None, publish_as=PublishAs.DRAFT), BOOKS) == []
