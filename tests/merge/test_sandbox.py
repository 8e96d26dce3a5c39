"""The whole way over real HTTP: other software, its lists matched, bills under its codes, and back again."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection as database

from bookbind.connections.errors import ConnectionUnusable
from bookbind.connections.gateway import open_session
from bookbind.connections.queries import get_connection, status_of
from bookbind.connections.status import Health
from bookbind.jobs.runner import run_due
from bookbind.kit import clock
from bookbind.kit.text import fold_name
from bookbind.lists.merging import merging_lists
from bookbind.lists.models import Binding
from bookbind.lists.services import create_item
from bookbind.merge.creating import create_and_match, create_chosen, create_there, list_created
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.errors import CreationRefused, CreationUncertain, DraftMoved, NotCreatable
from bookbind.merge.models import Creation, DraftRow
from bookbind.merge.preview import preview
from bookbind.merge.reading import draft_version, find_draft
from bookbind.merge.rows import Show, find_row, list_rows
from bookbind.merge.searching import search_targets
from bookbind.merge.suggestions import SUGGEST_JOB
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.merge.ways import choose_way, list_ways
from bookbind.providers.base.errors import ProviderError
from bookbind.providers.base.types import ListName, RemoteEntry
from bookbind.publishing.models import Publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.resume import RECHECK
from bookbind.publishing.starting import start_publishing, start_summary
from bookbind.publishing.states import State
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.tenancy.scope import BusinessScope, within
from tests.publishing.conftest import SWITCH, SYNC, Desk, connect_acme, sign_in
from tests.support import factories
from tests.support.processes import Sandbox
from tests.support.worlds import world

CATEGORIES, TAXES = ListName.CATEGORIES, ListName.TAX_RATES


@pytest.fixture
def desk(
    transactional_db: None,
    sandbox_process: Sandbox,
    settings: Any,
    tmp_path: Any,
    skip: Callable[..., None],
) -> Iterator[Desk]:
    """Acme Ltd at its first books in the sandbox, with its lists read."""
    sandbox_process.clear_faults()
    sandbox_process.control("reset")
    settings.SANDBOX_URL = sandbox_process.url
    settings.MEDIA_ROOT = tmp_path / "files"
    business, user, connection = world(
        "Acme Ltd at its desk", lambda: connect_acme(sandbox_process), sandbox_process
    )
    with within(BusinessScope(business.id)):
        yield Desk(sandbox_process, business, user, connection, skip)


def move(desk: Desk, organisation: str = "Acme Ltd", provider: str = "quickbooks") -> None:
    """Change the books up to the switch, with everything proposed."""
    desk.move(organisation, provider=provider)
    run_due(kinds=[SUGGEST_JOB])


def version(desk: Desk) -> int:
    return draft_version(find_draft(desk.connection))


def there(desk: Desk, name: ListName) -> list[RemoteEntry]:
    """What the books hold, read as any client reads it."""
    pages = open_session(desk.connection).fetch_items(name, "", None)
    return [entry for page in pages for entry in page.entries]


def standing(publication: Publication) -> Publication:
    """The open or last publication of the same document."""
    found: Publication = Publication.objects.filter(document_id=publication.document_id).latest("created_at")
    return found


@pytest.mark.slow
@pytest.mark.req("CHG-01", "CHG-03", "CHG-10")
def test_a_rule_and_its_documents_follow_to_other_software_and_back(desk: Desk) -> None:
    fuel = desk.supplier("City Fuel Ltd")
    rule = save_supplier_rule(fuel, RuleInput(category_id=desk.item_id("449")), desk.user)
    first = desk.publish(desk.bill("INV-1"))
    desk.work()
    waiting = desk.publish(desk.bill("INV-2"))
    old = desk.connection
    move(desk)
    for way in list_ways(desk.connection):
        choose_way(desk.connection, way.key, way.options[0][0], desk.user)
    assert {CATEGORIES, TAXES} <= merging_lists(desk.connection)

    row = find_row(desk.connection, desk.item_id("449"))
    assert row is not None
    assert row.used.waiting == 1
    if not row.uses[0].ticked:
        target = row.uses[0].chosen or row.uses[0].alternatives[0]
        choice = NewChoice(row.id, target=target.id)
        save_choices(desk.connection, [choice], desk.user, version(desk))
    rate = find_row(desk.connection, desk.item_id("20% (VAT on Expenses)", TAXES))
    assert rate is not None
    assert rate.uses[0].chosen is not None
    save_choices(
        desk.connection,
        [NewChoice(rate.id, rate.uses[0].use, target=rate.uses[0].chosen.id)],
        desk.user,
        version(desk),
    )
    seen = preview(desk.connection)
    assert (seen.released, seen.rules_gained) == (1, 1)
    use_matches(desk.connection, desk.user, expected_version=version(desk))
    run_due(kinds=[RECHECK])
    assert standing(waiting).reason == Reason.NOT_STARTED
    assert start_summary(desk.connection).count == 1
    start_publishing(desk.connection, desk.user)
    desk.work()
    sent = standing(waiting)
    assert (sent.state, sent.connection_id) == (State.PUBLISHED, desk.connection.id)
    assert "449" not in sent.labels["lines"][0]["category"]
    assert desk.look(first).labels["lines"][0]["category"].startswith("449")
    rule.refresh_from_db()
    assert rule.category_id == desk.item_id("449")

    sign_in(
        desk.sandbox, desk.business, desk.user, connection=desk.connection, purpose="change", provider="xero"
    )
    run_due(kinds=[SYNC])
    run_due(kinds=[SWITCH])
    desk.connection = get_connection(old.id)
    start_publishing(desk.connection, desk.user)
    again = desk.publish(desk.bill("INV-3"))
    desk.work()
    assert standing(again).labels["lines"][0]["category"].startswith("449")
    assert desk.look(sent).labels == sent.labels


@pytest.mark.slow
def test_what_the_books_lack_is_created_there_once_and_matched(desk: Desk) -> None:
    waiting = desk.publish(desk.bill("INV-1"))
    desk.publish(desk.bill("INV-2"))
    assert waiting.connection_id == desk.connection.id
    move(desk)
    motor = desk.item(CATEGORIES, "449")
    before = len(there(desk, CATEGORIES))
    made = create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
    again = create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
    assert made.id == again.id
    assert len(there(desk, CATEGORIES)) == before + 1
    row = find_row(desk.connection, motor.id)
    assert row is not None
    assert row.uses[0].chosen is not None
    assert row.uses[0].chosen.id == made.id
    applied = use_matches(desk.connection, desk.user, expected_version=version(desk), names=[CATEGORIES])
    assert [each["name"] for each in applied.created] == ["Cars and vans"]
    assert "Cars and vans" in undo(applied, desk.user).created
    assert len(there(desk, CATEGORIES)) == before + 1, "what was made there stays there"
    anew = use_matches(desk.connection, desk.user, expected_version=version(desk), names=[CATEGORIES])
    assert anew.created == [], "it was created once, and said once"


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["lost_reply", "timeout"])
def test_a_lost_answer_is_looked_up_and_never_doubled(desk: Desk, settings: Any, fault: str) -> None:
    move(desk)
    # Long enough for a busy machine, short enough to wait for in vain.
    settings.HTTP_READ_SECONDS = 3.0
    motor = desk.item(CATEGORIES, "449")
    desk.sandbox.control("faults", vendor="quickbooks", operation="accounts", fault=fault, times=1)
    with pytest.raises(CreationUncertain):
        create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
    assert Creation.objects.get().outcome == Creation.Outcome.LOST
    create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
    assert [entry.name for entry in there(desk, CATEGORIES)].count("Cars and vans") == 1
    assert Creation.objects.get().outcome == Creation.Outcome.DONE


@pytest.mark.slow
def test_creating_from_the_document_matches_and_releases_in_one_press(desk: Desk) -> None:
    move(desk)
    for way in list_ways(desk.connection):
        choose_way(desk.connection, way.key, way.options[0][0], desk.user)
    start_publishing(desk.connection, desk.user)
    rate = find_row(desk.connection, desk.item_id("20% (VAT on Expenses)", TAXES))
    assert rate is not None
    assert rate.uses[0].chosen is not None
    match_one(desk.connection, rate.id, rate.uses[0].chosen.id, desk.user, rate.uses[0].use)
    waiting = desk.publish(desk.bill("INV-1"))
    assert waiting.reason == Reason.CATEGORY_UNMATCHED
    done = create_and_match(desk.connection, desk.item_id("449"), desk.user, name="Cars and vans")
    assert done.released == 1
    desk.work()
    assert standing(waiting).labels["lines"][0]["category"].endswith("Cars and vans")


@pytest.mark.slow
def test_what_cannot_be_created_there_is_said(desk: Desk) -> None:
    move(desk)
    rate = desk.item(TAXES, "20% (VAT on Expenses)")
    with pytest.raises(NotCreatable):
        create_there(desk.connection, rate.id, desk.user, version(desk))
    row = list_rows(desk.connection, TAXES, Show.ALL).rows[0]
    assert row.uses[0].create_name == ""
    own = create_item(desk.business.id, CATEGORIES, "Odds and ends", user=desk.user)
    with pytest.raises(CreationRefused, match="did not create Odds and ends") as refused:
        create_there(desk.connection, own.id, desk.user, version(desk))
    assert "type of account" in refused.value.vendor_text
    assert Creation.objects.get().outcome == Creation.Outcome.REFUSED


@pytest.mark.slow
def test_what_the_draft_wants_created_is_created_before_it_is_used(desk: Desk) -> None:
    move(desk)
    motor = desk.item(CATEGORIES, "449")
    save_choices(desk.connection, [NewChoice(motor.id, action="create")], desk.user, version(desk))
    assert create_chosen(desk.connection, desk.user, version(desk)).created == 1
    use_matches(desk.connection, desk.user, expected_version=version(desk), names=[CATEGORIES])
    row = find_row(desk.connection, motor.id)
    assert row is not None
    assert row.uses[0].current is not None
    assert row.uses[0].current.label.casefold().endswith(motor.name.casefold())


def rename_there(desk: Desk, old: str, new: str) -> None:
    """Somebody renames an account in the books, after its list was read."""
    account = next(entry for entry in there(desk, CATEGORIES) if entry.name == old)
    desk.sandbox.control(
        "rename",
        vendor="quickbooks",
        organisation="Acme Ltd",
        list="accounts",
        id=account.remote_id,
        name=new,
    )


@pytest.mark.slow
@pytest.mark.req("CHG-05")
def test_what_had_the_name_there_already_is_matched_and_never_said_to_have_been_created(desk: Desk) -> None:
    move(desk)
    began = clock.now()
    rename_there(desk, "Cleaning and waste", "Cars and vans")
    motor = desk.item(CATEGORIES, "449")
    before = len(there(desk, CATEGORIES))
    for _ in range(2):
        create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
    assert len(there(desk, CATEGORIES)) == before
    assert list_created(desk.connection, began) == []
    applied = use_matches(desk.connection, desk.user, expected_version=version(desk), names=[CATEGORIES])
    bound = Binding.objects.get(list_item=motor, connection=desk.connection, closed_at=None)
    assert bound.remote_item.name == "Cars and vans"
    assert applied.created == []
    assert undo(applied, desk.user).created == ()


@pytest.mark.slow
@pytest.mark.req("CHG-05")
def test_what_has_the_name_there_and_is_of_another_kind_is_refused_with_the_reason(desk: Desk) -> None:
    move(desk)
    rename_there(desk, "Services", "Cars and vans")
    motor = desk.item(CATEGORIES, "449")
    for _ in range(2):
        with pytest.raises(CreationRefused) as refused:
            create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
        assert str(refused.value) == (
            "QuickBooks Online has Cars and vans already. An expense account is not an income account. "
            "Match yours to another, or rename that one there."
        )
    row = find_row(desk.connection, motor.id)
    assert row is not None
    assert row.uses[0].chosen is None or row.uses[0].chosen.label != "Cars and vans"
    rename_there(desk, "Cars and vans", "Services")
    made = create_there(desk.connection, motor.id, desk.user, version(desk), name="Cars and vans")
    assert made.details["account_family"] == "expenses"


@pytest.mark.slow
@pytest.mark.req("CHG-05", "CHG-08")
def test_a_product_is_created_in_one_press_with_the_account_that_it_is_posted_to(desk: Desk) -> None:
    move(desk)
    sales = desk.item(CATEGORIES, "200")
    for use in ("sales", "any"):
        save_choices(desk.connection, [NewChoice(sales.id, use, "create")], desk.user, version(desk))
    seen = preview(desk.connection, [CATEGORIES])
    report = create_chosen(desk.connection, desk.user, version(desk))
    assert (seen.creations, report.created, report.failed) == (2, 2, ())
    use_matches(desk.connection, desk.user, expected_version=version(desk), names=[CATEGORIES])
    bound = Binding.objects.filter(list_item=sales, connection=desk.connection, closed_at=None)
    there = {each.use: each.remote_item for each in bound.select_related("remote_item")}
    assert there["sales"].details["category_id"] == there["any"].remote_id


@pytest.mark.slow
@pytest.mark.req("CHG-05")
def test_what_cannot_be_created_while_the_vendor_is_away_is_created_once_later(desk: Desk) -> None:
    """Also the look-up before a second try, which asks the vendor as well."""
    move(desk)
    wanted = (desk.item(CATEGORIES, "449"), desk.item(CATEGORIES, "400"))
    wishes = [NewChoice(each.id, action="create") for each in wanted]
    save_choices(desk.connection, wishes, desk.user, version(desk))
    desk.sandbox.control("faults", vendor="quickbooks", operation="accounts", fault="503", times=20)
    report = create_chosen(desk.connection, desk.user, version(desk))
    assert (report.created, {each.name for each in report.failed}) == (0, {each.name for each in wanted})
    assert all(isinstance(each.error, CreationUncertain) for each in report.failed)
    again = create_chosen(desk.connection, desk.user, version(desk))
    assert {each.name for each in again.failed} == {each.name for each in wanted}
    assert len({id(each.error) for each in again.failed}) == 1, "once it is away, nothing more is asked"
    assert isinstance(again.failed[0].error, ProviderError | ConnectionUnusable)
    desk.sandbox.clear_faults()
    desk.skip(minutes=10)
    assert create_chosen(desk.connection, desk.user, version(desk)).created == 2
    names = [fold_name(entry.name) for entry in there(desk, CATEGORIES)]
    assert [names.count(fold_name(each.name)) for each in wanted] == [1, 1]


@pytest.mark.slow
@pytest.mark.req("CHG-05")
def test_a_press_after_an_outage_is_tried_at_once_though_the_next_try_is_not_due(desk: Desk) -> None:
    move(desk)
    motor = desk.item(CATEGORIES, "449")
    desk.sandbox.control("faults", vendor="quickbooks", operation="accounts", fault="503", times=3)
    for _ in range(3):
        with pytest.raises((CreationUncertain, ProviderError)):
            create_and_match(desk.connection, motor.id, desk.user)
    status = status_of(get_connection(desk.connection.id))
    assert (status.health, status.can_call) == (Health.DOWN, False)
    create_and_match(desk.connection, motor.id, desk.user)
    assert status_of(get_connection(desk.connection.id)).health is not Health.DOWN


def at_the_vendor(desk: Desk, act: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Begin an act whose call takes its time at the vendor; what it answered or raised comes in the list."""
    answers: list[object] = []

    def run() -> None:
        try:
            with within(BusinessScope(desk.business.id)):
                answers.append(act())
        except Exception as error:  # noqa: BLE001 - whatever it was is compared below
            answers.append(error)
        finally:
            database.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, answers


