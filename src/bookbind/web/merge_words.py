"""Merge lists in sentences: the tabs, the bar, the question before using, and what an undo did."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookbind.connections.models import Connection
from bookbind.kit.text import listed, plural
from bookbind.lists.labels import LIST_LABELS, SINGULAR_LABELS
from bookbind.merge.choices import CREATE, LEAVE
from bookbind.merge.drafting import NewChoice
from bookbind.merge.entries import Entry
from bookbind.merge.impact import Impact
from bookbind.merge.mapping_csv import Report
from bookbind.merge.plans import ANY
from bookbind.merge.steps import Step, StepState
from bookbind.merge.undoing import Undone
from bookbind.merge.unread import Unread
from bookbind.merge.using import Matched
from bookbind.providers.base.types import ListName

_SHOWN_NAMES = 12
_TICK_FIRST = "Tick a match, and come back."
_ACTION_WORDS = {CREATE: "a new entry there", LEAVE: "left unmatched"}
_SHORTENED = {ListName.TAX_RATES, ListName.BANK_ACCOUNTS, ListName.PAYMENT_METHODS}
_STATE_WORDS = {
    StepState.LACKING: "left out",
    StepState.UNDECIDED: "to decide",
    StepState.EMPTY: "none",
    StepState.READING: "being read",
    StepState.UNREAD: "not read",
}
TAB_ICONS = {
    StepState.DONE: "check",
    StepState.OPEN: "exclamation-triangle",
    StepState.EMPTY: "minus",
    StepState.LACKING: "no-symbol",
    StepState.UNDECIDED: "exclamation-triangle",
    StepState.READING: "arrow-path",
    StepState.UNREAD: "exclamation-triangle",
}


@dataclass(frozen=True)
class Tab:
    """One step in the row of steps; `state` says in words how it stands.

    The `rest` of its name is heard, and seen where there is room for it.
    """

    key: str
    label: str
    url: str
    state: str
    tone: str
    icon: str
    is_current: bool

    @property
    def short(self) -> str:
        """What has to be seen of the name."""
        return self.label.partition(" ")[0] if self.key in _SHORTENED else self.label

    @property
    def rest(self) -> str:
        """What need not."""
        return self.label[len(self.short) + 1 :]


@dataclass(frozen=True)
class ChangedLine:
    """One choice that a file would make: in which list, for which entry of ours, and what that becomes."""

    list: str
    old: str
    becomes: str


@dataclass(frozen=True)
class Using:
    """What is about to be used: matches and entries to be created first, in words and numbers."""

    matches: int
    taken_back: int
    creations: int

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to use."""
        return not (self.matches or self.taken_back or self.creations)

    @property
    def act(self) -> str:
        """What the button does: `Use 236 matches`, `Use 1 match and create 2`, `Create 1 new entry`."""
        created = plural(self.creations, "new entry", "new entries")
        if self.matches:
            also = f" and create {self.creations:,}" if self.creations else ""
            return f"Use {plural(self.matches, 'match', 'matches')}{also}"
        if self.creations:
            return f"Create {created}"
        return f"Take back {plural(self.taken_back, 'match', 'matches')}"


def step_words(step: Step) -> str:
    """How a step stands in a word or two, for its tab."""
    if step.state is StepState.OPEN and step.left:
        return f"{step.left:,} left"
    new = f"{step.new:,} new" if step.new else ""
    if step.ticked:
        return f"{step.ticked:,} ticked{f', {new}' if new else ''}"
    if step.state is StepState.OPEN:
        return f"{step.needed:,} left unmatched"
    if step.state in _STATE_WORDS:
        return _STATE_WORDS[step.state]
    return new or "done"


def changed_lines(report: Report, most: int) -> list[ChangedLine]:
    """The first of the choices that a file would make."""
    return [_changed_line(choice, report.entries) for choice in report.changes[:most]]


