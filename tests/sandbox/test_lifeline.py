"""The sandbox ends with whoever started it, however that ended, so that nothing is left holding a port."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.support.processes import (
    ROOT,
    SUPERVISOR,
    free_port,
    sandbox_command,
    stop,
    wait_for,
    wait_until_gone,
)

STARTER = """
import sys, time
from pathlib import Path
from tests.support.processes import start_sandbox
sandbox = start_sandbox(Path(sys.argv[1]))
print(sandbox.port, sandbox.process.pid, flush=True)
time.sleep(600)
"""


def test_a_sandbox_ends_when_the_process_that_started_it_is_killed(tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        port, pid = map(int, starter.stdout.readline().split())
        starter.send_signal(signal.SIGKILL)
    wait_until_gone([pid], [port])


def test_a_sandbox_that_looks_too_late_ends_too(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    command, environment = sandbox_command(tmp_path, 0)
    late = subprocess.Popen(command, env=environment | {SUPERVISOR: str(ended.pid)}, cwd=ROOT)
    wait_until_gone([late.pid], [])
    assert late.wait() == -signal.SIGTERM


def test_a_name_that_was_only_passed_on_ends_nothing(tmp_path: Path) -> None:
    """Whatever a child starts inherits the name of a process that is not its own parent."""
    port = free_port()
    command, environment = sandbox_command(tmp_path, port)
    passed_on = environment | {SUPERVISOR: str(os.getppid())}
    process = subprocess.Popen(command, env=passed_on, cwd=ROOT)
    try:
        wait_for(f"http://127.0.0.1:{port}/health", process)
    finally:
        stop(process)
