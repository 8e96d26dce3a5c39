"""The one line at the top of a document: where it stands, why, who can act, and the button that helps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.urls import reverse

from bookbind.connections.queries import status_of
from bookbind.documents.export import exported_words
from bookbind.documents.models import Document
from bookbind.kit.text import fold_name
from bookbind.lists.queries import find_contact_there
from bookbind.publishing.messages import explain_paper, explain_problem, explain_publication
from bookbind.publishing.messages import short_reason as short_reason_words
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Problem, Reason, Weight
from bookbind.publishing.wording import Button as Does
from bookbind.publishing.wording import Message, Words, tax_words
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.notices import notice_for
from bookbind.web.templatetags.ui import moment
from bookbind.web.views.costs_buttons import Button, Place, from_notice, message_buttons
from bookbind.web.views.costs_choices import Target
from bookbind.web.views.costs_fields import element_id
from bookbind.web.views.costs_match import MatchOffer, offer_match

MOVING = {
    Publication.State.WAITING: (
        "Publishing to {target}.",
        "It is in the queue; this page shows when it is there.",
    ),
    Publication.State.SENDING: ("Publishing to {target}.", "It is being sent now."),
    Publication.State.UNKNOWN: (
        "Checking with {provider}.",
        "Its answer was lost, so we look whether the document arrived. It is never sent twice.",
    ),
}
FIELD_LABELS = {
    "tax_rate": "VAT rate",
    "due_date": "due date",
    "paid_from": "paid from",
    "publish_as": "publish as",
}


@dataclass(frozen=True)
class PageMessage:
    """A message as the document page shows it; `field_id` is the control that it is about."""

    tone: str
    headline: str
    body: str = ""
    details: str = ""
    buttons: tuple[Button, ...] = ()
    field_id: str = ""
    field_label: str = ""
    twins: tuple[dict[str, Any], ...] = ()
    aside: str = ""
    is_moving: bool = False
    match: MatchOffer | None = None
    speaks_for_connection: bool = False


@dataclass(frozen=True)
class ReasonLine:
    """The message, what is only said below, and what stands beside single fields."""

    message: PageMessage | None = None
    notices: tuple[str, ...] = ()
    asides: dict[str, str] = field(default_factory=dict)


def progress_key(publication: Publication | None) -> str:
    """Changes whenever the page has to be shown anew."""
    if publication is None:
        return "none"
    return f"{publication.state}.{publication.reason}.{publication.paper}"


def problem_words(problems: Sequence[Problem]) -> dict[str, str]:
    """What stands beside each field, by the field's name: the first problem of each that needs a person."""
    words: dict[str, str] = {}
    for problem in problems:
        if problem.weight is not Weight.NOTICE and problem.field:
            words.setdefault(problem.field, short_reason_words(problem.reason))
    return words


def build_reason(
    place: Place, publication: Publication | None, problems: Sequence[Problem], *, was_asked: bool
) -> ReasonLine:
    """The line for a document, and what is said beside it."""
    words = _words(place.target, place.request.business.name)
    asides: dict[str, str] = {}
    notices = []
    for problem in problems:
        if problem.reason is Reason.NEW_SUPPLIER:
            asides |= _supplier_aside(place, words, problem)
        elif problem.weight is Weight.NOTICE:
            said = explain_problem(problem, words)
            notices.append(f"{said.headline} {said.body}")
    return ReasonLine(_message(place, publication, problems, was_asked=was_asked), tuple(notices), asides)


def _supplier_aside(place: Place, words: Words, problem: Problem) -> dict[str, str]:
    """What becomes of a supplier without a match: one that is there is taken before a new one is made."""
    connection = place.target.connection
    there = find_contact_there(connection, UUID(problem.data["item"])) if connection else None
    if there is not None:
        is_same = fold_name(there.name) == fold_name(problem.data["label"])
        has = f"a {there.name}" if is_same else f"{there.name} with the same VAT number"
        return {"supplier": f"{words.provider} has {has}: it is used."}
    is_asked = problem.weight is not Weight.NOTICE
    return {} if is_asked else {"supplier": f"New in {words.provider}, created on publish."}


def _message(
    place: Place, publication: Publication | None, problems: Sequence[Problem], *, was_asked: bool
) -> PageMessage | None:
    if place.document.shelf == Document.Shelf.ARCHIVE:
        return PageMessage("quiet", "This document is in the archive.", "It was not published.")
    if publication is None and place.document.stage == Document.Stage.READY and not place.target.connection:
        return _ready(place)
    if publication is None and was_asked:
        # What only an edit cures stopped the press, whatever else is to be decided.
        problems = sorted(problems, key=lambda each: each.weight is not Weight.EDIT)
    if publication is None:
        return _first_problem(place, problems, was_asked=was_asked or bool(place.document.lacks))
    if publication.state == Publication.State.PUBLISHED:
        return _published(place, publication)
    if publication.reason == Reason.CONNECTION:
        return _of_connection(place, publication)
    explained = explain_publication(publication, _words(place.target))
    if explained is None or publication.state in MOVING:
        return _moving(place, publication)
    tone = "problem" if publication.state == Publication.State.REJECTED else "warn"
    return _told(place, explained, tone, publication, str(publication.reason_data.get("item", "")))


def _first_problem(place: Place, problems: Sequence[Problem], *, was_asked: bool) -> PageMessage | None:
    blocking = [problem for problem in problems if problem.weight is not Weight.NOTICE]
    if not blocking:
        return None
    explained = explain_problem(blocking[0], _words(place.target, place.request.business.name))
    item_id = blocking[0].data.get("item", "")
    return _told(place, explained, "warn" if was_asked else "info", None, item_id)


