"""The forms of the Lists pages: combine, keep apart, match."""

from typing import Any

from django import forms

from bookbind.lists.models import ListItem, RemoteItem
from bookbind.lists.queries import items_by_id
from bookbind.providers.base.types import ListName


class PairForm(forms.Form):
    """Two different live entries of one list; `kept` is the one that stays."""

    kept = forms.UUIDField()
    absorbed = forms.UUIDField()

    def __init__(self, *args: Any, name: ListName, **options: Any) -> None:
        super().__init__(*args, **options)
        self.list_name = name

    def clean(self) -> dict[str, Any]:
        """Both entries, as rows of this list in the scope in force."""
        values = super().clean() or {}
        ids = [values.get("kept"), values.get("absorbed")]
        found = ListItem.objects.filter(list=self.list_name).in_bulk([i for i in ids if i])
        combined = [item for item in found.values() if item.merged_into_id is not None]
        if combined:
            kept = items_by_id([combined[0].id])[combined[0].id]
            raise forms.ValidationError(
                f"{combined[0].name} is read as {kept.name} already.", code="combined"
            )
        if len(found) != 2:
            raise forms.ValidationError("Choose two different entries of this list.", code="pair")
        return {"kept": found[ids[0]], "absorbed": found[ids[1]]}


class MatchForm(forms.Form):
    """Which entry of the books stands for one of ours."""

    item = forms.UUIDField()
    remote = forms.UUIDField(error_messages={"required": "Choose an entry first."})

    def __init__(self, *args: Any, name: ListName, connection_id: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.list_name = name
        self.connection_id = connection_id

    def clean(self) -> dict[str, Any]:
        """Both rows, in the scope in force."""
        values = super().clean() or {}
        if self.errors:
            return values
        item = ListItem.objects.filter(id=values["item"], list=self.list_name).first()
        remote = RemoteItem.objects.filter(
            id=values["remote"], list=self.list_name, connection_id=self.connection_id
        ).first()
        if item is None or remote is None:
            raise forms.ValidationError("That entry is not there any more. Look again.", code="gone")
        return {"item": item, "remote": remote}
