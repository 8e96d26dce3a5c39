"""An entry that needs a match, as the document that waits for it says so and offers to match it in place."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from bookbind.connections.models import Connection
from bookbind.kit.text import plural
from bookbind.merge.choices import CREATE, MATCH
from bookbind.merge.plans import ANY, COSTS
from bookbind.merge.proposals import GUESS, LIKELY
from bookbind.merge.rows import Row, UseRow, find_row
from bookbind.tenancy.permissions import Permission, may
from bookbind.web.access import BusinessRequest
from bookbind.web.merge_rows import Option, pack_choice, sure_word, target_hint
from bookbind.web.views.merge_place import find_place


@dataclass(frozen=True)
class MatchOffer:
    """What stands in the message: a field with the proposal in it, and what else can be done."""

    url: str
    targets_url: str
    field_id: str
    options: tuple[Option, ...]
    why: str
    create: str
    create_label: str
    more_url: str


def offer_match(
    request: BusinessRequest, connection: Connection | None, document_id: UUID, item_id: str, *, waits: bool
) -> tuple[MatchOffer, str] | None:
    """The offer and what it says about the entry; None for those who may not match, or without books."""
    if connection is None or connection.stage != Connection.Stage.ACTIVE or not item_id:
        return None
    if not may(request.role, Permission.EDIT_LISTS):
        return None
    row = find_row(connection, UUID(item_id))
    if row is None:
        return None
    use = _use_of(row)
    place = find_place(request, connection.id)
    create = pack_choice(row.id, use.use, CREATE) if use.create_name else ""
    offer = MatchOffer(
        url=reverse("cost_match", args=[place.slug, document_id]),
        targets_url=f"{place.url('merge_targets', row.id)}?use={use.use}",
        field_id=f"match-{row.id}",
        options=_options(row, use),
        why=_why(use),
        create=create,
        create_label=f"Create “{use.create_name}” in {place.software}",
        more_url=row_url(request, connection, row),
    )
    return offer, _body(row, waits=waits)


def row_url(request: BusinessRequest, connection: Connection, row: Row) -> str:
    """The entry's row in Merge lists, for those who may open it."""
    if not may(request.role, Permission.MANAGE_CONNECTIONS):
        return ""
    return item_row_url(request.business.slug, connection.id, row.list.value, row.id)


def item_row_url(slug: str, connection_id: UUID, list_name: str, item_id: UUID) -> str:
    """The address of an entry's row in Merge lists."""
    return f"{reverse('merge_step', args=[slug, connection_id, list_name])}?item={item_id}"


def _use_of(row: Row) -> UseRow:
    """The use that a cost needs: its own side where the entry is two things, else the one for both."""
    by_use = {use.use: use for use in row.uses}
    return by_use.get(COSTS) or by_use.get(ANY) or row.uses[0]


def _options(row: Row, use: UseRow) -> tuple[Option, ...]:
    found: dict[UUID, Option] = {}
    for each in (use.chosen, *use.alternatives):
        if each is not None and each.id not in found:
            is_first = use.chosen is not None and each.id == use.chosen.id
            is_guess = is_first and sure_word(use) == GUESS
            hint = ("a guess" if is_guess else "suggested") if is_first else target_hint(each)
            value = pack_choice(row.id, use.use, MATCH, each.id)
            # One press frees all that waits for the entry, so a guess is left for somebody to choose.
            found[each.id] = Option(value, each.label, hint, is_chosen=is_first and not is_guess)
    return tuple(found.values())


def _why(use: UseRow) -> str:
    """`Suggested, please check: similar name, both expense`; empty where nothing is."""
    if use.chosen is None or not use.reasons:
        return ""
    said = f"{use.chosen.label} is only a guess" if sure_word(use) == GUESS else _suggested(use)
    return f"{said}: {', '.join(use.reasons)}"


def _suggested(use: UseRow) -> str:
    return "Suggested, please check" if sure_word(use) == LIKELY else "Suggested"


def _body(row: Row, *, waits: bool) -> str:
    said = []
    if row.was is not None:
        said.append(f"It was {row.was.label} in {row.was.software}.")
    parts = []
    others = row.used.held - (1 if waits else 0)
    if waits:
        more = f" and {plural(others, 'other')}" if others > 0 else ""
        parts.append(f"this bill{more} {'wait' if others > 0 else 'waits'} for it")
    elif others > 0:
        parts.append(f"{plural(others, 'document')} {'waits' if others == 1 else 'wait'} for it")
    rules = row.used.rule_count
    if rules:
        parts.append(f"{plural(rules, 'rule')} {'uses' if rules == 1 else 'use'} it")
    if parts:
        text = "; ".join(parts)
        said.append(f"{text[0].upper()}{text[1:]}.")
    return " ".join(said)
