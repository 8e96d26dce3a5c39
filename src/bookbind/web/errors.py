"""Pages for requests that can't be answered; each names a reference that the log has too."""

import logging

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import Resolver404, resolve

from bookbind.kit.ids import new_token

log = logging.getLogger(__name__)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the form was too old or came from elsewhere, and what to do."""
    return _answer(request, "errors/csrf.html", 403, f"csrf: {reason}")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the request made no sense."""
    return _answer(request, "errors/400.html", 400, type(exception).__name__)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the role does not include this; access.py answers with names where it knows the business."""
    return _answer(request, "errors/403.html", 403, type(exception).__name__)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is nothing, in the same words for what is missing and what is somebody else's."""
    return _answer(request, "errors/404.html", 404, type(exception).__name__)


def no_page(request: HttpRequest) -> HttpResponse:
    """Say that the address takes forms alone, and lead to the page that they stand on."""
    return _answer(request, "errors/405.html", 405, "method", {"page_above": _find_page_above(request.path)})


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that it was our fault; drawn without the frame, which may be what failed."""
    reference = new_reference()
    log.error("answered 500", extra={"reference": reference, "path": request.path})
    return render(None, "errors/500.html", {"reference": reference}, status=500)


def new_reference() -> str:
    """Eight characters that a person can read out."""
    return new_token(6).replace("-", "x").replace("_", "y").upper()


def _find_page_above(path: str) -> str:
    """The address of the nearest page above: those that are pages end in a slash."""
    while path != "/":
        path = path[: path.rstrip("/").rfind("/") + 1]
        try:
            resolve(path)
        except Resolver404:
            continue
        return path
    return path


def _answer(
    request: HttpRequest, template: str, status: int, why: str, words: dict[str, str] | None = None
) -> HttpResponse:
    reference = new_reference()
    log.info("answered %s", status, extra={"reference": reference, "path": request.path, "why": why})
    return render(request, template, {"reference": reference, **(words or {})}, status=status)
