"""PostgreSQL where of one business one transaction writes at a time, as everything does on SQLite.

Transactions that take the same rows in different orders stop each other dead, and nearly all of one
business's meet at the end of its timeline. So each takes the business first, when it begins; others go on,
and a call to a vendor is never inside a transaction. docs/decisions/0013 has what was weighed.
"""

from uuid import UUID

from django.db import Error
from django.db.backends.postgresql import base

from bookbind.tenancy.scope import find_business


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection whose transactions begin with the lock of the business in scope, if there is one."""

    def set_autocommit(
        self,
        autocommit: bool,  # noqa: FBT001 - Django's own signature
        force_begin_transaction_with_broken_autocommit: bool = False,  # noqa: FBT001
    ) -> None:
        """Begin a transaction with its lock, or end one, which lets go of it."""
        super().set_autocommit(autocommit, force_begin_transaction_with_broken_autocommit)
        business_id = None if autocommit else find_business()
        if business_id is None:
            return
        try:
            self._hold(business_id)
        except Error:
            # Or the next statement would believe itself in a transaction that never began.
            self.close()
            raise

    def _hold(self, business_id: UUID) -> None:
        key = int.from_bytes(business_id.bytes[-8:], signed=True)
        with self.wrap_database_errors, self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [key])
