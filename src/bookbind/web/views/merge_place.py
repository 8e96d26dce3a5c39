"""What every page of Merge lists begins with: the connection, the books before it, and the steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from bookbind.connections.endings import explain_end
from bookbind.connections.models import Connection
from bookbind.connections.queries import get_connection
from bookbind.lists.labels import LIST_LABELS, TRACKING_LISTS
from bookbind.lists.queries import list_words
from bookbind.merge.drafting import others_here
from bookbind.merge.impact import Impact
from bookbind.merge.models import Applied
from bookbind.merge.preview import impact_of
from bookbind.merge.reading import Changes, ListData, draft_version, find_draft, list_names, read_lists
from bookbind.merge.sides import Sides, read_sides
from bookbind.merge.steps import Step, StepState
from bookbind.merge.unread import Unread, list_awaited, read_unread
from bookbind.merge.using import find_last_applied
from bookbind.merge.waiting import Waiting
from bookbind.providers.base.types import ListName
from bookbind.web.access import BusinessRequest, Instead
from bookbind.web.merge_words import TAB_ICONS, Tab, Using, awaited_words, bar_words, step_words

TONES = {
    StepState.DONE: "ok",
    StepState.OPEN: "warn",
    StepState.EMPTY: "quiet",
    StepState.LACKING: "quiet",
    StepState.UNDECIDED: "warn",
    StepState.READING: "info",
    StepState.UNREAD: "warn",
}


# All lists of the connection, read once a page.
Data = dict[ListName, ListData]


@dataclass(frozen=True)
class Place(Sides):
    """The connection whose lists are matched, and what both sides are called."""

    connection: Connection = field(kw_only=True)
    slug: str = field(kw_only=True)

    def url(self, name: str, *parts: object) -> str:
        """An address of Merge lists."""
        return reverse(name, args=[self.slug, self.connection.id, *parts])


@dataclass(frozen=True)
class Presence:
    """Who saved last, who else is here, and which lists are still to be read from the books."""

    saved_at: object
    saved_by: str
    others: tuple[str, ...]
    version: int
    unread: tuple[Unread, ...] = ()

    @property
    def by(self) -> str:
        """Who else chose something: whoever saved last, else the first of those who are here."""
        return self.saved_by or next(iter(self.others), "")

    @property
    def seen(self) -> str:
        """Changes whenever the words of the page's frame do."""
        reads = [f"{each.name}{each.is_moving:d}{each.has_failed:d}" for each in self.unread]
        return ".".join([str(self.version), *self.others, *reads])

    @property
    def is_reading(self) -> bool:
        """Whether the page changes by itself soon."""
        return any(each.is_moving for each in self.unread)

    @property
    def unread_names(self) -> str:
        """The lists still to be read, as the page sends them back."""
        return ",".join(each.name for each in self.unread)


def open_place(request: BusinessRequest, connection_id: UUID) -> Place:
    """The connection in use; of one that is being set up or ended, how that is stands in the page's place."""
    place = find_place(request, connection_id)
    if place.connection.stage != Connection.Stage.ACTIVE:
        raise Instead(_closed(request, place))
    return place


def find_place(request: BusinessRequest, connection_id: UUID) -> Place:
    """The connection, whatever its stage."""
    connection = get_connection(connection_id)
    sides = read_sides(connection)
    return Place(**vars(sides), connection=connection, slug=request.business.slug)


def _closed(request: BusinessRequest, place: Place) -> HttpResponse:
    """Why nothing can be matched there; within a page that is open still, it stands above the rows."""
    again = place.url("merge")
    if request.path == again:
        # Whoever waits there for the lists is told what was moved, once.
        again = request.get_full_path()
    context = {"place": place, "connection": place.connection, "again": again}
    if place.connection.stage != Connection.Stage.SETTING_UP:
        context["end"] = explain_end(place.connection)
    if request.headers.get("HX-Request"):
        response = render(request, "merge/_closed.html", context, status=HTTPStatus.CONFLICT)
        response["HX-Retarget"], response["HX-Reswap"] = "#merge-notice", "innerHTML"
        return response
    status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.CONFLICT
    return render(request, "merge/closed.html", context, status=status)


