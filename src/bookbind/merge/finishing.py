"""The end of a list's step: what is only in the books becomes ours, once nothing is left to use."""

from django.db import transaction

from bookbind.connections.models import Connection
from bookbind.kit.text import plural
from bookbind.lists.adoption import adopted_at_the_end
from bookbind.lists.labels import LIST_LABELS, label_within
from bookbind.lists.merging import finish_step
from bookbind.merge.drafting import bump
from bookbind.merge.errors import StillTicked
from bookbind.merge.reading import Changes, read_changes, read_lists
from bookbind.providers.base.types import ListName
from bookbind.tenancy.models import User


@transaction.atomic
def finish_list(connection: Connection, name: ListName, user: User) -> int:
    """Close the step and adopt what nothing of ours stands for; returns how many entries that made.

    StillTicked while something is ticked and not used: it would be adopted beside the entry that it is.
    """
    bump(connection, user)
    ticked = read_changes(connection, read_lists(connection, [name])).count_ticked(name)
    if ticked:
        label, verb = label_within(name, LIST_LABELS[name]), "is" if ticked == 1 else "are"
        raise StillTicked(
            f"{plural(ticked, 'tick')} in {label} {verb} not used yet, so nothing was added to your list. "
            "Use them first, or take them away; then press Finish again."
        )
    return finish_step(connection, name, user)


def count_added(connection: Connection, name: ListName, changes: Changes) -> int:
    """How many entries *Finish* makes, once what is ticked is used."""
    plans = [plan for id_, plan in changes.plans.items() if changes.entries[id_].list is name]
    ticked = {target for plan in plans for target in plan.open.values()}
    return len(adopted_at_the_end(connection, name) - ticked)
