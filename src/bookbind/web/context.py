"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - the signature of a context processor
    """The mode that the product runs in."""
    return {"is_demo": settings.CONFIG.is_demo, "sandbox_url": settings.SANDBOX_URL}
