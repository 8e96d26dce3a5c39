"""Change connection: where to, what becomes of documents that wait, and taking it back."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bookbind.connections.change import (
    find_change_away,
    find_change_to,
    find_open_change,
    find_undoable,
    go_on_without,
    has_old_books,
    was_in_use,
)
from bookbind.connections.endings import explain_end
from bookbind.connections.errors import ChangeOver, SignInFailure
from bookbind.connections.messages import short_state
from bookbind.connections.models import Change, Connection, SignIn
from bookbind.connections.pending import get_open_sign_in, turn_into_change
from bookbind.connections.queries import (
    LIVE_STAGES,
    find_ended_connection,
    get_connection,
    label_of,
    name_beside,
    needs_reconnect,
    organisation_name,
    status_of,
    words_of,
)
from bookbind.connections.sessions import session_key
from bookbind.connections.status import State
from bookbind.kit import clock
from bookbind.merge.creating import list_created
from bookbind.providers.base.contract import Provider
from bookbind.providers.registry import find_provider, get_provider, list_providers
from bookbind.publishing.queries import count_before_start, waiting_summary
from bookbind.publishing.switching import ready_summary, stop_change, undo_change
from bookbind.tenancy.permissions import Permission
from bookbind.web.access import BusinessRequest, Instead, main_connection, page
from bookbind.web.change_words import stop_label
from bookbind.web.confirming import ask_to_confirm, is_confirmed
from bookbind.web.forms.connections import WaitingForm
from bookbind.web.merge_words import created_words
from bookbind.web.notices import totals_in_words
from bookbind.web.views.connecting import begin_words, seats_words, set_out, show_failure

_SECOND_PERSON = "Then a second person approves the move. Until then everything goes on as before."


@dataclass(frozen=True)
class Destination:
    """One accounting software on the selection screen: the words under its name, and why it is closed."""

    provider: Provider
    note: str
    reason: str

    @property
    def is_open(self) -> bool:
        """Whether one can move there."""
        return not self.reason


@require_GET
@page(Permission.MANAGE_CONNECTIONS)
def change(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """The selection screen: what documents that are ready do, and every accounting software to go to."""
    connection = _get_main(request, connection_id)
    under_way = find_open_change(request.business.id)
    context = {
        **_words(connection),
        "needs_reconnect": needs_reconnect(connection),
        "is_published_to": _is_published_to(connection),
        "under_way": under_way,
    }
    if under_way is None:
        context |= {**_waiting_words(connection), "destinations": _destinations(connection)}
    if under_way is not None:
        context |= {
            "joining": label_of(under_way.joined),
            "stop_label": stop_label(under_way, name_beside(under_way.left, under_way.joined)),
        }
    return render(request, "connections/change.html", context)


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def change_to(request: BusinessRequest, connection_id: UUID, provider: str) -> HttpResponse:
    """Posted from the selection screen, what the change will do, with the way to the vendor.

    Looked at, as by whoever goes back or signs in as somebody else, it asks what documents that are ready do.
    """
    connection = _get_main(request, connection_id)
    vendor = find_provider(provider)
    if vendor is None or not vendor.available or vendor.stands_beside:
        raise Http404
    form = WaitingForm(request.POST if request.method == "POST" else request.GET)
    earlier = _find_earlier(form, vendor)
    words = {
        **begin_words(vendor, _title(vendor, connection, earlier), _steps(vendor, connection, earlier)),
        **seats_words(vendor),
        "earlier": earlier,
        "earlier_label": label_of(earlier) if earlier else "",
        "before_start": count_before_start(connection) if earlier else 0,
        **_waiting_words(connection),
        "publish_first": form.is_valid() and form.publish_first,
    }
    typed = {name: value for name in ("waiting", "back") if (value := form[name].value())}
    words["form_url"] = f"{request.path}?{urlencode(typed)}" if typed else request.path
    if request.method == "POST" and not is_confirmed(request):
        return ask_to_confirm(request, str(words["form_url"]), f"go on to {vendor.name}")
    if request.method == "POST" and form.is_valid():
        return set_out(
            request,
            vendor,
            SignIn.Purpose.CHANGE,
            connection,
            words,
            publish_first=form.publish_first,
            organisation_id=earlier.organisation_id if earlier else "",
        )
    return render(request, "connections/begin.html", words)


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def move(request: BusinessRequest, sign_in_id: UUID) -> HttpResponse:
    """A reconnect that reached another organisation goes there for good: it becomes a change."""
    organisation = request.POST.get("organisation", "")
    try:
        sign_in = get_open_sign_in(sign_in_id, request.user, session_key(request.session))
        if not is_confirmed(request):
            compared = reverse("different", args=[request.business.slug, sign_in_id])
            back = f"{compared}?{urlencode({'organisation': organisation})}"
            return ask_to_confirm(request, back, "move there for good")
        turn_into_change(sign_in, organisation)
    except SignInFailure as failure:
        return show_failure(request, failure)
    return HttpResponseRedirect(reverse("summary", args=[request.business.slug, sign_in_id]))


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def stop(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Stop and keep the old connection."""
    connection = get_connection(connection_id)
    moving = find_change_to(connection)
    try:
        if moving is None:
            raise ChangeOver
        stop_change(moving, request.user)
        messages.success(request, f"Stopped. {_what_is_left(moving)}")
    except ChangeOver:
        return _say_over(request, connection, "There is no move under way any more.")
    return _to_connections(request)


