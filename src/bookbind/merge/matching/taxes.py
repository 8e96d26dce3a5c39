"""Tax rates are read, not compared: percentage, side and kind decide, words only between equals."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from bookbind.merge.matching.items import Item, Refusal, Suggestion
from bookbind.merge.matching.tax_patterns import SINGULAR
from bookbind.merge.matching.tax_words import SELF_ACCOUNTED, TaxFacts, read_tax

ACCEPTED, NAMED, ASSUMED, ASSUMED_ZERO = 0.95, 0.98, 0.96, 0.92
# How much less likely two rates are the same where one of them does not say its percentage.
_PERCENTAGE_MISSING = 0.5
_OTHER_TRAITS, _APART = 0.1, 0.3
_KIND_WORDS = {
    "standard": "standard",
    "reduced": "reduced",
    "zero": "zero-rated",
    "exempt": "exempt",
    "outside": "outside the scope",
    "reverse_charge": "reverse charge",
    "ec": "EC",
    "ec_goods": "EC goods",
    "ec_services": "EC services",
    "import": "import",
    "export": "export",
    "withholding": "withheld tax",
    "taxed": "",
    "other": "",
}
# Kinds that one name may leave open and another says; apart from these, kinds must be equal.
_CLOSE = {
    frozenset({"ec", "ec_goods"}): 0.9,
    frozenset({"ec", "ec_services"}): 0.7,
    frozenset({"ec", "reverse_charge"}): 0.2,
    frozenset({"ec_services", "reverse_charge"}): 0.35,
    frozenset({"taxed", "standard"}): 0.9,
    frozenset({"taxed", "reduced"}): 0.85,
    frozenset({"zero", "export"}): 0.3,
}


@dataclass(frozen=True, slots=True)
class _Fit:
    score: float
    new: int


def tax_refusal(old: Item, new: Item) -> Refusal | None:
    """Why the two rates must not stand for each other."""
    return _refusal(read_tax(old), read_tax(new))


def match_taxes(old_items: Sequence[Item], new_items: Sequence[Item]) -> list[Suggestion]:
    """One suggestion for each old rate, in their order; several may meet on one new rate."""
    targets = [(position, read_tax(item)) for position, item in enumerate(new_items) if not item.archived]
    return [_suggest(item, read_tax(item), targets, new_items) for item in old_items]


def _refusal(old: TaxFacts, new: TaxFacts) -> Refusal | None:
    differ = old.rate is not None and new.rate is not None and not _same_percentage(old, new)
    # What a buyer accounts for comes to nothing: there the kind is the better reason.
    if differ and not {old.kind, new.kind} & SELF_ACCOUNTED:
        return Refusal(f"{_shown(old)} is not {_shown(new)}.")
    if old.side and new.side and "both" not in {old.side, new.side} and old.side != new.side:
        return Refusal(f"One is for {old.side}, the other for {new.side}.")
    if _kind_fit(old, new) == 0:
        said = f"{_said(old)} and {_said(new)} are different kinds of tax."
        return Refusal(said[0].upper() + said[1:])
    if differ:
        return Refusal(f"{_shown(old)} is not {_shown(new)}.")
    if _apart(old.region, new.region) or _apart(old.family, new.family):
        return Refusal("They belong to different regions or taxes.")
    if old.rate is None and new.rate is None and "taxed" in {old.kind, new.kind}:
        return Refusal("Neither says its percentage.")
    return None


def _same_percentage(old: TaxFacts, new: TaxFacts) -> bool:
    """Whether the rates agree; of those that the buyer accounts for, what they are named by, or nothing."""
    if not {old.kind, new.kind} <= SELF_ACCOUNTED:
        return old.rate == new.rate
    if old.nominal is None or new.nominal is None:
        return old.rate == new.rate or not (old.rate and new.rate)
    if old.nominal != new.nominal and old.rate == new.rate == 0 in (old.nominal, new.nominal):
        # Who sells under the reverse charge charges nothing, whatever the rate is called.
        return old.kind == new.kind == "reverse_charge" and "sales" in {old.side, new.side}
    return old.nominal == new.nominal


def _of_its_own(old: TaxFacts, new: TaxFacts) -> bool:
    """Whether one is of a sort that the other is not: for capital goods, or a rate that stands by itself."""
    return old.capital != new.capital or bool((old.traits ^ new.traits) & SINGULAR)


def _percentage_said(old: TaxFacts, new: TaxFacts) -> bool:
    """Whether both say the same percentage, rather than that one leaves open what the other names."""
    return old.rate == new.rate or (old.nominal is not None and old.nominal == new.nominal)


def _kind_fit(old: TaxFacts, new: TaxFacts) -> float:
    if old.kind == new.kind:
        return 1.0
    pair = frozenset({old.kind, new.kind})
    # Where the percentage is not zero, standard and reduced are words for it, and it is compared already.
    if pair <= {"taxed", "standard", "reduced"} and old.rate == new.rate and old.rate:
        return _CLOSE.get(pair, 0.8)
    return _CLOSE.get(pair, 0.0)


def _suggest(
    item: Item, facts: TaxFacts, targets: list[tuple[int, TaxFacts]], new_items: Sequence[Item]
) -> Suggestion:
    fits = sorted(
        (
            _Fit(_fit(item, facts, new_items[position], new), position)
            for position, new in targets
            if _refusal(facts, new) is None
        ),
        key=lambda fit: (-fit.score, new_items[fit.new].id),
    )
    if not fits:
        return Suggestion(item.id, None, 0.0, False, (_nothing(facts),))
    best = fits[0]
    chosen, target = new_items[best.new], dict(targets)[best.new]
    unique = len(fits) == 1 or best.score - fits[1].score > 0.1
    sure = facts.kind_given and target.kind_given and facts.kind == target.kind
    confidence = _confidence(facts, target, best.score, unique=unique)
    same_percentage = facts.rate is not None and facts.rate == target.rate
    auto = unique and sure and same_percentage and _covers_side(facts, target) and confidence >= ACCEPTED
    others = tuple(
        (new_items[fit.new].id, round(confidence * fit.score / best.score * 0.8, 4)) for fit in fits[1:4]
    )
    return Suggestion(item.id, chosen.id, confidence, auto, _reasons(item, chosen, facts, target), others)


def _covers_side(old: TaxFacts, new: TaxFacts) -> bool:
    """Whether the new rate serves the old one's side; a two-way code serves either."""
    return bool(old.side) and new.side in {old.side, "both"}


