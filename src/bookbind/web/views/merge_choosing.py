"""What people choose in Merge lists, one row at a time: saved at once, never over somebody else's choice."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from bookbind.connections.sessions import safe_path
from bookbind.merge.choices import CREATE, LEAVE, MATCH
from bookbind.merge.drafting import NewChoice, forget_choices, save_choices
from bookbind.merge.entries import narrowed_words, refuse, use_for
from bookbind.merge.errors import DraftMoved, MergeError
from bookbind.merge.models import DraftRow
from bookbind.merge.plans import ANY, COSTS, SALES
from bookbind.merge.reading import draft_version, find_draft
from bookbind.merge.rows import Row, find_row
from bookbind.merge.searching import find_proposal, search_targets
from bookbind.merge.sold_as import sales_coded_by, uses_apart
from bookbind.merge.standings import find_entry, read_targets
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.asked import read_number
from bookbind.web.first_use import asks_first, first_use_words
from bookbind.web.merge_rows import (
    FORGET,
    JOIN,
    SPLIT,
    USES,
    Option,
    Pressed,
    can_split,
    pack_choice,
    read_choice,
    target_hint,
    view_row,
)
from bookbind.web.views.merge_place import Place, open_place

_ACTION_WORDS = {
    MATCH: "another entry",
    CREATE: "to create it",
    LEAVE: "to leave it unmatched",
    SPLIT: "to match it on costs and on sales separately",
    JOIN: "one match for costs and sales",
    FORGET: "what is proposed",
}


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def merge_choose(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Keep one choice in the draft; a fragment answers with the row, a form goes back to the page."""
    place = open_place(request, connection_id)
    choice = request.POST.get("choice", "")
    back = safe_path(request.POST.get("back", ""))
    if not choice and back:
        # Saved without scripts, the field can be empty.
        messages.info(request, "Nothing was chosen for it. Press the match and choose one.")
        return redirect(back)
    pressed = read_choice(choice)
    if pressed is None:
        raise Http404
    version = request.POST.get("version", "")
    refused, moved_by, status, narrowed = "", None, 200, ""
    try:
        narrowed = _narrowed(place, pressed)
        _apply(request, place, pressed, read_number(version) or 0)
    except DraftMoved as error:
        refused, moved_by, status = str(error), error.by, int(error.status)
    except MergeError as error:
        refused, status = str(error), int(error.status)
    row = find_row(place.connection, pressed.item_id)
    if row is None:
        raise Http404
    if not request.headers.get("HX-Request"):
        if refused:
            messages.error(request, refused)
        elif narrowed:
            messages.info(request, narrowed)
        return redirect(_back(request, place, pressed))
    mine = request.POST["choice"] if moved_by is not None else ""
    view = view_row(
        row,
        draft_version(find_draft(place.connection)),
        first_use_words(place.connection, row.list),
        moved_by or "",
        mine,
        _mine_words(place, pressed, mine),
    )
    context = {
        "place": place,
        "view": view,
        "refused": "" if moved_by is not None else refused,
        "narrowed": narrowed if status == HTTPStatus.OK else "",
    }
    return render(request, "merge/_row.html", context, status=status)


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge_row(request: BusinessRequest, connection_id: UUID, item_id: UUID) -> HttpResponse:
    """One row as it stands now."""
    place = open_place(request, connection_id)
    row = _get_row(place, item_id)
    first_use = first_use_words(place.connection, row.list)
    view = view_row(row, draft_version(find_draft(place.connection)), first_use)
    return render(request, "merge/_row.html", {"place": place, "view": view})


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge_edit(request: BusinessRequest, connection_id: UUID, item_id: UUID) -> HttpResponse:
    """The field in which another match is chosen, for one use of an entry."""
    place = open_place(request, connection_id)
    row = _get_row(place, item_id)
    context = {"place": place, **edit_context(place, row, request.GET.get("use", ANY))}
    return render(request, "merge/_edit.html", context)


@require_GET
@page(Permission.EDIT_LISTS)
def merge_targets(request: BusinessRequest, connection_id: UUID, item_id: UUID) -> HttpResponse:
    """The entries of the books for what was typed so far; what can't be chosen stands last, and why."""
    place = open_place(request, connection_id)
    use = request.GET.get("use", ANY)
    use = use if use in USES else ANY
    query = request.GET.get("q", "").strip()[:100]
    options = list_options(place, item_id, use, query)
    return render(request, "merge/_options.html", {"options": options})


def list_options(place: Place, item_id: UUID, use: str, query: str = "", limit: int = 50) -> list[Option]:
    """What one of our entries may be there, as options."""
    return [
        Option(pack_choice(item_id, use, MATCH, each.id), each.label, target_hint(each), each.why_not)
        for each in search_targets(place.connection, item_id, query, use, limit)
    ]


def edit_context(place: Place, row: Row, use: str) -> dict[str, object]:
    """The options before anything is typed: what is likely first, then what else can be done."""
    found = next((each for each in row.uses if each.use == use), None)
    if found is None:
        raise Http404
    likely = [found.chosen, found.current, *found.alternatives]
    options: dict[UUID, Option] = {}
    for each in likely:
        if each is not None and each.id not in options:
            percent = round(each.likely * 100)
            hint = f"{percent}% sure" if percent and not each.only_on else target_hint(each)
            is_chosen = found.chosen is not None and each.id == found.chosen.id
            value = pack_choice(row.id, use, MATCH, each.id)
            options[each.id] = Option(
                value, each.label, each.why_not or hint, each.why_not, is_chosen=is_chosen
            )
    return {
        "row": row,
        "use": found,
        "options": [*options.values(), *_others(place, row, use, found.create_name)],
        "version": draft_version(find_draft(place.connection)),
    }


