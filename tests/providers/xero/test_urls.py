"""Addresses: the real Xero's in production, the sandbox's everywhere else."""

from typing import Any

import pytest

from bookbind.providers.base.http import refuse_host
from bookbind.providers.base.types import AppCredentials, DocumentKind, Redirect
from bookbind.providers.xero import PROVIDER, urls
from bookbind.providers.xero.sign_in import XeroAdapter

APP = AppCredentials(
    "id-1", "hush", "https://books.example/connections/xero/callback", ("openid", "offline_access")
)


class Production:
    """As much of a production configuration as is looked at here."""

    is_demo = False


@pytest.fixture
def production(settings: Any) -> None:
    settings.SANDBOX_URL = ""
    settings.CONFIG = Production()


def test_production_speaks_to_xero_itself(production: None) -> None:
    begun = XeroAdapter().begin(APP, "state-1")
    assert begun == Redirect(
        "https://login.xero.com/identity/connect/authorize?response_type=code&client_id=id-1"
        "&redirect_uri=https%3A%2F%2Fbooks.example%2Fconnections%2Fxero%2Fcallback"
        "&scope=openid%20offline_access&state=state-1"
    )
    called = (
        urls.token_url(),
        urls.revocation_url(),
        urls.connections_url("a/b"),
        urls.accounting_url("Invoices"),
    )
    assert called == (
        "https://identity.xero.com/connect/token",
        "https://identity.xero.com/connect/revocation",
        "https://api.xero.com/connections/a%2Fb",
        "https://api.xero.com/api.xro/2.0/Invoices",
    )
    for url in called:
        refuse_host(url, PROVIDER.hosts)


def test_a_deep_link_names_the_organisation(production: None) -> None:
    assert urls.document_url(DocumentKind.BILL, "i-1", "!lqVQ") == (
        "https://go.xero.com/organisationlogin/default.aspx?shortcode=!lqVQ"
        "&redirecturl=%2FAccountsPayable%2FEdit.aspx%3FInvoiceID%3Di-1"
    )
    assert urls.document_url(DocumentKind.SUPPLIER_CREDIT, "n-1", "") == (
        "https://go.xero.com/AccountsPayable/ViewCreditNote.aspx?creditNoteID=n-1"
    )


def test_a_demo_speaks_to_the_sandbox_alone(settings: Any) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:8100"
    addresses = (urls.authorize_url(), urls.token_url(), urls.connections_url(), urls.accounting_url("Items"))
    assert all(url.startswith("http://127.0.0.1:8100/xero/") for url in addresses)


@pytest.mark.req("CON-13")
def test_only_the_scopes_that_are_needed_are_asked_for() -> None:
    assert PROVIDER.default_scopes == (
        "openid",
        "profile",
        "email",
        "offline_access",
        "accounting.invoices",
        "accounting.banktransactions",
        "accounting.contacts",
        "accounting.settings.read",
        "accounting.attachments",
    )
    assert "xero" not in " ".join(PROVIDER.default_scopes)
