"""A business with a connection, and the means to read its lists from books in memory or from the sandbox."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from bookbind.connections.models import Connection
from bookbind.connections.secrets import grant_row, seal_tokens
from bookbind.jobs.contract import Again
from bookbind.jobs.models import Job
from bookbind.jobs.runner import claim_next, run_due
from bookbind.kit import clock
from bookbind.kit.events import Event
from bookbind.lists.models import ListItem, ListSync, RemoteItem
from bookbind.lists.sync import SYNC_JOB, SyncRun, request_sync
from bookbind.providers.base.apps import app_credentials
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.types import Answer, ListName, Redirect
from bookbind.providers.registry import get_provider
from bookbind.tenancy.models import Business, User
from bookbind.tenancy.scope import BusinessScope, within
from tests.support import factories
from tests.support.events import hearing
from tests.support.fake_books import FakeBooks
from tests.support.processes import Sandbox, _answer


@dataclass
class Reader:
    """A connection whose books stand in memory; `read` is one turn of the job that reads lists."""

    business: Business
    user: User
    connection: Connection
    books: FakeBooks
    provider: Provider

    def read(self, *names: ListName, full: bool = True) -> Again | None:
        """Ask for these lists (default all), and read what is asked for."""
        request_sync(self.connection, names or None, full=full)
        return self.turn()

    def turn(self) -> Again | None:
        """Read what was asked for before."""
        job = claim_next([SYNC_JOB])
        assert job is not None
        run = SyncRun(job, self.connection, self.provider)
        again = run.turn(lambda: run.read(self.books))
        rows = Job.objects.filter(id=job.id)
        if again is None and not rows.filter(asked_again_at__isnull=True).delete()[0]:
            rows.update(lease_until=None, asked_again_at=None, due_at=clock.now())
        elif again is not None:
            rows.update(lease_until=None, due_at=clock.now(), attempts=job.attempts - (not again.counts))
        return again

    def sync(self, name: ListName) -> ListSync:
        found: ListSync = ListSync.objects.get(connection=self.connection, list=name)
        return found

    def items(self, name: ListName) -> dict[str, ListItem]:
        return {item.name: item for item in ListItem.objects.filter(list=name)}

    def mirror(self, name: ListName) -> dict[str, str]:
        """The state of each mirrored entry by the vendor's id."""
        rows = RemoteItem.objects.filter(connection=self.connection, list=name)
        return dict(rows.values_list("remote_id", "state"))


@pytest.fixture
def reader(db: None) -> Iterator[Reader]:
    """A connection in use that nothing was read from yet."""
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    connection = factories.make_connection(business, user)
    provider = replace(get_provider(connection.provider), lists_with_since=frozenset({ListName.SUPPLIERS}))
    with within(BusinessScope(business.id)):
        yield Reader(business, user, connection, FakeBooks(), provider)


@dataclass
class Connected:
    """A connection to an organisation in the sandbox, read by the real job over real HTTP."""

    sandbox: Sandbox
    connection: Connection
    user: User

    def read(self, *names: ListName, full: bool = True) -> int:
        request_sync(self.connection, names or None, full=full)
        return run_due(kinds=[SYNC_JOB])

    def control(self, name: str, /, **wish: Any) -> dict[str, Any]:
        where = {"vendor": self.connection.provider, "organisation": self.connection.organisation_id}
        return _answer(self.sandbox.client.post(f"{self.sandbox.url}/_control/{name}", json=where | wish))


@pytest.fixture
def connect(db: None, sandbox_process: Sandbox, settings: Any) -> Iterator[Callable[..., Connected]]:
    """Sign in at the sandbox and connect a business: `connect("Acme Ltd", stage="setting_up")`."""
    sandbox_process.clear_faults()
    sandbox_process.control("reset")
    settings.SANDBOX_URL = sandbox_process.url
    scopes = []

    def sign_in(organisation: str = "Acme Ltd", **fields: Any) -> Connected:
        business = factories.make_business(organisation)
        user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
        connection = _connect(sandbox_process, business, user, organisation, fields)
        scopes.append(within(BusinessScope(business.id)))
        scopes[-1].__enter__()
        return Connected(sandbox_process, connection, user)

    yield sign_in
    for scope in reversed(scopes):
        scope.__exit__(None, None, None)


def _connect(
    sandbox: Sandbox, business: Business, user: User, name: str, fields: dict[str, Any]
) -> Connection:
    provider = get_provider("xero")
    assert provider.adapter is not None
    app = app_credentials(provider)
    begun = provider.adapter.begin(app, "state-1")
    assert isinstance(begun, Redirect)
    wish = {"login": "ada@acme.test", "organisations": [name], "authorize_url": begun.url}
    came_back = sandbox.control("consent", vendor=provider.id, **wish)["redirect"]
    tokens = provider.adapter.complete(app, Answer(dict(parse_qsl(urlsplit(came_back).query))))
    organisation = next(found for found in provider.adapter.organisations(tokens) if found.name == name)
    grant = factories.make_grant(
        business, user, scopes=list(tokens.scopes), access_expires_at=tokens.access_expires_at
    )
    with within(BusinessScope(business.id)):
        grant.tokens = seal_tokens(tokens, grant_row(grant.id))
        grant.save()
    facts = {
        "organisation_id": organisation.id,
        "organisation": {"id": organisation.id, "name": organisation.name},
    }
    return factories.make_connection(business, user, grant=grant, **facts, **fields)


@pytest.fixture
def heard() -> Iterator[list[Event]]:
    """Every event that is announced during the test."""
    with hearing() as events:
        yield events
