"""Several threads and processes on the same jobs: each job once, and none lost with a worker."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import close_old_connections, connection

from bookbind.jobs.contract import Claimed, works
from bookbind.jobs.models import Job
from bookbind.jobs.runner import claim_next, run_due
from bookbind.jobs.services import queue_job
from bookbind.kit import clock

pytestmark = pytest.mark.django_db(transaction=True)

PATIENCE_SECONDS = 30
LEASE_SECONDS = 2
counted: list[str] = []
taken_over: list[Claimed] = []


@works("test.threads")
def count(job: Claimed) -> None:
    """Note the run; slow enough for the other threads to come across it."""
    counted.append(job.key)
    time.sleep(0.002)


@works("test.hang", lease_seconds=LEASE_SECONDS)
def take_over(job: Claimed) -> None:
    """Do what the killed process could not."""
    taken_over.append(job)


@pytest.fixture
def start_other() -> Iterator[Callable[[Path, str], subprocess.Popen[bytes]]]:
    """Start other_process on this test's database; it is gone when the test ends."""
    started: list[subprocess.Popen[bytes]] = []

    def start(note: Path, what: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.jobs.other_process"]
        environment = dict(os.environ, PYTHONPATH=os.pathsep.join(filter(None, sys.path)))
        database = str(connection.settings_dict["NAME"])
        arguments = [database, str(note), what, str(LEASE_SECONDS)]
        started.append(subprocess.Popen([*command, *arguments], env=environment))
        return started[-1]

    yield start
    for other in started:
        other.kill()
        other.wait(PATIENCE_SECONDS)


def test_threads_never_run_the_same_job() -> None:
    counted.clear()
    for number in range(60):
        queue_job("test.threads", str(number))

    def work() -> None:
        try:
            run_due(kinds=["test.threads"])
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(counted) == Counter(str(number) for number in range(60))


@pytest.mark.slow
def test_processes_never_run_the_same_job(
    tmp_path: Path, start_other: Callable[[Path, str], subprocess.Popen[bytes]]
) -> None:
    for number in range(80):
        queue_job("test.count", str(number))
    notes = [tmp_path / name for name in ("one", "two")]
    others = [start_other(note, "drain") for note in notes]
    assert [other.wait(PATIENCE_SECONDS) for other in others] == [0, 0]
    runs = Counter(line for note in notes if note.exists() for line in note.read_text().split())
    assert runs == Counter(str(number) for number in range(80))
    assert not Job.objects.exists()


@pytest.mark.slow
@pytest.mark.req("OPS-05")
def test_the_job_of_a_killed_process_is_taken_over_when_its_lease_ends(
    tmp_path: Path, start_other: Callable[[Path, str], subprocess.Popen[bytes]]
) -> None:
    taken_over.clear()
    queue_job("test.hang", "a")
    note = tmp_path / "note"
    other = start_other(note, "hang")
    _wait_for(note)
    assert run_due(kinds=["test.hang"]) == 0, "the living worker's lease must keep everybody else out"
    other.send_signal(signal.SIGKILL)
    other.wait(PATIENCE_SECONDS)
    lease_until = Job.objects.get(key="a").lease_until
    assert lease_until is not None
    assert lease_until - clock.real_now() <= timedelta(seconds=LEASE_SECONDS)
    time.sleep(max((lease_until - clock.real_now()).total_seconds(), 0) + 0.05)
    assert run_due(kinds=["test.hang"]) == 1
    assert [(job.key, job.fence, job.attempts) for job in taken_over] == [("a", 2, 2)]
    assert claim_next(["test.hang"]) is None


def _wait_for(note: Path) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not note.exists() or not note.read_text():
        assert time.monotonic() < deadline, "the other process never began"
        time.sleep(0.02)