def bar_words(impact: Impact) -> dict[str, str]:
    """The bar's three numbers, each with its word, and the tab of Costs in which the documents are.

    What becomes ready is not sent before somebody says so.
    """
    becomes = "becomes" if impact.released == 1 else "become"
    return {
        "rules": f"{plural(impact.rules_ready, 'rule')} ready",
        "released": f"{plural(impact.released, 'document')} {becomes} ready",
        "waiting": f"{impact.still_waiting:,} {_still_need(impact)}",
        "show": "ready" if impact.ready and impact.ready == impact.documents else "waiting",
    }


def awaited_words(awaited: Sequence[Unread], software: str) -> str:
    """Why the bar says no numbers: lists that rules and documents use are still to be read; else empty."""
    if not awaited:
        return ""
    said = " ".join(each.words(software) for each in awaited)
    return f"{said} What becomes ready is counted when {listed([each.label for each in awaited])} is known."


def question(using: Using) -> str:
    """The headline of the preview; where only one thing is done, it asks in the words of its button."""
    if using.matches or not (using.creations or using.taken_back):
        return f"Use {'this' if using.matches == 1 else 'these'} {plural(using.matches, 'match', 'matches')}?"
    return f"{using.act}?"


def consequences(
    impact: Impact,
    using: Using,
    old: str,
    new: str,
    lists: Mapping[str, int],
    awaited: str = "",
    *,
    asks_first: bool = False,
) -> list[str]:
    """What using does, sentence by sentence; `lists` counts by list the entries still waited for.

    With nothing to use: how it stands. `awaited` says why rules and documents can't be counted yet;
    `asks_first` that somebody is asked before a new supplier is created.
    """
    if using.is_empty:
        return [_TICK_FIRST, awaited] if awaited else _standing(impact, new, lists)
    said = []
    if using.creations:
        said.append(f"{plural(using.creations, 'entry', 'entries')} will be created in {new} first.")
    said += [awaited] if awaited else _becomes(impact, new, lists)
    said += _new_contacts(impact, asks_first=asks_first)
    kept = f", nothing in {old} changes" if old else ""
    said.append(f"Nothing already published changes{kept}. You can undo this.")
    return said


def undone_words(undone: Undone, software: str) -> list[str]:
    """What an undo did, and what stays."""
    said = [f"Undone: {undone.undone:,} of {plural(undone.total, 'match', 'matches')}."]
    if undone.kept:
        kept = "it is, because it was" if len(undone.kept) == 1 else "they are, because they were"
        said.append(f"Left as {kept} matched anew since: {shown_names(undone.kept)}.")
    if undone.created:
        said.append(created_words(undone.created, software))
    if undone.rules or undone.waiting:
        said.append(f"{listed(_again(undone))} again.")
    return said


def created_words(names: Sequence[str], software: str) -> str:
    """`2 entries created in Software stay there: Vehicle costs and Parking.`"""
    verb = "stays" if len(names) == 1 else "stay"
    return (
        f"{plural(len(names), 'entry', 'entries')} created in {software} {verb} there: {shown_names(names)}."
    )


def shown_names(names: Sequence[str]) -> str:
    """The first of many names, and how many more there are."""
    shown = list(names[:_SHOWN_NAMES])
    more = len(names) - len(shown)
    return listed([*shown, f"{more:,} more"] if more else shown)


def count_by_list(names: Sequence[ListName]) -> dict[str, int]:
    """How many entries of each list, by what one of them is called."""
    counts: dict[str, int] = {}
    for name in names:
        counts[SINGULAR_LABELS[name]] = counts.get(SINGULAR_LABELS[name], 0) + 1
    return counts


def _changed_line(choice: NewChoice, entries: Mapping[UUID, Entry]) -> ChangedLine:
    entry = entries[choice.item_id]
    becomes = entries[choice.target].label if choice.target else _ACTION_WORDS[choice.action]
    if not choice.ticked:
        becomes = "still to choose" if choice.action == LEAVE else f"{becomes}, not ticked"
    use = "" if choice.use == ANY else f", on {choice.use}"
    return ChangedLine(LIST_LABELS[entry.list], f"{entry.label}{use}", becomes)


