"""Whom and what one vendor knows: its apps, its people, its organisations, and who may open which."""

import base64
import binascii
import hashlib
import hmac
import sqlite3
from collections.abc import Mapping
from urllib.parse import unquote

from bookbind_sandbox.brand import Brand
from bookbind_sandbox.store import Store
from bookbind_sandbox.wishes import WishRefused

Fields = Mapping[str, str]


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Directory:
    """One vendor's apps, people and organisations in the store."""

    def __init__(self, store: Store, brand: Brand) -> None:
        self.store = store
        self.brand = brand
        self.vendor = brand.name

    def app(self, client_id: str) -> sqlite3.Row | None:
        return self.store.row("SELECT * FROM apps WHERE vendor = ? AND client_id = ?", self.vendor, client_id)

    def authenticate_app(self, header: str, fields: Fields) -> str | None:
        """The client id that a call proves with its secret, in the header or in the form; else None."""
        client_id, secret = (
            read_basic(header) if header else (fields.get("client_id", ""), fields.get("client_secret", ""))
        )
        app = self.app(client_id)
        if app is None or not hmac.compare_digest(app["secret"].encode(), secret.encode()):
            return None
        return client_id

    def change_app(self, client_id: str, changes: Mapping[str, object]) -> None:
        """Write the app's secret, scopes or name, where the wish names them."""
        if self.app(client_id) is None:
            raise WishRefused(f"{self.brand.title} has no app {client_id!r}.", 404)
        for column in ("secret", "scopes", "name"):
            if column in changes:
                self.store.run(
                    f"UPDATE apps SET {column} = ? WHERE vendor = ? AND client_id = ?",  # noqa: S608
                    str(changes[column]),
                    self.vendor,
                    client_id,
                )

    def people(self) -> list[sqlite3.Row]:
        return self.store.rows("SELECT * FROM logins WHERE vendor = ? ORDER BY rowid", self.vendor)

    def person(self, login: str) -> sqlite3.Row | None:
        return self.store.row("SELECT * FROM logins WHERE vendor = ? AND id = ?", self.vendor, login)

    def authenticate_person(self, fields: Fields) -> sqlite3.Row | None:
        """A pressed button names its login; the form brings an address and the password."""
        if fields.get("login"):
            return self.person(fields["login"])
        email, password = fields.get("email", "").strip().lower(), fields.get("password", "")
        person = self.store.row("SELECT * FROM logins WHERE vendor = ? AND email = ?", self.vendor, email)
        return person if person is not None and person["password"] == password else None

    def find_login(self, wanted: object) -> str:
        """The id of the login with this id or address; refuses an unknown one."""
        found = self.store.value(
            "SELECT id FROM logins WHERE vendor = ? AND (id = ? OR email = ?)",
            self.vendor,
            str(wanted),
            str(wanted),
        )
        if found is None:
            raise WishRefused(f"{self.brand.title} has no login {wanted!r}.", 404)
        return str(found)

    def email(self, wanted: object) -> str:
        person = self.person(self.find_login(wanted))
        assert person is not None
        return str(person["email"])

    def all_organisations(self) -> list[sqlite3.Row]:
        return self.store.rows("SELECT * FROM organisations WHERE vendor = ? ORDER BY name", self.vendor)

    def organisation(self, organisation_id: str) -> sqlite3.Row | None:
        return self.store.row(
            "SELECT * FROM organisations WHERE vendor = ? AND id = ?", self.vendor, organisation_id.lower()
        )

    def organisations(self, login: str) -> list[sqlite3.Row]:
        """What a login can open, by name."""
        return self.store.rows(
            "SELECT organisations.* FROM organisations JOIN memberships"
            " ON memberships.vendor = organisations.vendor AND memberships.organisation = organisations.id"
            " WHERE memberships.vendor = ? AND memberships.login = ? ORDER BY organisations.name",
            self.vendor,
            login,
        )

    def find_organisation(self, wanted: object) -> str:
        """The id of the organisation with this id or name; refuses an unknown one."""
        found = self.store.value(
            "SELECT id FROM organisations WHERE vendor = ? AND (id = ? OR name = ? COLLATE NOCASE)",
            self.vendor,
            str(wanted).lower(),
            str(wanted),
        )
        if found is None:
            raise WishRefused(f"{self.brand.title} has no organisation {wanted!r}.", 404)
        return str(found)

    def connected(self, organisation: str) -> list[sqlite3.Row]:
        """Who connected which app to an organisation."""
        return self.store.rows(
            "SELECT logins.email, logins.id, apps.name AS app, connections.created_at FROM connections"
            " JOIN logins ON logins.vendor = connections.vendor AND logins.id = connections.login"
            " JOIN apps ON apps.vendor = connections.vendor AND apps.client_id = connections.client_id"
            " WHERE connections.vendor = ? AND organisation = ? ORDER BY email",
            self.vendor,
            organisation,
        )


def read_basic(header: str) -> tuple[str, str]:
    """The two halves of a Basic header, or two empty strings."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote(client_id), unquote(secret)
