"""The ports that tests start their servers on."""

import subprocess
import sys

import pytest

from tests.support.processes import ROOT

GIVEN_OUT = 500
ASK = f"""
from tests.support.processes import free_port
print(len({{free_port() for _ in range({GIVEN_OUT})}}))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a port can't be kept for a server to come")
def test_a_port_is_given_to_one_alone() -> None:
    """In a process of its own, which lets go of them at its end."""
    asked = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(asked.stdout) == GIVEN_OUT
