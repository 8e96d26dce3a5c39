"""One sandbox for these tests, reset before each, and people who walk to the vendor and back."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

import pytest

from bookbind.connections.finish import finish
from bookbind.connections.models import Connection, Grant, SignIn
from bookbind.connections.pending import choose_organisation, offered
from bookbind.connections.queries import get_connection, status_of
from bookbind.connections.services import activate
from bookbind.connections.sign_in import begin_sign_in, receive_answer
from bookbind.connections.status import Status
from bookbind.kit import events
from bookbind.kit.events import Event
from bookbind.providers.base.types import Redirect
from bookbind.tenancy.models import Business, Practice, User
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.support.factories import People
from tests.support.processes import Sandbox

ADA = "ada@acme.test"
JO = "jo@harbour.test"
SOLO = "solo@acme.test"


@pytest.fixture
def sandbox(sandbox_process: Sandbox, settings: object) -> Sandbox:
    """The sandbox as seeded, and the product pointed at it."""
    sandbox_process.clear_faults()
    sandbox_process.control("reset")
    settings.SANDBOX_URL = sandbox_process.url  # type: ignore[attr-defined]
    return sandbox_process


@pytest.fixture
def ahead(sandbox: Sandbox, skip: Callable[..., None]) -> Callable[..., None]:
    """Move product and sandbox ahead together: `ahead(days=60)`."""

    def move(**duration: float) -> None:
        skip(**duration)
        sandbox.control("clock", skip=f"{round(timedelta(**duration).total_seconds())}s")

    return move


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Event]:
    """Every event that is announced, in order, besides being heard as usual."""
    heard: list[Event] = []
    announce = events.announce

    def listen(event: Event) -> None:
        heard.append(event)
        announce(event)

    monkeypatch.setattr(events, "announce", listen)
    monkeypatch.setattr("bookbind.connections.events.announce", listen)
    return heard


@dataclass
class Walker:
    """Somebody in one browser, who connects one business; `login` is who they are at the vendor."""

    sandbox: Sandbox
    user: User
    business: Business
    practice: Practice | None = None
    login: str = ADA
    session: str = "browser-1"
    provider: str = "xero"
    queries: list[dict[str, str]] = field(default_factory=list)

    def begin(self, connection: Connection | None = None, **more: str) -> tuple[SignIn, str]:
        """Begin; the vendor's address to open."""
        with within(BusinessScope(self.business.id)):
            sign_in, step = begin_sign_in(
                user=self.user,
                business=self.business,
                practice=self.practice,
                provider=self.provider,
                purpose="reconnect" if connection else "connect",
                connection=connection,
                session_key=self.session,
                **more,
            )
        assert isinstance(step, Redirect)
        return sign_in, step.url

    def allow(self, url: str, *organisations: str) -> dict[str, str]:
        """Sign in at the vendor and allow; the query that the browser comes back with."""
        wish = {"login": self.login, "organisations": list(organisations or ("Acme Ltd",))}
        answer = self.sandbox.control("consent", vendor=self.provider, authorize_url=url, **wish)
        query = dict(parse_qsl(urlsplit(answer["redirect"]).query))
        self.queries.append(query)
        return query

    def come_back(self, query: dict[str, str]) -> SignIn:
        return receive_answer(
            provider_id=self.provider, query=query, user=self.user, session_key=self.session
        )

    def sign_in(self, *organisations: str, connection: Connection | None = None) -> SignIn:
        """To the vendor and back: pending, nothing chosen."""
        _, url = self.begin(connection)
        return self.come_back(self.allow(url, *organisations))

    def finish(self, sign_in: SignIn, *, publish_now: bool = False, **more: bool) -> Connection:
        """Choose the first organisation offered and press Finish."""
        with within(BusinessScope(self.business.id)):
            choose_organisation(sign_in, offered(sign_in)[0].id)
            return finish(sign_in, user=self.user, publish_now=publish_now, **more)

    def connect(self, organisation: str = "Acme Ltd", **more: bool) -> Connection:
        """The whole walk, and the lists complete: a connection in use."""
        connection = self.finish(self.sign_in(organisation), **more)
        with within(BusinessScope(self.business.id)):
            activate(connection)
            return get_connection(connection.id)

    def reconnect(self, connection: Connection, organisation: str = "Acme Ltd") -> Connection:
        return self.finish(self.sign_in(organisation, connection=connection))


@pytest.fixture
def ada(sandbox: Sandbox, people: People) -> Walker:
    """Acme's own Admin, who signs in as ada@acme.test."""
    return Walker(sandbox, people.alice, people.acme)


@pytest.fixture
def carol(sandbox: Sandbox, people: People) -> Walker:
    """Acme's accountant, who signs in as jo@harbour.test on behalf of the practice."""
    return Walker(sandbox, people.carol, people.acme, people.harbour, login=JO, session="browser-2")


def reread(connection: Connection) -> Connection:
    """The connection as it is stored now."""
    with within(BusinessScope(connection.business_id)):
        return get_connection(connection.id)


def status_now(connection: Connection) -> Status:
    """What the connection is now."""
    with within(BusinessScope(connection.business_id)):
        return status_of(get_connection(connection.id))


def grant_of(connection: Connection) -> Grant:
    """The sign-in that the connection hangs on now."""
    grant = reread(connection).grant
    assert grant is not None
    return grant


def sign_in_row(sign_in_id: UUID) -> SignIn:
    """The sign-in as it is stored now."""
    with within(SystemScope("a test looks")):
        found: SignIn = SignIn.objects.get(id=sign_in_id)
    return found