def _ready(place: Place) -> PageMessage:
    """It is complete; what happens next is somebody's choice."""
    slug = place.request.business.slug
    values = {"document": str(place.document.id)}
    buttons = [
        Button(
            "Export as CSV", reverse("costs_export", args=[slug]), is_post=True, downloads=True, values=values
        )
    ]
    if may(place.request.role, Permission.MANAGE_CONNECTIONS):
        buttons.append(Button("Connect accounting software", reverse("connections", args=[slug])))
    if place.following:
        buttons.insert(0, Button("Go on", place.following, is_primary=True, takes_focus=True))
    said = exported_words(place.document, place.request.business.time_zone)
    body = "Complete, and it adds up. It waits for accounting software or export."
    return PageMessage("ok", "Ready.", f"{body} {said}." if said else body, buttons=tuple(buttons))


def _sentence(text: str) -> str:
    """Software without a name of its own may stand at the beginning."""
    return text[:1].upper() + text[1:]


def _told(
    place: Place, message: Message, tone: str, publication: Publication | None, item_id: str
) -> PageMessage:
    """A message of the catalogue; what Publish would do once the field is right goes without saying."""
    parts = [message.body, message.next]
    if publication is not None:
        parts.append(message.retried)
    offered = _offer(place, message, publication, item_id)
    if offered is not None:
        parts = [offered[1]]
    buttons, aside = message_buttons(place, message, item_id, is_offered=offered is not None)
    return PageMessage(
        tone=tone,
        headline=_sentence(message.headline),
        body=" ".join(map(_sentence, filter(None, parts))),
        details="\n".join(filter(None, [message.details, _reference(message)])),
        buttons=buttons,
        field_id=element_id(message.field),
        field_label=f"Go to {_field_label(message.field)}",
        twins=_twins(publication),
        aside=aside,
        match=offered[0] if offered else None,
    )


def _offer(
    place: Place, message: Message, publication: Publication | None, item_id: str
) -> tuple[MatchOffer, str] | None:
    """A match that can be made here, where that is what the message is about."""
    if not item_id or Does.MATCH not in dict(message.buttons):
        return None
    connection = publication.connection if publication else place.target.connection
    return offer_match(place.request, connection, place.document.id, item_id, waits=publication is not None)


def _reference(message: Message) -> str:
    return f"Reference: {message.reference}" if message.reference and message.details else ""


def _field_label(name: str) -> str:
    last = name.rsplit(".", 1)[-1]
    return FIELD_LABELS.get(last, last.replace("_", " "))


def _twins(publication: Publication | None) -> tuple[dict[str, Any], ...]:
    if publication is None or publication.reason != Reason.TWIN:
        return ()
    return tuple(publication.reason_data.get("twins", []))


def _of_connection(place: Place, publication: Publication) -> PageMessage:
    """The document waits for the connection: what is wrong with that is the reason, and its button helps."""
    notice = notice_for(publication.connection, place.request.role)
    here = place.request.get_full_path()
    return PageMessage(
        tone=notice.tone,
        headline=notice.headline,
        body=notice.body,
        details=notice.details,
        buttons=tuple(
            # Only what heals is pressed in colour; an outage has nothing to press.
            from_notice(each, is_primary=at == 0 and each.is_post, back_to=here)
            for at, each in enumerate(notice.buttons)
        ),
        speaks_for_connection=True,
    )


def _moving(place: Place, publication: Publication) -> PageMessage:
    if not status_of(publication.connection).can_publish:
        return _of_connection(place, publication)
    headline, body = MOVING[Publication.State(publication.state)]
    words = _words(place.target)
    filled = {"target": words.target, "provider": words.provider}
    return PageMessage("info", headline.format(**filled), body.format(**filled), is_moving=True)


def _published(place: Place, publication: Publication) -> PageMessage:
    words = _words(place.target)
    at = moment(publication.published_at, place.request.business.time_zone).replace("today ", "")
    trouble = explain_paper(publication, words)
    away = Button(f"Open in {words.provider}", publication.remote_url, is_away=True)
    go_on = Button("Go on", place.following, is_primary=True, takes_focus=True)
    buttons = [away] if publication.remote_url else []
    if trouble is not None:
        more, _ = message_buttons(place, trouble)
        return PageMessage(
            "warn", trouble.headline, f"{trouble.body} {trouble.next}", trouble.details, (*more, *buttons)
        )
    parts = [
        _paper_words(publication),
        _difference_words(publication, words),
        _code_words(publication),
        tax_words(publication.labels),
    ]
    return PageMessage(
        tone="ok",
        headline=f"Published to {words.target} {at}.",
        body=" ".join(filter(None, parts)),
        buttons=(go_on, *buttons) if place.following else tuple(buttons),
        is_moving=publication.paper == Publication.Paper.WAITING,
    )


def _paper_words(publication: Publication) -> str:
    said = {
        Publication.Paper.ATTACHED: "File attached.",
        Publication.Paper.WAITING: "Its file is being attached.",
        Publication.Paper.NONE: "",
    }
    return said.get(Publication.Paper(publication.paper), "")


def _difference_words(publication: Publication, words: Words) -> str:
    changed = ", ".join(str(each) for each in publication.differences)
    return f"{words.provider} changed: {changed}." if changed else ""


def _code_words(publication: Publication) -> str:
    """Under which category it stands there, as it was called on that day."""
    lines = publication.labels.get("lines", [])
    names = dict.fromkeys(str(line.get("category", "")) for line in lines if isinstance(line, dict))
    said = ", ".join(filter(None, names))
    return f"Category there: {said}." if said else ""


def _words(target: Target, business_name: str = "") -> Words:
    if target.connection is None:
        return Words("", business_name, is_alone=True)
    starts = target.connection.awaits_start
    return Words(target.provider_name, target.organisation_name or business_name, awaits_start=starts)
