"""A Bookbind of its own for a benchmark: fresh data, a sandbox on a free port, Django set up over both."""

import atexit
import logging
import os
import shutil
import tempfile
from pathlib import Path

import django
from django.core.management import call_command

from tests.support.processes import Sandbox, free_port, start_sandbox

DATA = Path(tempfile.mkdtemp(prefix="bookbind-bench-"))


def prepare() -> Sandbox:
    """Start the sandbox and set Django up beside it; both are gone when the process ends."""
    sandbox = start_sandbox(DATA / "sandbox")
    atexit.register(shutil.rmtree, DATA, ignore_errors=True)
    atexit.register(sandbox.stop)
    os.environ |= {
        "BOOKBIND_MODE": "demo",
        "BOOKBIND_DATA": str(DATA),
        "PORT": str(free_port()),
        "SANDBOX_PORT": str(sandbox.port),
        "DJANGO_SETTINGS_MODULE": "bookbind.settings",
    }
    django.setup()
    logging.disable(logging.WARNING)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    return sandbox


SANDBOX = prepare()
