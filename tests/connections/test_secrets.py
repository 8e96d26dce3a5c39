"""Secrets at rest: bound to their rows, resealed while everything runs, never erased, never told."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from django.core import serializers

from bookbind.activity.models import Entry
from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, Grant, SignIn
from bookbind.connections.secrets import (
    Progress,
    grant_row,
    open_tokens,
    reseal,
    seal_tokens,
    sign_in_row,
)
from bookbind.connections.status import Action, Cause, Health, State
from bookbind.kit.encryption import Keyring, SecretsUnreadable
from bookbind.providers.base.types import Tokens
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import Walker, grant_of, reread, status_now

pytestmark = pytest.mark.django_db

OLD = Keyring({"old": b"o" * 32}, "old")
BOTH = Keyring({"new": b"n" * 32, "old": b"o" * 32}, "new")
NEW = Keyring({"new": b"n" * 32}, "new")


@pytest.fixture(autouse=True)
def old_key(settings: object) -> None:
    settings.KEYRING = OLD  # type: ignore[attr-defined]


def use(connection: Connection) -> str:
    with within(BusinessScope(connection.business_id)):
        return call(reread(connection), lambda session: session.fetch_organisation()).name


@pytest.mark.req("TOK-10")
def test_a_ciphertext_moved_to_another_row_does_not_open(ada: Walker) -> None:
    connection = ada.connect()
    pending = ada.sign_in(connection=connection)
    grant = grant_of(connection)
    with pytest.raises(SecretsUnreadable):
        open_tokens(grant.tokens, sign_in_row(pending.id))
    with pytest.raises(SecretsUnreadable):
        open_tokens(pending.tokens, grant_row(grant.id))
    assert open_tokens(pending.tokens, sign_in_row(pending.id)).login_id == grant.login_id


def test_every_field_of_the_tokens_survives(ada: Walker) -> None:
    tokens = open_tokens(grant_of(ada.connect()).tokens, grant_row(grant_of_any().id))
    full = replace(tokens, refresh_expires_at=tokens.access_expires_at, extra={"realm": "1"})
    row = "connections_grant:x:tokens"
    assert open_tokens(seal_tokens(full, row), row) == full
    assert isinstance(full, Tokens)


def grant_of_any() -> Grant:
    with within(SystemScope("a test looks")):
        grant: Grant = Grant.objects.get()
    return grant


@pytest.mark.req("TOK-11")
def test_keys_change_while_everything_runs_and_the_old_one_can_go(ada: Walker, settings: object) -> None:
    connection = ada.connect()
    pending = ada.sign_in(connection=connection)
    settings.KEYRING = BOTH  # type: ignore[attr-defined]
    assert use(connection) == "Acme Ltd"
    with within(SystemScope("a change of keys")):
        steps = list(reseal())
    assert steps[-1] == Progress(done=2, total=2, unreadable=0)

    settings.KEYRING = NEW  # type: ignore[attr-defined]
    assert use(connection) == "Acme Ltd"
    with within(SystemScope("a second time there is nothing to do")):
        assert list(reseal()) == []
    assert ada.finish(pending).id == connection.id


@pytest.mark.req("TOK-11")
def test_a_refresh_during_the_change_of_keys_is_not_overwritten(
    ada: Walker, settings: object, ahead: Callable[..., None]
) -> None:
    connection = ada.connect()
    settings.KEYRING = BOTH  # type: ignore[attr-defined]
    ahead(minutes=40)

    def change_keys_with_a_refresh_in_the_middle() -> Iterator[Progress]:
        steps = reseal()
        assert use(connection) == "Acme Ltd"
        yield from steps

    with within(SystemScope("a change of keys")):
        list(change_keys_with_a_refresh_in_the_middle())
    settings.KEYRING = NEW  # type: ignore[attr-defined]
    ahead(minutes=40)
    assert use(connection) == "Acme Ltd"


@pytest.mark.req("TOK-12")
def test_a_wrong_key_erases_nothing_and_the_right_one_heals(ada: Walker, settings: object) -> None:
    connection = ada.connect()
    before = grant_of(connection).tokens
    for keyring in (NEW, Keyring({"old": b"x" * 32}, "old"), None):
        settings.KEYRING = keyring  # type: ignore[attr-defined]
        status = status_now(connection)
        assert (status.state, status.health, status.cause) == (
            State.CONNECTED,
            Health.DOWN,
            Cause.SECRETS_UNREADABLE,
        )
        assert status.action is Action.OPERATOR
        with pytest.raises(ConnectionUnusable):
            use(connection)
    settings.KEYRING = NEW  # type: ignore[attr-defined]
    with within(SystemScope("a change of keys")):
        assert list(reseal()) == [Progress(done=0, total=1, unreadable=1)]
    assert grant_of(connection).tokens == before

    settings.KEYRING = OLD  # type: ignore[attr-defined]
    assert status_now(connection).health is Health.OK
    assert use(connection) == "Acme Ltd"


@pytest.mark.req("TOK-13")
def test_no_token_stands_in_rows_timeline_or_log(
    ada: Walker,
    ahead: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level("DEBUG")
    connection = ada.connect()
    secrets = [ada.queries[0]["code"], ada.queries[0]["state"]]
    grant = grant_of(connection)
    for _ in range(2):
        tokens = open_tokens(grant.tokens, grant_row(grant.id))
        secrets += [tokens.access_token, tokens.refresh_token]
        ahead(minutes=40)
        use(connection)
        grant = grant_of(connection)
    ada.sandbox.control("revoke", vendor="xero", login="ada@acme.test")
    ahead(minutes=40)
    with pytest.raises(ConnectionUnusable) as unusable:
        use(connection)

    with within(SystemScope("a test looks everywhere")):
        rows = serializers.serialize(
            "json",
            [*Grant.objects.all(), *Connection.objects.all(), *SignIn.objects.all(), *Entry.objects.all()],
        )
    printed = capsys.readouterr()
    everything = [
        rows,
        caplog.text,
        printed.out,
        printed.err,
        repr(unusable.value),
        repr(unusable.value.__cause__),
    ]
    assert len(secrets) == 6
    for secret in secrets:
        assert not [place for place in everything if secret in place]