def read_presence(request: BusinessRequest, place: Place) -> Presence:
    """Who saved the draft last, and when."""
    draft = find_draft(place.connection)
    saved_by = draft.saved_by if draft is not None else None
    return Presence(
        saved_at=draft.saved_at if draft is not None else None,
        saved_by=saved_by.get_full_name() if saved_by and saved_by.id != request.user.id else "",
        others=tuple(others_here(place.connection, request.user)),
        version=draft_version(draft),
        unread=tuple(read_unread(place.connection).values()),
    )


def tone_of(step: Step) -> str:
    """The colour that repeats a step's state."""
    return "info" if is_unused(step) else TONES[step.state]


def read_all(place: Place) -> Data:
    """All lists of the connection with what is bound, proposed and chosen."""
    return read_lists(place.connection, list_names(place.connection))


def is_left(step: Step) -> bool:
    """Whether something of the step needs a decision."""
    return step.state is StepState.OPEN and step.left > 0


def is_unused(step: Step) -> bool:
    """Whether nothing of the step needs a decision, but what was decided is still to be used."""
    return not is_left(step) and (step.state is StepState.OPEN or step.ticked > 0)


def build_tabs(place: Place, steps: list[Step], current: str) -> list[Tab]:
    """The steps as tabs."""
    words = list_words(place.connection)
    return [
        Tab(
            key=step.key,
            label=_tab_label(step, words),
            url=place.url("merge_step", step.key),
            state=step_words(step),
            tone=tone_of(step),
            icon="information-circle" if is_unused(step) else TAB_ICONS[step.state],
            is_current=step.key == current,
        )
        for step in steps
    ]


def _tab_label(step: Step, words: Mapping[ListName, str]) -> str:
    """`Projects → Class`; beside the name of the business's own list what it is there."""
    if step.key not in {name.value for name in TRACKING_LISTS}:
        return step.label
    name = ListName(step.key)
    is_there = step.state in (StepState.DONE, StepState.OPEN) and words.get(name)
    return f"{LIST_LABELS[name]} → {words[name]}" if is_there else LIST_LABELS[name]


def frame_context(
    request: BusinessRequest,
    place: Place,
    changes: Changes,
    steps: list[Step],
    current: str,
    waiting: Waiting,
) -> dict[str, object]:
    """What stands around the rows and moves with every choice: presence, tabs and the bar."""
    impact = impact_of(place.connection, changes, waiting)
    return {
        "place": place,
        "connection": place.connection,
        "current": current,
        "steps": steps,
        "tabs": build_tabs(place, steps, current),
        "presence": read_presence(request, place),
        "following": find_following(steps, current),
        **bar_context(place, impact),
        "awaited": awaited_words(list_awaited(place.connection), place.software),
    }


def bar_context(place: Place, impact: Impact) -> dict[str, object]:
    """The bar's numbers, and what *Undo last* takes back."""
    last: Applied | None = find_last_applied(place.connection)
    return {
        "impact": impact,
        "using": Using(impact.matches, impact.taken_back, impact.creations),
        "bar": bar_words(impact),
        "last": last,
    }


def find_following(steps: list[Step], current: str) -> Step | None:
    """The next step in which something is left, from the current one on and round again."""
    keys = [step.key for step in steps]
    at = keys.index(current) if current in keys else -1
    later = [*steps[at + 1 :], *steps[: max(at, 0)]]
    return next((step for step in later if is_left(step)), None)


def first_step(steps: list[Step]) -> str:
    """The step that opens: the first in which something is needed, else the first with anything in it."""
    needed = next((step for step in steps if is_left(step)), None)
    needed = needed or next((step for step in steps if step.state is StepState.OPEN), None)
    filled = next((step for step in steps if step.state is StepState.DONE and step.total), None)
    return (needed or filled or steps[0]).key
