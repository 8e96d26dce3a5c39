"""Pure words for organisations that can be chosen: the likeliest first, none of them chosen beforehand."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from bookbind.connections.elsewhere import SharedWith
from bookbind.connections.names import names_agree
from bookbind.kit.text import fold_name
from bookbind.providers.base.types import Organisation


@dataclass(frozen=True)
class Choice:
    """One organisation in the picker; `hint` tells it from others of the same name."""

    id: str
    text: str
    hint: str


def build_choices(
    organisations: Sequence[Organisation],
    business_name: str,
    shared: Mapping[str, SharedWith],
    used: Collection[str] = (),
) -> list[Choice]:
    """The organisations, those called like the business first, then by name.

    `used` are the ids of those at which the business kept its books before.
    """

    def order(organisation: Organisation) -> tuple[bool, str]:
        return (not names_agree(organisation.name, business_name), fold_name(organisation.name))

    return [
        Choice(one.id, one.name, _hint(one, business_name, shared.get(one.id), is_used=one.id in used))
        for one in sorted(organisations, key=order)
    ]


def describe(organisation: Organisation) -> str:
    """`GB · GBP · VAT 123 4567 89`, as far as it is known."""
    tax = f"VAT {organisation.tax_number}" if organisation.tax_number else ""
    return " · ".join(filter(None, (organisation.country, organisation.currency, tax)))


def _hint(organisation: Organisation, business_name: str, shared: SharedWith | None, *, is_used: bool) -> str:
    parts = [describe(organisation)]
    if organisation.legal_name and fold_name(organisation.legal_name) != fold_name(organisation.name):
        parts.insert(0, organisation.legal_name)
    if is_used:
        parts.append("your books before")
    elif fold_name(organisation.name) == fold_name(business_name):
        parts.append("same name")
    elif names_agree(organisation.name, business_name):
        parts.append("similar name")
    if shared is not None and shared.names:
        parts.append(f"already connected to {shared.text}")
    return " · ".join(filter(None, parts))
