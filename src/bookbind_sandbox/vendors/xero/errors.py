"""The bodies with which Xero refuses."""

import uuid
from typing import Any

from bookbind_sandbox.answer import Answer, Refused, json_answer
from bookbind_sandbox.vendors.xero.wire import Entity, render


def problem(status: int, title: str, detail: str) -> Answer:
    content: Entity = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid.uuid4()),
        "Extensions": {},
    }
    return json_answer(status, content, note=detail.split(":", maxsplit=1)[0])


def unauthorized(detail: str) -> Refused:
    return Refused(problem(401, "Unauthorized", detail))


def forbidden() -> Refused:
    return Refused(problem(403, "Forbidden", "AuthenticationUnsuccessful"))


def not_found() -> Refused:
    return Refused(
        Answer(404, b"The resource you're looking for cannot be found", "text/html; charset=utf-8")
    )


def method_not_allowed() -> Refused:
    return Refused(
        Answer(405, b"The requested resource does not support this method", "text/plain; charset=utf-8")
    )


def api_exception(number: int, kind: str, message: str, **more: Any) -> Refused:
    body = render({"ErrorNumber": number, "Type": kind, "Message": message, **more})
    return Refused(Answer(400, body.encode(), note=message[:120]))


def validation_exception(elements: list[Entity]) -> Refused:
    first = next(
        (error["Message"] for element in elements for error in element.get("ValidationErrors", [])), ""
    )
    body = render(
        {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": elements,
        }
    )
    return Refused(Answer(400, body.encode(), note=first[:120]))


def query_exception(message: str) -> Refused:
    return api_exception(16, "QueryParseException", message)


def invalid_json(message: str) -> Refused:
    return api_exception(17, "PostDataInvalidException", message)


def too_many(name: str, retry_after: int) -> Answer:
    headers = {"Retry-After": str(retry_after), "X-Rate-Limit-Problem": name}
    return Answer(429, b"", "text/plain; charset=utf-8", headers, note=f"limit: {name}")