def _others(place: Place, row: Row, use: str, create_name: str) -> list[Option]:
    entry = find_entry(row.id)
    assert entry is not None
    others = []
    if create_name:
        label = f"Create “{create_name}” in {place.software}"
        others.append(Option(pack_choice(row.id, use, CREATE), label, stays=True))
    others.append(Option(pack_choice(row.id, use, LEAVE), _leave_words(place, row), stays=True))
    uses = tuple(each.use for each in row.uses)
    split = can_split(entry, uses, uses_apart(place.connection, entry.list))
    if split == SPLIT:
        others.append(
            Option(pack_choice(row.id, use, SPLIT), "Match on costs and on sales separately", stays=True)
        )
    elif split == JOIN:
        others.append(Option(pack_choice(row.id, use, JOIN), "One match for costs and sales", stays=True))
    if any(each.by_person for each in row.uses):
        others.append(Option(pack_choice(row.id, use, FORGET), "Back to what is proposed", stays=True))
    return others


def _leave_words(place: Place, row: Row) -> str:
    if not row.is_optional:
        return "Leave unmatched"
    return "Ask me when first used" if asks_first(place.connection, row.list) else "Create it when first used"


def _apply(request: BusinessRequest, place: Place, pressed: Pressed, version: int) -> None:
    connection, user = place.connection, request.user
    if pressed.action == FORGET or _is_as_proposed(place, pressed):
        forget_choices(connection, [pressed.item_id], user, version)
    elif pressed.action == SPLIT:
        save_choices(connection, _split(place, pressed), user, version)
    elif pressed.action == JOIN:
        save_choices(connection, [_join(place, pressed)], user, version)
    else:
        choice = NewChoice(pressed.item_id, pressed.use, pressed.action, pressed.target, pressed.ticked)
        save_choices(connection, [choice], user, version)


def _narrowed(place: Place, pressed: Pressed) -> str:
    """What is said where a match that was chosen for both sides holds for one; else empty."""
    if pressed.action != MATCH or pressed.target is None:
        return ""
    ours = find_entry(pressed.item_id)
    theirs = read_targets(place.connection, [pressed.target]).get(pressed.target)
    if ours is None or theirs is None:
        return ""
    said = narrowed_words(ours, theirs, pressed.use)
    other = SALES if use_for(ours, theirs, pressed.use) == COSTS else COSTS
    return f"{said} Choose what it is on {other}, too." if said else ""


def _is_as_proposed(place: Place, pressed: Pressed) -> bool:
    """Whether only the tick of what is certain was taken away, and is given back."""
    chosen = DraftRow.objects.filter(draft__connection=place.connection, list_item=pressed.item_id)
    now = list(chosen.values_list("use", "action", "remote_item", "ticked"))
    if not pressed.ticked or now != [(pressed.use, pressed.action, pressed.target, False)]:
        return False
    proposal = find_proposal(place.connection, pressed.item_id, pressed.use)
    return proposal is not None and proposal.auto and proposal.target == pressed.target


def _split(place: Place, pressed: Pressed) -> list[NewChoice]:
    """What stood for both sides goes on for each side that it fits; the other is open to be chosen."""
    row = _get_row(place, pressed.item_id)
    now = next((use.chosen or use.current for use in row.uses if use.use == ANY), None)
    target = now.id if now else None
    return [_half(place, pressed.item_id, use, target) for use in (COSTS, SALES)]


def _half(place: Place, item_id: UUID, use: str, target: UUID | None) -> NewChoice:
    if target is not None and _fits(place, item_id, use, target):
        return NewChoice(item_id, use, MATCH, target)
    return NewChoice(item_id, use, LEAVE, ticked=False)


def _join(place: Place, pressed: Pressed) -> NewChoice:
    row = _get_row(place, pressed.item_id)
    for use in row.uses:
        target = use.chosen or use.current
        if target is not None and _fits(place, row.id, ANY, target.id):
            return NewChoice(row.id, ANY, MATCH, target.id)
    return NewChoice(row.id, ANY, LEAVE, ticked=False)


def _fits(place: Place, item_id: UUID, use: str, target: UUID) -> bool:
    ours, theirs = find_entry(item_id), read_targets(place.connection, [target]).get(target)
    coded_by = sales_coded_by(place.connection)
    return ours is not None and theirs is not None and not refuse(ours, theirs, use, coded_by)


def _get_row(place: Place, item_id: UUID) -> Row:
    row = find_row(place.connection, item_id)
    if row is None:
        raise Http404
    return row


def _back(request: BusinessRequest, place: Place, pressed: Pressed) -> str:
    """Where the form stood, or its list; the row is at the top of what is shown then."""
    return safe_path(request.POST.get("back", "")) or place.url("merge_step", _step_of(pressed))


def _step_of(pressed: Pressed) -> str:
    entry = find_entry(pressed.item_id)
    if entry is None:
        raise Http404
    return entry.list.value


def _mine_words(place: Place, pressed: Pressed, mine: str) -> str:
    """What this person chose when somebody else had chosen in between."""
    if not mine:
        return ""
    if pressed.action == MATCH and pressed.target is not None:
        there = read_targets(place.connection, [pressed.target]).get(pressed.target)
        return there.label if there else ""
    return _ACTION_WORDS[pressed.action]
