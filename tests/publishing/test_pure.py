"""Retry times, twins that are our own, summaries and their sentence."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.base.types import DocumentKind, OutgoingDocument, PublishAs, TaxMode, Twin
from bookbind.publishing.queries import summarise
from bookbind.publishing.reasons import Reason
from bookbind.publishing.results import Results, count_results, describe_results
from bookbind.publishing.retry import (
    LONGEST_SECONDS,
    WINDOW_MARGIN_SECONDS,
    delay_seconds,
    is_inside_window,
)
from bookbind.publishing.states import State
from bookbind.publishing.twins import is_known


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_delays_grow_and_end(attempts: int, chance: float) -> None:
    delay = delay_seconds(attempts, chance)
    assert 0 < delay <= LONGEST_SECONDS * 1.2 + 1
    assert delay_seconds(attempts + 1, chance) >= delay


@pytest.mark.parametrize(
    ("elapsed", "window", "inside"),
    [
        (0, 360, True),
        (360 - WINDOW_MARGIN_SECONDS, 360, True),
        (360 - WINDOW_MARGIN_SECONDS + 1, 360, False),
        (-1, 360, False),
        (0, 0, False),
    ],
)
def test_a_key_is_trusted_a_little_shorter_than_the_vendor_keeps_it(
    elapsed: float, window: int, *, inside: bool
) -> None:
    assert is_inside_window(elapsed, window) is inside


def outgoing(reference: str) -> OutgoingDocument:
    return OutgoingDocument(
        DocumentKind.BILL, PublishAs.DRAFT, "m", "c", "City Fuel", date(2027, 3, 3), None, reference, "GBP",
        TaxMode.EXCLUSIVE, (), Decimal(100), Decimal(20), Decimal(120),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "reference", "own_ids", "known"),
    [
        ("INV-1", "INV-2", {"r-1"}, True),
        ("inv-1", "INV-1", {"r-1"}, False),
        ("INV-1", "INV-2", set(), False),
        ("INV-1", "INV-1", set(), False),
    ],
)
def test_our_own_document_of_another_number_is_no_twin(
    number: str, reference: str, own_ids: set[str], *, known: bool
) -> None:
    twin = Twin("r-1", number, "City Fuel", date(2027, 3, 3), Decimal(120), "DRAFT", "")
    assert is_known(twin, outgoing(reference), own_ids) is known


def test_results_are_counted_and_said() -> None:
    rows = (
        [(State.PUBLISHED, "")] * 11 + [(State.HELD, Reason.TWIN)] * 2 + [(State.HELD, Reason.PERIOD_LOCKED)]
    )
    results = count_results([(state.value, str(reason)) for state, reason in rows])
    assert (results.total, results.to_look_at, results.is_done) == (14, 3, True)
    assert describe_results(results, "Xero") == (
        "14 waiting documents: 11 published, 2 look already in Xero, 1 is dated in a closed period."
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from([state.value for state in State]),
            st.sampled_from([reason.value for reason in Reason]),
        )
    )
)
def test_every_document_is_counted_once(rows: list[tuple[str, str]]) -> None:
    results = count_results(rows)
    parts = (
        results.published, results.twins, results.closed_period, results.refused, results.other_holds,
        results.look_first, results.under_way, results.taken_back,
    )  # fmt: skip
    assert sum(parts) == results.total == len(rows)


def test_who_looks_first_is_told_that_documents_are_checked_not_published() -> None:
    results = Results(total=3, under_way=3)
    assert describe_results(results, "Xero") == "3 waiting documents: 3 being published."
    assert describe_results(results, "Xero", publish_now=False) == "3 waiting documents: 3 being checked."


def test_nothing_waited() -> None:
    assert describe_results(Results(), "Xero") == ""


def test_a_summary_adds_up_by_currency_and_month() -> None:
    queued = datetime(2027, 3, 10, tzinfo=UTC)
    rows = [
        (queued, Decimal("10.50"), "GBP", date(2027, 3, 3)),
        (queued, Decimal(5), "EUR", date(2027, 2, 3)),
        (queued, None, "GBP", None),
    ]
    summary = summarise(rows, "Europe/London")
    assert summary.count == 3
    assert summary.totals == {"GBP": Decimal("10.50"), "EUR": Decimal(5)}
    assert summary.oldest == date(2027, 2, 3)
    assert summary.months == {date(2027, 2, 1): 1, date(2027, 3, 1): 2}
