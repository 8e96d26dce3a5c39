"""What a business keeps whatever it is connected to, counted: lists, rules, documents, people."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from bookbind.documents.queries import Tab, count_tabs
from bookbind.kit.text import plural
from bookbind.lists.labels import LIST_LABELS, SINGULAR_LABELS, TRACKING_LISTS
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName
from bookbind.rules.queries import count_rules
from bookbind.web.access import BusinessRequest


@dataclass(frozen=True)
class Kept:
    """One thing that stays: what, how much of it as links, and what can be done with it from then on."""

    label: str
    parts: tuple[tuple[str, str], ...]
    then: str


def list_kept(request: BusinessRequest) -> list[Kept]:
    """Everything that stays here when the connection ends, in a constant number of queries."""
    slug = request.business.slug
    live = ListItem.objects.filter(merged_into__isnull=True, archived_at__isnull=True)
    entries = dict(live.values_list("list").annotate(number=Count("id")))
    lists = tuple(
        (_count_words(name, entries[name.value]), reverse("list", args=[slug, name.value]))
        for name in ListName
        if entries.get(name.value)
    )
    costs = reverse("costs", args=[slug])
    tabs = {tab: count for tab, count in count_tabs().items() if count}
    documents = tuple(
        (f"{count:,} {_TAB_WORDS[tab]}", f"{costs}?show={tab.value}") for tab, count in tabs.items()
    )
    rule_count = count_rules()["all"]
    rules = (plural(rule_count, "rule") if rule_count else "none yet", reverse("rules", args=[slug]))
    return [
        Kept(
            "Lists", lists or (("none yet", reverse("lists", args=[slug])),), "You keep them here yourself."
        ),
        Kept(
            "Supplier rules",
            (rules,),
            f"{'They go on coding' if rule_count else 'Those that you make code'} what arrives.",
        ),
        Kept(
            "Documents",
            documents or (("none yet", costs),),
            _then_documents(tabs),
        ),
    ]


def _count_words(name: ListName, count: int) -> str:
    """`1 category`, `5 tax rates`, `2 entries of Projects 2`."""
    if name in TRACKING_LISTS:
        return f"{plural(count, 'entry', 'entries')} of {LIST_LABELS[name]}"
    return plural(count, SINGULAR_LABELS[name], LIST_LABELS[name].lower())


def _then_documents(tabs: Collection[Tab]) -> str:
    """What is published is done with; everything else, and what arrives, can be worked on."""
    can = "can be coded, made ready and exported."
    if Tab.PUBLISHED not in tabs:
        return f"{'They' if tabs else 'What arrives'} {can}"
    is_all = set(tabs) == {Tab.PUBLISHED}
    return f"{'What arrives' if is_all else 'Those that are not published'} {can}"


_TAB_WORDS = {
    Tab.REVIEW: "to review",
    Tab.READY: "ready",
    Tab.WAITING: "waiting",
    Tab.FIXING: "to be fixed",
    Tab.PUBLISHED: "published",
    Tab.ARCHIVE: "in the archive",
}
