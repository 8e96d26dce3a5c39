"""The views, one module per area; each carries exactly one decorator of web/access.py."""
