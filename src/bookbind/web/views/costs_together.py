"""One decision about many documents dated before the new books: ticked, confirmed, and taken back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of
from bookbind.documents.models import Document
from bookbind.documents.queries import Tab
from bookbind.kit.money import show_money
from bookbind.kit.text import listed, plural, show_date
from bookbind.publishing.early import archive_early, publish_early, restore_early, take_back_early
from bookbind.publishing.reasons import Reason
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.views.costs_buttons import back_url
from bookbind.web.views.costs_filters import ASIDE, EARLY, Filters, list_filtered, list_url, read_filters
from bookbind.web.views.costs_outcome import say_asked

MOST_AT_ONCE = 500
_BEFORE_START = Filters(Tab.WAITING, why=Reason.BEFORE_START.value)
_PUBLISHED_ANYWAY = Filters(Tab.WAITING, why=EARLY)
_PUT_ASIDE = Filters(Tab.ARCHIVE, why=ASIDE)


@dataclass(frozen=True)
class Decision:
    """What can be decided about the documents of one group: its address, and what asks and presses.

    `means` speaks of several documents, `means_one` of a single one.
    """

    name: str
    group: Filters
    label: str
    does: str
    means: str
    means_one: str


PUBLISH = Decision(
    "costs_publish_early",
    _BEFORE_START,
    "Publish anyway",
    "Publish {documents} anyway",
    "They are dated before the first day of {target}, and go there all the same, once each. "
    "Until one is sent it can be taken back.",
    "It is dated before the first day of {target}, and goes there all the same, once. "
    "Until it is sent it can be taken back.",
)
ARCHIVE = Decision(
    "costs_archive_early",
    _BEFORE_START,
    "Archive",
    "Archive {documents}",
    "They are put aside and not published. The Archive keeps them together, and they can be brought back.",
    "It is put aside and not published. The Archive keeps it, and it can be brought back.",
)
TAKE_BACK = Decision(
    "costs_take_back_early",
    _PUBLISHED_ANYWAY,
    "Take back",
    "Take {documents} back",
    "What was not sent yet is to review again.",
    "If it was not sent yet, it is to review again.",
)
RESTORE = Decision(
    "costs_restore_early",
    _PUT_ASIDE,
    "Bring back",
    "Bring {documents} back",
    "They are to review again.",
    "It is to review again.",
)
DECISIONS = (PUBLISH, ARCHIVE, TAKE_BACK, RESTORE)


@dataclass(frozen=True)
class Offer:
    """A button above a group: what it says, and the page that asks before anything is decided."""

    label: str
    url: str


@dataclass(frozen=True)
class Offers:
    """What can be decided about a group; `elsewhere` leads to the books that its documents belong to."""

    buttons: tuple[Offer, ...]
    elsewhere: str = ""


def read_offers(request: BusinessRequest, connection: Connection | None, filters: Filters) -> Offers | None:
    """What can be decided about the documents that are shown; None where each has its own page only."""
    slug = request.business.slug
    buttons = tuple(
        Offer(each.label, reverse(each.name, args=[slug]))
        for each in DECISIONS
        if (each.group.tab, each.group.why) == (filters.tab, filters.why)
    )
    if not buttons:
        return None
    goes_back = filters.why == Reason.BEFORE_START and may(request.role, Permission.MANAGE_CONNECTIONS)
    return Offers(buttons, back_url(slug, connection) if goes_back and connection is not None else "")


@require_http_methods(["GET", "POST"])
@page(Permission.PUBLISH_DOCUMENTS)
def costs_publish_early(request: BusinessRequest) -> HttpResponse:
    """Publish documents that are dated before the new books anyway."""

    def publish(ids: Sequence[UUID]) -> int:
        asked = publish_early(ids, request.user)
        say_asked(request, asked)
        return len(asked)

    return _ask_and_do(request, PUBLISH, publish)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_DOCUMENTS)
def costs_archive_early(request: BusinessRequest) -> HttpResponse:
    """Put documents that are dated before the new books aside."""

    def archive(ids: Sequence[UUID]) -> int:
        count = archive_early(ids, request.user)
        if count:
            said = f"{plural(count, 'document')} {'is' if count == 1 else 'are'} in the archive."
            them = "it" if count == 1 else "them"
            _say(request, said, f"Show {them}, or bring {them} back", _PUT_ASIDE)
        return count

    return _ask_and_do(request, ARCHIVE, archive)


@require_http_methods(["GET", "POST"])
@page(Permission.PUBLISH_DOCUMENTS)
def costs_take_back_early(request: BusinessRequest) -> HttpResponse:
    """Take back what was to be published anyway."""

    def take_back(ids: Sequence[UUID]) -> int:
        count = take_back_early(ids, request.user)
        _say_to_review(request, count, "taken back")
        return count

    return _ask_and_do(request, TAKE_BACK, take_back)


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_DOCUMENTS)
def costs_restore_early(request: BusinessRequest) -> HttpResponse:
    """Bring back what was put aside for its date."""

    def restore(ids: Sequence[UUID]) -> int:
        count = restore_early(ids, request.user)
        _say_to_review(request, count, "brought back")
        return count

    return _ask_and_do(request, RESTORE, restore)


def _ask_and_do(
    request: BusinessRequest, decision: Decision, do: Callable[[Sequence[UUID]], int]
) -> HttpResponse:
    """Ask, with count and total; posted, decide about just those that were counted."""
    if request.method != "POST":
        return _ask(request, decision)
    ids = _uuids(request.POST.get("documents", "").split(","))[:MOST_AT_ONCE]
    left = len(ids) - do(ids)
    if left:
        one, many = ("was", "is left as it is"), ("were", "are left as they are")
        verb, stays = one if left == 1 else many
        said = f"{plural(left, 'document')} {verb} decided about or sent meanwhile, and {stays}."
        messages.info(request, said)
    return redirect(list_url(request, Filters(decision.group.tab)))


def _ask(request: BusinessRequest, decision: Decision) -> HttpResponse:
    shown = replace(decision.group, query=read_filters(request).query)
    chosen = list_filtered(shown)
    if "all" not in request.GET:
        chosen = chosen.filter(id__in=_uuids(request.GET.getlist("document")))
    count = chosen.count()
    if not count:
        messages.info(request, "Tick the documents first, or choose all of them.")
        return redirect(list_url(request, shown))
    connection = main_connection(request)
    means = decision.means_one if count == 1 else decision.means
    documents = list(chosen.order_by("date", "captured_at", "id")[:MOST_AT_ONCE])
    context = {
        "title": f"{decision.does.format(documents=plural(len(documents), 'document'))}?",
        "press": decision.does.format(documents=f"{len(documents):,}"),
        "means": means.format(target=label_of(connection) if connection else "the new books"),
        "facts": _facts(documents),
        "more": count - len(documents),
        "most": MOST_AT_ONCE,
        "documents": ",".join(str(each.id) for each in documents),
        "back": list_url(request, shown),
        "tab_label": shown.tab.label,
    }
    return render(request, "costs/together.html", context)


def _facts(documents: Sequence[Document]) -> str:
    """`26 documents, £9,666.00, dated 27 October 2026 to 21 November 2026.`"""
    totals: dict[str, Decimal] = {}
    for each in documents:
        totals[each.currency] = totals.get(each.currency, Decimal(0)) + each.owed
    amounts = listed([show_money(total, currency) for currency, total in sorted(totals.items())])
    return f"{plural(len(documents), 'document')}, {amounts}{_span([each.date for each in documents])}."


def _span(days: Iterable[date | None]) -> str:
    known = [day for day in days if day is not None]
    if not known:
        return ""
    first, last = show_date(min(known)), show_date(max(known))
    return f", dated {first}" if first == last else f", dated {first} to {last}"


def _say_to_review(request: BusinessRequest, count: int, what: str) -> None:
    if not count:
        return
    verbs = ("is", "It is") if count == 1 else ("are", "They are")
    said = f"{plural(count, 'document')} {verbs[0]} {what}. {verbs[1]} to review again."
    _say(request, said, "Show To review", Filters(Tab.REVIEW))


def _say(request: BusinessRequest, said: str, label: str, filters: Filters) -> None:
    link = format_html('<a href="{}">{}</a>', list_url(request, filters), label)
    messages.success(request, format_html("{} {}", said, link))


def _uuids(texts: Iterable[str]) -> list[UUID]:
    """What names a document; anything else is left out."""
    found = []
    for text in texts:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
