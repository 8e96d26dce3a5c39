"""Where the link on a document in the books leads: to the document here, for those who may see it."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_GET

from bookbind.publishing.links import find_by_marker
from bookbind.tenancy.queries import find_role, get_business
from bookbind.web.access import PersonRequest, signed_in


@require_GET
@signed_in
def back(request: PersonRequest, marker: str) -> HttpResponse:
    """Go to the document; 404 alike for a marker that does not exist and for a stranger's."""
    found = find_by_marker(marker)
    if found is None:
        raise Http404
    business = get_business(found[0])
    if find_role(request.user, business) is None:
        raise Http404
    return HttpResponseRedirect(reverse("cost", args=[business.slug, found[1]]))
