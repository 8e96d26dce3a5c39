"""Tests in a real browser, against the demo as `python3 dev.py demo` starts it."""
