"""Benchmarks: `python3 dev.py bench [name …]`; each compares with a floor or a peer of the same run."""
