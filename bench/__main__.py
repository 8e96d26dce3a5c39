"""Runs the benchmarks that are named, or all, prints the table and keeps the figures."""

import sys

from bench import pages, resume, startup, sync
from bench.report import Row, keep, show

BENCHMARKS = {
    "pages": pages.measure,
    "sync": sync.measure,
    "resume": resume.measure,
    "startup": startup.measure,
}


def main(names: list[str]) -> int:
    """Run and report; an unknown name is refused with those that exist."""
    unknown = [name for name in names if name not in BENCHMARKS]
    if unknown:
        print(f"No benchmark is called {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}.")
        return 2
    rows: list[Row] = []
    for name in names or BENCHMARKS:
        print(f"Measuring {name} …", flush=True)
        rows += BENCHMARKS[name]()
    keep(rows)
    print(f"\n{show(rows)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
