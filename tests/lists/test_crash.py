"""kill -9 in the middle of a read: what was read stands, and the next worker makes up for what is missing."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection as database

from bookbind.connections.models import Connection, Stay
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.checkpoints import VARIABLE, Checkpoint
from bookbind.kit.events import Event
from bookbind.lists.adoption import unbound_entries
from bookbind.lists.events import ListsSynced
from bookbind.lists.models import ListItem, StagedPage
from bookbind.lists.sync import SYNC_JOB, request_sync
from bookbind.providers.base.types import ListName
from tests.lists.conftest import Connected
from tests.support.processes import ROOT, Sandbox


def killed_worker(sandbox: Sandbox, checkpoint: Checkpoint = Checkpoint.AFTER_LISTS_READ) -> int:
    """Let a real worker read the lists and die at the checkpoint; its exit code, negative for a signal."""
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "tests.connections.child_settings",
        "BOOKBIND_MODE": "test",
        "BOOKBIND_DATA": str(settings.CONFIG.data),
        "BOOKBIND_SANDBOX_URL": sandbox.url,
        "BOOKBIND_TEST_DATABASE": str(database.settings_dict["NAME"]),
        VARIABLE: checkpoint.value,
    }
    command = [sys.executable, "-m", "tests.lists.child"]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=120).returncode


@pytest.mark.slow
@pytest.mark.req("REC-11")
@pytest.mark.django_db(transaction=True)
def test_worker_killed_after_the_last_list_is_made_good_by_the_next(
    connect: Callable[..., Connected], heard: list[Event]
) -> None:
    acme = connect(stage="setting_up")
    Stay.objects.all().delete()
    request_sync(acme.connection, full=True)
    assert killed_worker(acme.sandbox) == -signal.SIGKILL
    items = ListItem.objects.count()
    assert items > 100
    assert not StagedPage.objects.exists()
    assert Connection.objects.get(id=acme.connection.id).stage == Connection.Stage.SETTING_UP
    asked = acme.sandbox.received()["requests"]
    # The dead worker's lease runs out.
    Job.objects.filter(kind=SYNC_JOB).update(lease_until=clock.real_now() - timedelta(seconds=1))
    assert run_due(kinds=[SYNC_JOB]) == 1
    assert acme.sandbox.received()["requests"] == asked
    assert Connection.objects.get(id=acme.connection.id).stage == Connection.Stage.ACTIVE
    assert [event.complete for event in heard if isinstance(event, ListsSynced)] == [True]
    assert ListItem.objects.count() == items


@pytest.mark.slow
@pytest.mark.req("REC-11")
@pytest.mark.django_db(transaction=True)
def test_a_list_whose_worker_was_killed_before_it_was_adopted_is_adopted_by_the_next(
    connect: Callable[..., Connected],
) -> None:
    acme = connect(stage="setting_up")
    Stay.objects.all().delete()
    request_sync(acme.connection, full=True)
    assert killed_worker(acme.sandbox, Checkpoint.AFTER_LIST_APPLIED) == -signal.SIGKILL
    assert unbound_entries(acme.connection, ListName.CATEGORIES).exists()
    Job.objects.filter(kind=SYNC_JOB).update(lease_until=clock.real_now() - timedelta(seconds=1))
    assert run_due(kinds=[SYNC_JOB]) == 1
    assert Connection.objects.get(id=acme.connection.id).stage == Connection.Stage.ACTIVE
    assert not unbound_entries(acme.connection, ListName.CATEGORIES).exists()
    assert ListItem.objects.filter(list=ListName.CATEGORIES).exists()
