"""The document as it is to stand in the books: built from facts, kept as JSON, read back unchanged. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bookbind.documents.totals import ZERO, line_tax
from bookbind.kit.money import show_money
from bookbind.providers.base.types import (
    DocumentKind,
    OutgoingDocument,
    OutgoingLine,
    PublishAs,
    TaxComponent,
    TaxMode,
)
from bookbind.publishing.checks import (
    BooksFacts,
    DocumentFacts,
    LineFacts,
    Reference,
    needs_rates,
    tax_in_cost,
)

_QUANTITY_PLACES = Decimal("0.0001")


class NotReady(ValueError):
    """A document with problems was to be built; checks must come first. This is a bug in the caller."""


def build_outgoing(
    facts: DocumentFacts, marker: str, contact_id: str, *, computes_tax: bool, keeps_tax: bool = True
) -> OutgoingDocument:
    """Map a checked document; `contact_id` is the supplier at the vendor, empty only for a search.

    Books that do not keep tax get it as part of what each line costs.
    """
    if facts.supplier is None or facts.date is None:
        raise NotReady
    lines = tuple(_build_line(facts, line, computes_tax=computes_tax) for line in facts.lines)
    net = sum((line.net for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    outgoing = OutgoingDocument(
        kind=facts.kind,
        publish_as=facts.publish_as,
        marker=marker,
        contact_id=contact_id,
        contact_name=facts.supplier.label,
        date=facts.date,
        due_date=facts.due_date,
        reference=facts.reference,
        currency=facts.currency,
        tax_mode=facts.tax_mode,
        lines=lines,
        net=net,
        tax=tax,
        total=net + tax,
        paid_from_id=facts.paid_from.remote_id if facts.paid_from else "",
        paid_from_family=facts.paid_from.family if facts.paid_from else "",
        note=facts.note,
    )
    return outgoing if keeps_tax else bear_tax(outgoing)


def bear_tax(document: OutgoingDocument) -> OutgoingDocument:
    """The same document without tax: what was tax is part of what each line costs, so the total stays."""
    lines = tuple(map(_bear_tax, document.lines))
    return replace(document, tax_mode=TaxMode.NO_TAX, lines=lines, net=document.total, tax=ZERO)


def _bear_tax(line: OutgoingLine) -> OutgoingLine:
    cost = line.net + line.tax
    quantity, unit_amount = split_amount(cost, line.quantity)
    return replace(
        line,
        quantity=quantity,
        unit_amount=unit_amount,
        net=cost,
        tax=ZERO,
        tax_rate_id="",
        tax_components=(),
    )


def list_labels(facts: DocumentFacts, books: BooksFacts) -> dict[str, Any]:
    """The names and codes that the document is published with, kept for ever beside it.

    `tax_in_cost` is the tax that became part of the cost, in words, empty where none did.
    """
    tax, takes_rates = tax_in_cost(facts, books), needs_rates(facts, books)
    return {
        "supplier": facts.supplier.label if facts.supplier else "",
        "paid_from": facts.paid_from.remote_label if facts.paid_from else "",
        "lines": [
            {
                "category": line.category.remote_label if line.category else "",
                "tax_rate": line.tax_rate.remote_label if line.tax_rate and takes_rates else "",
                "tracking": [option.remote_label for option in _sent_tracking(line)],
            }
            for line in facts.lines
        ],
        "tax_in_cost": show_money(tax, facts.currency) if tax else "",
        "sources": dict(facts.sources),
    }


def to_json(document: OutgoingDocument) -> dict[str, Any]:
    """Plain JSON values; amounts and dates as text, so that nothing is rounded."""
    plain: dict[str, Any] = _plain(asdict(document))
    return plain


def from_json(data: Mapping[str, Any]) -> OutgoingDocument:
    """The document as it was when `to_json` kept it."""
    due_date = data["due_date"]
    return OutgoingDocument(
        kind=DocumentKind(data["kind"]),
        publish_as=PublishAs(data["publish_as"]),
        marker=data["marker"],
        contact_id=data["contact_id"],
        contact_name=data["contact_name"],
        date=date.fromisoformat(data["date"]),
        due_date=date.fromisoformat(due_date) if due_date else None,
        reference=data["reference"],
        currency=data["currency"],
        tax_mode=TaxMode(data["tax_mode"]),
        lines=tuple(_line_from_json(line) for line in data["lines"]),
        net=Decimal(data["net"]),
        tax=Decimal(data["tax"]),
        total=Decimal(data["total"]),
        paid_from_id=data["paid_from_id"],
        paid_from_family=data.get("paid_from_family", ""),
        note=data["note"],
        number_may_repeat=data.get("number_may_repeat", False),
    )


def _build_line(facts: DocumentFacts, line: LineFacts, *, computes_tax: bool) -> OutgoingLine:
    if line.net is None or line.category is None:
        raise NotReady
    no_tax = facts.tax_mode is TaxMode.NO_TAX
    rate = None if no_tax else line.tax_rate
    tax = ZERO if no_tax else line_tax(line.amounts, facts.currency, always_compute=computes_tax)
    shown = line.net + tax if facts.tax_mode is TaxMode.INCLUSIVE else line.net
    quantity, unit_amount = split_amount(shown, line.quantity)
    return OutgoingLine(
        description=line.description or line.category.label,
        quantity=quantity,
        unit_amount=unit_amount,
        net=line.net,
        tax=tax,
        category_id=line.category.remote_id,
        category_code=line.category.remote_code,
        tax_rate_id=rate.remote_id if rate else "",
        tracking=tuple((option.dimension_id, option.remote_id) for option in _sent_tracking(line)),
        tax_components=rate.tax_components if rate else (),
    )


def split_amount(amount: Decimal, quantity: Decimal) -> tuple[Decimal, Decimal]:
    """Quantity and unit amount that make exactly `amount`; one piece when no unit amount is exact."""
    if quantity > ZERO:
        unit_amount = (amount / quantity).quantize(_QUANTITY_PLACES)
        if unit_amount * quantity == amount:
            return quantity, unit_amount
    return Decimal(1), amount


def _sent_tracking(line: LineFacts) -> list[Reference]:
    return [option for option in line.tracking if option.is_sent]


def _line_from_json(data: Mapping[str, Any]) -> OutgoingLine:
    return OutgoingLine(
        description=data["description"],
        quantity=Decimal(data["quantity"]),
        unit_amount=Decimal(data["unit_amount"]),
        net=Decimal(data["net"]),
        tax=Decimal(data["tax"]),
        category_id=data["category_id"],
        category_code=data["category_code"],
        tax_rate_id=data["tax_rate_id"],
        tracking=tuple((dimension, option) for dimension, option in data["tracking"]),
        tax_components=tuple(
            TaxComponent(part["rate_id"], Decimal(part["percent"])) for part in data.get("tax_components", ())
        ),
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
