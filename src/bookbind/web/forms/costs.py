"""The document page's form: what is typed becomes a DocumentInput, and nothing else can be set."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms

from bookbind.documents.inputs import DocumentInput, LineInput
from bookbind.documents.models import Document, DocumentLine
from bookbind.documents.totals import compute_tax
from bookbind.kit.money import AmountUnreadable, parse_amount
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs, TaxMode
from bookbind.publishing.early import ARCHIVED_EARLY
from bookbind.web.forms.lists_items import Chosen, ItemField, ItemFinder, NewName, use_lists
from bookbind.web.forms.tax_rates import TaxRate, chosen_rate, offer
from bookbind.web.forms.widgets import PlainSelect

MOST_LINES = 200
LARGEST = Decimal(10) ** 12
KIND_LABELS = {
    DocumentKind.BILL: "Invoice",
    DocumentKind.SUPPLIER_CREDIT: "Credit note",
    DocumentKind.EXPENSE: "Receipt, already paid",
}
TAX_MODE_LABELS = {
    TaxMode.EXCLUSIVE: "added to the amounts",
    TaxMode.INCLUSIVE: "included in the amounts",
    TaxMode.NO_TAX: "none on this document",
}
# The input of a browser sends the first; the others are what people type where it falls back to text.
DATE_FORMATS = ["%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y"]


class AmountField(forms.Field):
    """An amount of money as people write it."""

    widget = forms.TextInput

    def clean(self, value: Any) -> Decimal | None:
        """The amount, or None when nothing was typed."""
        text = str(value or "").strip()
        if not text:
            if self.required:
                raise forms.ValidationError(self.error_messages["required"], code="required")
            return None
        try:
            amount = parse_amount(text)
        except AmountUnreadable as error:
            raise forms.ValidationError(str(AmountUnreadable.__doc__), code="unreadable") from error
        if abs(amount) >= LARGEST:
            raise forms.ValidationError("This amount is too large.", code="too_large")
        return amount.quantize(Decimal("0.001"))

    def prepare_value(self, value: Any) -> Any:
        """The amount as it is typed, with two places unless it has more."""
        if not isinstance(value, Decimal):
            return value
        cents = value.quantize(Decimal("0.01"))
        return str(cents if cents == value else value.normalize())


class TaxRateSelect(PlainSelect):
    """A native list of tax rates whose options carry the percentage, for the sums that move as one types."""

    rates: Mapping[str, str] = {}

    def create_option(self, name: str, value: Any, label: Any, *rest: Any, **options: Any) -> dict[str, Any]:
        """Add the rate to the option."""
        option = super().create_option(name, value, label, *rest, **options)
        option["attrs"]["data-rate"] = self.rates.get(str(value), "")
        return option


@dataclass(frozen=True)
class CostChoices:
    """What the form offers, read once for the document and all of its lines."""

    kinds: Sequence[tuple[str, str]]
    publish_as: Sequence[tuple[str, str]]
    currencies: Sequence[str]
    tax_modes: Sequence[TaxMode]
    tax_rates: Sequence[TaxRate]
    urls: Mapping[ListName, str]
    new_supplier_text: str = ""


class DocumentForm(forms.Form):
    """The document itself."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    over = forms.IntegerField(required=False, min_value=1)
    supplier = ItemField(ListName.SUPPLIERS, allows_new=True, what="suppliers", label="Supplier")
    kind = forms.ChoiceField(label="Type", widget=PlainSelect)
    date = forms.DateField(label="Date", required=False, input_formats=DATE_FORMATS)
    due_date = forms.DateField(label="Due", required=False, input_formats=DATE_FORMATS)
    reference = forms.CharField(label="Reference", max_length=120, required=False)
    currency = forms.ChoiceField(label="Currency", widget=PlainSelect)
    tax_mode = forms.ChoiceField(label="VAT is", widget=PlainSelect)
    total = AmountField(label="Total", required=False)
    note = forms.CharField(
        label="Notes", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    paid = forms.BooleanField(label="Paid already", required=False)
    paid_from = ItemField(ListName.BANK_ACCOUNTS, what="bank accounts", label="Paid from")
    publish_as = forms.ChoiceField(label="as", required=False, widget=PlainSelect)

    def __init__(
        self,
        data: Mapping[str, Any] | None,
        *,
        document: Document,
        choices: CostChoices,
        finder: ItemFinder,
    ) -> None:
        super().__init__(data, initial=_document_values(document))
        self._offer("kind", choices.kinds)
        self._offer("publish_as", choices.publish_as)
        self._offer("currency", [(code, code) for code in choices.currencies])
        self._offer("tax_mode", [(mode.value, TAX_MODE_LABELS[mode]) for mode in choices.tax_modes])
        for name in ("date", "due_date"):
            self.fields[name].widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        self.fields["total"].widget.attrs |= {"inputmode": "decimal", "data-total": "", "autocomplete": "off"}
        self.fields["reference"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        use_lists(self, finder, choices.urls, choices.new_supplier_text)

    def _offer(self, name: str, offered: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(offered)


class LineForm(forms.Form):
    """One line."""

    description = forms.CharField(label="Description", max_length=500, required=False)
    quantity = forms.DecimalField(widget=forms.HiddenInput, required=False, max_digits=12, decimal_places=4)
    category = ItemField(ListName.CATEGORIES, what="categories", label="Category")
    net = AmountField(label="Net", required=False)
    tax_rate = forms.ChoiceField(label="VAT rate", required=False)
    tax = AmountField(label="VAT", required=False)
    tracking_1 = ItemField(ListName.TRACKING_1, what="projects", label="Projects")
    tracking_2 = ItemField(ListName.TRACKING_2, what="projects", label="Projects 2")

    def __init__(self, *args: Any, choices: CostChoices, finder: ItemFinder, **options: Any) -> None:
        super().__init__(*args, **options)
        rate = self.fields["tax_rate"]
        assert isinstance(rate, forms.ChoiceField)
        widget = TaxRateSelect()
        self.tax_rates = choices.tax_rates
        widget.rates = {str(each.id): each.rate for each in choices.tax_rates}
        rate.widget = widget
        rate.choices = [("", "Choose…"), *offer(choices.tax_rates)]
        for name in ("net", "tax"):
            self.fields[name].widget.attrs |= {
                "inputmode": "decimal",
                "data-line": name,
                "autocomplete": "off",
            }
        rate.widget.attrs["data-line"] = "rate"
        use_lists(self, finder, choices.urls, choices.new_supplier_text)

    def to_input(self) -> LineInput:
        """The line as the documents package takes it."""
        values = self.cleaned_data
        return LineInput(
            description=values["description"],
            quantity=values["quantity"] or Decimal(1),
            net=values["net"],
            tax=values["tax"],
            tax_rate_id=chosen_rate(values["tax_rate"], self.tax_rates),
            category_id=_id_of(values["category"]),
            tracking_1_id=_id_of(values["tracking_1"]),
            tracking_2_id=_id_of(values["tracking_2"]),
        )


LineFormSet = forms.formset_factory(
    LineForm, extra=0, can_delete=True, absolute_max=MOST_LINES, max_num=MOST_LINES
)


class CostForms:
    """The document and its lines as one form."""

    def __init__(
        self, document: Document, choices: CostChoices, data: Mapping[str, Any] | None = None
    ) -> None:
        finder = ItemFinder(data)
        lines = list(document.lines.all())
        shared = {"choices": choices, "finder": finder}
        self.document = DocumentForm(data, document=document, choices=choices, finder=finder)
        self.lines = LineFormSet(
            data, prefix="lines", initial=[_line_values(line) for line in lines], form_kwargs=shared
        )
        for form, line in zip(self.lines.forms, lines, strict=False):
            _show_computed_tax(form, line, document.currency)

    def is_valid(self) -> bool:
        """Whether every field can be read."""
        return all([self.document.is_valid(), self.lines.is_valid()])

    @property
    def version(self) -> int:
        """The version of the document that the person saw, or chose to save over."""
        values = self.document.cleaned_data
        version: int = values["over"] or values["version"]
        return version

    @property
    def supplier(self) -> Chosen:
        """The supplier that was chosen, or the name of one to be made."""
        supplier: Chosen = self.document.cleaned_data["supplier"]
        return supplier

    def to_input(self, supplier: ListItem | None) -> DocumentInput:
        """Everything as the documents package takes it."""
        values = self.document.cleaned_data
        return DocumentInput(
            supplier_id=_id_of(supplier),
            kind=DocumentKind(values["kind"]),
            date=values["date"],
            due_date=values["due_date"],
            reference=values["reference"],
            currency=values["currency"],
            tax_mode=TaxMode(values["tax_mode"]),
            total=values["total"],
            note=values["note"],
            paid=values["paid"],
            paid_from_id=_id_of(values["paid_from"]),
            publish_as=PublishAs(values["publish_as"]) if values["publish_as"] else "",
            lines=_list_inputs(self.lines.forms),
        )


def _list_inputs(line_forms: Iterable[LineForm]) -> tuple[LineInput, ...]:
    """The lines that stay, in their order, without those that were added and left empty."""
    inputs = [form.to_input() for form in line_forms if not form.cleaned_data.get("DELETE")]
    said = [line for line in inputs if line != LineInput(tax_rate_id=line.tax_rate_id)]
    return tuple(said or inputs[:1])


def _id_of(item: Chosen) -> Any:
    return item.id if item is not None and not isinstance(item, NewName) else None


def _document_values(document: Document) -> dict[str, Any]:
    names = (
        "version",
        "kind",
        "date",
        "due_date",
        "reference",
        "currency",
        "tax_mode",
        "total",
        "note",
        "paid",
    )
    values = {name: getattr(document, name) for name in names}
    return values | {
        "supplier": document.supplier,
        "paid_from": document.paid_from,
        "publish_as": document.publish_as,
    }


def _show_computed_tax(form: LineForm, line: DocumentLine, currency: str) -> None:
    """A VAT field that nobody filled in shows in grey what the rate makes of the line."""
    rate = str(line.tax_rate.details.get("rate", "")) if line.tax_rate else ""
    if line.tax is None and line.net is not None and rate.replace(".", "", 1).isdecimal():
        form.fields["tax"].widget.attrs["placeholder"] = str(compute_tax(line.net, Decimal(rate), currency))


def _line_values(line: DocumentLine) -> dict[str, Any]:
    names = ("description", "quantity", "net", "tax", "category", "tracking_1", "tracking_2")
    return {name: getattr(line, name) for name in names} | {"tax_rate": str(line.tax_rate_id or "")}


class PublishForm(forms.Form):
    """What the Publish button says beside the document."""

    then = forms.ChoiceField(choices=[("stay", "stay"), ("next", "next")], required=False)


class ArchiveForm(forms.Form):
    """Why a document is not published."""

    why = forms.ChoiceField(
        choices=[
            ("archived", "Archived"),
            ("already there", "Already in the books"),
            (ARCHIVED_EARLY, "Dated before the new books"),
        ]
    )


class DecisionForm(forms.Form):
    """What a person decides about a document that waits for them."""

    CHOICES = (
        ("attach", "Attach our file to that one"),
        ("publish", "Publish anyway"),
        ("look", "Look again"),
        ("create", "Create the supplier"),
        ("file", "Attach the file again"),
    )
    choice = forms.ChoiceField(choices=CHOICES)
    remote_id = forms.CharField(max_length=160, required=False)


class UploadForm(forms.Form):
    """The files of an upload; each is judged by itself, by its content."""

    MOST_FILES = 50

    def __init__(self, files: Iterable[Any]) -> None:
        super().__init__({})
        self.files_sent = list(files)

    def clean(self) -> dict[str, Any]:
        """At least one file, and not more at once than can be read in one request."""
        if not self.files_sent:
            raise forms.ValidationError("Choose at least one file.", code="required")
        if len(self.files_sent) > self.MOST_FILES:
            raise forms.ValidationError(f"At most {self.MOST_FILES} files at once. Upload the others next.")
        return self.cleaned_data