def wait_until_sent(desk: Desk, calls: int) -> None:
    """Wait until so many calls have reached the vendor, be they answered or not."""
    give_up_at = time.monotonic() + 20
    while desk.sandbox.received("quickbooks")["requests"] < calls:
        assert time.monotonic() < give_up_at, "nothing was sent"
        time.sleep(0.02)


@pytest.mark.slow
@pytest.mark.req("CHG-09")
@pytest.mark.parametrize("then", ["chosen", "used"])
def test_what_a_colleague_chooses_while_an_entry_is_created_there_stands(desk: Desk, then: str) -> None:
    move(desk)
    sam = factories.make_member(desk.business, "Sam Second", factories.Role.BUSINESS_ADMIN)
    motor, ads = desk.item(CATEGORIES, "449"), desk.item(CATEGORIES, "400")
    for each in (motor, ads):
        save_choices(desk.connection, [NewChoice(each.id, action="create")], desk.user, version(desk))
    desk.sandbox.control("limits", vendor="quickbooks", latency_ms=1500)
    calls, seen = desk.sandbox.received("quickbooks")["requests"], version(desk)
    thread, answers = at_the_vendor(desk, lambda: create_chosen(desk.connection, desk.user, seen))
    wait_until_sent(desk, calls + 1)
    target = search_targets(desk.connection, motor.id)[0]
    save_choices(desk.connection, [NewChoice(motor.id, target=target.id)], sam, version(desk))
    if then == "used":
        used = use_matches(desk.connection, sam, expected_version=version(desk), item_ids=[motor.id])
        assert used.opened_count == 1
    thread.join()
    desk.sandbox.control("limits", vendor="quickbooks", latency_ms=0)
    (moved,) = answers
    assert isinstance(moved, DraftMoved), moved
    assert str(moved).startswith("Sam Second changed this since you opened it. 1 entry was created")
    mine = DraftRow.objects.filter(list_item=motor).values_list("changed_by", "remote_item")
    assert list(mine) == ([] if then == "used" else [(sam.id, target.id)])
    names = [fold_name(entry.name) for entry in there(desk, CATEGORIES)]
    assert fold_name(ads.name) not in names, "what followed was not created unseen"


