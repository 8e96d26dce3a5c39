"""The sandbox for the vendors' own clients."""

from tests.sandbox.conftest import connect, judge, sandbox, sandbox_process

__all__ = ["connect", "judge", "sandbox", "sandbox_process"]
