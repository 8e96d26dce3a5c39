"""What stands above the waiting documents: how many, since when, how much, and what ends the wait."""

from dataclasses import dataclass

from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of, status_of
from bookbind.connections.status import Action, State, Status
from bookbind.kit.text import plural, show_date
from bookbind.publishing.queries import count_held_for_look, waiting_summary
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest
from bookbind.web.notices import notice_for, totals_in_words
from bookbind.web.views.costs_buttons import Button, from_notice

CUT_OFF = frozenset({Action.RECONNECT, Action.CONNECT})


@dataclass(frozen=True)
class WaitingMessage:
    """The message of the Waiting tab."""

    headline: str
    body: str
    tone: str
    button: Button | None
    export_url: str


def waiting_message(request: BusinessRequest, connection: Connection) -> WaitingMessage:
    """`14 documents are waiting for Software (Organisation), oldest 3 March, £4,210.50. …`"""
    summary = waiting_summary(connection)
    status = status_of(connection)
    held_for_look = count_held_for_look(connection)
    is_one = summary.count == 1
    facts = [
        f"{plural(summary.count, 'document')} {'is' if is_one else 'are'} waiting for {label_of(connection)}"
    ]
    if summary.oldest is not None:
        facts.append(f"{'dated' if is_one else 'oldest'} {show_date(summary.oldest)}")
    facts.append(totals_in_words(summary))
    they, each, them = ("It is", "", "it") if is_one else ("They are", ", once each,", "them")
    return WaitingMessage(
        headline=f"{', '.join(filter(None, facts))}.",
        body=f"{they} coded and will be published{each} {_when(connection, status, held_for_look)}. "
        f"You can still edit, remove or export {them}.",
        tone="info" if status.can_publish else "warn",
        button=_ending_button(request, connection, status, held_for_look),
        export_url=reverse("costs_export", args=[request.business.slug]),
    )


def _awaits_start(connection: Connection, status: Status) -> bool:
    return connection.awaits_start and status.state is State.CONNECTED


def _when(connection: Connection, status: Status, held_for_look: int) -> str:
    if _awaits_start(connection, status):
        return "when somebody presses Start publishing"
    if not status.can_publish:
        return (
            "when the connection is back" if status.action in CUT_OFF else "when the software answers again"
        )
    return "when you press Publish" if held_for_look else "as soon as what each one waits for is there"


def _ending_button(
    request: BusinessRequest, connection: Connection, status: Status, held_for_look: int
) -> Button | None:
    if _awaits_start(connection, status):
        if not may(request.role, Permission.MANAGE_CONNECTIONS):
            return None
        url = reverse("start_publishing", args=[request.business.slug, connection.id])
        return Button("Start publishing…", url, is_primary=True)
    if status.can_publish and held_for_look:
        url = reverse("costs_publish_all", args=[request.business.slug])
        label = f"Publish all {held_for_look}" if held_for_look > 1 else "Publish it"
        return Button(label, url, is_post=True, is_primary=True, values={"what": "looked"})
    if status.can_publish or status.action not in CUT_OFF:
        return None
    main = notice_for(connection, request.role, status=status).main_button
    return from_notice(main, is_primary=True, back_to=request.get_full_path()) if main else None
