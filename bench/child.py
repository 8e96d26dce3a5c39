"""One benchmark in a process of its own: `python -m bench.child NAME RESULT.json`."""

import json
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

# These measure pure functions, without a database or a sandbox.
PURE = ("merge",)

if __name__ == "__main__":
    if sys.argv[1] not in PURE:
        # Sets Django up over fresh data; what the other benchmarks import needs that first.
        import_module("bench.environment")
    rows = import_module(f"bench.{sys.argv[1]}").measure()
    Path(sys.argv[2]).write_text(json.dumps([asdict(row) for row in rows]), encoding="utf-8")
