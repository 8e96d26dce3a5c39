"""Lists of a real connection, read by the real job over real HTTP."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bookbind.connections.models import Connection
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.lists.models import Binding, Dimension, ListItem, ListSync, RemoteItem
from bookbind.lists.queries import current_bindings, pick_items, sync_progress
from bookbind.lists.sync import SYNC_JOB
from bookbind.providers.base.types import ListName
from tests.lists.conftest import Connected
from tests.support.queries import counting

Connect = Callable[..., Connected]


@pytest.mark.req("LST-01")
def test_every_list_of_an_organisation_arrives_and_is_ready_to_use(connect: Connect) -> None:
    acme = connect()
    assert acme.read() == 1
    progress = sync_progress(acme.connection)
    assert {row.state for row in progress} == {ListSync.State.COMPLETE}
    assert all(row.item_count for row in progress)
    assert {row.slot: row.name for row in Dimension.objects.all()} == {
        ListName.TRACKING_1: "Region",
        ListName.TRACKING_2: "Department",
    }
    fuel = pick_items(ListName.CATEGORIES, "advert", connection=acme.connection)
    assert [item.label for item in fuel] == ["400 Advertising & Marketing"]
    found = Connection.objects.get(id=acme.connection.id)
    assert (found.base_currency, sorted(found.currencies)) == ("GBP", ["EUR", "GBP", "USD"])
    assert not Job.objects.filter(kind=SYNC_JOB).exists()


def test_what_happens_at_the_vendor_is_followed(connect: Connect) -> None:
    acme = connect()
    acme.read()
    account, other = ListItem.objects.filter(list=ListName.CATEGORIES, code__in=["400", "404"]).order_by(
        "code"
    )
    suppliers = list(ListItem.objects.filter(list=ListName.SUPPLIERS).order_by("folded_name")[:2])
    acme.control("rename", list="accounts", id="400", name="Advertising and more")
    acme.control("archive", list="accounts", id="404")
    acme.control("merge_contacts", **{"from": suppliers[0].name, "into": suppliers[1].name})
    acme.read(full=False)
    account.refresh_from_db()
    assert account.name == "Advertising and more"
    bound = current_bindings(acme.connection.id, [other.id, *(item.id for item in suppliers)])
    assert bound[other.id].state == RemoteItem.State.ARCHIVED
    assert bound[suppliers[0].id].id == bound[suppliers[1].id].id
    assert other.name not in [
        item.name for item in pick_items(ListName.CATEGORIES, connection=acme.connection)
    ]


@pytest.mark.parametrize("fault", ["500", "503", "html", "truncated", "empty", "429"])
def test_fault_of_the_vendor_leaves_every_list_as_it_was(connect: Connect, fault: str) -> None:
    acme = connect()
    acme.read()
    before = counts()
    acme.control("rename", list="accounts", id="400", name="Renamed")
    acme.sandbox.control("faults", vendor="xero", operation="accounts", fault=fault, times=2)
    acme.read(ListName.CATEGORIES, ListName.BANK_ACCOUNTS)
    assert counts() == before
    assert ListItem.objects.get(list=ListName.CATEGORIES, code="400").name == "Advertising & Marketing"
    states = set(ListSync.objects.exclude(state=ListSync.State.COMPLETE).values_list("state", flat=True))
    assert states <= {ListSync.State.WAITING}
    assert Job.objects.filter(kind=SYNC_JOB, due_at__isnull=False).exists()


@pytest.mark.slow
def test_ten_thousand_contacts_need_few_statements(connect: Connect) -> None:
    acme = connect()
    acme.sandbox.control("limits", vendor="xero", minute=10_000, day=100_000)
    acme.control("grow", list="contacts", count=10_000)
    with counting() as first:
        acme.read(ListName.SUPPLIERS, ListName.CUSTOMERS)
    before = counts()
    with counting() as second:
        acme.read(ListName.SUPPLIERS, ListName.CUSTOMERS)
    assert ListItem.objects.filter(list=ListName.SUPPLIERS).count() >= 5_000
    assert Binding.objects.filter(list_item__list=ListName.SUPPLIERS).count() >= 5_000
    assert counts() == before
    assert first.number < 500
    assert second.number < 400


def counts() -> tuple[object, ...]:
    """How much there is of everything that a failed read must not touch."""
    states = sorted(RemoteItem.objects.values_list("id", "state", "generation"))
    return states, ListItem.objects.count(), Binding.objects.count()


def test_a_connection_that_expired_is_not_read_and_says_so(connect: Connect) -> None:
    acme = connect()
    acme.read()
    past = acme.connection.consented_at - timedelta(days=1)
    Connection.objects.filter(id=acme.connection.id).update(consent_expires_at=past)
    before = acme.sandbox.received()["requests"]
    acme.read()
    assert acme.sandbox.received()["requests"] == before
    assert {row.error["kind"] for row in sync_progress(acme.connection)} == {"needs_reconnect"}
    assert not Job.objects.filter(kind=SYNC_JOB).exists()


def test_a_connection_revoked_at_the_vendor_keeps_its_lists_and_stops(connect: Connect) -> None:
    acme = connect()
    acme.read()
    before = counts()
    acme.control("revoke")
    acme.read()
    assert counts() == before
    assert {row.state for row in sync_progress(acme.connection)} == {ListSync.State.FAILED}
    assert not Job.objects.filter(kind=SYNC_JOB).exists()


def test_a_vendor_that_is_down_is_asked_again_when_it_may_be(
    connect: Connect, skip: Callable[..., None]
) -> None:
    acme = connect()
    acme.read()
    acme.sandbox.control("faults", vendor="xero", operation="any", fault="503", times=3)
    acme.read()
    first = Job.objects.get(kind=SYNC_JOB)
    assert first.due_at > clock.now()
    asked = acme.sandbox.received()["requests"]
    Job.objects.filter(kind=SYNC_JOB).update(due_at=clock.now())
    run_due(kinds=[SYNC_JOB])
    assert acme.sandbox.received()["requests"] == asked
    acme.sandbox.clear_faults()
    skip(hours=1)
    run_due(kinds=[SYNC_JOB])
    assert {row.state for row in sync_progress(acme.connection)} == {ListSync.State.COMPLETE}
    assert not Job.objects.filter(kind=SYNC_JOB).exists()
