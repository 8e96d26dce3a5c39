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
def test_five_thousand_lines_are_read_in_a_moment(moved: Moved) -> None:
    firm, _, second = moved
    shared = {"business": firm.business, "list": SUPPLIERS}
    ListItem.objects.bulk_create(
        [ListItem(**shared, name=f"Ours {n}", folded_name=f"ours {n}") for n in range(5_000)]
    )
    file = as_file(*exported(second))
    began = time.process_time()
    report = import_mapping(second.connection, file, firm.user, second.version, is_preview=True)
    taken = time.process_time() - began
    assert (report.unchanged, report.problems) == (5_010, ())
    # It takes 1 s; what grows with the square of the lines took 18 s.
    assert taken < 6, taken
