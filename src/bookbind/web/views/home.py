"""Where the product begins: the page that fits the person."""

from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from bookbind.tenancy.models import Business
from bookbind.tenancy.queries import list_businesses, list_practices
from bookbind.web.access import LAST_BUSINESS, PersonRequest, public, signed_in


@require_GET
@signed_in
def home(request: PersonRequest) -> HttpResponse:
    """The last business's costs, the practice's clients, or word that there is nothing to open yet."""
    reachable = list_businesses(request.user)
    last = _find_last(request, reachable.filter(slug=request.session.get(LAST_BUSINESS, "")).first())
    if last is not None:
        return HttpResponseRedirect(reverse("costs", args=[last.slug]))
    if list_practices(request.user).exists():
        return HttpResponseRedirect(reverse("clients"))
    only = reachable.first()
    if only is not None:
        return HttpResponseRedirect(reverse("costs", args=[only.slug]))
    return render(request, "shell/nowhere.html")


@require_GET
@public
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view's signature
    """Whether this process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def _find_last(request: PersonRequest, business: Business | None) -> Business | None:
    if business is None:
        request.session.pop(LAST_BUSINESS, None)
    return business
