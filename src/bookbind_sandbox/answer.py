"""What a simulated vendor answers, before it is put on the wire or broken by a fault."""

import json
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True)
class Answer:
    """A status, bytes and headers. `note` is for the log alone.

    `replayed` says that it was kept from an earlier call with the same key.
    """

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)
    note: str | None = None
    replayed: bool = False

    def with_headers(self, **headers: str) -> "Answer":
        """The same answer with more headers; underscores stand for hyphens."""
        merged = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(self.status, self.body, self.content_type, merged, self.note, self.replayed)

    def response(self) -> Response:
        headers = {"Cache-Control": "max-age=0, no-cache, no-store", **self.headers}
        if self.body or self.status != 204:
            headers["Content-Type"] = self.content_type
        return Response(self.body, status_code=self.status, headers=headers)


class Refused(Exception):
    """A vendor's refusal, carried up to where answers are sent."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def json_answer(status: int, content: Any, note: str | None = None) -> Answer:
    return Answer(status, json.dumps(content).encode(), note=note)
