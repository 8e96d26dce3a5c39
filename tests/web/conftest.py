"""People in browsers, and one sandbox for the pages that lead to the vendor."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from pytest_django import Settings

from bookbind.kit import clock
from bookbind.tenancy.models import Business, User
from tests.support.factories import People
from tests.support.pages import Page, read
from tests.support.processes import Sandbox

Browse = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _own_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo's clock asks the database now and then, which would blur the query budgets."""
    monkeypatch.setattr(clock, "_offset", lambda: timedelta(0))


@pytest.fixture
def browse() -> Browse:
    """A browser in which somebody is signed in: `browse(people.alice)`."""

    def open_browser(user: User) -> Client:
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return open_browser


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: Settings) -> Sandbox:
    """The sandbox as seeded, and the product pointed at it."""
    sandbox_process.clear_faults()
    sandbox_process.control("reset")
    settings.SANDBOX_URL = sandbox_process.url
    return sandbox_process


@dataclass
class Walk:
    """Somebody in one browser on the way to the vendor and back."""

    client: Client
    sandbox: Sandbox
    business: Business
    login: str = "ada@acme.test"

    @property
    def root(self) -> str:
        return f"/b/{self.business.slug}/settings/connections"

    def set_out(self, path: str = "/connect/xero/") -> str:
        """Press Connect or Reconnect; the vendor's address in the plain link."""
        page = read(self.client.post(f"{self.root}{path}"))
        assert page.status == 200, page.text
        return page.link("Continue to Xero")

    def come_back(self, url: str, *organisations: str) -> Page:
        """Sign in at the vendor, allow, and follow the redirect back."""
        answer = self.sandbox.control(
            "consent", vendor="xero", authorize_url=url, login=self.login, organisations=list(organisations)
        )
        parts = urlsplit(answer["redirect"])
        return read(self.client.get(f"{parts.path}?{parts.query}", follow=True))

    def allow(self, *organisations: str, path: str = "/connect/xero/") -> Page:
        """There and back."""
        return self.come_back(self.set_out(path), *organisations)

    def press(self, page: Page, step: str, **values: str) -> Page:
        """Post to a step of the sign-in that the page belongs to, following the redirect."""
        base = page.path[: page.path.index("/sign-in/") + len("/sign-in/") + 36]
        return read(self.client.post(f"{base}/{step}", values, follow=True))


@pytest.fixture
def ada(sandbox: Sandbox, people: People, browse: Browse) -> Walk:
    """Acme's own Admin, who signs in at the vendor as ada@acme.test."""
    return Walk(browse(people.alice), sandbox, people.acme)
