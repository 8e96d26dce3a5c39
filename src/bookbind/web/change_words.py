"""What a move to other books did, or waits for, as the confirmation and Merge lists say it."""

from dataclasses import dataclass

from django.urls import reverse

from bookbind.connections.change import find_change_away, find_change_to, find_undoable, has_old_books
from bookbind.connections.messages import explain
from bookbind.connections.models import Change, Connection
from bookbind.connections.names import names_agree
from bookbind.connections.queries import (
    keeps_tax,
    label_of,
    name_beside,
    needs_reconnect,
    status_of,
    words_of,
)
from bookbind.connections.second_person import Act, find_open
from bookbind.connections.wording import Viewer
from bookbind.lists.queries import needs_match_counts
from bookbind.providers.registry import get_provider
from bookbind.publishing.queries import waiting_summary
from bookbind.publishing.switching import count_to_publish_first, missed_first
from bookbind.rules.queries import list_rules, problems_of


@dataclass(frozen=True)
class Away:
    """A change that will leave a connection: in words, and its page.

    `takes_all` unless what is ready is to be published to the old books first.
    """

    text: str
    url: str
    takes_all: bool

    def say(self, takes_all: str) -> str:
        """The change, and what becomes of documents: `takes_all`, or that what is ready comes first."""
        return f"{self.text}; {takes_all if self.takes_all else _FIRST}."


@dataclass(frozen=True)
class Differences:
    """What of an organisation is not as it was or as one would expect; each is empty where it is.

    `name` is the organisation's when the business goes by another, `currency` that of its books when those
    that are left are kept in `left_currency`.
    """

    name: str = ""
    currency: str = ""
    left_currency: str = ""


def find_differences(
    business_name: str, name: str, currency: str, left: Connection | None = None
) -> Differences:
    """Compare an organisation with the business that is to publish there, and with the books it leaves."""
    left_currency = left.base_currency or str(left.organisation.get("currency", "")) if left else ""
    return Differences(
        "" if names_agree(name, business_name) else name,
        currency if left_currency and currency != left_currency else "",
        left_currency,
    )


_FIRST = "what is ready is published here first, and the rest goes there"


def find_away(connection: Connection) -> Away | None:
    """The change that is being set up and leaves this connection; None while none is."""
    change = find_change_away(connection)
    if change is None:
        return None
    return Away(
        f"A change to {label_of(change.joined)} is being set up by {change.begun_by.get_full_name()}",
        reverse("confirmed", args=[connection.business.slug, change.joined_id]),
        not change.publish_first,
    )


def stop_label(moving: Change, old: str) -> str:
    """`Stop and keep Software`; only `Stop the move` where the old books were disconnected meanwhile."""
    return f"Stop and keep {old}" if has_old_books(moving) else "Stop the move"


def waiting_words(connection: Connection) -> dict[str, object]:
    """What is said while the lists arrive, and from the move on until publishing is started; else nothing."""
    moving = find_change_to(connection)
    if moving is None or moving.switched_at is not None:
        return moved_words(connection)
    words: dict[str, object] = {
        "is_switching": True,
        "is_moving": True,
        "left_id": moving.left_id,
        "left_label": label_of(moving.left),
        "left_is_there": has_old_books(moving),
        "stop_label": stop_label(moving, name_beside(moving.left, moving.joined)),
        "left_provider": get_provider(moving.left.provider),
        "left_needs_reconnect": needs_reconnect(moving.left),
    }
    words |= _first_words(moving)
    words["approval"] = find_open(moving.joined, Act.MOVE)
    if moving.ready_at is not None and words["approval"] is None:
        words["left_waiting"] = waiting_summary(moving.left).count
    return words


def _first_words(moving: Change) -> dict[str, object]:
    """How many documents the move still waits for, and what keeps them; nothing when it waits for none."""
    count = count_to_publish_first(moving)
    if not count:
        return {}
    status = status_of(moving.left)
    trouble = None if status.can_publish else explain(status, words_of(moving.left), Viewer(may_manage=True))
    return {"publish_first": count, "left_trouble": trouble}


def moved_words(connection: Connection) -> dict[str, object]:
    """What came along, what needs a match, and what can be taken back; nothing once publishing is started."""
    if not connection.awaits_start or connection.stage != Connection.Stage.ACTIVE:
        return {}
    moved = find_change_to(connection)
    return {
        "awaits_start": True,
        "left_label": label_of(moved.left) if moved else "",
        "joined_name": name_beside(connection, moved.left)
        if moved
        else get_provider(connection.provider).name,
        "undoable": find_undoable(connection),
        "missed": len(missed_first(moved)) if moved else 0,
        "untaxed": not keeps_tax(connection),
        "unmatched": sum(needs_match_counts(connection).values()),
        "rules": _rule_counts(connection),
    }


def _rule_counts(connection: Connection) -> dict[str, int]:
    """How many rules work at the connection, and how many need a match there."""
    rules = list(list_rules(with_inactive=False))
    needing = sum(bool(problems) for problems in problems_of(rules, connection).values())
    return {"total": len(rules), "needing": needing, "ready": len(rules) - needing}
