"""The counting behind call budgets: no stretch of time ever holds more calls than the limit."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from bookbind.providers.base.windows import DAY_WINDOW, MINUTE_WINDOW, SECOND_WINDOW, Window

gaps = st.lists(st.floats(min_value=0, max_value=40, allow_nan=False), min_size=1, max_size=300)


def admitted(window: Window, limit: int, moments: list[float]) -> list[float]:
    """The moments at which a call is let in."""
    counts: dict[str, int] = {}
    found = []
    for moment in moments:
        if window.used(counts, moment) < limit:
            counts = window.added(counts, moment)
            found.append(moment)
    return found


@given(gaps, st.integers(min_value=1, max_value=60), st.floats(min_value=0, max_value=5, exclude_max=True))
def test_no_minute_holds_more_than_the_limit_even_when_calls_travel_for_seconds(
    pauses: list[float], limit: int, travel: float
) -> None:
    moments, now = [], 1_800_000_000.0
    for pause in pauses:
        now += pause
        moments.append(now)
    # Every other call arrives late, as if the network had held it.
    arrivals = sorted(
        moment + (travel if number % 2 else 0)
        for number, moment in enumerate(admitted(MINUTE_WINDOW, limit, moments))
    )
    for start in arrivals:
        assert sum(start <= arrival < start + 60 for arrival in arrivals) <= limit


@given(
    st.lists(st.floats(min_value=0, max_value=0.7, allow_nan=False), min_size=1, max_size=200),
    st.integers(min_value=1, max_value=12),
    st.floats(min_value=0, max_value=0.1, exclude_max=True),
)
def test_no_second_holds_more_than_the_limit_even_when_calls_travel_for_a_moment(
    pauses: list[float], limit: int, travel: float
) -> None:
    moments = [1_800_000_000.0 + gone for gone in accumulate(pauses)]
    arrivals = sorted(
        moment + (travel if number % 2 else 0)
        for number, moment in enumerate(admitted(SECOND_WINDOW, limit, moments))
    )
    for start in arrivals:
        assert sum(start <= arrival < start + 1 for arrival in arrivals) <= limit


def test_a_steady_stream_uses_most_of_the_limit() -> None:
    moments = [float(second) for second in range(3600)]
    assert len(admitted(MINUTE_WINDOW, 60, moments)) >= 3600 * 60 / 71


@given(st.floats(min_value=0, max_value=2e9), st.integers(min_value=1, max_value=5))
def test_room_is_promised_for_the_moment_at_which_there_is_some(now: float, limit: int) -> None:
    counts: dict[str, int] = {}
    for _ in range(limit):
        counts = MINUTE_WINDOW.added(counts, now)
    wait = MINUTE_WINDOW.seconds_until_room(counts, now)
    assert 60 <= wait <= 70
    assert MINUTE_WINDOW.used(counts, now + wait - 0.01) == limit
    assert MINUTE_WINDOW.used(counts, now + wait + 0.01) == 0


def test_the_day_covers_a_whole_day() -> None:
    counts = DAY_WINDOW.added({}, 0.0)
    assert DAY_WINDOW.used(counts, 24 * 3600.0) == 1
    assert DAY_WINDOW.used(counts, 25 * 3600.0) == 0


def test_an_empty_window_has_room_at_once() -> None:
    assert MINUTE_WINDOW.seconds_until_room({}, 5.0) == 0
