"""One sandbox for these tests, reset before each, and a way to sign in at it as a robot."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import pytest

from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.contract import Adapter, Provider, Session
from bookbind.providers.base.types import Answer, AppCredentials, Organisation, Redirect, Tokens
from bookbind.providers.registry import get_provider
from tests.support.processes import Sandbox

LOGIN = "ada@acme.test"
ORGANISATION = "Acme Ltd"


@pytest.fixture
def sandbox(db: None, sandbox_process: Sandbox, settings: object) -> Sandbox:
    """The sandbox as seeded, and the product pointed at it."""
    sandbox_process.clear_faults()
    sandbox_process.control("reset")
    settings.SANDBOX_URL = sandbox_process.url  # type: ignore[attr-defined]
    return sandbox_process


@dataclass
class Visitor:
    """A person at one vendor, who signs in and allows when asked."""

    sandbox: Sandbox
    provider: Provider

    @property
    def adapter(self) -> Adapter:
        assert self.provider.adapter is not None
        return self.provider.adapter

    @property
    def app(self) -> AppCredentials:
        return app_credentials(self.provider)

    def allow(self, login: str = LOGIN, *organisations: str) -> Answer:
        """Walk to the vendor, sign in, allow, and come back with the callback's query."""
        begun = self.adapter.begin(self.app, "state-1")
        assert isinstance(begun, Redirect)
        wish = {"login": login, "organisations": list(organisations or (ORGANISATION,))}
        answer = self.sandbox.control("consent", vendor=self.provider.id, authorize_url=begun.url, **wish)
        return Answer(dict(parse_qsl(urlsplit(answer["redirect"]).query)), begun.code_verifier)

    def sign_in(self, login: str = LOGIN, *organisations: str) -> Tokens:
        return self.adapter.complete(self.app, self.allow(login, *organisations))

    def open(self, login: str = LOGIN, organisation: str = ORGANISATION) -> Session:
        tokens = self.sign_in(login, organisation)
        return self.adapter.open(tokens, self.organisation(tokens, organisation))

    def organisation(self, tokens: Tokens, name: str = ORGANISATION) -> Organisation:
        return next(found for found in self.adapter.organisations(tokens) if found.name == name)


@pytest.fixture
def visit(sandbox: Sandbox) -> Callable[[str], Visitor]:
    """A visitor at a vendor: `visit("xero")`."""
    return lambda provider_id: Visitor(sandbox, get_provider(provider_id))
