"""Every page, in light and in dark, looked at by axe; and on a telephone, where nothing may scroll sideways."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.steps import go_to_vendor

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

# What one would have to see to believe: widths of what is laid out, and who sticks out farthest.
WIDEST = """() => {
  const page = document.documentElement;
  if (page.scrollWidth <= page.clientWidth) return "";
  const out = [...document.querySelectorAll("body *")]
    .map((each) => [Math.round(each.getBoundingClientRect().right), each.tagName + "." + each.className])
    .sort((a, b) => b[0] - a[0]);
  return `${page.scrollWidth} > ${page.clientWidth}: ${out.slice(0, 3).join(" | ")}`;
}"""
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


@pytest.fixture(scope="module")
def jo(visit: Callable[..., Visitor]) -> Visitor:
    """The accountant, who may open every client."""
    return visit("Jo Harbour", reduced_motion="reduce")


@pytest.fixture(scope="module")
def stops(jo: Visitor) -> list[Stop]:
    """Every page that the accountant can open, by its address."""
    return [*_practice_stops(), *_business_stops(jo), *_document_stops(jo), *_flow_stops(jo)]


def _practice_stops() -> list[Stop]:
    filters = ("attention", "expiring", "waiting", "all")
    found = [Stop(f"clients-{name}", f"/clients/?show={name}") for name in filters]
    found.append(Stop("clients-none", "/clients/?show=all&q=nobody"))
    found.append(Stop("not-found", "/b/nobody/costs/"))
    return found


def _business_stops(jo: Visitor) -> list[Stop]:
    places = [Stop(f"connections-{slug}", f"/b/{slug}/settings/connections/") for slug in CLIENTS]
    cole = "/b/cole-son"
    for name in ("settings", "settings/people", "settings/history", "lists", "rules", "rules/new"):
        places.append(Stop(f"cole-{name.replace('/', '-')}", f"{cole}/{name}/"))
    places.append(Stop("connect", "/b/birch-co/settings/connections/connect/xero/"))
    jo.open(f"{cole}/lists/")
    for path in _links(jo.page, rf"^{cole}/lists/[a-z0-9_-]+/$"):
        places.append(Stop(f"list-{path.split('/')[-2]}", path))
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
    """As far as Finish, which is not pressed: a first connection, and a renewal of a healthy one."""
    page = jo.page
    jo.open("/b/birch-co/settings/connections/connect/xero/")
    go_to_vendor(page)
    _allow_all(page)
    return [Stop("choose", page.url.removeprefix(jo.demo.url))]


def _allow_all(page: Page) -> None:
    allow = page.get_by_role("button", name="Allow access")
    login = page.get_by_role("button", name="jo@harbour.test")
    expect(login.or_(allow)).to_be_visible()
    if login.is_visible():
        login.click()
    page.get_by_role("radio").first.check()
    allow.click()
    page.wait_for_url(re.compile("/b/"))


def _links(page: Page, pattern: str) -> list[str]:
    found = page.locator("main a[href]").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return [href for href in dict.fromkeys(found) if re.search(pattern, href)]


def _complaints(page: Page) -> Iterator[str]:
    for violation in Axe().run(page).response["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['target']} {node['failureSummary'][:160]!r}"


@pytest.mark.req("UX-05")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_nothing_to_say_about_any_page(jo: Visitor, stops: list[Stop], scheme: str) -> None:
    jo.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
    jo.page.set_viewport_size({"width": 1280, "height": 900})
    complaints = []
    for stop in stops:
        jo.open(stop.path)
        complaints += [f"{stop.name} {said}" for said in _complaints(jo.page)]
    assert complaints == []


@pytest.mark.req("UX-05")
def test_no_page_scrolls_sideways_on_a_telephone(jo: Visitor, stops: list[Stop]) -> None:
    jo.page.emulate_media(color_scheme="light")
    jo.page.set_viewport_size({"width": 320, "height": 640})
    too_wide = []
    for stop in stops:
        jo.open(stop.path)
        wide = jo.page.evaluate(WIDEST)
        too_wide += [f"{stop.name} {wide}"] if wide else []
        jo.keep(f"narrow-{stop.name}")
    assert too_wide == []
