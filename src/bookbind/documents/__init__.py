"""Costs: captured files, their fields and lines."""