def _becomes(impact: Impact, new: str, lists: Mapping[str, int]) -> list[str]:
    """What rules and documents will be able to do."""
    said = []
    if impact.rules:
        ready = plural(impact.rules_ready, "rule") if impact.rules_ready else "No rule"
        said.append(f"{ready} will work in {new}{'' if impact.rules_ready else ' yet'}.")
    if impact.documents:
        said.append(_documents(impact, lists))
    return said


def _standing(impact: Impact, new: str, lists: Mapping[str, int]) -> list[str]:
    """How rules and documents stand while nothing is ticked."""
    said = [_TICK_FIRST]
    if impact.rules:
        verb = "works" if impact.rules_ready < 2 else "work"
        ready = plural(impact.rules_ready, "rule") if impact.rules_ready else "No rule"
        said.append(f"{ready} {verb} in {new} {'now' if impact.rules_ready else 'yet'}.")
    if impact.still_waiting:
        waits = "waits" if impact.still_waiting == 1 else "wait"
        wanted = listed(_wanted(impact, lists))
        said.append(
            f"{plural(impact.still_waiting, 'document')} {waits}{f' for {wanted}' if wanted else ''}."
        )
    return said


def _documents(impact: Impact, lists: Mapping[str, int]) -> str:
    verb = "becomes" if impact.released == 1 else "become"
    said = f"{plural(impact.released, 'waiting document')} {verb} ready"
    if not impact.released:
        said = "No waiting document becomes ready"
    if impact.still_waiting:
        goes = "goes" if impact.still_waiting == 1 else "go"
        wanted = listed(_wanted(impact, lists))
        said += f", {impact.still_waiting:,} {goes} on waiting{f' for {wanted}' if wanted else ''}"
    return f"{said}.{_early(impact.early)}"


def _still_need(impact: Impact) -> str:
    """What the documents wait for that these matches don't release; a match, and where asked, an answer."""
    need = "needs" if impact.still_waiting == 1 else "need"
    return f"still {need} a match{' or an answer' if impact.unanswered or impact.kept else ''}"


def _wanted(impact: Impact, lists: Mapping[str, int]) -> list[str]:
    """What documents go on waiting for."""
    wanted = [_unmatched(word, count) for word, count in lists.items()]
    if impact.unanswered:
        wanted.append("an answer under Publishing")
    if impact.kept:
        wanted.append("another answer under Publishing than to keep them")
    return wanted


def _early(count: int) -> str:
    if not count:
        return ""
    is_one = count == 1
    verbs = "is dated before the new books and waits" if is_one else "are dated before the new books and wait"
    return f" {plural(count, 'document')} {verbs} until you decide about {'it' if is_one else 'them'}."


def _unmatched(word: str, count: int) -> str:
    many = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return plural(count, f"unmatched {word}", f"unmatched {many}")


def _new_contacts(impact: Impact, *, asks_first: bool) -> list[str]:
    """What becomes of suppliers and customers that stay without a match."""
    suppliers, customers = plural(impact.new_suppliers, "supplier"), plural(impact.new_customers, "customer")
    created = [suppliers] if impact.new_suppliers and not asks_first else []
    created += [customers] if impact.new_customers else []
    said = [f"{listed(created)} will be created when first used."] if created else []
    if asks_first and impact.new_suppliers:
        said.append(f"You are asked about {suppliers} when first used.")
    return said


def _again(undone: Undone) -> list[str]:
    """What an undo put back to where it was before the use."""
    said = []
    if undone.rules:
        said.append(f"{plural(undone.rules, 'rule')} {'needs' if undone.rules == 1 else 'need'} a match")
    if undone.waiting:
        said.append(f"{plural(undone.waiting, 'document')} {'waits' if undone.waiting == 1 else 'wait'}")
    return said


def matched_words(connection: Connection, matched: Matched) -> str:
    """What became of one match that was made by hand, and for which side it holds, if for one alone."""
    said = "Matched."
    if connection.awaits_start:
        said = "Matched. Nothing is sent until you press Start publishing."
    elif matched.released:
        verb = "is" if matched.released == 1 else "are"
        said = f"Matched. {plural(matched.released, 'document')} {verb} being published."
    return f"{said} {matched.narrowed}".strip()
