"""The first day of the new books: a day that was probably not meant is asked about before Finish."""

from datetime import date, timedelta

import pytest

from bookbind.connections.models import Change, Connection
from bookbind.kit import clock
from bookbind.kit.text import show_date
from bookbind.publishing.start_date import StartDate
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.pages import read
from tests.web.conftest import Walk
from tests.web.test_changing import HOLDINGS, change, hold_bill
from tests.web.test_connecting import connect, connections_of, organisations

pytestmark = pytest.mark.django_db(transaction=True)


def hold_bills(connection: Connection, *days: date, reason: str = "category_unmatched") -> None:
    """Bills of these days that wait at the connection."""
    for day in days:
        hold_bill(connection, reason, day)


def in_days(days: int) -> date:
    return clock.now().date() + timedelta(days=days)


def has_moved(walk: Walk) -> bool:
    with within(BusinessScope(walk.business.id)):
        return Change.objects.exists()


@pytest.mark.req("CHG-01", "ERR-01")
def test_a_day_far_ahead_is_taken_only_when_it_is_pressed_again(ada: Walk) -> None:
    old = connect(ada)
    far = in_days(400).isoformat()
    summary = change(ada, old, finish=False)
    asked = ada.press(summary, "finish", documents_from=far)
    assert asked.status == 422
    assert "400 days away, and documents dated before it wait." in asked.text
    assert f'value="{far}"' in asked.html
    assert not has_moved(ada)
    other = ada.press(summary, "finish", documents_from=in_days(300).isoformat(), confirmed_from=far)
    assert "300 days away" in other.text, "the day that was confirmed is another one"
    assert not has_moved(ada)
    ada.press(summary, "finish", documents_from=far, confirmed_from=far)
    joined = next(one for one in connections_of(ada) if one.id != old.id)
    assert joined.documents_from == in_days(400)


def test_the_first_of_the_next_month_needs_no_question(ada: Walk) -> None:
    old = connect(ada)
    hold_bills(old, in_days(-1), in_days(31), in_days(31))
    ada.press(change(ada, old, finish=False), "finish", documents_from=in_days(31).isoformat())
    assert has_moved(ada)


@pytest.mark.req("CHG-01", "CHG-05")
def test_a_day_that_holds_most_documents_back_says_how_many(ada: Walk) -> None:
    old = connect(ada)
    hold_bills(old, in_days(-3), in_days(-2), in_days(0))
    summary = change(ada, old, finish=False)
    assert "Those dated before" not in summary.text
    asked = ada.press(summary, "finish", documents_from=in_days(0).isoformat())
    assert asked.status == 422
    assert "2 of the 3 waiting documents are dated earlier and would not be published there." in asked.text
    day = show_date(in_days(0))
    assert f"they go to the new books. Those dated before {day} wait there until you say" in asked.text
    assert not has_moved(ada)
    ada.press(summary, "finish", documents_from="")
    assert has_moved(ada)


def test_what_is_published_first_is_not_held_back(ada: Walk) -> None:
    old = connect(ada)
    hold_bills(old, in_days(-3), in_days(-2), reason="look_first")
    hold_bills(old, in_days(0))
    away = read(ada.client.post(f"{ada.root}/{old.id}/change/xero/", {"waiting": "first"}))
    page = ada.come_back(away.link("Continue to Xero"), HOLDINGS)
    summary = read(ada.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))
    ada.press(summary, "finish", documents_from=in_days(0).isoformat())
    assert has_moved(ada)


@pytest.mark.parametrize(
    ("ahead", "held_back", "moving", "is_unusual"),
    [
        (0, 0, 0, False),
        (31, 0, 5, False),
        (32, 0, 5, True),
        (0, 5, 10, False),
        (0, 6, 10, True),
        (0, 10, 100, True),
        (-400, 0, 3, False),
    ],
)
def test_what_is_unusual(ahead: int, held_back: int, moving: int, is_unusual: bool) -> None:  # noqa: FBT001
    start = StartDate(date(2026, 1, 1), timedelta(days=ahead), held_back, moving)
    assert start.is_unusual is is_unusual
