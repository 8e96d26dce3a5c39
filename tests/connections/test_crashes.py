"""kill -9 at every checkpoint of refresh and reconnect: nothing is half done, and all goes on."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.db import connection as database

from bookbind.connections import errors
from bookbind.connections.gateway import call
from bookbind.connections.models import Connection, Grant, SignIn
from bookbind.connections.status import Cause, State
from bookbind.jobs.models import Job
from bookbind.kit import clock
from bookbind.kit.checkpoints import VARIABLE, Checkpoint
from bookbind.tenancy.scope import BusinessScope, SystemScope, within
from tests.connections.conftest import Walker, grant_of, reread, sign_in_row, status_now
from tests.support.processes import ROOT, Sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def run_child(step: str, sandbox: Sandbox, crash_at: Checkpoint | None = None, **wish: Any) -> int:
    """Run one step in a process of its own on this test's database; its exit code, negative for a signal."""
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "tests.connections.child_settings",
        "BOOKBIND_MODE": "test",
        "BOOKBIND_DATA": str(settings.CONFIG.data),
        "BOOKBIND_SANDBOX_URL": sandbox.url,
        "BOOKBIND_TEST_DATABASE": str(database.settings_dict["NAME"]),
        VARIABLE: crash_at.value if crash_at else "",
    }
    command = [sys.executable, "-m", "tests.connections.child", step, json.dumps(wish, default=str)]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=60).returncode


def use(connection: Connection) -> str:
    with within(BusinessScope(connection.business_id)):
        return call(reread(connection), lambda session: session.fetch_organisation()).name


@pytest.mark.req("TOK-02", "TOK-04")
@pytest.mark.parametrize(
    ("crash_at", "calls_after"),
    [
        (Checkpoint.AFTER_REFRESH_MARKED, 1),
        (Checkpoint.AFTER_REFRESH_ANSWERED, 1),
        (Checkpoint.AFTER_REFRESH_SAVED, 0),
    ],
)
def test_a_refresh_that_was_killed_is_made_good(
    ada: Walker, ahead: Callable[..., None], crash_at: Checkpoint, calls_after: int
) -> None:
    connection = ada.connect()
    ahead(minutes=40)
    assert run_child("refresh", ada.sandbox, crash_at, grant=connection.grant_id, ahead_seconds=2400) == (
        -signal.SIGKILL
    )
    grant = grant_of(connection)
    assert (grant.refresh_started_at is None) == (crash_at is Checkpoint.AFTER_REFRESH_SAVED)

    before = int(ada.sandbox.received()["token_requests"])
    with time_machine.travel(clock.real_now() + timedelta(seconds=91)):
        # The dead worker's lease is over; product time has moved by as much.
        assert use(connection) == "Acme Ltd"
    assert int(ada.sandbox.received()["token_requests"]) - before == calls_after
    assert grant_of(connection).refresh_started_at is None
    assert status_now(connection).state is State.CONNECTED


@pytest.mark.req("TOK-04")
def test_a_refresh_that_was_killed_and_left_past_the_grace_is_a_lost_token(
    ada: Walker, ahead: Callable[..., None]
) -> None:
    connection = ada.connect()
    ahead(minutes=40)
    run_child(
        "refresh",
        ada.sandbox,
        Checkpoint.AFTER_REFRESH_ANSWERED,
        grant=connection.grant_id,
        ahead_seconds=2400,
    )
    ahead(minutes=45)
    with (
        time_machine.travel(clock.real_now() + timedelta(seconds=91)),
        pytest.raises(errors.ConnectionUnusable),
    ):
        use(connection)
    assert status_now(connection).cause is Cause.TOKEN_LOST
    assert ada.reconnect(connection).id == connection.id
    assert use(connection) == "Acme Ltd"


@pytest.mark.req("REC-11")
@pytest.mark.parametrize("crash_at", [Checkpoint.AFTER_CODE_EXCHANGED, Checkpoint.AFTER_PENDING_SAVED])
def test_a_callback_that_was_killed_leaves_the_connection_as_it_was(
    ada: Walker, crash_at: Checkpoint
) -> None:
    connection = ada.connect()
    version = grant_of(connection).version
    sign_in, url = ada.begin(connection)
    query = ada.allow(url)
    wish = {"user": ada.user.id, "session": ada.session, "query": query}
    assert run_child("answer", ada.sandbox, crash_at, **wish) == -signal.SIGKILL

    assert (sign_in_row(sign_in.id).tokens != "") == (crash_at is Checkpoint.AFTER_PENDING_SAVED)
    with pytest.raises(errors.SignInUsed):
        ada.come_back(query)
    assert grant_of(connection).version == version
    assert use(connection) == "Acme Ltd"
    assert ada.reconnect(connection).id == connection.id


@pytest.mark.req("REC-11")
def test_a_finish_that_was_killed_is_whole_and_may_be_pressed_again(ada: Walker) -> None:
    before = ada.connect()
    sign_in = ada.sign_in(connection=before)
    assert run_child("finish", ada.sandbox, Checkpoint.AFTER_FINISH_COMMITTED, sign_in=sign_in.id) == (
        -signal.SIGKILL
    )
    after = reread(before)
    assert after.epoch == before.epoch + 1
    assert sign_in_row(sign_in.id).tokens == ""
    assert Job.objects.filter(key=str(before.id), kind="connections.probe").exists()

    assert run_child("finish", ada.sandbox, sign_in=sign_in.id) == 0
    assert reread(before).epoch == after.epoch
    with within(SystemScope("a test looks")):
        assert (Connection.objects.count(), Grant.objects.count(), SignIn.objects.count()) == (1, 1, 2)
    assert use(before) == "Acme Ltd"
