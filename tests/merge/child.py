"""A process of its own that uses what is ticked, or takes the last use back, on its test's database."""

import sys
from uuid import UUID

import django

django.setup()

from bookbind.connections.models import Connection  # noqa: E402 - models exist once Django is set up
from bookbind.merge.reading import draft_version, find_draft  # noqa: E402
from bookbind.merge.undoing import undo  # noqa: E402
from bookbind.merge.using import find_last_applied, use_matches  # noqa: E402
from bookbind.tenancy.models import User  # noqa: E402
from bookbind.tenancy.scope import BusinessScope, within  # noqa: E402


def use(connection: Connection, user: User) -> None:
    """Use what is ticked."""
    use_matches(connection, user, expected_version=draft_version(find_draft(connection)))


def undo_last(connection: Connection, user: User) -> None:
    """Take the last use back."""
    applied = find_last_applied(connection)
    assert applied is not None
    undo(applied, user)


STEPS = {"use": use, "undo_last": undo_last}

if __name__ == "__main__":
    business_id, connection_id, user_id = (UUID(text) for text in sys.argv[2:5])
    with within(BusinessScope(business_id)):
        STEPS[sys.argv[1]](Connection.objects.get(id=connection_id), User.objects.get(id=user_id))
