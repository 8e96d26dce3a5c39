"""Addresses: Intuit's own in production, the sandbox's everywhere else."""

from typing import Any

import pytest

from bookbind.providers.base.http import refuse_host
from bookbind.providers.base.types import AppCredentials, DocumentKind, Redirect
from bookbind.providers.quickbooks import PROVIDER, urls
from bookbind.providers.quickbooks.sign_in import QuickBooksAdapter

SCOPE = "com.intuit.quickbooks.accounting"
APP = AppCredentials(
    "id-1", "hush", "https://books.example/connections/quickbooks/callback", ("openid", SCOPE)
)


class Production:
    """As much of a production configuration as is looked at here."""

    is_demo = False


@pytest.fixture
def production(settings: Any) -> None:
    settings.SANDBOX_URL = ""
    settings.CONFIG = Production()


def test_production_speaks_to_intuit_itself(production: None) -> None:
    begun = QuickBooksAdapter().begin(APP, "state-1")
    assert begun == Redirect(
        "https://appcenter.intuit.com/connect/oauth2?client_id=id-1&response_type=code"
        "&scope=openid%20com.intuit.quickbooks.accounting"
        "&redirect_uri=https%3A%2F%2Fbooks.example%2Fconnections%2Fquickbooks%2Fcallback&state=state-1"
    )
    called = (
        urls.token_url(),
        urls.revocation_url(),
        urls.person_url(),
        urls.company_url("9130", "query"),
    )
    assert called == (
        "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
        "https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
        "https://accounts.intuit.com/v1/openid_connect/userinfo",
        "https://quickbooks.api.intuit.com/v3/company/9130/query",
    )
    for url in called:
        refuse_host(url, PROVIDER.hosts)


def test_a_companys_number_cannot_lead_out_of_its_place(production: None) -> None:
    assert "/v3/company/9130%2F..%2F9131/bill" in urls.company_url("9130/../9131", "bill")


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (DocumentKind.BILL, "bill"),
        (DocumentKind.SUPPLIER_CREDIT, "vendorcredit"),
        (DocumentKind.EXPENSE, "expense"),
    ],
)
def test_each_kind_of_document_has_its_page(production: None, kind: DocumentKind, page: str) -> None:
    assert urls.document_url(kind, "145") == f"https://qbo.intuit.com/app/{page}?txnId=145"


def test_with_a_sandbox_nothing_leads_to_intuit(settings: Any) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:8100"
    found = (
        urls.authorize_url(),
        urls.token_url(),
        urls.revocation_url(),
        urls.person_url(),
        urls.company_url("9130", "bill"),
        urls.document_url(DocumentKind.BILL, "1"),
    )
    assert all(url.startswith("http://127.0.0.1:8100/quickbooks/") for url in found)
