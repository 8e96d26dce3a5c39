"""Server time of each page of the walk, at 1,000 documents and 2,000 list items, and of long Merge lists."""

import statistics
import time

from django.test import Client
from django.urls import reverse

from bench.books import SIZED, connect, fill_costs
from bench.environment import SANDBOX
from bench.moved import make_moved
from bench.report import Row
from bookbind.cli.collecting import collect_seldom
from bookbind.connections.models import Connection
from bookbind.demo import seed
from bookbind.demo.sandbox import VENDOR
from bookbind.documents.models import Document
from bookbind.tenancy.scope import BusinessScope, within

DOCUMENTS, LIST_ITEMS, ROUNDS = 1_000, 2_000, 40
_AIM = "under 50 ms"


def measure() -> list[Row]:
    """95th percentile of each page through the whole middleware stack, against the empty health page."""
    people = seed.begin()
    SANDBOX.control("grow", vendor=VENDOR, organisation=SIZED.organisation, list="contacts", count=LIST_ITEMS)
    connection = connect(SIZED, people)
    business, user = seed.business_of(SIZED), people["accountant@harbour.test"]
    fill_costs(business, user, DOCUMENTS)
    client = Client(HTTP_HOST="localhost")
    client.force_login(user)
    floor = _p95_ms(client, reverse("healthz"))
    with within(BusinessScope(business.id)):
        document = Document.objects.order_by("captured_at").first()
    slug = business.slug
    pages = {
        "sign-in": reverse("account_login"),
        "clients": reverse("clients"),
        "costs": reverse("costs", args=[slug]),
        "one cost": reverse("cost", args=[slug, document.id]),
        "lists": reverse("lists", args=[slug]),
        "suppliers": reverse("list", args=[slug, "suppliers"]),
        "rules": reverse("rules", args=[slug]),
        "business settings": reverse("settings", args=[slug]),
        "connections": reverse("connections", args=[slug]),
        "connect": reverse("connect", args=[slug, VENDOR]),
        "reconnect": reverse("reconnect", args=[slug, connection.id]),
        "connection settings": reverse("connection_settings", args=[slug, connection.id]),
        "confirmation": reverse("confirmed", args=[slug, connection.id]),
    }
    collect_seldom()
    anonymous = Client(HTTP_HOST="localhost")
    rows = []
    for name, url in pages.items():
        visitor = anonymous if name == "sign-in" else client
        rows.append(
            Row("pages", f"{name}, p95", _p95_ms(visitor, url), "ms", _AIM, "health page", peer_value=floor)
        )
    return [*rows, *_merge_lists(client, make_moved(user), floor)]


def _merge_lists(client: Client, moved: Connection, floor: float) -> list[Row]:
    """Merge lists with 5,000 suppliers and 1,000 waiting documents: its page, and the bar after a choice."""
    place = [moved.business.slug, moved.id]
    pages = {
        "Merge lists, 5,000 suppliers": f"{reverse('merge_step', args=[*place, 'suppliers'])}?show=all",
        "Merge lists, the bar": f"{reverse('merge_state', args=place)}?seen=nothing&step=suppliers",
        "Merge lists, preview": reverse("merge_preview", args=place),
    }
    return [
        Row(
            "pages",
            f"{name}, p95",
            _p95_ms(client, url, rounds=15),
            "ms",
            "",
            "health page",
            peer_value=floor,
        )
        for name, url in pages.items()
    ]


def _p95_ms(client: Client, url: str, rounds: int = ROUNDS) -> float:
    assert client.get(url).status_code == 200, f"{url} does not answer 200"
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        client.get(url)
        times.append((time.perf_counter() - began) * 1000)
    return statistics.quantiles(times, n=20)[-1]
