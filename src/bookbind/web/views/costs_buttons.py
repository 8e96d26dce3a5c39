"""The buttons of messages on the Costs pages: what they say, where they lead, and who may press them."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from django.urls import reverse

from bookbind.connections.change import find_change_to, find_undoable
from bookbind.connections.models import Connection
from bookbind.documents.models import Document
from bookbind.lists.models import ListItem
from bookbind.merge.steps import PUBLISHING
from bookbind.providers.registry import get_provider
from bookbind.publishing.early import ARCHIVED_EARLY
from bookbind.publishing.reasons import Reason
from bookbind.publishing.wording import Button as Does
from bookbind.publishing.wording import Message, Who
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest, refusal_text
from bookbind.web.notices import Button as NoticeButton
from bookbind.web.views.costs_choices import Target

DECISIONS = {
    Does.CREATE_SUPPLIER: "create",
    Does.PUBLISH_ANYWAY: "publish",
    Does.LOOK_AGAIN: "look",
    Does.RETRY_FILE: "file",
}
NEEDED = {
    Does.MATCH: Permission.EDIT_LISTS,
    Does.ANSWER: Permission.MANAGE_CONNECTIONS,
    Does.SETTINGS: Permission.MANAGE_CONNECTIONS,
    Does.REFRESH_LISTS: Permission.EDIT_LISTS,
    Does.START: Permission.MANAGE_CONNECTIONS,
    Does.GO_BACK: Permission.MANAGE_CONNECTIONS,
}
_ARCHIVED_WHY: dict[str, str] = {Reason.TWIN: "already there", Reason.BEFORE_START: ARCHIVED_EARLY}
# The form's own field, the list of twins and the action bar have these already.
ELSEWHERE = frozenset({Does.EDIT, Does.ATTACH, Does.RESTORE, Does.PUBLISH})


@dataclass(frozen=True)
class Button:
    """A link, or a small form that posts `values`."""

    label: str
    url: str
    is_post: bool = False
    is_primary: bool = False
    is_away: bool = False
    takes_focus: bool = False
    downloads: bool = False
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """The document's page as messages need it: who looks, at what, and where *next* leads."""

    request: BusinessRequest
    document: Document
    target: Target
    following: str = ""

    def url(self, name: str) -> str:
        """The address of something that is done with the document."""
        return reverse(name, args=[self.request.business.slug, self.document.id])


def from_notice(button: NoticeButton, *, is_primary: bool, back_to: str) -> Button:
    """A button of a connection's message; what it posts leads back here where it can."""
    values = {"next": back_to} if button.is_post else {}
    return Button(button.label, button.url, is_post=button.is_post, is_primary=is_primary, values=values)


def message_buttons(
    place: Place, message: Message, item_id: str = "", *, is_offered: bool = False
) -> tuple[tuple[Button, ...], str]:
    """The message's buttons that this visitor may press, and who can act when they may not.

    `item_id` is the list entry that the message is about; a match that is offered in the message needs no
    button.
    """
    shown: list[Button] = []
    aside = ""
    for does, label in message.buttons:
        needed = NEEDED.get(does)
        if does in ELSEWHERE or (is_offered and does is Does.MATCH):
            continue
        if needed is not None and not may(place.request.role, needed):
            aside = _whom_to_ask(place, message, needed)
            continue
        shown.append(_button(place, does, label, item_id, message.reason, is_first=not shown))
    return tuple(shown), aside


def _whom_to_ask(place: Place, message: Message, needed: Permission) -> str:
    """Who can act; where the rest can be done here, who manages what the missing button is about."""
    return refusal_text(needed, place.request.business) if message.who == Who.YOU else message.who


def _button(place: Place, does: Does, label: str, item_id: str, reason: str, *, is_first: bool) -> Button:
    slug = place.request.business.slug
    if does in DECISIONS:
        values = {"choice": DECISIONS[does]}
        return Button(label, place.url("cost_decide"), is_post=True, is_primary=is_first, values=values)
    if does is Does.ARCHIVE:
        values = {"why": _ARCHIVED_WHY[reason]} if reason in _ARCHIVED_WHY else {}
        return Button(label, place.url("cost_archive"), is_post=True, values=values)
    if does is Does.REFRESH_LISTS:
        return Button(label, reverse("lists_refresh", args=[slug]), is_post=True)
    if does is Does.EXPORT:
        values = {"document": str(place.document.id)}
        return Button(
            label, reverse("costs_export", args=[slug]), is_post=True, downloads=True, values=values
        )
    return Button(label, _page_url(place, does, item_id), is_primary=is_first)


def _page_url(place: Place, does: Does, item_id: str) -> str:
    slug = place.request.business.slug
    if does is Does.MATCH:
        item = ListItem.objects.filter(id=item_id).first() if item_id else None
        if item is None:
            return reverse("lists", args=[slug])
        return f"{reverse('list', args=[slug, item.list])}?show=match#item-{item.id}"
    if does is Does.ANSWER and place.target.connection is not None:
        return reverse("merge_step", args=[slug, place.target.connection.id, PUBLISHING])
    if does is Does.START and place.target.connection is not None:
        return reverse("start_publishing", args=[slug, place.target.connection.id])
    if does is Does.SETTINGS and place.target.connection is not None:
        return reverse("connection_settings", args=[slug, place.target.connection.id])
    if does is Does.GO_BACK and place.target.connection is not None:
        return back_url(slug, place.target.connection)
    return reverse("connections", args=[slug])


def back_url(slug: str, connection: Connection) -> str:
    """Straight to the books before these: by taking the change back, or by a change to them."""
    if find_undoable(connection) is not None:
        return reverse("undo_change", args=[slug, connection.id])
    moved = find_change_to(connection)
    if moved is None or not get_provider(moved.left.provider).available:
        return reverse("connections", args=[slug])
    address = reverse("change_to", args=[slug, connection.id, moved.left.provider])
    return f"{address}?{urlencode({'back': moved.left_id})}"
