"""Every address of the product, found in the URL configuration itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from bookbind.web.access import Access, find_access

METHODS = ("GET", "POST")
# The sign-in library's pages decide about access themselves, and are checked apart.
LIBRARIES = ("allauth.",)


@dataclass(frozen=True)
class Route:
    """One address: its name, its pattern, the names of its parts, and its view."""

    name: str
    pattern: str
    view: Any

    @property
    def access(self) -> Access | None:
        """What the view asks of its visitor."""
        return find_access(self.view)

    def part_names(self) -> list[str]:
        """The names of the address's variable parts."""
        return re.findall(r"<(?:\w+:)?(\w+)>", self.pattern)

    @property
    def is_ours(self) -> bool:
        """Whether the view is the product's own."""
        return not self.view.__module__.startswith(LIBRARIES)


def list_routes() -> list[Route]:
    """Every address, the libraries' included, by pattern."""
    return sorted(_walk(get_resolver().url_patterns, ""), key=lambda route: route.pattern)


def own_routes() -> list[Route]:
    """Every address of the product's own pages."""
    return [route for route in list_routes() if route.is_ours]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        whole = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, whole)
        else:
            yield Route(pattern.name or "", whole, pattern.callback)
