"""The list matcher: which new entry stands for which old one. Pure: plain values in, plain values out."""

from bookbind.merge.matching.items import Item, Kind, Refusal, Suggestion, parse_kind
from bookbind.merge.matching.match import PARTICULAR, compatible, match

__all__ = ["PARTICULAR", "Item", "Kind", "Refusal", "Suggestion", "compatible", "match", "parse_kind"]
