"""Start the sandbox: python -m bookbind_sandbox --port 8100 --data var/sandbox."""

import argparse
from pathlib import Path

from bookbind_sandbox.app import build_app
from bookbind_sandbox.lifeline import end_with_supervisor
from bookbind_sandbox.server import serve
from bookbind_sandbox.vendors import VENDORS
from bookbind_sandbox.world import open_world


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="bookbind_sandbox", description="Accounting software, simulated on this machine."
    )
    parser.add_argument("--port", type=int, default=8100, help="the port on 127.0.0.1 (default: 8100)")
    parser.add_argument(
        "--data", type=Path, default=Path("var/sandbox"), help="the folder to remember everything in"
    )
    arguments = parser.parse_args()
    end_with_supervisor()
    world = open_world(arguments.data, arguments.port, VENDORS)
    try:
        serve(build_app(world), world.connections, arguments.port)
    finally:
        world.store.close()


if __name__ == "__main__":
    main()
