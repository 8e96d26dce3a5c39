"""The captured paper: the original file, and its pages as images beside the form."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from bookbind.documents.files import JPEG, PDF, PNG
from bookbind.documents.models import Document, StoredFile
from bookbind.documents.storage import PaperMissing, read_content
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.views.costs_render import PageUnreadable, page_image

# Nothing inside a captured file may run, load or embed anything, whoever wrote it.
SANDBOX = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
SHOWN_INLINE = frozenset({PDF, JPEG, PNG})


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def cost_file(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """The file as it was captured: shown where it is a PDF, JPEG or PNG, else downloaded."""
    file = _get_file(document_id)
    content = _read(file)
    is_shown = file.content_type in SHOWN_INLINE and "download" not in request.GET
    response = HttpResponse(
        content, content_type=file.content_type if is_shown else "application/octet-stream"
    )
    disposition = content_disposition_header(as_attachment=not is_shown, filename=file.name)
    if disposition:
        response["Content-Disposition"] = disposition
    return _protect(response)


@require_GET
@page(Permission.VIEW_DOCUMENTS)
def cost_page_image(request: BusinessRequest, document_id: UUID, number: int) -> HttpResponse:  # noqa: ARG001
    """One page as an image, counted from 1; the same in every browser, with nothing in it that could act."""
    file = _get_file(document_id)
    if not 1 <= number <= file.page_count:
        raise Http404
    try:
        image = page_image(file.id.hex, file.content_type, _read(file), number)
    except PageUnreadable as error:
        raise Http404 from error
    return _protect(HttpResponse(image, content_type="image/png"))


def _get_file(document_id: UUID) -> StoredFile:
    document = Document.objects.select_related("file").get(id=document_id)
    if document.file is None:
        raise Http404
    file: StoredFile = document.file
    return file


def _read(file: StoredFile) -> bytes:
    try:
        return read_content(file)
    except PaperMissing as error:
        raise Http404 from error


def _protect(response: HttpResponse) -> HttpResponse:
    response["Content-Security-Policy"] = SANDBOX
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
