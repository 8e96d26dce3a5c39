"""The bodies that we send: exact to the penny, and compared with what comes back."""

import copy
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.types import (
    AccountFamily,
    DocumentKind,
    Organisation,
    OutgoingDocument,
    OutgoingLine,
    PublishAs,
    TaxComponent,
    TaxMode,
)
from bookbind.providers.quickbooks import publish
from bookbind.providers.quickbooks.publish import (
    PAPERS,
    build_document,
    build_note,
    is_marked,
    parse_published,
)
from bookbind.publishing.outgoing import bear_tax
from tests.providers.quickbooks.payload import payload

BRITISH = Organisation("9130355500000001", "Acme", country="GB", currency="GBP")
AMERICAN = replace(BRITISH, country="US", keeps_tax=False)
UNREGISTERED = replace(BRITISH, keeps_tax=False)
ONE_CURRENCY = replace(BRITISH, many_currencies=False)
VAT = TaxComponent("15", Decimal(20))
NORTH, WORKSHOP = "5000000000000000001", "1"
DETAIL = "AccountBasedExpenseLineDetail"
money = st.decimals(min_value=Decimal("-99999.99"), max_value=Decimal("9999999.99"), places=2)


def a_line(net: str = "100.00", tax: str = "20.00", **changes: Any) -> OutgoingLine:
    amount = Decimal(net)
    tracking = (("Class", NORTH), ("Department", WORKSHOP))
    line = OutgoingLine(
        "Diesel", Decimal(1), amount, amount, Decimal(tax), "7", "7310", "10", tracking, (VAT,)
    )
    return replace(line, **changes)


def a_bill(*lines: OutgoingLine, **changes: Any) -> OutgoingDocument:
    kept = lines or (a_line(),)
    net, tax = sum((line.net for line in kept), Decimal(0)), sum((line.tax for line in kept), Decimal(0))
    document = OutgoingDocument(
        kind=DocumentKind.BILL,
        publish_as=PublishAs.AWAITING_PAYMENT,
        marker="marker-1",
        contact_id="56",
        contact_name="City Fuel Ltd",
        date=date(2026, 11, 2),
        due_date=date(2026, 12, 2),
        reference="CF-1001",
        currency="GBP",
        tax_mode=TaxMode.EXCLUSIVE,
        lines=kept,
        net=net,
        tax=tax,
        total=net + tax,
        note="Van 3",
    )
    return replace(document, **changes)


@st.composite
def documents(draw: st.DrawFn, company: Organisation) -> OutgoingDocument:
    """Any document that the product could send there, whatever a supplier printed on it."""
    mode = draw(st.sampled_from(TaxMode))
    location = draw(st.sampled_from(((), (("Department", WORKSHOP),))))
    lines = tuple(
        a_line(
            str(draw(money)),
            "0" if mode is TaxMode.NO_TAX else str(draw(money)),
            description=draw(st.text(max_size=60)),
            tax_rate_id="" if mode is TaxMode.NO_TAX else "10",
            tax_components=() if mode is TaxMode.NO_TAX else draw(st.sampled_from(((), (VAT,)))),
            tracking=(*location, *draw(st.sampled_from(((), (("Class", NORTH),))))),
        )
        for _ in range(draw(st.integers(1, 6)))
    )
    document = a_bill(
        *lines,
        kind=draw(st.sampled_from(DocumentKind)),
        tax_mode=mode,
        reference=draw(st.text(max_size=publish.LONGEST_NUMBER)),
        due_date=draw(st.none() | st.dates(date(2000, 1, 1), date(2100, 1, 1))),
        note=draw(st.text(max_size=5000)),
        paid_from_id="35",
        paid_from_family=draw(st.sampled_from(["", AccountFamily.BANK, AccountFamily.CARD])),
    )
    return document if company.keeps_tax else bear_tax(document)


def test_a_bill_in_quickbooks_words(settings: Any) -> None:
    settings.BASE_URL = "https://books.example"
    assert build_document(a_bill(), BRITISH) == {
        "VendorRef": {"value": "56"},
        "TxnDate": "2026-11-02",
        "DueDate": "2026-12-02",
        "DocNumber": "CF-1001",
        "PrivateNote": "Van 3\n\nhttps://books.example/p/marker-1",
        "CurrencyRef": {"value": "GBP"},
        "GlobalTaxCalculation": "TaxExcluded",
        "DepartmentRef": {"value": WORKSHOP},
        "Line": [
            {
                "Amount": 100.0,
                "Description": "Diesel",
                "DetailType": DETAIL,
                DETAIL: {
                    "AccountRef": {"value": "7"},
                    "TaxCodeRef": {"value": "10"},
                    "ClassRef": {"value": NORTH},
                },
            }
        ],
        "TxnTaxDetail": {
            "TotalTax": 20.0,
            "TaxLine": [
                {
                    "Amount": 20.0,
                    "DetailType": "TaxLineDetail",
                    "TaxLineDetail": {
                        "TaxRateRef": {"value": "15"},
                        "PercentBased": True,
                        "TaxPercent": 20.0,
                        "NetAmountTaxable": 100.0,
                    },
                }
            ],
        },
    }


