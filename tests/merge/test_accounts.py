"""Which account a category is, asked of one entry however long its list is."""

import pytest

from bookbind.merge.accounts import find_account_id
from bookbind.merge.choices import LEAVE
from bookbind.merge.drafting import NewChoice, save_choices
from bookbind.merge.models import Suggested
from bookbind.merge.standings import find_entry
from bookbind.merge.using import match_one
from tests.merge.conftest import Firm, Moved, Place
from tests.support.queries import counting


def account_of(firm: Firm, place: Place, name: str) -> str:
    entry = find_entry(firm.item(name).id)
    assert entry is not None
    return find_account_id(place.connection, entry)


def test_the_account_is_what_is_ticked_else_the_match(moved: Moved) -> None:
    firm, _, second = moved
    ads, motor = firm.item("Advertising"), firm.item("Motor expenses")
    assert account_of(firm, second, "Advertising") == "n-6200", "it is certain, so it is ticked by itself"
    assert account_of(firm, second, "Motor expenses") == "", "it is only proposed"
    Suggested.objects.all().delete()
    assert account_of(firm, second, "Advertising") == "n-6200"
    save_choices(second.connection, [NewChoice(ads.id, action=LEAVE)], firm.user, second.version)
    assert account_of(firm, second, "Advertising") == ""
    match_one(second.connection, motor.id, second.remote("n-7300").id, firm.user)
    assert account_of(firm, second, "Motor expenses") == "n-7300"
    other = NewChoice(motor.id, target=second.remote("n-6200").id)
    save_choices(second.connection, [other], firm.user, second.version)
    assert account_of(firm, second, "Motor expenses") == "n-6200"


@pytest.mark.parametrize("name", ["Advertising", "Motor expenses"])
def test_the_rest_of_the_list_is_not_read_for_it(moved: Moved, name: str) -> None:
    firm, _, second = moved
    match_one(second.connection, firm.item("Motor expenses").id, second.remote("n-7300").id, firm.user)
    entry = find_entry(firm.item(name).id)
    assert entry is not None
    with counting() as counted:
        assert find_account_id(second.connection, entry)
    assert counted.number <= 7, counted.queries
    assert not [sql for sql in counted.queries if '"lists_listitem"."list" IN' in sql]
