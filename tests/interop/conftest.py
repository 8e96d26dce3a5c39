"""The sandbox for the vendors' own clients."""

from tests.sandbox.conftest import connect, judge, sandbox

__all__ = ["connect", "judge", "sandbox"]
