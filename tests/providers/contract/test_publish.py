"""Writing to the books: once, exactly as sent, found again, with its paper."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest

from bookbind.providers.base.errors import ErrorKind, ProviderError, RejectedReason
from bookbind.providers.base.types import (
    CannotTell,
    DocumentKind,
    ListName,
    NewContact,
    Nothing,
    Ours,
    OutgoingDocument,
    OutgoingFile,
    PublishAs,
    Side,
    TaxMode,
    Twins,
)
from bookbind.providers.registry import list_providers
from tests.providers.conftest import Visitor
from tests.providers.contract.books import Books

PDF = OutgoingFile("City Fuel November.pdf", "application/pdf", b"%PDF-1.7 " + b"paper " * 500)
CHOICES = sorted(
    {
        (choice.kind, way.publish_as)
        for provider in list_providers()
        for choice in provider.kinds
        for way in choice.choices
    }
)


@pytest.mark.req("PUB-09", "PUB-10")
@pytest.mark.parametrize(("kind", "publish_as"), CHOICES)
def test_every_kind_stands_in_the_books_exactly_as_sent(
    books: Books, kind: DocumentKind, publish_as: PublishAs
) -> None:
    choice = books.visitor.provider.kind_choice(kind)
    if choice is None or publish_as not in [way.publish_as for way in choice.choices]:
        pytest.skip("This vendor does not take it.")
    document = books.document(kind, publish_as)
    published = books.session.send(books.session.prepare(document), "key-1")
    assert published.differences == ()
    assert published.total == document.total
    assert published.number == document.reference
    (received,) = books.received()
    assert received["id"] == published.remote_id
    assert Decimal(str(received["total"])) == document.total
    assert received["reference"] == document.reference
    assert received["contact"] == document.contact_name
    # A vendor without states has documents that are posted, whatever is left to pay.
    assert received["status"] in (published.status, "POSTED")


@pytest.mark.parametrize("mode", [TaxMode.EXCLUSIVE, TaxMode.INCLUSIVE, TaxMode.NO_TAX])
def test_every_tax_mode_gives_the_same_totals(books: Books, mode: TaxMode) -> None:
    if mode not in books.visitor.provider.tax_modes:
        pytest.skip("This vendor does not take it.")
    document = books.bill(tax_mode=mode)
    if mode is TaxMode.NO_TAX:
        lines = tuple(replace(line, tax=Decimal(0), tax_rate_id="") for line in document.lines)
        document = replace(document, lines=lines, tax=Decimal(0), total=document.net)
    published = books.session.send(books.session.prepare(document), "key-1")
    assert (published.differences, published.total) == ((), document.total)


def test_a_deep_link_opens_the_document(books: Books) -> None:
    published = books.session.send(books.session.prepare(books.bill()), "key-1")
    page = books.visitor.sandbox.client.get(published.url, follow_redirects=True)
    assert page.status_code == 200
    assert "CF-1001" in page.text
    assert "129.99" in page.text


def test_preparing_twice_gives_the_same_bytes(books: Books) -> None:
    assert books.session.prepare(books.bill()) == books.session.prepare(books.bill())


@pytest.mark.req("PUB-01", "PUB-04")
def test_the_same_key_and_bytes_make_one_document(books: Books) -> None:
    if not books.visitor.provider.idempotency_seconds:
        pytest.skip("This vendor remembers no keys.")
    write = books.session.prepare(books.bill())
    assert books.session.send(write, "key-1") == books.session.send(write, "key-1")
    assert len(books.received()) == 1


def test_a_used_key_with_other_bytes_leaves_the_question_open(books: Books) -> None:
    if not books.visitor.provider.idempotency_seconds:
        pytest.skip("This vendor remembers no keys.")
    books.session.send(books.session.prepare(books.bill()), "key-1")
    other = books.session.prepare(books.bill(reference="CF-1002", marker="marker-2"))
    with pytest.raises(ProviderError) as raised:
        books.session.send(other, "key-1")
    assert (raised.value.kind, raised.value.maybe_done) == (ErrorKind.TRANSIENT, True)
    assert len(books.received()) == 1


@pytest.mark.req("PUB-02")
@pytest.mark.parametrize("kind", ["lost_reply", "truncated"])
def test_a_lost_answer_is_healed_by_the_same_key(books: Books, kind: str) -> None:
    write = books.session.prepare(books.bill())
    books.fault("create_invoice", kind)
    with pytest.raises(ProviderError) as raised:
        books.session.send(write, "key-1")
    assert (raised.value.kind, raised.value.maybe_done) == (ErrorKind.TRANSIENT, True)
    if not books.visitor.provider.idempotency_seconds:
        pytest.skip("This vendor remembers no keys.")
    assert books.session.send(write, "key-1").differences == ()
    assert len(books.received()) == 1


@pytest.mark.req("PUB-02")
@pytest.mark.parametrize("kind", [DocumentKind.BILL, DocumentKind.SUPPLIER_CREDIT, DocumentKind.EXPENSE])
def test_a_lost_answer_is_healed_by_a_search(books: Books, kind: DocumentKind) -> None:
    choice = books.visitor.provider.kind_choice(kind)
    if choice is None:
        pytest.skip("This vendor does not take it.")
    document = books.document(kind, choice.choices[-1].publish_as)
    assert isinstance(books.session.find(document, books.since), Nothing | CannotTell)
    books.fault("create_invoice", "lost_reply")
    with pytest.raises(ProviderError):
        books.session.send(books.session.prepare(document), "key-1")
    found = books.session.find(document, books.since)
    if isinstance(found, Ours):
        assert found.published.remote_id == books.received()[0]["id"]
        assert found.published.total == document.total
    else:
        # Without a marker a person decides; silence and likenesses are never taken for ours.
        assert isinstance(found, Twins | CannotTell)
        assert kind is not DocumentKind.BILL or not books.visitor.provider.has_marker


@pytest.mark.req("PUB-02", "ERR-02")
@pytest.mark.parametrize(
    ("kind", "expected", "maybe_done"),
    [
        ("429", ErrorKind.RATE_LIMITED, False),
        ("500", ErrorKind.PROVIDER_DOWN, True),
        ("503", ErrorKind.PROVIDER_DOWN, True),
        ("html", ErrorKind.TRANSIENT, True),
        ("empty", ErrorKind.TRANSIENT, True),
    ],
)
def test_a_write_that_fails_says_whether_it_may_be_done(
    books: Books, kind: str, expected: ErrorKind, *, maybe_done: bool
) -> None:
    write = books.session.prepare(books.bill())
    books.fault("create_invoice", kind)
    with pytest.raises(ProviderError) as raised:
        books.session.send(write, "key-1")
    assert (raised.value.kind, raised.value.maybe_done) == (expected, maybe_done)
    assert books.received() == []


@pytest.mark.req("PUB-08")
def test_a_bill_that_somebody_else_entered_is_a_twin(books: Books) -> None:
    first = books.bill(marker="somebody-else")
    twin = books.session.send(books.session.prepare(first), "key-1")
    same_number = books.bill(date=date(2026, 11, 9))
    same_day_and_total = books.bill(reference="OTHER-1")
    for document in (same_number, same_day_and_total):
        found = books.session.find(document, books.since)
        assert isinstance(found, Twins)
        assert [(item.remote_id, item.total, item.number) for item in found.twins] == [
            (twin.remote_id, first.total, "CF-1001")
        ]
        assert found.twins[0].date == first.date
        assert found.twins[0].contact_name == first.contact_name


def test_what_only_resembles_a_little_is_no_twin(books: Books) -> None:
    books.session.send(books.session.prepare(books.bill(marker="somebody-else")), "key-1")
    other = books.usable(ListName.SUPPLIERS)[1]
    unlike = (
        books.bill(reference="OTHER-1", total=Decimal("130.00")),
        books.bill(reference="OTHER-1", date=date(2026, 11, 3)),
        books.bill(contact_id=other.remote_id, contact_name=other.name),
    )
    for document in unlike:
        assert isinstance(books.session.find(document, books.since), Nothing | CannotTell)


def test_a_supplier_that_has_no_id_yet_is_searched_by_name(books: Books) -> None:
    books.session.send(books.session.prepare(books.bill(marker="somebody-else")), "key-1")
    assert isinstance(books.session.find(books.bill(contact_id=""), books.since), Twins)
    stranger = books.bill(contact_id="", contact_name="Nobody At All Ltd")
    assert isinstance(books.session.find(stranger, books.since), Nothing | CannotTell)


def test_quotes_in_names_and_numbers_disturb_no_search(books: Books) -> None:
    odd = {"reference": 'A"1" OR 1==1', "contact_name": 'The "Best" \\ Ltd'}
    assert isinstance(books.session.find(books.bill(**odd), books.since), Nothing | CannotTell)
    assert isinstance(books.session.find(books.bill(contact_id="", **odd), books.since), Nothing | CannotTell)
    created = books.session.create_contact(NewContact(odd["contact_name"]), "key-1")
    assert books.session.find_contact(NewContact(odd["contact_name"])) == created


@pytest.mark.req("PUB-06")
def test_a_file_is_attached_once_however_often_it_is_sent(books: Books) -> None:
    published = books.session.send(books.session.prepare(books.bill()), "key-1")
    first = books.session.attach(published.remote_id, DocumentKind.BILL, PDF, "key-2")
    again = books.session.attach(published.remote_id, DocumentKind.BILL, PDF, "key-3")
    assert first == again
    assert first.size_bytes == len(PDF.content)
    (received,) = books.received()
    assert len(received["attachments"]) == 1


@pytest.mark.req("PUB-06")
@pytest.mark.parametrize("kind", ["500", "lost_reply", "html"])
def test_a_file_that_fails_can_be_sent_again(books: Books, kind: str) -> None:
    published = books.session.send(books.session.prepare(books.bill()), "key-1")
    books.fault("attach", kind)
    with pytest.raises(ProviderError) as raised:
        books.session.attach(published.remote_id, DocumentKind.BILL, PDF, "key-2")
    assert raised.value.maybe_done
    books.session.attach(published.remote_id, DocumentKind.BILL, PDF, "key-2")
    (received,) = books.received()
    assert len(received["attachments"]) == 1


@pytest.mark.req("PUB-06")
def test_a_file_that_the_vendor_does_not_take_is_refused_without_a_call(books: Books) -> None:
    limit = books.visitor.provider.files.size_bytes
    published = books.session.send(books.session.prepare(books.bill()), "key-1")
    before = books.visitor.sandbox.received(books.visitor.provider.id)["requests"]
    refused = (
        replace(PDF, content=b""),
        replace(PDF, content=b"x" * (limit + 1)),
        replace(PDF, name="malware.exe"),
        replace(PDF, name="no extension"),
    )
    for file in refused:
        with pytest.raises(ProviderError) as raised:
            books.session.attach(published.remote_id, DocumentKind.BILL, file, "key-2")
        assert raised.value.kind is ErrorKind.REJECTED
        assert raised.value.field_errors[0].reason is RejectedReason.FILE_REFUSED
    assert books.visitor.sandbox.received(books.visitor.provider.id)["requests"] == before


def test_awkward_file_names_are_made_fit(books: Books) -> None:
    published = books.session.send(books.session.prepare(books.bill()), "key-1")
    names = ('Rechnung Nº 5/2026 <"Größe">.pdf', "a" * 300 + ".PDF", "..\\..\\x?y|z*.pdf", "two\r\nlines.pdf")
    for number, name in enumerate(names):
        books.session.attach(
            published.remote_id, DocumentKind.BILL, replace(PDF, name=name), f"key-{number}-a"
        )
    assert len(books.received()[0]["attachments"]) == len(names)


def test_a_new_supplier_is_found_after_it_was_created(books: Books) -> None:
    wanted = NewContact("Zebra Crossing Ltd", "bills@zebra.test", "GB111222333")
    assert books.session.find_contact(wanted) is None
    created = books.session.create_contact(wanted, "key-1")
    assert (created.name, created.details["email"], created.details["tax_number"]) == (
        wanted.name,
        wanted.email,
        wanted.tax_number,
    )
    assert books.session.find_contact(NewContact("ZEBRA crossing ltd")) == created
    assert books.session.find_contact(NewContact("Another name", tax_number=wanted.tax_number)) == created
    assert books.session.create_contact(wanted, "key-1") == created


@pytest.mark.req("LST-02")
def test_a_supplier_is_looked_for_by_tax_number_first_and_then_by_name(books: Books) -> None:
    named = books.session.create_contact(NewContact("Zebra Crossing", tax_number="GB111222333"), "key-1")
    numbered = books.session.create_contact(NewContact("Aardvark Ltd", tax_number="GB999888777"), "key-2")
    both = books.session.create_contact(NewContact("Zebra Holdings", tax_number="GB999888777"), "key-3")
    wanted = NewContact("zebra crossing", tax_number="GB 999 8887 77")
    assert books.session.find_contact(wanted) in (numbered, both)
    assert books.session.find_contact(replace(wanted, name="Zebra HOLDINGS")) == both
    assert books.session.find_contact(replace(wanted, tax_number="GB000")) == named


def test_a_name_that_is_taken_is_refused_as_such(books: Books) -> None:
    taken = books.usable(ListName.SUPPLIERS)[0].name
    taken_by = books.usable(ListName.CUSTOMERS)[0].name if links_a_taken_name(books) else taken
    with pytest.raises(ProviderError) as raised:
        books.session.create_contact(NewContact(taken_by), "key-1")
    assert raised.value.kind is ErrorKind.REJECTED
    assert raised.value.field_errors[0].reason is RejectedReason.CONTACT_NAME_TAKEN
    assert raised.value.field_errors[0].field == "supplier"


def links_a_taken_name(books: Books) -> bool:
    """Whether creating a supplier under an active supplier's name gives that supplier and no refusal."""
    taken = books.usable(ListName.SUPPLIERS)[0]
    try:
        return books.session.create_contact(NewContact(taken.name), "key-0") == taken
    except ProviderError:
        return False


