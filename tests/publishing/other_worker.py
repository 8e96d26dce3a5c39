"""A worker process: python -m tests.publishing.other_worker <database> <sandbox> <files> <rounds>.

It works through the publishing queues of the test's database, so many times over, and dies at the
checkpoint that BOOKBIND_CRASH_AT names.
"""

import os
import sys
import time

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bookbind.settings")
DATABASE, SANDBOX, FILES, ROUNDS = sys.argv[1:5]
settings.DATABASES["default"]["NAME"] = DATABASE
settings.SANDBOX_URL = SANDBOX
settings.MEDIA_ROOT = FILES
django.setup()

from bookbind.jobs.runner import run_due  # noqa: E402 - the models need the set-up above

if __name__ == "__main__":
    for _ in range(int(ROUNDS)):
        run_due(kinds=["publishing.queue", "publishing.switch"])
        time.sleep(0.05)
