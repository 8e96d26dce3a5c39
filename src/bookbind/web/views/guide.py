"""The guide for those who use Bookbind, read from docs/guide, where the same pages can be read without it."""

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET
from markdown_it import MarkdownIt

from bookbind.web.access import PersonRequest, signed_in

_PAGE_LINK = re.compile(r'href="([a-z0-9-]+)\.md(#[^"]*)?"')
_PICTURE = re.compile(r"[a-z0-9-]+\.png")


@require_GET
@signed_in
def guide(request: PersonRequest, subject: str) -> HttpResponse:
    """One page of the guide."""
    path = _docs() / "guide" / f"{subject}.md"
    if not path.is_file():
        raise Http404
    title, _, text = path.read_text(encoding="utf-8").partition("\n")
    context = {"title": title.lstrip("# ").strip(), "text": render_guide(text)}
    return render(request, "guide/page.html", context)


@require_GET
@signed_in
def picture(request: PersonRequest, picture_name: str) -> HttpResponse:  # noqa: ARG001 - given to every view
    """A picture of the guide."""
    path = _docs() / "pictures" / picture_name
    if not _PICTURE.fullmatch(picture_name) or not path.is_file():
        raise Http404
    return HttpResponse(path.read_bytes(), content_type="image/png")


def render_guide(text: str) -> str:
    """Our own markdown as HTML; raw HTML in it is shown as it is written, and links lead to other pages."""
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    return mark_safe(_PAGE_LINK.sub(r'href="../\1/\2"', html))  # noqa: S308 - ours, and raw HTML is off


def _docs() -> Path:
    found: Path | None = settings.DOCS_ROOT
    if found is None:
        raise Http404
    return found
