"""A list from a CSV file."""

from uuid import UUID

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from bookbind.lists.columns import ARCHIVED, ID, facts_of, headings_of
from bookbind.lists.errors import ListError
from bookbind.lists.exchange import Change, Plan, read_entries
from bookbind.lists.labels import LIST_LABELS
from bookbind.lists.own import apply_import, digest_of, plan_changes
from bookbind.providers.base.types import ListName
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.views.imports import (
    SHOWN_ROWS,
    ChangedField,
    Preview,
    PreviewRow,
    Subject,
    preview_page,
    upload_page,
    urls_around,
)
from bookbind.web.views.lists import get_list_name
from bookbind.web.views.lists_own import refuse_elsewhere


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_LISTS)
def list_import(request: BusinessRequest, name: str) -> HttpResponse:
    """Choose a file for the list."""
    list_name = get_list_name(name)
    return refuse_elsewhere(request, list_name) or upload_page(request, _subject(request, list_name))


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_LISTS)
def list_import_preview(request: BusinessRequest, name: str, draft_id: UUID) -> HttpResponse:
    """Look at what the file would do, and confirm it."""
    list_name = get_list_name(name)
    refused = refuse_elsewhere(request, list_name)
    return refused or preview_page(request, _subject(request, list_name), draft_id)


def _subject(request: BusinessRequest, name: ListName) -> Subject:
    def preview(content: bytes) -> Preview:
        return _preview(name, plan_changes(name, read_entries(content, name)))

    def apply(content: bytes, digest: str, file: str) -> None:
        apply_import(request.business.id, name, read_entries(content, name), digest, request.user, file)

    home, export, upload = urls_around(request, ("list", "list_export", "list_import"), name.value)
    label = LIST_LABELS[name]
    return Subject(
        key=f"list:{name.value}",
        title=f"Import {label.lower()}",
        columns=headings_of(name),
        notes=_notes(name),
        home_url=home,
        home_label=label,
        export_url=export,
        upload_url=upload,
        preview=preview,
        apply=apply,
        refusals=(ListError,),
    )


def _notes(name: ListName) -> tuple[str, ...]:
    choices = [
        f"{column.heading}: {', '.join(column.choices.values())}."
        for column in facts_of(name)
        if column.choices is not None
    ]
    return (
        f"Leave {ID} as it was exported; leave it empty for what is new.",
        "A column that the file lacks stays as it is; an empty cell empties the value.",
        f"{ARCHIVED}: yes, or empty. What the file leaves out stays in the list.",
        *choices,
    )


def _preview(name: ListName, plan: Plan) -> Preview:
    changes = sorted((*plan.new, *plan.changed), key=lambda change: change.line)
    return Preview(
        new=len(plan.new),
        changed=len(plan.changed),
        unchanged=plan.unchanged,
        errors=plan.errors,
        ignored=plan.ignored,
        rows=[_row(name, change) for change in changes[:SHOWN_ROWS]],
        digest=digest_of(plan),
    )


def _row(name: ListName, change: Change) -> PreviewRow:
    label = (change.before or change.after).label
    fields = tuple(ChangedField(*each) for each in change.fields(name))
    return PreviewRow(change.line, label, change.before is None, fields)
