"""The sandbox's control API, as the demo uses it."""

from datetime import datetime
from typing import Any

import httpx2
from django.conf import settings

_TIMEOUT_SECONDS = 30
VENDOR = "xero"


class SandboxRefused(RuntimeError):
    """The sandbox did not do what the demo asked. Is it the same version, and running?"""


def control(action: str, **content: Any) -> dict[str, Any]:
    """POST to one control address; SandboxRefused with the sandbox's own words when it says no."""
    url = f"{settings.SANDBOX_URL}/_control/{action}"
    try:
        reply = httpx2.post(url, json=content, timeout=_TIMEOUT_SECONDS)
    except httpx2.TransportError as error:
        raise SandboxRefused(f"The sandbox at {settings.SANDBOX_URL} does not answer: {error}.") from error
    if reply.status_code >= 400:
        raise SandboxRefused(f"{action}: HTTP {reply.status_code} {reply.text[:300]}")
    answer: dict[str, Any] = reply.json()
    return answer


def set_clock(moment: datetime) -> None:
    """Move the vendors' clock to the same moment as the product's."""
    control("clock", set=moment.isoformat())


def consent(login: str, organisation: str, authorize_url: str) -> str:
    """Sign in as `login` and allow one organisation; the address that the vendor sends the person back to."""
    answer = control(
        "consent", vendor=VENDOR, login=login, organisations=[organisation], authorize_url=authorize_url
    )
    return str(answer["redirect"])
