"""Xero's official Python client, unmodified, as an independent judge of the sandbox."""

import gc
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from xero_python.accounting import (
    AccountingApi,
    Contact,
    Contacts,
    Invoice,
    Invoices,
    LineItem,
    LineItemTracking,
)
from xero_python.api_client import ApiClient
from xero_python.api_client.configuration import Configuration
from xero_python.api_client.oauth2 import OAuth2Token, TokenApi
from xero_python.exceptions import AccountingBadRequestException
from xero_python.identity import IdentityApi

from tests.sandbox.xero_app import CLIENT, allow, redeem
from tests.support.processes import Sandbox

# The client never reads the empty answer to its revocation, and so leaves that one socket to the collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
PDF = b"%PDF-1.7 from the official client"


class Client:
    """The official client with its token kept where a real app keeps it: outside."""

    def __init__(self, sandbox: Sandbox, token: dict[str, Any]) -> None:
        self.token = token
        oauth = OAuth2Token(client_id=CLIENT[0], client_secret=CLIENT[1])
        self.api = ApiClient(Configuration(debug=False, oauth2_token=oauth), pool_threads=1)
        self.api.oauth2_token_getter(lambda: self.token)
        self.api.oauth2_token_saver(self.keep)
        self.api.set_oauth2_token(token)
        self.accounting = AccountingApi(self.api, base_url=f"{sandbox.url}/xero/api.xro/2.0")
        self.identity = IdentityApi(self.api, base_url=f"{sandbox.url}/xero")
        self.tenant = str(self.identity.get_connections()[0].tenant_id)

    def keep(self, token: dict[str, Any]) -> None:
        self.token = token


@pytest.fixture
def client(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    identity = f"{sandbox.url}/xero/identity/connect"
    monkeypatch.setattr(TokenApi, "refresh_token_url", f"{identity}/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", f"{identity}/revocation")
    token = redeem(sandbox, allow(sandbox, "ada@acme.test", "Acme Ltd")["code"]).json()
    made = Client(sandbox, token)
    yield made
    made.api.rest_client.pool_manager.clear()
    del made
    gc.collect()


def test_it_reads_the_connection_and_the_organisation(client: Client) -> None:
    connection = client.identity.get_connections()[0]
    organisation = client.accounting.get_organisations(client.tenant).organisations[0]
    assert connection.tenant_name == organisation.name == "Acme Ltd"
    assert organisation.organisation_id == client.tenant


def test_it_refreshes_and_goes_on(client: Client) -> None:
    before = client.token["refresh_token"]
    client.api.refresh_oauth2_token()
    assert client.token["refresh_token"] != before
    assert client.accounting.get_organisations(client.tenant).organisations


def test_it_refreshes_when_half_an_hour_has_passed(sandbox: Sandbox, client: Client) -> None:
    sandbox.control("clock", skip="2h")
    client.api.refresh_oauth2_token()
    assert client.accounting.get_accounts(client.tenant).accounts


def test_it_lists_accounts_contacts_rates_and_tracking(client: Client) -> None:
    accounts = client.accounting.get_accounts(client.tenant).accounts
    contacts = client.accounting.get_contacts(client.tenant, page=1, page_size=20)
    rates = client.accounting.get_tax_rates(client.tenant).tax_rates
    tracking = client.accounting.get_tracking_categories(client.tenant).tracking_categories
    assert {"449", "200"} <= {account.code for account in accounts}
    assert all(account.updated_date_utc.year == 2026 for account in accounts)
    assert (len(contacts.contacts), contacts.pagination.item_count) == (20, 32)
    assert {rate.tax_type: rate.effective_rate for rate in rates}["INPUT2"] == 20
    assert {category.name for category in tracking} == {"Region", "Department"}


def test_it_creates_a_bill_with_an_attachment_and_reads_both_back(sandbox: Sandbox, client: Client) -> None:
    region = next(
        category
        for category in client.accounting.get_tracking_categories(client.tenant).tracking_categories
        if category.name == "Region"
    )
    where = 'Name=="City Fuel Ltd"'
    supplier = client.accounting.get_contacts(client.tenant, where=where).contacts[0]
    tracking = LineItemTracking(
        tracking_category_id=region.tracking_category_id,
        tracking_option_id=region.options[0].tracking_option_id,
    )
    line = LineItem(
        description="Diesel",
        quantity=2,
        unit_amount=50,
        account_code="449",
        tax_type="INPUT2",
        tracking=[tracking],
    )
    bill = Invoice(
        type="ACCPAY",
        contact=Contact(contact_id=supplier.contact_id),
        date=date(2026, 11, 1),
        due_date=date(2026, 11, 30),
        invoice_number="SUP-77",
        line_items=[line],
        status="AUTHORISED",
        url="http://localhost:8000/documents/77",
    )
    created = client.accounting.create_invoices(
        client.tenant, Invoices(invoices=[bill]), summarize_errors=True, idempotency_key="bill-77"
    ).invoices[0]
    client.accounting.create_invoice_attachment_by_file_name(
        client.tenant, created.invoice_id, "bill.pdf", body=PDF, include_online=False
    )
    read = client.accounting.get_invoice(client.tenant, created.invoice_id).invoices[0]
    assert (read.total, read.total_tax, read.status, read.due_date) == (
        120,
        20,
        "AUTHORISED",
        date(2026, 11, 30),
    )
    assert (read.invoice_number, read.url) == ("SUP-77", "http://localhost:8000/documents/77")
    assert read.line_items[0].tracking[0].option == region.options[0].name
    assert read.has_attachments
    files = client.accounting.get_invoice_attachments(client.tenant, created.invoice_id).attachments
    assert [file.file_name for file in files] == ["bill.pdf"]
    path = client.accounting.get_invoice_attachment_by_file_name(
        client.tenant, created.invoice_id, "bill.pdf", "application/pdf"
    )
    assert Path(path).read_bytes() == PDF
    assert [one["reference"] for one in sandbox.received()["documents"]] == ["SUP-77"]


def test_it_understands_a_refusal(client: Client) -> None:
    with pytest.raises(AccountingBadRequestException) as refusal:
        client.accounting.create_contacts(client.tenant, Contacts(contacts=[Contact(name="City Fuel Ltd")]))
    assert "already assigned to another contact" in str(refusal.value)


def test_it_creates_a_contact(client: Client) -> None:
    created = client.accounting.create_contacts(
        client.tenant, Contacts(contacts=[Contact(name="Made by the client", email_address="a@made.test")])
    ).contacts[0]
    assert (
        client.accounting.get_contact(client.tenant, created.contact_id).contacts[0].name
        == "Made by the client"
    )


def test_it_revokes(sandbox: Sandbox, client: Client) -> None:
    client.api.revoke_oauth2_token()
    assert client.token["refresh_token"] is None
    assert sandbox.read("organisations")["organisations"][1]["connected_by"] == []
