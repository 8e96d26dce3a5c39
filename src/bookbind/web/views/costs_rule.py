"""Set supplier rule…: the rule as this document suggests it, and what saving it will do."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from bookbind.documents.models import Document
from bookbind.documents.queries import get_document
from bookbind.documents.sources import RULE
from bookbind.kit.text import plural
from bookbind.lists.models import ListItem
from bookbind.rules.evaluate import DueMode
from bookbind.rules.queries import find_supplier_rule
from bookbind.rules.services import RuleInput, values_of_rule
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.forms.rules import RuleForm
from bookbind.web.views.costs_document import cost_url
from bookbind.web.views.rules import save_rule
from bookbind.web.views.rules_words import read_rule_choices


@require_http_methods(["GET", "POST"])
@page(Permission.EDIT_RULES)
def cost_rule(request: BusinessRequest, document_id: UUID) -> HttpResponse:
    """The rule of the document's supplier, filled in from the document."""
    document = get_document(document_id)
    here = cost_url(request, document.id)
    if document.supplier is None:
        messages.warning(request, "Choose the supplier first; a rule belongs to one.")
        return redirect(here)
    present = find_supplier_rule(document.supplier.id)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(
        data,
        choices=read_rule_choices(request.business, present),
        values=suggest_rule(document, values_of_rule(present) if present else RuleInput()),
        supplier=document.supplier,
        version=present.version if present else None,
    )
    if (
        data is not None
        and form.is_valid()
        and save_rule(request, form, document.supplier, present) is not None
    ):
        return redirect(here)
    context = {
        "form": form,
        "rule": present,
        "document": document,
        "here": here,
        "title": f"Rule for {document.supplier.name}",
        "effect": _effect(document.supplier, document),
    }
    return render(request, "rules/from_document.html", context, status=422 if form.is_bound else 200)


def suggest_rule(document: Document, present: RuleInput) -> RuleInput:
    """What the document says, where a line says it; the rest as the present rule has it. Documents of several
    lines speak for themselves only where the lines agree."""
    lines = list(document.lines.all())

    def agreed(name: str) -> UUID | None:
        said = {getattr(line, name) for line in lines}
        common: UUID | None = said.pop() if len(said) == 1 else None
        return common or getattr(present, name)

    mode, days = present.due_mode, present.due_days
    own_due = not document.field_sources.get("due_date", "").startswith(RULE)
    if own_due and document.date and document.due_date and document.due_date >= document.date:
        mode, days = DueMode.DAYS_AFTER_DATE, (document.due_date - document.date).days
    return RuleInput(
        category_id=agreed("category_id"),
        tax_rate_id=agreed("tax_rate_id"),
        tracking_1_id=agreed("tracking_1_id"),
        tracking_2_id=agreed("tracking_2_id"),
        due_mode=mode,
        due_days=days,
        publish_to=present.publish_to,
        publish_as=document.publish_as or present.publish_as,
        auto_publish=present.auto_publish,
    )


def _effect(supplier: ListItem, document: Document) -> str:
    others = Document.objects.filter(
        supplier=supplier, shelf=Document.Shelf.INBOX, stage=Document.Stage.REVIEW, frozen_at__isnull=True
    ).exclude(id=document.id)
    count = others.count()
    now = f" and {plural(count, 'other document')} to review" if count else ""
    return f"New documents of {supplier.name}{now} get these values, except where somebody typed another."
