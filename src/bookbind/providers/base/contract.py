"""What a vendor's folder provides: a descriptor as data, and an adapter that speaks the vendor's language."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bookbind.providers.base.types import (
    Answer,
    AppCredentials,
    AttachedFile,
    BookSettings,
    DocumentKind,
    Form,
    Found,
    ListName,
    NewContact,
    NewEntry,
    Organisation,
    OutgoingDocument,
    OutgoingFile,
    Page,
    PreparedWrite,
    PublishAs,
    Published,
    Redirect,
    RemoteDimension,
    RemoteEntry,
    TaxMode,
    Tokens,
)


class Pkce(StrEnum):
    """Whether the vendor takes a PKCE challenge."""

    REQUIRED = "required"
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class GrantReach(StrEnum):
    """What one sign-in reaches."""

    LOGIN = "login"
    ORGANISATION = "organisation"


class RevokeKills(StrEnum):
    """What ends when a token is revoked at the vendor."""

    LOGIN = "login"
    GRANT = "grant"
    NOTHING = "nothing"


class Session(Protocol):
    """Calls that can address one organisation only. Every method raises ProviderError and nothing else."""

    def fetch_organisation(self) -> Organisation:
        """The organisation as the vendor knows it now; the cheap probe that the connection lives."""

    def fetch_book_settings(self) -> BookSettings:
        """Currencies, lock dates and tax scheme."""

    def fetch_dimensions(self) -> list[RemoteDimension]:
        """The dimensions that documents can be tagged with."""

    def fetch_items(self, name: ListName, dimension_id: str, since: datetime | None) -> Iterator[Page]:
        """Every page of a list, complete or an error; `since` only where the descriptor allows it.

        `dimension_id` names the vendor's dimension for the two tracking lists and is empty otherwise.
        """

    def find_contact(self, contact: NewContact) -> RemoteEntry | None:
        """The active contact that `contacts.pick_contact` picks of all that the vendor has."""

    def create_contact(self, contact: NewContact, key: str) -> RemoteEntry:
        """Create a supplier; `key` makes a repeat inside the vendor's window harmless."""

    def create_entry(self, entry: NewEntry, key: str) -> RemoteEntry:
        """Create an entry at the vendor; `key` makes a repeat harmless. One that `was_there` has its name.

        Unsupported for a list that the descriptor does not call creatable.
        """

    def prepare(self, document: OutgoingDocument) -> PreparedWrite:
        """Build the request body, without a network call."""

    def send(self, write: PreparedWrite, key: str) -> Published:
        """Send a prepared write under `key`; the same key and bytes may be sent again inside the window."""

    def find(self, document: OutgoingDocument, since: datetime) -> Found:
        """Look for this document: by marker, else for likenesses, among those changed after `since`."""

    def attach(self, published_id: str, kind: DocumentKind, file: OutgoingFile, key: str) -> AttachedFile:
        """Put the file on a published document; a repeat with the same name does no harm."""


class Adapter(Protocol):
    """Sign-in, tokens and sessions of one vendor. Every method raises ProviderError and nothing else."""

    def begin(self, app: AppCredentials, state: str) -> Redirect | Form:
        """Where to send the person, or what to ask them for."""

    def complete(self, app: AppCredentials, answer: Answer) -> Tokens:
        """Turn the callback's answer (or typed credentials) into tokens."""

    def organisations(self, tokens: Tokens) -> list[Organisation]:
        """The organisations that this consent named, in full detail."""

    def reachable_organisations(self, tokens: Tokens) -> list[Organisation]:
        """Every organisation that this login's token reaches, in the detail one call gives."""

    def refresh(self, app: AppCredentials, tokens: Tokens) -> Tokens:
        """New tokens for old; needs_reconnect only when the vendor says that the old are dead."""

    def revoke(self, app: AppCredentials, tokens: Tokens) -> None:
        """End the sign-in at the vendor; the descriptor says what that kills."""

    def disconnect(self, app: AppCredentials, tokens: Tokens, organisation: Organisation) -> None:
        """End this one organisation's access at the vendor; already ended is success."""

    def open(self, tokens: Tokens, organisation: Organisation) -> Session:
        """A session that can address only this organisation."""


@dataclass(frozen=True)
class Limits:
    """The vendor's published limits, per organisation unless named otherwise; None where there is none."""

    per_minute: int | None = None
    per_day: int | None = None
    concurrent: int | None = None
    app_per_minute: int | None = None
    per_second: int | None = None


@dataclass(frozen=True)
class FileLimits:
    """What may be attached to one document."""

    count: int = 0
    size_bytes: int = 0
    extensions: tuple[str, ...] = ()


@dataclass(frozen=True)
class PublishChoice:
    """One way to publish a kind of document, in the vendor's own words."""

    publish_as: PublishAs
    label: str
    help: str = ""


@dataclass(frozen=True)
class KindChoice:
    """One kind of document that the vendor takes, what it is called there, and how final it can be."""

    kind: DocumentKind
    label: str
    choices: tuple[PublishChoice, ...]


@dataclass(frozen=True)
class Provider:
    """A vendor as data. Durations in days or seconds as named; every fact is the vendor's own.

    `seats_hint` tells the operator how many organisations our app may connect, and where that is changed;
    whoever connects one cannot do anything about it and does not read it.
    """

    id: str
    name: str
    order: int
    available: bool
    unavailable_reason: str = ""
    description: str = ""
    adapter: Adapter | None = None
    hosts: tuple[str, ...] = ()
    default_scopes: tuple[str, ...] = ()
    required_scopes: tuple[str, ...] = ()
    pkce: Pkce = Pkce.UNKNOWN
    grant_reach: GrantReach = GrantReach.ORGANISATION
    revoke_kills: RevokeKills = RevokeKills.NOTHING
    stands_beside: bool = False
    lists: tuple[ListName, ...] = ()
    lists_with_since: frozenset[ListName] = frozenset()
    lists_from_main: bool = False
    creatable: frozenset[ListName] = frozenset()
    sales_coded_by: ListName = ListName.CATEGORIES
    tax_modes: tuple[TaxMode, ...] = ()
    kinds: tuple[KindChoice, ...] = ()
    batch_size: int = 1
    idempotency_seconds: int = 0
    refresh_grace_seconds: int = 0
    idle_days: int | None = None
    has_marker: bool = False
    reference_length: int | None = None
    forbidden_in_links: str = ""
    limits: Limits = Limits()
    files: FileLimits = FileLimits()
    seats_hint: str = ""
    list_labels: dict[ListName, str] = field(default_factory=dict)
    sign_in_help: str = ""

    def kind_choice(self, kind: DocumentKind) -> KindChoice | None:
        """How this vendor takes a kind of document; None when it does not."""
        return next((choice for choice in self.kinds if choice.kind == kind), None)
