"""The samples beside the tests, read as the product reads an answer."""

from pathlib import Path
from typing import Any

from bookbind.providers.base.http import Call, Reply
from bookbind.providers.base.shapes import Row

FOLDER = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    """A sample's JSON with exact decimals."""
    return reply(200, (FOLDER / f"{name}.json").read_bytes()).json()


def rows(name: str, entity: str) -> list[Row]:
    """The rows of a sample that answers a query."""
    found: list[Row] = payload(name)["QueryResponse"][entity]
    return found


def reply(status: int, body: bytes, *, is_write: bool = False, organisation_id: str = "") -> Reply:
    """An answer as it comes from the wire."""
    url = "https://quickbooks.api.intuit.com/x"
    call = Call("POST", url, "x", is_write=is_write, organisation_id=organisation_id)
    return Reply(call, status, {}, body, "ref")