def test_archived_contacts_are_not_found(books: Books) -> None:
    entry = books.usable(ListName.SUPPLIERS)[0]
    vendor = books.visitor.provider.id
    books.visitor.sandbox.control(
        "archive", vendor=vendor, organisation="Acme Ltd", list="contacts", id=entry.remote_id
    )
    assert books.session.find_contact(NewContact(entry.name, tax_number=entry.details["tax_number"])) is None


@pytest.mark.req("ERR-02", "PUB-07")
def test_refusals_name_our_fields_and_reasons(books: Books) -> None:
    vendor = {"vendor": books.visitor.provider.id, "organisation": "Acme Ltd"}
    good = books.bill()
    line = good.lines[0]
    books.visitor.sandbox.control("archive", **vendor, list="accounts", id=line.category_id)
    assert refusal(books, good) == ("category", RejectedReason.CATEGORY_UNUSABLE)
    books.visitor.sandbox.control("reset")
    fresh = Books.open(books.visitor)
    supplier = fresh.usable(ListName.SUPPLIERS)[0]
    fresh.visitor.sandbox.control("lock", **vendor, period_lock_date="2026-11-02")
    assert refusal(fresh, fresh.bill()) == ("date", RejectedReason.PERIOD_LOCKED)
    fresh.visitor.sandbox.control("lock", **vendor, period_lock_date=None)
    assert refusal(fresh, fresh.bill(currency="SEK")) == ("currency", RejectedReason.CURRENCY_NOT_ENABLED)
    sales = next(rate for rate in fresh.usable(ListName.TAX_RATES) if rate.details["side"] == Side.SALES)
    wrong_tax = tuple(replace(item, tax_rate_id=sales.remote_id) for item in fresh.bill().lines)
    assert refusal(fresh, fresh.bill(lines=wrong_tax)) == ("tax_rate", RejectedReason.TAX_NOT_FOR_CATEGORY)
    for number, (_, option) in enumerate(fresh.bill().lines[0].tracking):
        fresh.visitor.sandbox.control("archive", **vendor, list="tracking", id=option)
        alone = tuple(
            replace(item, tracking=item.tracking[number : number + 1]) for item in fresh.bill().lines[:1]
        )
        one = fresh.bill(lines=alone, net=Decimal(100), tax=Decimal(20), total=Decimal(120))
        assert refusal(fresh, one) == ("tracking", RejectedReason.TRACKING_UNUSABLE)
    fresh.visitor.sandbox.control("archive", **vendor, list="contacts", id=supplier.remote_id)
    untracked = tuple(replace(item, tracking=()) for item in fresh.bill().lines)
    assert refusal(fresh, fresh.bill(lines=untracked)) == ("supplier", RejectedReason.CONTACT_ARCHIVED)
    assert fresh.received() == []


