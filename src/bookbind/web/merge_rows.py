"""An entry of Merge lists as its row shows it: the mark, the match in words, and what its buttons send."""

from dataclasses import dataclass
from uuid import UUID

from bookbind.merge.choices import CREATE, LEAVE, MATCH
from bookbind.merge.entries import Entry, refuse_use
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.proposals import CERTAIN, GUESS, LIKELY
from bookbind.merge.rows import Row, Target, UseRow
from bookbind.providers.base.types import ListName

# Only these can be one thing on costs and another on sales.
SPLIT_LISTS = frozenset({ListName.CATEGORIES, ListName.TAX_RATES})
SPLIT, JOIN, FORGET = "split", "join", "forget"
USES = (ANY, COSTS, SALES)
ACTIONS = (MATCH, CREATE, LEAVE, SPLIT, JOIN, FORGET)
_PARTS = 5
LEFT = "Left unmatched"
_TAKEN_AWAY = "certain, not ticked"
_WORDS = {
    CERTAIN: "certain, the same in both",
    LIKELY: "likely, please look",
    GUESS: "a guess, please look",
}


@dataclass(frozen=True)
class Pressed:
    """One button or option that was chosen: the entry, its use, what to do, and with which entry there."""

    item_id: UUID
    use: str
    action: str
    target: UUID | None
    ticked: bool


@dataclass(frozen=True)
class Option:
    """One line of the list to choose from; `why_not` greys it, `stays` keeps it whatever is typed."""

    value: str
    label: str
    hint: str = ""
    why_not: str = ""
    stays: bool = False
    is_chosen: bool = False


@dataclass(frozen=True)
class UseView:
    """One use of an entry. `mark` is on, off, in-use, none or left; the values are what buttons send.

    `toggle` ticks or unticks what stands there, `accept` is what Enter sends; both are empty where there is
    nothing to tick. `choose` leads to the choice of another match. `there` is the entry of the books.
    """

    use: str
    key: str
    words: str
    mark: str
    text: str
    facts: str
    is_soft: bool
    word: str
    word_text: str
    word_title: str
    reasons: str
    toggle: str
    accept: str
    create: str
    leave: str
    spoken: str
    was_now: str = ""
    shared: str = ""
    there: str = ""
    problem: str = ""


@dataclass(frozen=True)
class RowView:
    """One entry with its uses."""

    row: Row
    uses: tuple[UseView, ...]
    version: int
    changed_by: str = ""
    mine: str = ""
    mine_text: str = ""

    @property
    def was(self) -> str:
        """What the entry was called in the books before, where that differs from what it is called here."""
        earlier = self.row.was
        return earlier.label if earlier and earlier.label not in (self.row.label, self.row.name) else ""


def view_row(
    row: Row, version: int, first_use: str, changed_by: str = "", mine: str = "", mine_text: str = ""
) -> RowView:
    """The row for its template; `changed_by` and `mine` where somebody else was quicker.

    `first_use` says what becomes of a supplier or customer without a match.
    """
    uses = tuple(_view_use(row, use, first_use) for use in row.uses)
    return RowView(row, uses, version, changed_by, mine, mine_text)


def pack_choice(
    item_id: UUID, use: str, action: str, target: UUID | None = None, *, ticked: bool = True
) -> str:
    """A choice as one value of a button or an option."""
    return f"{item_id}:{use}:{action}:{target or ''}:{int(ticked)}"


def read_choice(text: str) -> Pressed | None:
    """What a button or an option said; None for what no page of ours sends."""
    parts = text.split(":")
    if len(parts) != _PARTS or parts[1] not in USES or parts[2] not in ACTIONS:
        return None
    try:
        item_id, target = UUID(parts[0]), UUID(parts[3]) if parts[3] else None
    except ValueError:
        return None
    return Pressed(item_id, parts[1], parts[2], target, ticked=parts[4] == "1")


def target_hint(target: Target) -> str:
    """What stands beside an entry that is offered: why not, on which side alone, or its facts."""
    if target.why_not or not target.only_on:
        return target.why_not or target.facts
    return f"{target.facts}: matched on {target.only_on} only" if target.facts else f"{target.only_on} only"


