"""From upload to the books in another software than the first, through every part of the product."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bookbind.activity.queries import list_entries
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection, organisation_of
from bookbind.documents.models import Document
from bookbind.jobs.runner import run_due
from bookbind.lists.models import Dimension, ListItem, ListSync, RemoteItem
from bookbind.lists.queries import sync_progress
from bookbind.lists.sync import request_sync
from bookbind.merge.using import match_one
from bookbind.providers.base.types import DocumentKind, ListName
from bookbind.publishing.errors import DocumentIncomplete
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import publish_anyway
from bookbind.publishing.starting import start_publishing
from bookbind.publishing.states import State
from bookbind.tenancy.scope import BusinessScope, within
from tests.publishing.conftest import SYNC, Desk, sign_in
from tests.support import factories
from tests.support.processes import Sandbox

SOFTWARE = "quickbooks"


@pytest.fixture
def desk(sandbox: Sandbox, skip: Callable[..., None]) -> Iterator[Desk]:
    """Acme Ltd, connected to the company of the same name there, with its lists read."""
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    with within(BusinessScope(business.id)):
        connection = sign_in(sandbox, business, user, provider=SOFTWARE)
        run_due(kinds=[SYNC])
        yield Desk(sandbox, business, user, get_connection(connection.id), skip)


def received(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.sandbox.received(SOFTWARE)["documents"]
    return found


def codes(desk: Desk) -> dict[str, Any]:
    """What every line of these tests is coded to."""
    return {
        "category_id": desk.item(ListName.CATEGORIES, "Motor vehicle expenses:Fuel").id,
        "tax_rate_id": desk.item(ListName.TAX_RATES, "20.0% S").id,
    }


def bill(desk: Desk, number: str = "INV-1", **changes: Any) -> Document:
    """A coded bill of £120.00 from a supplier whom the books know."""
    line = codes(desk) | changes.pop("line", {})
    return desk.bill(number, supplier=changes.pop("supplier", "City Fuel Limited"), line=line, **changes)


def published(desk: Desk, document: Document) -> Publication:
    publication = desk.publish(document)
    desk.work()
    return desk.look(publication)


@pytest.mark.req("LST-01")
def test_every_list_is_read_and_dimensions_have_their_places(desk: Desk) -> None:
    assert {row.state for row in sync_progress(desk.connection)} == {ListSync.State.COMPLETE}
    assert desk.connection.stage == Connection.Stage.ACTIVE
    assert {row.slot: (row.name, row.per_line) for row in Dimension.objects.all()} == {
        ListName.TRACKING_1: ("Class", True),
        ListName.TRACKING_2: ("Location", False),
    }
    assert desk.connection.base_currency == "GBP"


def test_a_second_reading_changes_nothing(desk: Desk) -> None:
    before = list(RemoteItem.objects.order_by("id").values_list("id", "name", "state", "details"))
    for full in (False, True):
        request_sync(desk.connection, full=full)
        run_due(kinds=[SYNC])
        assert list(RemoteItem.objects.order_by("id").values_list("id", "name", "state", "details")) == before


@pytest.mark.req("PUB-01", "PUB-06", "PUB-09")
def test_a_bill_is_published_once_with_its_paper_its_class_and_its_location(desk: Desk) -> None:
    line = {
        "tracking_1_id": desk.item(ListName.TRACKING_1, "North").id,
        "tracking_2_id": desk.item(ListName.TRACKING_2, "Workshop").id,
    }
    publication = published(desk, bill(desk, "INV-2231", line=line))
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    assert (publication.paper, publication.differences) == ("attached", [])
    (found,) = received(desk)
    assert (found["contact"], found["reference"], Decimal(found["total"]), Decimal(found["tax"])) == (
        "City Fuel Limited",
        "INV-2231",
        Decimal(120),
        Decimal(20),
    )
    assert (found["location"], found["lines"][0]["class"]) == ("Workshop", "North")
    assert found["lines"][0]["account"] == "Motor vehicle expenses:Fuel"
    assert publication.marker in found["note"]
    assert [paper["file_name"] for paper in found["attachments"]] == ["bill.pdf"]
    assert publication.remote_url.endswith(f"?txnId={found['id']}")


@pytest.mark.req("PUB-09")
def test_the_tax_on_the_paper_reaches_the_books_to_the_penny(desk: Desk) -> None:
    line = {"net": Decimal("8.33"), "tax": Decimal("1.66")}
    publication = published(desk, bill(desk, line=line, total=Decimal("9.99")))
    assert (publication.state, publication.differences) == (State.PUBLISHED, [])
    (found,) = received(desk)
    assert (Decimal(found["total"]), Decimal(found["tax"])) == (Decimal("9.99"), Decimal("1.66"))


@pytest.mark.req("PUB-09")
@pytest.mark.parametrize("account", ["Current account", "Company credit card"])
def test_an_expense_leaves_a_bank_account_or_a_card(desk: Desk, account: str) -> None:
    paid_from = desk.item(ListName.BANK_ACCOUNTS, account)
    paid = {"kind": DocumentKind.EXPENSE, "paid": True, "paid_from_id": paid_from.id}
    publication = published(desk, bill(desk, **paid))
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    (found,) = received(desk)
    assert (found["kind"], found["paid_from"]) == ("spend", account)


@pytest.mark.req("PUB-09", "PUB-10")
def test_books_that_keep_no_vat_bear_it_from_their_next_reading_on(desk: Desk) -> None:
    desk.sandbox.control("lock", vendor=SOFTWARE, organisation="Acme Ltd", sales_tax=False)
    request_sync(desk.connection)
    run_due(kinds=[SYNC])
    desk.refresh()
    publication = published(desk, bill(desk, line={"tax_rate_id": None}))
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    assert publication.differences == []
    (found,) = received(desk)
    assert (Decimal(found["total"]), Decimal(found["tax"])) == (Decimal(120), Decimal(0))


def test_a_supplier_is_made_there_and_a_second_bill_finds_it(desk: Desk) -> None:
    for number in ("INV-1", "INV-2"):
        assert published(desk, bill(desk, number, supplier="Zebra Crossing Ltd")).state == State.PUBLISHED
    assert len({found["contact_id"] for found in received(desk)}) == 1


@pytest.mark.req("PUB-07")
def test_a_number_that_is_too_long_there_is_refused_before_it_is_sent(desk: Desk) -> None:
    assert refusals(desk, bill(desk, "A-NUMBER-OF-MORE-THAN-21-SIGNS")) == [Reason.REFERENCE_TOO_LONG]


@pytest.mark.req("PUB-07")
def test_lines_in_two_locations_are_refused_before_they_are_sent(desk: Desk) -> None:
    places = [desk.item(ListName.TRACKING_2, name).id for name in ("Workshop", "Head office")]
    document = bill(desk, line={"tracking_2_id": places[0]})
    values = desk.values("INV-1", supplier="City Fuel Limited", line=codes(desk))
    lines = tuple(replace(values.lines[0], tracking_2_id=place) for place in places)
    document = desk.edit(document, replace(values, lines=lines, total=Decimal(240)))
    assert refusals(desk, document) == [Reason.TRACKING_DIFFERS]
    same = tuple(replace(line, tracking_2_id=places[0]) for line in lines)
    document = desk.edit(document, replace(values, lines=same, total=Decimal(240)))
    assert published(desk, document).state == State.PUBLISHED


def refusals(desk: Desk, document: Document) -> list[Reason]:
    """Why a document needs an edit before it can be published; nothing of it reached the books."""
    with pytest.raises(DocumentIncomplete) as raised:
        desk.publish(document)
    assert received(desk) == []
    return [problem.reason for problem in raised.value.problems]


@pytest.mark.req("PUB-02", "PUB-08")
@pytest.mark.parametrize("fault", ["lost_reply", "truncated"])
def test_a_lost_answer_makes_no_second_bill(desk: Desk, fault: str) -> None:
    document = bill(desk, "INV-7")
    desk.sandbox.control("faults", vendor=SOFTWARE, operation="create_invoice", fault=fault, times=1)
    publication = desk.publish(document)
    for _ in range(4):
        desk.work()
        desk.move_time(minutes=2)
    assert desk.look(publication).state == State.PUBLISHED
    assert len(received(desk)) == 1


@pytest.mark.req("PUB-02", "PUB-08")
def test_a_lost_answer_is_found_by_its_note_when_the_key_is_not_trusted_any_more(desk: Desk) -> None:
    document = bill(desk, "INV-8")
    desk.sandbox.control("faults", vendor=SOFTWARE, operation="create_invoice", fault="lost_reply", times=1)
    publication = desk.publish(document)
    desk.work()
    desk.move_time(hours=3)
    for _ in range(3):
        desk.work()
        desk.move_time(minutes=2)
    assert desk.look(publication).state == State.PUBLISHED
    assert len(received(desk)) == 1


def test_what_changed_there_is_followed_by_a_light_reading(desk: Desk) -> None:
    desk.move_time(hours=2)
    desk.sandbox.control(
        "rename", vendor=SOFTWARE, organisation="Acme Ltd", list="accounts", id="Advertising", name="Adverts"
    )
    request_sync(desk.connection)
    run_due(kinds=[SYNC])
    assert ListItem.objects.filter(list=ListName.CATEGORIES, name="Adverts").exists()
    assert not ListItem.objects.filter(list=ListName.CATEGORIES, name="Advertising").exists()


def test_a_new_supplier_has_the_currency_of_its_first_bill(desk: Desk) -> None:
    euro = published(desk, bill(desk, "INV-1", supplier="Boulangerie Neuve SARL", currency="EUR"))
    assert (euro.state, euro.error) == (State.PUBLISHED, {})
    assert published(desk, bill(desk, "INV-2", supplier="Newcomer Ltd")).state == State.PUBLISHED
    bills = [each for each in received(desk) if each["kind"] != "contact"]
    assert len(bills) == 2


@pytest.mark.req("PUB-09", "PUB-12")
def test_books_that_keep_no_tax_get_it_in_the_cost_and_every_label_says_so(desk: Desk) -> None:
    document = bill(desk, "INV-3001")
    desk.connection = desk.move("Acme Holdings Ltd", provider=SOFTWARE)
    assert not organisation_of(desk.connection).keeps_tax
    match_one(
        desk.connection,
        codes(desk)["category_id"],
        RemoteItem.objects.get(connection=desk.connection, name="Motor vehicle expenses:Fuel").id,
        desk.user,
    )
    start_publishing(desk.connection, desk.user)
    publication = published(desk, document)
    assert publication.state == State.PUBLISHED, (publication.reason, publication.error)
    assert publication.differences == []
    (found,) = received(desk)
    assert (Decimal(found["total"]), Decimal(found["tax"]), found["lines"][0]["amount"]) == (120, 0, "120.00")
    labels = publication.labels
    assert (labels["lines"][0]["tax_rate"], labels["tax_in_cost"]) == ("", "£20.00")
    told = next(entry.text for entry in list_entries(document) if entry.text.startswith("Published"))
    label = "QuickBooks Online (Acme Holdings Ltd)"
    assert told == f"Published to {label}. Its VAT of £20.00 is part of the cost there."


def numbers_allowed(desk: Desk) -> list[bool]:
    """For every bill that was sent, whether the vendor was told that its number may repeat."""
    asked = desk.sandbox.read("log", vendor=SOFTWARE)["requests"]
    bills = [each for each in asked if each["operation"] == "create_invoice"]
    return ["include=allowduplicatedocnum" in each["query"] for each in bills]


@pytest.mark.req("PUB-08")
def test_publishing_anyway_repeats_a_number_that_somebody_saw_there_and_nothing_else_does(desk: Desk) -> None:
    first = published(desk, bill(desk, "INV-40"))
    again = bill(desk, "INV-40", paper="again.pdf", note="the second of two")
    refused = published(desk, again)
    assert (refused.state, refused.reason) == (State.REJECTED, Reason.REFUSED_NUMBER)
    seen = published(desk, again)
    assert (seen.state, seen.reason) == (State.HELD, Reason.TWIN)
    assert [twin["remote_id"] for twin in seen.reason_data["twins"]] == [first.remote_id]
    publish_anyway(seen, desk.user)
    desk.work()
    assert desk.look(seen).state == State.PUBLISHED, desk.look(seen).error
    assert [each["reference"] for each in received(desk)] == ["INV-40", "INV-40"]
    assert numbers_allowed(desk) == [False, False, True]


@pytest.mark.req("PUB-08")
def test_another_number_than_the_one_that_was_seen_is_not_repeated(desk: Desk) -> None:
    published(desk, bill(desk, "INV-41"))
    published(desk, bill(desk, "INV-42", paper="other.pdf", line={"net": Decimal(90), "tax": Decimal(30)}))
    again = bill(desk, "INV-41", paper="again.pdf", note="again")
    published(desk, again)
    seen = published(desk, again)
    publish_anyway(seen, desk.user)
    values = desk.values("INV-42", supplier="City Fuel Limited", line=codes(desk))
    desk.edit(again, values)
    desk.work()
    assert desk.look(seen).reason == Reason.REFUSED_NUMBER
    assert not any(numbers_allowed(desk))
