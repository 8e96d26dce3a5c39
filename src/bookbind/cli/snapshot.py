"""`bookbind snapshot`: everything that a reconnect must leave as it is, in one canonical JSON text."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import typer
from django.db import models

from bookbind.documents.models import Document, DocumentLine
from bookbind.lists.models import Binding, Dimension, ListItem
from bookbind.publishing.models import PublishingSettings
from bookbind.rules.targets import RULE_KINDS
from bookbind.tenancy.models import Business
from bookbind.tenancy.scope import BusinessScope, within

_BUSINESS = ("slug", "name", "country", "currency", "time_zone", "second_person")
# When and by whom something was saved last is history, not content; places of storage are nobody's business;
# how far a document has come in publishing is its publication's to say.
_LEFT_OUT = {
    "business",
    "changed_at",
    "changed_by",
    "created_at",
    "captured_at",
    "captured_by",
    "folded_name",
    "frozen_at",
    "stage",
    "version",
}


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command("snapshot")(snapshot)


def snapshot(slug: Annotated[str, typer.Argument(help="The business, as in its address.")]) -> None:
    """Print a business's settings, rules, list items, matches and document fields as canonical JSON."""
    business = Business.objects.filter(slug=slug).first()
    if business is None:
        typer.echo(f"There is no business {slug!r}.", err=True)
        raise typer.Exit(1)
    typer.echo(as_text(take(business)))


def take(business: Business) -> dict[str, Any]:
    """The snapshot as plain values: nothing of sign-ins, dates of consent, or publications."""
    with within(BusinessScope(business.id)):
        return {
            "business": {name: getattr(business, name) for name in _BUSINESS},
            "settings": _settings(),
            "dimensions": _dimensions(),
            "rules": _rules(),
            "list_items": _rows(ListItem.objects.all()),
            "bindings": _bindings(),
            "documents": _documents(),
        }


def as_text(content: dict[str, Any]) -> str:
    """The one text for this content: keys sorted, rows ordered by id, no accident of storage left."""
    return json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, default=_plain)


def _settings() -> list[dict[str, Any]]:
    rows = PublishingSettings.objects.select_related("connection").prefetch_related("auto_publish_exceptions")
    settings = []
    for row in rows.order_by("id"):
        exceptions = sorted(str(item.id) for item in row.auto_publish_exceptions.all())
        books = {"provider": row.connection.provider, "organisation": row.connection.organisation_id}
        settings.append(_fields(row) | books | {"auto_publish_exceptions": exceptions})
    return settings


def _rules() -> list[dict[str, Any]]:
    rows = [_rows(kind.model.objects.all()) for kind in RULE_KINDS]
    return sorted((row for of_kind in rows for row in of_kind), key=lambda row: str(row["id"]))


def _dimensions() -> list[dict[str, Any]]:
    rows = Dimension.objects.exclude(slot="").order_by("id")
    return [
        {"id": row.id, "connection": row.connection_id, "slot": row.slot, "remote": row.remote_id}
        for row in rows
    ]


def _bindings() -> list[dict[str, Any]]:
    current = Binding.objects.filter(closed_at=None).select_related("remote_item").order_by("id")
    return [
        {
            "list_item": row.list_item_id,
            "connection": row.connection_id,
            "use": row.use,
            "remote": [row.remote_item.list, row.remote_item.remote_type, row.remote_item.remote_id],
        }
        for row in current
    ]


def _documents() -> list[dict[str, Any]]:
    lines: dict[UUID, list[dict[str, Any]]] = {}
    for line in DocumentLine.objects.order_by("document_id", "position"):
        lines.setdefault(line.document_id, []).append(_fields(line))
    return [row | {"lines": lines.get(row["id"], [])} for row in _rows(Document.objects.all())]


def _rows(rows: "models.QuerySet[Any]") -> list[dict[str, Any]]:
    return [_fields(row) for row in rows.order_by("id")]


def _fields(row: models.Model) -> dict[str, Any]:
    stored: Iterable[models.Field[Any, Any]] = row._meta.concrete_fields
    return {field.name: getattr(row, field.attname) for field in stored if field.name not in _LEFT_OUT}


def _plain(value: object) -> str:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        # One way to write a number: 12.50 and 12.5 are the same amount.
        return format(value.normalize(), "f")
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)
