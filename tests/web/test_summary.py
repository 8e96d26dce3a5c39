"""The summary before Finish says what comes true about the pause before publishing."""

import pytest

from bookbind.connections.disconnect import disconnect
from bookbind.connections.models import Connection
from bookbind.connections.queries import keeps_tax
from bookbind.jobs.runner import run_due
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.starting import start_publishing
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Walk
from tests.web.test_changing import HOLDINGS, change
from tests.web.test_connecting import connect, connections_of, organisations

pytestmark = pytest.mark.django_db(transaction=True)

PAUSED = "Nothing is sent to Xero until you press Start publishing"
AT_ONCE = "Nothing is sent to Xero until a document is published."


def summary_of(walk: Walk, organisation: str = "Acme Ltd") -> Page:
    """Connect as far as the summary."""
    page = walk.allow(organisation)
    return read(walk.client.post(page.path, {"organisation": organisations(page)[0]}, follow=True))


def finish(walk: Walk, summary: Page) -> bool:
    """Press Finish and let the lists arrive: whether publishing waits for its start."""
    walk.press(summary, "finish")
    run_due()
    return next(one for one in connections_of(walk) if one.stage == "active").awaits_start


@pytest.mark.req("CHG-12", "CHG-10")
def test_books_used_before_others_are_said_to_wait_for_the_start(ada: Walk, people: People) -> None:
    old = connect(ada)
    change(ada, old)
    run_due()
    with within(BusinessScope(ada.business.id)):
        joined = next(one for one in connections_of(ada) if one.id != old.id)
        start_publishing(joined, people.alice)
        disconnect(joined, people.alice)
    summary = summary_of(ada)
    assert PAUSED in summary.text
    assert AT_ONCE not in summary.text
    assert finish(ada, summary)


@pytest.mark.req("CHG-12")
def test_lists_kept_here_are_said_to_make_publishing_wait(ada: Walk) -> None:
    with within(BusinessScope(ada.business.id)):
        ListItem.objects.create(
            business=ada.business, list=ListName.CATEGORIES, name="Paint", folded_name="paint"
        )
    summary = summary_of(ada)
    assert PAUSED in summary.text
    assert finish(ada, summary)


def test_books_that_go_on_where_they_ended_are_not_said_to_wait(ada: Walk, people: People) -> None:
    first = summary_of(ada)
    assert AT_ONCE in first.text
    assert not finish(ada, first)
    with within(BusinessScope(ada.business.id)):
        disconnect(connections_of(ada)[0], people.alice)
    again = summary_of(ada)
    assert AT_ONCE in again.text
    assert not finish(ada, again)


@pytest.mark.req("CHG-01")
def test_books_that_were_used_before_are_known_again(ada: Walk) -> None:
    old = connect(ada)
    joined = move_away(ada, old)
    page = ada.allow("Acme Ltd", HOLDINGS, path=f"/{joined.id}/change/xero/")
    assert "your books before" in page.html
    summary = read(ada.client.post(page.path, {"organisation": old.organisation_id}, follow=True))
    assert summary.heading == "Go back to Xero (Acme Ltd)"


@pytest.mark.req("CHG-05")
def test_books_that_are_gone_back_to_keep_their_first_day(ada: Walk, people: People) -> None:
    old = connect(ada)
    first = change(ada, old, finish=False)
    assert 'type="date" value=' not in first.html
    ada.press(first, "finish", documents_from="2026-01-01")
    run_due()
    joined = next(one for one in connections_of(ada) if one.id != old.id)
    with within(BusinessScope(ada.business.id)):
        start_publishing(joined, people.alice)
    page = ada.allow("Acme Ltd", path=f"/{joined.id}/change/xero/")
    back = read(ada.client.post(page.path, {"organisation": old.organisation_id}, follow=True))
    assert 'value="2026-' not in back.html, "these took every document"
    ada.press(back, "finish")
    run_due()
    page = ada.allow(HOLDINGS, path=f"/{old.id}/change/xero/")
    again = read(ada.client.post(page.path, {"organisation": joined.organisation_id}, follow=True))
    assert again.heading == f"Go back to Xero ({HOLDINGS})"
    assert 'name="documents_from" value="2026-01-01"' in again.html


@pytest.mark.req("REC-07")
def test_who_wanted_to_go_back_and_reached_other_books_is_told(ada: Walk) -> None:
    old = connect(ada)
    joined = move_away(ada, old)
    path = f"{ada.root}/{joined.id}/change/xero/"
    away = read(ada.client.post(path, {"waiting": "along", "back": str(old.id)}))
    page = ada.come_back(away.link("Continue to Xero"), "Acme Property Ltd")
    assert "Acme Ltd is not among what you allowed." in page.text
    assert page.link("sign in again") == f"{path}?waiting=along&back={old.id}"


def test_a_move_that_was_stopped_leaves_no_earlier_books(ada: Walk) -> None:
    old = connect(ada)
    change(ada, old)
    joined = next(one for one in connections_of(ada) if one.id != old.id)
    ada.client.post(f"{ada.root}/{joined.id}/stop")
    assert "Go back…" not in read(ada.client.get(f"{ada.root}/")).text


def test_the_address_of_a_refused_finish_leads_to_the_summary(ada: Walk) -> None:
    old = connect(ada)
    summary = change(ada, old, finish=False)
    again = read(ada.client.get(summary.path.replace("summary", "finish"), follow=True))
    assert again.path == summary.path
    assert again.has_button("Finish")


def move_away(walk: Walk, old: Connection) -> Connection:
    """To Acme Holdings, with the lists read and nothing started."""
    change(walk, old)
    run_due()
    return next(one for one in connections_of(walk) if one.id != old.id)


def test_books_that_keep_no_vat_are_told_of_before_finish(ada: Walk) -> None:
    said = "Acme Ltd keeps no VAT in Xero."
    assert said not in summary_of(ada).text
    ada.sandbox.control("lock", vendor="xero", organisation="Acme Ltd", sales_tax=False)
    summary = summary_of(ada)
    assert said in summary.text
    assert "What is published there has its VAT as part of the cost" in summary.text
    finish(ada, summary)
    assert not keeps_tax(connections_of(ada)[0])
