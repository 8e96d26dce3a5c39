"""Merge lists: one step at a time, its rows under a filter, and the frame around them as it moves."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bookbind.lists.labels import CONTACT_LISTS, LIST_LABELS, label_within
from bookbind.merge.dimensions import list_dimension_questions
from bookbind.merge.finishing import count_added
from bookbind.merge.reading import ListData, draft_version, find_draft, list_names, read_changes
from bookbind.merge.rows import RowPage, Show, find_row, find_rows, list_rows
from bookbind.merge.steps import DIMENSIONS, ORDER, PUBLISHING, Step, StepState, list_steps
from bookbind.merge.usage import Uses, read_uses
from bookbind.merge.using import list_applied
from bookbind.merge.waiting import read_waiting
from bookbind.merge.ways import list_ways
from bookbind.providers.base.types import ListName
from bookbind.providers.registry import get_provider
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.asked import read_number
from bookbind.web.first_use import asks_first, first_use_words
from bookbind.web.merge_rows import view_row
from bookbind.web.views.merge_choosing import edit_context, list_options
from bookbind.web.views.merge_place import (
    Data,
    Place,
    first_step,
    frame_context,
    open_place,
    read_all,
    read_presence,
)
from bookbind.web.views.merge_questions import view_dimensions, view_reads
from bookbind.web.views.merge_using import used_context
from bookbind.web.views.way_words import explain_ways

ROWS_AT_ONCE = 100
_ALL_OPTIONS = 1000
# While a step stands so, nobody can say that everything is matched.
UNSETTLED = frozenset({StepState.OPEN, StepState.READING, StepState.UNREAD})
FILTERS = {
    Show.NEEDED: "Needed now",
    Show.RULES: "Used by rules",
    Show.UNMATCHED: "Not matched",
    Show.ALL: "All",
}


@dataclass(frozen=True)
class Filter:
    """One filter of a list: where it leads and how many entries it has."""

    label: str
    url: str
    count: int
    is_current: bool


@dataclass(frozen=True)
class Wanted:
    """What the address asks for."""

    show: Show
    query: str
    start: int
    item_id: UUID | None
    edit: str
    ids: tuple[UUID, ...] = ()


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Opens on the first step in which something is needed now."""
    return _show(request, open_place(request, connection_id), "")


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge_step(request: BusinessRequest, connection_id: UUID, step: str) -> HttpResponse:
    """One step; asked for by a fragment, its rows alone, and of those only the ones that it names."""
    place = open_place(request, connection_id)
    if step not in ORDER:
        raise Http404
    if not request.headers.get("HX-Request"):
        return _show(request, place, step)
    if step not in set(ListName):
        raise Http404
    wanted = _wanted(request)
    context = {"place": place, "current": step, **_rows_context(place, ListName(step), wanted)}
    part = "merge/_rows.html" if wanted.start or wanted.ids else "merge/_found.html"
    return render(request, part, context)


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge_state(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """The frame anew, when anything changed since it was drawn: tabs, presence and the bar.

    A step whose list was read since is shown anew as a whole: nothing stood there but that it is being read.
    """
    place = open_place(request, connection_id)
    presence, current = read_presence(request, place), request.GET.get("step", "")
    if request.GET.get("seen") == presence.seen:
        return HttpResponse(status=204)
    arrived = set(request.GET.get("unread", "").split(",")) - {each.name for each in presence.unread}
    if current in arrived & set(ORDER):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    data = read_all(place)
    changes, waiting = read_changes(place.connection, data), read_waiting(place.connection)
    steps = list_steps(place.connection, data, read_uses(place.connection, waiting), changes, place)
    context = frame_context(request, place, changes, steps, current, waiting)
    context["reads"] = view_reads(place, presence, arrived)
    return render(request, "merge/_state.html", context)


def _show(request: BusinessRequest, place: Place, key: str) -> HttpResponse:
    data, waiting = read_all(place), read_waiting(place.connection)
    changes, uses = read_changes(place.connection, data), read_uses(place.connection, waiting)
    steps = list_steps(place.connection, data, uses, changes, place)
    key = key or first_step(steps)
    step = next(each for each in steps if each.key == key)
    context = {
        **frame_context(request, place, changes, steps, key, waiting),
        "step": step,
        "earlier": list_applied(place.connection),
        "unused": sum(each.unmatched + each.new for each in steps),
        "is_settled": not any(each.state in UNSETTLED for each in steps),
        **_step_context(request, place, step, data, uses),
        **used_context(request, place),
    }
    if step.merging:
        context["added"] = count_added(place.connection, ListName(step.key), changes)
    return render(request, "merge/page.html", context)


def _step_context(
    request: BusinessRequest, place: Place, step: Step, data: Data, uses: Mapping[UUID, Uses]
) -> dict[str, object]:
    if step.key == PUBLISHING:
        return {"ways": explain_ways(list_ways(place.connection), get_provider(place.connection.provider))}
    if step.key == DIMENSIONS:
        return {
            "questions": view_dimensions(list_dimension_questions(place.connection), request.GET),
            "reads": view_reads(place, read_presence(request, place)),
        }
    if step.state in (StepState.UNDECIDED, StepState.LACKING):
        return {"decide_url": _decide_url(place, step)}
    if step.state not in (StepState.DONE, StepState.OPEN):
        return {}
    name = ListName(step.key)
    return {"has_rows": True, **_rows_context(place, name, _wanted(request), data[name], uses)}


def _decide_url(place: Place, step: Step) -> str:
    """Where it is said which dimension the list is; empty for a list that can be none."""
    is_asked = any(each.slot == step.key for each in list_dimension_questions(place.connection))
    return place.url("merge_step", DIMENSIONS) if is_asked else ""


def _rows_context(
    place: Place,
    name: ListName,
    wanted: Wanted,
    data: ListData | None = None,
    uses: Mapping[UUID, Uses] | None = None,
) -> dict[str, object]:
    if name not in list_names(place.connection):
        raise Http404
    first_use = first_use_words(place.connection, name)
    if wanted.item_id is not None:
        return _one_row_context(place, wanted, first_use)
    if wanted.ids:
        version = draft_version(find_draft(place.connection))
        rows = find_rows(place.connection, name, wanted.ids)
        return {"rows": [view_row(row, version, first_use) for row in rows]}
    found = list_rows(
        place.connection,
        name,
        wanted.show,
        wanted.query,
        start=wanted.start,
        limit=ROWS_AT_ONCE,
        data=data,
        uses=uses,
    )
    shown = wanted.start + len(found.rows)
    return {
        "rows": [view_row(row, found.version, first_use) for row in found.rows],
        "filters": _filters(place, name, found, wanted),
        "show": wanted.show.value,
        "show_label": FILTERS[wanted.show],
        "query": wanted.query,
        "found": found.found,
        "more_url": _url(place, name, wanted, shown) if shown < found.found else "",
        "more": min(ROWS_AT_ONCE, found.found - shown),
        "edit": "",
        "all_url": _url(place, name, replace(wanted, show=Show.ALL, query="")),
        "search_all_url": _url(place, name, replace(wanted, show=Show.ALL)),
        "label_within": label_within(name, LIST_LABELS[name]),
        # An entry without a match holds nothing up where it is created when it is first used.
        "contacts": label_within(name, LIST_LABELS[name]) if name in CONTACT_LISTS else "",
        "asks_first": asks_first(place.connection, name),
    }


def _one_row_context(place: Place, wanted: Wanted, first_use: str) -> dict[str, object]:
    assert wanted.item_id is not None
    row = find_row(place.connection, wanted.item_id)
    if row is None:
        raise Http404
    context: dict[str, object] = {
        "rows": [view_row(row, draft_version(find_draft(place.connection)), first_use)],
        "only": row,
        "found": 1,
    }
    if wanted.edit:
        # Without scripts nothing is asked for while somebody types, so every entry stands in the field.
        editing = edit_context(place, row, wanted.edit)
        context |= {"editing": editing["use"], "options": editing["options"], "version": editing["version"]}
        everything = list_options(place, row.id, wanted.edit, limit=_ALL_OPTIONS)
        context |= {"edit": wanted.edit, "everything": everything}
    return context


def _filters(place: Place, name: ListName, found: RowPage, wanted: Wanted) -> list[Filter]:
    return [
        Filter(
            label=label,
            url=_url(place, name, replace(wanted, show=show)),
            count=found.counts[show],
            is_current=show is wanted.show,
        )
        for show, label in FILTERS.items()
    ]


def _url(place: Place, name: ListName, wanted: Wanted, start: int = 0) -> str:
    values = {"show": wanted.show.value}
    if wanted.query:
        values["q"] = wanted.query
    if start:
        values["start"] = str(start)
    return f"{place.url('merge_step', name.value)}?{urlencode(values)}"


def _wanted(request: BusinessRequest) -> Wanted:
    show, start, item = (request.GET.get(name, "") for name in ("show", "start", "item"))
    return Wanted(
        show=Show(show) if show in set(Show) else Show.NEEDED,
        query=request.GET.get("q", "").strip()[:100],
        start=read_number(start) or 0,
        item_id=_uuid(item) if item else None,
        edit=request.GET.get("edit", ""),
        ids=tuple(_uuid(each) for each in request.GET.get("ids", "").split(",")[:ROWS_AT_ONCE] if each),
    )


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
