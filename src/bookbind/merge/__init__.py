"""Merge lists: the matches between the lists that a business had and those of its new software."""
