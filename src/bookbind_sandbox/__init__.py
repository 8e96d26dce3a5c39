"""The sandbox: accounting software simulated in a process of its own, for demos and tests."""