@pytest.mark.parametrize("mode", [TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE])
def test_lines_are_net_however_the_paper_shows_them(mode: TaxMode) -> None:
    built = build_document(a_bill(tax_mode=mode), BRITISH)
    assert (built["GlobalTaxCalculation"], built["Line"][0]["Amount"]) == ("TaxExcluded", 100.0)


def test_our_tax_goes_along_where_rounding_by_rate_would_come_to_another() -> None:
    built = build_document(a_bill(a_line(), a_line("8.33", "1.66")), BRITISH)
    assert built["TxnTaxDetail"]["TotalTax"] == 21.66
    assert [line["Amount"] for line in built["TxnTaxDetail"]["TaxLine"]] == [21.66]


def test_a_document_without_tax_names_no_codes() -> None:
    line = a_line(tax="0", tax_rate_id="", tax_components=())
    built = build_document(a_bill(line, tax_mode=TaxMode.NO_TAX), BRITISH)
    assert built["GlobalTaxCalculation"] == "NotApplicable"
    assert "TxnTaxDetail" not in built
    assert "TaxCodeRef" not in built["Line"][0][DETAIL]


def test_an_american_purchase_has_its_tax_in_its_cost_and_no_codes() -> None:
    built = build_document(bear_tax(a_bill()), AMERICAN)
    assert not {"GlobalTaxCalculation", "TxnTaxDetail"} & built.keys()
    assert built["Line"][0]["Amount"] == 120.0
    assert "TaxCodeRef" not in built["Line"][0][DETAIL]


def test_a_company_without_vat_bears_it_as_part_of_the_cost() -> None:
    built = build_document(bear_tax(a_bill()), UNREGISTERED)
    assert (built["GlobalTaxCalculation"], built["Line"][0]["Amount"]) == ("NotApplicable", 120.0)
    assert "TxnTaxDetail" not in built
    assert "TaxCodeRef" not in built["Line"][0][DETAIL]


def test_a_company_of_one_currency_is_told_none_unless_it_is_another() -> None:
    assert "CurrencyRef" not in build_document(a_bill(), ONE_CURRENCY)
    assert build_document(a_bill(currency="EUR"), ONE_CURRENCY)["CurrencyRef"] == {"value": "EUR"}


@pytest.mark.parametrize(
    ("family", "payment"), [(AccountFamily.CARD, "CreditCard"), (AccountFamily.BANK, "Cash"), ("", "Cash")]
)
def test_an_expense_says_how_it_was_paid_by_the_kind_of_the_account(family: str, payment: str) -> None:
    paid = a_bill(kind=DocumentKind.EXPENSE, paid_from_id="41", paid_from_family=family)
    built = build_document(paid, BRITISH)
    assert (built["PaymentType"], built["AccountRef"]) == (payment, {"value": "41"})
    assert built["EntityRef"] == {"value": "56", "type": "Vendor"}
    assert not {"DueDate", "VendorRef"} & built.keys()


def test_a_vendor_credit_has_no_due_date() -> None:
    assert "DueDate" not in build_document(a_bill(kind=DocumentKind.SUPPLIER_CREDIT), BRITISH)


@pytest.mark.req("PUB-07")
def test_a_number_that_is_too_long_is_refused_and_never_cut() -> None:
    fits = a_bill(reference="N" * 21)
    assert json.loads(publish.prepare(fits, BRITISH).body)["DocNumber"] == "N" * 21
    with pytest.raises(ProviderError) as raised:
        publish.prepare(a_bill(reference="N" * 22), BRITISH)
    assert raised.value.kind is ErrorKind.REJECTED
    assert raised.value.field_errors[0].field == "reference"


def test_lines_in_two_locations_are_refused_rather_than_one_being_chosen() -> None:
    elsewhere = a_line(tracking=(("Department", "2"),))
    for lines in ((a_line(), elsewhere), (a_line(), a_line(tracking=()))):
        with pytest.raises(ProviderError) as raised:
            publish.prepare(a_bill(*lines), BRITISH)
        assert raised.value.field_errors[0].reason is RejectedReason.TRACKING_UNUSABLE


def test_an_amount_that_no_number_holds_is_refused() -> None:
    with pytest.raises(ProviderError) as raised:
        publish.prepare(a_bill(a_line("99999999999999999.99")), BRITISH)
    assert raised.value.field_errors[0].reason is RejectedReason.AMOUNTS_DISAGREE


