"""Pure: what stands on the page for an entry: what somebody chose, else what is proposed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.proposals import Proposal

MATCH, CREATE, LEAVE = "match", "create", "leave"


@dataclass(frozen=True)
class Chosen:
    """What somebody chose for an entry on one use; `target` only for a match."""

    use: str
    action: str
    target: UUID | None
    ticked: bool
    version: int = 0


@dataclass(frozen=True)
class Choice:
    """What *Use these matches* would do on one use, if it is ticked. `proposal` is what the matcher said."""

    use: str
    action: str
    target: UUID | None
    ticked: bool
    by_person: bool
    proposal: Proposal | None = None

    @property
    def is_proposed(self) -> bool:
        """Whether the matcher alone speaks for it: nobody chose it, or somebody took its tick away."""
        if not self.by_person:
            return True
        is_same = self.proposal is not None and (self.action, self.target) == (MATCH, self.proposal.target)
        return is_same and not self.ticked


def choices_of(
    chosen: Iterable[Chosen],
    proposals: Sequence[Proposal],
    *,
    is_matched: bool,
    bound_uses: frozenset[str] = frozenset(),
    apart: frozenset[str] = frozenset(),
) -> dict[str, Choice]:
    """The choices of one entry by use; a person's goes before a proposal, one for any use before two for one.

    What is matched is left alone until a person chooses, so a proposal for any use is not ticked where one
    side is matched. `apart` are uses that stand for another list, `bound_uses` all that are matched.
    """
    people = {each.use: each for each in chosen}
    proposed = {each.use: each for each in proposals}
    found: dict[str, Choice] = {}
    for use, each in people.items():
        found[use] = Choice(
            use, each.action, each.target, each.ticked, by_person=True, proposal=proposed.get(use)
        )
    hidden = _hidden_by(people.keys() - apart, apart)
    for use, proposal in proposed.items():
        is_done = use in bound_uses or (is_matched and use not in apart)
        if use not in found and use not in hidden and not is_done:
            action = MATCH if proposal.target else LEAVE
            is_half_matched = use == ANY and bool({COSTS, SALES} & (bound_uses - apart))
            is_ticked = proposal.auto and proposal.target is not None and not is_half_matched
            found[use] = Choice(use, action, proposal.target, is_ticked, by_person=False, proposal=proposal)
    return found


def wanted_of(choices: Mapping[str, Choice]) -> dict[str, UUID | None]:
    """What is ticked, by use: a target, or None for an entry that somebody leaves unmatched."""
    return {
        use: choice.target
        for use, choice in choices.items()
        if choice.ticked and (choice.action == MATCH or (choice.action == LEAVE and choice.by_person))
    }


def uses_beside(use: str, apart: frozenset[str]) -> frozenset[str]:
    """The uses that a choice for `use` puts an end to."""
    return _hidden_by({use} - apart, apart)


def _hidden_by(uses: Iterable[str], apart: frozenset[str]) -> frozenset[str]:
    hidden: set[str] = set()
    for use in uses:
        hidden |= {COSTS, SALES} - apart if use == ANY else {ANY}
    return frozenset(hidden)
