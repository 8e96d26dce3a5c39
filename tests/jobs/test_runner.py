"""Running jobs: reports, repeats, failures and scope, in one process."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from bookbind.jobs import contract, runner
from bookbind.jobs.contract import Again, Claimed, KindTaken, works
from bookbind.jobs.models import Job
from bookbind.jobs.runner import claim_next, retry_delay_seconds, run, run_due
from bookbind.jobs.services import drop_job, queue_job
from bookbind.kit import clock
from bookbind.tenancy.scope import BusinessScope, Scope, SystemScope, current_scope
from tests.support.factories import make_business

KIND = "test.runner"
Behaviour = Callable[[Claimed], Again | None]
Execute = Callable[..., Any]


@pytest.fixture
def behave(db: None) -> Iterator[Callable[[Behaviour], None]]:
    """Decide what jobs of KIND do in this test."""

    def decide(function: Behaviour) -> None:
        contract._workers[KIND] = contract.Worker(function, 120)

    yield decide
    contract._workers.pop(KIND, None)


def test_a_job_that_is_asked_for_while_it_runs_runs_once_more(behave: Callable[[Behaviour], None]) -> None:
    runs: list[dict[str, object]] = []

    def ask_once(job: Claimed) -> None:
        runs.append(job.payload)
        if len(runs) == 1:
            queue_job(KIND, "a", payload={"news": True})

    behave(ask_once)
    queue_job(KIND, "a")
    assert run_due(kinds=[KIND]) == 2
    assert runs == [{}, {"news": True}]
    assert not Job.objects.exists()


def test_news_that_arrives_while_a_run_reports_is_not_lost(behave: Callable[[Behaviour], None]) -> None:
    later = clock.now() + timedelta(hours=1)
    behave(lambda _: Again(later))
    queue_job(KIND, "a")
    job = claim_next([KIND])
    assert job is not None
    updates: list[str] = []

    def ask_before_the_last_update(execute: Execute, sql: str, *rest: Any) -> Any:
        if sql.startswith("UPDATE") and "asked_again_at" in sql and not updates:
            updates.append(sql)
            answer = execute(sql, *rest)
            queue_job(KIND, "a")
            return answer
        return execute(sql, *rest)

    with connection.execute_wrapper(ask_before_the_last_update):
        run(job)
    assert updates
    assert Job.objects.get(key="a").due_at < later


def test_again_sets_the_time_and_attempts_rise_only_when_they_count(
    behave: Callable[[Behaviour], None],
) -> None:
    later = clock.now() + timedelta(hours=1)
    behave(lambda job: Again(later, counts=job.key == "counts"))
    queue_job(KIND, "counts")
    queue_job(KIND, "does not")
    run_due(kinds=[KIND])
    attempts = dict(Job.objects.values_list("key", "attempts"))
    assert attempts == {"counts": 1, "does not": 0}
    assert set(Job.objects.values_list("due_at", flat=True)) == {later}


def test_a_question_asked_meanwhile_comes_before_the_time_that_the_job_wished(
    behave: Callable[[Behaviour], None],
) -> None:
    now = clock.now()

    def wish_late(job: Claimed) -> Again:
        queue_job(KIND, job.key, due_at=now)
        return Again(now + timedelta(days=1))

    behave(wish_late)
    queue_job(KIND, "a")
    run_due(kinds=[KIND], limit=1)
    job = Job.objects.get(key="a")
    assert job.due_at == now
    assert job.asked_again_at is None


def test_a_failure_is_kept_logged_and_tried_again_later(
    behave: Callable[[Behaviour], None], caplog: pytest.LogCaptureFixture, skip: Callable[..., None]
) -> None:
    def fail(job: Claimed) -> None:
        raise ValueError("token=very-secret")

    behave(fail)
    queue_job(KIND, "a")
    run_due(kinds=[KIND])
    job = Job.objects.get(key="a")
    assert (job.attempts, job.lease_until) == (1, None)
    assert 3 <= (job.due_at - clock.now()).total_seconds() <= 5
    assert job.last_error.startswith("ValueError in fail")
    assert "very-secret" not in job.last_error
    assert "Job test.runner a failed at attempt 1" in caplog.text
    skip(seconds=6)
    assert run_due(kinds=[KIND]) == 1
    assert Job.objects.get(key="a").attempts == 2


def test_success_clears_the_failures_before_it(
    behave: Callable[[Behaviour], None], skip: Callable[..., None]
) -> None:
    def fail_first(job: Claimed) -> None:
        if job.attempts == 1:
            raise ValueError

    behave(fail_first)
    queue_job(KIND, "a", every_seconds=3600)
    run_due(kinds=[KIND])
    skip(minutes=1)
    run_due(kinds=[KIND])
    job = Job.objects.get(key="a")
    assert (job.attempts, job.last_error) == (0, "")


@pytest.mark.req("OPS-05")
def test_a_repeating_job_keeps_step_however_far_the_clock_jumps(
    behave: Callable[[Behaviour], None], skip: Callable[..., None]
) -> None:
    runs = []
    behave(lambda job: runs.append(job.key))
    first = clock.now()
    queue_job(KIND, "a", due_at=first, every_seconds=3600)
    run_due(kinds=[KIND])
    assert Job.objects.get(key="a").due_at == first + timedelta(hours=1)
    skip(days=2, minutes=30)
    assert run_due(kinds=[KIND]) == 1
    assert Job.objects.get(key="a").due_at == first + timedelta(days=2, hours=1)
    assert len(runs) == 2


def test_a_job_dropped_while_it_runs_does_not_come_back(behave: Callable[[Behaviour], None]) -> None:
    behave(lambda job: drop_job(KIND, job.key))
    queue_job(KIND, "a", every_seconds=60)
    run_due(kinds=[KIND])
    assert not Job.objects.exists()


def test_the_report_of_a_worker_that_lost_its_lease_does_not_count(
    behave: Callable[[Behaviour], None],
) -> None:
    behave(lambda job: None)
    queue_job(KIND, "a")
    slow = claim_next([KIND])
    assert slow is not None
    assert runner.still_mine(slow)
    Job.objects.update(lease_until=clock.real_now() - timedelta(seconds=1))
    quick = claim_next([KIND])
    assert quick is not None
    assert quick.fence == slow.fence + 1
    assert not runner.still_mine(slow)
    run(slow)
    assert Job.objects.get(key="a").fence == quick.fence, "the slow worker's report removed the job"
    run(quick)
    assert not Job.objects.exists()


def test_a_leased_job_is_nobody_elses_even_when_product_time_jumps(
    behave: Callable[[Behaviour], None], skip: Callable[..., None]
) -> None:
    behave(lambda job: None)
    queue_job(KIND, "a")
    assert claim_next([KIND]) is not None
    skip(days=366)
    assert claim_next([KIND]) is None


@pytest.mark.req("SEC-01")
def test_a_job_runs_in_the_scope_of_its_business_alone(behave: Callable[[Behaviour], None]) -> None:
    business = make_business()
    scopes: list[Scope] = []
    behave(lambda job: scopes.append(current_scope()))
    queue_job(KIND, "own", business_id=business.id)
    queue_job(KIND, "system", due_at=clock.now() + timedelta(microseconds=1))
    run_due(kinds=[KIND])
    assert scopes == [BusinessScope(business.id), SystemScope(f"job {KIND}")]


def test_two_functions_cannot_claim_the_same_kind(behave: Callable[[Behaviour], None]) -> None:
    behave(lambda job: None)
    with pytest.raises(KindTaken):

        @works(KIND)
        def other(job: Claimed) -> None: ...


@given(attempts=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_the_delay_grows_to_an_hour_and_never_further(attempts: int, chance: float) -> None:
    delay = retry_delay_seconds(attempts, chance)
    assert 4 <= delay <= 3600
    assert delay <= retry_delay_seconds(attempts + 1, 0)
