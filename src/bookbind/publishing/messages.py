"""What people read about a document that is not in the books yet; pure."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from bookbind.connections.models import Connection
from bookbind.connections.queries import LIVE_STAGES, organisation_name
from bookbind.providers.registry import get_provider
from bookbind.publishing.catalogue import ALONE, CATALOGUE, LEFT
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Problem, Reason
from bookbind.publishing.wording import Button, Entry, Message, Retried, Words

_PAPER_WORDS = {
    "paper_missing": "The file could not be read from our storage. Tell whoever runs Bookbind.",
    "unsupported": "{provider} does not take a file of this size or type.",
    "books_left": "The business is not connected to these books any more, so the file could not be sent.",
    "rejected": "{provider} did not take the file; what it said stands under Details.",
}
_PAPER_OTHERWISE = "{provider} did not keep the file, although it was sent several times."


def short_reason(reason: str) -> str:
    """A reason in a few words, for rows and badges; empty for none."""
    return CATALOGUE[Reason(reason)].short if reason else ""


def words_of(connection: Connection, supplier: str = "") -> Words:
    """What messages about documents of this connection are filled with."""
    return Words(
        get_provider(connection.provider).name,
        organisation_name(connection),
        supplier,
        is_left=connection.stage not in LIVE_STAGES,
        awaits_start=connection.awaits_start,
    )


def explain_problem(problem: Problem, words: Words) -> Message:
    """A problem that stands in the way of publishing, for the page of the document."""
    return _fill(problem.reason, words, problem.data, field=problem.field)


def explain_publication(publication: Publication, words: Words) -> Message | None:
    """Why the publication is held or was refused; None while nothing is wrong with it."""
    if not publication.reason:
        return None
    return _fill(
        Reason(publication.reason),
        words,
        publication.reason_data,
        field=str(publication.reason_data.get("field", "")),
        details=vendor_text(publication.error),
        reference=str(publication.error.get("correlation_id") or publication.id),
    )


def explain_paper(publication: Publication, words: Words) -> Message | None:
    """Why the file of a published document is not attached; None when it is, or is still on its way."""
    if publication.paper != Publication.Paper.FAILED:
        return None
    error = publication.paper_error
    why = _PAPER_WORDS.get(str(error.get("kind", "")), _PAPER_OTHERWISE)
    return Message(
        reason="paper_failed",
        headline=f"The document is in {words.target}, but its file is not attached.",
        body=why.format(provider=words.provider),
        who="You can do this here.",
        next="Attach it again, or attach it by hand there.",
        retried="It is sent when you press the button.",
        buttons=((Button.RETRY_FILE, "Attach it again"),),
        field="file",
        details=vendor_text(error),
        reference=str(error.get("correlation_id") or publication.id),
    )


def vendor_text(error: Mapping[str, Any]) -> str:
    """What the vendor said, raw: the texts of its field errors, else its whole answer."""
    said = [str(found.get("vendor_text", "")) for found in error.get("fields", [])]
    return "\n".join(filter(None, said)) or str(error.get("vendor_text", ""))


def _fill(
    reason: Reason,
    words: Words,
    data: Mapping[str, Any],
    *,
    field: str = "",
    details: str = "",
    reference: str = "",
) -> Message:
    entry: Entry = LEFT.get(reason, CATALOGUE[reason]) if words.is_left else CATALOGUE[reason]
    # A word that is missing leaves a gap rather than breaking the page that should explain.
    filled: dict[str, str] = defaultdict(str, {key: str(value) for key, value in data.items()})
    filled |= {"provider": words.provider, "organisation": words.organisation, "target": words.target}
    return Message(
        reason=reason.value,
        headline=entry.what.format_map(filled),
        body=(ALONE.get(reason, entry.why) if words.is_alone else entry.why).format_map(filled),
        who=entry.who.format_map(filled),
        next=entry.next.format_map(filled),
        retried=_retried(reason, entry, words).value,
        buttons=tuple((button, label.format_map(filled)) for button, label in entry.buttons),
        field=field,
        details=details,
        reference=reference,
    )


def _retried(reason: Reason, entry: Entry, words: Words) -> Retried:
    """When it is sent: what is cured before publishing was started still waits for that."""
    is_paused = words.awaits_start and reason is not Reason.NOT_STARTED
    return Retried.AFTER_START if is_paused and entry.retried is Retried.WHEN_CURED else entry.retried
