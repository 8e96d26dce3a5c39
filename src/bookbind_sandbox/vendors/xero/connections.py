"""The /connections API: what a login has connected to an app, listed and taken away."""

import sqlite3
from typing import Any

from bookbind_sandbox.answer import Answer, json_answer
from bookbind_sandbox.authorizing import Allowed
from bookbind_sandbox.connecting import Connecting
from bookbind_sandbox.vendors.xero.errors import not_found
from bookbind_sandbox.vendors.xero.names import VENDOR
from bookbind_sandbox.vendors.xero.wire import connection_moment
from bookbind_sandbox.world import World


class Connections(Connecting):
    """Which organisations each login has connected to an app, one row for each of them."""

    def __init__(self, world: World) -> None:
        super().__init__(world, VENDOR)

    def answer_list(self, allowed: Allowed, auth_event: str | None) -> Answer:
        rows = self.of_login(allowed.client_id, allowed.login)
        return json_answer(200, [_shown(row) for row in rows if auth_event in {None, "", row["auth_event"]}])

    def answer_delete(self, allowed: Allowed, connection_id: str) -> Answer:
        removed = self.store.run(
            "DELETE FROM connections WHERE id = ? AND client_id = ? AND login = ?",
            connection_id,
            allowed.client_id,
            allowed.login,
        )
        if not removed:
            raise not_found()
        return Answer(204)


def _shown(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "authEventId": row["auth_event"],
        "tenantId": row["organisation"],
        "tenantType": "ORGANISATION",
        "tenantName": row["name"],
        "createdDateUtc": connection_moment(row["created_at"]),
        "updatedDateUtc": connection_moment(row["updated_at"]),
    }
