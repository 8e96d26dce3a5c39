"""Supplier rules as a CSV file, out and in."""

from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_GET, require_http_methods

from bookbind.rules import columns
from bookbind.rules.errors import RuleError
from bookbind.rules.exchange import Change, apply_import, digest_of, plan_import, read_rules, rules_as_csv
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
from bookbind.web.views.lists import CSV_TYPE

NOTES = (
    f"Leave {columns.ID} as it was exported; leave it empty for a new rule.",
    "A category or another entry goes by its code and name, as your lists show them.",
    f"{columns.DUE}: {', '.join(columns.DUE_WORDS.values())}; {columns.DUE_DAYS} says how many.",
    f"{columns.KIND}: {', '.join(columns.KIND_WORDS.values())}.",
    f"{columns.PUBLISH_AS}: {', '.join(columns.PUBLISH_WORDS.values())}.",
    f"{columns.AUTO_PUBLISH} and {columns.ACTIVE}: yes or no.",
    "A supplier that is not there yet is made. Rules that the file leaves out stay as they are.",
)


@require_GET
@page(Permission.VIEW_LISTS)
def rules_export(request: BusinessRequest) -> StreamingHttpResponse:
    """All supplier rules as CSV."""
    response = StreamingHttpResponse(rules_as_csv(), content_type=CSV_TYPE)
    name = f"{request.business.slug}-supplier-rules.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def rules_import(request: BusinessRequest) -> HttpResponse:
    """Choose a file with rules."""
    return upload_page(request, _subject(request))


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def rules_import_preview(request: BusinessRequest, draft_id: UUID) -> HttpResponse:
    """Look at what the file would do, and confirm it."""
    return preview_page(request, _subject(request), draft_id)


def _subject(request: BusinessRequest) -> Subject:
    def apply(content: bytes, digest: str, file: str) -> None:
        apply_import(request.business.id, read_rules(content), digest, request.user, file)

    home, export, upload = urls_around(request, ("rules", "rules_export", "rules_import"))
    return Subject(
        key="rules",
        title="Import supplier rules",
        columns=columns.HEADINGS,
        notes=NOTES,
        home_url=home,
        home_label="Rules",
        export_url=export,
        upload_url=upload,
        preview=_preview,
        apply=apply,
        refusals=(RuleError,),
    )


def _preview(content: bytes) -> Preview:
    plan = plan_import(read_rules(content))
    return Preview(
        new=plan.new,
        changed=len(plan.changes) - plan.new,
        unchanged=plan.unchanged,
        errors=plan.errors,
        ignored=plan.ignored,
        rows=[_row(change) for change in plan.changes[:SHOWN_ROWS]],
        digest=digest_of(plan),
    )


def _row(change: Change) -> PreviewRow:
    fields = tuple(ChangedField(*each) for each in change.fields)
    return PreviewRow(change.line, change.supplier, change.before is None, fields)
