"""The parts of a message about a document, and the buttons that a page can put under it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


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


def tax_words(labels: Mapping[str, Any]) -> str:
    """That the tax of a published document became part of the cost; empty where it did not."""
    tax = labels.get("tax_in_cost")
    return f"Its VAT of {tax} is part of the cost there." if tax else ""


def to_edit(short: str, what: str, why: str, following: str) -> Entry:
    """What whoever reads it cures in the document's own field."""
    return Entry(
        short, what, why, Who.YOU, following, ((Button.EDIT, "Go to the field"),), Retried.ON_PUBLISH
    )


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
