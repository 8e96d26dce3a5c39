"""The checks before sending: facts in, problems out; pure, in the order in which a person would fix them."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from bookbind.documents.totals import ZERO, LineAmounts, find_difference, line_tax, sum_lines
from bookbind.kit.money import show_money
from bookbind.kit.text import show_date
from bookbind.providers.base.contract import FileLimits, KindChoice
from bookbind.providers.base.types import DocumentKind, PublishAs, Side, TaxComponent, TaxMode
from bookbind.publishing.instead import question_key
from bookbind.publishing.reasons import Problem, Reason, Weight


@dataclass(frozen=True)
class Reference:
    """A list item as one connection knows it; `remote_id` is empty while it has no match there."""

    item_id: UUID
    label: str
    remote_id: str = ""
    remote_label: str = ""
    remote_code: str = ""
    alive: bool = True
    side: str = ""
    rate: Decimal | None = None
    tax_number: str = ""
    email: str = ""
    dimension_id: str = ""
    family: str = ""
    tax_components: tuple[TaxComponent, ...] = ()

    @property
    def is_sent(self) -> bool:
        """Whether a tracking option reaches the books: it has a usable match in a dimension in use."""
        return bool(self.remote_id and self.alive and self.dimension_id)


@dataclass(frozen=True)
class LineFacts:
    """One line with what it points to."""

    position: int
    net: Decimal | None
    tax: Decimal | None = None
    quantity: Decimal = Decimal(1)
    description: str = ""
    category: Reference | None = None
    tax_rate: Reference | None = None
    tracking: tuple[Reference, ...] = ()

    @property
    def amounts(self) -> LineAmounts:
        """The line's amounts for sums."""
        return LineAmounts(self.net, self.tax, self.tax_rate.rate if self.tax_rate else None)


@dataclass(frozen=True)
class DocumentFacts:
    """A document with what it points to, as one connection sees it."""

    kind: DocumentKind
    publish_as: PublishAs
    currency: str
    lines: tuple[LineFacts, ...]
    supplier: Reference | None = None
    date: dt.date | None = None
    due_date: dt.date | None = None
    reference: str = ""
    tax_mode: TaxMode = TaxMode.EXCLUSIVE
    total: Decimal | None = None
    note: str = ""
    paid: bool = False
    paid_from: Reference | None = None
    file_bytes: int = 0
    file_extension: str = ""
    archived: bool = False
    kept_here: bool = False
    new_supplier_accepted: bool = False
    early_accepted: bool = False
    sources: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SharedDimension:
    """A dimension of which a whole document has one option, however many lines it has; `slot` is its list."""

    remote_id: str
    name: str
    slot: str


@dataclass(frozen=True)
class BooksFacts:
    """What the connection's books take and allow.

    `start_chosen` is who chose `documents_from` and when: ` by Ada Admin on 22 November 2026`. Books that do
    not keep tax have it as part of what a line costs, and need no rate for it.
    """

    kinds: tuple[KindChoice, ...]
    tax_modes: tuple[TaxMode, ...]
    files: FileLimits
    base_currency: str = ""
    currencies: tuple[str, ...] = ()
    locked_until: dt.date | None = None
    closed_until: dt.date | None = None
    documents_from: dt.date | None = None
    start_chosen: str = ""
    asks_for_new_suppliers: bool = False
    keeps_tax: bool = True
    reference_length: int | None = None
    shared_dimensions: tuple[SharedDimension, ...] = ()

    def kind_choice(self, kind: DocumentKind) -> KindChoice | None:
        """How the books take this kind; None when they do not."""
        return next((choice for choice in self.kinds if choice.kind == kind), None)


def check_document(document: DocumentFacts, books: BooksFacts) -> list[Problem]:
    """Everything in the way, what needs an edit first; empty when the document can be sent.

    Before all else comes the first day of the books: whether the document goes there at all is decided first.
    """
    problems = [
        *_check_fields(document, books),
        *_check_amounts(document),
        *_check_choices(document, books),
        *_check_file(document, books.files),
        *_check_books(document, books),
        *_check_matches(document, books),
        *_check_shared_dimensions(document, books),
        *_tell_tax_in_cost(document, books),
    ]
    order = list(Weight)
    return sorted(problems, key=lambda each: (each.reason != Reason.BEFORE_START, order.index(each.weight)))


