"""One sandbox process for all of these tests, reset before each."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.sandbox import quickbooks_app
from tests.sandbox.judge import Judge, specs_folder
from tests.sandbox.quickbooks_app import QuickBooksApp
from tests.sandbox.xero_app import XeroApp, allow, redeem
from tests.support.processes import Sandbox

Connect = Callable[..., XeroApp]
ConnectBooks = Callable[..., QuickBooksApp]


@pytest.fixture
def sandbox(sandbox_process: Sandbox) -> Sandbox:
    sandbox_process.control("reset")
    # Most tests ask as fast as they can.
    sandbox_process.control("limits", vendor="quickbooks", second=10_000)
    return sandbox_process


@pytest.fixture(scope="session")
def specs() -> Path:
    folder = specs_folder() / "xero"
    if not folder.exists():
        pytest.skip("Xero's published specs are not here; name their folder in BOOKBIND_SPECS.")
    return folder


@pytest.fixture(scope="session")
def judge() -> Judge:
    return Judge(specs_folder() / "xero" / "xero_accounting.yaml")


@pytest.fixture
def connect(sandbox: Sandbox, judge: Judge) -> Connect:
    """Connect a login to an organisation: `connect("ada@acme.test", "Acme Ltd")`."""

    def make(login: str = "ada@acme.test", organisation: str = "Acme Ltd", **changes: str) -> XeroApp:
        answer = redeem(sandbox, allow(sandbox, login, organisation, **changes)["code"])
        assert answer.status_code == 200, answer.text
        app = XeroApp(sandbox, judge, answer.json())
        app.tenant = next(row["tenantId"] for row in app.connections() if row["tenantName"] == organisation)
        return app

    return make


@pytest.fixture
def acme(connect: Connect) -> XeroApp:
    return connect()


@pytest.fixture
def connect_books(sandbox: Sandbox) -> ConnectBooks:
    """Connect a login to a QuickBooks company: `connect_books("ada@acme.test", "Acme Ltd")`."""

    def make(login: str = "ada@acme.test", organisation: str = "Acme Ltd", **changes: str) -> QuickBooksApp:
        answer = quickbooks_app.allow(sandbox, login, organisation, **changes)
        tokens = quickbooks_app.redeem(sandbox, answer["code"])
        assert tokens.status_code == 200, tokens.text
        return QuickBooksApp(sandbox, tokens.json(), answer["realmId"])

    return make


@pytest.fixture
def books(connect_books: ConnectBooks) -> QuickBooksApp:
    """Acme Ltd in QuickBooks, connected by its administrator."""
    return connect_books()
