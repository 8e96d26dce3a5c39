"""Two who press at once, and a process that dies in the middle: all of it or nothing, and once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest
from django.conf import settings
from django.db import close_old_connections, transaction
from django.db import connection as database

from bookbind.connections.models import Connection
from bookbind.kit.checkpoints import VARIABLE, Checkpoint
from bookbind.lists.adoption import adopt_new
from bookbind.lists.combine import combine, undo_combination
from bookbind.lists.errors import UndoBlocked
from bookbind.lists.models import Binding, Combination, ListItem
from bookbind.lists.services import bind_created, mirror_entry
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.errors import DraftMoved, MergeError
from bookbind.merge.models import Applied, Draft, DraftRow
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.publishing.models import Publication
from bookbind.publishing.queries import find_publication
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import publish_anyway
from bookbind.publishing.states import State
from bookbind.rules.models import SupplierRule
from bookbind.rules.services import RuleInput, save_supplier_rule
from bookbind.tenancy.scope import BusinessScope, within
from tests.merge.conftest import CATEGORIES, SUPPLIERS, Firm, Moved, Place, look, old_books
from tests.support.processes import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(firm: Firm, *acts: object) -> list[object]:
    """Let each act run in a thread of its own at the same moment; what it returned or raised."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = []

    def run(act: object) -> None:
        try:
            with within(BusinessScope(firm.business.id)):
                barrier.wait(timeout=60)
                answers.append(act())  # type: ignore[operator]
        except Exception as error:  # noqa: BLE001 - whatever it was is compared below
            answers.append(error)
        finally:
            close_old_connections()
            database.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.req("CHG-09")
def test_of_five_who_press_use_at_once_one_does_and_four_are_told(moved: Moved) -> None:
    firm, _, second = moved
    seen = second.version

    def press() -> Applied:
        return use_matches(second.connection, firm.user, expected_version=seen)

    answers = at_once(firm, *[press] * 5)
    done = [answer for answer in answers if isinstance(answer, Applied)]
    assert len(done) == 1
    assert all(isinstance(answer, Applied | DraftMoved) for answer in answers), answers
    assert Applied.objects.count() == 1
    assert Binding.objects.filter(connection=second.connection).count() == done[0].opened_count


def test_matching_the_same_entry_from_two_documents_matches_it_once(moved: Moved) -> None:
    firm, _, second = moved
    motor, target = firm.item("Motor expenses").id, second.remote("n-7300").id

    def press() -> object:
        return match_one(second.connection, motor, target, firm.user)

    answers = at_once(firm, press, press, press)
    refused = [answer for answer in answers if isinstance(answer, MergeError)]
    assert len(refused) == 2, answers
    assert Binding.objects.filter(connection=second.connection, list_item=motor).count() == 1


def _killed(firm: Firm, place: Place, step: str, checkpoint: Checkpoint) -> int:
    environment = os.environ | {
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "DJANGO_SETTINGS_MODULE": "tests.connections.child_settings",
        "BOOKBIND_MODE": "test",
        "BOOKBIND_DATA": str(settings.CONFIG.data),
        "BOOKBIND_SANDBOX_URL": "http://127.0.0.1:1",
        "BOOKBIND_TEST_DATABASE": str(database.settings_dict["NAME"]),
        VARIABLE: checkpoint.value,
    }
    ids = [str(each) for each in (firm.business.id, place.connection.id, firm.user.id)]
    command = [sys.executable, "-m", "tests.merge.child", step, *ids]
    return subprocess.run(command, env=environment, cwd=ROOT, check=False, timeout=120).returncode


@pytest.mark.slow
@pytest.mark.req("CHG-06")
def test_a_process_killed_in_the_middle_of_a_use_leaves_nothing_of_it(moved: Moved) -> None:
    firm, _, second = moved
    assert _killed(firm, second, "use", Checkpoint.BEFORE_MATCHES_COMMITTED) == -signal.SIGKILL
    assert second.bound() == set()
    assert not Applied.objects.exists()
    assert not Draft.objects.exists()
    applied = use_matches(second.connection, firm.user, expected_version=second.version)
    assert applied.opened_count == len(second.bound())
    assert second.remote("n-6200", CATEGORIES).bindings.count() == 1


@pytest.mark.slow
@pytest.mark.req("CHG-06")
def test_a_process_killed_in_the_middle_of_an_undo_loses_nothing_that_was_chosen(moved: Moved) -> None:
    firm, _, second = moved
    motor, target = firm.item("Motor expenses"), second.remote("n-7300")
    save_choices(second.connection, [NewChoice(motor.id, target=target.id)], firm.user, second.version)
    applied = use_matches(second.connection, firm.user, expected_version=second.version)
    before = second.bound()
    assert _killed(firm, second, "undo_last", Checkpoint.AFTER_MATCHES_UNDONE) == -signal.SIGKILL
    assert second.bound() == before
    undo(applied, firm.user)
    assert second.bound() == set()
    assert DraftRow.objects.get().remote_item == target


