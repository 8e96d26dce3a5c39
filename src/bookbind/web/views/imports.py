"""Importing a CSV file: choose it, look at what it would do, confirm; for lists and rules alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from bookbind.kit.sheets import CellError, SheetUnreadable
from bookbind.kit.text import plural
from bookbind.lists.drafts import drop_draft, get_draft, keep_draft
from bookbind.lists.models import ImportDraft
from bookbind.web.access import BusinessRequest
from bookbind.web.forms.lists_own import ConfirmForm, UploadCsvForm

SHOWN_ROWS = 200


@dataclass(frozen=True)
class ChangedField:
    """One value that a line of the file changes."""

    heading: str
    before: str
    after: str


@dataclass(frozen=True)
class PreviewRow:
    """One line of the file that makes or changes something."""

    line: int
    label: str
    is_new: bool
    fields: tuple[ChangedField, ...]


@dataclass(frozen=True)
class Preview:
    """What a file would do. `rows` are the first of what it makes or changes."""

    new: int
    changed: int
    unchanged: int
    errors: Sequence[CellError]
    ignored: Sequence[str]
    rows: Sequence[PreviewRow]
    digest: str

    @property
    def count(self) -> int:
        """How many lines make or change something."""
        return self.new + self.changed

    @property
    def wrong_lines(self) -> int:
        """How many lines something is wrong with, in however many places."""
        return len({error.line for error in self.errors})


@dataclass(frozen=True)
class Subject:
    """What is imported: its words, the pages around it, and the two things that are done with a file.

    `apply` takes the content, the digest that was confirmed and the file's name; it raises one of `refusals`,
    whose text a person reads.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    notes: tuple[str, ...]
    home_url: str
    home_label: str
    export_url: str
    upload_url: str
    preview: Callable[[bytes], Preview]
    apply: Callable[[bytes, str, str], None]
    refusals: tuple[type[Exception], ...]

    def preview_url(self, draft_id: UUID) -> str:
        """Where the file is looked at."""
        return f"{self.upload_url}/{draft_id}/"


def upload_page(request: BusinessRequest, subject: Subject) -> HttpResponse:
    """Choose a file; one that can be read leads on to what it would do."""
    form = UploadCsvForm(request.POST, request.FILES) if request.method == "POST" else UploadCsvForm()
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        content = file.read()
        try:
            subject.preview(content)
        except SheetUnreadable as error:
            form.add_error("file", str(error))
        else:
            draft = keep_draft(request.business, subject.key, file.name, content, request.user)
            return redirect(subject.preview_url(draft.id))
    context = {"form": form, "subject": subject}
    return render(request, "imports/upload.html", context, status=422 if form.is_bound else 200)


def preview_page(request: BusinessRequest, subject: Subject, draft_id: UUID) -> HttpResponse:
    """What the file would do; posted, it is done, all of it or nothing."""
    try:
        draft = get_draft(draft_id, subject.key, request.user)
    except ImportDraft.DoesNotExist:
        context = {"form": UploadCsvForm(), "subject": subject, "is_gone": True}
        return render(request, "imports/upload.html", context, status=404)
    content = bytes(draft.content)
    trouble = ""
    if request.method == "POST":
        form = ConfirmForm(request.POST)
        digest = form.cleaned_data["digest"] if form.is_valid() else ""
        looked = subject.preview(content)
        try:
            subject.apply(content, digest, draft.file_name)
        except subject.refusals as error:
            trouble = str(error)
        else:
            drop_draft(draft)
            messages.success(request, f"{draft.file_name} is imported. {_done_words(looked)}.")
            return redirect(subject.home_url)
    shown = subject.preview(content)
    context = {
        "subject": subject,
        "preview": shown,
        "draft": draft,
        "trouble": trouble,
        "errors": shown.errors[:SHOWN_ROWS],
        "hidden_errors": max(0, len(shown.errors) - SHOWN_ROWS),
        "hidden_rows": max(0, shown.count - len(shown.rows)),
        "press": f"Import {plural(shown.count, 'change')}",
    }
    return render(request, "imports/preview.html", context, status=409 if trouble else 200)


def _done_words(done: Preview) -> str:
    """`3 added, 1 changed`: exactly what was confirmed, or nothing was written."""
    said = [f"{count:,} {word}" for count, word in ((done.new, "added"), (done.changed, "changed")) if count]
    return ", ".join(said) or "Nothing was to be changed"


def urls_around(request: BusinessRequest, names: tuple[str, str, str], *parts: str) -> tuple[str, str, str]:
    """The addresses of the list itself, of its export and of its import."""
    home, export, upload = (reverse(name, args=[request.business.slug, *parts]) for name in names)
    return home, export, upload
