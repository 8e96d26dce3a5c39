"""The one way from a connection to its vendor: status first, a fresh token, and what came of it kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.models import Connection
from bookbind.connections.outcomes import note_failure, note_success
from bookbind.connections.queries import get_connection, organisation_of, status_of
from bookbind.connections.refresh import Fresh, GrantUnusable, fresh_tokens
from bookbind.connections.services import mark_lapsed
from bookbind.kit.encryption import SecretsUnreadable
from bookbind.providers.base.contract import Session
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.registry import get_provider

Result = TypeVar("Result")


@dataclass(frozen=True)
class _Opened:
    session: Session
    connection: Connection
    version: int


def open_session(connection: Connection) -> Session:
    """A session of this connection; ConnectionUnusable, without any call, when its status forbids one.

    What a call over it told is not kept: use `call` wherever that is possible.
    """
    return _open(connection).session


def call(connection: Connection, function: Callable[[Session], Result], *, insists: bool = False) -> Result:
    """Run `function` over a session and keep what came of it as facts of the connection.

    When the vendor calls the token expired, it is renewed once and `function` runs again from its beginning.
    Raises ConnectionUnusable when no call is possible now, and ProviderError when the call itself failed.
    `insists`: a person asks for it now, so a pause that only we chose after an outage is not waited for.
    """
    opened = _open(connection, insists=insists)
    try:
        try:
            result = function(opened.session)
        except ProviderError as error:
            if error.kind is not ErrorKind.TOKEN_EXPIRED:
                raise
            opened = _open(connection, refused_version=opened.version, insists=insists)
            result = function(opened.session)
    except ProviderError as error:
        note_failure(opened.connection, error)
        raise
    note_success(opened.connection)
    return result


def _open(connection: Connection, *, refused_version: int | None = None, insists: bool = False) -> _Opened:
    current = _usable(connection, insists=insists)
    fresh = _tokens(current, refused_version)
    adapter = get_provider(current.provider).adapter
    assert adapter is not None, "a connection was made to what can't be connected"
    return _Opened(adapter.open(fresh.tokens, organisation_of(current)), current, fresh.version)


def _usable(connection: Connection, *, insists: bool) -> Connection:
    """The connection as it stands now, if it may call; the first to see that its year is over says so."""
    current = get_connection(connection.id)
    mark_lapsed(current)
    status = status_of(current)
    if not status.can_call and not (insists and status.can_insist):
        raise ConnectionUnusable(status)
    return current


def _tokens(connection: Connection, refused_version: int | None) -> Fresh:
    """Fresh tokens; whatever kept them from being had is by then a fact that the status tells."""
    assert connection.grant_id is not None
    try:
        return fresh_tokens(connection.grant_id, refused_version=refused_version)
    except (GrantUnusable, SecretsUnreadable, ProviderError) as error:
        status = status_of(get_connection(connection.id))
        if status.can_call and isinstance(error, ProviderError):
            raise
        raise ConnectionUnusable(status) from error
