"""The first two steps of Merge lists: how documents go, which dimension is which; and the end of a step."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from bookbind.connections.models import Connection
from bookbind.kit.text import plural, possessive
from bookbind.lists.dimensions import find_dimension
from bookbind.lists.errors import DimensionTwice, DimensionUnknown
from bookbind.lists.labels import LIST_LABELS, TRACKING_LISTS, list_label
from bookbind.lists.models import Dimension
from bookbind.lists.queries import list_words
from bookbind.merge.dimensions import DimensionQuestion, choose_dimensions, list_dimension_questions
from bookbind.merge.errors import StillTicked
from bookbind.merge.finishing import finish_list
from bookbind.merge.reading import list_names
from bookbind.merge.steps import DIMENSIONS, PUBLISHING
from bookbind.merge.ways import choose_ways
from bookbind.providers.base.types import ListName
from bookbind.publishing.errors import SettingNotTaken
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.views.merge_place import Place, Presence, open_place
from bookbind.web.views.way_words import Answer, Asked

NONE = "none"
_NO_ANSWER = "Choose an answer first. Nothing was changed."


@dataclass(frozen=True)
class Read:
    """How the read of a list stands, in words; `url` leads to its entries once they are there."""

    words: str
    is_moving: bool
    url: str = ""


def view_dimensions(questions: Sequence[DimensionQuestion], given: Mapping[str, str]) -> list[Asked]:
    """Which dimension each tracking list is, in words; `given` are the fields of refused answers."""
    found: list[Asked] = []
    takers: dict[str, str] = {}
    for question in questions:
        asked, answer = _view_dimension(question), given.get(_field(question.slot), "")
        found.append(_given_again(asked, answer, takers.get(answer, "")) if answer else asked)
        if answer != NONE:
            takers.setdefault(answer, question.label)
    return found


def view_reads(place: Place, presence: Presence, arrived: Collection[str] = ()) -> list[Read]:
    """The tracking lists that are being read, and those of `arrived` that have been read meanwhile."""
    words = list_words(place.connection)
    reads = [
        Read(each.words(place.software), each.is_moving)
        for each in presence.unread
        if each.name in TRACKING_LISTS
    ]
    return reads + [
        Read(
            f"{list_label(name, words)} has been read.",
            is_moving=False,
            url=place.url("merge_step", name.value),
        )
        for name in TRACKING_LISTS
        if name in arrived
    ]


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def merge_way(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Answer how kinds of documents are published, all that the page asks at once."""
    place = open_place(request, connection_id)
    try:
        answers = _posted(request)
        if answers:
            choose_ways(place.connection, answers, request.user)
            messages.success(request, "Saved. It can be changed here and in the connection's settings.")
        else:
            messages.error(request, _NO_ANSWER)
    except SettingNotTaken as error:
        messages.error(request, str(error) or "This is none of the ways that these books offer.")
    return redirect(place.url("merge_step", PUBLISHING))


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def merge_dimension(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Answer which dimension each tracking list is; the entries of those that changed are read next."""
    place = open_place(request, connection_id)
    keys = request.POST.getlist("key")
    if not keys or not {name.value for name in TRACKING_LISTS}.issuperset(keys):
        raise Http404
    answers = {ListName(slot): _dimension_id(answer) for slot, answer in _posted(request).items()}
    if not answers:
        messages.error(request, _NO_ANSWER)
        return redirect(place.url("merge_step", DIMENSIONS))
    try:
        taken = choose_dimensions(place.connection, answers, request.user)
        lost = " ".join(_taken(place.connection, slot, taken_from) for slot, taken_from in taken.items())
        if lost:
            messages.warning(request, f"Saved. {lost}")
        else:
            messages.success(request, "Saved.")
    except (DimensionTwice, DimensionUnknown) as error:
        messages.error(request, str(error))
        given = {_field(key): answer for key, answer in _posted(request).items()}
        return redirect(f"{place.url('merge_step', DIMENSIONS)}?{urlencode(given)}")
    return redirect(place.url("merge_step", DIMENSIONS))


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def merge_finish(request: BusinessRequest, connection_id: UUID, step: str) -> HttpResponse:
    """Close the step of a list: what is only in the books becomes an entry of the business too."""
    place = open_place(request, connection_id)
    if step not in list_names(place.connection):
        raise Http404
    try:
        adopted = finish_list(place.connection, ListName(step), request.user)
    except StillTicked as error:
        messages.error(request, str(error))
        return redirect(place.url("merge_step", step))
    label = LIST_LABELS[ListName(step)]
    added = f" {plural(adopted, 'entry was', 'entries were')} added from {place.label}." if adopted else ""
    messages.success(request, f"{label}: finished.{added}")
    return redirect(place.url("merge"))


def _view_dimension(question: DimensionQuestion) -> Asked:
    was = f" It was {question.was}." if question.was else ""
    chosen = question.chosen or question.proposed
    answers = [
        Answer(
            str(each.id),
            each.name,
            "" if each.per_line else "For the whole document: all lines have to agree.",
            chosen is not None and chosen.id == each.id,
            _why_ticked(question, each),
        )
        for each in question.options
    ]
    is_none = question.chosen is None and not question.is_open
    none = Answer(NONE, "None of these", "They stay in Bookbind and are left out of what is sent.", is_none)
    return Asked(
        key=question.slot.value,
        title=f"{question.label}: which dimension is it there?",
        help=f"{plural(question.entries, 'entry', 'entries')}.{was}",
        answers=(*answers, none),
        is_open=question.is_open,
        is_ticked=question.is_certain,
    )


def _given_again(asked: Asked, given: str, taker: str) -> Asked:
    """The question with an answer that was not kept; `taker` is another list that got the same one."""
    answers = tuple(replace(each, is_chosen=each.value == given, why="") for each in asked.answers)
    label = next((each.label for each in answers if each.is_chosen), "")
    if not label:
        return asked
    problem = f"{taker} is to be {label} already. Choose another here, or none." if taker else ""
    return replace(asked, answers=answers, is_open=True, is_ticked=True, problem=problem)


def _why_ticked(question: DimensionQuestion, dimension: Dimension) -> str:
    is_ticked = question.is_open and question.is_certain and dimension == question.proposed
    return "the same name in both" if is_ticked else ""


def _taken(connection: Connection, slot: ListName, taken_from: ListName) -> str:
    """From which list the dimension was taken; a list without entries has nothing to decide."""
    dimension, label = find_dimension(connection, slot), LIST_LABELS[taken_from]
    is_asked = any(question.slot == taken_from for question in list_dimension_questions(connection))
    then = f"; say again what {label} is" if is_asked else ""
    return f"{dimension.name if dimension else 'This'} was {possessive(label)} until now{then}."


def _posted(request: BusinessRequest) -> dict[str, str]:
    """By question: its answer. Those that nobody answered yet are left open."""
    keys, alone = request.POST.getlist("key"), request.POST.get("answer", "")
    found = {key: request.POST.get(_field(key), alone) for key in keys}
    return {key: answer for key, answer in found.items() if answer}


def _field(key: str) -> str:
    return f"answer-{key}"


def _dimension_id(answer: str) -> UUID | None:
    try:
        return None if answer == NONE else UUID(answer)
    except ValueError as error:
        raise Http404 from error
