"""QuickBooks' wire format: compact JSON, moments with an offset, and the XML sent to who asks for no JSON."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from bookbind_sandbox.answer import Answer

Entity = dict[str, Any]
# Times come in the zone of Intuit's own servers (2026-11).
ZONE = timezone(timedelta(hours=-8))
NAMESPACE = "http://schema.intuit.com/finance/v3"
XML_TYPE = "application/xml;charset=UTF-8"
JSON_TYPE = "application/json;charset=UTF-8"


def dump(value: Any) -> str:
    return json.dumps(value, default=float, separators=(",", ":"), ensure_ascii=False)


def parse(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def parse_entity(body: str) -> Entity:
    found: Entity = parse(body)
    return found


def moment(milliseconds: int) -> str:
    """A moment to the second, as MetaData has it."""
    return datetime.fromtimestamp(milliseconds // 1000, tz=ZONE).isoformat()


def exact_moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, tz=ZONE).isoformat(timespec="milliseconds")


def parse_moment_ms(text: str) -> int | None:
    """Read an ISO moment or day; without a zone it is the server's own."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    aware = found if found.tzinfo else found.replace(tzinfo=ZONE)
    return int(aware.astimezone(UTC).timestamp() * 1000)


def parse_day(value: Any) -> date | None:
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def reference(value: object, name: object = None) -> Entity:
    """How one entity points to another."""
    return {"value": str(value)} | ({"name": str(name)} if name is not None else {})


def content_answer(content: Entity, now_ms: int, *, wants_json: bool) -> Answer:
    """Send a response with the time, as JSON or, where nobody asked for that, as XML."""
    time = exact_moment(now_ms)
    if wants_json:
        return Answer(200, dump(content | {"time": time}).encode(), JSON_TYPE)
    inner = "".join(_element(name, value) for name, value in content.items())
    text = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<IntuitResponse xmlns="{NAMESPACE}" time="{time}">{inner}</IntuitResponse>'
    )
    return Answer(200, text.encode(), XML_TYPE)


def _element(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    if isinstance(value, dict):
        return _object(name, value)
    shown = str(value).lower() if isinstance(value, bool) else str(value)
    return f"<{name}>{escape(shown)}</{name}>"


def _object(name: str, value: Entity) -> str:
    """A reference keeps its id as text and its name as attribute; marks of an entity are attributes too."""
    marks = {
        key: value[key] for key in ("domain", "sparse", "status", "name", "type", "code") if key in value
    }
    shown = {key: str(mark).lower() if isinstance(mark, bool) else str(mark) for key, mark in marks.items()}
    attributes = "".join(f" {key}={quoteattr(mark)}" for key, mark in shown.items())
    if "value" in value:
        return f"<{name}{attributes}>{escape(str(value['value']))}</{name}>"
    inner = "".join(_element(key, item) for key, item in value.items() if key not in marks)
    return f"<{name}{attributes}>{inner}</{name}>"