def behind(firm: Firm, first: Callable[[], object], second: Callable[[], object]) -> list[object]:
    """Begin the second act while the first is done and not committed yet; what each returned or raised."""
    is_done = threading.Event()

    def hold() -> object:
        with transaction.atomic():
            first()
            is_done.set()
            time.sleep(0.5)
        return None

    def follow() -> object:
        assert is_done.wait(timeout=60)
        return second()

    return at_once(firm, hold, follow)


@pytest.mark.req("CHG-01")
def test_a_rule_saved_while_its_supplier_is_combined_is_one_of_the_kept_supplier(
    moved: Moved,
) -> None:
    firm, _, _ = moved
    kept, absorbed = firm.supplier("City Fuel Ltd"), firm.supplier("Paper Mill")
    values = RuleInput(category_id=firm.item("Advertising").id)
    answers = behind(
        firm,
        lambda: combine(kept, absorbed, firm.user),
        lambda: save_supplier_rule(absorbed, values, firm.user),
    )
    assert not [each for each in answers if isinstance(each, Exception)], answers
    assert set(SupplierRule.objects.values_list("supplier", flat=True)) == {kept.id}


@pytest.mark.req("CHG-01")
def test_a_combination_is_not_undone_behind_one_that_builds_on_it(moved: Moved) -> None:
    firm, _, _ = moved
    last, middle, first = (firm.supplier(name) for name in ("City Fuel Ltd", "Paper Mill", "Fuel"))
    rule = save_supplier_rule(first, RuleInput(category_id=firm.item("Advertising").id), firm.user)
    below = combine(middle, first, firm.user)
    made: list[Combination] = []
    answers = behind(
        firm,
        lambda: made.append(combine(last, middle, firm.user)),
        lambda: undo_combination(below.id, firm.user),
    )
    assert [type(each) for each in answers if each is not None] == [UndoBlocked], answers
    for combination in (*made, below):
        undo_combination(combination.id, firm.user)
    rule.refresh_from_db()
    assert rule.supplier_id == first.id


@pytest.mark.req("LST-01")
def test_a_supplier_that_publishing_binds_while_a_read_would_is_bound_once(firm: Firm) -> None:
    place = firm.connect("xero", old_books())
    ours = firm.supplier("Brand New Supplier")
    entry = place.books.add(SUPPLIERS, "s-9", ours.name)
    mirror_entry(place.connection, SUPPLIERS, entry)
    answers = behind(
        firm,
        lambda: bind_created(ours, place.connection, entry),
        lambda: adopt_new(place.connection, SUPPLIERS),
    )
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert Binding.objects.filter(list_item=ours, closed_at=None).count() == 1
    assert ListItem.objects.filter(list=SUPPLIERS, name=ours.name).count() == 1


@pytest.mark.req("LST-01")
def test_a_supplier_that_somebody_types_while_a_read_brings_it_is_one(firm: Firm) -> None:
    place = firm.connect("xero", old_books())
    for number, name in enumerate(("Brand New Supplier", "Another One")):
        entry = place.books.add(SUPPLIERS, f"s-{number + 9}", name)
        mirror_entry(place.connection, SUPPLIERS, entry)
    answers = behind(
        firm,
        lambda: firm.supplier("brand new supplier"),
        lambda: adopt_new(place.connection, SUPPLIERS),
    )
    assert [each for each in answers if isinstance(each, Exception)] == []
    ours = ListItem.objects.get(list=SUPPLIERS, folded_name="brand new supplier")
    assert Binding.objects.get(list_item=ours, closed_at=None).remote_item.remote_id == "s-9"
    assert ListItem.objects.filter(list=SUPPLIERS, name="Another One").count() == 1


@pytest.mark.req("CHG-11")
def test_a_decision_that_comes_behind_the_switch_sends_the_document_to_the_new_books(moved: Moved) -> None:
    firm, first, second = moved
    publication = firm.wait(second)
    lost = {"state": State.HELD.value, "reason": Reason.UNKNOWN.value, "connection": first.connection}
    Publication.objects.filter(id=publication.id).update(**lost)
    stages = [(second, Connection.Stage.LEFT), (first, Connection.Stage.ACTIVE)]
    for place, stage in stages:
        Connection.objects.filter(id=place.connection.id).update(stage=stage)

    def move_on() -> None:
        for place, (_, stage) in zip((first, second), stages, strict=True):
            Connection.objects.filter(id=place.connection.id).update(stage=stage)

    answers = behind(firm, move_on, lambda: publish_anyway(look(publication), firm.user))
    assert [each for each in answers if isinstance(each, Exception)] == []
    here = find_publication(publication.document_id)
    assert here is not None
    assert here.connection_id == second.connection.id
