"""Which organisations a login has connected to an app, and the /connections API over them."""

import sqlite3
import uuid
from typing import Any

from bookbind_sandbox.answer import Answer, json_answer
from bookbind_sandbox.vendors.xero.errors import not_found
from bookbind_sandbox.vendors.xero.names import VENDOR
from bookbind_sandbox.vendors.xero.tokens import Allowed
from bookbind_sandbox.vendors.xero.wire import connection_moment
from bookbind_sandbox.world import World


class Connections:
    def __init__(self, world: World) -> None:
        self.world = world
        self.store = world.store

    def connect(self, allowed: Allowed, organisation: str) -> None:
        """Connect an organisation, or keep its connection under a new authorisation."""
        now = self.world.clock.now_ms()
        self.store.run(
            "INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (vendor, client_id, login, organisation)"
            " DO UPDATE SET auth_event = excluded.auth_event, updated_at = excluded.updated_at",
            str(uuid.uuid4()),
            VENDOR,
            allowed.client_id,
            allowed.login,
            organisation,
            allowed.auth_event,
            now,
            now,
        )

    def of_login(self, client_id: str, login: str) -> list[sqlite3.Row]:
        return self.store.rows(
            "SELECT connections.*, organisations.name FROM connections JOIN organisations"
            " ON organisations.vendor = connections.vendor AND organisations.id = connections.organisation"
            " WHERE connections.vendor = ? AND client_id = ? AND login = ?"
            " ORDER BY created_at, connections.rowid",
            VENDOR,
            client_id,
            login,
        )

    def reaches(self, client_id: str, login: str, organisation: str) -> bool:
        found = self.store.row(
            "SELECT 1 FROM connections WHERE vendor = ? AND client_id = ? AND login = ? AND organisation = ?",
            VENDOR,
            client_id,
            login,
            organisation,
        )
        return found is not None

    def remove(self, *, client_id: str = "", login: str = "", organisation: str = "") -> int:
        """Remove every connection that matches all that is given."""
        return self.store.run(
            "DELETE FROM connections WHERE vendor = ? AND (? = '' OR client_id = ?)"
            " AND (? = '' OR login = ?) AND (? = '' OR organisation = ?)",
            VENDOR,
            client_id,
            client_id,
            login,
            login,
            organisation,
            organisation,
        )

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
