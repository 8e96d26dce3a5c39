"""Xero's wire format: pretty JSON with CRLF and escaped dates, the same as XML, and dates read back."""

import json
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from email.utils import parsedate_to_datetime
from json.encoder import encode_basestring
from typing import Any
from xml.sax.saxutils import escape

from bookbind_sandbox.answer import Answer

Entity = dict[str, Any]

NEW_LINE = "\r\n"
ELEMENT_LEVEL = 2
MS_DATE = re.compile(r"^/Date\((-?\d+)(?:[+-]\d{4})?\)/$")
SINGULAR = {
    "TaxRates": "TaxRate",
    "TrackingCategories": "TrackingCategory",
    "Currencies": "Currency",
    "Tracking": "TrackingCategory",
    "Addresses": "Address",
    "TaxComponents": "TaxComponent",
}


def render(value: Any, level: int = 0) -> str:
    """Render JSON as Xero does; Decimals keep their trailing zeros, dates their escaped slashes."""
    if isinstance(value, dict):
        pairs = [f"{encode_basestring(str(key))}: {render(item, level + 1)}" for key, item in value.items()]
        return _block("{", "}", pairs, level)
    if isinstance(value, list):
        return _block("[", "]", [render(item, level + 1) for item in value], level)
    if isinstance(value, str):
        text = encode_basestring(value)
        return text.replace("/", "\\/") if value.startswith("/Date(") else text
    if isinstance(value, Decimal):
        return format(value, "f")
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _block(opening: str, closing: str, items: list[str], level: int) -> str:
    if not items:
        return opening + closing
    inner = NEW_LINE + "  " * (level + 1)
    return opening + inner + ("," + inner).join(items) + NEW_LINE + "  " * level + closing


def render_element(entity: Entity) -> str:
    """Render one element of an envelope's list; this is the form in which entries are stored."""
    return render(entity, ELEMENT_LEVEL)


def parse(text: str) -> Any:
    return json.loads(text, parse_float=Decimal)


def parse_element(body: str) -> Entity:
    found: Entity = parse(body)
    return found


def envelope_head(app_name: str, now_ms: int) -> Entity:
    return {
        "Id": str(uuid.uuid4()),
        "Status": "OK",
        "ProviderName": app_name,
        "DateTimeUTC": f"/Date({now_ms})/",
    }


def envelope(head: Entity, plural: str, bodies: list[str]) -> str:
    """Put stored bodies into an envelope without taking them apart."""
    opening = render(head)[: -len(NEW_LINE + "}")]
    listed = "[]"
    if bodies:
        inner = NEW_LINE + "    "
        listed = "[" + inner + ("," + inner).join(bodies) + NEW_LINE + "  ]"
    return f'{opening},{NEW_LINE}  "{plural}": {listed}{NEW_LINE}}}'


def to_xml(content: Any) -> str:
    """The same content as the XML that Xero sends when nobody asks for JSON."""
    return f'<?xml version="1.0" encoding="utf-8"?>\n{_element("Response", content)}'


def _element(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return f"<{name}>{''.join(_element(key, item) for key, item in value.items())}</{name}>"
    if isinstance(value, list):
        single = SINGULAR.get(name, name.removesuffix("s"))
        return f"<{name}>{''.join(_element(single, item) for item in value)}</{name}>"
    return f"<{name}>{escape(_scalar(value))}</{name}>"


def _scalar(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    found = MS_DATE.match(value) if isinstance(value, str) else None
    if found:
        return (_EPOCH + timedelta(milliseconds=int(found[1]))).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    return str(value)


def content_answer(text: str, *, wants_json: bool) -> Answer:
    """Send rendered JSON as it is, or turned into XML."""
    if wants_json:
        return Answer(200, text.encode())
    return Answer(200, to_xml(parse(text)).encode(), "text/xml; charset=utf-8")


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def ms_date(day: date) -> str:
    """A date without time, as Xero writes it."""
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return f"/Date({int(moment.timestamp() * 1000)}+0000)/"


def ms_moment(milliseconds: int) -> str:
    return f"/Date({milliseconds}+0000)/"


def day_string(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


def parse_day(value: Any) -> date | None:
    """Read a date in either of the forms that Xero accepts; None when it is neither."""
    text = str(value)
    found = MS_DATE.match(text)
    if found:
        return (_EPOCH + timedelta(milliseconds=int(found[1]))).date()
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def parse_moment_ms(text: str) -> int | None:
    """Read the If-Modified-Since header: ISO 8601 in UTC, or the HTTP date that some clients send."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int(aware.timestamp() * 1000)


def connection_moment(milliseconds: int) -> str:
    """Seven fractional digits and no zone, as /connections writes its times."""
    moment = _EPOCH + timedelta(milliseconds=milliseconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"
