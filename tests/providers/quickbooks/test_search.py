"""Looking for what stands in the books already: ours, alike, nothing, or no way to tell."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import CannotTell, DocumentKind, Nothing, Ours, Twins
from bookbind.providers.quickbooks.client import CompanyApi, refused
from bookbind.providers.quickbooks.search import find_document, is_alike
from tests.providers.conftest import ORGANISATION
from tests.providers.contract.books import Books
from tests.providers.quickbooks.payload import payload, reply
from tests.providers.quickbooks.test_publish import a_bill, a_line
from tests.providers.quickbooks.test_refusals import fault

OURS = a_bill()


def row(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = payload("bill")["Bill"] | changes
    return found


@pytest.mark.parametrize(
    ("there", "alike"),
    [
        (row(), True),
        (row(TxnDate="2026-01-01", TotalAmt=Decimal(1)), True),
        (row(DocNumber="cf-1001", TotalAmt=Decimal(1)), True),
        (row(DocNumber="OTHER"), True),
        (row(DocNumber=None), True),
        (row(VendorRef={"value": "99", "name": "CITY FUEL ltd"}), True),
        (row(VendorRef={"value": "99", "name": "Another Ltd"}), False),
        (row(VendorRef=None), False),
        (row(DocNumber="OTHER", TxnDate="2026-11-03"), False),
        (row(DocNumber="OTHER", TotalAmt=Decimal("120.01")), False),
        (row(TotalAmt=Decimal(0), PrivateNote="Voided"), False),
        (row(TotalAmt=Decimal(0), PrivateNote="a free sample"), True),
    ],
)
@pytest.mark.req("PUB-08")
def test_what_is_alike_is_of_the_same_supplier_and_number_or_day_and_total(
    there: dict[str, Any], *, alike: bool
) -> None:
    assert is_alike(there, OURS) is alike


def test_two_documents_without_numbers_are_not_alike_for_that() -> None:
    unnumbered = replace(OURS, reference="", total=Decimal(1))
    assert not is_alike(row(DocNumber=""), unnumbered)


def test_a_bill_is_ours_by_its_note_even_under_another_supplier_number_and_day(books: Books) -> None:
    document = books.bill(marker="0192-abc")
    published = books.session.send(books.session.prepare(document), "key-1")
    other = replace(document, contact_id="999", contact_name="X", reference="Y", date=date(2026, 1, 1))
    found = books.session.find(other, books.since)
    assert isinstance(found, Ours)
    assert found.published == replace(published, differences=())


def test_a_bill_entered_by_hand_is_a_twin_once_however_many_searches_find_it(books: Books) -> None:
    document = books.bill()
    books.visitor.sandbox.control(
        "add_bill",
        vendor="quickbooks",
        organisation=ORGANISATION,
        contact=document.contact_id,
        reference=document.reference,
        date=document.date.isoformat(),
        total="129.99",
    )
    found = books.session.find(document, books.since)
    assert isinstance(found, Twins)
    (twin,) = found.twins
    assert (twin.number, twin.total, twin.status) == ("CF-1001", Decimal("129.99"), "Open")


def test_a_bill_is_no_twin_of_an_expense(books: Books) -> None:
    books.session.send(books.session.prepare(books.bill(marker="other")), "key-1")
    expense = books.bill(kind=DocumentKind.EXPENSE)
    assert isinstance(books.session.find(expense, books.since), Nothing)


class RefusingApi(CompanyApi):
    """A company whose queries come back with an error of the test's."""

    def __init__(self, error: ProviderError) -> None:
        self.error = error

    def rows(self, *_: object) -> list[dict[str, Any]]:
        raise self.error


def test_a_query_that_is_refused_proves_nothing(books: Books) -> None:
    error = refused(reply(400, fault("4001", "QueryValidationError: property DocNumber is not queryable")))
    assert error.kind is ErrorKind.CHANGED_SHAPE
    assert isinstance(find_document(RefusingApi(error), OURS, books.since), CannotTell)


@pytest.mark.parametrize("kind", [ErrorKind.TRANSIENT, ErrorKind.PROVIDER_DOWN, ErrorKind.NEEDS_RECONNECT])
def test_a_search_that_broke_off_is_not_taken_for_an_answer(books: Books, kind: ErrorKind) -> None:
    with pytest.raises(ProviderError) as raised:
        find_document(RefusingApi(ProviderError(kind)), a_bill(a_line()), books.since)
    assert raised.value.kind is kind
