"""Controls that a page has many of, written out at once."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class PlainSelect(forms.Select):
    """A native list. Django's own renders a template for every option, which a page with many lists feels."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,  # noqa: ARG002
    ) -> SafeString:
        """The list with its options; groups are not used."""
        widget = self.get_context(name, value, attrs)["widget"]
        options = (
            (flatatt({"value": str(option["value"]), **option["attrs"]}), option["label"])
            for _, group, _ in widget["optgroups"]
            for option in group
        )
        written = format_html_join("", "<option{}>{}</option>", options)
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(widget["attrs"]), written)
