"""What a move to other books did, or waits for, as the confirmation and Merge lists say it."""

from bookbind.connections.change import find_change_to, find_undoable
from bookbind.connections.models import Connection
from bookbind.connections.queries import label_of, needs_reconnect
from bookbind.connections.second_person import Act, find_open
from bookbind.lists.queries import needs_match_counts
from bookbind.providers.registry import get_provider
from bookbind.publishing.queries import waiting_summary
from bookbind.rules.queries import list_rules, problems_of


def waiting_words(connection: Connection) -> dict[str, object]:
    """What is said while the lists arrive, and from the move on until publishing is started; else nothing."""
    moving = find_change_to(connection)
    if moving is None or moving.switched_at is not None:
        return moved_words(connection)
    words: dict[str, object] = {
        "is_switching": True,
        "is_moving": True,
        "left_label": label_of(moving.left),
        "left_provider": get_provider(moving.left.provider),
        "left_needs_reconnect": needs_reconnect(moving.left),
    }
    words["approval"] = find_open(moving.joined, Act.MOVE)
    if moving.ready_at is not None and words["approval"] is None:
        words["left_waiting"] = waiting_summary(moving.left).count
    return words


def moved_words(connection: Connection) -> dict[str, object]:
    """What came along, what needs a match, and what can be taken back; nothing once publishing is started."""
    if not connection.awaits_start or connection.stage != Connection.Stage.ACTIVE:
        return {}
    moved = find_change_to(connection)
    return {
        "awaits_start": True,
        "left_label": label_of(moved.left) if moved else "",
        "undoable": find_undoable(connection),
        "unmatched": sum(needs_match_counts(connection).values()),
        "rules": _rule_counts(connection),
    }


def _rule_counts(connection: Connection) -> dict[str, int]:
    """How many rules work at the connection, and how many need a match there."""
    rules = list(list_rules(with_inactive=False))
    needing = sum(bool(problems) for problems in problems_of(rules, connection).values())
    return {"total": len(rules), "needing": needing, "ready": len(rules) - needing}
