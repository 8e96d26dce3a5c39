"""Ready without accounting software: one document, all that are complete, or all that were left waiting."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bookbind.documents.queries import Tab
from bookbind.kit.text import plural
from bookbind.publishing.errors import DocumentIncomplete, PublishingError
from bookbind.publishing.ready import Refused, make_left_behind_ready, make_ready
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.costs import PublishForm
from bookbind.web.views.costs import MOST_AT_ONCE, list_complete
from bookbind.web.views.costs_document import cost_url, heading_of, next_url
from bookbind.web.views.costs_filters import Filters, list_url
from bookbind.web.views.costs_outcome import say_refused
from bookbind.web.views.costs_publishing import asked_url, save_first


@require_POST
@page(Permission.PUBLISH_DOCUMENTS)
def cost_ready(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Save what was typed and say that nothing is left to do about it."""
    form = PublishForm(request.POST)
    goes_on = form.is_valid() and form.cleaned_data["then"] == "next"
    opened, refused = save_first(request, document_id)
    if refused is not None:
        return refused
    following = next_url(request, opened)
    try:
        make_ready(document_id, request.user)
    except DocumentIncomplete:
        return redirect(asked_url(cost_url(request, document_id, opened.filters)))
    except PublishingError as error:
        messages.error(request, str(error))
        return redirect(cost_url(request, document_id, opened.filters))
    if goes_on:
        messages.success(request, f"{heading_of(opened.document)} is ready.")
    return redirect(following if goes_on else cost_url(request, document_id, opened.filters))


@require_POST
@page(Permission.PUBLISH_DOCUMENTS)
def costs_ready(request: BusinessRequest) -> HttpResponse:
    """Everything in To review that is complete; or what waits at books that were left."""
    if request.POST.get("what") == "left":
        moved = make_left_behind_ready(request.business.id, request.user)
        messages.success(request, f"{plural(moved, 'document')} taken back. What is complete is ready here.")
        return redirect(list_url(request, Filters(Tab.READY)))
    if main_connection(request) is not None:
        messages.info(request, "Accounting software is connected: complete documents are published.")
        return redirect(list_url(request, Filters(Tab.REVIEW)))
    done, refused = 0, []
    for document in list_complete().select_related("supplier").order_by("captured_at")[:MOST_AT_ONCE]:
        try:
            make_ready(document.id, request.user)
            done += 1
        except DocumentIncomplete as error:
            refused.append(Refused(document, error.problems[0]))
        except PublishingError:
            continue
    if done:
        messages.success(request, f"{plural(done, 'document')} ready.")
    say_refused(request, refused, "made ready")
    return redirect(list_url(request, Filters(Tab.READY if done else Tab.REVIEW)))
