"""Letting the supplier's rules fill the fields of a document that nobody typed."""

from typing import Any
from uuid import UUID

from bookbind.documents.inputs import DOCUMENT_FIELDS, LINE_FIELDS
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.sources import RULE, is_typed, line_field
from bookbind.providers.base.types import DocumentKind
from bookbind.rules.evaluate import CodedField, Coding, DocumentFacts, evaluate
from bookbind.rules.queries import list_rule_values

_DOCUMENT_CODED = (CodedField.DUE_DATE, CodedField.KIND, CodedField.PUBLISH_AS)
# What a field holds when no rule says anything any more.
_EMPTY = {CodedField.KIND: DocumentKind.BILL.value, CodedField.PUBLISH_AS: ""}
_LINE_CODED = (CodedField.CATEGORY, CodedField.TAX_RATE, CodedField.TRACKING_1, CodedField.TRACKING_2)


def code_document(document: Document) -> bool:
    """Set what the rules decide; the lines are stored here, the document is left to the caller.

    A value that a rule had set and that no rule sets any more goes with it. Typed values stay. True when
    anything changed.
    """
    coding = find_coding(document)
    sources = dict(document.field_sources)
    changed = _code_fields(document, coding, sources)
    changed_lines = [line for line in document.lines.all() if _code_line(line, coding, sources)]
    if changed_lines:
        DocumentLine.objects.bulk_update(changed_lines, [LINE_FIELDS[name] for name in _LINE_CODED])
    changed = changed or bool(changed_lines) or sources != document.field_sources
    document.field_sources = sources
    return changed


def find_coding(document: Document) -> Coding:
    """What the supplier's rules say about the document; nothing without a supplier."""
    if document.supplier_id is None:
        return Coding()
    typed = frozenset(name.value for name in _DOCUMENT_CODED if is_typed(document.field_sources, name))
    return evaluate(list_rule_values(document.supplier_id), DocumentFacts(document.date, typed))


def _code_fields(document: Document, coding: Coding, sources: dict[str, str]) -> bool:
    changed = False
    for name in _DOCUMENT_CODED:
        column = DOCUMENT_FIELDS[name]
        value = _decide(name, name, coding, sources, getattr(document, column))
        value = _EMPTY.get(name) if value is None else value
        changed = changed or value != getattr(document, column)
        setattr(document, column, value)
    return changed


def _code_line(line: DocumentLine, coding: Coding, sources: dict[str, str]) -> bool:
    changed = False
    for name in _LINE_CODED:
        column = LINE_FIELDS[name]
        before: UUID | None = getattr(line, column)
        value = _decide(name, line_field(line.position, name), coding, sources, before)
        changed = changed or value != before
        setattr(line, column, value)
    return changed


def _decide(name: CodedField, field: str, coding: Coding, sources: dict[str, str], value: Any) -> Any:
    """The field's value after the rules had their say; `sources` is brought up to date."""
    if is_typed(sources, field):
        return value
    coded = coding.fields.get(name)
    if coded is not None:
        sources[field] = coded.source
        return coded.value
    if sources.get(field, "").startswith(RULE):
        del sources[field]
        return None
    return value
