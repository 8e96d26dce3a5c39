"""The bodies that we send: exact to the penny, and compared with what comes back."""

import json
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.types import DocumentKind, OutgoingDocument, OutgoingLine, PublishAs, TaxMode
from bookbind.providers.xero import publish
from bookbind.providers.xero.publish import (
    PAPERS,
    build_document,
    is_marked,
    marker_url,
    parse_published,
    split_amount,
)
from tests.providers.xero.payload import reply

CENT = Decimal("0.01")
ACCOUNT, CONTACT = "a0000000-0000-4000-8000-000000000400", "c0000000-0000-4000-8000-000000000001"
BANK = "a0000000-0000-4000-8000-000000000090"
REGION, NORTH = "d0000000-0000-4000-8000-000000000001", "e0000000-0000-4000-8000-000000000001"

money = st.decimals(min_value=Decimal("-99999.99"), max_value=Decimal("9999999.99"), places=2)
quantities = st.decimals(min_value=Decimal("0.0001"), max_value=9999, places=4)


@st.composite
def documents(draw: st.DrawFn) -> OutgoingDocument:
    """Any document that the product could send, whatever a supplier printed on it."""
    mode = draw(st.sampled_from(TaxMode))
    lines = tuple(draw(st.lists(lines_of(mode), min_size=1, max_size=6)))
    net, tax = sum((line.net for line in lines), Decimal(0)), sum((line.tax for line in lines), Decimal(0))
    kind = draw(st.sampled_from(DocumentKind))
    return OutgoingDocument(
        kind=kind,
        publish_as=PublishAs.AWAITING_PAYMENT
        if kind is DocumentKind.EXPENSE
        else draw(st.sampled_from(PublishAs)),
        marker="0192f3c4-marker",
        contact_id=CONTACT,
        contact_name="City Fuel Ltd",
        date=draw(st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        due_date=draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        reference=draw(st.text(max_size=300)),
        currency="GBP",
        tax_mode=mode,
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
        paid_from_id=BANK,
    )


@st.composite
def lines_of(draw: st.DrawFn, mode: TaxMode) -> OutgoingLine:
    amount, quantity = draw(money), draw(quantities)
    return OutgoingLine(
        description=draw(st.text(max_size=60)),
        quantity=quantity,
        unit_amount=(amount / quantity).quantize(Decimal("0.0001")),
        net=amount,
        tax=Decimal(0) if mode is TaxMode.NO_TAX else draw(money),
        category_id=ACCOUNT,
        category_code="400",
        tax_rate_id="" if mode is TaxMode.NO_TAX else "INPUT2",
        tracking=draw(st.sampled_from([(), ((REGION, NORTH),)])),
    )


def a_bill(**changes: Any) -> OutgoingDocument:
    line = OutgoingLine(
        "Diesel",
        Decimal(3),
        Decimal("33.3333"),
        Decimal(100),
        Decimal(20),
        ACCOUNT,
        "400",
        "INPUT2",
        ((REGION, NORTH),),
    )
    values: dict[str, Any] = {
        "kind": DocumentKind.BILL,
        "publish_as": PublishAs.DRAFT,
        "marker": "0192f3c4-marker",
        "contact_id": CONTACT,
        "contact_name": "City Fuel Ltd",
        "date": date(2026, 11, 1),
        "due_date": date(2026, 11, 30),
        "reference": "CF-1001",
        "currency": "GBP",
        "tax_mode": TaxMode.EXCLUSIVE,
        "lines": (line,),
        "net": Decimal(100),
        "tax": Decimal(20),
        "total": Decimal(120),
    }
    return OutgoingDocument(**(values | changes))


def sent(document: OutgoingDocument) -> dict[str, Any]:
    """The one element of the body, read back with exact decimals."""
    content = reply(200, publish.prepare(document).body).json()
    (element,) = content[PAPERS[document.kind].plural]
    found: dict[str, Any] = element
    return found


def test_a_bill_is_written_in_xeros_words() -> None:
    assert sent(a_bill()) == {
        "Type": "ACCPAY",
        "Contact": {"ContactID": CONTACT},
        "Date": "2026-11-01",
        "DueDate": "2026-11-30",
        "InvoiceNumber": "CF-1001",
        "CurrencyCode": "GBP",
        "LineAmountTypes": "Exclusive",
        "Status": "DRAFT",
        "Url": "http://localhost:8000/p/0192f3c4-marker",
        "LineItems": [
            {
                "Description": "Diesel",
                "Quantity": Decimal(3),
                "UnitAmount": Decimal("33.3333"),
                "LineAmount": Decimal(100),
                "AccountID": ACCOUNT,
                "TaxType": "INPUT2",
                "TaxAmount": Decimal(20),
                "Tracking": [{"TrackingCategoryID": REGION, "TrackingOptionID": NORTH}],
            }
        ],
    }


@pytest.mark.req("PUB-10")
@pytest.mark.parametrize(
    ("publish_as", "status"),
    [
        (PublishAs.DRAFT, "DRAFT"),
        (PublishAs.AWAITING_APPROVAL, "SUBMITTED"),
        (PublishAs.AWAITING_PAYMENT, "AUTHORISED"),
    ],
)
def test_a_bill_is_exactly_as_final_as_asked(publish_as: PublishAs, status: str) -> None:
    assert sent(a_bill(publish_as=publish_as))["Status"] == status


def test_a_credit_note_and_money_spent_have_their_own_fields() -> None:
    credit = sent(a_bill(kind=DocumentKind.SUPPLIER_CREDIT))
    assert (credit["Type"], credit["CreditNoteNumber"]) == ("ACCPAYCREDIT", "CF-1001")
    assert "Url" not in credit
    spent = sent(a_bill(kind=DocumentKind.EXPENSE, publish_as=PublishAs.AWAITING_PAYMENT, paid_from_id=BANK))
    assert (spent["Type"], spent["Reference"]) == ("SPEND", "CF-1001")
    assert spent["BankAccount"] == {"AccountID": BANK}
    assert not {"DueDate", "CurrencyCode"} & spent.keys()
    assert spent["Url"].endswith("/p/0192f3c4-marker")


def test_what_is_empty_is_not_sent() -> None:
    bare = sent(a_bill(reference="", due_date=None, lines=(replace(a_bill().lines[0], tracking=()),)))
    assert not {"InvoiceNumber", "DueDate"} & bare.keys()
    assert "Tracking" not in bare["LineItems"][0]


def test_a_line_without_words_is_described_by_the_document() -> None:
    silent = replace(a_bill().lines[0], description="")
    assert sent(a_bill(lines=(silent,)))["LineItems"][0]["Description"] == "CF-1001"
    assert sent(a_bill(lines=(silent,), reference=""))["LineItems"][0]["Description"] == "City Fuel Ltd"


@pytest.mark.req("PUB-09")
@given(documents())
def test_totals_equal_the_document_to_the_penny(document: OutgoingDocument) -> None:
    element = sent(document)
    amounts = sum((line["LineAmount"] for line in element["LineItems"]), Decimal(0))
    taxes = sum((line.get("TaxAmount", Decimal(0)) for line in element["LineItems"]), Decimal(0))
    assert amounts + (0 if document.tax_mode is TaxMode.INCLUSIVE else taxes) == document.total
    assert taxes == document.tax
    for line in element["LineItems"]:
        product = (line["Quantity"] * line["UnitAmount"]).quantize(CENT, ROUND_HALF_UP)
        assert product == line["LineAmount"]
        assert line["Quantity"] > 0


@given(money, quantities)
def test_a_split_multiplies_back_to_its_amount(amount: Decimal, quantity: Decimal) -> None:
    count, unit = split_amount(amount, quantity)
    assert (count * unit).quantize(CENT, ROUND_HALF_UP) == amount
    assert (count, unit) == (1, amount) or count == quantity


@pytest.mark.parametrize("quantity", ["0", "-2", "0.00001"])
def test_an_odd_quantity_becomes_one(quantity: str) -> None:
    assert split_amount(Decimal("9.99"), Decimal(quantity)) == (1, Decimal("9.99"))


def test_an_amount_that_json_cannot_carry_is_refused_before_it_is_sent() -> None:
    huge = replace(a_bill().lines[0], net=Decimal("12345678901234567.89"), quantity=Decimal(1))
    with pytest.raises(ProviderError) as raised:
        publish.prepare(a_bill(lines=(huge,)))
    assert raised.value.kind is ErrorKind.REJECTED
    assert raised.value.field_errors[0].reason is RejectedReason.AMOUNTS_DISAGREE


@pytest.mark.req("CON-13")
def test_a_link_with_xeros_name_in_it_is_the_operators_affair(settings: Any) -> None:
    settings.BASE_URL = "https://Xero-tools.example"
    with pytest.raises(ProviderError) as raised:
        marker_url("m-1")
    assert raised.value.kind is ErrorKind.MISCONFIGURED


def test_a_marker_is_known_under_any_address() -> None:
    assert is_marked({"Url": "https://old.example/p/m-1"}, "m-1")
    assert not is_marked({"Url": "https://old.example/p/m-10"}, "m-1")
    assert not is_marked({"Url": "https://old.example/p/"}, "")
    assert not is_marked({}, "m-1")


def came_back(document: OutgoingDocument, **changes: Any) -> tuple[str, ...]:
    """What we would say of an answer that differs in `changes` from what was sent."""
    element = sent(document)
    row = {
        **json.loads(json.dumps(element, default=str)),
        "InvoiceID": "i-1",
        "Total": document.total,
        "TotalTax": document.tax,
        **changes,
    }
    return parse_published(row, document.kind, "!abc", element).differences


def test_an_answer_like_what_was_sent_has_no_differences() -> None:
    assert came_back(a_bill()) == ()


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"Total": Decimal("120.01")}, ("total",)),
        ({"TotalTax": Decimal("19.99")}, ("tax",)),
        ({"Status": "AUTHORISED"}, ("status",)),
        ({"InvoiceNumber": ""}, ("reference",)),
        ({"CurrencyCode": "EUR"}, ("currency",)),
        ({"Url": None}, ("link",)),
        ({"LineItems": []}, ("lines",)),
    ],
)
def test_each_field_that_xero_changes_is_named(changes: dict[str, Any], names: tuple[str, ...]) -> None:
    assert came_back(a_bill(), **changes) == names


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"Tracking": []}, ("tracking",)),
        ({"TaxType": "NONE"}, ("tax_rate",)),
        ({"AccountID": "another"}, ("category",)),
        ({"AccountID": ACCOUNT.upper()}, ()),
        ({"AccountID": None, "AccountCode": "400"}, ()),
    ],
)
def test_each_lost_field_of_a_line_is_named(changes: dict[str, Any], names: tuple[str, ...]) -> None:
    (line,) = sent(a_bill())["LineItems"]
    assert came_back(a_bill(), LineItems=[line | changes]) == names


def test_building_is_pure() -> None:
    assert build_document(a_bill()) == build_document(a_bill())
    assert publish.prepare(a_bill()).body == publish.prepare(a_bill()).body
