"""Using the ticked matches: what it would do, doing it, and taking it back."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from bookbind.kit.text import fold_name, plural
from bookbind.lists.labels import LIST_LABELS, label_within
from bookbind.lists.models import ListItem
from bookbind.merge.creating import CreateReport, NotCreated, create_chosen
from bookbind.merge.drafting import own_version
from bookbind.merge.errors import CreationUncertain, DraftMoved, MergeError, NothingToUse, UndoBlocked
from bookbind.merge.models import Applied
from bookbind.merge.preview import impact_of
from bookbind.merge.reading import (
    Changes,
    draft_version,
    find_draft,
    list_names,
    read_changes,
    read_lists,
)
from bookbind.merge.undoing import Undone, find_blocking, undo, undone_of
from bookbind.merge.unread import list_awaited
from bookbind.merge.using import use_matches
from bookbind.providers.base.types import ListName
from bookbind.publishing.queries import count_held_for_look, count_held_for_start
from bookbind.publishing.resume import finish_check
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, page
from bookbind.web.asked import read_number
from bookbind.web.change_words import moved_words
from bookbind.web.first_use import asks_first
from bookbind.web.merge_words import (
    Using,
    awaited_words,
    consequences,
    count_by_list,
    question,
    shown_names,
    undone_words,
)
from bookbind.web.trouble import Trouble, explain_trouble
from bookbind.web.views.merge_place import Place, open_place

SHOWN = 200
PUBLISHED_FIRST = 5


@dataclass(frozen=True)
class Pair:
    """One match that would be made, or taken back where there is no target."""

    old: str
    use: str
    new: str


@dataclass(frozen=True)
class Group:
    """The matches of one list."""

    key: str
    label: str
    pairs: tuple[Pair, ...]
    count: int

    @property
    def label_within(self) -> str:
        """The label within a sentence."""
        return label_within(self.key, self.label)

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.pairs)


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def merge_preview(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """What using would do, for all lists or one; the dialog's content, or a page with every match."""
    place = open_place(request, connection_id)
    names = _wanted(place, request.GET.get("list", ""))
    changes = read_changes(place.connection, read_lists(place.connection, names))
    impact = impact_of(place.connection, changes)
    using = Using(impact.matches, impact.taken_back, impact.creations)
    lists = ListItem.objects.in_bulk(list(impact.waiting_for))
    waited = count_by_list([ListName(item.list) for item in lists.values()])
    awaited = awaited_words(list_awaited(place.connection), place.software)
    context = {
        "place": place,
        "connection": place.connection,
        "impact": impact,
        "using": using,
        "question": question(using),
        "consequences": consequences(
            impact,
            using,
            place.old_software,
            place.software,
            waited,
            awaited,
            asks_first=asks_first(place.connection, ListName.SUPPLIERS),
        ),
        "refused": changes.refused[:SHOWN],
        "groups": _groups(changes),
        "created": sorted((changes.entries[id_].name for id_ in changes.creating), key=fold_name)[:SHOWN],
        "list_key": names[0].value if len(names) == 1 else "",
        "version": draft_version(find_draft(place.connection)),
    }
    is_fragment = bool(request.headers.get("HX-Request"))
    return render(request, "merge/_question.html" if is_fragment else "merge/preview.html", context)


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def merge_use(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Use what is ticked: create first what is to be created, then write the matches in one go."""
    place = open_place(request, connection_id)
    names = _wanted(place, request.POST.get("list", ""))
    version = request.POST.get("version", "")
    here = place.url("merge")
    report = CreateReport()
    # What earlier matches made ready is no work of these.
    finish_check(place.connection.id)
    ready_before = _count_ready(place)
    try:
        draft = find_draft(place.connection)
        if version != str(draft_version(draft)):
            raise DraftMoved(_other(request, draft))
        seen = int(version)
        report = create_chosen(place.connection, request.user, seen, frozenset(names))
        _say_not_created(request, place, report)
        # Creating changes the draft and takes its time, in which somebody else may choose.
        if report.created or report.failed:
            seen = own_version(place.connection, request.user, seen, report.created)
        applied = use_matches(place.connection, request.user, expected_version=seen, names=names)
        # The page that follows says how many documents that made ready, so they are looked at now.
        finish_check(place.connection.id)
    except NothingToUse:
        # What was ticked and could not be created is named already.
        if not report.failed:
            messages.error(request, "Nothing is ticked, so there was nothing to use.")
        return redirect(here)
    except MergeError as error:
        messages.error(request, str(error))
        return redirect(here)
    return redirect(f"{here}?used={applied.id}&ready={max(_count_ready(place) - ready_before, 0)}")


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def merge_undo(request: BusinessRequest, connection_id: UUID, applied_id: UUID) -> HttpResponse:
    """Take one use back."""
    place = open_place(request, connection_id)
    applied = Applied.objects.select_related("connection").get(id=applied_id, connection=place.connection)
    here = place.url("merge")
    try:
        undo(applied, request.user)
        # The documents wait again from this moment, not from when a job comes round.
        finish_check(place.connection.id)
    except UndoBlocked:
        return redirect(f"{here}?blocked={applied.id}")
    except MergeError as error:
        messages.info(request, str(error))
        return redirect(here)
    return redirect(f"{here}?undone={applied.id}")


def used_context(request: BusinessRequest, place: Place) -> dict[str, object]:
    """What was just done, or could not be, when the address says so: a use, an undo, a move."""
    if "used" in request.GET:
        return _used(request, place)
    if "undone" in request.GET:
        applied = _applied(place, request.GET["undone"])
        undone = undone_of(applied) if applied else None
        return _undone(undone, place) if undone else {}
    if "blocked" in request.GET:
        return _blocked(request, place)
    if "moved" in request.GET:
        return {"moved": moved_words(place.connection)}
    return {}


def _undone(undone: Undone, place: Place) -> dict[str, object]:
    """What an undo did; of many documents that stay, the first few stand open."""
    listed = undone.published
    return {
        "undone": undone,
        "undone_words": undone_words(undone, place.software),
        "published_first": listed[:PUBLISHED_FIRST],
        "published_more": listed[PUBLISHED_FIRST:],
        "published_unlisted": undone.published_count - len(listed),
    }


def _used(request: BusinessRequest, place: Place) -> dict[str, object]:
    applied = _applied(place, request.GET["used"])
    if applied is None or applied.undone_at is not None:
        return {}
    became, ready = read_number(request.GET.get("ready", "")), _count_ready(place)
    words = "" if became is None else _ready_words(became, ready)
    return {"used": applied, "ready": ready, "ready_words": words}


def _count_ready(place: Place) -> int:
    """How many documents only wait for somebody to let them go."""
    if place.connection.awaits_start:
        return count_held_for_start(place.connection)
    return count_held_for_look(place.connection)


def _ready_words(became: int, ready: int) -> str:
    """What these matches made ready, and how many are in all where that are more."""
    words = f"{plural(became, 'document') if became else 'No document'} became ready by it."
    verb = "is" if ready == 1 else "are"
    return f"{words} {plural(ready, 'document')} {verb} ready in all." if ready > became else words


def _blocked(request: BusinessRequest, place: Place) -> dict[str, object]:
    applied = _applied(place, request.GET["blocked"])
    blocking = find_blocking(applied) if applied else None
    if blocking is None:
        return {}
    show = reverse("list", args=[place.slug, blocking.kept.list])
    return {"blocked": blocking, "blocked_url": f"{show}?show=combined"}


def _applied(place: Place, text: str) -> Applied | None:
    try:
        rows = Applied.objects.filter(id=UUID(text), connection=place.connection)
    except ValueError:
        return None
    found: Applied | None = rows.select_related("used_by").first()
    return found


def _wanted(place: Place, text: str) -> tuple[ListName, ...]:
    names = list_names(place.connection)
    if not text:
        return names
    if text not in {name.value for name in names}:
        raise Http404
    return (ListName(text),)


def _say_not_created(request: BusinessRequest, place: Place, report: CreateReport) -> None:
    """Name what was not created with the reason; what failed for one reason is said at once."""
    together: dict[Trouble, list[NotCreated]] = {}
    for each in report.failed:
        why = explain_trouble(each.error, place.connection, request.role)
        together.setdefault(why, []).append(each)
    for why, group in together.items():
        was, stays = ("was", "stays") if len(group) == 1 else ("were", "stay")
        # Of a lost answer nobody knows what it said.
        is_lost = isinstance(group[0].error, CreationUncertain)
        happened = "may not have been created" if is_lost else f"{was} not created"
        names = shown_names([each.name for each in group])
        text = f"{names} {happened} in {place.software} and {stays} ticked. {why.text}"
        messages.warning(request, text, extra_tags=why.details)


def _other(request: BusinessRequest, draft: object) -> str:
    saved_by = getattr(draft, "saved_by", None)
    return "" if saved_by is None or saved_by.id == request.user.id else str(saved_by.get_full_name())


def _groups(changes: Changes) -> list[Group]:
    pairs: dict[ListName, list[Pair]] = {}
    for id_, plan in changes.plans.items():
        entry = changes.entries[id_]
        found = pairs.setdefault(entry.list, [])
        found += [Pair(entry.label, use, changes.targets[target].label) for use, target in plan.open.items()]
        found += [Pair(entry.label, use, "") for use in plan.close - set(plan.open)]
    return [
        Group(name.value, LIST_LABELS[name], tuple(each[:SHOWN]), len(each)) for name, each in pairs.items()
    ]
