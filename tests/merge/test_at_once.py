"""Any two steps at the same moment, in two threads: all of each or nothing, and no promise breaks."""

import itertools
import os
import random
from contextlib import ExitStack
from functools import partial

import pytest

from bookbind.connections.disconnect import disconnect_here
from bookbind.connections.errors import LeftMeanwhile
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection
from bookbind.jobs.models import Job
from bookbind.jobs.runner import run_due
from bookbind.lists.sync import SYNC_JOB
from bookbind.tenancy.scope import BusinessScope, within
from tests.merge.conftest import Firm, telling
from tests.merge.oaths import Watch
from tests.merge.story import Story
from tests.merge.test_together import behind
from tests.publishing.test_race import Racers

# A few in the suite, others each time; whoever changes the locks asks for all of them, several times over.
PAIRS = int(os.environ.get("BOOKBIND_PAIRS", "6"))
SEED = os.environ.get("BOOKBIND_PAIRS_SEED", "")
ACTS = [
    "work",
    "use",
    "match",
    "undo",
    "choose",
    "forget",
    "finish",
    "combine",
    "split",
    "create_there",
    "create_and_match",
    "mapping_file",
    "archive_entry",
    "change",
    "stop",
    "undo_change",
    "start",
    "disconnect",
    "reconnect",
    "connect",
    "read",
    "publish_everything",
    "take_back_everything",
    "release",
    "edit",
    "save_rule",
]
SCENES = ["moving", "moved", "started"]
EVERY = list(itertools.product(SCENES, itertools.combinations_with_replacement(ACTS, 2)))


def set_up(scene: str, vendors: pytest.MonkeyPatch) -> Story:
    """A change whose lists are complete; after the switch, with matches used; after the start."""
    Job.objects.all().delete()
    with telling("Scene Ltd", vendors) as story:
        for number in range(4):
            story.do("bill", number)
        story.world.sign_in(story.business, story.user, "q-1", "change", story.here)
        if scene == "moving":
            run_due(kinds=[SYNC_JOB])
            return story
        story.work()
        story.match_names()
        story.do("combine", 4)
        for number in (5, 6, 7):
            story.do("bill", number)
        if scene == "started":
            story.start()
    return story


def both(story: Story, first: str, second: str, number: int) -> None:
    """Two people, or a person and a worker, do these at the same moment; then everything settles."""
    with ExitStack() as stack:
        racers = Racers(story.business)
        stack.callback(racers.stop)
        acts = [partial(story.beside().do, act, number + place) for place, act in enumerate((first, second))]
        raised = racers.run(*acts)
        assert raised == [], raised
    with within(BusinessScope(story.business.id)):
        watch = Watch(story)
        watch.look()
        watch.rest()
        story.skip(minutes=20)
        watch.rest()


@pytest.mark.slow
@pytest.mark.timeout(0)
@pytest.mark.req("CHG-06", "CHG-09", "CHG-11")
@pytest.mark.django_db(transaction=True)
def test_two_steps_at_the_same_moment_break_no_promise(vendors: pytest.MonkeyPatch) -> None:
    chance = random.Random(SEED or None)
    for scene, (first, second) in chance.sample(EVERY, min(PAIRS, len(EVERY))):
        number = chance.randint(0, 9999)
        story = set_up(scene, vendors)
        try:
            both(story, first, second, number)
        except AssertionError as broken:
            raise AssertionError(f"{scene}: {first} and {second} with {number}") from broken


@pytest.mark.req("CHG-02")
@pytest.mark.django_db(transaction=True)
def test_a_reconnect_behind_a_disconnect_does_not_bring_the_connection_back(
    vendors: pytest.MonkeyPatch,
) -> None:
    story = set_up("started", vendors)
    with within(BusinessScope(story.business.id)):
        here = story.here
        _, second = behind(
            Firm(story.business, story.user),
            lambda: disconnect_here(here, story.user),
            lambda: story.world.sign_in(story.business, story.user, here.organisation_id, "reconnect", here),
        )
        assert isinstance(second, LeftMeanwhile | None), second
        Watch(story).look()
        assert get_connection(here.id).stage == Connection.Stage.ENDED