def check_alone(document: DocumentFacts) -> list[Problem]:
    """The same without any books: what is missing, does not add up, or is no longer in use."""
    problems = [*_check_fields(document), *_check_amounts(document)]
    if document.kind is DocumentKind.EXPENSE and document.paid_from is None:
        problems.append(Problem("paid_from", Reason.PAID_FROM_MISSING))
    named = [("supplier", document.supplier), ("paid_from", document.paid_from)]
    for line in document.lines:
        named += [(_at(line, "category"), line.category), (_at(line, "tax_rate"), line.tax_rate)]
        named += [(_at(line, "tracking"), option) for option in line.tracking]
    for name, reference in named:
        if reference is not None and not reference.alive:
            words = {"label": reference.label, "item": str(reference.item_id)}
            problems.append(Problem(name, Reason.ENTRY_ARCHIVED, data=words))
    return problems


def tax_in_cost(document: DocumentFacts, books: BooksFacts) -> Decimal:
    """How much tax becomes part of what the document cost, because the books keep none apart."""
    if books.keeps_tax or document.tax_mode is TaxMode.NO_TAX:
        return ZERO
    return sum_lines((line.amounts for line in document.lines), document.currency).tax


def list_blocking(problems: list[Problem]) -> list[Problem]:
    """The problems that really stand in the way; notices do not."""
    return [problem for problem in problems if problem.weight is not Weight.NOTICE]


def _check_fields(document: DocumentFacts, books: BooksFacts | None = None) -> Iterator[Problem]:
    if document.archived:
        yield Problem("", Reason.ARCHIVED)
    if document.supplier is None:
        yield Problem("supplier", Reason.SUPPLIER_MISSING)
    if document.date is None:
        yield Problem("date", Reason.DATE_MISSING)
    needs_due = document.kind is DocumentKind.BILL and document.publish_as is PublishAs.AWAITING_PAYMENT
    if needs_due and document.due_date is None:
        yield Problem("due_date", Reason.DUE_DATE_MISSING, data=_draft_words(books))
    if document.date and document.due_date and document.due_date < document.date:
        yield Problem("due_date", Reason.DUE_BEFORE_DATE)
    for line in document.lines:
        if line.category is None:
            yield Problem(_at(line, "category"), Reason.CATEGORY_MISSING, data=_line_words(document, line))
        if line.tax_rate is None and needs_rates(document, books):
            yield Problem(_at(line, "tax_rate"), Reason.TAX_RATE_MISSING, data=_line_words(document, line))


def _check_amounts(document: DocumentFacts) -> Iterator[Problem]:
    missing = [line for line in document.lines if line.net is None]
    for line in missing:
        yield Problem(_at(line, "net"), Reason.AMOUNT_MISSING, data=_line_words(document, line))
    if document.tax_mode is TaxMode.NO_TAX:
        for line in document.lines:
            # What a rate comes to counts like what was typed: neither would be sent.
            if line_tax(line.amounts, document.currency):
                yield Problem(_at(line, "tax"), Reason.TAX_WITHOUT_RATE, data=_line_words(document, line))
    if document.total is None:
        yield Problem("total", Reason.TOTAL_MISSING)
        return
    if document.total < ZERO:
        yield Problem("total", Reason.TOTAL_NEGATIVE)
    difference = find_difference(document.total, (line.amounts for line in document.lines), document.currency)
    if difference and not missing:
        words = {
            "difference": show_money(abs(difference), document.currency),
            "total": show_money(document.total, document.currency),
            "direction": "less" if difference > ZERO else "more",
        }
        yield Problem("total", Reason.TOTALS_DISAGREE, data=words)


