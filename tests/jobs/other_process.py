"""Another process on the same jobs: python -m tests.jobs.other_process <database> <file> <what> <lease>.

`hang` claims the job of kind test.hang, notes that in the file and stays inside it; `drain` runs every job of
kind test.count, noting each run in the file.
"""

import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()

from bookbind.jobs.contract import Claimed, works  # noqa: E402 - the models need the set-up above
from bookbind.jobs.runner import run_due  # noqa: E402

NOTE = Path(sys.argv[2])
LEASE_SECONDS = int(sys.argv[4])


@works("test.hang", lease_seconds=LEASE_SECONDS)
def hang(job: Claimed) -> None:
    """Say that the job began, and never end."""
    NOTE.write_text(f"{job.key} {job.fence}\n", encoding="utf-8")
    time.sleep(60)


@works("test.count")
def count(job: Claimed) -> None:
    """Note the run, slowly enough for the other process to come across it."""
    with NOTE.open("a", encoding="utf-8") as file:
        file.write(f"{job.key}\n")
    time.sleep(0.01)


if __name__ == "__main__":
    run_due(kinds=["test.hang"] if sys.argv[3] == "hang" else ["test.count"])