@pytest.mark.slow
@pytest.mark.parametrize("before", ["nothing", "a lost answer"])
def test_two_who_create_one_entry_at_once_make_one_call_and_one_is_told(desk: Desk, before: str) -> None:
    """Also long after a lost answer, when neither knows any more under which key it was sent."""
    move(desk)
    motor, seen = desk.item(CATEGORIES, "449"), version(desk)
    if before == "a lost answer":
        desk.sandbox.control(
            "faults", vendor="quickbooks", operation="accounts", fault="timeout", times=1, seconds=1
        )
        with pytest.raises(CreationUncertain):
            create_there(desk.connection, motor.id, desk.user, seen, name="Cars and vans")
        desk.skip(minutes=10)
    desk.sandbox.control("limits", vendor="quickbooks", latency_ms=700)
    writes = desk.sandbox.received("quickbooks")["writes"]
    both = [
        at_the_vendor(
            desk, lambda: create_there(desk.connection, motor.id, desk.user, seen, name="Cars and vans")
        )
        for _ in range(2)
    ]
    for thread, _ in both:
        thread.join()
    desk.sandbox.control("limits", vendor="quickbooks", latency_ms=0)
    answers = [answer for _, found in both for answer in found]
    assert sorted(type(answer).__name__ for answer in answers) == ["CreationUnderWay", "RemoteItem"], answers
    assert desk.sandbox.received("quickbooks")["writes"] == writes + 1
    again = create_there(desk.connection, motor.id, desk.user, seen, name="Cars and vans")
    assert again in answers
    assert [entry.name for entry in there(desk, CATEGORIES)].count("Cars and vans") == 1
