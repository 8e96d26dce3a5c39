"""What mails say: the same words as the pages, with the link that leads to the button."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from bookbind.connections.messages import explain, wish
from bookbind.connections.models import Approval
from bookbind.connections.second_person import Act, Outcome, explain_act
from bookbind.connections.status import Status
from bookbind.connections.wording import ConnectionWords, Viewer
from bookbind.kit.text import plural

_WHO_READS = Viewer(may_manage=True)


@dataclass(frozen=True)
class Letter:
    """Subject and body of a mail, in plain text."""

    subject: str
    body: str


@dataclass(frozen=True)
class ClientLine:
    """One client in a practice's digest: its name, what happened in a sentence, and where to act."""

    client: str
    sentence: str
    slug: str


def connections_url(slug: str) -> str:
    """The address of a business's connections."""
    return f"{settings.BASE_URL}{reverse('connections', args=[slug])}"


def write_news(status: Status, words: ConnectionWords, slug: str) -> Letter:
    """What the connection's page says now, as a mail to those who can act."""
    message = explain(status, words, _WHO_READS)
    body = [message.body.strip(), f"{words.business_name}: {connections_url(slug)}", _why(words)]
    return Letter(
        f"{words.business_name}: {message.headline.rstrip('.')}",
        f"{message.headline}\n\n" + _paragraphs(body),
    )


def write_request(status: Status, words: ConnectionWords, slug: str, who: str) -> Letter:
    """Somebody who may not manage connections asks those who may."""
    waiting = ""
    if words.waiting_count:
        verb = "waits" if words.waiting_count == 1 else "wait"
        waiting = f"{plural(words.waiting_count, 'document')} {verb} for it."
    message = explain(status, words, _WHO_READS)
    body = [
        f"{who} asks you to {wish(status, words)}.",
        " ".join(part for part in (message.headline, waiting) if part),
        f"That is done here: {connections_url(slug)}",
        _why(words),
    ]
    return Letter(f"{words.business_name}: please {wish(status, words)}", _paragraphs(body))


def write_approval(approval: Approval) -> Letter:
    """Somebody asks for what a second person has to approve."""
    who, what, name = approval.asked_by.get_full_name(), explain_act(approval), approval.business.name
    body = [
        f"{who} wants to {what}. Nothing happens until somebody else approves it.",
        f"Look at it, then approve or refuse it: {_approval_url(approval)}",
        f"You get this because you can manage the connections of {name}.",
    ]
    return Letter(f"{name}: please decide whether to {what}", _paragraphs(body))


def write_decision(approval: Approval) -> Letter:
    """What a second person decided, for whoever asked."""
    assert approval.decided_by is not None, "it is told once it is decided"
    who, what = approval.decided_by.get_full_name(), explain_act(approval)
    body = [
        f"{who} {approval.outcome} what you asked for: {what}.",
        _after_decision(approval),
        f"You get this because you asked for it at {approval.business.name}.",
    ]
    return Letter(f"{approval.business.name}: {approval.outcome}: {what}", _paragraphs(body))


def write_digest(practice_name: str, lines: list[ClientLine]) -> Letter:
    """What happened at a practice's clients since the digest before."""
    count = plural(len({line.client for line in lines}), "client needs", "clients need")
    shown = [f"{line.client}\n  {line.sentence}\n  {connections_url(line.slug)}" for line in lines]
    why = f"You get this because you work at {practice_name}."
    return Letter(f"{practice_name}: {count} a look", _paragraphs([*shown, why]))


def write_incident(provider_name: str) -> Letter:
    """A vendor refuses our own app: what the operator should look at."""
    what = (
        f"{provider_name} doesn't accept this Bookbind's own app any more. Publishing to it has stopped for "
        "everybody; nothing is lost, and clients are not asked to reconnect, because that would not help."
    )
    where = (
        "Look at the app in the developer's portal there: is it suspended, were its keys changed, is the "
        "redirect URI still registered? `bookbind check` prints what this Bookbind uses. It tries again "
        "by itself."
    )
    body = [
        what,
        where,
        f"This is about {settings.BASE_URL}. You get it because BOOKBIND_OPERATOR_MAIL names you.",
    ]
    return Letter(f"{provider_name} refuses this Bookbind", _paragraphs(body))


def _after_decision(approval: Approval) -> str:
    here = connections_url(approval.business.slug)
    if approval.outcome != Outcome.APPROVED:
        return f"Nothing comes of it: {here}"
    if approval.act == Act.MOVE:
        return (
            "The books move as soon as the new lists are complete and nothing is under way any more. Then "
            f"Merge lists and Start publishing are yours: {here}"
        )
    return f"That is done: {here}"


def _approval_url(approval: Approval) -> str:
    return f"{settings.BASE_URL}{reverse('approval', args=[approval.business.slug, approval.id])}"


def _why(words: ConnectionWords) -> str:
    return f"You get this because you can manage the connections of {words.business_name}."


def _paragraphs(parts: list[str]) -> str:
    return "\n\n".join(part for part in parts if part) + "\n"
