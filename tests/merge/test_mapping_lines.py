"""How a line of the mapping finds the entry that it is about, also among thousands."""

import time

import pytest

from bookbind.lists.models import ListItem
from bookbind.lists.services import create_item
from bookbind.merge.mapping_csv import import_mapping
from tests.merge.conftest import CATEGORIES, SUPPLIERS, Moved
from tests.merge.mapping_files import as_file, exported


def test_an_entry_with_a_code_is_found_by_its_name_alone(moved: Moved) -> None:
    firm, _, second = moved
    row = {"list": "categories", "old_name": "motor expenses", "new_name": "Advertising", "use": "any"}
    report = import_mapping(second.connection, as_file(row | {"action": "match"}), firm.user, 1)
    assert report.problems == ()
    assert [change.item_id for change in report.changes] == [firm.item("Motor expenses").id]
    create_item(firm.business.id, CATEGORIES, "Motor expenses", code="450")
    report = import_mapping(second.connection, as_file(row | {"action": "match"}), firm.user, 1)
    assert [each.what for each in report.problems] == [
        "Several of your categories are called motor expenses; say which by old_id."
    ]


@pytest.mark.slow
def test_lines_are_found_without_looking_through_all_of_them(moved: Moved) -> None:
    """Four times the lines are some four times the work; looking through all for each would be sixteen."""
    firm, _, second = moved
    work = []
    for upto in (1_250, 5_000):
        have = ListItem.objects.filter(name__startswith="Ours ").count()
        ListItem.objects.bulk_create(
            [
                ListItem(business=firm.business, list=SUPPLIERS, name=f"Ours {n}", folded_name=f"ours {n}")
                for n in range(have, upto)
            ]
        )
        file = as_file(*exported(second))
        began = time.process_time()
        report = import_mapping(second.connection, file, firm.user, second.version, is_preview=True)
        work.append(time.process_time() - began)
        assert (report.unchanged, report.problems) == (upto + 10, ())
    assert work[1] < 10 * work[0]
