"""While a list is read from the new books: the page says so, promises nothing, and goes on by itself."""

import pytest
from django.urls import reverse

from bookbind.lists.models import Dimension, ListSync
from bookbind.lists.services import create_item
from bookbind.providers.base.types import ListName, RemoteDimension
from bookbind.rules.models import SupplierRule
from tests.web.merge.conftest import Desk

pytestmark = pytest.mark.django_db
PROJECTS = ListName.TRACKING_1
SAID = "Reading Department from QuickBooks Online…"


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """After Alice said which dimension Projects is, which her rule fills; nothing of it was read yet."""
    north = create_item(desk.firm.business.id, PROJECTS, "North")
    SupplierRule.objects.update(tracking_1=north)
    desk.new.books.dimensions = [
        RemoteDimension(name, name, per_line=True, active=True) for name in ("Department", "Class")
    ]
    desk.new.read()
    desk.new.books.add(PROJECTS, "k-1", "North")
    there = Dimension.objects.get(connection=desk.new.connection, name="Department")
    desk.client.post(desk.url("merge_dimension"), {"key": PROJECTS.value, "answer": str(there.id)})
    return desk


def seen(desk: Desk, step: str) -> dict[str, str]:
    """What the bar of a page as it stands now sends to ask whether anything changed."""
    reads = f"{PROJECTS}10"
    return {"seen": f"{desk.new.version}.{reads}", "step": step, "unread": PROJECTS.value}


@pytest.mark.req("CHG-03", "CHG-05")
def test_no_number_is_said_that_the_list_being_read_would_change(desk: Desk) -> None:
    page = desk.open("merge_step", "categories")
    assert "Projects being read" in page.text
    counted = f"{SAID} What becomes ready is counted when Department is known."
    assert counted in page.text
    assert "rules ready" not in page.text
    assert "Everything your rules and documents use is matched" not in page.text
    preview = desk.open("merge_preview").text
    assert counted in preview
    assert "will work in" not in preview
    desk.new.read(PROJECTS)
    page = desk.open("merge_step", "categories")
    assert "Projects → Department 1 ticked" in page.text
    assert "0 rules ready" in page.text
    assert SAID not in page.text


def test_with_nothing_ticked_the_preview_says_what_is_being_read(desk: Desk) -> None:
    text = desk.open("merge_preview", list="customers").text
    assert f"Tick a match, and come back. {SAID}" in text


def test_numbers_that_do_not_hang_on_it_stay(desk: Desk) -> None:
    SupplierRule.objects.update(tracking_1=None)
    page = desk.open("merge_step", "categories")
    assert "Projects being read" in page.text
    assert "0 rules ready" in page.text


def test_the_step_being_read_says_so_and_opens_by_itself(desk: Desk) -> None:
    page = desk.open("merge_step", PROJECTS.value)
    assert SAID in page.text
    assert "1 entry of yours is matched next. This page goes on by itself." in page.text
    assert "every 2s" in page.html
    asked = seen(desk, PROJECTS.value)
    assert desk.fragment("merge_state", **asked).status == 204
    desk.new.read(PROJECTS)
    answer = desk.client.get(desk.url("merge_state"), asked, headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    page = desk.open("merge_step", PROJECTS.value)
    assert "1 entry of yours is matched next" not in page.text
    assert "every 15s" in page.html


def test_the_dimensions_step_leads_on_when_the_list_was_read(desk: Desk) -> None:
    page = desk.open("merge_step", "dimensions")
    assert f"{SAID} Its entries can be matched when that is done." in page.text
    asked = seen(desk, "dimensions")
    desk.new.read(PROJECTS)
    fresh = desk.fragment("merge_state", **asked)
    assert "Department has been read. Match its entries" in fresh.text
    assert fresh.link("Match its entries") == desk.url("merge_step", PROJECTS.value)
    assert "HX-Refresh" not in fresh.headers


def test_a_list_that_could_not_be_read_says_what_to_do(desk: Desk) -> None:
    rows = ListSync.objects.filter(connection=desk.new.connection, list=PROJECTS)
    rows.update(state=ListSync.State.FAILED, last_error={"kind": "rejected"})
    page = desk.open("merge_step", PROJECTS.value)
    assert "Projects not read" in page.text
    assert "Department could not be read from QuickBooks Online." in page.text
    refresh = reverse("connection_refresh", args=[desk.firm.business.slug, desk.new.connection.id])
    assert page.link("Refresh the list") == refresh
    assert desk.open("merge_step", "dimensions").link("Refresh the list") == refresh
    assert "every 15s" in page.html
