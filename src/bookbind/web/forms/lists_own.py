"""Forms of the lists that the business keeps itself: one entry, and a file with many."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from bookbind.kit.sheets import MOST_BYTES, CellError
from bookbind.lists.columns import CODE, ID, NAME, facts_of
from bookbind.lists.labels import CODED_LISTS
from bookbind.providers.base.types import ListName

_HELP = {"rate": "In percent, such as 20 or 17.5.", "currency": "Three letters, such as GBP."}


class EntryForm(forms.Form):
    """One entry of a list; what a field may hold is decided by the list, the same as for a file."""

    def __init__(self, data: Mapping[str, Any] | None, *, name: ListName, cells: Mapping[str, str]) -> None:
        super().__init__(data, initial={_field(name, heading): text for heading, text in cells.items()})
        self.list_name = name
        self.fields["name"] = _text(NAME, required=True)
        self.fields["name"].widget.attrs["autofocus"] = True
        self.fields["code"] = _text(CODE, required=False)
        for column in facts_of(name):
            present = cells.get(column.heading, "")
            if column.choices is None:
                self.fields[column.key] = _text(column.heading, column.required, _HELP.get(column.key, ""))
                continue
            # A vendor's own word stays choosable for the entry that has it.
            words = dict.fromkeys(filter(None, (*column.choices.values(), present)))
            self.fields[column.key] = forms.ChoiceField(
                label=column.heading,
                required=column.required,
                choices=[("", "Choose…"), *((word, word) for word in words)],
            )
        if name in CODED_LISTS:
            self.order_fields(["code", "name"])

    def to_cells(self) -> dict[str, str]:
        """What was typed, by heading, as a file would say it."""
        headings = {NAME: "name", CODE: "code"} | {c.heading: c.key for c in facts_of(self.list_name)}
        return {heading: str(self.cleaned_data.get(field) or "") for heading, field in headings.items()}

    def take_errors(self, errors: Iterable[CellError]) -> None:
        """Put what is wrong beside its field."""
        for error in errors:
            field = _field(self.list_name, error.column)
            self.add_error(field if field in self.fields else None, error.what)


class UploadCsvForm(forms.Form):
    """A CSV file; what stands in it is looked at only after this."""

    file = forms.FileField(
        label="CSV file",
        error_messages={"required": "Choose a file first.", "empty": "This file is empty."},
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,text/csv"}),
    )

    def clean_file(self) -> Any:
        """Not too large to be read at once."""
        file: Any = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            size = MOST_BYTES // 1024 // 1024
            raise forms.ValidationError(
                f"This file is larger than {size} MB. Split it and import one part after the other.",
                code="large",
            )
        return file


class ConfirmForm(forms.Form):
    """The press of Import: it names the changes that the person saw."""

    digest = forms.CharField(max_length=64)


class ArchiveItemForm(forms.Form):
    """Whether an entry is offered any more."""

    archived = forms.ChoiceField(choices=[("on", "Archive"), ("off", "Bring back")])


def _text(label: str, required: bool, help_text: str = "") -> forms.CharField:  # noqa: FBT001
    return forms.CharField(
        label=label,
        required=required,
        help_text=help_text,
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _field(name: ListName, heading: str) -> str:
    keys = {NAME: "name", CODE: "code", ID: "id"} | {column.heading: column.key for column in facts_of(name)}
    return keys.get(heading, "")
