"""Settings of a child process that works on the database of the test which started it."""

import os

from bookbind.settings import *  # noqa: F403 - the product's own settings
from bookbind.settings import DATABASES

DATABASES["default"]["NAME"] = os.environ["BOOKBIND_TEST_DATABASE"]
