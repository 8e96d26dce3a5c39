"""Every page, in light and in dark, looked at by axe; on a telephone nothing may scroll sideways."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # It ships no types.
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.conftest import Visitor
from tests.browser.steps import allow, begin_reconnect, go_to_vendor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

# Empty when nothing sticks out; else by how much, and the three elements that reach farthest.
WIDEST = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return "";
  const out = [...document.querySelectorAll("body *")]
    .map((each) => [Math.round(each.getBoundingClientRect().right), each.tagName + "." + each.className])
    .sort((a, b) => b[0] - a[0]);
  return `${page.scrollWidth} > ${page.clientWidth}: ${out.slice(0, 3).join(" | ")}`;
}"""
EVERYTHING: dict[str, object] = {"resultTypes": ["violations"]}
CONTRAST: dict[str, object] = EVERYTHING | {"runOnly": ["color-contrast"]}
TELEPHONE: ViewportSize = {"width": 320, "height": 640}
DESK: ViewportSize = {"width": 1280, "height": 900}
JO = "jo@harbour.test"
LONG = "x" * 200
RECONNECTABLE = ("fern-catering", "gorse-motors")
CLIENTS = (
    "birch-co",
    "cole-son",
    "dale",
    "elm-street-dental",
    *RECONNECTABLE,
    "hazel-interiors",
    "ivy-lane-bakery",
)
CONNECTION_PAGES = ("settings", "refresh", "disconnect", "history", "change", "merge", "help", "reconnect")


@dataclass(frozen=True)
class Stop:
    """One page to look at: a name for its picture, and its address."""

    name: str
    path: str


@dataclass
class Seen:
    """What is wrong with the pages; nothing in each where nothing is."""

    complaints: list[str] = field(default_factory=list)
    too_wide: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def jo(stay: Callable[..., Visitor]) -> Visitor:
    """The accountant, who may open every client."""
    return stay("Jo Harbour", reduced_motion="reduce")


@pytest.fixture(scope="module")
def stops(jo: Visitor) -> list[Stop]:
    """Every page that the accountant can open, by its address."""
    return [*_practice_stops(), *_business_stops(jo), *_document_stops(jo), *_flow_stops(jo)]


@pytest.fixture(scope="module")
def seen(jo: Visitor, stops: list[Stop]) -> Seen:
    """What there is to say about these pages, each opened on a telephone and then wide."""
    seen = Seen()
    page = jo.page
    for stop in stops:
        page.set_viewport_size(TELEPHONE)
        jo.open(stop.path)
        widest = page.evaluate(WIDEST)
        seen.too_wide += [f"{stop.name} {widest}"] if widest else []
        jo.keep(f"narrow-{stop.name}")
        page.set_viewport_size(DESK)
        seen.complaints += _complaints(page, EVERYTHING)
    return seen


def _practice_stops() -> list[Stop]:
    filters = ("attention", "expiring", "waiting", "all")
    found = [Stop(f"clients-{name}", f"/clients/?show={name}") for name in filters]
    found.append(Stop("clients-none", "/clients/?show=all&q=nobody"))
    found.append(Stop("not-found", "/b/nobody/costs/"))
    return found


def _business_stops(jo: Visitor) -> list[Stop]:
    places = [Stop(f"connections-{slug}", f"/b/{slug}/settings/connections/") for slug in CLIENTS]
    cole = "/b/cole-son"
    plain = ("settings", "settings/people", "settings/history", "lists", "rules", "rules/new")
    places += [Stop(f"cole-{name.replace('/', '-')}", f"{cole}/{name}/") for name in plain]
    searched = ("costs", "rules", "lists/categories")
    places += [Stop(f"searched-{name.replace('/', '-')}", f"{cole}/{name}/?q={LONG}") for name in searched]
    places.append(Stop("connect", "/b/birch-co/settings/connections/connect/xero/"))
    unconnected = (
        "lists/",
        "lists/tax_rates/new",
        "lists/suppliers/import",
        "rules/import",
        "costs/?show=ready",
    )
    places += [Stop(f"birch-{re.sub('[^a-z]+', '-', path)}", f"/b/birch-co/{path}") for path in unconnected]
    jo.open(f"{cole}/lists/")
    lists = _links(jo.page, rf"^{cole}/lists/[a-z0-9_-]+/$")
    places += [Stop(f"list-{path.split('/')[-2]}", path) for path in lists]
    jo.open(f"{cole}/rules/")
    places.append(Stop("rule", _links(jo.page, rf"^{cole}/rules/[0-9a-f-]{{36}}/")[0]))
    jo.open(f"{cole}/settings/connections/")
    connection = _links(jo.page, r"/connections/[0-9a-f-]{36}/settings")[0].removesuffix("settings")
    return places + [Stop(f"connection-{name}", connection + name) for name in CONNECTION_PAGES]


