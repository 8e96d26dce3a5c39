"""What a document says about itself is what will happen: its supplier, and when it is sent."""

from typing import Any

import pytest
from django.test import Client

from bookbind.connections.models import Connection
from bookbind.lists.models import ListItem, RemoteItem
from bookbind.providers.base.types import ListName
from bookbind.publishing.messages import explain_problem
from bookbind.publishing.reasons import Problem, Reason
from bookbind.publishing.services import request_publish
from bookbind.publishing.wording import Words
from bookbind.web.views.costs_fields import element_id
from tests.support.factories import People
from tests.support.office import Office
from tests.support.pages import read
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("CITY FUEL LTD", "GB999999999", "Xero has a CITY FUEL LTD: it is used."),
        ("City Fuels", "GB 123 4567 89", "Xero has City Fuels with the same VAT number: it is used."),
        ("City Fuels", "", "New in Xero, created on publish."),
    ],
)
def test_a_supplier_that_the_books_have_is_not_called_new(
    office: Office, alice: Client, name: str, number: str, words: str
) -> None:
    document = office.bill()
    ListItem.objects.filter(list=ListName.SUPPLIERS).update(details={"tax_number": "GB123456789"})
    remote = office.remote(ListName.SUPPLIERS, name)
    RemoteItem.objects.filter(id=remote.id).update(details={"tax_number": number})
    text = read(alice.get(office.url(f"costs/{document.id}/"))).text
    assert words in text
    assert ("created on publish" in text) == words.startswith("New")


def test_the_supplier_that_is_named_is_the_one_that_publishing_will_use(
    office: Office, alice: Client
) -> None:
    document = office.bill()
    ListItem.objects.filter(list=ListName.SUPPLIERS).update(details={"tax_number": "GB123456789"})
    for name, number in (("CITY FUEL LTD", "GB999999999"), ("City Fuels", "GB123456789")):
        remote = office.remote(ListName.SUPPLIERS, name)
        RemoteItem.objects.filter(id=remote.id).update(details={"tax_number": number})
    text = read(alice.get(office.url(f"costs/{document.id}/"))).text
    assert "Xero has City Fuels with the same VAT number: it is used." in text


@pytest.mark.parametrize(
    ("field", "control"),
    [
        ("date", "id_date"),
        ("lines.2.category", "id_lines-1-category"),
        ("lines.1.tracking", "id_lines-0-tracking_1"),
        ("category", "id_lines-0-category"),
        ("tax_rate", "id_lines-0-tax_rate"),
        ("tracking", "id_lines-0-tracking_1"),
        ("lines", ""),
        ("", ""),
    ],
)
def test_a_refusal_leads_to_the_control_that_it_is_about(field: str, control: str) -> None:
    assert element_id(field) == control


def test_before_the_start_nothing_is_said_to_go_by_itself(
    office: Office, people: People, browse: Browse, alice: Client
) -> None:
    Connection.objects.update(awaits_start=True)
    assert office.connection is not None
    office.connection.refresh_from_db()
    document = office.bill()
    item = office.category
    item.bindings.all().delete()
    request_publish(document, office.user)
    text = read(browse(people.bob).get(office.url(f"costs/{document.id}/"))).text
    assert "449 Motor expenses has no match" in text
    assert "by itself" not in text
    assert "It is sent once that is done and somebody has pressed Start publishing." in text


@pytest.mark.parametrize(
    "reason",
    [
        Reason.SUPPLIER_MISSING,
        Reason.DATE_MISSING,
        Reason.DUE_DATE_MISSING,
        Reason.DUE_BEFORE_DATE,
        Reason.TOTAL_NEGATIVE,
        Reason.TAX_RATE_MISSING,
        Reason.TAX_WITHOUT_RATE,
        Reason.PAID_FROM_MISSING,
    ],
)
def test_without_software_none_is_named(reason: Reason) -> None:
    data: dict[str, Any] = {"line": "", "instead": ""}
    marked = explain_problem(Problem("", reason, data=data), Words("SOFTWARE", "Acme Ltd", is_alone=True))
    assert "SOFTWARE" not in marked.text
    assert marked.body
