"""The transition table, and that the models speak of the same states."""

import pytest

from bookbind.documents.models import Document
from bookbind.publishing.models import Publication
from bookbind.publishing.states import FROZEN, OPEN, RETURNABLE, State, can_move, stage_of


def test_the_models_have_the_same_states() -> None:
    assert {state.value for state in State} == set(Publication.State.values)


def test_the_unique_open_publication_covers_every_open_state() -> None:
    constraint = next(
        found for found in Publication._meta.constraints if found.name == "one_open_publication"
    )
    condition = dict(constraint.condition.children)  # type: ignore[attr-defined]
    assert set(condition["state__in"]) == {state.value for state in OPEN}


@pytest.mark.parametrize("end", [State.PUBLISHED, State.WITHDRAWN])
def test_an_end_is_an_end(end: State) -> None:
    assert not any(can_move(end, after) for after in State)


def list_sources(after: State) -> frozenset[State]:
    """The states from which `after` can be reached."""
    return frozenset(before for before in State if can_move(before, after))


def test_what_may_stand_in_the_books_is_never_taken_back() -> None:
    assert list_sources(State.WITHDRAWN) == RETURNABLE
    assert not RETURNABLE & FROZEN


def test_only_a_committed_delivery_is_lost() -> None:
    assert list_sources(State.UNKNOWN) == {State.SENDING, State.HELD}
    assert list_sources(State.SENDING) == {State.WAITING}


def test_every_state_has_its_tab() -> None:
    # Ready is a document without a publication.
    assert {stage_of(state) for state in State} == set(Document.Stage.values) - {Document.Stage.READY}
