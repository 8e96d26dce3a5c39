"""Xero's own folder: its payloads, refusals, and the bodies that we send it."""
