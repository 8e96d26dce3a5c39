"""The summary before Finish says what comes true about the pause before publishing."""

import pytest

from bookbind.connections.disconnect import disconnect
from bookbind.jobs.runner import run_due
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.starting import start_publishing
from bookbind.tenancy.scope import BusinessScope, within
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.web.conftest import Walk
from tests.web.test_changing import change
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