@require_POST
@page(Permission.MANAGE_CONNECTIONS)
def go_on(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """Move without waiting for what was to be published to the old books first."""
    connection = get_connection(connection_id)
    moving = find_change_to(connection)
    try:
        if moving is None:
            raise ChangeOver
        go_on_without(moving, request.user)
        messages.success(request, "Not waited for any longer: they move along, and nothing of them is sent.")
    except ChangeOver:
        return _say_over(request, connection, "There is no move under way any more.")
    return HttpResponseRedirect(reverse("confirmed", args=[request.business.slug, connection_id]))


@require_http_methods(["GET", "POST"])
@page(Permission.MANAGE_CONNECTIONS)
def undo(request: BusinessRequest, connection_id: UUID) -> HttpResponse:
    """What taking the change back does; posted, the old connection is in use again."""
    connection = get_connection(connection_id)
    moved = find_undoable(connection)
    if moved is None:
        return _say_over(request, connection)
    if request.method == "POST":
        try:
            undo_change(moved, request.user)
            if needs_reconnect(moved.left):
                messages.warning(request, f"Undone. {label_of(moved.left)} has to be reconnected now.")
                return HttpResponseRedirect(reverse("reconnect", args=[request.business.slug, moved.left_id]))
            is_in_use = get_connection(moved.left_id).stage == Connection.Stage.ACTIVE
            then = "in use" if is_in_use else "set up"
            messages.success(request, f"Undone. {label_of(moved.left)} is {then} again.")
        except ChangeOver:
            return _say_over(request, connection)
        return _to_connections(request)
    created = list_created(connection, moved.begun_at)
    context = {
        **_words(connection),
        "created": created_words(created, get_provider(connection.provider).name) if created else "",
        "left_label": label_of(moved.left),
        "left_was_in_use": was_in_use(moved),
        "left_needs_reconnect": needs_reconnect(moved.left),
        "waiting": waiting_summary(connection),
    }
    return render(request, "connections/undo_change.html", context)


def _say_over(
    request: BusinessRequest,
    connection: Connection,
    late: str = "This change can't be taken back any more.",
) -> HttpResponse:
    """Somebody was faster: what happened to the change, as far as it ended the connection."""
    now = get_connection(connection.id)
    if now.stage in LIVE_STAGES:
        messages.info(request, _explain_over(now))
    else:
        messages.info(request, f"{late} {explain_end(now).body}")
    return _to_connections(request)


def _explain_over(connection: Connection) -> str:
    """What became of a change that can't be taken back so any more, and what can be done instead."""
    label = label_of(connection)
    undoable, away = find_undoable(connection), find_change_away(connection)
    if undoable is not None:
        left = label_of(undoable.left)
        return f"{label} is in use already, and nothing was sent there. Undo this change brings {left} back."
    if connection.awaits_start and away is not None:
        return f"A move to {label_of(away.joined)} is under way. Stop it first, then undo this change."
    if not connection.awaits_start and find_change_to(connection) is not None:
        return (
            f"Publishing to {label} was started, so the change can't be undone in one press any more. "
            "Go back…, under Earlier, leads to the books before, with a sign-in."
        )
    return str(ChangeOver.__doc__)


def _what_is_left(moving: Change) -> str:
    """What the business has once the move is stopped."""
    if has_old_books(moving):
        return f"{label_of(moving.left)} is kept, and nothing was changed."
    return explain_end(moving.left).body


def _get_main(request: BusinessRequest, connection_id: UUID) -> Connection:
    """The connection to leave: the business's main one, in use; Connections says why where it has ended."""
    connection = get_connection(connection_id)
    if connection.stage not in LIVE_STAGES:
        messages.info(request, f"There is nothing to move. {explain_end(connection).body}")
        raise Instead(_to_connections(request))
    main = main_connection(request)
    if main is None or main.id != connection.id or connection.stage != Connection.Stage.ACTIVE:
        raise Http404
    return connection


def _destinations(connection: Connection) -> list[Destination]:
    return [_destination(provider, connection) for provider in list_providers()]


def _destination(provider: Provider, connection: Connection) -> Destination:
    there = get_provider(connection.provider)
    if provider.stands_beside:
        return Destination(provider, f"Added beside {there.name}.", provider.unavailable_reason or "Not yet.")
    if provider.id == connection.provider:
        here = f"{_state_in_words(connection)}: {organisation_name(connection)}."
        return Destination(provider, f"{here} Connect another organisation.", "")
    return Destination(provider, provider.description, provider.unavailable_reason)


def _state_in_words(connection: Connection) -> str:
    """`Connected`, or why it has to be reconnected."""
    status = status_of(connection)
    if status.state is not State.NEEDS_RECONNECT:
        return "Connected"
    return short_state(status, words_of(connection), clock.now())


def _find_earlier(form: WaitingForm, vendor: Provider) -> Connection | None:
    """The books that the business left and goes back to, where the address names them."""
    wanted = form.cleaned_data["back"] if form.is_valid() else None
    found = find_ended_connection(wanted) if wanted else None
    return found if found is not None and found.provider == vendor.id else None


def _title(vendor: Provider, connection: Connection, earlier: Connection | None) -> str:
    if earlier is not None:
        return f"Go back to {label_of(earlier)}"
    if vendor.id == connection.provider:
        return f"Another {vendor.name} organisation"
    return f"Change to {vendor.name}"


def _steps(vendor: Provider, connection: Connection, earlier: Connection | None) -> list[str]:
    who = f" as somebody who can open {organisation_name(earlier)}" if earlier else ""
    meanwhile = f" {label_of(connection)} goes on meanwhile." if _is_published_to(connection) else ""
    return [
        f"You sign in at {vendor.name}{who}, choose the organisation and press Finish.{meanwhile}",
        *([_SECOND_PERSON] if connection.business.second_person else []),
        "Documents, rules and settings stay. Merge lists matches your old entries to the new ones.",
        f"Nothing is sent to {vendor.name} until you press Start publishing. Until then you can undo it all.",
    ]


def _waiting_words(connection: Connection) -> dict[str, object]:
    """What waits at the books that are left, and whether some of it could be published there first."""
    waiting, ready = waiting_summary(connection), ready_summary(connection)
    return {
        "leaves": connection,
        "left_label": label_of(connection),
        "waiting": waiting,
        "waiting_total": totals_in_words(waiting),
        "ready": ready,
        "ready_total": totals_in_words(ready),
        "others": waiting.count - ready.count,
        "can_publish_first": status_of(connection).can_publish,
    }


def _is_published_to(connection: Connection) -> bool:
    """Whether what is published now arrives there: its vendor answers, and publishing was started."""
    return status_of(connection).can_publish and not connection.awaits_start


def _words(connection: Connection) -> dict[str, object]:
    return {
        "connection": connection,
        "provider": get_provider(connection.provider),
        "organisation": organisation_name(connection),
        "label": label_of(connection),
        "status": status_of(connection),
    }


def _to_connections(request: BusinessRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("connections", args=[request.business.slug]))
