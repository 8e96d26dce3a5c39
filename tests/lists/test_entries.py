"""What a read changes, decided on plain values, and how entries are kept meanwhile."""

import json
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from bookbind.kit.text import fold_name
from bookbind.lists.entries import Known, by_key, fold, from_staged, plan_changes, state_of, tidy, to_staged
from bookbind.providers.base.types import RemoteEntry

ENTRIES = st.builds(
    RemoteEntry,
    remote_id=st.sampled_from("abcde"),
    remote_type=st.sampled_from(["account", "contact"]),
    name=st.text(max_size=300),
    code=st.text(max_size=80),
    archived=st.booleans(),
    merged_into_id=st.sampled_from(["", "a", "b"]),
    details=st.dictionaries(st.sampled_from(["rate", "email"]), st.text(max_size=5) | st.booleans()),
)
LISTS = st.lists(ENTRIES, max_size=8)


def known(entries: list[RemoteEntry]) -> dict[tuple[str, str], Known]:
    found = by_key(entries)
    rows = (
        Known(
            uuid4(),
            entry.remote_type,
            entry.remote_id,
            entry.name,
            entry.code,
            state_of(entry),
            entry.merged_into_id,
            entry.details,
        )
        for entry in found.values()
    )
    return {row.key: row for row in rows}


@given(ENTRIES)
def test_staged_entry_comes_back_as_it_was(entry: RemoteEntry) -> None:
    assert from_staged(json.loads(json.dumps(to_staged(entry)))) == entry


@given(ENTRIES)
def test_tidied_entry_fits_and_stays_as_it_is(entry: RemoteEntry) -> None:
    once = tidy(entry)
    assert tidy(once) == once
    assert len(once.name) <= 255
    assert len(once.code) <= 60
    assert once.name.isprintable()


@given(st.text(max_size=80))
def test_short_cut_folds_like_the_long_way(name: str) -> None:
    assert fold(name) == fold_name(name)


@given(LISTS)
def test_the_same_read_again_changes_nothing(entries: list[RemoteEntry]) -> None:
    plan = plan_changes(known(entries), by_key(entries), marks_gone=True)
    assert (plan.new, plan.changed, plan.gone) == ((), (), ())


@given(LISTS, LISTS, st.booleans())
def test_plan_makes_of_what_was_what_is(
    before: list[RemoteEntry],
    after: list[RemoteEntry],
    marks_gone: bool,  # noqa: FBT001
) -> None:
    old, new = known(before), by_key(after)
    plan = plan_changes(old, new, marks_gone=marks_gone)
    result = {key: (row.name, row.code, row.details, row.state) for key, row in old.items()}
    for row, entry in plan.changed:
        result[row.key] = (entry.name, entry.code, entry.details, state_of(entry))
    for entry in plan.new:
        result[entry.remote_type, entry.remote_id] = (entry.name, entry.code, entry.details, state_of(entry))
    for row in plan.gone:
        del result[row.key]
    expected = {key: (entry.name, entry.code, entry.details, state_of(entry)) for key, entry in new.items()}
    if marks_gone:
        assert result == expected
    else:
        assert {key: result[key] for key in expected} == expected
        assert plan.gone == ()
