"""A process of its own that uses what is ticked, on the database of the test which started it."""

import sys
from uuid import UUID

import django

django.setup()

from bookbind.connections.models import Connection  # noqa: E402 - models exist once Django is set up
from bookbind.merge.reading import draft_version, find_draft  # noqa: E402
from bookbind.merge.using import use_matches  # noqa: E402
from bookbind.tenancy.models import User  # noqa: E402
from bookbind.tenancy.scope import BusinessScope, within  # noqa: E402

if __name__ == "__main__":
    business_id, connection_id, user_id = (UUID(text) for text in sys.argv[1:4])
    with within(BusinessScope(business_id)):
        connection = Connection.objects.get(id=connection_id)
        use_matches(
            connection,
            User.objects.get(id=user_id),
            expected_version=draft_version(find_draft(connection)),
        )
