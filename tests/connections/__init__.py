"""Tests of the life of a connection."""