def _document_stops(jo: Visitor) -> list[Stop]:
    found = []
    for slug, show in (
        ("acme", "review"),
        ("cole-son", "review"),
        ("fern-catering", "waiting"),
        ("gorse-motors", "waiting"),
        ("hazel-interiors", "waiting"),
        ("cole-son", "published"),
        ("cole-son", "archive"),
    ):
        tab = f"/b/{slug}/costs/?show={show}"
        found.append(Stop(f"costs-{slug}-{show}", tab))
        jo.open(tab)
        documents = _links(jo.page, rf"^/b/{slug}/costs/[0-9a-f-]{{36}}/")
        found += [Stop(f"cost-{slug}-{show}", path) for path in documents[:1]]
    published = found[-2].path if "published" in found[-2].name else found[-3].path
    return [*found, Stop("cost-rule", published.split("?")[0] + "rule")]


def _flow_stops(jo: Visitor) -> list[Stop]:
    """As far as Finish, which is not pressed: a first connection, a renewal, and one that went astray."""
    page, birch, elm = jo.page, "/b/birch-co", "/b/elm-street-dental"
    jo.open(f"{birch}/settings/connections/connect/xero/")
    go_to_vendor(page)
    allow(page, JO, "Birch & Co Ltd")
    chosen = _here(jo)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Finish")).to_be_visible()
    begin_reconnect(jo, elm)
    allow(page, JO, "Elm Street Dental Ltd")
    same = _here(jo)
    begin_reconnect(jo, elm)
    allow(page, JO, "Dale (Property) Ltd")
    astray = _here(jo)
    return [
        Stop("choose", chosen),
        Stop("summary", f"{chosen}summary"),
        Stop("same-organisation", same),
        Stop("not-reached", astray),
        Stop("different", f"{astray}different"),
    ]


def _here(jo: Visitor) -> str:
    return jo.page.url.removeprefix(jo.demo.url).split("?")[0].removesuffix("summary")


def _links(page: Page, pattern: str) -> list[str]:
    found = page.locator("main a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [href for href in dict.fromkeys(found) if re.search(pattern, href)]


def _complaints(page: Page, options: dict[str, object]) -> list[str]:
    violations = Axe().run(page, options=options).response["violations"]
    return [
        f"{page.url} {violation['id']}: {node['target']} {node['failureSummary'][:160]!r}"
        for violation in violations
        for node in violation["nodes"]
    ]


def test_axe_would_have_said_something(jo: Visitor) -> None:
    jo.open("/clients/")
    jo.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert "button-name" in " ".join(_complaints(jo.page, EVERYTHING))


@pytest.mark.req("UX-01")
def test_axe_has_nothing_to_say_about_any_page(seen: Seen) -> None:
    assert seen.complaints == []


@pytest.mark.req("UX-01", "UX-05")
def test_everything_can_be_read_in_the_dark(jo: Visitor, stops: list[Stop]) -> None:
    # Only the colours differ, so only they are looked at again.
    jo.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    complaints = []
    for stop in stops:
        jo.open(stop.path)
        complaints += _complaints(jo.page, CONTRAST)
    jo.page.emulate_media(color_scheme="light", reduced_motion="reduce")
    assert complaints == []


@pytest.mark.req("UX-05")
def test_no_page_scrolls_sideways_on_a_telephone(seen: Seen) -> None:
    assert seen.too_wide == []


@pytest.mark.req("UX-01", "UX-05")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_guests_and_of_the_standard_user_are_as_good(
    visit: Callable[..., Visitor], scheme: str
) -> None:
    guest = visit(color_scheme=scheme, reduced_motion="reduce", viewport=TELEPHONE)
    complaints = []
    for path in ("/accounts/login/", "/accounts/password/reset/", "/connections/problem"):
        guest.open(path)
        complaints += [*_complaints(guest.page, EVERYTHING), guest.page.evaluate(WIDEST)]
    stan = visit("Stan Staff", color_scheme=scheme, reduced_motion="reduce", viewport=TELEPHONE)
    for path in (
        "/b/acme/settings/",
        "/b/acme/settings/connections/",
        "/b/acme/costs/",
        "/b/cole-son/costs/",
    ):
        stan.open(path)
        complaints += [*_complaints(stan.page, EVERYTHING), stan.page.evaluate(WIDEST)]
        stan.keep(f"narrow-{scheme}-standard-{path.strip('/').replace('/', '-')}")
    assert list(filter(None, complaints)) == []
