"""Seconds from Finish to the first waiting document published, with a real worker beside."""

import subprocess
import sys
import time
from datetime import timedelta

from bench.books import WAITING, connect
from bench.report import Row
from bookbind.connections.finish import finish
from bookbind.connections.pending import choose_organisation
from bookbind.demo import seed
from bookbind.demo.skip import walk_to
from bookbind.kit import clock
from bookbind.publishing.models import Publication
from bookbind.tenancy.scope import BusinessScope, within

_GIVE_UP_SECONDS = 60


def measure() -> list[Row]:
    """Let fourteen bills wait for an expired connection, sign in again, and press Finish."""
    people = seed.begin()
    connection = connect(WAITING, people)
    walk_to(clock.now() + timedelta(days=367))
    seed.tell_story(WAITING, people)
    user = people["accountant@harbour.test"]
    quiet = subprocess.DEVNULL
    worker = subprocess.Popen([sys.executable, "-m", "bookbind.cli.main", "work"], stdout=quiet, stderr=quiet)
    try:
        time.sleep(3)
        with within(BusinessScope(connection.business_id)):
            sign_in = seed.sign_in_again(WAITING, people, connection)
            choose_organisation(sign_in, connection.organisation_id)
            waiting = Publication.objects.filter(state=Publication.State.HELD).count()
            began = time.perf_counter()
            finish(sign_in, user=user, publish_now=True)
            first = _seconds_until_published(1, began)
            every = _seconds_until_published(waiting, began)
    finally:
        worker.terminate()
        worker.wait(10)
    return [
        Row("resume", "Finish to the first document published", first, "s", "under 2 s"),
        Row("resume", f"Finish to all {waiting} published", every, "s"),
    ]


def _seconds_until_published(count: int, began: float) -> float:
    published = Publication.objects.filter(state=Publication.State.PUBLISHED)
    while time.perf_counter() - began < _GIVE_UP_SECONDS:
        if published.count() >= count:
            return time.perf_counter() - began
        time.sleep(0.01)
    raise RuntimeError(f"After {_GIVE_UP_SECONDS} s fewer than {count} documents were published.")