def can_split(entry: Entry, uses: tuple[str, ...], apart: frozenset[str]) -> str:
    """Whether the entry may be split by use, or joined again: split, join, or empty."""
    if entry.list not in SPLIT_LISTS or apart:
        return ""
    if {COSTS, SALES} & set(uses):
        return JOIN
    return "" if any(refuse_use(entry, use) for use in (COSTS, SALES)) else SPLIT


def _view_use(row: Row, use: UseRow, first_use: str) -> UseView:
    mark, text, facts = _stands(row, use, first_use)
    toggle = _toggle(row, use, mark)
    return UseView(
        use=use.use,
        key=f"{row.id}-{use.use}",
        words=use.use_words,
        mark=mark,
        text=text,
        facts=facts,
        is_soft=mark in ("none", "left"),
        word=CERTAIN if _is_taken_away(use) else sure_word(use),
        word_text=_TAKEN_AWAY if _is_taken_away(use) else sure_word(use),
        word_title=_how_sure(use),
        reasons=", ".join(use.reasons),
        toggle=toggle,
        accept=toggle if mark == "off" else "",
        create=pack_choice(row.id, use.use, CREATE) if use.create_name else "",
        leave=pack_choice(row.id, use.use, LEAVE),
        spoken=_spoken(row, use, text),
        was_now=_replaced(use),
        shared=_shared(use),
        there=_there(use),
        problem=_problem(use),
    )


def _stands(row: Row, use: UseRow, first_use: str) -> tuple[str, str, str]:
    """The mark, the words in the match's place, and the facts under them."""
    if use.action == MATCH and use.chosen is not None:
        return "on" if use.ticked else "off", use.chosen.label, use.chosen.facts
    if use.action == CREATE:
        return "on" if use.ticked else "off", f"Create “{use.create_name or row.name}”", ""
    if use.by_person:
        left = first_use if row.is_optional else LEFT
        return "left", left if use.ticked else "choose…", ""
    if use.current is not None and not use.current.why_not:
        return "in-use", use.current.label, use.current.facts
    return "none", first_use if row.is_optional else "choose…", ""


def _toggle(row: Row, use: UseRow, mark: str) -> str:
    if mark not in ("on", "off"):
        return ""
    target = use.chosen.id if use.chosen else None
    return pack_choice(row.id, use.use, use.action, target, ticked=mark == "off")


def _spoken(row: Row, use: UseRow, text: str) -> str:
    on = f" {use.use_words}" if use.use_words else ""
    word = _TAKEN_AWAY if _is_taken_away(use) else _WORDS.get(sure_word(use), "")
    sure = f", {word}" if word else ""
    return f"{row.label}{on}: {text}{sure}"


def sure_word(use: UseRow) -> str:
    """How sure the proposal is; what a person has yet to look at is never called certain."""
    return LIKELY if use.word == CERTAIN and not use.ticked else use.word


def _is_taken_away(use: UseRow) -> bool:
    """Whether it would be ticked by itself, and somebody said no."""
    return use.auto and not use.ticked


def _how_sure(use: UseRow) -> str:
    """The number behind the word; what is not ticked by itself is never quite sure."""
    if not use.word:
        return ""
    percent = round(use.confidence * 100)
    return f"{percent if use.auto else min(percent, 99)}% sure"


def _replaced(use: UseRow) -> str:
    """What would be replaced by choice; what has to be replaced is named with the reason, as a problem."""
    if use.current is None or use.chosen is None or use.current.id == use.chosen.id or use.current.why_not:
        return ""
    return f"instead of {use.current.label}"


def _there(use: UseRow) -> str:
    """The entry of the books that stands in the row, by which others that share it are found."""
    stands = use.chosen or use.current
    return str(stands.id) if stands else ""


def _shared(use: UseRow) -> str:
    if not use.shared_with:
        return ""
    more = len(use.shared_with) - 1
    return f"also for {use.shared_with[0]}{f' and {more:,} more' if more else ''}"


def _problem(use: UseRow) -> str:
    if use.chosen is not None and use.chosen.why_not:
        return use.chosen.why_not
    return use.current.why_not if use.current is not None else ""
