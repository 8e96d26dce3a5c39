"""The frame: navigation, switcher, banner, headers, and what templates must not contain."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

import bookbind.web
from bookbind.kit import clock
from bookbind.tenancy.models import Business
from tests.support.factories import People, make_business, make_connection
from tests.support.pages import read
from tests.support.queries import assert_rows_add_no_queries
from tests.web.conftest import Browse

TEMPLATES = Path(bookbind.web.__file__).parent / "templates"


def hub(business: Business) -> str:
    return f"/b/{business.slug}/settings/"


def test_the_navigation_marks_where_one_is(people: People, browse: Browse) -> None:
    page = read(browse(people.alice).get(hub(people.acme)))
    assert [words for words, _ in page.links if words in ("Costs Costs", "Lists Lists", "Rules Rules")]
    assert re.search(r'settings/"[^>]* aria-current="page"', page.html)
    assert people.acme.name in page.text


def test_an_accountant_can_switch_between_clients(people: People, browse: Browse) -> None:
    make_business("Birch Ltd", practice=people.harbour)
    page = read(browse(people.carol).get(hub(people.acme)))
    assert page.link("Birch Ltd").startswith("/b/birch")
    assert page.link("All clients") == "/clients/"


def test_a_person_of_one_business_has_no_switcher(people: People, browse: Browse) -> None:
    page = read(browse(people.alice).get(hub(people.acme)))
    assert "All clients" not in page.text


def test_the_switcher_costs_the_same_with_many_clients(people: People, browse: Browse) -> None:
    client = browse(people.carol)

    def more() -> None:
        for number in range(30):
            make_business(f"Client {number}", practice=people.harbour)

    make_business("Birch Ltd", practice=people.harbour)
    assert_rows_add_no_queries(lambda: client.get(hub(people.acme)), more, most=16)


def test_a_healthy_connection_has_no_banner(people: People, browse: Browse) -> None:
    make_connection(people.acme, people.alice)
    assert 'class="banner' not in read(browse(people.alice).get(hub(people.acme))).html


def test_the_banner_names_the_date_and_the_one_button(people: People, browse: Browse) -> None:
    now = clock.now()
    make_connection(people.acme, people.alice, consent_expires_at=now, lapsed_at=now)
    page = read(browse(people.alice).get(hub(people.acme)))
    assert f"Your connection to Xero ({people.acme.name}) expired on" in page.text
    assert page.has_button("Reconnect")


def test_a_standard_user_is_told_whom_to_ask(people: People, browse: Browse) -> None:
    now = clock.now()
    make_connection(people.acme, people.alice, consent_expires_at=now, lapsed_at=now)
    page = read(browse(people.bob).get(hub(people.acme)))
    assert "Publishing to Xero is paused." in page.text
    assert f"{people.alice.get_full_name()}" in page.text
    assert "Harbour & Co (your accountant)" in page.text
    assert page.has_button("Ask them")
    assert not page.has_button("Reconnect")


def test_home_leads_to_the_business_opened_last(people: People, browse: Browse) -> None:
    birch = make_business("Birch Ltd", practice=people.harbour)
    client = browse(people.carol)
    assert read(client.get("/", follow=True)).path == "/clients/"
    client.get(hub(birch))
    assert client.get("/")["Location"] == f"/b/{birch.slug}/costs/"


def test_somebody_without_a_business_is_told_what_to_do(people: People, browse: Browse) -> None:
    page = read(browse(people.dave).get("/"))
    assert page.status == 200
    assert "don't belong to a business yet" in page.text


def test_private_pages_are_never_cached_and_allow_no_foreign_code(people: People, browse: Browse) -> None:
    headers = read(browse(people.alice).get(hub(people.acme))).headers
    assert "no-store" in headers["Cache-Control"]
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "style-src 'self'" in policy
    assert "unsafe" not in policy
    assert headers["X-Frame-Options"] == "DENY"


def test_health_needs_no_sign_in(db: None) -> None:
    assert Client().get("/healthz").content == b"ok"


def test_the_style_page_draws_every_component(db: None) -> None:
    page = read(Client().get("/demo/components"))
    assert page.status == 200
    drawn = {path.stem.replace("_", "-") for path in (TEMPLATES / "cotton").glob("*.html")}
    source = (TEMPLATES / "shell" / "components.html").read_text()
    missing = {name for name in drawn if f"<c-{name}" not in source} - {"field"}
    assert not missing, missing
    assert "<c-" not in page.html


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda path: path.name)
def test_templates_have_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<[^>]*\sstyle=", text)
    assert not re.search(r"<[^>]*\s(on\w+|hx-on[:\w-]*)=", text)
    assert not re.search(r"<style|<script(?![^>]*\ssrc=)(?![^>]*application/json)", text)


def test_static_files_that_are_named_exist() -> None:
    named = set()
    for path in TEMPLATES.rglob("*.html"):
        named |= set(re.findall(r"{% static [\"']([^\"']+)[\"'] %}", path.read_text()))
    root = Path(bookbind.web.__file__).parent / "static"
    assert named
    assert not [name for name in named if not (root / name).exists()]
    styles = (root / "css" / "app.css").read_text()
    assert not [
        name for name in re.findall(r'url\("([^"]+)"\)', styles) if not (root / "css" / name).exists()
    ]


def test_the_demo_bar_is_shown_in_the_demo_alone(people: People, browse: Browse) -> None:
    page = read(browse(people.alice).get(hub(people.acme)))
    assert ('class="demo-bar"' in page.html) == settings.CONFIG.is_demo
    assert "Skip ahead" in page.text
