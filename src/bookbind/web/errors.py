"""Pages for requests that can't be answered."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's signature
    """Say that the form was too old or came from elsewhere, and what to do."""
    return render(request, "errors/csrf.html", status=403)
