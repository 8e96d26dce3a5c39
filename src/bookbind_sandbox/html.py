"""The sandbox's pages: templates that escape everything, sent with a strict policy."""

import sqlite3
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import jinja2
from starlette.responses import HTMLResponse, Response

from bookbind_sandbox.brand import Brand

# No form-action: consent ends by redirecting the form's answer to the product, which that rule would forbid.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; object-src 'self'; frame-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
SHOWN_INLINE = {"application/pdf", "image/jpeg", "image/png"}
FILE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def _money(value: Any) -> str:
    return f"{Decimal(str(value)):,.2f}"


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC).strftime("%d %b %Y, %H:%M")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bookbind_sandbox"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = _money
    environment.filters["moment"] = _moment
    return environment


ENVIRONMENT = _environment()


def page(template: str, status: int = 200, **context: Any) -> HTMLResponse:
    text = ENVIRONMENT.get_template(template).render(**context)
    return HTMLResponse(text, status_code=status, headers=HEADERS)


def vendor_page(brand: Brand, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page of a vendor: by its own template where it has one, else by the one that all share."""
    found = ENVIRONMENT.select_template([f"{brand.name}/{template}", f"vendor/{template}"])
    return HTMLResponse(found.render(brand=brand, **context), status_code=status, headers=HEADERS)


def file_response(file: sqlite3.Row, *, download: bool) -> Response:
    """A stored file as a page shows it; what a browser might run is only ever downloaded."""
    inline = file["mime_type"] in SHOWN_INLINE and not download
    place = "inline" if inline else "attachment"
    headers = HEADERS | {
        "Content-Disposition": f"{place}; filename*=UTF-8''{quote(file['file_name'])}",
        "Content-Security-Policy": FILE_POLICY,
    }
    media = file["mime_type"] if inline else "application/octet-stream"
    return Response(file["content"], media_type=media, headers=headers)
