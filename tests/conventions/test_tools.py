"""What other programs check: lint, format, types and the direction of imports."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conventions.source import ROOT

BIN = Path(sys.executable).parent
CHECKS = {
    "lint": [sys.executable, "-m", "ruff", "check", "--no-cache", "."],
    "format": [sys.executable, "-m", "ruff", "format", "--no-cache", "--check", "."],
    "types": [sys.executable, "-m", "mypy"],
    "imports": [str(BIN / "lint-imports"), "--no-cache"],
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CHECKS)
def test_the_source_passes(name: str) -> None:
    environment = dict(os.environ, BOOKBIND_MODE="test")
    done = subprocess.run(
        CHECKS[name], cwd=ROOT, capture_output=True, text=True, check=False, env=environment
    )
    assert done.returncode == 0, f"\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
