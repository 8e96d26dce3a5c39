"""A form field that takes an entry of one of the business's lists, or a name that no entry has yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from bookbind.kit.text import clean_text, fold_name
from bookbind.lists.labels import CODED_LISTS
from bookbind.lists.labels import item_label as label_of
from bookbind.lists.merging import adopt_chosen
from bookbind.lists.models import ListItem
from bookbind.providers.base.types import ListName

LONGEST_NAME = 255
TYPED = "__typed"


@dataclass(frozen=True)
class NewName:
    """A name that no entry has yet; the entry is made when the form is saved."""

    name: str


@dataclass(frozen=True)
class Sent:
    """What the browser sent for one field: the id of an entry, or the text that was typed instead."""

    item_id: str
    text: str


Chosen = ListItem | NewName | None


def item_label(item: ListItem) -> str:
    """The entry as pages name it: `400 Advertising`, `City Fuel Ltd`."""
    return label_of(item.name, item.code) if item.list in CODED_LISTS else item.name


class ItemFinder:
    """Finds what a form chose: every id of the request in one query, typed names one by one."""

    def __init__(self, data: Mapping[str, str] | None = None) -> None:
        self._by_id: dict[UUID, ListItem] = {}
        if data:
            found = ListItem.objects.filter(id__in=_uuids(data.values()))
            self._by_id = {item.id: item for item in found}

    def find(self, name: ListName, sent: Sent) -> ListItem | None:
        """The entry with the id, else the only live one that goes by the typed name or code."""
        for each in _uuids([sent.item_id]):
            if each not in self._by_id and (adopted := adopt_chosen(name, each)) is not None:
                # Offered as only in the books: choosing it made it one of ours.
                self._by_id[each] = adopted
            if each in self._by_id:
                return self._by_id[each] if self._by_id[each].list == name else None
        return self._find_by_text(name, clean_text(sent.text, LONGEST_NAME))

    @staticmethod
    def _find_by_text(name: ListName, text: str) -> ListItem | None:
        if not text:
            return None
        live = ListItem.objects.filter(list=name, archived_at__isnull=True, merged_into__isnull=True)
        named = list(live.filter(folded_name=fold_name(text))[:2])
        if not named and name in CODED_LISTS:
            named = list(live.filter(code__iexact=text)[:2])
        return named[0] if len(named) == 1 else None

    def label(self, item_id: str) -> str:
        """The label of an entry that this request chose."""
        return next((item_label(self._by_id[each]) for each in _uuids([item_id]) if each in self._by_id), "")


def _uuids(texts: Iterable[str]) -> list[UUID]:
    found = []
    for text in texts:
        try:
            found.append(UUID(str(text)))
        except ValueError:
            continue
    return found


class ItemPicker(forms.Widget):
    """A select that the browser turns into a field with suggestions; the server gives them as one types."""

    template_name = "lists/_picker.html"
    finder: ItemFinder | None = None

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Sent:  # noqa: ARG002
        """Id and text as they were sent."""
        return Sent(data.get(name, ""), data.get(f"{name}{TYPED}", ""))

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:  # noqa: ARG002
        """Whether the form was sent without this field."""
        return name not in data

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What the template shows."""
        context = super().get_context(name, None, attrs)
        given = context["widget"]["attrs"]
        own = {key: given.pop(key, "") for key in ("url", "new_text", "placeholder")}
        context["widget"] |= {"own": own, **self._shown(value)}
        return context

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002 - the library's signature
    ) -> SafeString:
        """The template lies with the pages, which form renderers do not search."""
        return render_to_string(self.template_name, self.get_context(name, value, attrs))

    def _shown(self, value: Any) -> dict[str, str]:
        if isinstance(value, ListItem):
            return {"item_id": str(value.id), "label": item_label(value), "typed": ""}
        if isinstance(value, Sent):
            label = self.finder.label(value.item_id) if self.finder else ""
            return {"item_id": value.item_id if label else "", "label": label, "typed": value.text}
        return {"item_id": "", "label": "", "typed": ""}


class ItemField(forms.Field):
    """Takes an entry of one list. `allows_new`: an unknown name is a NewName instead of an error.

    `what` names the list inside a sentence. `use` must be called by the form, which knows the business.
    """

    widget = ItemPicker
    finder: ItemFinder

    def __init__(self, name: ListName, *, what: str, allows_new: bool = False, **options: Any) -> None:
        super().__init__(required=options.pop("required", False), **options)
        self.list_name = name
        self.allows_new = allows_new
        self.what = what

    def use(self, finder: ItemFinder, url: str, new_text: str = "") -> None:
        """Say where entries are looked up, by the server and by the browser, and what a new name leads to."""
        self.finder = finder
        assert isinstance(self.widget, ItemPicker)
        self.widget.finder = finder
        offer = {"new_text": new_text or "Use “{}”"} if self.allows_new else {}
        self.widget.attrs |= {"url": url, **offer}

    def clean(self, value: Any) -> Chosen:
        """The entry, a new name, or nothing."""
        sent = value if isinstance(value, Sent) else Sent("", "")
        found = self.finder.find(self.list_name, sent)
        if found is not None:
            return found
        text = clean_text(sent.text, LONGEST_NAME)
        if text and self.allows_new:
            return NewName(text)
        if text or sent.item_id:
            named = f"“{text}”" if text else "What you chose"
            raise forms.ValidationError(
                f"{named} is not in your {self.what}. Choose another.", code="unknown"
            )
        if self.required:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether another entry or name was sent than was shown."""
        before = str(initial.id) if isinstance(initial, ListItem) else ""
        return isinstance(data, Sent) and (data.item_id != before or bool(data.text))


def use_lists(form: forms.Form, finder: ItemFinder, urls: Mapping[ListName, str], new_text: str = "") -> None:
    """Tell every item field of a form where it finds its entries."""
    for field in form.fields.values():
        if isinstance(field, ItemField):
            field.use(finder, urls[field.list_name], new_text)
