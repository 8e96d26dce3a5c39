"""What is said once many documents were asked for: what goes, what waits and what has to be fixed first."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.documents.queries import Tab, tab_of
from bookbind.kit.text import plural, within_sentence
from bookbind.lists.models import ListItem
from bookbind.merge.steps import PUBLISHING
from bookbind.merge.ways import list_ways
from bookbind.providers.registry import get_provider
from bookbind.publishing.messages import explain_problem, short_reason, words_of
from bookbind.publishing.models import Publication
from bookbind.publishing.ready import Refused
from bookbind.publishing.reasons import Reason
from bookbind.publishing.wording import Words
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest, main_connection, refusal_text
from bookbind.web.views.costs_filters import Filters, list_url
from bookbind.web.views.costs_match import item_row_url
from bookbind.web.views.way_words import explain_ways

_MOST_NAMED = 10
_Row = TypeVar("_Row")
# What a match, or another one, ends.
_MATCHED = frozenset(
    {
        Reason.CATEGORY_UNMATCHED,
        Reason.CATEGORY_ARCHIVED,
        Reason.TAX_RATE_UNMATCHED,
        Reason.TAX_RATE_ARCHIVED,
        Reason.PAID_FROM_UNMATCHED,
        Reason.PAID_FROM_ARCHIVED,
    }
)


def say_asked(request: BusinessRequest, asked: Sequence[Publication]) -> None:
    """How many are on their way, and why the others wait."""
    waiting: dict[str, list[Publication]] = defaultdict(list)
    for publication in asked:
        if publication.state == Publication.State.HELD:
            waiting[publication.reason].append(publication)
    going = len(asked) - sum(map(len, waiting.values()))
    if going:
        messages.success(request, f"{plural(going, 'document')} on the way to your books.")
    for reason, rows in _most_first(waiting):
        verb = "waits" if len(rows) == 1 else "wait"
        said = f"{plural(len(rows), 'document')} {verb}: {within_sentence(short_reason(reason))}."
        messages.info(request, _with_link(said, *_where_it_ends(request, Reason(reason), rows)))


def say_refused(request: BusinessRequest, refused: Iterable[Refused], what: str) -> None:
    """Name the documents that something has to be fixed in first, by what that is and where it is done."""
    groups: dict[str, list[Refused]] = defaultdict(list)
    for each in refused:
        groups[each.problem.data.get("question") or each.problem.reason].append(each)
    connection = main_connection(request)
    for _, rows in _most_first(groups):
        key = rows[0].problem.data.get("question", "")
        why = _question(request, connection, key) if connection and key else None
        messages.warning(
            request,
            format_html(
                "Not {}: {}. {}", what, _named(request, rows), why or _explain(request, connection, rows)
            ),
        )


def _most_first(groups: dict[str, list[_Row]]) -> list[tuple[str, list[_Row]]]:
    return sorted(groups.items(), key=lambda pair: -len(pair[1]))


def _named(request: BusinessRequest, rows: Sequence[Refused]) -> SafeString:
    """`INV-1, INV-2 and 8 more`; each leads to its document, where what is missing is marked."""
    links = [(_document_url(request, row.document), _name(row.document)) for row in rows[:_MOST_NAMED]]
    named = format_html_join(", ", '<a href="{}">{}</a>', links)
    more = len(rows) - len(links)
    return format_html("{} and {} more", named, more) if more else named


def _name(document: Document) -> str:
    return document.reference or (document.supplier.name if document.supplier else "a document")


def _document_url(request: BusinessRequest, document: Document) -> str:
    asked = urlencode({"show": tab_of(document).value, "asked": 1})
    return f"{reverse('cost', args=[request.business.slug, document.id])}?{asked}"


def _explain(request: BusinessRequest, connection: Connection | None, rows: Sequence[Refused]) -> str:
    """One document's own problem, or in short what several have in common; and what to do."""
    problem = rows[0].problem
    words = words_of(connection) if connection else Words("", request.business.name, is_alone=True)
    message = explain_problem(problem, words)
    said = message.headline if len(rows) == 1 else f"{short_reason(problem.reason)}."
    return f"{said[:1].upper()}{said[1:]} {message.next}"


def _question(request: BusinessRequest, connection: Connection, key: str) -> SafeString | None:
    """What Merge lists asks about all such documents, and where; None where nothing of the kind is asked."""
    asked = [question for question in list_ways(connection) if question.key == key]
    if not asked:
        return None
    [question] = explain_ways(asked, get_provider(connection.provider))
    if not may(request.role, Permission.MANAGE_CONNECTIONS):
        whom = refusal_text(Permission.MANAGE_CONNECTIONS, request.business)
        return format_html("{} {} Or choose another way on the document.", question.title, whom)
    url = reverse("merge_step", args=[request.business.slug, connection.id, PUBLISHING])
    link = format_html('<a href="{}">Answer it once in Merge lists</a>', url)
    return format_html("{} {}, or choose another way on the document.", question.title, link)


def _with_link(said: str, label: str, url: str) -> SafeString:
    return format_html('{} <a href="{}">{}</a>', said, url, label)


def _where_it_ends(request: BusinessRequest, reason: Reason, rows: Sequence[Publication]) -> tuple[str, str]:
    """The label and address of the page on which the wait is ended, for those who may end it."""
    slug, connection = request.business.slug, rows[0].connection
    if may(request.role, Permission.MANAGE_CONNECTIONS):
        if reason is Reason.NOT_STARTED:
            return "Start publishing…", reverse("start_publishing", args=[slug, connection.id])
        if reason is Reason.KEPT_HERE:
            return "Open Merge lists", reverse("merge_step", args=[slug, connection.id, PUBLISHING])
        items = {str(row.reason_data.get("item", "")) for row in rows} - {""}
        if items and reason in _MATCHED:
            return "Match it" if len(items) == 1 else "Match them", _match_url(slug, connection, items)
    if len(rows) == 1:
        return "Open it", reverse("cost", args=[slug, rows[0].document_id])
    return "Show what waits", list_url(request, Filters(Tab.WAITING, why=reason.value))


def _match_url(slug: str, connection: Connection, item_ids: Iterable[str]) -> str:
    """The row of the one entry that needs a match, or the step that has the rows of several."""
    found = list(ListItem.objects.filter(id__in=item_ids))
    if len(found) == 1:
        return item_row_url(slug, connection.id, found[0].list, found[0].id)
    if not found:
        return reverse("merge", args=[slug, connection.id])
    return reverse("merge_step", args=[slug, connection.id, found[0].list])
