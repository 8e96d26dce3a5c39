"""Which organisations a login has connected to an app; each vendor gives this its own meaning."""

import sqlite3
import uuid

from bookbind_sandbox.authorizing import Allowed
from bookbind_sandbox.world import World


class Connecting:
    """The connections of one vendor."""

    def __init__(self, world: World, vendor: str) -> None:
        self.world = world
        self.store = world.store
        self.vendor = vendor

    def connect(self, allowed: Allowed, organisation: str) -> None:
        """Connect an organisation, or keep its connection under a new authorisation."""
        now = self.world.clock.now_ms()
        self.store.run(
            "INSERT INTO connections VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (vendor, client_id, login, organisation)"
            " DO UPDATE SET auth_event = excluded.auth_event, updated_at = excluded.updated_at",
            str(uuid.uuid4()),
            self.vendor,
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
            self.vendor,
            client_id,
            login,
        )

    def reaches(self, client_id: str, login: str, organisation: str) -> bool:
        found = self.store.row(
            "SELECT 1 FROM connections WHERE vendor = ? AND client_id = ? AND login = ? AND organisation = ?",
            self.vendor,
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
            self.vendor,
            client_id,
            client_id,
            login,
            login,
            organisation,
            organisation,
        )
