"""The form of a supplier rule: what is left empty leaves that field of a document alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms

from bookbind.lists.models import ListItem
from bookbind.providers.base.types import DocumentKind, ListName, PublishAs
from bookbind.rules.evaluate import DueMode
from bookbind.rules.services import RuleInput
from bookbind.web.forms.lists_items import Chosen, ItemField, ItemFinder, NewName, use_lists
from bookbind.web.forms.tax_rates import TaxRate, chosen_rate, offer

LEAVE = "Leave as it is"
DUE_CHOICES = [
    ("", LEAVE),
    (DueMode.DAYS_AFTER_DATE.value, "days after the document's date"),
    (DueMode.DAYS_AFTER_MONTH_END.value, "days after the end of its month"),
    (DueMode.DAY_OF_NEXT_MONTH.value, "is the day of the next month"),
]
AUTO_CHOICES = [
    ("", "As the settings say"),
    ("yes", "Yes, when complete and adding up"),
    ("no", "No, I look first"),
]
AUTO_VALUES: dict[str, bool | None] = {"": None, "yes": True, "no": False}


@dataclass(frozen=True)
class RuleChoices:
    """What the form offers, in the words of the connected software; `tax_help` stands under the tax rate."""

    kinds: Sequence[tuple[str, str]]
    publish_as: Sequence[tuple[str, str]]
    tax_rates: Sequence[TaxRate]
    urls: Mapping[ListName, str]
    tracking: tuple[str, str] = ("Projects", "Projects 2")
    tax_help: str = ""


class RuleForm(forms.Form):
    """One rule. `version` notices that somebody else saved it meanwhile."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    supplier = ItemField(
        ListName.SUPPLIERS, what="suppliers", allows_new=True, required=True, label="Supplier"
    )
    category = ItemField(ListName.CATEGORIES, what="categories", label="Category")
    tax_rate = forms.ChoiceField(label="VAT rate", required=False)
    due_mode = forms.ChoiceField(label="Due date", choices=DUE_CHOICES, required=False)
    due_days = forms.IntegerField(label="Days", required=False, min_value=0, max_value=366)
    tracking_1 = ItemField(ListName.TRACKING_1, what="projects", label="Projects")
    tracking_2 = ItemField(ListName.TRACKING_2, what="projects", label="Projects 2")
    publish_to = forms.ChoiceField(label="Publish to", required=False)
    publish_as = forms.ChoiceField(label="Publish as", required=False)
    auto_publish = forms.ChoiceField(label="Publish by itself", choices=AUTO_CHOICES, required=False)

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        choices: RuleChoices,
        values: RuleInput | None = None,
        supplier: ListItem | None = None,
        version: int | None = None,
    ) -> None:
        shown = _initial(values or RuleInput()) | {"version": version, "supplier": supplier}
        super().__init__(data, initial=shown)
        self.supplier_is_fixed = supplier is not None
        if self.supplier_is_fixed:
            del self.fields["supplier"]
        self.tax_rates = choices.tax_rates
        self._offer("tax_rate", [("", LEAVE), *offer(choices.tax_rates)])
        self.fields["tax_rate"].help_text = choices.tax_help
        self._offer("publish_to", [("", LEAVE), *choices.kinds])
        self._offer("publish_as", [("", LEAVE), *choices.publish_as])
        for name, label in zip(("tracking_1", "tracking_2"), choices.tracking, strict=True):
            self.fields[name].label = label
        use_lists(self, ItemFinder(data), choices.urls, "Add “{}”")

    @property
    def chosen_supplier(self) -> Chosen:
        """The supplier that was chosen, when the form asks for one."""
        chosen: Chosen = self.cleaned_data.get("supplier")
        return chosen

    def to_input(self) -> RuleInput:
        """The rule as the rules package takes it."""
        values = self.cleaned_data
        return RuleInput(
            category_id=_id_of(values["category"]),
            tax_rate_id=chosen_rate(values["tax_rate"], self.tax_rates),
            tracking_1_id=_id_of(values["tracking_1"]),
            tracking_2_id=_id_of(values["tracking_2"]),
            due_mode=DueMode(values["due_mode"]),
            due_days=values["due_days"] if values["due_mode"] else None,
            publish_to=DocumentKind(values["publish_to"]) if values["publish_to"] else "",
            publish_as=PublishAs(values["publish_as"]) if values["publish_as"] else "",
            auto_publish=AUTO_VALUES[values["auto_publish"]],
        )

    def _offer(self, name: str, offered: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(offered)


class RevisionForm(forms.Form):
    """Which earlier version to go back to."""

    version = forms.IntegerField(min_value=1)


class SwitchForm(forms.Form):
    """Whether the rule is to be on."""

    active = forms.ChoiceField(choices=[("on", "on"), ("off", "off")])


def _id_of(item: Chosen) -> UUID | None:
    return item.id if item is not None and not isinstance(item, NewName) else None


def _initial(values: RuleInput) -> dict[str, Any]:
    ids = [values.category_id, values.tracking_1_id, values.tracking_2_id]
    items = ListItem.objects.in_bulk([each for each in ids if each is not None])
    auto = next(key for key, value in AUTO_VALUES.items() if value is values.auto_publish)
    return {
        "category": items.get(values.category_id),
        "tracking_1": items.get(values.tracking_1_id),
        "tracking_2": items.get(values.tracking_2_id),
        "tax_rate": str(values.tax_rate_id or ""),
        "due_mode": values.due_mode.value,
        "due_days": values.due_days,
        "publish_to": str(values.publish_to),
        "publish_as": str(values.publish_as),
        "auto_publish": auto,
    }