def _same_side(old: TaxFacts, new: TaxFacts) -> bool:
    return bool(old.side) and old.side == new.side


def _fit(item: Item, facts: TaxFacts, new_item: Item, new: TaxFacts) -> float:
    """How well two allowed rates fit, 0 to 1: kind first, then side, goods or services, and words."""
    score = 0.55 * _kind_fit(facts, new)
    score += 0.15 * (_same_side(facts, new) or (not facts.side and not new.side))
    score += 0.05 * (new.side in {"both", "purchases"})
    score += 0.05 * (facts.rate == new.rate) + 0.03 * (facts.nominal == new.nominal)
    score -= 0.3 * _of_its_own(facts, new)
    score += 0.06 * (facts.nature == new.nature) - 0.1 * bool(
        facts.nature and new.nature and facts.nature != new.nature
    )
    score += 0.05 * (facts.traits == new.traits) - 0.04 * len(facts.traits ^ new.traits)
    score += 0.04 * _overlap(facts.region, new.region) + 0.04 * _overlap(facts.family, new.family)
    score += 0.05 * _overlap(facts.words, new.words)
    return max(0.05, score + 0.02 * (item.code != "" and item.code.lower() == new_item.code.lower()))


def _apart(one: frozenset[str], other: frozenset[str]) -> bool:
    return bool(one and other and not one & other)


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 1.0


def _confidence(old: TaxFacts, new: TaxFacts, score: float, *, unique: bool) -> float:
    base = 0.99 if old.kind_given and new.kind_given else NAMED
    if not (old.kind_named and new.kind_named):
        base = min(base, ASSUMED if old.rate else ASSUMED_ZERO)
    if old.rate is None or new.rate is None or not _percentage_said(old, new):
        base -= _PERCENTAGE_MISSING if _is_untold(old, new) else 0.2
    if old.traits != new.traits:
        base -= _OTHER_TRAITS
    most = _APART if _of_its_own(old, new) else 1.0
    sure = min(base, base * (0.4 + 0.75 * score)) - (0 if unique else 0.25)
    return round(min(most, max(0.05, sure)), 4)


def _is_untold(old: TaxFacts, new: TaxFacts) -> bool:
    """Whether one of them has a percentage to pay and the other says none."""
    return (old.rate is None) != (new.rate is None) and bool(old.rate or new.rate)


def _reasons(item: Item, chosen: Item, old: TaxFacts, new: TaxFacts) -> tuple[str, ...]:
    rate = None if _is_untold(old, new) else old.rate if old.rate is not None else new.rate
    facts = [_percent(rate) if rate is not None else "", _KIND_WORDS.get(new.kind, new.kind)]
    facts += [
        "capital goods" if new.capital else "",
        new.side if new.side != "both" else "sales and purchases",
    ]
    reasons = [", ".join(fact for fact in facts if fact)]
    if item.name.strip().lower() == chosen.name.strip().lower():
        reasons.append("same name")
    if _is_untold(old, new):
        where, told = ("there", old.rate) if new.rate is None else ("here", new.rate)
        reasons.append(f"{_percent(told)} against no percentage given {where}: please check")
    if old.capital != new.capital:
        reasons.append("one is for capital goods, the other is not")
    if not (old.kind_given and new.kind_given):
        reasons.append("kind read from the name: please check")
    return tuple(reason for reason in reasons if reason)


def _nothing(facts: TaxFacts) -> str:
    rate = _percent(facts.rate) if facts.rate is not None else "no percentage"
    kind = _KIND_WORDS.get(facts.kind, facts.kind)
    return f"nothing at {rate}{f', {kind}' if kind else ''}{f', {facts.side}' if facts.side else ''}"


def _said(facts: TaxFacts) -> str:
    return _KIND_WORDS.get(facts.kind) or "an ordinary rate"


def _shown(facts: TaxFacts) -> str:
    return _percent(facts.rate if facts.nominal is None else facts.nominal)


def _percent(rate: Decimal | None) -> str:
    return f"{rate.normalize():f}%" if rate is not None else "no percentage"
