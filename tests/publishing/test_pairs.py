"""From every accounting software to every other, or to another organisation, and back again."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest

from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection, keeps_tax
from bookbind.jobs.runner import run_due
from bookbind.lists.models import Binding, ListItem
from bookbind.lists.queries import current_bindings, used_lists
from bookbind.merge.drafting import bump
from bookbind.merge.errors import NothingToUse
from bookbind.merge.rows import find_row
from bookbind.merge.using import match_one, use_matches
from bookbind.merge.ways import choose_way, list_ways
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import list_providers
from bookbind.publishing.models import Publication
from bookbind.publishing.starting import start_publishing
from bookbind.publishing.states import State
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.tenancy.scope import BusinessScope, within
from tests.publishing.conftest import SWITCH, SYNC, Desk, sign_in
from tests.support import factories
from tests.support.processes import Sandbox

HOME, AWAY = "Acme Ltd", "Acme Holdings Ltd"
AVAILABLE = [provider.id for provider in list_providers() if provider.available]
PAIRS = list(product(AVAILABLE, AVAILABLE))


def connect(sandbox: Sandbox, business: Any, user: Any, provider: str) -> Connection:
    """The business's first connection, its lists read."""
    connection = sign_in(sandbox, business, user, provider=provider, organisation=HOME)
    run_due(kinds=[SYNC])
    return get_connection(connection.id)


@pytest.fixture
def work(
    request: pytest.FixtureRequest, sandbox: Sandbox, skip: Callable[..., None]
) -> Iterator[tuple[Desk, str]]:
    """A business at the first of the two, and where it goes."""
    first, second = request.param
    business = factories.make_business("Acme Ltd")
    user = factories.make_member(business, "Alice Admin", factories.Role.BUSINESS_ADMIN)
    with within(BusinessScope(business.id)):
        yield Desk(sandbox, business, user, connect(sandbox, business, user, first), skip), second


def find_category(connection: Connection) -> ListItem:
    """An entry that every chart has in words of its own: what is spent on advertising."""
    bound = Binding.objects.filter(connection=connection, closed_at=None, list_item__list=ListName.CATEGORIES)
    found: ListItem = ListItem.objects.get(
        id=bound.get(list_item__folded_name__contains="advertising").list_item_id
    )
    return found


def find_standard_rate(connection: Connection) -> ListItem:
    """The rate of 20 % on costs."""
    bound = Binding.objects.filter(connection=connection, closed_at=None, list_item__list=ListName.TAX_RATES)
    rates = [row.list_item for row in bound.select_related("list_item").order_by("list_item__name")]
    fits = [
        rate
        for rate in rates
        if rate.details.get("tax_kind") == "standard" and rate.details.get("side") in ("costs", "both")
    ]
    twenty = [rate for rate in fits if str(rate.details.get("rate", "")).startswith("20")]
    # The plain one; its kin (capital goods, imports) say more in their names.
    return min(twenty, key=lambda rate: ("capital" in rate.folded_name, len(rate.name)))


def publish(desk: Desk, number: str, category: ListItem, rate: ListItem) -> Publication:
    """A bill of the known supplier, coded to the same two entries, as far as it goes."""
    line = {"category_id": category.id, "tax_rate_id": rate.id}
    publication = desk.publish(desk.bill(number, paper=f"{number}.pdf", line=line))
    for _ in range(4):
        desk.work()
        desk.move_time(seconds=30)
    return desk.look(publication)


def move(desk: Desk, provider: str, organisation: str) -> Connection:
    """Change there, up to the switch."""
    joined = desk.change(organisation, provider=provider)
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    desk.connection = get_connection(joined.id)
    assert desk.connection.stage == Connection.Stage.ACTIVE
    return desk.connection


def match(desk: Desk, *items: ListItem) -> None:
    """Press *Use these matches*; what was only proposed for these entries is taken as proposed."""
    for question in list_ways(desk.connection):
        choose_way(desk.connection, question.key, question.options[0][0], desk.user)
    try:
        version = bump(desk.connection, desk.user).version
        use_matches(desk.connection, desk.user, expected_version=version)
    except NothingToUse:
        pass
    for item in [each for each in items if each.list in used_lists(desk.connection)]:
        row = find_row(desk.connection, item.id)
        assert row is not None
        if row.is_matched:
            continue
        use = row.uses[0]
        assert use.chosen is not None, f"nothing is proposed for {row.label}"
        match_one(desk.connection, item.id, use.chosen.id, desk.user, use.use)


def expected_codes(connection: Connection, category: ListItem, rate: ListItem) -> list[tuple[str, str]]:
    """What the two entries are in the books of a connection, on costs; those without VAT are sent no rate."""
    found = current_bindings(connection.id, [category.id, rate.id], Binding.Use.COSTS)
    return [(found[category.id].remote_id, found[rate.id].remote_id if keeps_tax(connection) else "")]


def codes(publication: Publication) -> list[tuple[str, str]]:
    """The ids that the bill's lines carry in the books."""
    return [(line["category_id"], line["tax_rate_id"]) for line in publication.frozen["lines"]]


@pytest.mark.slow
@pytest.mark.req("CHG-01")
@pytest.mark.parametrize("work", PAIRS, indirect=True, ids=["-to-".join(pair) for pair in PAIRS])
def test_change_merge_publish_go_back_and_publish_again(work: tuple[Desk, str]) -> None:
    desk, second = work
    first = desk.connection.provider
    home_id = desk.connection.organisation_id
    category, rate = find_category(desk.connection), find_standard_rate(desk.connection)
    supplier = desk.supplier("City Fuel Ltd")
    rule = save_supplier_rule(supplier, RuleInput(category_id=category.id, tax_rate_id=rate.id), desk.user)
    before = publish(desk, "OLD-1", category, rate)
    assert before.state == State.PUBLISHED, (before.reason, before.error)

    away = move(desk, second, HOME if second != first else AWAY)
    match(desk, category, rate)
    start_publishing(away, desk.user)
    desk.connection = get_connection(away.id)
    there = publish(desk, "NEW-1", category, rate)
    assert there.state == State.PUBLISHED, (there.reason, there.reason_data, there.error)
    assert there.connection_id == away.id
    assert codes(there) == expected_codes(away, category, rate)

    back = move(desk, first, HOME)
    assert back.organisation_id == home_id
    start_publishing(back, desk.user)
    desk.connection = get_connection(back.id)
    again = publish(desk, "OLD-2", category, rate)
    assert again.state == State.PUBLISHED, (again.reason, again.reason_data, again.error)
    assert codes(again) == codes(before)

    rule.refresh_from_db()
    assert (rule.category_id, rule.tax_rate_id, rule.active) == (category.id, rate.id, True)
    assert codes(desk.look(before)) == codes(before)
    held = references(desk, first, second)
    assert held == {(home_id, "OLD-1"), (home_id, "OLD-2"), (away.organisation_id, "NEW-1")}


def references(desk: Desk, *providers: str) -> set[tuple[str, str]]:
    """What the books hold: the organisation and the number of each bill."""
    found = [
        (str(bill["organisation"]), str(bill["reference"]))
        for provider in set(providers)
        for bill in desk.sandbox.received(provider)["documents"]
        if bill["kind"] != "contact"
    ]
    assert len(found) == len(set(found))
    return set(found)
