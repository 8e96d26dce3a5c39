"""Keys change while everything runs, and a lost key erases nothing."""

import secrets

import pytest
import typer
from pytest_django import Settings

from bookbind.activity.models import Entry
from bookbind.cli.keys import new, rotate
from bookbind.connections.models import Grant
from bookbind.kit.encryption import Keyring
from bookbind.tenancy.scope import SystemScope, within
from tests.support.factories import People, make_connection


def _ring(*names: str, keys: dict[str, bytes]) -> Keyring:
    return Keyring({name: keys[name] for name in names}, names[0])


@pytest.mark.req("TOK-11", "AUD-01")
def test_rotation_seals_everything_with_the_new_key_and_the_old_one_can_go(
    people: People, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {"k1": secrets.token_bytes(32), "k2": secrets.token_bytes(32)}
    settings.KEYRING = _ring("k1", keys=keys)
    for _ in range(3):
        make_connection(people.acme, people.alice, stage="ended")
    settings.KEYRING = _ring("k2", "k1", keys=keys)
    rotate()
    assert "3 of 3 sealed anew" in capsys.readouterr().out
    settings.KEYRING = _ring("k2", keys=keys)
    with within(SystemScope("test")):
        for grant in Grant.objects.all():
            assert settings.KEYRING.open(grant.tokens, f"connections_grant:{grant.id}:tokens")
        assert Entry.objects.get(action="keys.rotated").data == {"done": 3, "unreadable": 0, "key": "k2"}


@pytest.mark.req("TOK-12")
def test_a_missing_key_is_told_and_nothing_is_erased(
    people: People, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = {"k1": secrets.token_bytes(32), "k2": secrets.token_bytes(32)}
    settings.KEYRING = _ring("k1", keys=keys)
    connection = make_connection(people.acme, people.alice)
    sealed = connection.grant.tokens
    settings.KEYRING = _ring("k2", keys=keys)
    with pytest.raises(typer.Exit):
        rotate()
    assert "1 secret can't be read" in capsys.readouterr().err
    with within(SystemScope("test")):
        assert Grant.objects.get().tokens == sealed
    settings.KEYRING = _ring("k2", "k1", keys=keys)
    rotate()


def test_a_new_key_is_one_that_the_product_takes(capsys: pytest.CaptureFixture[str]) -> None:
    new()
    new()
    first, second = (Keyring.parse(line) for line in capsys.readouterr().out.split())
    assert first.keys[first.current] != second.keys[second.current]
