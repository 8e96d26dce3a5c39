"""What holds for every pair of lists, whatever stands in them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bookbind.merge.matching import Item, Kind, Suggestion, compatible, match

MANY_TO_ONE = frozenset({Kind.CATEGORIES, Kind.TAX_RATES})
WORDS = st.sampled_from(
    [
        "Acme",
        "Zebra",
        "Foods",
        "Ltd",
        "Limited",
        "t/a",
        "VAT",
        "20%",
        "Sales",
        "(USD)",
        "No.2",
        "Rent",
        "",
        "😀",
        "Ромашка",
        "\u202e",
    ]
)
NAMES = st.one_of(st.lists(WORDS, max_size=6).map(" ".join), st.text(max_size=30))
TYPES = st.sampled_from(["", "Bank", "OVERHEADS", "Income", "Equity", "asset_fixed", "nonsense"])
RATES = st.sampled_from([None, Decimal(0), Decimal(5), Decimal(20)])


@st.composite
def lists(draw: st.DrawFn, prefix: str) -> list[Item]:
    """A list of up to eight entries with ids of their own."""
    size = draw(st.integers(0, 8))
    return [
        Item(
            f"{prefix}{place}",
            draw(NAMES),
            type=draw(TYPES),
            rate=draw(RATES),
            side=draw(st.sampled_from(["", "sales", "purchases", "both"])),
            tax_kind=draw(st.sampled_from(["", "zero", "exempt", "standard"])),
            email=draw(st.sampled_from(["", "a@b.example", "not an address"])),
            archived=draw(st.booleans()),
        )
        for place in range(size)
    ]


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=25, deadline=None)
@given(old=lists("o"), new=lists("n"))
def test_each_old_entry_gets_one_suggestion_that_keeps_the_rules(
    kind: Kind, old: list[Item], new: list[Item]
) -> None:
    suggestions = match(old, new, kind)
    assert [suggestion.old for suggestion in suggestions] == [item.id for item in old]
    by_id = {item.id: item for item in new}
    for item, suggestion in zip(old, suggestions, strict=True):
        _check(item, suggestion, by_id, kind)
    chosen = [suggestion.new for suggestion in suggestions if suggestion.new is not None]
    assert kind in MANY_TO_ONE or len(chosen) == len(set(chosen))


def _check(item: Item, suggestion: Suggestion, new: dict[str, Item], kind: Kind) -> None:
    assert 0 <= suggestion.confidence <= 1
    assert suggestion.reasons
    assert all(0 <= chance <= 1 for _, chance in suggestion.alternatives)
    assert len(suggestion.alternatives) <= 3
    shown = [suggestion.new, *(id_ for id_, _ in suggestion.alternatives)]
    assert len(shown) == len(set(shown))
    for id_ in filter(None, shown):
        assert compatible(item, new[id_], kind) is None
    assert suggestion.new is not None or not suggestion.auto


@pytest.mark.parametrize("kind", Kind)
@settings(max_examples=15, deadline=None)
@given(old=lists("o"), new=lists("n"), seed=st.randoms(use_true_random=False))
def test_the_order_of_the_lists_does_not_matter(
    kind: Kind, old: list[Item], new: list[Item], seed: object
) -> None:
    before = {suggestion.old: suggestion for suggestion in match(old, new, kind)}
    seed.shuffle(old)  # type: ignore[attr-defined]
    seed.shuffle(new)  # type: ignore[attr-defined]
    after = {suggestion.old: suggestion for suggestion in match(old, new, kind)}
    assert {key: (found.new, found.auto) for key, found in before.items()} == {
        key: (found.new, found.auto) for key, found in after.items()
    }


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "name", ["x" * 10_000, "a " * 5_000, "\u0000", "\ud800", "😀" * 50, "\u202e\u202d", "(" * 500]
)
def test_hostile_names_do_no_harm(kind: Kind, name: str) -> None:
    suggestions = match([Item("a", name), Item("b", "Acme")], [Item("c", name), Item("d", "Acme Ltd")], kind)
    assert [suggestion.old for suggestion in suggestions] == ["a", "b"]
