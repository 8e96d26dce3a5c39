"""Xero, simulated: identity, connections, the accounting API and its own pages."""
