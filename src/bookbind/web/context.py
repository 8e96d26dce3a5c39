"""What every template may show."""

from django.conf import settings
from django.http import HttpRequest

from bookbind.web.shell import Shell


def page(request: HttpRequest) -> dict[str, object]:
    """The mode, the business and role of the request, what the role may do, and the frame around the page."""
    shell = Shell(request)
    return {
        "is_demo": settings.CONFIG.is_demo,
        "sandbox_url": settings.SANDBOX_URL,
        "shell": shell,
        "business": shell.business,
        "role": shell.role,
        "may": shell.may,
    }
