"""Vendors' own client libraries, unmodified, against the sandbox."""
