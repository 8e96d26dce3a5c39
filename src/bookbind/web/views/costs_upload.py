"""Taking uploaded files: each is judged by itself and answered in words."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from bookbind.documents.capture import capture_file
from bookbind.documents.errors import FileRefused
from bookbind.documents.files import MOST_BYTES
from bookbind.documents.inputs import DocumentDefaults
from bookbind.documents.models import Document
from bookbind.documents.queries import list_same_paper
from bookbind.kit.text import plural
from bookbind.publishing.configuration import document_defaults
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, main_connection, page
from bookbind.web.forms.costs import UploadForm


@dataclass(frozen=True)
class Outcome:
    """What became of one file."""

    ok: bool
    name: str
    message: str
    url: str = ""


@require_POST
@page(Permission.EDIT_DOCUMENTS)
def costs_upload(request: BusinessRequest) -> HttpResponseBase:
    """Make a document of each file. Asked for JSON it answers about one, else it goes back to the page."""
    form = UploadForm(request.FILES.getlist("files"))
    wants_json = "application/json" in request.headers.get("Accept", "")
    if not form.is_valid():
        refusal = " ".join(map(str, form.non_field_errors()))
        if wants_json:
            return JsonResponse(asdict(Outcome(ok=False, name="", message=refusal)), status=422)
        messages.error(request, refusal)
        return redirect("costs", request.business.slug)
    outcomes = _take(request, form.files_sent)
    if wants_json:
        first = outcomes[0]
        return JsonResponse(asdict(first), status=200 if first.ok else 422)
    _tell(request, outcomes)
    return redirect("costs", request.business.slug)


def _take(request: BusinessRequest, files: "Iterable[UploadedFile[bytes]]") -> list[Outcome]:
    defaults = document_defaults(main_connection(request))
    return [_take_one(request, file, defaults) for file in files]


def _take_one(request: BusinessRequest, file: "UploadedFile[bytes]", defaults: DocumentDefaults) -> Outcome:
    name = file.name or "file"
    try:
        document = capture_file(request.business, request.user, name, _read(file, name), defaults)
    except FileRefused as refusal:
        return Outcome(ok=False, name=refusal.name, message=f"{refusal.reason} {refusal.advice}")
    url = reverse("cost", args=[request.business.slug, document.id])
    return Outcome(ok=True, name=name, message=_added_words(document), url=url)


def _read(file: "UploadedFile[bytes]", name: str) -> bytes:
    """The content; a file that is far too big is refused by its size, without reading it into memory."""
    if file.size is not None and file.size > MOST_BYTES:
        size = f"{file.size / 1024 / 1024:.1f} MB"
        raise FileRefused(
            name, f"The file is {size}; the most is 10 MB.", "Save it smaller, or upload it in parts."
        )
    content: bytes = file.read()
    return content


def _added_words(document: Document) -> str:
    same = list_same_paper(document)
    if not same:
        return "Added to To review."
    other = same[0]
    named = " ".join(filter(None, [other.supplier.name if other.supplier else "", other.reference]))
    return f"Added. The same file is here already{f' ({named})' if named else ''}: archive one of them."


def _tell(request: BusinessRequest, outcomes: list[Outcome]) -> None:
    added = [outcome for outcome in outcomes if outcome.ok]
    if added:
        messages.success(request, f"{plural(len(added), 'file')} added.")
    for outcome in outcomes:
        if not outcome.ok:
            messages.error(request, f"{outcome.name}: {outcome.message}")
