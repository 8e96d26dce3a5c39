"""The guide inside the product: the same pages as in docs/guide, with their pictures and their links."""

from pathlib import Path

import pytest

from bookbind.web.views.guide import render_guide
from tests.support.factories import People
from tests.support.pages import read
from tests.support.processes import ROOT
from tests.web.conftest import Browse

pytestmark = pytest.mark.django_db

PAGES = sorted((ROOT / "docs" / "guide").glob("*.md"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_every_page_of_the_guide_is_shown(people: People, browse: Browse, path: Path) -> None:
    page = read(browse(people.bob).get(f"/guide/{path.stem}/"))
    assert page.status == 200
    assert page.heading == path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def test_links_lead_to_other_pages_and_raw_html_is_only_text() -> None:
    html = render_guide("[more](reconnect.md#who) <script>alert(1)</script> ![x](../pictures/a.png)")
    assert 'href="../reconnect/#who"' in html
    assert "<script>" not in html
    assert 'src="../pictures/a.png"' in html


def test_a_picture_is_named_and_nothing_else_is_read(people: People, browse: Browse) -> None:
    bob = browse(people.bob)
    assert bob.get("/guide/pictures/cost.png")["Content-Type"] == "image/png"
    assert bob.get("/guide/pictures/..%2f..%2fREADME.md").status_code == 404
    assert bob.get("/guide/nothing/").status_code == 404
