"""What stored facts mean: boundaries, causes, states and health, the nearest end."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.connections.names import names_agree
from bookbind.connections.status import (
    RECONNECT_CAUSES,
    Action,
    Cause,
    Facts,
    Health,
    Stage,
    State,
    consent_end,
    derive_status,
    expected_end,
    missing_scopes,
    next_check,
    reached_warning,
)

NOW = datetime(2026, 11, 22, 9, 40, tzinfo=UTC)
YEAR = timedelta(days=365)
ZONES = st.sampled_from(
    ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC"]
)
MOMENTS = st.datetimes(datetime(2023, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
FINE = Facts(consent_expires_at=NOW + YEAR, refreshed_at=NOW)


@pytest.mark.req("REC-01", "REC-02")
@given(MOMENTS, ZONES)
def test_the_year_ends_with_the_day_365_days_later_where_the_business_is(
    authorised_at: datetime, zone: str
) -> None:
    end = consent_end(authorised_at, zone)
    first = authorised_at.astimezone(ZoneInfo(zone)).date()
    local = end.astimezone(ZoneInfo(zone))
    assert local.date() == first + timedelta(days=365)
    assert (end + timedelta(seconds=1)).astimezone(ZoneInfo(zone)).date() == first + timedelta(days=366)


@pytest.mark.req("REC-02")
@given(MOMENTS, ZONES)
def test_one_second_before_the_end_works_and_one_second_after_does_not(
    authorised_at: datetime, zone: str
) -> None:
    end = consent_end(authorised_at, zone)
    facts = Facts(consent_expires_at=end, refreshed_at=end)
    second = timedelta(seconds=1)

    before, at, after = (derive_status(facts, moment) for moment in (end - second, end, end + second))
    assert (before.state, before.can_publish) == (State.CONNECTED, True)
    assert (at.state, at.can_publish) == (State.CONNECTED, True)
    assert (after.state, after.cause, after.action) == (
        State.NEEDS_RECONNECT,
        Cause.EXPIRED,
        Action.RECONNECT,
    )
    assert not (after.can_publish)
    assert not (after.can_call)
    assert after.deadline == end


@pytest.mark.req("REC-02")
@given(MOMENTS, st.timedeltas(-10 * YEAR, 10 * YEAR))
def test_no_clock_revives_what_was_seen_to_lapse(end: datetime, off: timedelta) -> None:
    facts = Facts(consent_expires_at=end, lapsed_at=end + timedelta(seconds=1), refreshed_at=end)
    assert derive_status(facts, end + off).cause is Cause.EXPIRED


@pytest.mark.req("REC-02")
@pytest.mark.parametrize(
    ("authorised", "zone", "end"),
    [
        ("2027-03-01T12:00+00:00", "Europe/London", "2028-02-29T23:59:59+00:00"),
        ("2028-02-29T12:00+00:00", "Europe/London", "2029-02-28T23:59:59+00:00"),
        ("2026-07-01T23:30+00:00", "Europe/London", "2027-07-02T22:59:59+00:00"),
        ("2026-11-22T00:00+00:00", "Europe/London", "2027-11-22T23:59:59+00:00"),
        ("2026-11-22T00:30+00:00", "America/New_York", "2027-11-22T04:59:59+00:00"),
        ("2026-03-29T00:30+00:00", "Europe/London", "2027-03-29T22:59:59+00:00"),
    ],
)
def test_leap_years_and_clock_changes(authorised: str, zone: str, end: str) -> None:
    assert consent_end(datetime.fromisoformat(authorised), zone) == datetime.fromisoformat(end)


LOST = [
    ({"lapsed_at": NOW}, Cause.EXPIRED),
    ({"consent_expires_at": NOW - timedelta(seconds=1)}, Cause.EXPIRED),
    ({"grant_dead_cause": "revoked"}, Cause.REVOKED),
    ({"grant_dead_cause": "token_lost"}, Cause.TOKEN_LOST),
    ({"grant_dead_cause": "idle"}, Cause.IDLE),
    ({"grant_dead_cause": "never heard of"}, Cause.REVOKED),
    ({"trouble_cause": "scope_missing"}, Cause.SCOPE_MISSING),
    ({"trouble_cause": "permission_changed"}, Cause.PERMISSION_CHANGED),
    ({"trouble_cause": "wrong_organisation"}, Cause.WRONG_ORGANISATION),
    ({"has_grant": False}, Cause.TOKEN_LOST),
    ({"hard_end_at": NOW - timedelta(seconds=1)}, Cause.EXPIRED),
    ({"missing_required_scopes": True}, Cause.SCOPE_MISSING),
]
STOPPED = [
    ({"secrets_readable": False}, Health.DOWN, Cause.SECRETS_UNREADABLE, Action.OPERATOR),
    ({"app_refused_since": NOW}, Health.DOWN, Cause.APP_SUSPENDED, Action.OPERATOR),
    ({"down_since": NOW}, Health.DOWN, Cause.PROVIDER_DOWN, Action.WAIT),
    (
        {"down_since": NOW, "organisation_closed": True},
        Health.DOWN,
        Cause.ORGANISATION_CLOSED,
        Action.WAIT,
    ),
    ({"limited_until": NOW + timedelta(minutes=1)}, Health.LIMITED, Cause.RATE_LIMITED, Action.WAIT),
]
WORKING = [
    ({}, Health.OK, Cause.NONE, Action.NONE),
    (
        {"consent_expires_at": NOW + timedelta(days=31, seconds=-1)},
        Health.EXPIRING,
        Cause.NONE,
        Action.RECONNECT,
    ),
    ({"consent_expires_at": NOW + timedelta(days=31)}, Health.OK, Cause.NONE, Action.NONE),
    ({"missing_optional_scopes": True}, Health.ATTENTION, Cause.SCOPE_MISSING, Action.RECONNECT),
    ({"name_differs": True}, Health.ATTENTION, Cause.NAME_DIFFERS, Action.CHECK),
    ({"limited_until": NOW}, Health.OK, Cause.NONE, Action.NONE),
    ({"consent_expires_at": None}, Health.OK, Cause.NONE, Action.NONE),
    (
        {"refreshed_at": NOW - timedelta(days=50), "idle_ends_at": NOW + timedelta(days=10)},
        Health.EXPIRING,
        Cause.IDLE,
        Action.RECONNECT,
    ),
]
STAGES = [(Stage.ACTIVE, State.CONNECTED), (Stage.SETTING_UP, State.SETTING_UP)]


@pytest.mark.req("CON-04", "REC-16")
@pytest.mark.parametrize(("changes", "cause"), LOST)
def test_lost_authority_needs_a_person_whatever_else_is_wrong(
    changes: dict[str, object], cause: Cause
) -> None:
    for stage, _ in STAGES:
        for also, *_rest in [({}, None, None, None), *STOPPED]:
            facts = replace(FINE, **{"stage": stage} | also | changes)  # type: ignore[arg-type]
            status = derive_status(facts, NOW)
            assert (status.state, status.cause) == (State.NEEDS_RECONNECT, cause)
            assert status.action is Action.RECONNECT
            assert not (status.can_publish)
            assert not (status.can_call)


@pytest.mark.req("CON-04", "REC-16")
@pytest.mark.parametrize(("changes", "health", "cause", "action"), STOPPED)
def test_what_stops_working_shows_no_reconnect(
    changes: dict[str, object], health: Health, cause: Cause, action: Action
) -> None:
    for stage, state in STAGES:
        facts = replace(FINE, stage=stage, **changes)  # type: ignore[arg-type]
        status = derive_status(facts, NOW)
        assert (status.state, status.health, status.cause, status.action) == (state, health, cause, action)
        assert not (status.can_publish)
        assert not (status.can_call)


@pytest.mark.req("CON-04")
@pytest.mark.parametrize(("changes", "health", "cause", "action"), WORKING)
def test_what_works_may_publish(
    changes: dict[str, object], health: Health, cause: Cause, action: Action
) -> None:
    for stage, state in STAGES:
        status = derive_status(replace(FINE, **{"stage": stage} | changes), NOW)  # type: ignore[arg-type]
        assert (status.state, status.health, status.cause, status.action) == (state, health, cause, action)
        assert status.can_call
        assert status.can_publish == (state is State.CONNECTED)


@pytest.mark.req("CON-04")
def test_an_ended_connection_is_disconnected_whatever_its_facts() -> None:
    for changes, *_rest in [*LOST, *STOPPED, *WORKING]:
        facts = replace(FINE, **{"stage": Stage.ENDED, "ended_at": NOW} | changes)  # type: ignore[arg-type]
        status = derive_status(facts, NOW)
        assert (status.state, status.health, status.action) == (State.DISCONNECTED, Health.OK, Action.CONNECT)
        assert (status.can_publish, status.can_call, status.since) == (False, False, NOW)


@pytest.mark.req("CON-04", "REC-16")
@given(st.data())
def test_only_what_a_person_can_cure_asks_for_a_reconnect(data: st.DataObject) -> None:
    moments = st.none() | MOMENTS
    causes = st.sampled_from([""] + [cause.value for cause in RECONNECT_CAUSES])
    by_type = {"bool": st.booleans(), "str": causes, "Stage": st.sampled_from(list(Stage))}
    values = {
        field.name: data.draw(
            by_type.get(getattr(field.type, "__name__", str(field.type)), moments), field.name
        )
        for field in fields(Facts)
    }
    status = derive_status(Facts(**values), NOW)
    if status.action is Action.RECONNECT:
        assert status.cause in RECONNECT_CAUSES or status.health is Health.EXPIRING
    if status.state is State.NEEDS_RECONNECT:
        assert status.cause in RECONNECT_CAUSES
        assert status.action is Action.RECONNECT
    if status.cause in (Cause.PROVIDER_DOWN, Cause.ORGANISATION_CLOSED, Cause.RATE_LIMITED):
        assert status.action is Action.WAIT
    assert status.can_call or not status.can_publish
    assert not status.can_publish or status.state is State.CONNECTED


def test_one_may_try_when_the_pause_is_over_though_the_vendor_is_still_called_down() -> None:
    facts = replace(FINE, down_since=NOW - timedelta(minutes=5), next_try_at=NOW)
    assert not derive_status(facts, NOW - timedelta(seconds=1)).can_publish
    status = derive_status(facts, NOW)
    assert (status.health, status.can_publish, status.can_call) == (Health.DOWN, True, True)


def test_one_may_insist_while_it_is_down_but_not_for_as_long_as_the_vendor_asked_us_to_wait() -> None:
    down = replace(FINE, down_since=NOW, next_try_at=NOW + timedelta(minutes=5))
    asked = replace(down, limited_until=NOW + timedelta(minutes=2))
    assert derive_status(down, NOW).can_insist
    assert not derive_status(down, NOW).can_call
    assert not derive_status(asked, NOW).can_insist
    assert derive_status(asked, NOW + timedelta(minutes=2)).can_insist
    for other in (
        FINE,
        replace(FINE, limited_until=NOW + timedelta(minutes=2)),
        replace(down, lapsed_at=NOW),
    ):
        assert not derive_status(other, NOW).can_insist


@pytest.mark.req("REC-03")
@pytest.mark.parametrize(
    ("consent", "hard", "idle", "days_unused", "expected"),
    [
        (365, None, 60, 0, (365, Cause.EXPIRED)),
        (365, None, 31, 1, (365, Cause.EXPIRED)),
        (365, None, 20, 40, (20, Cause.IDLE)),
        (365, 100, 60, 0, (100, Cause.EXPIRED)),
        (10, 100, 20, 40, (10, Cause.EXPIRED)),
        (365, 100, 20, 40, (20, Cause.IDLE)),
        (365, None, -1, 61, (365, Cause.EXPIRED)),
        (None, None, None, 0, (None, Cause.NONE)),
    ],
)
def test_the_nearest_end_in_sight_is_the_deadline(
    consent: int | None,
    hard: int | None,
    idle: int | None,
    days_unused: int,
    expected: tuple[int | None, Cause],
) -> None:
    def after(days: int | None) -> datetime | None:
        return None if days is None else NOW + timedelta(days=days)

    facts = Facts(
        consent_expires_at=after(consent),
        hard_end_at=after(hard),
        idle_ends_at=after(idle),
        refreshed_at=NOW - timedelta(days=days_unused),
    )
    assert expected_end(facts, NOW) == (after(expected[0]), expected[1])


@pytest.mark.req("REC-04")
@pytest.mark.parametrize(
    ("days", "reached"),
    [(31, None), (30, 30), (29, 30), (14, 14), (8, 14), (7, 7), (2, 7), (1, 1), (0, 1), (-1, None)],
)
def test_warning_thresholds(days: int, reached: int | None) -> None:
    assert reached_warning(NOW + timedelta(days=days), NOW) == reached
    assert reached_warning(None, NOW) is None


@pytest.mark.req("REC-04")
@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_looking_only_when_told_misses_no_threshold(deadline: datetime, before: timedelta) -> None:
    moment, met = deadline - before, set()
    while (following := next_check(deadline, moment)) is not None:
        assert following > moment
        moment = following
        met.add(reached_warning(deadline, moment))
    assert moment == deadline + timedelta(seconds=1)
    passed = {days for days in (30, 14, 7, 1) if before > timedelta(days=days + 1, seconds=-1)}
    assert met == passed | {None}


def test_nothing_to_check_without_a_deadline() -> None:
    assert next_check(None, NOW) is None


@pytest.mark.req("OAU-09")
def test_missing_scopes_are_those_wanted_and_not_granted() -> None:
    assert missing_scopes(("a", "b", "c"), ["b"]) == ("a", "c")
    assert missing_scopes(("a",), []) == ()


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("Acme Ltd", "ACME LIMITED", True),
        ("Birch Ltd", "Birch & Co Ltd", True),
        ("Cole & Son", "Cole and Son Ltd.", True),
        ("Café Zoë", "Cafe Zoe Ltd", True),
        ("O'Neil's", "ONeils Ltd", True),
        ("Dale Ltd", "Dale (Property) Ltd", False),
        ("Acme Ltd", "Acme Holdings Ltd", False),
        ("Co", "Limited", False),
        ("", "", True),
    ],
)
def test_names_agree_but_for_form(one: str, other: str, agree: bool) -> None:  # noqa: FBT001
    assert names_agree(one, other) is agree
    assert names_agree(other, one) is agree


def test_every_pair_of_state_and_health_is_reached_or_impossible() -> None:
    reached = set()
    for stage, changes in product(Stage, [{}, *(row[0] for row in [*LOST, *STOPPED, *WORKING])]):
        status = derive_status(replace(FINE, **{"stage": stage} | changes), NOW)  # type: ignore[arg-type]
        reached.add((status.state, status.health))
    works = {State.CONNECTED, State.SETTING_UP}
    assert reached == set(product(works, Health)) | {
        (State.NEEDS_RECONNECT, Health.ATTENTION),
        (State.DISCONNECTED, Health.OK),
    }


def test_nothing_is_published_before_somebody_started_it() -> None:
    status = derive_status(Facts(consent_expires_at=NOW + timedelta(days=300), awaits_start=True), NOW)
    assert (status.state, status.health, status.cause) == (
        State.CONNECTED,
        Health.ATTENTION,
        Cause.NOT_STARTED,
    )
    assert (status.action, status.can_publish, status.can_call) == (Action.START, False, True)


def test_a_connection_that_was_left_counts_as_disconnected() -> None:
    status = derive_status(Facts(stage=Stage.LEFT, consent_expires_at=NOW + timedelta(days=300)), NOW)
    assert (status.state, status.can_call, status.action) == (State.DISCONNECTED, False, Action.CONNECT)
