"""Django's settings for the tests: the product's own, in test mode, with data that is thrown away."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_DATA = Path(tempfile.mkdtemp(prefix="bookbind-tests-"))
atexit.register(shutil.rmtree, _DATA, ignore_errors=True)
(_DATA / "static").mkdir()

os.environ["BOOKBIND_MODE"] = "test"
os.environ["BOOKBIND_DATA"] = str(_DATA)
for _name in (
    "BOOKBIND_URL",
    "BOOKBIND_KEYS",
    "BOOKBIND_SECRET_KEY",
    "BOOKBIND_CRASH_AT",
    "PORT",
    "SANDBOX_PORT",
):
    os.environ.pop(_name, None)

from bookbind.settings import *  # noqa: E402, F403 - the environment decides, so it comes first

# The hashers of the product are slow on purpose; each test would pay for every sign-in.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A crash of the machine may lose the tests' data, so nothing waits for the disk.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"  # noqa: F405

# The hashed names of static files come from collecting them, which only a served product does.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
