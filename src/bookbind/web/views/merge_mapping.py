"""The whole mapping as CSV: out, and back in with a look at what the file would change."""

import base64
import binascii
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from bookbind.kit.sheets import SheetUnreadable
from bookbind.kit.text import plural
from bookbind.merge.errors import DraftMoved, MergeError
from bookbind.merge.mapping_csv import Report, export_mapping, import_mapping
from bookbind.merge.reading import draft_version, find_draft
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.asked import read_number
from bookbind.web.merge_words import changed_lines
from bookbind.web.views.merge_place import Place, open_place

MOST_BYTES = 5_000_000
PROBLEMS_SHOWN = 100
CHANGES_SHOWN = 20
_MOVED = (
    "Merge lists changed since you looked at the file, so nothing was taken from it. "
    "Below is what it would change now."
)


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge_export(request: BusinessRequest, connection_id: UUID) -> StreamingHttpResponse:
    """Every entry with what it is there, chosen, matched or suggested."""
    place = open_place(request, connection_id)
    # Read here: the scope is closed again before a stream is sent.
    lines = list(export_mapping(place.connection))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{request.business.slug}-merge-lists.csv"'
    return response


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def merge_import(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Choose a file, see what it would change in the draft, and let it."""
    place = open_place(request, connection_id)
    if request.method == "GET":
        return _page(request, place)
    content = _content(request)
    if content is None:
        return _page(request, place, status=422, trouble="Choose a CSV file of at most 5 MB.")
    try:
        return (
            _take(request, place, content)
            if request.POST.get("do") == "use"
            else _look(request, place, content)
        )
    except SheetUnreadable as error:
        return _page(request, place, status=422, trouble=str(error))
    except MergeError as error:
        return _page(request, place, status=int(error.status), trouble=str(error))


def _take(request: BusinessRequest, place: Place, content: bytes) -> HttpResponse:
    """Choose what the look showed, or show what the file would do by now."""
    posted = request.POST.get("version", "")
    seen = read_number(posted) or 0
    try:
        if seen != draft_version(find_draft(place.connection)):
            raise DraftMoved
        report = import_mapping(place.connection, content, request.user, seen)
    except DraftMoved:
        return _look(request, place, content, status=409, trouble=_MOVED)
    messages.success(request, f"{plural(len(report.changes), 'choice')} taken from the file into the draft.")
    return redirect(place.url("merge"))


def _look(
    request: BusinessRequest, place: Place, content: bytes, *, status: int = 200, trouble: str = ""
) -> HttpResponse:
    """What the file would change. The version is read first: what changes from then on is noticed."""
    version = draft_version(find_draft(place.connection))
    report = import_mapping(place.connection, content, request.user, version, is_preview=True)
    return _page(
        request, place, status=status, trouble=trouble, report=report, content=content, version=version
    )


def _content(request: BusinessRequest) -> bytes | None:
    """The file that was chosen, or the one that was looked at and came back with the page."""
    file = request.FILES.get("file")
    if file is not None:
        return file.read() if (file.size or 0) <= MOST_BYTES else None
    try:
        return base64.b64decode(request.POST.get("content", ""), validate=True) or None
    except binascii.Error:
        return None


def _page(
    request: BusinessRequest,
    place: Place,
    *,
    status: int = 200,
    trouble: str = "",
    report: Report | None = None,
    content: bytes = b"",
    version: int = 0,
) -> HttpResponse:
    context = {
        "place": place,
        "connection": place.connection,
        "trouble": trouble,
        "report": report,
        "changes": changed_lines(report, CHANGES_SHOWN) if report else [],
        "more": max(0, len(report.changes) - CHANGES_SHOWN) if report else 0,
        "notes": report.notes[:PROBLEMS_SHOWN] if report else (),
        "notes_more": max(0, len(report.notes) - PROBLEMS_SHOWN) if report else 0,
        "problems": report.problems[:PROBLEMS_SHOWN] if report else (),
        "problems_more": max(0, len(report.problems) - PROBLEMS_SHOWN) if report else 0,
        "content": base64.b64encode(content).decode(),
        "version": version,
    }
    return render(request, "merge/mapping.html", context, status=status)
