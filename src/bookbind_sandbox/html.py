"""The sandbox's pages: templates that escape everything, sent with a strict policy."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import jinja2
from starlette.responses import HTMLResponse

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