_keys = count(1)


def refusal(books: Books, document: OutgoingDocument) -> tuple[str, RejectedReason]:
    """The first field and reason with which the vendor refuses a document."""
    with pytest.raises(ProviderError) as raised:
        books.session.send(books.session.prepare(document), f"refused-{next(_keys)}")
    assert raised.value.kind is ErrorKind.REJECTED
    assert not raised.value.maybe_done
    assert raised.value.vendor_text
    return raised.value.field_errors[0].field, raised.value.field_errors[0].reason


def test_money_spent_leaves_the_account_that_was_named(visitor: Visitor) -> None:
    books = Books.open(visitor)
    if visitor.provider.kind_choice(DocumentKind.EXPENSE) is None:
        pytest.skip("This vendor does not take it.")
    good = books.document(DocumentKind.EXPENSE, PublishAs.AWAITING_PAYMENT)
    for number in range(len(books.usable(ListName.BANK_ACCOUNTS))):
        paid = books.paid_from(replace(good, reference=f"CF-20{number}"), number)
        published = books.session.send(books.session.prepare(paid), f"paid-{number}")
        assert published.differences == ()
    document = replace(good, paid_from_id="made-up")
    with pytest.raises(ProviderError) as raised:
        books.session.send(books.session.prepare(document), "key-1")
    assert raised.value.field_errors[0].field == "paid_from"


def test_searches_reach_back_no_further_than_asked_for_what_is_unlike(books: Books) -> None:
    books.session.send(books.session.prepare(books.bill(marker="old")), "key-1")
    marked = books.bill(marker="old", date=date(2026, 10, 1), reference="CHANGED")
    assert isinstance(books.session.find(marked, books.since), Ours | Twins)
    assert isinstance(books.session.find(marked, books.since + timedelta(days=3)), Nothing | CannotTell)
