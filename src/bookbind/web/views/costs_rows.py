"""Pure: what one row of the Costs page says about a document and where it stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from uuid import UUID

from bookbind.connections.queries import label_of
from bookbind.documents.export import exported_words
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.totals import LineAmounts, find_difference
from bookbind.kit.clock import local_date
from bookbind.kit.text import within_sentence
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import TaxMode
from bookbind.publishing.early import ARCHIVED_EARLY
from bookbind.publishing.messages import short_reason
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.web.forms.lists_items import item_label


@dataclass(frozen=True)
class StateWord:
    """A state: word, tone, optionally its own icon, the reason in short; whether it passes by itself."""

    word: str
    tone: str = "quiet"
    icon: str = ""
    reason: str = ""
    is_moving: bool = False


@dataclass(frozen=True)
class CostRow:
    """One row."""

    id: UUID
    url: str
    supplier: str
    file_name: str
    reference: str
    date: date | None
    total: Decimal | None
    currency: str
    category: str
    state: StateWord


def category_words(categories: Iterable[ListItem]) -> str:
    """The category of all lines, or the first one and how many others there are."""
    labels = list(dict.fromkeys(map(item_label, categories)))
    if len(labels) < 2:
        return labels[0] if labels else ""
    return f"{labels[0]} and {len(labels) - 1} more"


def rate_of(line: DocumentLine) -> Decimal | None:
    """The percentage of the line's tax rate, where it has one that can be read."""
    if line.tax_rate is None:
        return None
    try:
        return Decimal(str(line.tax_rate.details.get("rate", "")))
    except InvalidOperation:
        return None


def amounts_of(lines: list[DocumentLine]) -> list[LineAmounts]:
    """The amounts of the lines, for sums."""
    return [LineAmounts(line.net, line.tax, rate_of(line)) for line in lines]


def first_gap(document: Document, lines: list[DocumentLine], *, takes_rates: bool = True) -> str:
    """The first thing that somebody still has to fill in, in a few words; empty when nothing is missing.

    `takes_rates` is false where the books keep no tax, so that nobody has to say its rate.
    """
    has_tax = takes_rates and document.tax_mode != TaxMode.NO_TAX
    gaps = (
        (document.supplier_id is None, "Supplier missing"),
        (document.date is None, "Date missing"),
        (document.total is None, "Total missing"),
        (any(line.net is None for line in lines) or not lines, "Amount missing"),
        (any(line.category_id is None for line in lines), "Category missing"),
        (has_tax and any(line.tax_rate_id is None for line in lines), "VAT rate missing"),
    )
    named = next((words for is_missing, words in gaps if is_missing), "")
    if named or document.total is None:
        return named
    agrees = find_difference(document.total, amounts_of(lines), document.currency) == 0
    return "" if agrees else "Lines and total differ"


def state_of(
    document: Document,
    lines: list[DocumentLine],
    publication: Publication | None,
    time_zone: str,
    software: str = "",
    *,
    takes_rates: bool = True,
    names_books: bool = False,
) -> StateWord:
    """Where the document stands; `software` is what is connected, empty for nothing.

    `takes_rates` as for `first_gap`. `names_books`: the rows around it went to more than one set of books,
    so each says to which.
    """
    if document.shelf == Document.Shelf.ARCHIVE:
        return StateWord("Archived", icon="archive-box", reason=_archived_words(document.archived_why))
    if publication is None:
        gap = first_gap(document, lines, takes_rates=takes_rates)
        return _state_at_home(document, gap, time_zone, software)
    if publication.state == Publication.State.PUBLISHED:
        day = local_date(publication.published_at, time_zone) if publication.published_at else None
        said = _published_words(publication, day, names_books=names_books)
        return StateWord("Published", "ok", reason=said)
    return _state_on_the_way(publication)


def _state_at_home(document: Document, gap: str, time_zone: str, software: str) -> StateWord:
    exported = exported_words(document, time_zone)
    if document.stage == Document.Stage.READY and document.lacks:
        said = within_sentence(short_reason(document.lacks))
        return StateWord("To review", "warn", reason=f"For {software or 'your software'}: {said}")
    if document.stage == Document.Stage.READY:
        return StateWord("Ready", "ok", "check-circle", exported)
    return StateWord("To review", reason=gap) if gap else StateWord("Complete", "ok", "check", exported)


def _state_on_the_way(publication: Publication) -> StateWord:
    words = {
        Publication.State.WAITING: StateWord("Queued", "info", "clock", is_moving=True),
        Publication.State.SENDING: StateWord("Publishing", "info", "arrow-path", is_moving=True),
        Publication.State.UNKNOWN: StateWord("Checking", "info", "magnifying-glass", is_moving=True),
        Publication.State.HELD: StateWord("Waiting", "warn", "pause-circle", _waiting_words(publication)),
        Publication.State.REJECTED: StateWord(
            "Needs fixing", "problem", reason=short_reason(publication.reason)
        ),
    }
    return words[Publication.State(publication.state)]


def _waiting_words(publication: Publication) -> str:
    """Why this one waits; that the connection is away is said once, above all of them."""
    return "" if publication.reason == Reason.CONNECTION else short_reason(publication.reason)


def _published_words(publication: Publication, day: date | None, *, names_books: bool) -> str:
    said = f"{day.day} {day:%b %Y}" if day else ""
    if names_books:
        said = f"{said} to {label_of(publication.connection)}".lstrip()
    if publication.paper == Publication.Paper.FAILED:
        return f"{said}, file not attached".lstrip(", ")
    return said


def _archived_words(why: str) -> str:
    words = {"already there": "Already in the books", ARCHIVED_EARLY: short_reason(Reason.BEFORE_START)}
    return words.get(why, "")
