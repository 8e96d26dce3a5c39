"""Asking for work, in one process."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from bookbind.jobs.contract import Claimed, works
from bookbind.jobs.models import Job
from bookbind.jobs.runner import next_due_at, run_due
from bookbind.jobs.services import drop_job, queue_job
from bookbind.kit import clock

pytestmark = pytest.mark.django_db

KIND = "test.services"
seen: list[Claimed] = []


@works(KIND)
def note(job: Claimed) -> None:
    """Remember that the job ran."""
    seen.append(job)


@pytest.fixture(autouse=True)
def _forget() -> None:
    seen.clear()


def _due(hours: float) -> datetime:
    return clock.now() + timedelta(hours=hours)


def test_asking_twice_makes_one_job_that_runs_once() -> None:
    queue_job(KIND, "a")
    queue_job(KIND, "a")
    assert run_due(kinds=[KIND]) == 1
    assert [job.key for job in seen] == ["a"]
    assert not Job.objects.exists()


def test_the_earlier_time_wins_whichever_came_first() -> None:
    early, late = _due(1), _due(2)
    queue_job(KIND, "a", due_at=late)
    queue_job(KIND, "a", due_at=early)
    queue_job(KIND, "a", due_at=late)
    assert Job.objects.get(key="a").due_at == early
    assert next_due_at() == early


def test_the_newer_payload_wins_and_none_keeps_the_one_before() -> None:
    queue_job(KIND, "a", payload={"n": 1})
    queue_job(KIND, "a", payload={"n": 2})
    queue_job(KIND, "a")
    run_due(kinds=[KIND])
    assert seen[0].payload == {"n": 2}


def test_what_a_failed_transaction_asked_for_is_not_done() -> None:
    class Undone(Exception):
        """Rolls the transaction back."""

    with pytest.raises(Undone), transaction.atomic():
        queue_job(KIND, "a")
        raise Undone
    assert run_due(kinds=[KIND]) == 0


def test_a_dropped_job_is_gone() -> None:
    queue_job(KIND, "a", every_seconds=60)
    drop_job(KIND, "a")
    assert run_due(kinds=[KIND]) == 0


def test_jobs_run_in_the_order_of_their_due_times() -> None:
    for key, hours in (("third", -1), ("first", -3), ("second", -2)):
        queue_job(KIND, key, due_at=_due(hours))
    run_due(kinds=[KIND])
    assert [job.key for job in seen] == ["first", "second", "third"]


def test_a_limit_leaves_the_rest_for_the_next_call() -> None:
    for number in range(5):
        queue_job(KIND, str(number))
    assert run_due(kinds=[KIND], limit=2) == 2
    assert run_due(kinds=[KIND]) == 3


def test_jobs_nobody_here_can_do_are_left_alone() -> None:
    queue_job("test.unheard-of", "a")
    assert run_due() == 0
    assert Job.objects.get(kind="test.unheard-of").attempts == 0
