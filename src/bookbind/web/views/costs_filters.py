"""What of Costs is shown, as the address says it: a tab, a search in it, and one of the tab's groups.

A group holds the documents of a tab that have one thing in common which somebody has to do something about:
what waits for the same reason, and what was ready but lacks something for the connected software.
"""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import (
    IS_LACKING,
    Exported,
    Neighbours,
    Tab,
    count_lacking,
    find_neighbours,
    list_documents,
)
from bookbind.providers.registry import get_provider
from bookbind.publishing.early import ARCHIVED_EARLY
from bookbind.publishing.messages import short_reason
from bookbind.publishing.queries import count_held, list_accepted_early, list_held
from bookbind.publishing.reasons import Reason
from bookbind.web.access import BusinessRequest

LACKING = "lacking"
# What was decided about documents dated before the new books, so that it can be taken back.
EARLY = "early"
ASIDE = "aside"
DECIDED_TOGETHER = frozenset({Reason.BEFORE_START.value, EARLY, ASIDE})
_IS_ASIDE = Q(archived_why=ARCHIVED_EARLY)
_LABELS = {EARLY: "Published anyway", ASIDE: short_reason(Reason.BEFORE_START)}


@dataclass(frozen=True)
class Filters:
    """A tab of Costs, the search in it, and the group of it that is shown; empty for all."""

    tab: Tab = Tab.REVIEW
    query: str = ""
    why: str = ""

    def as_query(self, exported: Exported = Exported.ANY) -> str:
        """The part of an address that leads back here."""
        values = {"show": self.tab.value, "q": self.query, "why": self.why, "exported": exported.value}
        return urlencode({name: value for name, value in values.items() if value})


@dataclass(frozen=True)
class FilterLink:
    """One choice of a filter, with how many documents it shows."""

    label: str
    url: str
    count: int
    current: str


def read_filters(request: HttpRequest) -> Filters:
    """The tab, search and group of the address or the form."""
    given = request.POST if request.method == "POST" else request.GET
    show, why = given.get("show", ""), given.get("why", "")
    tab = Tab(show) if show in set(Tab) else Tab.REVIEW
    return Filters(tab, given.get("q", "").strip()[:100], why if _is_group(tab, why) else "")


def list_filtered(filters: Filters, exported: Exported = Exported.ANY) -> QuerySet[Document]:
    """The documents that the filters show, newest first."""
    return list_documents(filters.tab, filters.query, exported, _of_group(filters))


def find_places(document: Document, filters: Filters) -> Neighbours | None:
    """Where the document stands among those that the filters show; None when they do not show it."""
    return find_neighbours(document, filters.tab, filters.query, _of_group(filters))


def list_url(request: BusinessRequest, filters: Filters, exported: Exported = Exported.ANY) -> str:
    """The address of what the filters show."""
    return f"{reverse('costs', args=[request.business.slug])}?{filters.as_query(exported)}"


def group_links(
    request: BusinessRequest, connection: Connection | None, filters: Filters, everything: int
) -> tuple[FilterLink, ...]:
    """All of the tab and its groups, the largest first; none where there is nothing to tell apart."""
    whole = Filters(filters.tab)
    groups = _count_groups(filters.tab)
    is_decided_together = bool(DECIDED_TOGETHER & groups.keys())
    if not groups or (list(groups.values()) == [everything] and not filters.why and not is_decided_together):
        return ()
    ordered = sorted(groups.items(), key=lambda pair: -pair[1])
    rows = [("", "All", everything), *((key, _label(key, connection), count) for key, count in ordered)]
    return tuple(
        FilterLink(
            label, list_url(request, replace(whole, why=key)), count, "yes" if key == filters.why else ""
        )
        for key, label, count in rows
    )


def _count_groups(tab: Tab) -> dict[str, int]:
    """How many documents each group of the tab holds; groups without any are left out. One query."""
    if tab is Tab.REVIEW:
        number = sum(count_lacking().values())
        return {LACKING: number} if number else {}
    if tab is Tab.ARCHIVE:
        number = list_documents(tab).filter(_IS_ASIDE).count()
        return {ASIDE: number} if number else {}
    if tab is not Tab.WAITING:
        return {}
    groups, early = count_held(), list_accepted_early().count()
    return {**groups, EARLY: early} if early else groups


def _is_group(tab: Tab, why: str) -> bool:
    if tab is Tab.WAITING:
        return why == EARLY or why in set(Reason)
    return (tab, why) in ((Tab.REVIEW, LACKING), (Tab.ARCHIVE, ASIDE))


def _of_group(filters: Filters) -> Q:
    fixed = {"": Q(), LACKING: IS_LACKING, ASIDE: _IS_ASIDE}
    if filters.why in fixed:
        return fixed[filters.why]
    rows = list_accepted_early() if filters.why == EARLY else list_held(Reason(filters.why))
    return Q(id__in=rows.values("document"))


def _label(key: str, connection: Connection | None) -> str:
    if key != LACKING:
        return _LABELS.get(key) or short_reason(key)
    return f"Not ready for {get_provider(connection.provider).name}" if connection else "Not ready"
