"""QuickBooks' own ways, met at the sandbox: what it drops, whom it locks out, how long a consent lasts."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qsl, urlsplit

import pytest

from bookbind.kit import clock
from bookbind.providers.base.errors import ErrorKind, ProviderError, ReconnectCause, RejectedReason
from bookbind.providers.base.types import (
    Answer,
    DocumentKind,
    ListName,
    NewContact,
    OutgoingDocument,
    Redirect,
    TaxMode,
)
from bookbind.publishing.outgoing import bear_tax
from tests.providers.conftest import LOGIN, ORGANISATION, Visitor
from tests.providers.contract.books import Books, read_list

AMERICA, UNREGISTERED = "Acme America Inc", "Acme Holdings Ltd"


def control(visitor: Visitor, name: str, /, **wish: object) -> None:
    visitor.sandbox.control(name, vendor="quickbooks", organisation=ORGANISATION, **wish)


def at(visitor: Visitor, organisation: str) -> Books:
    """The books of another company of the same login."""
    return Books(visitor, visitor.open(LOGIN, organisation), clock.now() - timedelta(minutes=5))


def refusal(books: Books, document: OutgoingDocument, key: str = "key-1") -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        books.session.send(books.session.prepare(document), key)
    return raised.value


@pytest.mark.req("PUB-10")
def test_a_class_and_a_location_that_are_dropped_silently_are_told(visitor: Visitor, books: Books) -> None:
    write = books.session.prepare(books.bill())
    control(visitor, "lock", classes=False, locations=False)
    assert set(books.session.send(write, "key-1").differences) == {"class", "location"}


def test_a_class_and_a_location_stand_where_they_were_put(books: Books) -> None:
    document = books.bill()
    books.session.send(books.session.prepare(document), "key-1")
    (received,) = books.received()
    names = {entry.remote_id: entry.name for name in TRACKING for entry in books.usable(name)}
    class_id, location_id = (dict(document.lines[0].tracking)[name] for name in ("Class", "Department"))
    assert received["location"] == names[location_id]
    assert [line["class"] for line in received["lines"]] == [names[class_id], None]


TRACKING = (ListName.TRACKING_1, ListName.TRACKING_2)


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_an_american_company_gets_the_whole_cost_and_no_tax_codes(
    visitor: Visitor, kind: DocumentKind
) -> None:
    books = at(visitor, AMERICA)
    cost = next(entry for entry in books.usable(ListName.CATEGORIES) if entry.details["side"] == "costs")
    supplier = books.usable(ListName.SUPPLIERS)[0]
    at_home = Books.open(visitor).bill()
    lines = tuple(
        replace(line, category_id=cost.remote_id, tax_rate_id="", tracking=(), tax_components=())
        for line in at_home.lines
    )
    document = replace(
        at_home,
        kind=kind,
        contact_id=supplier.remote_id,
        contact_name=supplier.name,
        currency="USD",
        lines=lines,
    )
    paid = books.paid_from(document, 0) if kind is DocumentKind.EXPENSE else document
    published = books.session.send(books.session.prepare(bear_tax(paid)), "key-1")
    assert (published.differences, published.total) == ((), Decimal("129.99"))


def test_a_company_without_vat_takes_documents_without_tax(visitor: Visitor) -> None:
    books = at(visitor, UNREGISTERED)
    assert books.session.fetch_book_settings().tax_scheme == "none"
    assert books.session.fetch_book_settings().currencies == ("GBP",)
    document = books.bill(tax_mode=TaxMode.NO_TAX)
    bare = tuple(replace(line, tax=Decimal(0), tax_rate_id="", tax_components=()) for line in document.lines)
    document = replace(document, lines=bare, tax=Decimal(0), total=document.net)
    assert books.session.send(books.session.prepare(document), "key-1").differences == ()


@pytest.mark.parametrize("kind", list(DocumentKind))
def test_a_company_without_vat_bears_the_tax_of_its_suppliers(visitor: Visitor, kind: DocumentKind) -> None:
    books = at(visitor, UNREGISTERED)
    document = books.document(kind, books.visitor.provider.kinds[0].choices[0].publish_as)
    published = books.session.send(books.session.prepare(bear_tax(document)), "key-1")
    assert (published.differences, published.total) == ((), Decimal("129.99"))


def test_a_reverse_charge_costs_nothing_more_than_the_net(books: Books) -> None:
    charge = next(
        entry for entry in books.usable(ListName.TAX_RATES) if entry.details["tax_kind"] == "reverse_charge"
    )
    document = books.bill()
    lines = tuple(
        replace(line, tax=Decimal(0), tax_rate_id=charge.remote_id, tax_components=())
        for line in document.lines
    )
    charged = replace(document, lines=lines, tax=Decimal(0), total=document.net)
    published = books.session.send(books.session.prepare(charged), "key-1")
    assert (published.differences, published.total) == ((), document.net)


def test_a_number_that_the_supplier_used_before_is_taken(books: Books) -> None:
    books.session.send(books.session.prepare(books.bill()), "key-1")
    error = refusal(books, books.bill(marker="marker-2"), "key-2")
    assert (error.field_errors[0].field, error.field_errors[0].reason) == (
        "reference",
        RejectedReason.NUMBER_TAKEN,
    )
    assert error.correlation_id


def test_the_currency_of_a_supplier_is_fixed_and_the_refusal_says_so(books: Books) -> None:
    euro = next(entry for entry in books.usable(ListName.SUPPLIERS) if entry.details["currency"] == "EUR")
    error = refusal(books, books.bill(contact_id=euro.remote_id))
    assert error.field_errors[0].reason is RejectedReason.CONTACT_CURRENCY
    paid_in_euro = books.bill(contact_id=euro.remote_id, contact_name=euro.name, currency="EUR")
    assert books.session.send(books.session.prepare(paid_in_euro), "key-2").differences == ()


def test_what_the_message_about_another_currency_advises_is_taken(books: Books) -> None:
    pounds = next(entry for entry in books.usable(ListName.SUPPLIERS) if entry.details["currency"] == "GBP")
    in_euro = books.bill(contact_id=pounds.remote_id, contact_name=pounds.name, currency="EUR")
    assert refusal(books, in_euro).field_errors[0].reason is RejectedReason.CONTACT_CURRENCY
    again = books.session.create_contact(NewContact(f"{pounds.name} EUR", currency="EUR"), "key-1")
    cured = books.bill(contact_id=again.remote_id, contact_name=again.name, currency="EUR")
    assert books.session.send(books.session.prepare(cured), "key-2").differences == ()


def test_a_payment_of_the_wrong_kind_for_its_account_is_refused_under_the_account(books: Books) -> None:
    document = books.document(DocumentKind.EXPENSE, books.visitor.provider.kinds[2].choices[0].publish_as)
    wrong = replace(document, paid_from_family="card")
    assert refusal(books, wrong).field_errors[0].field == "paid_from"


def test_what_is_gone_is_named_by_looking_it_up(visitor: Visitor, books: Books) -> None:
    document = books.bill()
    rate = document.lines[0].tax_rate_id
    control(visitor, "archive", list="tax_rates", id=rate)
    assert refusal(books, document).field_errors[0].reason is RejectedReason.TAX_RATE_UNUSABLE
    expense = books.document(DocumentKind.EXPENSE, document.publish_as)
    control(visitor, "archive", list="accounts", id=expense.paid_from_id)
    assert refusal(books, expense).field_errors[0].field == "paid_from"


def test_a_refusal_stays_as_it_was_when_nothing_can_be_looked_up(visitor: Visitor, books: Books) -> None:
    document = books.bill()
    control(visitor, "archive", list="vendors", id=document.contact_id)
    books.fault("contacts", "500")
    error = refusal(books, document)
    assert error.kind is ErrorKind.REJECTED
    assert "(code 610)" in error.vendor_text


def test_a_company_whose_subscription_lapsed_is_waited_for(visitor: Visitor, books: Books) -> None:
    document = books.bill()
    control(visitor, "lock", lapsed=True)
    error = refusal(books, document)
    assert (error.kind, error.maybe_done, error.field_errors) == (ErrorKind.PROVIDER_DOWN, False, ())
    control(visitor, "lock", lapsed=False)
    assert books.session.send(books.session.prepare(document), "key-1").differences == ()


def test_a_company_that_is_gone_is_waited_for_and_no_list_of_it_is_believed(
    visitor: Visitor, books: Books
) -> None:
    document = books.bill()
    control(visitor, "lock", gone=True)
    error = refusal(books, document)
    assert (error.kind, error.organisation_closed, error.maybe_done) == (ErrorKind.PROVIDER_DOWN, True, False)
    with pytest.raises(ProviderError) as raised:
        read_list(books.session, ListName.SUPPLIERS)
    assert (raised.value.kind, raised.value.organisation_closed) == (ErrorKind.PROVIDER_DOWN, True)
    control(visitor, "lock", gone=False)
    assert books.session.send(books.session.prepare(document), "key-1").differences == ()


@pytest.mark.req("CON-08")
def test_somebody_who_is_no_administrator_any_more_is_told_from_a_disconnected_app(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    session = visitor.adapter.open(tokens, visitor.organisation(tokens))
    control(visitor, "revoke", login=LOGIN, admin_role=False)
    with pytest.raises(ProviderError) as raised:
        session.fetch_organisation()
    assert (raised.value.kind, raised.value.cause) == (
        ErrorKind.NEEDS_RECONNECT,
        ReconnectCause.PERMISSION_CHANGED,
    )


def test_the_refresh_token_changes_once_a_day_and_is_the_same_in_between(visitor: Visitor) -> None:
    first = visitor.sign_in()
    second = visitor.adapter.refresh(visitor.app, first)
    assert second.refresh_token == first.refresh_token
    visitor.sandbox.control("clock", skip="25h")
    third = visitor.adapter.refresh(visitor.app, second)
    assert third.refresh_token != first.refresh_token
    assert visitor.adapter.refresh(visitor.app, third).refresh_token == third.refresh_token


def test_a_consent_tells_its_end_from_the_beginning_and_no_refresh_moves_it(visitor: Visitor) -> None:
    began = clock.now()
    tokens = visitor.sign_in()
    assert tokens.refresh_expires_at is not None
    assert abs(tokens.refresh_expires_at - began - timedelta(days=1825)) < timedelta(minutes=1)
    visitor.sandbox.control("clock", skip="90d")
    again = visitor.adapter.refresh(visitor.app, tokens)
    assert again.refresh_expires_at is not None
    # Product time stood still here, so what is left is shorter by what the vendor's clock went ahead.
    gone = tokens.refresh_expires_at - again.refresh_expires_at
    assert timedelta(days=89) < gone < timedelta(days=91)


def test_after_five_years_nothing_but_a_new_consent_helps(visitor: Visitor) -> None:
    tokens = visitor.sign_in()
    for _ in range(18):
        visitor.sandbox.control("clock", skip="99d")
        tokens = visitor.adapter.refresh(visitor.app, tokens)
    visitor.sandbox.control("clock", skip="50d")
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.refresh(visitor.app, tokens)
    assert raised.value.kind is ErrorKind.NEEDS_RECONNECT
    assert visitor.adapter.organisations(visitor.sign_in())


def test_a_sign_in_outlives_a_userinfo_that_fails(visitor: Visitor) -> None:
    answer = visitor.allow()
    visitor.sandbox.control("faults", vendor="quickbooks", operation="userinfo", fault="500", times=1)
    tokens = visitor.adapter.complete(visitor.app, answer)
    assert (tokens.login_email, bool(tokens.login_id)) == ("", True)
    assert visitor.organisation(tokens).name == ORGANISATION


def test_two_companies_of_one_name_are_two_organisations(visitor: Visitor) -> None:
    wish = {"name": ORGANISATION, "logins": ["solo@acme.test"], "key": "second", "tax_number": "GB1"}
    first = visitor.sign_in()
    made = visitor.sandbox.control("organisations", vendor="quickbooks", **wish)
    second = visitor.sign_in("solo@acme.test", made["id"])
    assert visitor.organisation(first).id != visitor.organisation(second).id == made["id"]


def test_a_cancelled_consent_is_no_sign_in(visitor: Visitor) -> None:
    begun = visitor.adapter.begin(visitor.app, "state-1")
    assert isinstance(begun, Redirect)
    wish = {"login": LOGIN, "authorize_url": begun.url, "cancel": True}
    answer = visitor.sandbox.control("consent", vendor="quickbooks", **wish)
    query = dict(parse_qsl(urlsplit(answer["redirect"]).query))
    assert "realmId" not in query
    with pytest.raises(ProviderError) as raised:
        visitor.adapter.complete(visitor.app, Answer(query))
    assert (raised.value.kind, raised.value.vendor_text) == (ErrorKind.NEEDS_RECONNECT, "access_denied")


def test_lists_of_a_second_session_show_what_the_first_made(visitor: Visitor, books: Books) -> None:
    before = len(read_list(books.session, ListName.CATEGORIES))
    control(visitor, "archive", list="accounts", id="Fuel")
    after = read_list(visitor.open(), ListName.CATEGORIES)
    assert len(after) == before
    assert [entry.name for entry in after if entry.archived] == ["Motor vehicle expenses:Fuel"]


@pytest.mark.req("RAT-02")
def test_however_fast_the_company_is_asked_its_second_is_never_full(visitor: Visitor, books: Books) -> None:
    began = time.monotonic()
    for _ in range(25):
        books.session.fetch_organisation()
    assert time.monotonic() - began > 2.0
    asked = visitor.sandbox.read("log", vendor="quickbooks")["requests"]
    assert {each["status"] for each in asked if each["operation"] == "organisation"} == {200}
