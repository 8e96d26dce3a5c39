"""Reading rows: what must be there, and what nobody has looked at yet."""

import pytest
import structlog

from bookbind.providers.base.shapes import FieldMissing, Shape, required_text, rows_of, text_of


def test_a_new_field_is_logged_once_and_by_name_only() -> None:
    shape = Shape("Thing", used=frozenset({"Id"}), ignored=frozenset({"Colour"}))
    with structlog.testing.capture_logs() as logged:
        for _ in range(3):
            shape.check({"Id": "1", "Colour": "red", "Weight": "canary"})
        shape.check({"Id": "1", "Weight": "canary", "Height": 3})
    assert [entry["fields"] for entry in logged] == [["Weight"], ["Height"]]
    assert "canary" not in repr(logged)


def test_text_is_empty_where_nothing_is() -> None:
    row = {"A": None, "B": 3, "C": "c"}
    assert [text_of(row, name) for name in "ABCD"] == ["", "3", "c", ""]


@pytest.mark.parametrize("row", [{}, {"A": None}, {"A": ""}, {"A": 3}, {"A": ["x"]}])
def test_a_required_text_must_be_there(row: dict[str, object]) -> None:
    with pytest.raises(FieldMissing):
        required_text(row, "A")


@pytest.mark.parametrize(
    "content", [None, [], "x", {}, {"A": None}, {"A": {}}, {"A": [1]}, {"A": [{}, None]}]
)
def test_rows_must_be_a_list_of_objects(content: object) -> None:
    with pytest.raises(FieldMissing):
        rows_of(content, "A")


def test_rows_may_be_none_at_all() -> None:
    assert rows_of({"A": []}, "A") == []
