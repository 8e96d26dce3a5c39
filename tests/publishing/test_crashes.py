"""kill -9 in the middle of publishing: whoever takes over, every document is in the books exactly once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection as database

from bookbind.connections.queries import get_connection
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.checkpoints import VARIABLE, Checkpoint
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_open_publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.states import State
from tests.publishing.conftest import QUEUE, SWITCH, SYNC, Desk

PATIENCE_SECONDS = 60
PUBLISH_CHECKPOINTS = (
    Checkpoint.BEFORE_DELIVERY_COMMITTED,
    Checkpoint.AFTER_DELIVERY_COMMITTED,
    Checkpoint.AFTER_SENT,
    Checkpoint.AFTER_OUTCOME_SAVED,
    Checkpoint.BEFORE_ATTACH,
    Checkpoint.AFTER_ATTACH,
    Checkpoint.AFTER_PUBLISHED,
)
Start = Callable[..., "subprocess.Popen[bytes]"]


@pytest.fixture
def start_worker(desk: Desk) -> Iterator[Start]:
    """Start a worker process on this test's database; it is gone when the test ends."""
    started: list[subprocess.Popen[bytes]] = []

    def start(crash_at: str = "", rounds: int = 1) -> "subprocess.Popen[bytes]":
        environment = dict(
            os.environ,
            PYTHONPATH=os.pathsep.join(filter(None, sys.path)),
            DJANGO_SETTINGS_MODULE="bookbind.settings",
            BOOKBIND_MODE="test",
            BOOKBIND_DATA=str(settings.CONFIG.data),
            **{VARIABLE: crash_at},
        )
        command = [sys.executable, "-m", "tests.publishing.other_worker"]
        arguments = [
            str(database.settings_dict["NAME"]),
            desk.sandbox.url,
            str(settings.MEDIA_ROOT),
            str(rounds),
        ]
        started.append(subprocess.Popen([*command, *arguments], env=environment))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait(PATIENCE_SECONDS)


def end_leases() -> None:
    """What the passing of real time would do: the dead worker's lease is over."""
    Job.objects.filter(kind=QUEUE).update(lease_until=clock.real_now() - timedelta(seconds=1))


def finish_queue(desk: Desk) -> None:
    """Let this process take over and work until every document stands still."""
    for _ in range(20):
        end_leases()
        desk.work()
        moving = Publication.objects.exclude(state=State.PUBLISHED.value, paper=Publication.Paper.ATTACHED)
        if not moving.exists():
            break
        desk.move_time(seconds=20)


def assert_each_once(desk: Desk, count: int) -> None:
    assert [bill["reference"] for bill in desk.bills()] == [f"INV-{number}" for number in range(count)]
    assert [len(bill["attachments"]) for bill in desk.bills()] == [1] * count
    states = Publication.objects.values_list("state", "paper")
    assert list(states) == [(State.PUBLISHED, Publication.Paper.ATTACHED)] * count


@pytest.mark.parametrize("checkpoint", PUBLISH_CHECKPOINTS)
@pytest.mark.req("PUB-03")
def test_killed_at_a_checkpoint_every_bill_is_there_once(
    desk: Desk, start_worker: Start, checkpoint: Checkpoint
) -> None:
    for number in range(2):
        desk.publish(desk.bill(f"INV-{number}", supplier=f"New Traders {number} Ltd"))
    worker = start_worker(checkpoint.value)
    assert worker.wait(PATIENCE_SECONDS) == -signal.SIGKILL
    finish_queue(desk)
    assert_each_once(desk, 2)


@pytest.mark.parametrize("checkpoint", [Checkpoint.BEFORE_SWITCH, Checkpoint.AFTER_SWITCH])
@pytest.mark.req("CHG-02")
def test_killed_at_the_switch_the_books_have_moved_wholly_or_not_at_all(
    desk: Desk, start_worker: Start, checkpoint: Checkpoint
) -> None:
    old = desk.connection
    desk.sandbox.control("revoke", vendor="xero", organisation="Acme Ltd", login="ada@acme.test")
    waiting = desk.publish(desk.bill("INV-0"))
    desk.work()
    joined = desk.change()
    run_due(kinds=[SYNC])
    assert start_worker(checkpoint.value).wait(PATIENCE_SECONDS) == -signal.SIGKILL

    has_moved = checkpoint is Checkpoint.AFTER_SWITCH
    stages = [get_connection(old.id).stage, get_connection(joined.id).stage]
    assert stages == (["left", "active"] if has_moved else ["active", "setting_up"])
    moved = find_open_publication(waiting.document_id)
    assert moved is not None
    assert moved.connection_id == (joined.id if has_moved else old.id)

    Job.objects.filter(kind=SWITCH).update(lease_until=clock.real_now() - timedelta(seconds=1))
    run_due(kinds=[SWITCH])
    assert [get_connection(old.id).stage, get_connection(joined.id).stage] == ["left", "active"]
    moved = find_open_publication(waiting.document_id)
    assert moved is not None
    assert (moved.connection_id, moved.state) == (joined.id, State.HELD)
    assert moved.reason == Reason.CATEGORY_UNMATCHED, "it says what it really waits for"
    assert Publication.objects.count() == 2


def test_killed_after_sending_and_found_only_after_the_window(desk: Desk, start_worker: Start) -> None:
    desk.publish(desk.bill("INV-0"))
    assert start_worker(Checkpoint.AFTER_SENT.value).wait(PATIENCE_SECONDS) == -signal.SIGKILL
    writes = desk.sandbox.received()["writes"]
    desk.move_time(minutes=30)
    finish_queue(desk)
    assert_each_once(desk, 1)
    # One write more, and it is the paper: the bill itself was found by its marker.
    assert desk.sandbox.received()["writes"] == writes + 1


@pytest.mark.slow
@pytest.mark.req("PUB-03")
def test_killed_at_random_and_taken_over_every_bill_is_there_once(desk: Desk, start_worker: Start) -> None:
    count = 8
    for number in range(count):
        desk.publish(desk.bill(f"INV-{number}", supplier=f"New Traders {number} Ltd"))
    chance = random.Random(20261123)
    for _ in range(4):
        worker = start_worker(rounds=1)
        time.sleep(1.5 + chance.random() * 1.5)
        worker.kill()
        worker.wait(PATIENCE_SECONDS)
        end_leases()
    finish_queue(desk)
    assert_each_once(desk, count)


@pytest.mark.req("PUB-04")
def test_two_workers_on_one_queue_send_each_bill_once(desk: Desk, start_worker: Start) -> None:
    for number in range(4):
        desk.publish(desk.bill(f"INV-{number}"))
    workers = [start_worker(rounds=40) for _ in range(2)]
    for worker in workers:
        assert worker.wait(PATIENCE_SECONDS) == 0
    finish_queue(desk)
    assert_each_once(desk, 4)
