"""Budgets in the database: exact over threads, heeding the vendor, and back after a crash."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from bookbind.kit import clock
from bookbind.providers.base import limits
from bookbind.providers.base.contract import Limits
from bookbind.providers.base.errors import ErrorKind, ProviderError
from bookbind.providers.models import CallWindow

pytestmark = pytest.mark.django_db


@pytest.fixture
def ahead(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Move real time: `ahead(61)`."""
    shift = timedelta(0)
    real = clock.real_now

    def move(seconds: float) -> None:
        nonlocal shift
        shift += timedelta(seconds=seconds)

    monkeypatch.setattr(clock, "real_now", lambda: real() + shift)
    return move


def enter(organisation: str = "org", **published: Any) -> str:
    return limits.enter("vendor", organisation, Limits(**published))


def refusal(organisation: str = "org", **published: Any) -> ProviderError:
    with pytest.raises(ProviderError) as raised:
        enter(organisation, **published)
    assert raised.value.kind is ErrorKind.RATE_LIMITED
    return raised.value


def spend(count: int, organisation: str = "org", **published: Any) -> None:
    for _ in range(count):
        limits.leave("vendor", organisation, enter(organisation, **published), {})


@pytest.mark.req("RAT-02")
def test_the_minute_is_refused_without_a_call_when_it_is_used_up(ahead: Callable[[float], None]) -> None:
    spend(3, per_minute=3)
    error = refusal(per_minute=3)
    assert error.limit == "minute"
    assert error.retry_after_seconds is not None
    ahead(error.retry_after_seconds + 0.1)
    spend(3, per_minute=3)


@pytest.mark.req("RAT-02")
def test_a_call_waits_for_room_in_the_second_and_no_stretch_of_it_holds_more() -> None:
    moments = []
    for _ in range(12):
        limits.leave("vendor", "org", enter(per_second=4), {})
        moments.append(time.monotonic())
    assert moments[3] - moments[0] < 1.0, "what fits is not held up"
    assert all(later - sooner >= 1.0 for sooner, later in zip(moments, moments[4:], strict=False))


def test_a_call_that_is_long_on_its_way_takes_room_until_it_has_ended() -> None:
    slot = enter(per_second=2)
    time.sleep(1.3)
    limits.leave("vendor", "org", enter(per_second=2), {})
    began = time.monotonic()
    # The first may arrive now: with the second that ended, the second is full.
    limits.leave("vendor", "org", slot, {})
    enter(per_second=2)
    assert time.monotonic() - began >= 1


@pytest.mark.req("RAT-02")
def test_whoever_waits_in_vain_for_the_second_is_told_how_long_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(limits, "_PATIENCE_SECONDS", 0.0)
    enter(per_second=1)
    error = refusal(per_second=1)
    assert (error.limit, 0 < (error.retry_after_seconds or 0) <= 1.2) == ("second", True)


@pytest.mark.req("RAT-03")
def test_the_day_stops_one_organisation_and_no_other(ahead: Callable[[float], None]) -> None:
    spend(2, per_day=2)
    error = refusal(per_day=2)
    assert error.limit == "day"
    spend(2, organisation="other", per_day=2)
    ahead(3600)
    assert refusal(per_day=2).limit == "day"
    ahead(25 * 3600)
    spend(1, per_day=2)


def test_the_whole_app_has_a_limit_of_its_own(ahead: Callable[[float], None]) -> None:
    ahead(10 - clock.real_now().timestamp() % 10)
    for number in range(2):
        spend(1, organisation=f"org-{number}", app_per_minute=14)
    error = refusal("org-9", app_per_minute=14)
    assert error.limit == "app_minute"
    assert CallWindow.objects.get(organisation_id="org-9").minute == {}
    ahead(10)
    spend(2, organisation="org-9", app_per_minute=14)


def test_a_parked_app_stops_every_organisation(ahead: Callable[[float], None]) -> None:
    limits.park("vendor", "org", "app_minute", 30)
    assert refusal("other", app_per_minute=100).limit == "app_minute"
    ahead(31)
    enter("other", app_per_minute=100)


def test_a_longer_pause_is_never_shortened_by_a_later_shorter_one() -> None:
    limits.park("vendor", "org", "day", 3600)
    limits.park("vendor", "org", "minute", 5)
    assert refusal().limit == "day"


def test_product_time_lifts_no_limit(skip: Callable[..., None]) -> None:
    limits.park("vendor", "org", "day", 3600)
    skip(days=30)
    assert refusal().limit == "day"


@pytest.mark.req("RAT-02")
def test_a_killed_process_loses_its_slots_after_the_lease(
    ahead: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "_PATIENCE_SECONDS", 0.1)
    enter(concurrent=1)
    assert refusal(concurrent=1).limit == "concurrent"
    ahead(120)
    enter(concurrent=1)


def test_the_operators_own_plan_replaces_the_published_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOOKBIND_VENDOR_CALLS_PER_MINUTE", "7")
    monkeypatch.setenv("BOOKBIND_VENDOR_CALLS_PER_DAY", "many")
    assert limits.in_force("vendor", Limits(60, 5000, 5, 10_000)) == Limits(7, 5000, 5, 10_000)


def test_what_is_left_is_the_smaller_of_our_count_and_the_vendors_word() -> None:
    published = Limits(per_minute=60, per_day=5000)
    assert limits.calls_left("vendor", "org", published) == {}
    limits.leave("vendor", "org", enter(), {"day": 900})
    assert limits.calls_left("vendor", "org", published) == {"minute": 59, "day": 900}


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("RAT-02")
def test_many_threads_never_hold_more_slots_than_allowed_nor_count_wrongly() -> None:
    published = Limits(per_minute=1000, concurrent=3, app_per_minute=10_000)
    running, most, lock = 0, 0, threading.Lock()

    def work(_: int) -> None:
        nonlocal running, most
        slot = limits.enter("vendor", "org", published)
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        limits.leave("vendor", "org", slot, {})
        connection.close()

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(36)))
    assert 1 < most <= 3
    row = CallWindow.objects.get(organisation_id="org")
    assert (sum(row.minute.values()), row.running) == (36, {})


@pytest.mark.django_db(transaction=True)
@pytest.mark.req("RAT-02")
def test_many_threads_never_exceed_the_minute() -> None:
    entered: list[int] = []

    def work(number: int) -> None:
        try:
            limits.enter("vendor", "org", Limits(per_minute=10))
        except ProviderError:
            return
        else:
            entered.append(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))
    assert len(entered) == 10
