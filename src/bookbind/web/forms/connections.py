"""Forms on the way to a connection and about how it publishes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms

from bookbind.lists.models import ListItem
from bookbind.providers.base.contract import Provider
from bookbind.providers.base.types import DocumentKind, PublishAs
from bookbind.publishing.configuration import SettingsInput
from bookbind.publishing.instead import KEEP_LABEL, find_way
from bookbind.publishing.models import PublishingSettings

Choices = list[tuple[str, str]]


class ChooseForm(forms.Form):
    """Which organisation."""

    organisation = forms.CharField(max_length=160, error_messages={"required": "Choose an organisation."})


class FinishForm(forms.Form):
    """What happens to waiting documents, and that an organisation may be shared.

    `name_seen` is the organisation's name, where the page said that it is not the business's.
    `confirmed_from` is the first day that was asked about; another one is asked about anew.
    """

    NOW, LOOK = "now", "look"
    publish = forms.ChoiceField(
        choices=[(NOW, "Publish them now"), (LOOK, "Let me look first")], required=False
    )
    shared = forms.BooleanField(required=False)
    name_seen = forms.CharField(required=False)
    documents_from = forms.DateField(
        label="Use the new books for documents dated from",
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="Earlier ones wait until you say what becomes of them. Leave it empty to move them all.",
    )
    confirmed_from = forms.DateField(required=False)


class WaitingForm(forms.Form):
    """What documents that are ready for the old books do in a change; `back` names books to return to."""

    FIRST, ALONG = "first", "along"
    waiting = forms.ChoiceField(
        choices=[(FIRST, "Publish them first"), (ALONG, "They go to the new books")], required=False
    )
    back = forms.UUIDField(required=False)

    @property
    def publish_first(self) -> bool:
        """Whether the old books get them."""
        return bool(self.cleaned_data["waiting"] == self.FIRST)


class SettingsForm(forms.Form):
    """How documents reach the books; the choices are the vendor's and the business's own."""

    publish_to = forms.ChoiceField(
        label="Publish to", help_text="Where new documents go unless a rule or you say otherwise."
    )
    publish_as = forms.ChoiceField(
        label="Publish as",
        help_text="How final they are there; never more final than this.",
        error_messages={"required": "Choose how final documents are there."},
    )
    default_tax_rate = forms.ChoiceField(
        label="Default tax rate", required=False, help_text="For lines that no rule sets."
    )
    tax_amounts = forms.ChoiceField(
        label="Tax amount",
        choices=PublishingSettings.TaxAmounts.choices,
        widget=forms.RadioSelect,
        help_text="Which amount stands in the books when the two differ by a penny.",
    )
    paid_from = forms.ChoiceField(
        label="Paid from", required=False, help_text="The bank account or card that paid documents come from."
    )
    new_suppliers = forms.ChoiceField(
        label="New suppliers",
        choices=PublishingSettings.NewSuppliers.choices,
        widget=forms.RadioSelect,
        help_text="What happens on publish with a supplier that the books don't have.",
    )
    auto_publish = forms.BooleanField(
        label="Publish by itself",
        required=False,
        help_text="Documents that are coded completely and add up are published without a press.",
    )
    exceptions = forms.MultipleChoiceField(required=False)
    add_exception = forms.CharField(required=False, max_length=36)
    books_closed_until = forms.DateField(
        label="Books closed up to",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Documents dated on or before this day wait for you, whatever the software allows.",
    )

    def __init__(
        self,
        data: Any = None,
        *,
        provider: Provider,
        settings: PublishingSettings,
        tax_rates: Choices,
        bank_accounts: Choices,
        exceptions: Iterable[ListItem],
    ) -> None:
        super().__init__(data, initial=_initial(settings))
        self.provider = provider
        self.kept: tuple[DocumentKind, PublishAs] | None = None
        excepted = [(str(item.id), item.name) for item in exceptions]
        self._set_choices("publish_to", [(kind.kind.value, kind.label) for kind in provider.kinds])
        self._set_choices("publish_as", self._ways(settings))
        self._set_choices("default_tax_rate", [("", "None"), *tax_rates])
        self._set_choices("paid_from", [("", "None"), *bank_accounts])
        self._set_choices("exceptions", excepted)
        self.initial["exceptions"] = [key for key, _ in excepted]

    def clean_add_exception(self) -> UUID | None:
        """The supplier that was added to the exceptions, if any."""
        text = self.cleaned_data["add_exception"]
        try:
            return UUID(text) if text else None
        except ValueError as error:
            raise forms.ValidationError("Choose a supplier from the list.") from error

    def clean(self) -> dict[str, Any]:
        """Refuse a finality that the vendor does not have for this kind, in its own words."""
        values: dict[str, Any] = super().clean() or {}
        kind = (
            self.provider.kind_choice(DocumentKind(values["publish_to"])) if "publish_to" in values else None
        )
        wanted = values.get("publish_as")
        if kind is None or not wanted or (kind.kind, wanted) == self.kept:
            return values
        if wanted not in {choice.publish_as for choice in kind.choices}:
            possible = ", ".join(choice.label for choice in kind.choices)
            self.add_error("publish_as", f"{self.provider.name} takes {kind.label} only as: {possible}.")
        return values

    def read(self) -> SettingsInput:
        """The whole form as the service takes it."""
        values = self.cleaned_data
        excepted = {UUID(key) for key in values["exceptions"]}
        if values["add_exception"]:
            excepted.add(values["add_exception"])
        return SettingsInput(
            publish_to=DocumentKind(values["publish_to"]),
            publish_as=PublishAs(values["publish_as"]),
            default_tax_rate_id=_uuid(values["default_tax_rate"]),
            tax_amounts=values["tax_amounts"],
            paid_from_id=_uuid(values["paid_from"]),
            new_suppliers=values["new_suppliers"],
            auto_publish=values["auto_publish"],
            auto_publish_exception_ids=frozenset(excepted),
            books_closed_until=values["books_closed_until"],
        )

    def _ways(self, settings: PublishingSettings) -> Choices:
        """The ways to publish; one that came from other books and is missing is not replaced unasked."""
        ways = _finalities(self.provider)
        asked = (DocumentKind(settings.publish_to), PublishAs(settings.publish_as))
        kind = self.provider.kind_choice(asked[0])
        if kind is None or asked[1] in {choice.publish_as for choice in kind.choices}:
            return ways
        way = find_way(*asked, self.provider.kinds, settings.instead)
        lacks = f"{self.provider.name} has no such way as before"
        said = f"{lacks}: choose how final they are there."
        if way.kept:
            self.kept = asked
            ways = [(asked[1].value, KEEP_LABEL), *ways]
            said = f"{lacks}. Chosen in Merge lists: {KEEP_LABEL}."
        elif way.publish_as != asked[1]:
            self.initial["publish_as"] = way.publish_as.value
            said = f"{lacks}. Chosen in Merge lists: {dict(ways)[way.publish_as.value]}."
        else:
            self.initial["publish_as"] = ""
            ways = [("", "Choose…"), *ways]
        self.fields["publish_as"].help_text = said
        return ways

    def _set_choices(self, name: str, choices: Choices) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices


def _initial(settings: PublishingSettings) -> dict[str, object]:
    return {
        "publish_to": settings.publish_to,
        "publish_as": settings.publish_as,
        "default_tax_rate": str(settings.default_tax_rate_id or ""),
        "tax_amounts": settings.tax_amounts,
        "paid_from": str(settings.paid_from_id or ""),
        "new_suppliers": settings.new_suppliers,
        "auto_publish": settings.auto_publish,
        "books_closed_until": settings.books_closed_until,
    }


def _finalities(provider: Provider) -> Choices:
    """Every way to publish that any kind of document has, the least final first, each once."""
    found: dict[str, str] = {}
    for kind in provider.kinds:
        for choice in kind.choices:
            found.setdefault(choice.publish_as.value, choice.label)
    order = [publish_as.value for publish_as in PublishAs]
    return sorted(found.items(), key=lambda item: order.index(item[0]))


def _uuid(text: str) -> UUID | None:
    return UUID(text) if text else None
