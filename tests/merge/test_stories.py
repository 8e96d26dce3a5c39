"""Whatever people, vendors and jobs do in whatever order: what was promised stays true after every step."""

import os

import pytest
from django.db import connection as database
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.merge.oaths import Watch
from tests.merge.story import Story

# The more often a step stands here, the more often it happens.
MOVES = [
    *["work"] * 6,
    *["some_work"] * 3,
    *["wait"] * 2,
    *["connect", "reconnect", "go_on_without", "disconnect"],
    *["change", "stop", "undo_change", "start"] * 2,
    *["read"] * 2,
    *["second_person", "answer", "answer"],
    *["combine", "split", "archive_entry", "restore_entry", "adopt"],
    *["rename_there", "archive_there", "bring_back_there", "delete_there", "recreate_there", "merge_there"],
    *["leave_list_there", "trouble_there", "trouble_there"],
    *["choose", "forget", "create_there", "create_and_match", "create_all", "finish", "mapping_file"],
    *["use", "match", "undo", "match_names"] * 2,
    *["save_rule", "bill", "bill", "publish", "publish", "edit"],
    *["make_ready", "review_again", "archive_document", "restore_document", "take_back"],
    *["release", "decide", "keep_left_behind"],
]
# A few in the suite; a long night may ask for thousands.
STORIES = int(os.environ.get("BOOKBIND_STORIES", "8"))
LENGTH = int(os.environ.get("BOOKBIND_STORY_STEPS", "25"))
STEPS = st.lists(
    st.tuples(st.sampled_from(MOVES), st.integers(0, 9999)), min_size=LENGTH // 3, max_size=LENGTH
)


def tell(beginning: Story, steps: list[tuple[str, int]]) -> None:
    """Live through these steps, look at everything after each, and forget it all."""
    books = beginning.world.books
    try:
        with transaction.atomic():
            story = beginning.again()
            watch = Watch(story)
            watch.look()
            for move, number in steps:
                story.do(move, number)
                watch.look()
            watch.rest()
            database.check_constraints()
            transaction.set_rollback(True)
    finally:
        beginning.world.books = books


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.req("CHG-01", "CHG-05", "CHG-07", "CHG-08", "CHG-10", "CHG-11")
@settings(
    max_examples=STORIES,
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(steps=STEPS)
def test_every_promise_holds_after_every_step(story: Story, steps: list[tuple[str, int]]) -> None:
    tell(story, steps)
