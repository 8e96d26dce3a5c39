"""Pure: what is proposed for each entry, and for which use of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookbind.kit.text import fold_name, plain_tax_number
from bookbind.merge.entries import KINDS, Entry, for_use, is_income, kind_is_guessed, side_of, to_item
from bookbind.merge.matching import Item, Kind, Suggestion, match
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.providers.base.types import ListName, Side

CERTAIN, LIKELY, GUESS = "certain", "likely", "guess"
_CERTAIN_FROM, _LIKELY_FROM, _SHOWN_FROM = 0.95, 0.6, 0.3
_SAME_ACCOUNT = 0.8
_NAMESAKE = ("same name, different VAT numbers",)
_USES = {COSTS: "purchases", SALES: "sales"}


@dataclass(frozen=True)
class Proposal:
    """What an entry is proposed to be on one use. `confidence` is the probability that it is right.

    `auto` alone is ticked without anybody. `alternatives` are runners-up with their confidence.
    """

    use: str
    target: UUID | None
    confidence: float = 0.0
    auto: bool = False
    reasons: tuple[str, ...] = ()
    alternatives: tuple[tuple[UUID, float], ...] = ()

    @property
    def word(self) -> str:
        """The confidence in a word; empty where nothing is proposed."""
        if self.target is None:
            return ""
        if self.auto or self.confidence >= _CERTAIN_FROM:
            return CERTAIN
        return LIKELY if self.confidence >= _LIKELY_FROM else GUESS


Proposals = dict[UUID, list[Proposal]]


def propose(name: ListName, ours: Sequence[Entry], theirs: Sequence[Entry]) -> Proposals:
    """What each of our entries may be among theirs; a two-way tax rate may be two, one for each side."""
    kind = KINDS[name]
    old, new = [to_item(entry) for entry in ours], [to_item(entry) for entry in theirs]
    found = {
        entry.id: [_proposal(ANY, each)] for entry, each in zip(ours, match(old, new, kind), strict=True)
    }
    if kind is Kind.TAX_RATES:
        found |= _split(ours, theirs, found)
        found = _without_guessed(found, [*ours, *theirs])
    return found


def propose_products(
    categories: Sequence[Entry], products: Sequence[Entry], accounts: Mapping[UUID, str]
) -> Proposals:
    """As which product each income category may be sold; a person always decides.

    `accounts` says which account of the books a category is, by the vendor's id: a product behind which that
    very account stands goes before one that only sounds alike.
    """
    income = [entry for entry in categories if is_income(entry)]
    by_account: dict[str, list[Entry]] = defaultdict(list)
    for product in products:
        by_account[str(product.details.get("category_id") or "")].append(product)
    names = match([to_item(e) for e in income], [to_item(p) for p in products], Kind.PRODUCTS)
    found: Proposals = {}
    for entry, suggestion in zip(income, names, strict=True):
        same = by_account.get(accounts.get(entry.id, ""), []) if accounts.get(entry.id) else []
        by_name = _proposal(SALES, suggestion, may_be_auto=False)
        found[entry.id] = [_through_account(same, by_name) if same else by_name]
    return found


def propose_namesakes(ours: Sequence[Entry], taken: Sequence[Entry], found: Proposals) -> Proposals:
    """For contacts that nothing is proposed for: the one of their very name that another of ours stands for.

    Its VAT number is another, or it would be theirs; but publishing looks for the name before it creates one.
    """
    named: dict[str, list[Entry]] = defaultdict(list)
    for entry in taken:
        named[fold_name(entry.name)].append(entry)
    same: Proposals = {}
    for entry in ours:
        there, known = named.get(fold_name(entry.name), []), found.get(entry.id, [])
        numbers = {plain_tax_number(each.details.get("tax_number")) for each in (entry, *there)} - {""}
        if len(there) == 1 and len(numbers) > 1 and not any(each.target for each in known):
            others = known[0].alternatives if known else ()
            same[entry.id] = [Proposal(ANY, there[0].id, _SHOWN_FROM, reasons=_NAMESAKE, alternatives=others)]
    return same


def confidence_of(proposal: Proposal, target: UUID) -> float:
    """How likely this target is, as far as the proposal says anything about it."""
    if proposal.target == target:
        return proposal.confidence
    return dict(proposal.alternatives).get(target, 0.0)


def to_json(proposals: Proposals) -> dict[str, Any]:
    """Plain values to be stored."""
    return {
        str(id_): [
            [
                p.use,
                str(p.target or ""),
                p.confidence,
                p.auto,
                p.reasons,
                [[str(a), c] for a, c in p.alternatives],
            ]
            for p in each
        ]
        for id_, each in proposals.items()
    }


def from_json(stored: Mapping[str, Any]) -> Proposals:
    """What `to_json` made."""
    return {
        UUID(id_): [
            Proposal(
                use,
                UUID(target) if target else None,
                confidence,
                auto,
                tuple(reasons),
                tuple((UUID(other), likely) for other, likely in others),
            )
            for use, target, confidence, auto, reasons, others in rows
        ]
        for id_, rows in stored.items()
    }


def _proposal(use: str, suggestion: Suggestion, *, may_be_auto: bool = True) -> Proposal:
    """What is hardly more likely than any other entry is no proposal, but can still be chosen."""
    others = tuple((UUID(new), likely) for new, likely in suggestion.alternatives)
    if suggestion.new is None:
        return Proposal(use, None, 0.0, reasons=suggestion.reasons, alternatives=others)
    target = UUID(suggestion.new)
    if suggestion.confidence < _SHOWN_FROM and not suggestion.auto:
        return Proposal(use, None, 0.0, alternatives=((target, suggestion.confidence), *others)[:3])
    auto = suggestion.auto and may_be_auto
    return Proposal(use, target, suggestion.confidence, auto, suggestion.reasons, others)


def _split(ours: Sequence[Entry], theirs: Sequence[Entry], whole: Proposals) -> Proposals:
    """For a rate that serves both sides where its best counterpart serves one: one proposal for each side."""
    by_id = {entry.id: entry for entry in theirs}
    two_way = [entry for entry in ours if side_of(entry) == Side.BOTH]
    one_way = [entry for entry in two_way if _is_one_sided(whole[entry.id][0], by_id)]
    found: Proposals = {entry.id: [] for entry in one_way}
    for use in (COSTS, SALES):
        old = [for_use(to_item(entry), use) for entry in one_way]
        new = [to_item(entry) for entry in theirs if _serves(entry, use)]
        for entry, suggestion in zip(
            one_way, match(old, _as_one_sided(new, use), Kind.TAX_RATES), strict=True
        ):
            found[entry.id].append(_proposal(use, suggestion))
    return found


def _as_one_sided(items: Iterable[Item], use: str) -> list[Item]:
    return [item if item.side in _USES.values() else for_use(item, use) for item in items]


def _is_one_sided(proposal: Proposal, theirs: Mapping[UUID, Entry]) -> bool:
    return proposal.target is not None and side_of(theirs[proposal.target]) in (Side.COSTS, Side.SALES)


def _serves(entry: Entry, use: str) -> bool:
    return side_of(entry) != (Side.SALES if use == COSTS else Side.COSTS)


def _without_guessed(found: Proposals, entries: Iterable[Entry]) -> Proposals:
    """A kind of tax that was read out of a name is never a reason to tick."""
    guessed = {entry.id for entry in entries if kind_is_guessed(entry)}
    return {
        id_: [
            Proposal(
                p.use, p.target, p.confidence, auto=False, reasons=p.reasons, alternatives=p.alternatives
            )
            if id_ in guessed or p.target in guessed
            else p
            for p in proposals
        ]
        for id_, proposals in found.items()
    }


def _through_account(same: Sequence[Entry], by_name: Proposal) -> Proposal:
    ids = [product.id for product in same]
    best = by_name.target if by_name.target in ids else ids[0]
    confidence = _SAME_ACCOUNT if len(ids) == 1 or best == by_name.target else _SAME_ACCOUNT / len(ids)
    others = tuple((id_, confidence / 2) for id_ in ids if id_ != best)[:3]
    return Proposal(SALES, best, confidence, reasons=("sold to the same account",), alternatives=others)
