"""What is written out at once for speed is what the ordinary way shows."""

from django import forms
from django.template import Context, Template
from django.test import SimpleTestCase
from django_cotton.compiler_regex import CottonCompiler

from bookbind.web.forms.widgets import PlainSelect
from bookbind.web.templatetags.ui import state

HOSTILE = '"><script>boom</script>'
CHOICES = [("", "Choose…"), ("a", "First"), (HOSTILE, HOSTILE)]


def test_a_plain_select_is_the_stock_one() -> None:
    for value in ("a", "", None, HOSTILE):
        attrs = {"id": "x", "data-line": HOSTILE, "disabled": True}
        plain, stock = (
            kind(choices=CHOICES).render("field", value, attrs) for kind in (PlainSelect, forms.Select)
        )
        SimpleTestCase().assertHTMLEqual(plain, stock)
        assert "<script>" not in plain


def test_the_state_tag_shows_what_the_component_shows() -> None:
    for tone, icon in (("ok", ""), ("warn", "pause-circle")):
        source = '<c-state tone="{{ tone }}" icon="{{ icon }}">{{ word }}</c-state>'
        component = Template(CottonCompiler().process(source))
        shown = component.render(Context({"tone": tone, "icon": icon, "word": HOSTILE}))
        SimpleTestCase().assertHTMLEqual(state(tone, HOSTILE, icon), shown)
        assert "<script>" not in state(tone, HOSTILE, icon)
