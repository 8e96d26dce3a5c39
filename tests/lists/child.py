"""A worker of its own that reads what is due on the database of the test which started it."""

import django

django.setup()

from bookbind.jobs.runner import run_due  # noqa: E402 - models exist once Django is set up
from bookbind.lists.sync import SYNC_JOB  # noqa: E402

if __name__ == "__main__":
    run_due(kinds=[SYNC_JOB])
