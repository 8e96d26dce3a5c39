"""Which clients need somebody, and in which order; pure."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookbind.connections.status import Action, Cause, Health, State, Status
from bookbind.practice.clients import Client, Show, count, select, sort_by_harm

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = UUID(int=1)


def status(
    state: State = State.CONNECTED, health: Health = Health.OK, action: Action = Action.NONE
) -> Status:
    can = state is State.CONNECTED and health is not Health.DOWN
    return Status(state, health, Cause.NONE, None, action, can_publish=can, can_call=can)


def client(name: str, of: Status | None, waiting: int = 0, days: int = 0, **fields: str) -> Client:
    oldest = NOW - timedelta(days=days) if waiting else None
    return Client(
        ID,
        name.lower(),
        name,
        "Europe/London",
        status=of,
        waiting=waiting,
        oldest_waiting_at=oldest,
        **fields,
    )


EXPIRED = status(State.NEEDS_RECONNECT, Health.ATTENTION, Action.RECONNECT)
DOWN = status(health=Health.DOWN, action=Action.WAIT)
EXPIRING = status(health=Health.EXPIRING, action=Action.RECONNECT)
DIFFERS = status(health=Health.ATTENTION, action=Action.CHECK)
FINE = status()
ENDED = status(State.DISCONNECTED, action=Action.CONNECT)


def names(clients: list[Client]) -> list[str]:
    return [one.name for one in clients]


def test_stuck_documents_come_first_the_oldest_before_all() -> None:
    rows = [
        client("Fine", FINE, waiting=9, days=90),
        client("Never", None),
        client("Ended", ENDED),
        client("Differs", DIFFERS),
        client("Expiring", EXPIRING),
        client("Down", DOWN, waiting=3, days=1),
        client("Expired", EXPIRED, waiting=14, days=5),
        client("Idle", EXPIRED),
    ]
    assert names(sort_by_harm(rows)) == [
        "Expired",
        "Down",
        "Idle",
        "Expiring",
        "Differs",
        "Fine",
        "Ended",
        "Never",
    ]


def test_names_decide_between_equals() -> None:
    assert names(sort_by_harm([client("birch", FINE), client("Ácorn", FINE)])) == ["Ácorn", "birch"]


@pytest.mark.parametrize(
    ("of", "waiting", "filters"),
    [
        (EXPIRED, 0, {Show.ATTENTION}),
        (DOWN, 0, {Show.ATTENTION}),
        (EXPIRING, 0, {Show.ATTENTION, Show.EXPIRING}),
        (DIFFERS, 0, {Show.ATTENTION}),
        (FINE, 5, {Show.WAITING}),
        (ENDED, 0, set()),
        (ENDED, 2, {Show.ATTENTION, Show.WAITING}),
        (None, 0, set()),
    ],
)
def test_who_belongs_under_which_filter(of: Status | None, waiting: int, filters: set[Show]) -> None:
    row = client("One", of, waiting)
    assert {show for show in Show if select([row], show)} == filters | {Show.ALL}


def test_search_finds_by_client_organisation_and_software() -> None:
    rows = [client("Dale", FINE, organisation_name="Dale (Property) Ltd", provider_name="Xero")]
    assert all(select(rows, Show.ALL, words) for words in ("dale", "PROPERTY", "xero dale", ""))
    assert not select(rows, Show.ALL, "birch")


def test_what_helps_is_one_thing() -> None:
    assert client("A", EXPIRED).action is Action.RECONNECT
    assert client("B", DOWN).action is Action.WAIT
    assert client("C", None).action is Action.CONNECT


statuses = st.sampled_from([EXPIRED, DOWN, EXPIRING, DIFFERS, FINE, ENDED, None])
clients = st.lists(
    st.builds(client, st.text(min_size=1, max_size=5), statuses, st.integers(0, 3), st.integers(0, 400))
)


@given(clients)
def test_sorting_loses_nobody_and_puts_the_stuck_before_the_rest(rows: list[Client]) -> None:
    ordered = sort_by_harm(rows)
    assert sorted(map(id, ordered)) == sorted(map(id, rows))
    stuck = [one.waiting > 0 and one.needs_attention for one in ordered]
    assert stuck == sorted(stuck, reverse=True)


@given(clients)
def test_every_count_equals_its_list(rows: list[Client]) -> None:
    counts = count(rows)
    for show, number in zip(
        Show, (counts.attention, counts.expiring, counts.waiting, counts.all), strict=True
    ):
        assert len(select(rows, show)) == number
