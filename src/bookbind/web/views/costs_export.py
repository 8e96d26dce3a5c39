"""Documents as a CSV file: a whole tab of Costs, or one document. What left is marked, so it is posted."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.views.decorators.http import require_POST

from bookbind.documents.export import export_documents
from bookbind.documents.models import Document
from bookbind.documents.queries import Exported, get_document
from bookbind.kit.text import plural
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.views.costs import read_exported
from bookbind.web.views.costs_filters import list_filtered, read_filters
from bookbind.web.views.lists import CSV_TYPE


@require_POST
@page(Permission.EDIT_DOCUMENTS)
def costs_export(request: BusinessRequest) -> HttpResponse:
    """The documents with their lines, codes and tax; each remembers that it left."""
    wanted = request.POST.get("document", "")
    filters = read_filters(request)
    exported = read_exported(request)
    if wanted:
        documents = [get_document(_uuid(wanted))]
    else:
        documents = list(list_filtered(filters, exported).order_by("date", "captured_at", "id"))
    lines = export_documents(documents, request.user)
    name = "document" if wanted else filters.tab.value + ("-not-exported" if exported is Exported.NO else "")
    response = HttpResponse("".join(lines), content_type=CSV_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{request.business.slug}-{name}.csv"'
    messages.success(request, f"{plural(len(documents), 'document')} exported.")
    return response


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Document.DoesNotExist from error
