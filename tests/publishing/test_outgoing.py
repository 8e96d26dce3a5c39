"""The mapped document: exact to the penny over lines, rates, modes and currencies; unchanged by storage."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.documents.totals import sum_lines
from bookbind.kit.money import round_money
from bookbind.providers.base.contract import FileLimits
from bookbind.providers.base.types import DocumentKind, PublishAs, TaxComponent, TaxMode
from bookbind.publishing.checks import BooksFacts, DocumentFacts, LineFacts, Reference
from bookbind.publishing.outgoing import (
    NotReady,
    build_outgoing,
    from_json,
    list_labels,
    split_amount,
    to_json,
)

CURRENCIES = {"GBP": 2, "JPY": 0, "KWD": 3}
RATES = (None, *map(Decimal, ("0", "5", "20", "12.5", "19.6", "100")))


BOOKS = BooksFacts((), tuple(TaxMode), FileLimits())
UNTAXED = replace(BOOKS, keeps_tax=False)


def amounts(places: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(-100_000, 100_000, places=places, allow_nan=False, allow_infinity=False)


@st.composite
def documents(draw: st.DrawFn) -> DocumentFacts:
    currency = draw(st.sampled_from(sorted(CURRENCIES)))
    places = CURRENCIES[currency]
    mode = draw(st.sampled_from(list(TaxMode)))
    lines = tuple(
        LineFacts(
            position=position,
            net=draw(amounts(places)),
            tax=None if mode is TaxMode.NO_TAX else draw(st.none() | amounts(places)),
            quantity=draw(st.decimals("0.0001", 1000, places=4)),
            category=Reference(uuid4(), "400", "c-1"),
            tax_rate=Reference(
                uuid4(),
                "rate",
                "t-1",
                rate=draw(st.sampled_from(RATES)),
                tax_components=draw(st.sampled_from(((), (TaxComponent("tr-1", Decimal("12.5")),)))),
            ),
            tracking=draw(st.sampled_from(((), (Reference(uuid4(), "Leeds", "o-1", dimension_id="d-1"),)))),
        )
        for position in range(1, draw(st.integers(1, 5)) + 1)
    )
    return DocumentFacts(
        kind=draw(st.sampled_from(list(DocumentKind))),
        publish_as=draw(st.sampled_from(list(PublishAs))),
        currency=currency,
        lines=lines,
        supplier=Reference(uuid4(), "City Fuel Ltd", "s-1"),
        date=date(2027, 3, 3),
        paid_from=draw(st.none() | st.just(Reference(uuid4(), "Card", "a-1", family="card"))),
        due_date=draw(st.none() | st.just(date(2027, 4, 2))),
        tax_mode=mode,
        reference=draw(st.text(max_size=20)),
    )


@given(facts=documents(), computes_tax=st.booleans())
@pytest.mark.req("PUB-09")
def test_totals_are_exact(*, facts: DocumentFacts, computes_tax: bool) -> None:
    outgoing = build_outgoing(facts, "m-1", "s-1", computes_tax=computes_tax)
    assert outgoing.total == outgoing.net + outgoing.tax
    assert outgoing.net == sum(line.net for line in outgoing.lines)
    for line in outgoing.lines:
        shown = line.net + line.tax if facts.tax_mode is TaxMode.INCLUSIVE else line.net
        assert line.quantity * line.unit_amount == shown
        assert line.tax == round_money(line.tax, facts.currency)
        if facts.tax_mode is TaxMode.NO_TAX:
            assert line.tax == 0
    if not computes_tax and facts.tax_mode is not TaxMode.NO_TAX:
        assert outgoing.total == sum_lines((line.amounts for line in facts.lines), facts.currency).total


@given(documents())
@pytest.mark.req("PUB-09")
def test_books_that_keep_no_tax_get_it_as_part_of_the_cost_to_the_penny(facts: DocumentFacts) -> None:
    kept = build_outgoing(facts, "m-1", "s-1", computes_tax=False)
    borne = build_outgoing(facts, "m-1", "s-1", computes_tax=False, keeps_tax=False)
    assert (borne.tax_mode, borne.tax, borne.net, borne.total) == (TaxMode.NO_TAX, 0, kept.total, kept.total)
    for line, before in zip(borne.lines, kept.lines, strict=True):
        assert (line.net, line.tax) == (before.net + before.tax, 0)
        assert line.quantity * line.unit_amount == line.net
        assert (line.tax_rate_id, line.tax_components) == ("", ())
        assert (line.category_id, line.tracking) == (before.category_id, before.tracking)


def test_labels_name_what_was_sent() -> None:
    rate = Reference(uuid4(), "20%", "t", "20.0% S", rate=Decimal(20))
    category = Reference(uuid4(), "400", "c", "Advertising")
    line = LineFacts(1, Decimal(100), category=category, tax_rate=rate)
    facts = DocumentFacts(DocumentKind.BILL, PublishAs.DRAFT, "GBP", (line,))
    untaxed = replace(facts, tax_mode=TaxMode.NO_TAX)
    told = [list_labels(*each) for each in ((facts, BOOKS), (untaxed, BOOKS), (facts, UNTAXED))]
    assert [(each["lines"][0]["tax_rate"], each["tax_in_cost"]) for each in told] == [
        ("20.0% S", ""),
        ("", ""),
        ("", "£20.00"),
    ]
    assert {each["lines"][0]["category"] for each in told} == {"Advertising"}


@given(documents())
def test_storage_changes_nothing(facts: DocumentFacts) -> None:
    outgoing = build_outgoing(facts, "m-1", "s-1", computes_tax=False)
    assert from_json(json.loads(json.dumps(to_json(outgoing)))) == outgoing


@given(amounts(3), st.decimals("-10", 1000, places=4))
def test_a_split_amount_is_whole_again(amount: Decimal, quantity: Decimal) -> None:
    kept, unit_amount = split_amount(amount, quantity)
    assert kept * unit_amount == amount
    assert kept in (quantity, 1)


def test_a_computed_tax_replaces_the_typed_one() -> None:
    line = LineFacts(
        1,
        Decimal(100),
        Decimal("20.01"),
        category=Reference(uuid4(), "400", "c"),
        tax_rate=Reference(uuid4(), "20%", "t", rate=Decimal(20)),
    )
    facts = DocumentFacts(
        DocumentKind.BILL,
        PublishAs.DRAFT,
        "GBP",
        (line,),
        Reference(uuid4(), "City Fuel", "s"),
        date(2027, 3, 3),
    )
    assert build_outgoing(facts, "m", "s", computes_tax=False).tax == Decimal("20.01")
    assert build_outgoing(facts, "m", "s", computes_tax=True).tax == Decimal("20.00")


def test_an_unchecked_document_is_never_built() -> None:
    facts = DocumentFacts(DocumentKind.BILL, PublishAs.DRAFT, "GBP", ())
    with pytest.raises(NotReady):
        build_outgoing(facts, "m", "s", computes_tax=False)
    complete = replace(
        facts,
        supplier=Reference(uuid4(), "City Fuel", "s"),
        date=date(2027, 3, 3),
        lines=(LineFacts(1, None),),
    )
    with pytest.raises(NotReady):
        build_outgoing(complete, "m", "s", computes_tax=False)


def test_a_document_without_tax_carries_no_rates_and_one_with_tax_carries_its_codes() -> None:
    parts = (TaxComponent("tr-1", Decimal(20)),)
    rate = Reference(uuid4(), "20%", "t", rate=Decimal(20), tax_components=parts)
    line = LineFacts(1, Decimal(100), category=Reference(uuid4(), "400", "c"), tax_rate=rate)
    facts = DocumentFacts(
        DocumentKind.EXPENSE,
        PublishAs.AWAITING_PAYMENT,
        "GBP",
        (line,),
        Reference(uuid4(), "City Fuel", "s"),
        date(2027, 3, 3),
        paid_from=Reference(uuid4(), "Company card", "a-1", family="card"),
    )
    taxed = build_outgoing(facts, "m", "s", computes_tax=False)
    assert (taxed.lines[0].tax_components, taxed.paid_from_family) == (parts, "card")
    untaxed = build_outgoing(replace(facts, tax_mode=TaxMode.NO_TAX), "m", "s", computes_tax=False)
    assert untaxed.lines[0].tax_components == ()


@given(documents())
def test_a_document_that_was_frozen_before_rates_and_families_were_kept_is_still_read(
    facts: DocumentFacts,
) -> None:
    outgoing = build_outgoing(facts, "m-1", "s-1", computes_tax=False)
    older = to_json(outgoing)
    del older["paid_from_family"]
    for line in older["lines"]:
        del line["tax_components"]
    bare = tuple(replace(line, tax_components=()) for line in outgoing.lines)
    assert from_json(older) == replace(outgoing, paid_from_family="", lines=bare)