@given(data=st.data(), company=st.sampled_from([BRITISH, AMERICAN, UNREGISTERED, ONE_CURRENCY]))
@pytest.mark.req("PUB-09")
def test_every_body_adds_up_to_the_document_and_is_the_same_each_time(
    data: st.DataObject, company: Organisation
) -> None:
    document = data.draw(documents(company))
    write = publish.prepare(document, company)
    assert write == publish.prepare(document, company)
    body = json.loads(write.body, parse_float=Decimal)
    amounts = sum(Decimal(str(line["Amount"])) for line in body["Line"])
    tax = Decimal(str((body.get("TxnTaxDetail") or {"TotalTax": 0})["TotalTax"]))
    assert amounts + tax == document.total
    by_rate = (body.get("TxnTaxDetail") or {}).get("TaxLine") or []
    assert not by_rate or sum(Decimal(str(line["Amount"])) for line in by_rate) == tax
    assert is_marked(body, document.marker)
    assert len(body["PrivateNote"]) <= 4000


@given(data=st.data(), company=st.sampled_from([BRITISH, AMERICAN, UNREGISTERED, ONE_CURRENCY]))
def test_what_comes_back_as_it_was_sent_has_no_differences(
    data: st.DataObject, company: Organisation
) -> None:
    document = data.draw(documents(company))
    sent = json.loads(publish.prepare(document, company).body, parse_float=Decimal)
    currency = {"CurrencyRef": {"value": document.currency}}
    answered = currency | sent | {"Id": "145", "TotalAmt": document.total}
    published = parse_published(answered, document.kind, sent)
    assert (published.differences, published.total) == ((), document.total)


def test_a_note_gives_way_to_the_address_by_which_the_document_is_known(settings: Any) -> None:
    settings.BASE_URL = "https://books.example"
    note = build_note(a_bill(note="x" * 9000))
    assert len(note) <= 4000
    assert note.endswith("x\n\nhttps://books.example/p/marker-1")
    assert build_note(a_bill(note="")) == "https://books.example/p/marker-1"


@pytest.mark.parametrize(
    ("note", "ours"),
    [
        ("https://books.example/p/marker-1", True),
        ("Van 3\n\nhttp://moved.example/p/marker-1\nchecked by Jo", True),
        ("https://books.example/p/marker-1x", False),
        ("https://books.example/p/marker-1-2", False),
        ("https://books.example/p/marker-2", False),
        ("marker-1", False),
        ("", False),
        (None, False),
    ],
)
def test_a_document_is_known_by_its_marker_whatever_else_the_note_says(
    note: str | None, *, ours: bool
) -> None:
    assert is_marked({"PrivateNote": note}, "marker-1") is ours


def test_nothing_is_known_by_no_marker() -> None:
    assert not is_marked({"PrivateNote": "https://books.example/p/"}, "")


def sent_bill() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(publish.prepare(a_bill(), BRITISH).body, parse_float=Decimal)
    return found


def test_a_bill_is_read_whole() -> None:
    published = parse_published(payload("bill")["Bill"], DocumentKind.BILL, sent_bill())
    assert (published.remote_id, published.number, published.status) == ("145", "CF-1001", "Open")
    assert (published.total, published.differences) == (Decimal(120), ())
    assert published.url.endswith("/app/bill?txnId=145")


def changed(**changes: Any) -> dict[str, Any]:
    return copy.deepcopy(payload("bill")["Bill"]) | changes


def without(key: str) -> dict[str, Any]:
    row = changed()
    del row["Line"][0][DETAIL][key]
    return row


@pytest.mark.parametrize(
    ("row", "differences"),
    [
        (changed(TotalAmt=Decimal("144.00")), ("total",)),
        (changed(DepartmentRef=None), ("location",)),
        (without("ClassRef"), ("class",)),
        (without("TaxCodeRef"), ("tax_rate",)),
        (changed(DocNumber="CF-10"), ("reference",)),
        (changed(TxnDate="2026-11-03"), ("date",)),
        (changed(CurrencyRef={"value": "EUR"}), ("currency",)),
        (changed(VendorRef={"value": "57"}), ("supplier",)),
        (changed(Line=[]), ("lines",)),
    ],
)
@pytest.mark.req("PUB-10")
def test_what_quickbooks_changed_or_dropped_is_told(
    row: dict[str, Any], differences: tuple[str, ...]
) -> None:
    assert parse_published(row, DocumentKind.BILL, sent_bill()).differences == differences


@pytest.mark.parametrize(
    ("kind", "balance", "status"),
    [
        (DocumentKind.BILL, Decimal("0.00"), "Paid"),
        (DocumentKind.BILL, Decimal("5.00"), "Open"),
        (DocumentKind.BILL, None, "Open"),
        (DocumentKind.EXPENSE, None, "Paid"),
    ],
)
def test_the_status_is_what_is_left_to_pay(kind: DocumentKind, balance: Decimal | None, status: str) -> None:
    assert parse_published(changed(Balance=balance), kind).status == status


def test_each_kind_has_an_address_of_its_own() -> None:
    assert {paper.path for paper in PAPERS.values()} == {"bill", "vendorcredit", "purchase"}
    assert {publish.KINDS[paper.operation] for paper in PAPERS.values()} == set(PAPERS)
