"""Using matches and taking them back: bindings alone are written, and an undo is exact."""

import pytest

from bookbind.lists.models import ListSync
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.errors import ChoiceRefused, DraftMoved, NothingToUse
from bookbind.merge.preview import preview
from bookbind.merge.rows import Show, list_rows
from bookbind.merge.steps import StepState, list_steps
from bookbind.merge.undoing import undo
from bookbind.merge.using import match_one, use_matches
from bookbind.providers.base.types import ListName
from bookbind.publishing.reasons import Reason
from bookbind.publishing.services import release
from bookbind.publishing.states import State
from bookbind.rules.queries import problems_of
from tests.merge.conftest import CATEGORIES, SUPPLIERS, TAXES, Firm, Place, look

Moved = tuple[Firm, Place, Place]


def test_smoke(moved: Moved) -> None:
    firm, first, second = moved
    rule = firm.rule()
    waiting = firm.wait(second)
    print(look(waiting).state, look(waiting).reason)
    for step in list_steps(second.connection):
        print(step)
    for name in (CATEGORIES, TAXES, SUPPLIERS):
        page = list_rows(second.connection, name, Show.ALL)
        for row in page.rows:
            print(row.label, row.was, row.used, row.is_matched)
            for use in row.uses:
                print("   ", use)
    print(preview(second.connection))
    motor = firm.item("Motor expenses")
    save_choices(
        second.connection, [NewChoice(motor.id, target=second.remote("n-7300").id)], firm.user, second.version
    )
    vat = firm.item("20% VAT", TAXES)
    save_choices(
        second.connection,
        [NewChoice(vat.id, "costs", target=second.remote("n-20c", TAXES).id)],
        firm.user,
        second.version,
    )
    seen = preview(second.connection)
    print(seen)
    applied = use_matches(second.connection, firm.user, expected_version=second.version)
    print(applied.opened_count, second.bound())
    firm.recheck()
    print(look(waiting).state, look(waiting).reason)
    print(undo(applied, firm.user))
    firm.recheck()
    print(look(waiting).state, look(waiting).reason, second.bound())
    assert 0
