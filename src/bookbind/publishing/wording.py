"""The parts of a message about a document, and the buttons that a page can put under it."""

from dataclasses import dataclass
from enum import StrEnum


class Button(StrEnum):
    """What a button does; the page knows the address."""

    EDIT = "edit"
    MATCH = "match"
    ANSWER = "answer"
    CREATE_SUPPLIER = "create_supplier"
    ATTACH = "attach"
    PUBLISH_ANYWAY = "publish_anyway"
    ARCHIVE = "archive"
    LOOK_AGAIN = "look_again"
    PUBLISH = "publish"
    CONNECT = "connect"
    SETTINGS = "settings"
    REFRESH_LISTS = "refresh_lists"
    RESTORE = "restore"
    RETRY_FILE = "retry_file"
    EXPORT = "export"
    START = "start"
    GO_BACK = "go_back"


class Who(StrEnum):
    """Who can act, in words."""

    YOU = "You can do this here."
    ADMIN = "An Admin or your accountant can do this."
    BOOKKEEPER = "Whoever keeps the books in {provider} can do this."
    NOBODY = "There is nothing to do."


class Retried(StrEnum):
    """When it is tried again, in words."""

    ON_PUBLISH = "It is sent when you press Publish."
    WHEN_CURED = "It is sent by itself as soon as that is done."
    AFTER_START = "It is sent once that is done and somebody has pressed Start publishing."
    ON_DECISION = "Nothing is sent until you have chosen."
    BY_ITSELF = "It is tried again by itself."


@dataclass(frozen=True)
class Entry:
    """One message of the catalogue. Words in braces are filled in; every part is needed."""

    short: str
    what: str
    why: str
    who: Who
    next: str
    buttons: tuple[tuple[Button, str], ...]
    retried: Retried


@dataclass(frozen=True)
class Words:
    """What messages are filled with. `is_left`: the books are no longer kept there.

    `awaits_start`: nothing is sent there before somebody starts publishing. `is_alone`: there are no books.
    """

    provider: str
    organisation: str
    supplier: str = ""
    is_left: bool = False
    awaits_start: bool = False
    is_alone: bool = False

    @property
    def target(self) -> str:
        """`Software (Organisation)`."""
        return f"{self.provider} ({self.organisation})"


@dataclass(frozen=True)
class Message:
    """One message as it is read. `details` is the vendor's own text: shown escaped, behind Details.

    `field` is where on the page it belongs, "" for the whole document; `reference` is what support asks for.
    """

    reason: str
    headline: str
    body: str
    who: str
    next: str
    retried: str
    buttons: tuple[tuple[Button, str], ...] = ()
    field: str = ""
    details: str = ""
    reference: str = ""

    @property
    def text(self) -> str:
        """The whole message as one paragraph, for mails and plain answers."""
        return " ".join(part for part in (self.headline, self.body, self.next, self.retried) if part)