def _check_choices(document: DocumentFacts, books: BooksFacts) -> Iterator[Problem]:
    if document.kept_here:
        yield Problem("publish_as", Reason.KEPT_HERE, Weight.HOLD)
        return
    choice = books.kind_choice(document.kind)
    if choice is None:
        yield Problem("kind", Reason.KIND_NOT_TAKEN, data={"question": question_key(document.kind, None)})
        return
    if document.publish_as not in {option.publish_as for option in choice.choices}:
        offered = " or ".join(option.label for option in choice.choices)
        words = {
            "kind": KINDS[document.kind],
            "asked": FINALITY[document.publish_as],
            "offered": offered,
            "question": question_key(document.kind, document.publish_as),
        }
        yield Problem("publish_as", Reason.PUBLISH_AS_NOT_TAKEN, data=words)
    if document.tax_mode not in books.tax_modes:
        yield Problem("tax_mode", Reason.TAX_MODE_NOT_TAKEN)
    expense = books.kind_choice(DocumentKind.EXPENSE)
    if document.kind is DocumentKind.EXPENSE and document.paid_from is None:
        yield Problem("paid_from", Reason.PAID_FROM_MISSING)
    if books.reference_length is not None and len(document.reference) > books.reference_length:
        words = {"length": str(len(document.reference)), "limit": str(books.reference_length)}
        yield Problem("reference", Reason.REFERENCE_TOO_LONG, data=words)
    if document.kind is DocumentKind.BILL and document.paid and expense is not None:
        yield Problem("kind", Reason.PAID_AS_BILL, data={"kind": choice.label, "expense": expense.label})


def _check_file(document: DocumentFacts, limits: FileLimits) -> Iterator[Problem]:
    if not document.file_bytes or not limits.count:
        return
    if document.file_bytes > limits.size_bytes:
        words = {"size": _megabytes(document.file_bytes), "limit": _megabytes(limits.size_bytes)}
        yield Problem("file", Reason.FILE_TOO_LARGE, data=words)
    if limits.extensions and document.file_extension not in {_bare(taken) for taken in limits.extensions}:
        yield Problem("file", Reason.FILE_NOT_TAKEN, data={"extension": document.file_extension.upper()})


def _check_books(document: DocumentFacts, books: BooksFacts) -> Iterator[Problem]:
    day = document.date
    if day and books.closed_until and day <= books.closed_until:
        yield Problem("date", Reason.BOOKS_CLOSED, Weight.HOLD, _dates(day, books.closed_until))
    elif day and books.locked_until and day <= books.locked_until:
        yield Problem("date", Reason.PERIOD_LOCKED, Weight.HOLD, _dates(day, books.locked_until))
    if day and books.documents_from and day < books.documents_from and not document.early_accepted:
        words = {**_dates(day, books.documents_from), "chosen": books.start_chosen}
        yield Problem("date", Reason.BEFORE_START, Weight.HOLD, words)
    allowed = {books.base_currency, *books.currencies} - {""}
    if allowed and document.currency not in allowed:
        yield Problem("currency", Reason.CURRENCY_NOT_ENABLED, Weight.HOLD, {"currency": document.currency})


def _check_matches(document: DocumentFacts, books: BooksFacts) -> Iterator[Problem]:
    yield from _check_supplier(document, books)
    unmatched: set[str] = set()
    for line in document.lines:
        found = [
            *_check_reference(_at(line, "category"), line.category, _CATEGORY),
            *(_check_tax_rate(line) if needs_rates(document, books) else ()),
        ]
        # One entry that ten lines share is one thing to do, not ten.
        fresh = [problem for problem in found if problem.data["item"] not in unmatched]
        unmatched |= {problem.data["item"] for problem in fresh}
        yield from fresh
        for option in line.tracking:
            if not option.is_sent:
                words = {"label": option.label, "item": str(option.item_id)}
                yield Problem(_at(line, "tracking"), Reason.TRACKING_LEFT_OUT, Weight.NOTICE, words)
    if document.kind is DocumentKind.EXPENSE:
        yield from _check_reference("paid_from", document.paid_from, _PAID_FROM)


def _check_shared_dimensions(document: DocumentFacts, books: BooksFacts) -> Iterator[Problem]:
    """Lines that differ in what only a whole document can have; a line without any differs as well."""
    for dimension in books.shared_dimensions:
        options = [_option_of(line, dimension) for line in document.lines]
        if len({option.remote_id if option else "" for option in options}) > 1:
            at = next(number for number, option in enumerate(options) if not _is_same(option, options[0]))
            words = {"dimension": dimension.name, "labels": _labels(options)}
            yield Problem(_at(document.lines[at], dimension.slot), Reason.TRACKING_DIFFERS, data=words)


def _tell_tax_in_cost(document: DocumentFacts, books: BooksFacts) -> Iterator[Problem]:
    tax = tax_in_cost(document, books)
    if tax:
        yield Problem("", Reason.TAX_IN_COST, Weight.NOTICE, {"tax": show_money(tax, document.currency)})


