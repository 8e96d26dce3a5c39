"""What people press on the document page: publish, take back, archive, restore, and decide."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bookbind.connections.errors import ConnectionUnusable
from bookbind.documents.queries import get_document
from bookbind.documents.services import archive, restore
from bookbind.merge.choices import CREATE, MATCH
from bookbind.merge.creating import create_and_match
from bookbind.merge.errors import MergeError
from bookbind.merge.using import match_one
from bookbind.providers.base.errors import ProviderError
from bookbind.publishing import services
from bookbind.publishing.errors import DocumentIncomplete, PublishingError
from bookbind.publishing.models import Publication
from bookbind.publishing.ready import review_again
from bookbind.publishing.reasons import Reason
from bookbind.tenancy.models import User
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.forms.costs import ArchiveForm, DecisionForm, PublishForm
from bookbind.web.merge_rows import read_choice
from bookbind.web.merge_words import matched_words
from bookbind.web.trouble import explain_trouble
from bookbind.web.views.costs_document import (
    Opened,
    cost_url,
    heading_of,
    next_url,
    open_document,
    page_context,
    save_typed,
)

# What is decided about a document that nobody asked for yet asks for it too.
_ASKS_TOO = {"publish": Reason.BEFORE_START, "create": Reason.NEW_SUPPLIER}


@require_POST
@page(Permission.PUBLISH_DOCUMENTS)
def cost_publish(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Save what was typed and ask for it to be published; pressing twice publishes once."""
    form = PublishForm(request.POST)
    goes_on = form.is_valid() and form.cleaned_data["then"] == "next"
    opened, refused = save_first(request, document_id)
    if refused is not None:
        return refused
    # While it still stands in the list that the visitor walks through.
    following = next_url(request, opened)
    here = cost_url(request, document_id, opened.filters)
    try:
        publication = services.request_publish(get_document(document_id), request.user)
    except DocumentIncomplete:
        return redirect(asked_url(here))
    except PublishingError as error:
        messages.error(request, str(error))
        return redirect(here)
    if not goes_on:
        return redirect(here)
    messages.success(request, _sent_words(opened, publication))
    return redirect(following)


@require_POST
@page(Permission.PUBLISH_DOCUMENTS)
def cost_take_back(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Stop waiting, or take back that it is ready; the document is to review again."""
    if open_document(request, document_id).is_ready:
        try:
            review_again(document_id, request.user)
            messages.success(request, "It is to review again.")
        except PublishingError as error:
            messages.error(request, str(error))
        return redirect(cost_url(request, document_id))
    return _decide(request, document_id, services.take_back, "Taken back. It was not sent.")


@require_POST
@page(Permission.PUBLISH_DOCUMENTS)
def cost_decide(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """What a person says about a document that waits for them."""
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose one of the buttons of the message.")
        return redirect(cost_url(request, document_id))
    choice, remote_id = form.cleaned_data["choice"], form.cleaned_data["remote_id"]
    opened = open_document(request, document_id)
    if opened.publication is None and choice in _ASKS_TOO:
        return _ask_and_accept(request, opened, _ASKS_TOO[choice])

    def attach(publication: Publication, user: User) -> None:
        services.attach_to_twin(publication, remote_id, user)

    def look_again(publication: Publication, user: User) -> None:  # noqa: ARG001 - looking needs nobody
        services.look_again(publication)

    choices: dict[str, Callable[[Publication, User], None]] = {
        "attach": attach,
        "publish": services.publish_anyway,
        "look": look_again,
        "create": services.accept_new_supplier,
        "file": services.retry_paper,
    }
    return _decide(request, document_id, choices[choice], "")


@require_POST
@page(Permission.EDIT_DOCUMENTS)
def cost_archive(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Put the document aside without publishing it."""
    opened = open_document(request, document_id)
    form = ArchiveForm(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else "archived"
    following = next_url(request, opened)
    try:
        archive(document_id, why, request.user)
    except PublishingError as error:
        messages.error(request, str(error))
        return redirect(cost_url(request, document_id, opened.filters))
    messages.success(request, f"{heading_of(opened.document)} is in the archive.")
    return redirect(following)


@require_POST
@page(Permission.EDIT_DOCUMENTS)
def cost_restore(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Bring an archived document back."""
    restore(document_id, request.user)
    messages.success(request, "It is to review again.")
    return redirect(cost_url(request, document_id))


def save_first(request: BusinessRequest, document_id: UUID) -> tuple[Opened, HttpResponse | None]:
    """Save what was typed before it is acted on; with the page that says why when it can't be saved."""
    opened = open_document(request, document_id)
    if not opened.is_editable or "version" not in request.POST:
        return opened, None
    saved = save_typed(request, opened)
    if not saved.is_saved:
        context = page_context(request, opened, saved)
        return opened, render(request, "costs/document.html", context, status=saved.status)
    return open_document(request, document_id), None


def asked_url(here: str) -> str:
    """The document's page once somebody asked for it to go, so that what is missing is marked."""
    return f"{here}{'&' if '?' in here else '?'}asked=1"


@require_POST
@page(Permission.EDIT_LISTS)
def cost_match(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """Say what an entry is in the books; the documents that only waited for it go at once."""
    opened = open_document(request, document_id)
    connection = opened.target.connection
    here = cost_url(request, document_id, opened.filters)
    choice = read_choice(request.POST.get("choice", ""))
    if connection is None or choice is None or choice.action not in (MATCH, CREATE):
        messages.error(request, "Choose what it is first.")
        return redirect(here)
    try:
        if choice.action == CREATE:
            matched = create_and_match(connection, choice.item_id, request.user, choice.use)
        else:
            assert choice.target is not None
            matched = match_one(connection, choice.item_id, choice.target, request.user, choice.use)
    except (MergeError, ProviderError, ConnectionUnusable) as error:
        why = explain_trouble(error, connection, request.role)
        messages.error(request, why.text, extra_tags=why.details)
    else:
        messages.success(request, matched_words(connection, matched))
    return redirect(here)


def _ask_and_accept(request: BusinessRequest, opened: Opened, accepted: Reason) -> HttpResponse:
    here = cost_url(request, opened.document.id, opened.filters)
    try:
        services.request_accepting(get_document(opened.document.id), request.user, accepted)
    except DocumentIncomplete:
        return redirect(asked_url(here))
    except PublishingError as error:
        messages.error(request, str(error))
    return redirect(here)


def _decide(
    request: BusinessRequest, document_id: UUID, decide: Callable[[Publication, User], None], words: str
) -> HttpResponse:
    opened = open_document(request, document_id)
    if opened.publication is not None:
        try:
            decide(opened.publication, request.user)
        except PublishingError as error:
            messages.error(request, str(error))
        else:
            if words:
                messages.success(request, words)
    return redirect(cost_url(request, document_id))


def _sent_words(opened: Opened, publication: Publication) -> str:
    name = heading_of(opened.document)
    if publication.state == Publication.State.HELD:
        return f"{name} is saved and waits for {opened.target.label}."
    return f"{name} is on its way to {opened.target.label}."
