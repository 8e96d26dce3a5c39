"""Runs the benchmarks that are named, or all, each in a process of its own, and keeps the figures."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.report import Row, keep, show

BENCHMARKS = ("pages", "sync", "resume", "startup", "apply", "merge")


def main(names: list[str]) -> int:
    """Run and report; an unknown name is refused with those that exist."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
        return 2
    rows: list[Row] = []
    for name in names or BENCHMARKS:
        print(f"Measuring {name} …", flush=True)
        rows += _measure(name)
    keep(rows)
    print(f"\n{show(rows)}")
    return 0


def _measure(name: str) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        result = Path(folder) / "rows.json"
        subprocess.run([sys.executable, "-m", "bench.child", name, str(result)], check=True)
        return [Row(**row) for row in json.loads(result.read_text(encoding="utf-8"))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
