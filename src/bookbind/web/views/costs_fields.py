"""The form as the document page shows it: each field, where its value came from, what is in its way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from babel.numbers import get_currency_precision
from django.forms import BoundField
from django.urls import reverse

from bookbind.documents.models import Document
from bookbind.documents.sources import DEFAULT, RULE
from bookbind.documents.totals import find_difference, sum_lines
from bookbind.kit.money import show_money
from bookbind.rules.models import SupplierRule
from bookbind.tenancy.models import Business
from bookbind.web.forms.costs import CostForms, LineForm
from bookbind.web.views.costs_rows import amounts_of

DOCUMENT_FIELDS = (
    "supplier", "date", "due_date", "reference", "kind", "currency", "total", "tax_mode", "note", "paid_from",
    "publish_as",
)  # fmt: skip
LINE_FIELDS = ("category", "description", "net", "tax_rate", "tax", "tracking_1", "tracking_2")


@dataclass(frozen=True)
class Origin:
    """Where a value came from, when no person typed it."""

    word: str
    title: str
    url: str = ""


@dataclass(frozen=True)
class FieldView:
    """One field: the control, its label, and what stands beside it."""

    name: str
    bound: BoundField
    label: str
    origin: Origin | None = None
    problem: str = ""
    aside: str = ""


@dataclass(frozen=True)
class LineView:
    """One line."""

    form: LineForm
    fields: Mapping[str, FieldView]
    tracking_open: bool = False


@dataclass(frozen=True)
class Sums:
    """What the lines add up to, as text, and whether that is the total."""

    net: str
    tax: str
    total: str
    verdict: str = ""
    agrees: bool = False


@dataclass(frozen=True)
class Words:
    """What the fields' labels and hints are filled with."""

    tracking: tuple[str, str] = ("Projects", "Projects 2")
    asides: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


class Origins:
    """Explains the sources of a document's fields; the rules are read in one query."""

    def __init__(self, document: Document, business: Business) -> None:
        self._sources: Mapping[str, str] = document.field_sources
        self._business = business
        self._rules = {rule.id: rule for rule in self._read_rules()}

    def find(self, name: str) -> Origin | None:
        """Where the field's value came from; None when it was typed, or when nobody knows."""
        source = self._sources.get(name, "")
        if source == DEFAULT:
            # That the type is the usual one goes without saying; a VAT rate that nobody chose does not.
            if not name.endswith("tax_rate"):
                return None
            return Origin("usual", "From the settings of the connection. Type over it to change it here.")
        rule_id = _rule_id(source)
        rule = self._rules.get(rule_id) if rule_id else None
        if rule is None:
            return None
        url = reverse("rule", args=[self._business.slug, rule.id])
        version = source.rsplit(":", 1)[-1]
        title = (
            f"Set by the rule for {rule.supplier.name}, version {version}. Type over it to change it here."
        )
        return Origin(f"rule: {rule.supplier.name}", title, url)

    def _read_rules(self) -> Sequence[SupplierRule]:
        ids = {_rule_id(source) for source in self._sources.values()} - {None}
        return list(SupplierRule.objects.filter(id__in=ids).select_related("supplier")) if ids else []


def build_fields(forms: CostForms, origins: Origins, words: Words) -> dict[str, FieldView]:
    """The document's fields by name."""
    return {
        name: FieldView(
            name=name,
            bound=forms.document[name],
            label=str(forms.document[name].label),
            origin=origins.find(name),
            problem=words.problems.get(name, ""),
            aside=words.asides.get(name, ""),
        )
        for name in DOCUMENT_FIELDS
    }


def build_lines(forms: CostForms, origins: Origins, words: Words) -> list[LineView]:
    """The lines in their order."""
    return [_line_view(form, at, origins, words) for at, form in enumerate(forms.lines.forms, start=1)]


def build_blank_line(forms: CostForms, origins: Origins, words: Words) -> LineView:
    """The line that the page copies when one is added."""
    return _line_view(forms.lines.empty_form, 0, origins, words)


def build_sums(document: Document, *, computes_tax: bool) -> Sums:
    """What the stored lines add up to."""
    amounts = amounts_of(list(document.lines.all()))
    totals = sum_lines(amounts, document.currency, always_compute=computes_tax)
    places = get_currency_precision(document.currency)
    net, tax, total = (f"{amount:,.{places}f}" for amount in (totals.net, totals.tax, totals.total))
    if document.total is None:
        return Sums(net, tax, total)
    difference = find_difference(document.total, amounts, document.currency)
    if difference == Decimal(0):
        return Sums(net, tax, total, "✓ lines agree", agrees=True)
    gap = show_money(abs(difference), document.currency)
    return Sums(net, tax, total, f"lines are {gap} {'short' if difference > 0 else 'over'}")


def element_id(field_name: str) -> str:
    """The id of the control that a problem's field is typed into; empty for what is no control.

    Accounting software that refuses something of a line does not say of which: the first one leads there.
    """
    if field_name in (*LINE_FIELDS, "tracking"):
        field_name = f"lines.1.{field_name}"
    parts = field_name.split(".")
    if len(parts) == 3 and parts[0] == "lines":
        name = "tracking_1" if parts[2] == "tracking" else parts[2]
        return f"id_lines-{int(parts[1]) - 1}-{name}"
    return f"id_{field_name}" if field_name in DOCUMENT_FIELDS else ""


def _line_view(form: LineForm, position: int, origins: Origins, words: Words) -> LineView:
    labels = {"tracking_1": words.tracking[0], "tracking_2": words.tracking[1]}
    problems = {name: words.problems.get(f"lines.{position}.{name}", "") for name in LINE_FIELDS}
    problems["tracking_1"] = problems["tracking_1"] or words.problems.get(f"lines.{position}.tracking", "")
    fields = {
        name: FieldView(
            name=name,
            bound=form[name],
            label=labels.get(name, str(form[name].label)),
            origin=origins.find(f"lines.{position}.{name}") if position else None,
            problem=problems[name],
        )
        for name in LINE_FIELDS
    }
    is_open = any(form.initial.get(name) or problems[name] for name in ("tracking_1", "tracking_2"))
    return LineView(form, fields, tracking_open=bool(is_open))


def _rule_id(source: str) -> UUID | None:
    if not source.startswith(f"{RULE}:"):
        return None
    try:
        return UUID(source.split(":")[1])
    except ValueError:
        return None
