"""The samples beside the tests, read as the product reads an answer."""

from pathlib import Path
from typing import Any

from bookbind.providers.base.http import Call, Reply

FOLDER = Path(__file__).parent / "payloads"


def payload(name: str) -> Any:
    """A sample's JSON with exact decimals."""
    return reply(200, (FOLDER / f"{name}.json").read_bytes()).json()


def reply(status: int, body: bytes, *, is_write: bool = False, correlation_id: str = "ref") -> Reply:
    """An answer as it comes from the wire."""
    return Reply(
        Call("POST", "https://api.xero.com/x", "x", is_write=is_write), status, {}, body, correlation_id
    )
