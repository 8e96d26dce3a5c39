"""Whether the person of a session gave a password or a code just now, and the way to the page that asks."""

from urllib.parse import urlencode

from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from bookbind.kit import clock
from bookbind.web.access import BusinessRequest

_CONFIRMED_AT = "confirmed_at"
_MINUTE = 60


def note_confirmed(request: HttpRequest) -> None:
    """The person of the session has just shown who they are."""
    request.session[_CONFIRMED_AT] = clock.real_now().timestamp()


def is_confirmed(request: HttpRequest) -> bool:
    """Whether that is fresh enough to change or end a connection; a session that never did is not."""
    limit = settings.CONFIG.confirm_minutes * _MINUTE
    age = clock.real_now().timestamp() - request.session.get(_CONFIRMED_AT, 0)
    return not limit or 0 <= age < limit


def ask_to_confirm(request: BusinessRequest, back: str) -> HttpResponse:
    """Lead to the page that asks; afterwards, and on Cancel, to the page at `back`, with nothing pressed."""
    asked = reverse("confirm", args=[request.business.slug])
    return HttpResponseRedirect(f"{asked}?{urlencode({'next': back})}")


def _note_sign_in(request: HttpRequest | None, **_: object) -> None:
    if request is not None:
        note_confirmed(request)


def _note_step(request: HttpRequest, *, reauthenticated: bool = False, **_: object) -> None:
    """A step of a sign-in that may still fail at the next one is no confirmation."""
    if reauthenticated:
        note_confirmed(request)


user_logged_in.connect(_note_sign_in, dispatch_uid="bookbind.web.confirming")
authentication_step_completed.connect(_note_step, dispatch_uid="bookbind.web.confirming")