def _option_of(line: LineFacts, dimension: SharedDimension) -> Reference | None:
    sent = (option for option in line.tracking if option.is_sent)
    return next((option for option in sent if option.dimension_id == dimension.remote_id), None)


def _is_same(left: Reference | None, right: Reference | None) -> bool:
    return (left.remote_id if left else "") == (right.remote_id if right else "")


def _labels(options: list[Reference | None]) -> str:
    return " and ".join(dict.fromkeys(option.label if option else "none" for option in options))


def _check_supplier(document: DocumentFacts, books: BooksFacts) -> Iterator[Problem]:
    supplier = document.supplier
    if supplier is None:
        return
    words = {"label": supplier.label, "item": str(supplier.item_id)}
    if supplier.remote_id and not supplier.alive:
        yield Problem("supplier", Reason.SUPPLIER_ARCHIVED, Weight.HOLD, words)
    elif not supplier.remote_id:
        asks = books.asks_for_new_suppliers and not document.new_supplier_accepted
        yield Problem("supplier", Reason.NEW_SUPPLIER, Weight.HOLD if asks else Weight.NOTICE, words)


def needs_rates(document: DocumentFacts, books: BooksFacts | None) -> bool:
    """Whether each line is sent with a tax rate; without any books it may become so."""
    return document.tax_mode is not TaxMode.NO_TAX and (books is None or books.keeps_tax)


def _check_tax_rate(line: LineFacts) -> Iterator[Problem]:
    field_name = _at(line, "tax_rate")
    yield from _check_reference(field_name, line.tax_rate, _TAX_RATE)
    if line.tax_rate is not None and line.tax_rate.remote_id and line.tax_rate.side == Side.SALES:
        words = {"label": line.tax_rate.label, "item": str(line.tax_rate.item_id)}
        yield Problem(field_name, Reason.TAX_RATE_WRONG_SIDE, Weight.EDIT, words)


# Documents of a kind, and how final they are, within a sentence.
KINDS = {
    DocumentKind.BILL: "bills",
    DocumentKind.SUPPLIER_CREDIT: "credit notes",
    DocumentKind.EXPENSE: "money spent",
}
FINALITY = {
    PublishAs.DRAFT: "as drafts",
    PublishAs.AWAITING_APPROVAL: "awaiting approval",
    PublishAs.AWAITING_PAYMENT: "awaiting payment",
}
_CATEGORY = (Reason.CATEGORY_UNMATCHED, Reason.CATEGORY_ARCHIVED)
_TAX_RATE = (Reason.TAX_RATE_UNMATCHED, Reason.TAX_RATE_ARCHIVED)
_PAID_FROM = (Reason.PAID_FROM_UNMATCHED, Reason.PAID_FROM_ARCHIVED)


def _check_reference(
    name: str, reference: Reference | None, reasons: tuple[Reason, Reason]
) -> Iterator[Problem]:
    if reference is None:
        return
    words = {"label": reference.label, "item": str(reference.item_id)}
    if not reference.remote_id:
        yield Problem(name, reasons[0], Weight.HOLD, words)
    elif not reference.alive:
        yield Problem(name, reasons[1], Weight.HOLD, words)


def _at(line: LineFacts, name: str) -> str:
    return f"lines.{line.position}.{name}"


def _line_words(document: DocumentFacts, line: LineFacts) -> dict[str, str]:
    return {"line": f" on line {line.position}" if len(document.lines) > 1 else ""}


def _draft_words(books: BooksFacts | None) -> dict[str, str]:
    """A draft needs no due date, but only some books have drafts; without books it may still become one."""
    bill = books.kind_choice(DocumentKind.BILL) if books else None
    has_drafts = books is None or (
        bill is not None and any(option.publish_as is PublishAs.DRAFT for option in bill.choices)
    )
    return {"instead": ", or publish it as a draft" if has_drafts else ""}


def _dates(day: dt.date, limit: dt.date) -> dict[str, str]:
    return {"date": show_date(day), "limit": show_date(limit)}


def _megabytes(size_bytes: int) -> str:
    return f"{size_bytes / 1024 / 1024:.0f} MB"


def _bare(extension: str) -> str:
    return extension.lower().lstrip(".")
