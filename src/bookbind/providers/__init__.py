"""Accounting software: the contract and one folder for each vendor."""
