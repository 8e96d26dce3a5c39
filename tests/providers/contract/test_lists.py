"""Reading the books: complete or an error, by page, and since a moment where the vendor can."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from bookbind.kit import clock
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.base.types import ListName, Side, TaxKind
from tests.providers.conftest import ORGANISATION
from tests.providers.contract.books import Books, read_list

A_MINUTE_WHERE_NOTHING_IS_SAID = 60
CONTACTS = (ListName.SUPPLIERS, ListName.CUSTOMERS)


def control(books: Books, name: str, /, **wish: object) -> None:
    books.visitor.sandbox.control(name, vendor=books.visitor.provider.id, organisation=ORGANISATION, **wish)


def test_every_list_of_the_descriptor_can_be_read(books: Books) -> None:
    for name in books.visitor.provider.lists:
        entries = read_list(books.session, name)
        assert entries, name
        ids = [(entry.remote_type, entry.remote_id) for entry in entries]
        assert len(set(ids)) == len(ids)
        assert all(entry.name and entry.name == entry.name.strip() for entry in entries)


def test_a_list_that_the_vendor_lacks_is_refused_in_so_many_words(books: Books) -> None:
    for name in set(ListName) - set(books.visitor.provider.lists):
        with pytest.raises(ProviderError) as raised:
            list(books.session.fetch_items(name, "", None))
        assert raised.value.kind is ErrorKind.UNSUPPORTED


def test_tax_rates_say_what_they_mean(books: Books) -> None:
    rates = read_list(books.session, ListName.TAX_RATES)
    assert {TaxKind(rate.details["tax_kind"]) for rate in rates} >= {
        TaxKind.STANDARD,
        TaxKind.ZERO_RATED,
        TaxKind.EXEMPT,
        TaxKind.NO_VAT,
    }
    assert all(isinstance(rate.details["tax_kind_is_guessed"], bool) for rate in rates)
    # A code for both sides is one entry, so where there are such codes one entry serves costs and sales.
    for side in (Side.COSTS, Side.SALES):
        assert [rate for rate in rates if rate.details["side"] in (side, Side.BOTH)]
    standard = [rate for rate in rates if rate.details["tax_kind"] == TaxKind.STANDARD and not rate.archived]
    assert {rate.details["rate"] for rate in standard} == {"20"}


def test_book_settings_tell_currencies_and_the_last_locked_day(books: Books) -> None:
    settings = books.session.fetch_book_settings()
    assert settings.base_currency == "GBP"
    assert {"GBP", "EUR"} <= set(settings.currencies)
    control(books, "lock", period_lock_date="2026-09-30", end_of_year_lock_date="2026-03-31")
    locked = books.session.fetch_book_settings().locked_until
    assert locked is not None
    assert locked.isoformat() == "2026-09-30"


@pytest.mark.req("LST-02")
def test_a_long_list_comes_whole_over_its_pages(books: Books) -> None:
    before = len(read_list(books.session, ListName.SUPPLIERS))
    control(books, "grow", list="contacts", count=2300)
    pages = list(books.visitor.open().fetch_items(ListName.SUPPLIERS, "", None))
    entries = [entry for page in pages for entry in page.entries]
    assert len({entry.remote_id for entry in entries}) == len(entries) == before + 2300
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert len(pages) > 1


@pytest.mark.req("LST-02")
def test_a_page_that_fails_fails_the_list(books: Books) -> None:
    control(books, "grow", list="contacts", count=2300)
    pages = books.visitor.open().fetch_items(ListName.SUPPLIERS, "", None)
    next(pages)
    books.fault("contacts", "truncated")
    with pytest.raises(ProviderError) as raised:
        list(pages)
    assert raised.value.kind is ErrorKind.TRANSIENT


def test_a_light_read_brings_only_what_changed(books: Books) -> None:
    provider = books.visitor.provider
    names = [name for name in CONTACTS if name in provider.lists_with_since]
    if not names:
        pytest.skip("This vendor has no light reads of contacts.")
    for name in names:
        chosen = read_list(books.session, name)[3]
        books.visitor.sandbox.control("clock", skip="2h")
        since = clock.now() + timedelta(hours=1)
        control(books, "rename", list="contacts", id=chosen.remote_id, name=f"Renamed {name}")
        tokens = books.visitor.sign_in()
        session = books.visitor.adapter.open(tokens, books.visitor.organisation(tokens))
        assert [entry.name for entry in read_list(session, name, since)] == [f"Renamed {name}"]
        books.visitor.sandbox.control("reset")
        books.session = books.visitor.open()


def test_renamed_archived_and_merged_entries_keep_their_ids(books: Books) -> None:
    first, second, third = read_list(books.session, ListName.SUPPLIERS)[:3]
    control(books, "rename", list="contacts", id=first.remote_id, name="A New Name Ltd")
    control(books, "archive", list="contacts", id=second.remote_id)
    control(books, "merge_contacts", **{"from": third.remote_id, "into": first.remote_id})
    found = {entry.remote_id: entry for entry in read_list(books.visitor.open(), ListName.SUPPLIERS)}
    assert found[first.remote_id].name == "A New Name Ltd"
    assert found[second.remote_id].archived
    assert not found[first.remote_id].archived
    assert found[third.remote_id].archived
    # Not every vendor says what an entry was merged into.
    assert found[third.remote_id].merged_into_id in (first.remote_id, "")


@pytest.mark.req("ERR-02", "ERR-04")
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("429", ErrorKind.RATE_LIMITED),
        ("500", ErrorKind.PROVIDER_DOWN),
        ("503", ErrorKind.PROVIDER_DOWN),
        ("html", ErrorKind.TRANSIENT),
        ("empty", ErrorKind.TRANSIENT),
        ("truncated", ErrorKind.TRANSIENT),
        ("lost_reply", ErrorKind.TRANSIENT),
    ],
)
def test_each_list_fails_in_the_same_words(books: Books, kind: str, expected: ErrorKind) -> None:
    for name in books.visitor.provider.lists:
        session = books.visitor.open()
        books.fault("any", kind)
        with pytest.raises(ProviderError) as raised:
            read_list(session, name)
        assert raised.value.kind is expected, name
        assert not raised.value.maybe_done
        if kind == "429":
            # A refusal parks the organisation; the other lists are no different.
            assert raised.value.retry_after_seconds in (1, A_MINUTE_WHERE_NOTHING_IS_SAID)
            break


def test_a_silent_vendor_is_given_up_in_time(books: Books, settings: object) -> None:
    settings.HTTP_READ_SECONDS = 0.3  # type: ignore[attr-defined]
    books.fault("any", "timeout", seconds=5)
    with pytest.raises(ProviderError) as raised:
        read_list(books.session, ListName.CATEGORIES)
    assert raised.value.kind is ErrorKind.TRANSIENT


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("RAT-02")
def test_many_workers_are_never_refused_by_the_vendor(books: Books) -> None:
    session = books.session
    vendor = {"vendor": books.visitor.provider.id}
    books.visitor.sandbox.control("limits", **vendor, latency_ms=30)
    before = books.visitor.sandbox.received(books.visitor.provider.id)

    def work(_: int) -> ErrorKind | None:
        try:
            session.fetch_organisation()
        except ProviderError as error:
            return error.kind
        else:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(work, range(80)))
    after = books.visitor.sandbox.received(books.visitor.provider.id)
    called, refused = after["requests"] - before["requests"], after["refused"] - before["refused"]
    per_minute = books.visitor.provider.limits.per_minute
    assert refused == 0
    assert answers.count(None) == called
    if per_minute is not None:
        assert set(answers) <= {None, ErrorKind.RATE_LIMITED}
        assert called <= per_minute
